"""Calls to aiWARE Edge about jobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from aiware_resources import errors
from aiware_resources.api.caller import Caller
from aiware_resources.api.edge import operations
from aiware_resources.api.edge.calls import EdgeCalls
from aiware_resources.api.edge.operations import Operation
from aiware_resources.api.edge.records import JobDetail, JobIds, JobStatus, Outputs
from aiware_resources.api.edge.submission import Submission
from aiware_resources.api.edge.transport import Query, Request, RestTransport
from aiware_resources.api.interface import Unread
from aiware_resources.api.records import JOB_DONE, JobRecord
from aiware_resources.endpoints import is_uuid

_AT_ONCE = 8
"""How many jobs are asked about at the same time: Edge has no call that reads several by their ids."""

_OLDER = 10
"""So many older jobs in their order show that a list has the newest first."""

_NOT_THERE = (errors.NotFound, errors.NotImplementedByServer, errors.WrongUrl)
"""What a route that an installation lacks answers."""


class EdgeJobs(EdgeCalls):
    """Calls about jobs.

    Args:
        transport: Sends requests.
        caller: Makes calls, with a token.
        organization: Tells the organisation that jobs belong to.
    """

    def __init__(self, transport: RestTransport, caller: Caller, organization: Callable[[], str]) -> None:
        super().__init__(transport, caller)
        self._organization = organization
        # Older installations have no such route. Once that is known, it is not asked for again.
        self._has_status = True

    def create(self, job: Mapping[str, Any], owner: str | None) -> JobRecord:
        """Submits a job (createJob)."""
        submission = Submission(job, owner or _fingerprint(job), self._organization())
        request = Request(operations.CREATE_JOB, body=submission.request())
        ids = self._record(JobIds, self._ask(request, job), request).internal_job_ids
        if not ids:
            # It was applied, and the id is not known.
            self._record(JobIds, {}, request)
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

    def read(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        """Reads the state of many jobs: the status of each (getJobStatus), and of a finished one all (get_job_detail).

        Args:
            ids: Their ids.
            unread: Takes why single ones could not be read; see `Unread`.

        Returns:
            The jobs by id; missing ones are left out.
        """

        def state(id_: str) -> JobRecord | None:
            try:
                return self._state(id_)
            except errors.AuthenticationFailed:
                raise
            except errors.ApiError as error:
                if unread is None:
                    raise
                unread[id_] = error
                return None

        unique = [id_ for id_ in dict.fromkeys(ids) if is_uuid(id_)]
        if len(unique) < 2:
            found = [state(id_) for id_ in unique]
        else:
            with ThreadPoolExecutor(min(_AT_ONCE, len(unique)), thread_name_prefix="aiware-edge") as threads:
                found = list(threads.map(state, unique))
        return {id_: record for id_, record in zip(unique, found, strict=True) if record is not None}

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
        return self._record(Outputs, self._ask(request).get("outputs") or {}, request)

    def created_since(self, when: datetime) -> Iterator[JobRecord]:
        """Finds the jobs created since a moment, newest first (get_jobs)."""
        # Whether it means seconds or milliseconds is not specified. Seconds find all that is wanted in either case,
        # and the rest is left out here.
        query: Query = {"CreatedAfter": int(when.timestamp()), "orderBy": "createdDateTime", "direction": "DESC"}
        for job in _since(when, self._listed(query)):
            yield self.details(job.id) if not job.tasks else job

    def all(self) -> Iterator[JobRecord]:
        """Lists all jobs, newest first (get_jobs)."""
        return self._listed({"orderBy": "createdDateTime", "direction": "DESC"})

    def _listed(self, query: Query) -> Iterator[JobRecord]:
        request = Request(operations.JOBS, query=query)
        seen: set[str] = set()
        for value in self._pages(operations.JOBS, query):
            job = self._record(JobDetail, value, request).job()
            # New jobs shift the pages while they are read, so that the same one can come twice.
            if job.id not in seen:
                seen.add(job.id)
                yield job

    def _detail(self, job_id: str) -> JobDetail:
        request = _about(operations.JOB_DETAIL, job_id)
        return self._record(JobDetail, self._ask(request).get("job"), request)

    def _core_id(self, job_id: str) -> str | None:
        """The id of the job in aiWARE's cloud, which a deletion names; None where an installation does not tell."""
        try:
            return self._detail(job_id).core_job_id
        except (errors.NotImplementedByServer, errors.WrongUrl):
            return None

    def _state(self, job_id: str) -> JobRecord | None:
        """The state of a job; None when Edge does not know it."""
        if not self._has_status:
            return self._state_by_outputs(job_id)
        request = Request(operations.JOB_STATUS, {"job": job_id})
        try:
            answer = self._ask(request)
        except _NOT_THERE:
            return self._state_by_outputs(job_id)
        job = self._record(JobStatus, answer.get("job"), request).job()
        return self._finished(job) if job.status in JOB_DONE else job

    def _state_by_outputs(self, job_id: str) -> JobRecord | None:
        """The state of a job where there is no route for its status: it is complete when it has made a document.

        Whether the route is missing or the job, its outputs tell. A failed job makes none: that is seen in its details,
        where an installation has them.
        """
        try:
            outputs = self.outputs(job_id).outputs
        except errors.NotFound:
            return None
        self._has_status = False
        is_done = any(output.is_document for output in outputs)
        return self._finished(JobRecord(id=job_id, status="complete" if is_done else "running"))

    def _finished(self, job: JobRecord) -> JobRecord:
        """A job with its tasks, and what made it fail; as it is where an installation does not tell."""
        try:
            return self.details(job.id)
        except _NOT_THERE:
            return job


def _since(when: datetime, jobs: Iterable[JobRecord]) -> Iterator[JobRecord]:
    """The jobs that were created since a moment, of a list that should have the newest first.

    It ends where that is so and older ones have begun. A list in another order is read to its end: a job that is
    overlooked would be submitted twice.
    """
    previous, older, is_in_order = None, 0, True
    for job in jobs:
        created = job.created_date_time
        is_in_order = is_in_order and (created is None or previous is None or created <= previous)
        previous = created or previous
        if created is None or created >= when:
            yield job
            continue
        older += 1
        if is_in_order and older >= _OLDER:
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


def _fingerprint(job: Mapping[str, Any]) -> str:
    """Stands for the owner of a job that names none: equal jobs have equal ids inside."""
    return hashlib.sha256(json.dumps(job, sort_keys=True, default=str).encode()).hexdigest()
