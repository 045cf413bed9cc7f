"""The state of an Edge job, of what an installation tells of it: its status, its details, the list, its outputs.

An installation may lack any of these routes, and a 404 leaves open whether the route is missing or the job. So:

- The status of a job is what `/status` answers.
- That route is missing when it answers 501 or 405, or 404 for two jobs that the installation knows otherwise. Once it
  has answered about one job, its 404 about another one means that this one is not known.
- A job without a status there has the one in its details, else the one in the list.
- Only where neither tells, and the route for the status is missing for certain, the outputs decide: a job with a
  document is complete, as Veritone's examples poll.
- A job that none of them shows is not known. That its outputs are an empty list shows nothing: some installations
  answer so for a job that they do not have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from aiware_resources import errors
from aiware_resources.api.edge.calls import is_route_missing, is_unknown
from aiware_resources.api.edge.job_routes import JobRoutes
from aiware_resources.api.edge.side_by_side import AT_ONCE, SideBySide
from aiware_resources.api.interface import Unread
from aiware_resources.api.records import JobRecord
from aiware_resources.api.statuses import JOB_DONE
from aiware_resources.settings.endpoints import is_uuid

T = TypeVar("T")

_ENOUGH = 2
"""This many known jobs without a status show that there is no route for it."""


class JobStates:
    """Finds out the state of jobs. Thread-safe.

    Args:
        jobs: The calls about jobs.
        once: The same without retries, for what is asked again anyway.
        longest: Seconds to wait for one answer.
    """

    def __init__(self, jobs: JobRoutes, once: JobRoutes, longest: float) -> None:
        self._jobs = jobs
        self._read_states: SideBySide[JobRecord] = SideBySide(lambda id_: self._state(once, id_), longest)
        self._read_statuses: SideBySide[JobRecord] = SideBySide(
            lambda id_: self._state(once, id_, is_whole=False), longest
        )
        self._read_documents: SideBySide[list[str]] = SideBySide(lambda id_: _documents(once, id_), longest)
        self._has_status = False
        self._lacks_status = False
        self._has_details = False
        self._without_status: set[str] = set()

    def read(self, ids: Sequence[str], unread: Unread | None) -> dict[str, JobRecord]:
        """Reads the state of many jobs: the status of each (getJobStatus), and of a finished one all (get_job_detail).

        Args:
            ids: Their ids; each is asked about once.
            unread: Takes why single ones could not be read; see `Unread`.

        Returns:
            The jobs by id; missing ones are left out.
        """
        return _read(ids, unread, self._read_states, lambda id_: self._state(self._jobs, id_))

    def statuses(self, ids: Sequence[str], unread: Unread | None) -> dict[str, JobRecord]:
        """As `read`, without anything more of a finished job: one request for each (getJobStatus)."""
        return _read(ids, unread, self._read_statuses, lambda id_: self._state(self._jobs, id_, is_whole=False))

    def documents(self, ids: Sequence[str], unread: Unread | None) -> dict[str, list[str]]:
        """Names the documents among the outputs of many jobs (get_job_outputs).

        Returns:
            The names by id; missing jobs are left out.
        """
        return _read(ids, unread, self._read_documents, lambda id_: _documents(self._jobs, id_))

    def _state(self, jobs: JobRoutes, job_id: str, *, is_whole: bool = True) -> JobRecord | None:
        if self._lacks_status:
            return self._otherwise(jobs, job_id)
        try:
            job = jobs.status(job_id)
        except errors.ApiError as error:
            if is_route_missing(error):
                self._lacks_status = True
            elif not is_unknown(error):
                raise
            elif self._has_status:
                return None
            return self._otherwise(jobs, job_id)
        self._has_status = True
        return self._whole(jobs, job) if is_whole and job.status in JOB_DONE else job

    def _otherwise(self, jobs: JobRoutes, job_id: str) -> JobRecord | None:
        """The state of a job of which there is no status; None when it is not known."""
        job, is_told = self._by_details(jobs, job_id)
        if job is None and not is_told:
            job, is_told = _by_list(jobs, job_id)
        if job is not None and job.status is not None:
            self._is_known(job_id)
            return job
        outputs = _outputs(jobs, job_id)
        if job is not None or outputs:
            self._is_known(job_id)
        if not self._lacks_status:
            # It may have none because it is not there any more, whatever is left of it.
            return job
        if any(outputs.values()):
            return JobRecord(id=job_id, status="complete")
        if job is None and not outputs and is_told:
            return None
        return JobRecord(id=job_id, status="running")

    def _by_details(self, jobs: JobRoutes, job_id: str) -> tuple[JobRecord | None, bool]:
        """The job, and whether it is told for certain that it is or is not there."""
        try:
            job = jobs.details(job_id)
        except errors.ApiError as error:
            if is_route_missing(error):
                return None, False
            if not is_unknown(error):
                raise
            return None, self._has_details
        self._has_details = True
        return job, True

    def _is_known(self, job_id: str) -> None:
        """Takes note of a job that is there and has no status."""
        if not self._lacks_status:
            self._without_status.add(job_id)
            self._lacks_status = len(self._without_status) >= _ENOUGH

    def _whole(self, jobs: JobRoutes, job: JobRecord) -> JobRecord:
        """A finished job with its tasks, and what made it fail; as it is where an installation does not show."""
        try:
            details = jobs.details(job.id)
        except errors.ApiError as error:
            if not is_unknown(error) and not is_route_missing(error):
                raise
            return job
        self._has_details = True
        told = {"status": job.status, "status_detail": job.status_detail}
        return details if details.status is not None else details.model_copy(update=told)


def _by_list(jobs: JobRoutes, job_id: str) -> tuple[JobRecord | None, bool]:
    """The job, and whether it is told for certain that it is or is not there."""
    try:
        return jobs.listed(job_id), True
    except (errors.BadRequest, errors.NotAllowed, errors.NotFound, errors.NotImplementedByServer, errors.WrongUrl):
        return None, False


def _outputs(jobs: JobRoutes, job_id: str) -> dict[str, bool]:
    """The outputs of a job by name, and whether each is a document; none of a job that is not there."""
    try:
        return {output.name: output.is_document for output in jobs.outputs(job_id).outputs}
    except errors.ApiError as error:
        if not is_unknown(error):
            raise
        return {}


def _documents(jobs: JobRoutes, job_id: str) -> list[str] | None:
    try:
        return [output.name for output in jobs.outputs(job_id).outputs if output.is_document]
    except errors.NotFound:
        return None


def _read(
    ids: Sequence[str], unread: Unread | None, side_by_side: SideBySide[T], one: Callable[[str], T | None]
) -> dict[str, T]:
    # Edge has no jobs under other ids.
    wanted = [id_ for id_ in dict.fromkeys(ids) if is_uuid(id_)]
    if unread is not None:
        return side_by_side.read(wanted, unread)
    if len(wanted) < 2:
        found = [one(id_) for id_ in wanted]
    else:
        with ThreadPoolExecutor(min(AT_ONCE, len(wanted)), thread_name_prefix="aiware-edge") as threads:
            found = list(threads.map(one, wanted))
    return {id_: record for id_, record in zip(wanted, found, strict=True) if record is not None}
