"""What holds for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.interrupts import heed_interrupts
from tests.support.local import Local


def pytest_configure() -> None:
    """Tests may run in a shell's background."""
    heed_interrupts()


@pytest.fixture(scope="session")
def shared_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A local aiWARE that the tests of one process share; whoever uses it empties it first."""
    folder = tmp_path_factory.mktemp("aiware")
    server = Local(folder / "data", folder)
    yield server
    server.stop()
