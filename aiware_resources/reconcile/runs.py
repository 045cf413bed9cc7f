"""Runs of jobs: what an object that is made from results of jobs was made from.

An export is a copy of what jobs had found when it was requested. It records, hidden, which runs these were: the ids of
the jobs, and how often each was started again in place. When they are others now, the copy is out of date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pulumi.output import Unknown

RUNS_KEY = "__runs"
"""The property that holds the runs: how often each job was started again, by job id. Hidden from displays."""

RERUNS = "__reruns"
"""The fact of a job that says how often it was started again in place; of a fleet, by entry."""

ANY_RERUN = -1
"""How often a job was started again is not known in the preview of an update in place, which starts nothing again."""

_MOST_JOBS = 50
"""Of more jobs a digest is recorded."""

Runs = Mapping[str, int]


class RunsJobs:
    """A resource whose jobs leave results on TDOs."""

    async def _job_runs(self, target_ids: frozenset[str]) -> Any:
        """The runs of its jobs that an export of these TDOs is made from.

        Returns:
            How often each job was started again, by job id; ``UNKNOWN`` when the update runs jobs.
        """
        raise NotImplementedError


def shortened(runs: Runs) -> Runs:
    """The runs as they are recorded: those of many jobs as a digest."""
    if len(runs) <= _MOST_JOBS:
        return runs
    text = "\n".join(f"{job} {count}" for job, count in sorted(runs.items()))
    return {hashlib.sha256(text.encode()).hexdigest()[:16]: 0}


def differ(recorded: Any, now: Any) -> bool:
    """Whether there are runs now that an export was not made from.

    Args:
        recorded: The runs that it was made from.
        now: The runs of today; an ``Unknown`` when the update runs jobs.
    """
    return isinstance(now, Unknown) or any(not _is_in(recorded, job, count) for job, count in now.items())


def _is_in(recorded: Runs, job: str, count: int) -> bool:
    before = recorded.get(job)
    return before is not None and (count == before or ANY_RERUN in (count, before))


class SeenJobs:
    """What this process knows of when jobs ran: for exports whose states do not say what they were made from.

    The engine reads the objects of a state in the process that then compares and creates them.
    """

    def __init__(self) -> None:
        self._created: dict[str, datetime] = {}
        self._submitted: set[str] = set()

    def submitted(self, job_id: str) -> None:
        """Notes that this process has submitted a job."""
        self._submitted.add(job_id)

    def created(self, object_id: str, when: datetime | None) -> None:
        """Notes when an object was created, by aiWARE's clock."""
        if when is not None:
            self._created[object_id] = when

    def are_later(self, now: Any, export_id: str) -> bool:
        """Whether one of the runs is known to be later than an export."""
        if isinstance(now, Unknown):
            return True
        return any(count > 0 or job in self._submitted or self._is_later(job, export_id) for job, count in now.items())

    def _is_later(self, job_id: str, export_id: str) -> bool:
        job, export = self._created.get(job_id), self._created.get(export_id)
        return job is not None and export is not None and job > export


seen_jobs = SeenJobs()
"""The register of this process."""
