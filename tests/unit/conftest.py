"""What holds for all unit tests: they start no process and no server, and talk to none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

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


@contextmanager
def _watched(item: pytest.Item) -> Iterator[None]:
    _running.append(item.nodeid)
    try:
        yield
    finally:
        _running.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Watches what a test's fixtures start. The teardown goes unwatched: what other tests have left may end then."""
    with _watched(item):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Watches the test."""
    with _watched(item):
        yield


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if _running and event in REFUSED:
        pytest.fail(f"Unit tests do without {event}: a test that needs it belongs into tests/integration.")


sys.addaudithook(_refuse)
