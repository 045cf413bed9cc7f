"""What is awaited of jobs, export requests and clusters.

When each of them counts as what:

**Job** (also a single-engine job)

- *done*: aiWARE shows it with the status ``complete``. A job that aiWARE does not show is done only if it was *seen
  complete* before: by a refresh, or submitted longer ago than ``aiware:purgedAfter``, or recorded by an earlier
  release, which noted neither. That its TDO is there says nothing: the job may still run.
- *failed*: the status is ``failed``, ``cancelled`` or ``aborted``.
- *pending*: any other status, one that this library does not know included, and none at all.
- *not known*: aiWARE does not show it, and it was not seen complete.

**Job fleet** (`aiware_resources.fleet.condition`): each of its jobs by the rules of a job. It is *pending* until every
job has ended, then *failed* if one has failed, was deleted with its TDO, stayed unknown or unread, or could not be
submitted; else *done*.

**Export request**

- *done*: the status is ``complete`` or ``downloaded``.
- *failed*: the status is ``failed``.
- *pending*: any other status.
- *not known*: aiWARE does not show it.

**Cluster**

- *done*: the status is ``active``, ``online`` or ``paused``.
- *failed*: the status is ``failure`` or ``terminated``.
- *pending*: any other status, such as ``pending`` and ``deploying``; one that this library does not know included.
- *not known*: aiWARE does not show it, or shows it with a time of deletion.

What is *not known* is looked for again for ``aiware:notFoundGrace``, since what was created just now may not be shown
everywhere yet; then the waiting for it ends with an error that names it. What could not be *read* (its part of the
answer was an error) is none of these: it stays as it was seen last, and only if it stays unread for `outcomes.LONGEST`
seconds, the waiting for it ends, again with an error that names it. And whatever is seen or not: ``timeout`` seconds
after it began, the waiting ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aiware_resources.api import Api, ClusterRecord, ExportRecord, JobRecord, TaskRecord, Unread
from aiware_resources.api.statuses import (
    CLUSTER_FAILED,
    CLUSTER_READY,
    EXPORT_READY,
    JOB_FAILED,
    TASK_FAILED,
)
from aiware_resources.errors import ApiError, ClusterFailed, ExportFailed, JobFailed
from aiware_resources.reconcile.recency import SUBMITTED, seconds_since
from aiware_resources.text import commands
from aiware_resources.waiting.watch import Done, Failed, NotKnown, Pending, Verdict

COMPLETE = "__complete"
"""The fact that a refresh has seen the job complete."""

MISSING = "__missing"
"""Since when aiWARE has not shown a job that was not seen complete; of a fleet, by key."""

NO_STATUS = "without a status"
"""Stands for the status of a job that aiWARE shows without one."""

_LOG_LINES = 5
"""How much of a failed task's log an error carries."""


class JobCondition:
    """A job is awaited until it is complete.

    Args:
        seen_complete: Whether it counts as complete when aiWARE does not show it.
    """

    kind = "job"

    def __init__(self, *, seen_complete: bool = False) -> None:
        self._seen_complete = seen_complete

    def read(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, JobRecord]:
        """Reads jobs in batches (query ``job``)."""
        return api.jobs(ids, unread)

    def judge(self, object_id: str, record: JobRecord | None) -> Verdict[JobRecord]:
        """A job's statuses are pending, queued, running, complete, failed and cancelled."""
        if record is None:
            return Done(None) if self._seen_complete else NotKnown(job_not_known(object_id))
        if record.status == "complete":
            return Done(record, tasks_note(record))
        if record.status in JOB_FAILED:
            return Failed(job_failed(record, None), record)
        return Pending(_job_progress(record), record.status or "pending")

    def explain(self, api: Api, object_id: str, failed: Failed[JobRecord]) -> Verdict[JobRecord]:
        """Adds the log of the failing task."""
        if failed.record is None:
            return failed
        try:
            detailed = api.job_details(object_id)
        except ApiError:
            # The log is an extra. The failure is known without it, and must not be hidden by this one.
            return failed
        task = failing_task(detailed)
        return Failed(job_failed(failed.record, task.log.text if task and task.log else None), failed.record)


class ExportCondition:
    """An export request is awaited until its file can be downloaded."""

    kind = "export request"

    def read(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, ExportRecord]:
        """Reads export requests in batches (query ``exportRequests``)."""
        return api.export_requests(ids, unread)

    def judge(self, object_id: str, record: ExportRecord | None) -> Verdict[ExportRecord]:
        """The statuses are incomplete, complete, downloaded and failed."""
        if record is None:
            return NotKnown(
                ExportFailed(
                    f"aiWARE does not show export request {object_id}.",
                    remedy="Run `pulumi up` again: if it still does not, the export is requested again.",
                    object_id=object_id,
                )
            )
        if record.status == "failed":
            return Failed(export_failed(object_id), record)
        if record.status in EXPORT_READY:
            return Done(record)
        return Pending(record.status, record.status)

    def explain(self, api: Api, object_id: str, failed: Failed[ExportRecord]) -> Verdict[ExportRecord]:
        """aiWARE gives no reason of a failed export."""
        return failed


