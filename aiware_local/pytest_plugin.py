"""A local aiWARE for the tests of a program: `pytest_plugins = ["aiware_local.pytest_plugin"]` in its conftest.py.

It works under pytest-xdist too: each worker is a session, and has a local aiWARE of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from aiware_local import launcher

_STOP_AT_THE_END = """
import sys
if not sys.stdin.readline():
    from pathlib import Path
    from aiware_local import launcher
    launcher.stop(data=Path(sys.argv[1]))
"""
"""Stops a local aiWARE if the process at the other end of its standard input ends without a word: if it is killed."""


class LocalAiware:
    """A local aiWARE with data of its own, on a free port, and the control calls on it.

    Args:
        data: Its data folder.
        media_root: The folder below which its engines may read files.
        recognition: Whether it really recognizes speech.

    Attributes:
        server: Its address, process and credentials.
    """

    def __init__(self, data: Path, media_root: Path, *, recognition: bool = False) -> None:
        self.server = launcher.ensure_running(data=data, media_root=media_root, recognition=recognition)
        self._http = httpx.Client(
            base_url=self.server.url, headers=self.server.control_headers, timeout=30, trust_env=False
        )

    @property
    def endpoint(self) -> str:
        """The address of its GraphQL API, for `aiware:endpoint`."""
        return self.server.graphql_url

    @property
    def token(self) -> str:
        """The API key of its organization, for `aiware:token`."""
        return self.server.token

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which programs, `pulumi` and `aiware` use it where a stack sets neither."""
        return {"AIWARE_ENDPOINT": self.endpoint, "AIWARE_TOKEN": self.token, "AIWARE_POLL_INTERVAL": "0.2"}

    def stop(self) -> None:
        """Stops it."""
        self._http.close()
        launcher.stop(data=self.server.data)

    def reset(self) -> None:
        """Empties it, and takes back behaviour, faults and counts."""
        self._control("POST", "reset")

    def objects(self) -> dict[str, list[dict[str, Any]]]:
        """Every live object, as the API shows it: `clusters`, `tdos`, `jobs`, `exports`."""
        found: dict[str, list[dict[str, Any]]] = self._control("GET", "objects")
        return found

    def calls(self) -> dict[str, int]:
        """How often each root field of GraphQL, and each operation of Edge, was executed."""
        totals: dict[str, int] = self._control("GET", "requests")["totals"]
        return totals

    def behave(self, **behaviour: Any) -> None:
        """Sets how long work takes, and what fails; what is not given stays as it is.

        Args:
            behaviour: Keys of the behaviour, such as `jobSeconds=0`.

        Raises:
            ValueError: There is no such behaviour.
        """
        self._control("PUT", "behaviour", behaviour)

    def fault(
        self, action: Mapping[str, Any], *, operation: str | None = None, times: int | None = None, after: int = 0
    ) -> None:
        """Injects a fault into the answers to requests.

        Args:
            action: What happens, such as `{"status": 502}` or `{"dropResponse": True}`.
            operation: The requests that it affects, such as `createJob`; by default all.
            times: How many of them; by default one, and all in the case of a condition (`lag`, `unreadable`,
                `totalCount`).
            after: How many of them pass before.

        Raises:
            ValueError: There is no such fault.
        """
        match = {"operation": operation} if operation else {}
        self._add({"match": match, "action": action, "after": after, **({} if times is None else {"times": times})})

    def clear_faults(self) -> None:
        """Takes back all faults."""
        self._control("DELETE", "faults")

    def expire_tokens(self) -> None:
        """Makes every session token and OAuth access token stop working."""
        self._control("POST", "tokens/expire")

    def _add(self, fault: Mapping[str, Any]) -> None:
        self._control("POST", "faults", fault)

    def _control(self, method: str, call: str, body: Mapping[str, Any] | None = None) -> Any:
        response = self._http.request(method, f"/_local/{call}", json=body)
        if response.status_code == httpx.codes.BAD_REQUEST:
            raise ValueError(response.json()["error"])
        return response.raise_for_status().json()


@pytest.fixture(scope="session")
def aiware_media_root(pytestconfig: pytest.Config) -> Path:
    """The folder below which engines may read files: pytest's root folder. Override it to name another."""
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def aiware_recognition() -> bool:
    """Whether speech is really recognized: no, it is simulated, which is fast and always the same. Override it."""
    return False


@pytest.fixture(scope="session")
def aiware_server(
    tmp_path_factory: pytest.TempPathFactory, aiware_media_root: Path, aiware_recognition: bool
) -> Iterator[LocalAiware]:
    """The local aiWARE of this session. It ends with the session, even if pytest is killed."""
    data = tmp_path_factory.mktemp("aiware") / "data"
    with (
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", _STOP_AT_THE_END, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        ) as guard,
    ):
        patch.delenv("AIWARE_LOCAL_PORT", raising=False)
        server = LocalAiware(data, aiware_media_root, recognition=aiware_recognition)
        patch.undo()
        try:
            yield server
        finally:
            server.stop()
            guard.communicate(b"stopped\n")


@pytest.fixture
def aiware(aiware_server: LocalAiware, monkeypatch: pytest.MonkeyPatch) -> LocalAiware:
    """The local aiWARE, empty; the environment of the test names it, and no other aiWARE."""
    aiware_server.reset()
    for name in [name for name in os.environ if name.startswith("AIWARE_")]:
        monkeypatch.delenv(name)
    for name, value in aiware_server.environment.items():
        monkeypatch.setenv(name, value)
    return aiware_server
