"""Fixtures of the tests of waiting."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator

import pytest

from tests.support.waiting import haste, make_monitor

__all__ = ["haste", "make_monitor"]


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
