"""What is said of the local aiWARE."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiware_local import launcher
from aiware_resources.errors import AiwareError

NOT_RUNNING = "The local aiWARE is not running."
STARTS = "`aiware local start` starts it"


def sentence(server: launcher.LocalServer) -> str:
    """Where it runs, in a sentence."""
    return f"The local aiWARE runs at {server.graphql_url} (process {server.pid}, data in {server.data})."


def facts(server: launcher.LocalServer | None) -> dict[str, Any]:
    """Where it runs, as JSON values."""
    if server is None:
        return {"running": False}
    return {"running": True, "url": server.url, "pid": server.pid, "data": str(server.data)}


def running() -> launcher.LocalServer:
    """The one that runs.

    Raises:
        AiwareError: None does.
    """
    server = launcher.status()
    if server is None:
        raise AiwareError(NOT_RUNNING, remedy=f"{STARTS}.")
    return server


@contextmanager
def explained() -> Iterator[None]:
    """Turns what keeps it from starting or stopping into an error of the library.

    Raises:
        AiwareError: It could not be started or stopped.
    """
    try:
        yield
    except launcher.LauncherError as error:
        raise AiwareError(str(error)) from error
