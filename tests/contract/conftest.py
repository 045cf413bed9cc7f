"""A provider host, shared by the contract tests of a worker, and an empty local aiWARE for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.host import Host
from tests.support.local import Local


@pytest.fixture
def local(shared_local: Local) -> Local:
    """The local aiWARE, empty; work takes no time unless a test says so."""
    shared_local.reset()
    shared_local.behave(jobSeconds=0, exportSeconds=0)
    return shared_local


@pytest.fixture(scope="session")
def host(shared_local: Local) -> Iterator[Host]:
    """A provider host that talks to the local aiWARE."""
    config = {"aiware:endpoint": f"{shared_local.server.url}/v3/graphql", "aiware:token": shared_local.token}
    running = Host(config, {})
    yield running
    assert "Traceback" not in running.close()


@pytest.fixture
def start(local: Local) -> Iterator[Callable[..., Host]]:
    """Starts provider hosts that know nothing yet, with these settings; every new run of Pulumi has one."""
    running: list[Host] = []

    def make(**settings: str) -> Host:
        config = {"endpoint": f"{local.server.url}/v3/graphql", "token": local.token, **settings}
        running.append(Host({f"aiware:{key}": value for key, value in config.items()}, {}))
        return running[-1]

    yield make
    for each in running:
        assert "Traceback" not in each.close()
