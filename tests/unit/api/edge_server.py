"""A scripted aiWARE Edge for the tests of its client."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import SecretStr

from aiware_resources.api.edge import EdgeApi
from aiware_resources.settings import Connection, Credentials, Settings

if TYPE_CHECKING:
    from tests.unit.api.conftest import Script

URL = "https://edge.example:9000/edge/v1"
ORGANIZATION = "8d0f6f0a-7b3f-4f0e-9d0c-6c1d2a17532e"
JOB = "e1484460-7cb5-4cab-87ea-436c4768904f"
TASKS = {"tasks": [{"engineId": "95c910f6-4a26-4b66-96cb-488befa86466", "payload": {"url": "u"}}]}

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def answer(status: int = 200, **body: Any) -> httpx.Response:
    """An answer with a JSON object."""
    return httpx.Response(status, json=body)


def error(status: int, description: str = "It went wrong", **more: Any) -> httpx.Response:
    """An error as Edge tells it."""
    return httpx.Response(status, json={"id": "some_error", "description": description, **more})


@dataclass
class EdgeServer:
    """An Edge whose answers stand beside their routes; each plays one after another, and repeats the last one.

    Attributes:
        script: Plays them.
        routes: The answers, by method and path below the base address.
    """

    script: Script
    routes: dict[str, list[Answer]] = field(default_factory=dict)

    def on(self, route: str, *answers: Answer) -> EdgeServer:
        """Sets the answers of a route, such as `GET /proc/jobs`."""
        self.routes[route] = list(answers)
        self.script.play(self._answer)
        return self

    def api(
        self, credentials: Credentials | None = None, organization: str | None = ORGANIZATION, **more: Any
    ) -> EdgeApi:
        """A client of this server."""
        given = credentials or Credentials(token=SecretStr("token-1"))
        settings = Settings(endpoint=URL, api="edge", **more)
        connection = Connection(URL, given, organization)
        return EdgeApi(settings, connection, self.script.client(), self.script.patience())

    def asked(self) -> list[str]:
        """What was asked for: method and path."""
        return [_route(request) for request in self.script.requests]

    def bodies(self) -> list[Any]:
        """The JSON bodies of the requests that had one."""
        return [json.loads(request.content) for request in self.script.requests if request.content]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        answers = self.routes.get(_route(request))
        assert answers, f"nobody expected {_route(request)}"
        step = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(step, Exception):
            raise step
        if callable(step):
            return step(request)
        # A response is used up once it is read.
        return httpx.Response(step.status_code, headers=step.headers, content=step.content)


def _route(request: httpx.Request) -> str:
    return f"{request.method} {request.url.path.removeprefix('/edge/v1')}"
