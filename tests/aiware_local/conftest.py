"""The fixture that every test of the local aiWARE uses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from aiware_local.engines import translation
from aiware_local.installation.installation import Installation
from aiware_local.server.app import create_app
from tests.aiware_local.edge_support import Edge
from tests.aiware_local.support import FakeClock, Local


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[Local]:
    clock, media_root = FakeClock(), tmp_path / "media"
    media_root.mkdir()
    installation = Installation(tmp_path / "data", media_root, clock)
    app = create_app(installation, patience=30)
    transport = httpx.ASGITransport(app)
    name, _, key = (installation.data / "control.header").read_text().strip().partition(": ")
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9000", headers={name: key}) as http:
        yield Local(installation, clock, http, media_root)
    await app.state.worker.stop()
    installation.close()


@pytest.fixture
def without_apertium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "APERTIUM", "apertium-that-is-not-installed")


@pytest.fixture
def edge(local: Local) -> Edge:
    return Edge(local)
