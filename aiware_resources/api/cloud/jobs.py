"""Calls about jobs and their results (documented at quickstart/jobs, apis/jobs-tasks-tdos)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiware_resources.api.client import Client
from aiware_resources.api.cloud.batches import Batches
from aiware_resources.api.cloud.calls import PAGE_SIZE, created_since
from aiware_resources.api.cloud.graphql import Lookup, Operation, mutation, query
from aiware_resources.api.interface import Input, Unread
from aiware_resources.api.paging import Malformed, Nested, field_of, records_of
from aiware_resources.api.records import EngineResultRecord, JobRecord
from aiware_resources.api.statuses import JOB_FILTERS
from aiware_resources.errors import BadRequest

# As little as polling needs; a batch of fifty jobs asks for all of it, every few seconds.
_JOB_STATUS = """
fragment JobStatus on Job {
  id name status targetId clusterId createdDateTime
  target { id }
  tasks(offset: 0, limit: 30) { limit count records { ...TaskStatus } }
}
"""
_TASK_STATUS = """
fragment TaskStatus on Task {
  id status description engineId failureReason failureMessage
  createdDateTime queuedDateTime startedDateTime completedDateTime
  engine { id name }
}
"""
_TASK_DETAILS = """
fragment TaskDetails on Task {
  ...TaskStatus
  payload output
  ioFolders { referenceId mode type }
  log { uri text }
}
"""

# Asks for what is recorded, and no more: of thousands of jobs the rest costs time on both sides.
CREATE_JOB = mutation(
    "createJob",
    "($input: CreateJob)",
    "(input: $input) { id targetId createdDateTime }",
)
CANCEL_JOB = mutation("cancelJob", "($id: ID!)", "(id: $id) { id message }")
RETRY_JOB = mutation("retryJob", "($id: ID!)", "(id: $id) { ...JobStatus }", _JOB_STATUS, _TASK_STATUS)
JOBS = Lookup("job", "{ ...JobStatus }", _JOB_STATUS + _TASK_STATUS)
JOB_TASKS = query(
    "job",
    "($id: ID!, $offset: Int, $limit: Int)",
    "(id: $id) { tasks(offset: $offset, limit: $limit) { limit count records { ...TaskStatus } } }",
    _TASK_STATUS,
)
JOB_DETAILS = query(
    "job",
    "($id: ID!)",
    """(id: $id) {
    id name status targetId clusterId createdDateTime jobConfig
    target { id }
    routes { parentIoFolderReferenceId childIoFolderReferenceId }
  }""",
)
JOB_TASK_DETAILS = query(
    "job",
    "($id: ID!, $offset: Int, $limit: Int)",
    "(id: $id) { tasks(offset: $offset, limit: $limit) { limit count records { ...TaskDetails } } }",
    _TASK_DETAILS,
    _TASK_STATUS,
)
JOBS_CREATED_SINCE = query(
    "jobs",
    "($since: DateTime, $clusterId: ID, $targetId: ID, $offset: Int, $limit: Int)",
    """(clusterId: $clusterId, targetId: $targetId, offset: $offset, limit: $limit,
    orderBy: [{field: createdDateTime, direction: desc}],
    dateTimeFilter: [{field: createdDateTime, fromDateTime: $since}]) {
    limit count
    records {
      id name status targetId clusterId createdDateTime jobConfig
      tasks(offset: 0, limit: 30) { limit count records { id engineId status payload } }
    }
  }""",
)
JOBS_FOUND = query(
    "jobs",
    "($status: [JobStatusFilter!], $when: [JobDateTimeFilter!], $targetId: ID, $clusterId: ID, $engineIds: [ID!],"
    " $offset: Int, $limit: Int)",
    """(status: $status, dateTimeFilter: $when, targetId: $targetId, clusterId: $clusterId, engineIds: $engineIds,
    orderBy: [{field: createdDateTime, direction: desc}], offset: $offset, limit: $limit) {
    limit count records { ...JobStatus target { name } }
  }""",
    _JOB_STATUS,
    _TASK_STATUS,
)
ENGINE_RESULTS = query(
    "engineResults",
    "($jobId: ID, $tdoId: ID, $engineIds: [ID!])",
    """(jobId: $jobId, tdoId: $tdoId, engineIds: $engineIds) {
    records { tdoId engineId jsondata startOffsetMs stopOffsetMs assetId userEdited taskId }
  }""",
)


def launch_single_engine_job(fields: int) -> Operation:
    """`launchSingleEngineJob` with so many template fields; none of its input types has a published name."""
    indices = range(fields)
    declared = "".join(f", $name{index}: String!, $value{index}: String" for index in indices)
    given = ", ".join(f"{{fieldName: $name{index}, fieldValue: $value{index}}}" for index in indices)
    return mutation(
        "launchSingleEngineJob",
        f"($engineId: ID!, $uploadUrl: String, $targetId: ID{declared})",
        "(input: {engineId: $engineId, uploadUrl: $uploadUrl, targetId: $targetId, fields: ["
        f"{given}]}}) {{ ...JobStatus }}",
        _JOB_STATUS,
        _TASK_STATUS,
    )


_NAME_IS_UNKNOWN = re.compile(r"""["'`]name["'`]""")
"""How a refusal of a document names the field."""


class JobCalls(Batches):
    """Calls about jobs and their results.

    What a mutation answers is taken as it is, with the tasks on its first page: nothing that could fail comes between
    it and the job's id.
    """

    def __init__(self, client: Client, batch_size: int) -> None:
        super().__init__(client, batch_size)
        self._nested = Nested()
        self._names_jobs = True

    def create_job(
        self,
        input: Input,  # noqa: A002 - the API's argument
        *,
        owner: str | None = None,
        default_name: str | None = None,
    ) -> JobRecord:
        if default_name is None or input.get("name") is not None or not self._names_jobs:
            return self._record(JobRecord, CREATE_JOB, input=input)
        try:
            return self._record(JobRecord, CREATE_JOB, input={**input, "name": default_name})
        except BadRequest as error:
            # The document was refused before it ran. Older installations do not know the field, and name it.
            if not _NAME_IS_UNKNOWN.search(str(error)):
                raise
        made = self._record(JobRecord, CREATE_JOB, input=input)
        self._names_jobs = False
        return made

    def launch_single_engine_job(
        self,
        engine_id: str,
        *,
        upload_url: str | None = None,
        target_id: str | None = None,
        fields: Mapping[str, str],
    ) -> JobRecord:
        variables = {"engineId": engine_id, "uploadUrl": upload_url, "targetId": target_id}
        for index, (name, value) in enumerate(fields.items()):
            variables |= {f"name{index}": name, f"value{index}": value}
        return self._record(JobRecord, launch_single_engine_job(len(fields)), **variables)

    def retry_job(self, job_id: str) -> JobRecord:
        return self._record(JobRecord, RETRY_JOB, id=job_id)

    def cancel_job(self, job_id: str) -> None:
        self._execute(CANCEL_JOB, {"id": job_id})

    def jobs(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        return self._read(JOBS, ids, unread, lambda _, value: self._job(value, JOBS))

    def job_details(self, job_id: str) -> JobRecord:
        value = self._execute(JOB_DETAILS, {"id": job_id})
        tasks = self._tasks(job_id, JOB_TASK_DETAILS)
        return self._parsed(JobRecord, {**(value or {}), "tasks": list(tasks)}, JOB_DETAILS, {"id": job_id})

    def jobs_created_since(
        self,
        when: datetime,
        *,
        cluster_id: str | None = None,
        target_id: str | None = None,
        by_marker: bool = False,
    ) -> Iterator[JobRecord]:
        # Told by a marker or not: aiWARE filters by its own times, and has the newest first.
        pages = self._pages(JOBS_CREATED_SINCE, since=when.isoformat(), clusterId=cluster_id, targetId=target_id)
        for value in pages:
            yield self._job(value, JOBS_CREATED_SINCE, JOB_TASK_DETAILS)

    def find_jobs(
        self,
        *,
        statuses: Sequence[str] = (),
        since: datetime | None = None,
        target_id: str | None = None,
        cluster_id: str | None = None,
        engine_id: str | None = None,
    ) -> Iterator[JobRecord]:
        possible = [status for status in statuses if status in JOB_FILTERS]
        if statuses and not possible:
            return
        pages = self._pages(
            JOBS_FOUND,
            status=possible or None,
            when=created_since(since),
            targetId=target_id,
            clusterId=cluster_id,
            engineIds=[engine_id] if engine_id else None,
        )
        for value in pages:
            yield self._job(value, JOBS_FOUND)

    def engine_results(
        self, *, job_id: str | None = None, tdo_id: str | None = None, engine_ids: Sequence[str] = ()
    ) -> list[EngineResultRecord]:
        variables = {"jobId": job_id, "tdoId": tdo_id, "engineIds": list(engine_ids) or None}
        value = self._execute(ENGINE_RESULTS, variables) or {}
        return [
            self._parsed(EngineResultRecord, record, ENGINE_RESULTS, variables)
            for record in value.get("records") or []
            if record is not None
        ]

    def _job(
        self,
        value: Mapping[str, Any],
        operation: Operation | Lookup,
        tasks_operation: Operation = JOB_TASKS,
    ) -> JobRecord:
        """Makes a record of a job, and reads the tasks beyond the first page of them."""
        try:
            page = field_of(value, "tasks")
            if not self._nested.is_whole(page, PAGE_SIZE):
                first = records_of(page)
                every = list(self._tasks(str(value.get("id")), tasks_operation, first))
                self._nested.note(len(first), len(every) - len(first))
                value = {**value, "tasks": every}
        except Malformed as error:
            raise self._unfit(str(error), operation, {}) from None
        return self._parsed(JobRecord, value, operation)

    def _tasks(
        self, job_id: str, operation: Operation, first: Sequence[Mapping[str, Any] | None] = ()
    ) -> Iterator[Mapping[str, Any]]:
        """All tasks of a job; of those that are known already, none is asked for again."""
        variables = {"id": job_id}

        def read(offset: int) -> Any:
            if first and offset == 0:
                return first
            job = self._execute(operation, {**variables, "offset": offset, "limit": PAGE_SIZE})
            return field_of(job, "tasks")

        return self._follow(read, operation, variables)
