"""Many jobs of a local aiWARE, awaited by one program."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiware_resources.api import JobRecord, close_connections, connect
from aiware_resources.waiting import Monitor, Watch
from aiware_resources.waiting.conditions import JobCondition
from tests.support.local import Local
from tests.support.waiting import SpyRow, settings

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
    monitor.run.pollers.shutdown(cancel_futures=True)
