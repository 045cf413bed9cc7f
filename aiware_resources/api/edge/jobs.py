"""Calls to aiWARE Edge about jobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain, takewhile
from typing import Any

from aiware_resources import errors
from aiware_resources.api.caller import Caller
from aiware_resources.api.edge import operations
from aiware_resources.api.edge.calls import EdgeCalls, is_route_missing, is_unknown
from aiware_resources.api.edge.operations import Operation
from aiware_resources.api.edge.records import JobDetail, JobIds, JobStatus, Outputs
from aiware_resources.api.edge.submission import Submission
from aiware_resources.api.edge.transport import Query, Request, RestTransport
from aiware_resources.api.records import JobRecord
from aiware_resources.settings.endpoints import is_uuid

CLOCKS_APART = timedelta(days=1)
"""How far the clock that writes `createdDateTime` may be from the one that the answers tell."""

_NO_ID = "00000000-0000-0000-0000-000000000000"
_OLDER = 100
"""So many older jobs in their order show that a list has the newest first."""
_NEWEST_FIRST: Query = {"orderBy": "createdDateTime", "direction": "DESC"}
_OLDEST_FIRST: Query = {"orderBy": "createdDateTime", "direction": "ASC"}


class EdgeJobs(EdgeCalls):
    """Calls about jobs.

    Args:
        transport: Sends requests.
        caller: Makes calls, with a token.
        organization: Tells the organization that jobs belong to.
    """

    def __init__(self, transport: RestTransport, caller: Caller, organization: Callable[[], str]) -> None:
        super().__init__(transport, caller)
        self._organization = organization

    def create(self, job: Mapping[str, Any], owner: str | None) -> JobRecord:
        """Submits a job (createJob).

        Raises:
            AnswerLost: It may have been submitted: the answer does not name one job, as it was asked to.
        """
        submission = Submission(job, owner or _fingerprint(job), self._organization())
        request = Request(operations.CREATE_JOB, body=submission.request())
        ids = self._record(JobIds, self._ask(request, job), request).internal_job_ids
        if len(ids) != 1 or not is_uuid(ids[0]) or ids[0] == _NO_ID:
            raise self._unfit(f"an answer that should name one job by its UUID, and names {_named(ids)}", request)
        target_id = job.get("targetId")
        return JobRecord(id=ids[0], status="pending", target_id=None if target_id is None else str(target_id))

    def delete(self, job_id: str) -> None:
        """Deletes a job, which ends it where it is not finished (deleteJob).

        Raises:
            NotFound: It is gone already.
        """
        core_id = self._core_id(job_id)
        body = {} if core_id is None else {"jobID": core_id}
        self._ask(Request(operations.DELETE_JOB, {"job": job_id}, body=body))

    def status(self, job_id: str) -> JobRecord:
        """Reads the status of a job, and nothing else (getJobStatus).

        Raises:
            NotFound: There is no such job, or no such route.
        """
        request = _about(operations.JOB_STATUS, job_id)
        told = self._record(JobStatus, self._ask(request).get("job"), request)
        self._is_about(told.internal_job_id, request)
        return told.job()

    def details(self, job_id: str) -> JobRecord:
        """Reads one job with everything (get_job_detail).

        Raises:
            NotFound: There is no such job.
        """
        return self._detail(job_id).job()

    def outputs(self, job_id: str) -> Outputs:
        """Lists the files that a job has made so far (get_job_outputs).

        Raises:
            NotFound: There is no such job.
        """
        request = _about(operations.JOB_OUTPUTS, job_id)
        answer = self._ask(request)
        # A list of nothing may come as null. An answer that says nothing of outputs says nothing.
        told = [] if "outputs" in answer and answer["outputs"] is None else answer.get("outputs")
        outputs = self._record(Outputs, told, request)
        if outputs.internal_job_id is not None:
            self._is_about(outputs.internal_job_id, request)
        return outputs

    def created_since(self, when: datetime) -> Iterator[JobRecord]:
        """Finds the jobs created since a moment, newest first (get_jobs)."""
        # Whether it means seconds or milliseconds is not specified. Seconds find all that is wanted in either case,
        # and the rest is left out here.
        listed = self._listed({"CreatedAfter": int(when.timestamp()), **_NEWEST_FIRST})
        return (detail.job() if detail.tasks else self._whole(detail) for detail in _since(when, listed))

    def marked_since(self, when: datetime) -> Iterator[JobRecord]:
        """Finds the jobs that may have been created since a moment, whatever order and times Edge gives (get_jobs).

        For jobs that are told by a marker: so that none is overlooked, nothing is left to the server's own idea of
        time, and jobs whose time is not set are among them.
        """
        newest = _since(when - CLOCKS_APART, self._listed(_NEWEST_FIRST))
        # Jobs without a time come last in that order, after all that are older; so they come first in the other one.
        timeless = takewhile(lambda detail: detail.created_date_time is None, self._listed(_OLDEST_FIRST))
        seen: set[str] = set()
        for detail in chain(newest, timeless):
            if detail.internal_job_id not in seen:
                seen.add(detail.internal_job_id)
                is_whole = detail.tasks and "job_config_json" in detail.model_fields_set
                yield detail.job() if is_whole else self._whole(detail)

    def all(self) -> Iterator[JobRecord]:
        """Lists all jobs, newest first (get_jobs)."""
        return (detail.job() for detail in self._listed(_NEWEST_FIRST))

    def listed(self, job_id: str) -> JobRecord | None:
        """Looks for a job in the list of all; None when it is not among them (get_jobs)."""
        # An installation may pass over the filter.
        found = self._listed({"jobID": job_id, **_NEWEST_FIRST})
        return next((detail.job() for detail in found if _same(detail.internal_job_id, job_id)), None)

    def _listed(self, query: Query) -> Iterator[JobDetail]:
        request = Request(operations.JOBS, query=query)

        def made(value: Any) -> JobDetail:
            return self._record(JobDetail, value, request)

        return self._pages(operations.JOBS, query, made, lambda detail: detail.internal_job_id)

    def _whole(self, detail: JobDetail) -> JobRecord:
        """A job of a list with its tasks and config, which the list leaves out."""
        try:
            return self.details(detail.internal_job_id)
        except errors.ApiError as error:
            # It was deleted meanwhile, or the installation tells no more.
            if not is_unknown(error) and not is_route_missing(error):
                raise
            return detail.job()

    def _detail(self, job_id: str) -> JobDetail:
        request = _about(operations.JOB_DETAIL, job_id)
        detail = self._record(JobDetail, self._ask(request).get("job"), request)
        self._is_about(detail.internal_job_id, request)
        return detail

    def _core_id(self, job_id: str) -> str | None:
        """The id of the job in aiWARE's cloud, which a deletion names; None where an installation does not tell."""
        try:
            return self._detail(job_id).core_job_id
        except errors.ApiError as error:
            if not is_unknown(error) and not is_route_missing(error):
                raise
            return None

    def _is_about(self, told: str, request: Request) -> None:
        """Refuses an answer that is about another job."""
        asked = request.path["job"]
        if not _same(told, asked):
            raise self._unfit(f"an answer about another job, {told}", request)


def _since(when: datetime, jobs: Iterable[JobDetail]) -> Iterator[JobDetail]:
    """The jobs that were created since a moment, of a list that should have the newest first.

    It ends where that is so and older ones have begun. A list in another order is read to its end: a job that is
    overlooked would be submitted twice.
    """
    previous, older, falls, rises = None, 0, False, False
    for job in jobs:
        created = job.created_date_time
        if created is not None and previous is not None:
            falls, rises = falls or created < previous, rises or created > previous
        previous = created or previous
        if created is None or created >= when:
            yield job
            continue
        older += 1
        if older >= _OLDER and falls and not rises:
            return


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


def _same(one: str, other: str) -> bool:
    """Whether two UUIDs are the same."""
    return one.lower() == other.lower()


def _named(ids: list[str]) -> str:
    return f"{len(ids)} jobs" if len(ids) != 1 else f'"{ids[0]}"'


def _fingerprint(job: Mapping[str, Any]) -> str:
    """Stands for the owner of a job that names none: equal jobs have equal ids inside."""
    return hashlib.sha256(json.dumps(job, sort_keys=True, default=str).encode()).hexdigest()
