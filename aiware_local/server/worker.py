"""Does the work that is due: runs engines and renders exports, each once, also after a restart."""

from __future__ import annotations

import asyncio
import logging
import math
import types
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any

from aiware_local.engines.roles import run_engine
from aiware_local.engines.run import Run
from aiware_local.exports.run import run_export
from aiware_local.installation.errors import FailureReason, failure_of
from aiware_local.installation.installation import Installation
from aiware_local.jobs.lifecycle import Timeline, listens
from aiware_local.jobs.records import save_job
from aiware_local.storage.store import Record

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 3.0
"""How long a request waits for work that is due, such as a large copy, before it sees the state without it."""
PAUSE_SECONDS = 0.25
"""How often `run` looks for work."""
BATCH = 50
"""How many jobs are begun before others get a word in."""


class Worker:
    """Brings the records up to date with the time.

    Each request calls `settle` before it reads. It then finds the same records as if the work had been done at the
    moment when it was due. Only recognition takes its time: it is begun when it is due, and nobody waits for it.

    Args:
        installation: whose records.
        patience: how long `settle` waits for work under way, in seconds.
    """

    def __init__(self, installation: Installation, patience: float = PATIENCE_SECONDS) -> None:
        self._installation = installation
        self._patience = patience
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._listening: dict[tuple[str, int], asyncio.Task[None]] = {}
        # Jobs with a task that is listened to already, and when something else of them is due.
        self._later: dict[str, float] = {}

    async def run(self) -> None:
        """Does what is due at its time, also while nobody asks; until it is cancelled."""
        while True:
            try:
                await self.settle()
            # Whoever asks next gets it as an answer.
            except Exception:
                log.exception("work that is due could not be done")
            await asyncio.sleep(PAUSE_SECONDS)

    async def settle(self) -> None:
        """Does all that is due, or waits for it as long as patience lasts."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience
        self._give_up_unwanted()
        while True:
            jobs, are_more = self._begin_jobs()
            if not jobs:
                break
            await asyncio.sleep(0)  # most of them end at once
            under_way = [job for job in jobs if not _has_ended(job)]
            if under_way and not are_more:
                done, pending = await asyncio.wait(under_way, timeout=max(deadline - loop.time(), 0))
                for job in done:
                    job.result()
                if pending:
                    return
            elif are_more and loop.time() >= deadline:
                return
        for export_id in self._due("export"):
            run_export(self._installation, export_id)

    async def stop(self) -> None:
        """Gives up work under way; it will be done again when it is needed."""
        under_way = [*self._jobs.values(), *self._listening.values()]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        self._later.clear()
        if self._installation.recognizer is not None:
            await self._installation.recognizer.close()

    def _due(self, kind: str, most: int = -1) -> list[str]:
        return self._installation.store.due(kind, self._installation.clock.now(), most)

    def _begin_jobs(self) -> tuple[list[asyncio.Task[None]], bool]:
        """The work on jobs that are due, each in a task of its own; and whether there are more of them."""
        now = self._installation.clock.now()
        most = BATCH + len(self._jobs) + len(self._later)
        found = self._due("job", most)
        due = [job_id for job_id in found if self._later.get(job_id, -math.inf) <= now]
        for job_id in due:
            if job_id not in self._jobs:
                self._jobs[job_id] = _started(self._work_on_job(job_id))
                self._jobs[job_id].add_done_callback(partial(self._worked, job_id))
        return [self._jobs[job_id] for job_id in due], len(found) == most

    async def _work_on_job(self, job_id: str) -> None:
        """Runs the engines of a job whose time has come, in the order in which that is so."""
        store = self._installation.store
        while (job := store.get("job", job_id)) is not None:
            # What ends at once is stored at once: nobody could see anything between.
            with store.transaction():
                timeline, waiting = self._run_engines(job)
                save_job(store, job, timeline)
            if waiting is None:
                return
            order, engine_run = waiting
            self._keep(job, order, await engine_run.result())

    def _run_engines(self, job: Record) -> tuple[Timeline, tuple[int, _Begun] | None]:
        """Runs the engines of a job until one has to wait, which is returned; None when nothing more is due."""
        job_id = job["id"]
        timeline = Timeline(job)
        while True:
            due = [each for each in timeline.next_tasks() if (job_id, each[1]) not in self._listening]
            if not due or due[0][0] > self._installation.clock.now():
                if any(job_id == listened for listened, _ in self._listening):
                    self._later[job_id] = due[0][0] if due else math.inf
                return timeline, None
            order = due[0][1]
            if listens(job["_tasks"][order]):
                key = job_id, order
                self._listening[key] = _started(self._listen(job, order))
                self._listening[key].add_done_callback(partial(self._listened, key))
                continue
            engine_run = _Begun(run_engine(self._installation, job, order))
            if not engine_run.has_ended:
                return timeline, (order, engine_run)
            job["_tasks"][order]["_result"] = engine_run.value
            if engine_run.value["failure"] is not None:
                timeline = Timeline(job)  # otherwise all goes as planned

    async def _listen(self, job: Record, order: int) -> None:
        try:
            result = await run_engine(self._installation, job, order)
        # It would never end otherwise: nobody waits for it.
        except Exception:
            log.exception("task %s broke off", job["_tasks"][order]["id"])
            failure = failure_of(FailureReason.INTERNAL_ERROR, "The engine broke off; see the log of the local aiWARE.")
            result = Run(self._installation, job, order).result(failure)
        self._keep(job, order, result)

    def _worked(self, job_id: str, _: asyncio.Task[None]) -> None:
        del self._jobs[job_id]

    def _listened(self, key: tuple[str, int], _: asyncio.Task[None]) -> None:
        del self._listening[key]
        self._later.pop(key[0], None)

    def _keep(self, job: Record, order: int, result: Record) -> None:
        """Stores what a task has left behind, unless its job was cancelled or started again meanwhile."""
        store = self._installation.store
        known = store.get("job", job["id"])
        if known is None or not _is_same_run(known, job):
            return
        for task, seen in zip(known["_tasks"], job["_tasks"], strict=True):
            if task["_result"] is not None and seen["_result"] is not None:
                task["_result"]["collected"] |= seen["_result"]["collected"]
        known["_tasks"][order]["_result"] = result
        save_job(store, known)

    def _give_up_unwanted(self) -> None:
        """Stops listening for jobs that are gone or were cancelled: nothing of them is due any more."""
        if self._listening:
            due = set(self._due("job"))
            for (job_id, _), task in self._listening.items():
                if job_id not in due:
                    task.cancel()


class _Begun:
    """A coroutine that has run as far as it could without waiting.

    Attributes:
        has_ended: whether it has returned; `value` is what.
    """

    def __init__(self, work: Coroutine[Any, Any, Record]) -> None:
        self._work = work
        self._waits_for: Any = None
        self._error: Exception | None = None
        self.has_ended = False
        self.value: Record = {}
        try:
            self._waits_for = work.send(None)
        except StopIteration as ended:
            self.has_ended, self.value = True, ended.value
        except Exception as error:  # noqa: BLE001 - whoever awaits the result gets it
            self._error = error

    @types.coroutine
    def result(self) -> Generator[Any, Any, Record]:
        """Awaits the rest of it, in the task in which it was begun."""
        if self._error is not None:
            raise self._error
        while True:
            try:
                sent = yield self._waits_for
            except BaseException as error:  # noqa: BLE001 - a cancellation is for the coroutine too
                step = partial(self._work.throw, error)
            else:
                step = partial(self._work.send, sent)
            try:
                self._waits_for = step()
            except StopIteration as ended:
                value: Record = ended.value
                return value


def _started(work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """A task whose error may go unseen: who waits for it gets it, and where nobody waits it is done again."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda ended: None if ended.cancelled() else ended.exception())
    return task


def _is_same_run(known: Record, job: Record) -> bool:
    """Whether a job was neither cancelled nor started again meanwhile."""
    return all(known[key] == job[key] for key in ("_cancelledAt", "_startedAt"))


def _has_ended(job: asyncio.Task[None]) -> bool:
    """Whether a task has ended, raising its error if it has one."""
    if job.done():
        job.result()
    return job.done()
