"""What holds for all tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.support.local import Local


def pytest_configure() -> None:
    """Lets what the tests start be interrupted: a shell ignores Ctrl-C for what it runs in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A local aiWARE that the tests of one process share; whoever uses it empties it first."""
    folder = tmp_path_factory.mktemp("aiware")
    server = Local(folder / "data", folder)
    yield server
    server.stop()
