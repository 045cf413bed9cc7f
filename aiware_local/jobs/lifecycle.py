"""How a job moves through its tasks as time passes.

A job's state is computed, never advanced: it follows from the plan that was fixed when the job started (how long each
task takes), from what the engines have left behind (the tasks' results) and from the present moment. A restarted server
therefore has nothing to recover.

A task that listens is the exception: its engine runs when it starts, and it runs as long as that takes, or for the time
that its engine was told to take if that is longer.

A task that fails, with its standby tasks, ends its job as failed, and the tasks that have not ended as aborted (source:
apis/jobs-tasks-tdos.md, support article 000004353). How long a state lasts is documented nowhere, and chosen here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from aiware_local.storage.store import Record

NEVER = math.inf
BEFORE_THE_START = -math.inf

QUEUED_AFTER = (0.05, 0.5)
"""A task that no longer waits for its parents is pending for this share of its duration, at most this many seconds;
then it is queued."""
STARTED_AFTER = (0.15, 1.5)
"""The same for the moment when it leaves the queue and starts."""
STREAM_LEAD = 0.5
"""A task that need not wait for a complete parent starts when the parent has done this share of its running."""

JOB_ENDED = frozenset({"complete", "failed", "cancelled"})


def listens(task: Record) -> bool:
    """Whether the engine of a task may take as long as it needs to recognize speech."""
    return bool(task.get("_listens"))


class Window(NamedTuple):
    """When a task enters the queue, starts and ends, in seconds since the epoch.

    `complete` is when the tasks before it are complete.
    """

    queued: float
    started: float
    ended: float
    complete: float


class Timeline:
    """The states of one job's tasks at any moment.

    Args:
        job: the job's record: `_startedAt`, `_cancelledAt` and `_tasks` with their parents, seconds and results, and
            whether they listen.
    """

    def __init__(self, job: Record) -> None:
        self.tasks: Sequence[Record] = job["_tasks"]
        self.started_at: float = job["_startedAt"]
        self.cancelled_at: float = NEVER if job["_cancelledAt"] is None else job["_cancelledAt"]
        self.standby_of = {task["_standbyFor"]: task["order"] for task in self.tasks if task["_standbyFor"] is not None}
        self._mains = [task for task in self.tasks if task["_standbyFor"] is None]
        self.windows = self._all_windows()
        self.failed_at = min(
            (self._end(task["order"]) for task in self._mains if self._failed(task["order"])), default=NEVER
        )

    def task_status(self, order: int, now: float) -> str:
        """The TaskStatus of a task at that moment."""
        task, window = self.tasks[order], self.windows[order]
        stop = min(self.cancelled_at, self.failed_at)
        # What was listened to beyond the end of its job does not count.
        if task["_result"] is not None and window.ended <= (min(now, stop) if listens(task) else now):
            return "failed" if task["_result"]["failure"] else "complete"
        if now >= stop:
            return "cancelled" if self.cancelled_at <= self.failed_at else "aborted"
        if now >= window.started:
            return "running"
        if now >= window.queued:
            return "queued"
        return "pending" if task["_standbyFor"] is None else "standby_pending"

    def job_status(self, now: float) -> str:
        """The job's status at that moment: one of the six of JobStatusFilter."""
        if now >= min(self.cancelled_at, self.failed_at):
            return "cancelled" if self.cancelled_at <= self.failed_at else "failed"
        if now >= self.ended_at():
            return "complete"
        states = {self.task_status(task["order"], now) for task in self.tasks}
        if states & {"running", "complete"}:
            return "running"
        return "queued" if "queued" in states else "pending"

    def ended_at(self) -> float:
        """When the job reached or will reach its end; `inf` while a task's outcome is still open."""
        stop = min(self.cancelled_at, self.failed_at)
        if stop < NEVER:
            return stop
        return max(self._end(task["order"]) if self._settled(task["order"]) else NEVER for task in self._mains)

    def outcome(self) -> tuple[str, float, float] | None:
        """The job's last status, when it gets it, and when the last of its tasks changes; None while that is open."""
        ended = self.ended_at()
        if ended == NEVER:
            return None
        return self.job_status(ended), ended, max(moment for moment in self._moments() if moment < NEVER)

    def next_tasks(self) -> list[tuple[float, int]]:
        """When the next engine runs are due, and of which tasks, the earliest first; none when the job is over."""
        if self.cancelled_at < NEVER:
            return []  # what was due before has been done before; what was under way ended with it
        due = [(self._due(task), task["_level"], task["order"]) for task in self.tasks if task["_result"] is None]
        return [(moment, order) for moment, _, order in sorted(due) if moment <= self.failed_at and moment < NEVER]

    def _due(self, task: Record) -> float:
        """When the engine of a task runs: at the end of the task, or if it listens, when all that it needs is there."""
        window = self.windows[task["order"]]
        return max(window.started, window.complete) if listens(task) else window.ended

    def last_change(self, now: float, orders: Sequence[int] | None = None) -> float:
        """The latest moment up to now at which the job, or one of the given tasks, changed its state."""
        return max((moment for moment in self._moments(orders) if moment <= now), default=self.started_at)

    def _moments(self, orders: Sequence[int] | None = None) -> Iterator[float]:
        """When the job, or one of the given tasks, changes its state."""
        yield from (self.started_at, self.cancelled_at, self.failed_at)
        for order in range(len(self.tasks)) if orders is None else orders:
            window = self.windows[order]
            yield from (window.queued, window.started, window.ended)

    def _all_windows(self) -> list[Window]:
        windows: dict[int, Window] = {}
        self._windows = windows
        for task in sorted(self.tasks, key=lambda task: task["_level"]):
            windows[task["order"]] = self._window(task)
        return [windows[order] for order in range(len(self.tasks))]

    def _window(self, task: Record) -> Window:
        planned = self._planned_window(task)
        if not listens(task) or planned.started == NEVER:
            return planned
        if task["_result"] is None:
            return planned._replace(ended=NEVER)
        ended = task["_result"].get("endedAt") or planned.ended
        return planned._replace(ended=max(ended, planned.ended if task["_lasts"] else planned.started))

    def _planned_window(self, task: Record) -> Window:
        seconds: float = task["_seconds"]
        if task["_standbyFor"] is not None:
            ready = self._windows[task["_standbyFor"]].ended if self._failed_alone(task["_standbyFor"]) else NEVER
            return _window(ready, ready, ready + seconds, seconds)
        if not task["_parents"]:
            return _window(self.started_at, self.started_at, self.started_at + seconds, seconds)
        complete = max(map(self._end, task["_parents"]))
        ready = complete if task["_waitsForParents"] else max(map(self._lead, task["_parents"]))
        return _window(ready, complete, complete + seconds, seconds)

    def _lead(self, order: int) -> float:
        window = self._windows[order]
        return window.started + STREAM_LEAD * (window.ended - window.started)

    def _end(self, order: int) -> float:
        """When the task, or the standby task that took its place, ends."""
        standby = self.standby_of.get(order)
        if standby is None or standby not in self._windows or not self._failed_alone(order):
            return self._windows[order].ended
        return self._end(standby)

    def _settled(self, order: int) -> bool:
        standby = self.standby_of.get(order)
        if standby is not None and self._failed_alone(order):
            return self._settled(standby)
        return self.tasks[order]["_result"] is not None

    def _failed(self, order: int) -> bool:
        standby = self.standby_of.get(order)
        return self._failed_alone(order) and (standby is None or self._failed(standby))

    def _failed_alone(self, order: int) -> bool:
        result = self.tasks[order]["_result"]
        return result is not None and result["failure"] is not None


def _window(ready: float, complete: float, ended: float, seconds: float) -> Window:
    """The window of a task that may start at `ready`, while its parents are complete at `complete`."""
    if ready == NEVER:
        return Window(NEVER, NEVER, NEVER, NEVER)
    latest = ended if ready < complete else ready + seconds
    queued = min(ready + min(QUEUED_AFTER[0] * seconds, QUEUED_AFTER[1]), latest)
    started = min(ready + min(STARTED_AFTER[0] * seconds, STARTED_AFTER[1]), latest)
    return Window(round(queued, 3), round(started, 3), round(ended, 3), complete)
