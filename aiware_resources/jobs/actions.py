"""What is done to jobs that are there: cancelling, and starting again. Each is applied once, though answers get lost.

When a job counts as what:

- *Over*: aiWARE says that it is complete, failed, cancelled or aborted. Of one that aiWARE does not show, that is not
  known.
- *Cancelled*: over is as good. A job that came to its end while it was being cancelled is what was asked for, and so is
  one that is gone, by aiWARE's own word (`not_found`).
- *Started again*: it has a status, and is not failed any more; or its tasks have run at other times than before. A job
  that fails again at once shows only the latter; so how it was before has to be read before `retryJob` is sent. What an
  answer leaves out says neither: without a status, and with no other times, it is not known.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from aiware_resources.api import Api, JobRecord
from aiware_resources.api.statuses import JOB_DONE, JOB_FAILED
from aiware_resources.errors import InvalidInput, NotFound, ServerFailure
from aiware_resources.reconcile import repeat_until_applied, send_once
from aiware_resources.reconcile.addresses import expired
from aiware_resources.reconcile.recency import now_at
from aiware_resources.text import commands
from aiware_resources.text.times import format_time


def is_over(record: JobRecord | None) -> bool:
    """Whether a job is known to have come to its end."""
    return record is not None and record.status in JOB_DONE


def cancel(api: Api, job_id: str) -> JobRecord | None:
    """Cancels a job (`cancelJob`, on Edge its deletion).

    Returns:
        The job as it was found at its end, where it was looked for; ``None`` when aiWARE has taken the cancelling, or
        has no such job any more.

    Raises:
        ApiError: When it could not be cancelled and is not over.
    """

    def look() -> JobRecord | None:
        record = api.jobs([job_id]).get(job_id)
        return record if is_over(record) else None

    found: list[JobRecord] = []

    def is_cancelled() -> bool:
        record = look()
        found.extend([] if record is None else [record])
        return record is not None

    try:
        repeat_until_applied(lambda: api.cancel_job(job_id), is_cancelled)
    except NotFound:
        return None
    except InvalidInput:
        # It may have come to its end meanwhile.
        if not is_cancelled():
            raise
    return found[0] if found else None


def delete(api: Api, job_id: str) -> None:
    """Deletes a job, finished or not (`deleteJob`); one that aiWARE does not have is not an error.

    Raises:
        ApiError: When it could not be deleted.
    """
    with suppress(NotFound):
        repeat_until_applied(lambda: api.delete_job(job_id), lambda: job_id not in api.jobs([job_id]))


def retry(api: Api, job_id: str, before: JobRecord | None) -> JobRecord:
    """Starts the tasks of a failed job again (`retryJob`).

    Args:
        api: Where it is.
        job_id: The job.
        before: The job as it was read before; ``None`` when aiWARE did not show it.

    Returns:
        The job as it is then.

    Raises:
        ApiError: When aiWARE refuses it, cannot be reached, or does not show whether it was done.
    """

    def restarted() -> JobRecord | None:
        record = api.jobs([job_id]).get(job_id)
        has_run = record is not None and _has_run_since(record, before)
        if record is None or (record.status is None and not has_run):
            error = NotFound if record is None else ServerFailure
            raise error(
                f"The answer to retryJob of job {job_id} was lost, and aiWARE does not show the "
                f"{'job' if record is None else 'status of the job'}: whether it runs again is not known.",
                remedy=f"Look with {commands.aiware('jobs', 'show', job_id)}, and retry it if it is still failed.",
                object_id=job_id,
            )
        return record if has_run or record.status not in JOB_FAILED else None

    return send_once(lambda: api.retry_job(job_id), restarted, looks=1)


def check_links(api: Api, job: JobRecord | None) -> None:
    """Refuses a retry of a failed job that has a link which has expired: the retry would use it again.

    Args:
        api: Where it is.
        job: The job as it was read before; ``None`` when aiWARE did not show it.

    Raises:
        InvalidInput: It has one.
        ApiError: It cannot be read.
    """
    if job is None or job.status not in JOB_FAILED:
        return
    payloads = [task.payload for task in api.job_details(job.id).tasks]
    for link, end in expired(payloads, now_at(api.url)):
        raise InvalidInput(
            f"Job {job.id} has a signed link to {link}, which expired at {format_time(end)}: a retry would fail.",
            remedy="`pulumi up` of the stack that declares the job submits it again with a new link, unless "
            "on_failure is keep.",
            object_id=job.id,
        )


def _has_run_since(record: JobRecord, before: JobRecord | None) -> bool:
    """Whether tasks of a job have times that they did not have before."""
    then = {} if before is None else _times_of(before)
    return bool(then) and any(then.get(which) != moment for which, moment in _times_of(record).items())


def _times_of(record: JobRecord) -> dict[tuple[str, str], datetime]:
    """When each task of a job was queued, started and completed, as far as that is told."""
    names = ("queued_date_time", "started_date_time", "completed_date_time")
    told = {(task.id, name): getattr(task, name) for task in record.tasks for name in names}
    return {which: moment for which, moment in told.items() if moment is not None}
