"""Many objects awaited by one program."""

from __future__ import annotations

import asyncio
import gc
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from aiware_resources.api import Api, JobRecord, Unread, close_connections, connect
from aiware_resources.waiting import Monitor, Watch
from aiware_resources.waiting.conditions import JobCondition
from tests.support.local import Local
from tests.unit.waiting.support import Scripted, SpyRow, become, completed, settings, start, watch

MakeMonitor = Callable[..., Monitor]

MANY = 500
BATCH = 50
ROUND = MANY // BATCH

CREATE_JOB = """
  job%d: createJob(input: {
    target: {status: "downloaded", startDateTime: 1574311000, stopDateTime: 1574315000}
    tasks: [{
      engineId: "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255", payload: {url: "https://media.test/a.mp4"}
      ioFolders: [{referenceId: "out", mode: stream, type: output}]
    }]
  }) { id }
"""


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Local]:
    """A local aiWARE whose jobs take long."""
    monkeypatch.setattr("aiware_resources.waiting.monitor.connect", connect)
    started = Local(tmp_path / "data", tmp_path)
    started.behave(jobSeconds=3600)
    yield started
    close_connections()
    started.stop()


def submitted(local: Local, count: int) -> list[str]:
    """Ids of so many jobs, submitted in a few requests."""
    ids: list[str] = []
    while len(ids) < count:
        mutation = "".join(CREATE_JOB % number for number in range(100))
        ids += [job["id"] for job in local.graphql(f"mutation {{{mutation}}}").values()]
    return ids


def asked(local: Local) -> list[int]:
    """How many jobs each request asked about."""
    requests = json.loads(local.request_log())["requests"]
    return [request["fields"]["job"] for request in requests if "job" in request["fields"]]


async def awaited(monitor: Monitor, watched: Watch[JobRecord]) -> None:
    await monitor.completed(watched)


async def test_a_look_at_many_jobs_costs_a_request_for_each_batch(local: Local) -> None:
    ids = submitted(local, MANY)
    often = {"poll_interval": 0.05, "poll_max_interval": 0.05, "poll_batch_size": BATCH}
    monitor = Monitor(settings(endpoint=local.server.graphql_url, token=local.token, **often))
    watches: list[Watch[JobRecord]] = [Watch(JobCondition(), id_, id_, SpyRow(), timeout=86_400) for id_ in ids]
    waiting = [asyncio.create_task(awaited(monitor, watched)) for watched in watches]
    deadline = time.monotonic() + 100
    while (requests := asked(local)).count(BATCH) < 2 * ROUND:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.5)
    # Whether a page of tasks is the whole list is asked of one job; of one in each batch where those are side by side.
    others = [count for count in requests if count != BATCH]
    assert set(others) <= {1}
    assert len(others) <= 3
    assert not any(task.done() for task in waiting)
    monitor._pollers.shutdown(cancel_futures=True)


class Silent(SpyRow):
    """A row that remembers nothing."""

    def progress(self, message: str) -> None:
        """Says nothing."""


class Endless(Scripted):
    """Objects that go on and on."""

    def __init__(self) -> None:
        super().__init__({})
        self.rounds = 0

    def look(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, str]:
        self.rounds += 1
        # Something new each time, as a server's answer is.
        return dict.fromkeys(ids, f"running, look {self.rounds}")


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
        def look(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, str]:
            looked.append(time.monotonic())
            return super().look(api, ids, unread)

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

    def look(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, str]:
        time.sleep(0.05)
        return super().look(api, ids, unread)


async def test_what_else_is_asked_does_not_wait_for_all_batches(make_monitor: MakeMonitor) -> None:
    condition = Slow()
    monitor = make_monitor()
    for number in range(MANY):
        start(monitor, Watch(condition, str(number), str(number), Silent(), timeout=86_400))
    await become(lambda: condition.rounds >= 4)
    begun = condition.rounds
    await monitor.call(lambda _: None)
    assert condition.rounds - begun < ROUND / 2
