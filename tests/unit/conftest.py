"""What holds for all unit tests: they start no process and no server, and talk to none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
REFUSED = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.system",
        "pty.spawn",
        "socket.bind",
        "socket.connect",
        "subprocess.Popen",
    }
)
"""The audit events of what these tests leave to others."""

_running: list[str] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Watches each of these tests, with its fixtures. Pytest calls this for tests of other folders too."""
    if FOLDER in item.path.parents:
        _running.append(item.nodeid)
    try:
        return (yield)
    finally:
        _running.clear()


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if _running and event in REFUSED:
        pytest.fail(f"Unit tests do without {event}: a test that needs it belongs into tests/integration.")


sys.addaudithook(_refuse)
