"""Moving files: progress on the row now and then, and an end when the program is interrupted."""

from __future__ import annotations

import asyncio
import threading

import pytest

from aiware_resources.api import Progress
from aiware_resources.errors import AiwareError
from aiware_resources.settings import Settings
from aiware_resources.waiting import Monitor
from aiware_resources.waiting import monitor as monitor_module
from aiware_resources.waiting.monitor import TransferProgress
from tests.support.waiting import SpyRow


class Clock:
    """Time that passes by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(monitor_module, "time", made)
    return made


def test_progress_is_told_once_a_second(clock: Clock) -> None:
    told: list[str] = []
    progress = TransferProgress(told.append, "uploading a.mp4", threading.Event())
    for tenth in range(25):
        clock.now = tenth / 10
        progress(tenth * 10_000_000, 250_000_000)
    assert told == ["uploading a.mp4: 100 of 250 MB (40 %)", "uploading a.mp4: 200 of 250 MB (80 %)"]


def test_without_a_total_the_bytes_are_told(clock: Clock) -> None:
    told: list[str] = []
    progress = TransferProgress(told.append, "downloading b", threading.Event())
    clock.now = 1.0
    progress(12_000_000, 0)
    assert told == ["downloading b: 12 MB"]


def test_an_interrupted_program_ends_its_transfers() -> None:
    interrupted = threading.Event()
    progress = TransferProgress(lambda _: None, "uploading a.mp4", interrupted)
    progress(1, 2)
    interrupted.set()
    with pytest.raises(AiwareError, match=r"Interrupted while uploading a\.mp4"):
        progress(2, 2)


async def test_a_transfer_shows_on_its_row_and_counts_as_under_way(clock: Clock) -> None:
    monitor, row = Monitor(Settings()), SpyRow()
    begun, go_on = threading.Event(), threading.Event()

    def run(progress: Progress) -> str:
        begun.set()
        clock.now = 2.0
        progress(1_000_000, 2_000_000)
        assert go_on.wait(10)
        return "moved"

    moving = asyncio.ensure_future(monitor.transfer(run, row, "uploading a.mp4"))
    await asyncio.to_thread(begun.wait, 10)
    quiet = asyncio.ensure_future(monitor.under_way.nothing_left(lambda: False))
    await asyncio.sleep(0)
    assert not quiet.done()
    go_on.set()
    assert await moving == "moved"
    assert row.messages("progress") == ["uploading a.mp4: 1 of 2 MB (50 %)"]
    await quiet
