"""Fixtures of the tests of waiting."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator

import pytest

from aiware_resources.waiting import Monitor
from tests.unit.waiting.support import settings


@pytest.fixture(autouse=True)
def _haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortens the fixed pauses, keeps the API away, and lets every test have a monitor of its own."""
    monkeypatch.setattr("aiware_resources.waiting.interval._GATHER", 0.01)
    monkeypatch.setattr("aiware_resources.waiting.under_way._SETTLED_AFTER", 0.02)
    monkeypatch.setattr("aiware_resources.waiting.monitor.connect", lambda _: None)
    monkeypatch.setattr("aiware_resources.waiting.monitor._current", [])


@pytest.fixture
def make_monitor() -> Callable[..., Monitor]:
    """Makes a monitor; to be called where an event loop runs."""
    return lambda **changes: Monitor(settings(**changes))


@pytest.fixture
def stumbles(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """What asyncio says of tasks of this test that failed while nobody looked."""
    gc.collect()
    caplog.clear()

    def told() -> str:
        gc.collect()
        return caplog.text

    with caplog.at_level(logging.ERROR, "asyncio"):
        yield told
