"""Both of aiWARE's APIs in front of one local aiWARE, for tests that run against each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiware_resources import engines, pipelines
from aiware_resources.api import Api, CloudApi, EdgeApi, abilities_of
from aiware_resources.api.client import Patience
from aiware_resources.api.rate_limit import Gates
from aiware_resources.job import JobState
from aiware_resources.reconcile.naming import api_properties
from aiware_resources.settings import Settings
from tests.support.local import Local

Kind = Literal["cloud", "edge"]
KINDS: tuple[Kind, ...] = ("cloud", "edge")

OPERATIONS: dict[Kind, dict[str, str]] = {
    "cloud": {
        "create": "createJob",
        "end": "cancelJob",
        "look": "job",
        "list": "jobs",
        "details": "job",
        "results": "engineResults",
        "engines": "engines",
        "categories": "engineCategories",
        "login": "userLogin",
    },
    "edge": {
        "create": "createJob",
        "end": "deleteJob",
        "look": "getJobStatus",
        "list": "get_jobs",
        "details": "get_job_detail",
        "results": "get_job_outputs",
        "engines": "get_engines",
        "categories": "get_engine_categories",
        "login": "login_user",
    },
}
"""What each API calls its operations."""

URL = "https://documents.test/spanish.txt"
GRAPH = pipelines.translation(URL)
ENGINES = [engines.TRANSLATE_SPANISH_TO_ENGLISH, engines.OUTPUT_WRITER]


@dataclass(frozen=True)
class Ground:
    """One API of a local aiWARE.

    Attributes:
        kind: Which one.
        local: The local aiWARE.
        opened: The clients that were made, to be closed.
    """

    kind: Kind
    local: Local
    opened: list[Api] = field(default_factory=list)

    @property
    def config(self) -> dict[str, str]:
        """The stack configuration of a stack that uses it, without credentials."""
        server = self.local.server
        if self.kind == "cloud":
            return {"aiware:endpoint": server.graphql_url}
        return {
            "aiware:api": "edge",
            "aiware:endpoint": server.edge_url,
            "aiware:organizationId": server.edge_organization_id,
        }

    @property
    def with_token(self) -> dict[str, str]:
        """The same with the organization's API key."""
        return {**self.config, "aiware:token": self.local.token}

    @property
    def with_password(self) -> dict[str, str]:
        """The same with a user's name and password."""
        known = self.local.credentials
        return {**self.config, "aiware:username": known["userName"], "aiware:password": known["password"]}

    def settings(self, **more: str) -> Settings:
        """Settings with the API key."""
        return Settings.from_mapping(self.with_token | {f"aiware:{key}": value for key, value in more.items()}, {})

    def api(self, config: Mapping[str, str] | None = None) -> Api:
        """A new client; one that knows of no limit that an earlier one has met.

        Args:
            config: Stack configuration to use instead of that with the API key.
        """
        settings = Settings.from_mapping(config or self.with_token, {})
        made = (EdgeApi if self.kind == "edge" else CloudApi)(
            settings, settings.resolve_endpoint(), patience=Patience(gates=Gates())
        )
        self.opened.append(made)
        return made

    def close(self) -> None:
        """Closes the clients."""
        while self.opened:
            self.opened.pop().close()

    def job(self, owner: str = "project/stack/job", **more: Any) -> dict[str, Any]:
        """A translation job as a provider gets it from a program."""
        target: dict[str, Any] = {} if "TDO" in abilities_of(self.settings()).lacking else {"target": {}}
        declared = api_properties(JobState, {"tasks": list(GRAPH.tasks), "routes": list(GRAPH.routes), **target})
        return {"__owner": owner, **declared, **more}

    def input(self, **more: Any) -> dict[str, Any]:
        """The same as a createJob takes it."""
        return {key: value for key, value in self.job(**more).items() if not key.startswith("__")}

    def calls(self, operation: str) -> int:
        """How often an operation was executed."""
        return self.local.calls().get(OPERATIONS[self.kind][operation], 0)

    def fault(self, action: dict[str, Any], operation: str, *, times: int = 1, after: int = 0) -> None:
        """Injects a fault into an operation."""
        self.local.fault(action, operation=OPERATIONS[self.kind][operation], times=times, after=after)
