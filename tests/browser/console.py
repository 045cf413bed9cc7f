"""A console as the command starts it, and jobs that it shows."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page

from aiware_local.storage.ids import new_job_id, new_task_id
from aiware_local.storage.store import DATABASE, Record, Store
from tests.browser.looks import Opener
from tests.support.local import Local


@dataclass(frozen=True)
class Served:
    """A console.

    Attributes:
        address: The address that it printed, with the key.
        local: The local aiWARE that it shows.
    """

    address: str
    local: Local

    @property
    def origin(self) -> str:
        """Where it is."""
        return self.address.partition("/?")[0]


@pytest.fixture(scope="session")
def served(shared_local: Local, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A console as the command starts it."""
    program = [sys.executable, "-c", "from aiware_resources.cli import main; main(prog_name='aiware')", "console"]
    environment = {**os.environ, "AIWARE_ENDPOINT": shared_local.endpoint, "AIWARE_TOKEN": shared_local.token}
    folder = tmp_path_factory.mktemp("console")
    log = folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            program, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdout is not None
    try:
        yield Served(process.stdout.readline().strip(), shared_local)
    finally:
        process.terminate()
        process.communicate(timeout=60)
    said = log.read_text()
    assert shared_local.token not in said
    assert "signature" not in said


async def opened(opener: Opener, served: Served, path: str, **look: Any) -> Page:
    """Opens a page of the console, with the key; in a look, as `Opener.open` takes it."""
    page = await opener.open(f"{served.origin}/favicon.ico?{served.address.partition('?')[2]}", **look)
    await page.goto(f"{served.origin}/environment/{path}")
    return page


def fleet(local: Local, job_ids: list[str], count: int) -> None:
    """Puts copies of jobs into the local aiWARE's records, in turn, each a second older than the one before."""
    with closing(Store(local.server.data / DATABASE)) as store, store.transaction():
        known = [found for job_id in job_ids if (found := store.get("job", job_id))]
        for number in range(count):
            store.put("job", _copy(known[number % len(known)], number), owner=known[0]["targetId"])


def _copy(job: Record, number: int) -> Record:
    created = job["createdDateTime"] - number - 1
    made = {**copy.deepcopy(job), "id": new_job_id(created), "name": f"episode {number}", "createdDateTime": created}
    for task in made["_tasks"]:
        task["id"] = new_task_id(made["id"])
    return made


def begin(local: Local, job_id: str, seconds: float) -> None:
    """Lets a job have begun so many seconds from now, or before now where that is negative."""
    with closing(Store(local.server.data / DATABASE)) as store, store.transaction():
        job = store.get("job", job_id)
        assert job is not None
        job["_startedAt"] = time.time() + seconds
        store.put("job", job, owner=job["targetId"], due=job["_startedAt"])
