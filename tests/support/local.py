"""A local aiWARE for a test, and what our own tests ask of it besides what users' tests do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from aiware_local import launcher
from aiware_local.pytest_plugin import LocalAiware


class Local(LocalAiware):
    """A local aiWARE with data of its own, on a free port."""

    @property
    def credentials(self) -> dict[str, str]:
        """All credentials of its organization."""
        found: dict[str, str] = json.loads((self.server.data / "credentials.json").read_text())
        return found

    @property
    def log(self) -> str:
        """What it wrote."""
        return launcher.logs_path(data=self.server.data).read_text()

    def graphql(self, query: str, **variables: Any) -> Any:
        """Runs a GraphQL document behind the library's back, and returns its data."""
        answer = self._http.post(
            "/v3/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.token}"},
        ).json()
        assert not answer.get("errors"), answer
        return answer["data"]

    def edge(self, method: str, path: str, **more: Any) -> Any:
        """Sends a request to the Edge API behind the library's back, and returns the body of its answer, if any."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self._http.request(method, f"{self.server.edge_url}{path}", headers=headers, **more).raise_for_status()
        return answer.json() if answer.content else None

    def only(self, kind: str) -> dict[str, Any]:
        """The one object of a kind."""
        (found,) = self.objects()[kind]
        return found

    def http_requests(self) -> int:
        """How many HTTP requests the API got."""
        count: int = self._http.get("/_local/requests").json()["http"]
        return count

    def mutations(self) -> dict[str, int]:
        """How often each mutation was executed; a login changes nothing, and does not count."""
        words = ("create", "update", "delete", "pause", "unpause", "cleanup", "cancel", "retry", "launch")
        return {name: count for name, count in self.calls().items() if name.startswith(words)}

    def request_log(self) -> str:
        """What it remembers of the requests, as text."""
        return self._http.get("/_local/requests").text

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """What it remembers of the requests, or of those for an operation; with bodies where the behaviour says so."""
        noted: list[dict[str, Any]] = self._http.get("/_local/requests").json()["requests"]
        return [request for request in noted if operation is None or operation in request["fields"]]

    def behaviour(self) -> dict[str, Any]:
        """The behaviour in force."""
        found: dict[str, Any] = self._http.get("/_local/behaviour").json()
        return found

    def content(self, uri: str) -> bytes:
        """The file at a signed address."""
        return self._http.get(uri).raise_for_status().content

    def faults(self) -> list[dict[str, Any]]:
        """The faults that have not yet acted to the end."""
        found: list[dict[str, Any]] = self._http.get("/_local/faults").json()["faults"]
        return found

    def set_faults(self, faults: Iterable[dict[str, Any]]) -> None:
        """Makes these the faults in force, as `faults` told them."""
        self.clear_faults()
        for fault in faults:
            self._add(fault)
