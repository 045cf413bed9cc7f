"""Many objects awaited by one program."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import pytest

from aiware_resources.api import Api, Unread
from aiware_resources.waiting import Monitor, Watch
from tests.support.waiting import Scripted, SpyRow, become, completed, start, watch

MakeMonitor = Callable[..., Monitor]

MANY = 500
BATCH = 50
ROUND = MANY // BATCH


class Silent(SpyRow):
    """A row that remembers nothing."""

    def progress(self, message: str) -> None:
        """Says nothing."""


class Endless(Scripted):
    """Objects that go on and on."""

    def __init__(self) -> None:
        super().__init__({})
        self.rounds = 0

    def read(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, str]:
        self.rounds += 1
        # Something new each time, as a server's answer is.
        return dict.fromkeys(ids, f"running, look {self.rounds}")


@pytest.mark.no_cover  # each line runs thousands of times
async def test_memory_does_not_grow_while_it_waits(make_monitor: MakeMonitor) -> None:
    condition = Endless()
    monitor = make_monitor(poll_interval=0.001, poll_max_interval=0.001)
    for number in range(MANY):
        start(monitor, Watch(condition, str(number), str(number), Silent(), timeout=86_400))

    async def after(rounds: int) -> int:
        wanted = condition.rounds + rounds * ROUND
        await become(lambda: condition.rounds >= wanted)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = await after(20)
        grown = await after(40) - before
    finally:
        tracemalloc.stop()
    # Forty rounds over 500 objects: ten bytes for each look at one would be more.
    assert grown < 200_000


async def test_it_looks_often_again_as_soon_as_something_happens(make_monitor: MakeMonitor) -> None:
    looked: list[float] = []

    class Timed(Scripted):
        def read(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, str]:
            looked.append(time.monotonic())
            return super().read(api, ids, unread)

    condition = Timed({"slow": ["running"], "quick": [*["running"] * 9, "done"]})
    monitor = make_monitor(poll_interval=0.02, poll_max_interval=60)
    start(monitor, watch(condition, "slow"))
    await completed(monitor, watch(condition, "quick"))
    at_its_end = len(looked)
    await become(lambda: len(looked) > at_its_end)
    pauses = [later - earlier for earlier, later in pairwise(looked)]
    longest = max(pauses[: at_its_end - 1])
    assert longest > 0.2
    assert pauses[at_its_end - 1] < longest


class Slow(Endless):
    """Objects that take their time to be read."""

    def read(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, str]:
        time.sleep(0.05)
        return super().read(api, ids, unread)


async def test_what_else_is_asked_does_not_wait_for_all_batches(make_monitor: MakeMonitor) -> None:
    condition = Slow()
    monitor = make_monitor()
    for number in range(MANY):
        start(monitor, Watch(condition, str(number), str(number), Silent(), timeout=86_400))
    await become(lambda: condition.rounds >= 4)
    begun = condition.rounds
    await monitor.call(lambda _: None)
    assert condition.rounds - begun < ROUND / 2
