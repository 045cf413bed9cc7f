"""A local aiWARE for a test, and the control calls on it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

from aiware_local import launcher


class Local:
    """A local aiWARE with data of its own, on a free port.

    Args:
        data: Its data folder.
        media_root: Below it, ``file:`` addresses may be fetched.
    """

    def __init__(self, data: Path, media_root: Path) -> None:
        self.data = data
        self.server = launcher.ensure_running(data=data, media_root=media_root)
        self._http = httpx.Client(base_url=self.server.url, headers=self.server.control_headers, timeout=30)

    @property
    def token(self) -> str:
        """The API key of its organization."""
        return self.server.token

    @property
    def credentials(self) -> dict[str, str]:
        """All credentials of its organization."""
        found: dict[str, str] = json.loads((self.data / "credentials.json").read_text())
        return found

    @property
    def log(self) -> str:
        """What it wrote."""
        return launcher.logs_path(data=self.data).read_text()

    def stop(self) -> None:
        """Stops it."""
        self._http.close()
        launcher.stop(data=self.data)

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

    def objects(self) -> dict[str, list[dict[str, Any]]]:
        """Every live object."""
        found: dict[str, list[dict[str, Any]]] = self._http.get("/_local/objects").json()
        return found

    def only(self, kind: str) -> dict[str, Any]:
        """The one object of a kind."""
        (found,) = self.objects()[kind]
        return found

    def calls(self) -> dict[str, int]:
        """How often each root field was executed."""
        totals: dict[str, int] = self._http.get("/_local/requests").json()["totals"]
        return totals

    def http_requests(self) -> int:
        """How many HTTP requests the API got."""
        count: int = self._http.get("/_local/requests").json()["http"]
        return count

    def mutations(self) -> dict[str, int]:
        """How often each mutation was executed; a login changes nothing, and does not count."""
        words = ("create", "update", "delete", "pause", "unpause", "cleanup", "cancel", "retry", "launch")
        return {name: count for name, count in self.calls().items() if name.startswith(words)}

    def reset(self) -> None:
        """Empties it."""
        self._http.post("/_local/reset").raise_for_status()

    def request_log(self) -> str:
        """What it remembers of the requests, as text."""
        return self._http.get("/_local/requests").text

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """What it remembers of the requests, or of those for an operation; with bodies where the behaviour says so."""
        noted: list[dict[str, Any]] = self._http.get("/_local/requests").json()["requests"]
        return [request for request in noted if operation is None or operation in request["fields"]]

    def behave(self, **behaviour: Any) -> None:
        """Sets how long work takes, and what fails."""
        self._http.put("/_local/behaviour", json=behaviour).raise_for_status()

    def behaviour(self) -> dict[str, Any]:
        """The behaviour in force."""
        found: dict[str, Any] = self._http.get("/_local/behaviour").json()
        return found

    def content(self, uri: str) -> bytes:
        """The file at a signed address."""
        return self._http.get(uri).raise_for_status().content

    def fault(
        self, action: dict[str, Any], *, operation: str | None = None, times: int | None = None, after: int = 0
    ) -> None:
        """Injects a fault: it acts once, or so many times; a condition (lag, unreadable, totalCount) lasts."""
        match = {"operation": operation} if operation else {}
        self._add({"match": match, "action": action, "after": after, **({} if times is None else {"times": times})})

    def _add(self, fault: dict[str, Any]) -> None:
        self._http.post("/_local/faults", json=fault).raise_for_status()

    def faults(self) -> list[dict[str, Any]]:
        """The faults that have not yet acted to the end."""
        found: list[dict[str, Any]] = self._http.get("/_local/faults").json()["faults"]
        return found

    def clear_faults(self) -> None:
        """Takes back all faults."""
        self._http.delete("/_local/faults").raise_for_status()

    def set_faults(self, faults: Iterable[dict[str, Any]]) -> None:
        """Makes these the faults in force, as `faults` told them."""
        self.clear_faults()
        for fault in faults:
            self._add(fault)

    def expire_tokens(self) -> None:
        """Makes every session token stop working."""
        self._http.post("/_local/tokens/expire").raise_for_status()