class ClusterCondition:
    """A cluster is awaited until jobs can run on it, or it is paused."""

    kind = "cluster"

    def read(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, ClusterRecord]:
        """Reads clusters in batches (query ``clusters``)."""
        return api.clusters(ids, unread)

    def judge(self, object_id: str, record: ClusterRecord | None) -> Verdict[ClusterRecord]:
        """The statuses are pending, deploying, active, online, paused, terminated and failure."""
        if record is None:
            return NotKnown(
                ClusterFailed(
                    f"aiWARE does not show cluster {object_id}.",
                    remedy="Run `pulumi up` again: if it still does not, the cluster is created again.",
                    object_id=object_id,
                )
            )
        if record.status in CLUSTER_FAILED:
            return Failed(cluster_failed(record), record)
        if record.status in CLUSTER_READY:
            return Done(record)
        heading = f", heading for {record.target_status}" if record.target_status else ""
        return Pending(f"{record.status}{heading}", record.status)

    def explain(self, api: Api, object_id: str, failed: Failed[ClusterRecord]) -> Verdict[ClusterRecord]:
        """aiWARE gives no reason of a failed cluster."""
        return failed


def tasks_note(job: JobRecord) -> str | None:
    """What the tasks of a job say of themselves, and which of them; None where they say nothing."""
    said: dict[str, list[str]] = {}
    for task in job.tasks:
        if task.description:
            name = (task.engine.name if task.engine else None) or str(task.engine_id)
            said.setdefault(task.description, []).append(name)
    return "; ".join(f"{note} ({', '.join(dict.fromkeys(names))})" for note, names in said.items()) or None


def failing_task(job: JobRecord) -> TaskRecord | None:
    """The task that made a job fail."""
    return next((task for task in job.tasks if task.status in TASK_FAILED), None)


def engine_name(task: TaskRecord) -> str:
    """The engine of a task, as people call it."""
    name = task.engine.name if task.engine else None
    return f"{name} ({task.engine_id})" if name else str(task.engine_id)


def job_not_known(job_id: str) -> JobFailed:
    """The error of a job that aiWARE does not show, and that was not seen complete."""
    return JobFailed(
        f"aiWARE does not show job {job_id}, and no refresh has seen it complete.",
        remedy=f"If {commands.aiware('jobs', 'show', job_id)} finds it, `pulumi up` resumes waiting. If it was "
        "deleted, a later `pulumi up` submits it again: the preview shows when.",
        object_id=job_id,
    )


def job_failed(job: JobRecord, log: str | None) -> JobFailed:
    """The error of a failed job: job, task, engine, reason, message, and what to do."""
    task = failing_task(job)
    message = f"job {job.id} {job.status}" + (f" ({job.status_detail})" if job.status_detail else "")
    if task:
        message += f": task {task.id}, engine {engine_name(task)}, {task.status}"
        message += f" with {task.failure_reason}" if task.failure_reason else ""
        message += f": {task.failure_message}" if task.failure_message else ""
    # Engines log why they fail; that is said above.
    said = (task and task.failure_message) or "\n"
    tail = [line for line in (log or "").strip().splitlines() if not line.endswith(said)][-_LOG_LINES:]
    lines = [message.rstrip(".") + "."]
    lines += ["The end of its log:", *(f"  {line}" for line in tail)] if tail else []
    lines += [
        f"{commands.aiware('jobs', 'logs', job.id)} shows more; the next `pulumi up` does what on_failure says "
        "(default: retry)."
    ]
    return JobFailed("\n".join(lines), object_id=job.id, status=job.status)


def export_failed(object_id: str) -> ExportFailed:
    """The error of an export request that failed."""
    return ExportFailed(
        f"export request {object_id} failed; aiWARE gives no reason.",
        remedy="Check that its TDOs hold results of the engines it names; the next `pulumi up` requests it again.",
        object_id=object_id,
        status="failed",
    )


def cluster_failed(cluster: ClusterRecord) -> ClusterFailed:
    """The error of a cluster that is of no use."""
    return ClusterFailed(
        f'cluster {cluster.id} "{cluster.name}" is {cluster.status}, not usable; aiWARE gives no reason.',
        remedy="See its nodes in the aiWARE console; `pulumi up --replace <its urn>` makes a new one.",
        object_id=cluster.id,
        status=cluster.status,
    )


def _job_progress(job: JobRecord) -> str:
    status = job.status or NO_STATUS
    if not job.tasks:
        # Not every API tells of the tasks of an unfinished job.
        return status
    done = sum(task.status == "complete" for task in job.tasks)
    running = [
        task.engine.name or str(task.engine_id) for task in job.tasks if task.status == "running" and task.engine
    ]
    return f"{status}, {done} of {len(job.tasks)} tasks done" + (f", {', '.join(running)} running" if running else "")


def is_seen_complete(recorded: Mapping[str, Any], purged_after: float, now: datetime | None = None) -> bool:
    """Whether a job counts as complete though aiWARE does not show it.

    It does when a refresh has seen it complete, when it was submitted so long ago that its record may have been purged,
    and when an earlier release, which noted neither, has recorded it.

    Args:
        recorded: The facts of the job's resource.
        purged_after: After how many seconds a record may have been purged (``aiware:purgedAfter``).
        now: The present moment by aiWARE's clock; by default by that of this machine, which will do for days.
    """
    if recorded.get(COMPLETE):
        return True
    if recorded.get(SUBMITTED) is None:
        return True
    return was_purged(recorded, purged_after, now)


def was_purged(recorded: Mapping[str, Any], purged_after: float, now: datetime | None = None) -> bool:
    """Whether a job was submitted so long ago that its record may have been purged."""
    seconds = seconds_since(recorded.get(SUBMITTED), now or datetime.now(UTC))
    return seconds is not None and seconds > purged_after
