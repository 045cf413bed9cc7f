"""Does the work that is due: runs engines and renders exports, each once, also after a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

from aiware_local.engines.roles import run_engine
from aiware_local.exports.run import run_export
from aiware_local.installation.installation import Installation
from aiware_local.jobs.lifecycle import Timeline
from aiware_local.jobs.records import save_job
from aiware_local.storage.store import Record

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 3.0
"""How long a request waits for work that is due, such as a large copy, before it sees the state without it."""


class Worker:
    """Brings the records up to date with the time.

    Nothing runs in between: each request calls `settle` before it reads. It then finds the same records as if the work
    had been done at the moment when it was due.

    Args:
        installation: whose records.
        patience: how long `settle` waits for work under way, in seconds.
    """

    def __init__(self, installation: Installation, patience: float = PATIENCE_SECONDS) -> None:
        self._installation = installation
        self._patience = patience
        self._running: asyncio.Task[None] | None = None

    async def settle(self) -> None:
        """Does all that is due, or waits for it as long as patience lasts."""
        deadline = asyncio.get_running_loop().time() + self._patience
        while self._due():
            if self._running is None or self._running.done():
                self._running = asyncio.create_task(self._work())
            # Another request may start the next round as soon as this one is done.
            running = self._running
            left = deadline - asyncio.get_running_loop().time()
            done, _ = await asyncio.wait({running}, timeout=max(left, 0))
            if not done:
                return
            running.result()

    async def stop(self) -> None:
        """Gives up work under way; it will be done again when it is needed."""
        if self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait({self._running})

    def _due(self) -> bool:
        store, now = self._installation.store, self._installation.clock.now()
        return bool(store.due("job", now) or store.due("export", now))

    async def _work(self) -> None:
        store, now = self._installation.store, self._installation.clock.now()
        work: list[Awaitable[None]] = [self._work_on_job(job_id) for job_id in store.due("job", now)]
        await asyncio.gather(*work)
        for export_id in store.due("export", now):
            run_export(self._installation, export_id)

    async def _work_on_job(self, job_id: str) -> None:
        """Runs the engines of a job whose time has come, in the order in which their tasks end."""
        store, clock = self._installation.store, self._installation.clock
        job = store.get("job", job_id)
        while job is not None:
            next_task = Timeline(job).next_task()
            if next_task is None or next_task[0] > clock.now():
                save_job(store, job)
                return
            order = next_task[1]
            result = await run_engine(self._installation, job, order)
            known = store.get("job", job_id)
            if known is not None and _is_same_run(known, job):
                job["_tasks"][order]["_result"] = result
                save_job(store, job)
            else:
                job = known


def _is_same_run(known: Record, job: Record) -> bool:
    """Whether a job was neither cancelled nor started again meanwhile."""
    return all(known[key] == job[key] for key in ("_cancelledAt", "_startedAt"))
