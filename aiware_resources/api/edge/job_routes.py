"""What aiWARE Edge tells of one job, and the list of all jobs: a method a route."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiware_resources import errors
from aiware_resources.api.edge.calls import Calls, Operation, Query, Request, is_route_missing, is_unknown
from aiware_resources.api.edge.records import JobDetail, JobStatus, Outputs
from aiware_resources.api.records import JobRecord
from aiware_resources.settings.endpoints import is_uuid

JOB_STATUS = Operation("getJobStatus", "GET", "/proc/job/{job}/status")
JOB_DETAIL = Operation("get_job_detail", "GET", "/proc/job/{job}/detail")
JOB_OUTPUTS = Operation("get_job_outputs", "GET", "/proc/job/{job}/outputs")
JOBS = Operation("get_jobs", "GET", "/proc/jobs")

NEWEST_FIRST: Query = {"orderBy": "createdDateTime", "direction": "DESC"}


class JobRoutes(Calls):
    """The routes that tell of jobs; each raises `NotFound` where there is no such job, or no such route."""

    def status(self, job_id: str) -> JobRecord:
        """Reads the status of a job, and nothing else (getJobStatus)."""
        request = _about(JOB_STATUS, job_id)
        told = self._record(JobStatus, self._ask(request).get("job"), request)
        self._is_about(told.internal_job_id, request)
        return told.job()

    def details(self, job_id: str) -> JobRecord:
        """Reads one job with everything that Edge tells of it (get_job_detail), without the logs of its tasks."""
        return self._detail(job_id).job()

    def outputs(self, job_id: str) -> Outputs:
        """Lists the files that a job has made so far (get_job_outputs)."""
        request = _about(JOB_OUTPUTS, job_id)
        answer = self._ask(request)
        # A list of nothing may come as null. An answer that says nothing of outputs says nothing.
        told = [] if "outputs" in answer and answer["outputs"] is None else answer.get("outputs")
        outputs = self._record(Outputs, told, request)
        if outputs.internal_job_id is not None:
            self._is_about(outputs.internal_job_id, request)
        return outputs

    def listed(self, job_id: str) -> JobRecord | None:
        """Looks for a job in the list of all; None when it is not among them (get_jobs)."""
        # An installation may pass over the filter.
        found = self.find({"jobID": job_id, **NEWEST_FIRST})
        return next((detail.job() for detail in found if _is_same(detail.internal_job_id, job_id)), None)

    def find(self, query: Query) -> Iterator[JobDetail]:
        """Lists jobs, without what lists leave out (get_jobs)."""
        request = Request(JOBS, query=query)

        def made(value: Any) -> JobDetail:
            return self._record(JobDetail, value, request)

        return self._pages(JOBS, query, made, lambda detail: detail.internal_job_id)

    def whole(self, detail: JobDetail) -> JobRecord:
        """A job of a list with its tasks and config, which the list leaves out."""
        try:
            return self.details(detail.internal_job_id)
        except errors.ApiError as error:
            # It was deleted meanwhile, or the installation tells no more.
            if not is_unknown(error) and not is_route_missing(error):
                raise
            return detail.job()

    def core_id(self, job_id: str) -> str | None:
        """The id of the job in aiWARE's cloud, which a deletion names; None where an installation does not show."""
        try:
            return self._detail(job_id).core_job_id
        except errors.ApiError as error:
            if not is_unknown(error) and not is_route_missing(error):
                raise
            return None

    def _detail(self, job_id: str) -> JobDetail:
        request = _about(JOB_DETAIL, job_id)
        detail = self._record(JobDetail, self._ask(request).get("job"), request)
        self._is_about(detail.internal_job_id, request)
        return detail

    def _is_about(self, told: str, request: Request) -> None:
        """Refuses an answer that is about another job."""
        asked = request.path["job"]
        if not _is_same(told, asked):
            raise self._unfit(f"an answer about another job, {told}", request)


def _about(operation: Operation, job_id: str) -> Request:
    """A request about a job.

    Raises:
        NotFound: Edge can have no such job.
    """
    if not is_uuid(job_id):
        raise errors.NotFound(
            f'aiWARE Edge has no job "{job_id}": its jobs have UUIDs.',
            remedy="Give what aiWARE Edge calls internalJobID; the id of the same job in the cloud is another one.",
            operation=operation.name,
            object_id=job_id,
        )
    return Request(operation, {"job": job_id})


def _is_same(one: str, other: str) -> bool:
    """Whether two UUIDs are the same."""
    return one.lower() == other.lower()
