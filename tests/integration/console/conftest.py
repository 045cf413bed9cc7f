"""A console that is served, and the local aiWARE that it shows."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from nicegui import Client, core

from aiware_resources.api import close_connections
from aiware_resources.console import frame, server
from aiware_resources.console.places import Drift, Place, StackReads
from aiware_resources.report import Report, build, parse
from aiware_resources.settings import Settings
from tests.support.local import Local

KEY = "sesame"
RECORDINGS = Path(__file__).parents[2] / "unit" / "report" / "recordings"


@dataclass(frozen=True)
class Served:
    """A console.

    Attributes:
        url: Its address.
        client: A browser that has the key.
    """

    url: str
    client: httpx.Client

    def page(self, path: str) -> str:
        """What a page says that nobody else has open."""
        assert core.loop is not None
        asyncio.run_coroutine_threadsafe(_close_pages(), core.loop).result()
        return self.client.get(path).raise_for_status().text


def _report() -> Report:
    """What Pulumi once printed of an update."""
    return build(parse((RECORDINGS / "everything.json").read_text(encoding="utf-8")))


def _drift() -> Drift:
    report = _report()
    return Drift(len(report.drift) + 1, list(report.drift), list(report.kept_failures))


async def _close_pages() -> None:
    # They never had a socket whose end could tell that they are closed.
    for client in list(Client.instances.values()):
        client.delete()


@pytest.fixture(scope="session")
def served(shared_local: Local) -> Iterator[Served]:
    """A console in a thread; a process has one."""

    def settings() -> Settings:
        return Settings.from_mapping({"aiware:endpoint": shared_local.endpoint, "aiware:token": shared_local.token})

    def edge() -> Settings:
        server = shared_local.server
        return Settings.from_mapping(
            {
                "aiware:api": "edge",
                "aiware:endpoint": server.edge_url,
                "aiware:organizationId": server.edge_organization_id,
                "aiware:token": shared_local.token,
            }
        )

    places = [
        Place("environment", settings),
        Place("edge", edge),
        Place("acme/studio/prod", settings, StackReads(_drift, _report)),
    ]
    listening = server.listen(0)
    serving = uvicorn.Server(server.config(server.application(places, KEY)))
    thread = threading.Thread(target=serving.run, args=([listening],), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        with (
            pytest.MonkeyPatch.context() as patch,
            httpx.Client(base_url=url, follow_redirects=True, trust_env=False, timeout=150) as client,
        ):
            # A page that comes without its first reading holds nothing to look at; the machine may be busy.
            patch.setattr(frame, "_PATIENCE", 120.0)
            client.get(f"/?key={KEY}", follow_redirects=False)
            yield Served(url, client)
    finally:
        serving.should_exit = True
        thread.join()
        listening.close()
        close_connections()


@pytest.fixture
def local(shared_local: Local) -> Local:
    """An empty local aiWARE, which the console shows."""
    shared_local.reset()
    shared_local.behave(jobSeconds=0, exportSeconds=0)
    return shared_local
