"""Calls about jobs and their results (documented at quickstart/jobs, apis/jobs-tasks-tdos)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiware_resources.api import documents
from aiware_resources.api.calls import PAGE_SIZE, Calls, created_since
from aiware_resources.api.documents import Operation
from aiware_resources.api.interface import Unread
from aiware_resources.api.paging import Malformed, field_of, records_of
from aiware_resources.api.records import EngineResultRecord, JobRecord

_STATUSES = frozenset({"pending", "queued", "running", "complete", "failed", "cancelled"})
"""What jobs can be filtered by (`JobStatusFilter`); naming any other is a mistake in the document."""


class JobCalls(Calls):
    """Calls about jobs and their results.

    What a mutation answers is taken as it is, with the tasks on its first page: nothing that could fail comes between
    it and the job's id.
    """

    def create_job(
        self,
        input: Mapping[str, Any],  # noqa: A002 - the name of the API's argument
        *,
        owner: str | None = None,
    ) -> JobRecord:
        """Submits a job (`createJob`); it starts at once, and the call returns before anything has run.

        Args:
            input: A `CreateJob`: `tasks`, and `targetId` or `target`.
            owner: Whose job it is; of no use here, where the server chooses all ids.

        Raises:
            AnswerLost: It may have been submitted; `jobs_created_since` finds it.
            ApiError: It was not submitted.
        """
        return self._record(JobRecord, documents.CREATE_JOB, input=input)

    def launch_single_engine_job(
        self,
        engine_id: str,
        *,
        upload_url: str | None = None,
        target_id: str | None = None,
        fields: Mapping[str, str],
    ) -> JobRecord:
        """Submits a job made from an engine's own template (`launchSingleEngineJob`); it starts at once.

        Args:
            engine_id: The engine.
            upload_url: Where a new file is; or
            target_id: an existing TDO to work on.
            fields: Parameters of the template by name, as text.

        Raises:
            AnswerLost: It may have been submitted; `jobs_created_since` finds it.
            ApiError: It was not submitted.
        """
        operation = documents.launch_single_engine_job(len(fields))
        variables = {"engineId": engine_id, "uploadUrl": upload_url, "targetId": target_id}
        for index, (name, value) in enumerate(fields.items()):
            variables |= {f"name{index}": name, f"value{index}": value}
        return self._record(JobRecord, operation, **variables)

    def retry_job(self, job_id: str) -> JobRecord:
        """Starts the tasks of a failed job again (`retryJob`).

        Raises:
            InvalidInput: The job is not in a state of failure.
            NotFound: There is no such job.
            AnswerLost: It may have been started; read it again.
            ApiError: It was not started.
        """
        return self._record(JobRecord, documents.RETRY_JOB, id=job_id)

    def cancel_job(self, job_id: str) -> None:
        """Cancels a job (`cancelJob`).

        Raises:
            InvalidInput: The job is finished already.
            NotFound: There is no such job.
            AnswerLost: It may have been cancelled; read it again.
            ApiError: It was not cancelled.
        """
        self._session.execute(documents.CANCEL_JOB, {"id": job_id})

    def jobs(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        """Reads the state of many jobs and their tasks (`job(id:)`, one field each, in batches).

        Args:
            ids: Their ids; each is asked about once.
            unread: Takes why single ones could not be read; see `Unread`.

        Returns:
            The jobs by id, as far as polling needs them; missing ones are left out.

        Raises:
            ApiError: If one of them could not be read for another reason.
        """
        return self._read(documents.JOBS, ids, unread, lambda _, value: self._job(value, documents.JOBS))

    def job_details(self, job_id: str) -> JobRecord:
        """Reads one job with everything: config, routes, and its tasks' payload, output, folders and log (`job(id:)`).

        Raises:
            NotFound: There is no such job.
            ApiError: If it could not be read.
        """
        value = self._session.execute(documents.JOB_DETAILS, {"id": job_id})
        tasks = self._tasks(job_id, documents.JOB_TASK_DETAILS)
        return self._parsed(JobRecord, {**(value or {}), "tasks": list(tasks)}, documents.JOB_DETAILS, {"id": job_id})

    def jobs_created_since(
        self,
        when: datetime,
        *,
        cluster_id: str | None = None,
        target_id: str | None = None,
        by_marker: bool = False,
    ) -> Iterator[JobRecord]:
        """Finds the jobs created since a moment, newest first (`jobs(dateTimeFilter:)`).

        Args:
            when: The moment, by aiWARE's clock; with a time zone.
            cluster_id: Only those on this cluster.
            target_id: Only those on this TDO.
            by_marker: Makes no difference: aiWARE filters by its own times, and has the newest first.

        Yields:
            The jobs with config, cluster, target, and their tasks' engines and payloads.

        Raises:
            ApiError: If they could not be read.
        """
        pages = self._pages(
            documents.JOBS_CREATED_SINCE, since=when.isoformat(), clusterId=cluster_id, targetId=target_id
        )
        for value in pages:
            yield self._job(value, documents.JOBS_CREATED_SINCE, documents.JOB_TASK_DETAILS)

    def find_jobs(
        self,
        *,
        statuses: Sequence[str] = (),
        since: datetime | None = None,
        target_id: str | None = None,
        cluster_id: str | None = None,
        engine_id: str | None = None,
    ) -> Iterator[JobRecord]:
        """Finds jobs, newest first (`jobs`), page by page.

        Args:
            statuses: Only those in one of these; by default in any. One that no job of this API can have finds none.
            since: Only those created since this moment, by aiWARE's clock; with a time zone.
            target_id: Only those on this TDO.
            cluster_id: Only those on this cluster.
            engine_id: Only those with a task of this engine.

        Raises:
            ApiError: If they could not be read.
        """
        possible = [status for status in statuses if status in _STATUSES]
        if statuses and not possible:
            return
        pages = self._pages(
            documents.JOBS_FOUND,
            status=possible or None,
            when=created_since(since),
            targetId=target_id,
            clusterId=cluster_id,
            engineIds=[engine_id] if engine_id else None,
        )
        for value in pages:
            yield self._job(value, documents.JOBS_FOUND)

    def engine_results(
        self, *, job_id: str | None = None, tdo_id: str | None = None, engine_ids: Sequence[str] = ()
    ) -> list[EngineResultRecord]:
        """Reads what engines found out (`engineResults`): of a job, or of a TDO by these engines.

        Args:
            job_id: The job; or
            tdo_id: the TDO, with
            engine_ids: the engines.

        Raises:
            NotFound: There is no such job or TDO.
            ApiError: If the results could not be read.
        """
        variables = {"jobId": job_id, "tdoId": tdo_id, "engineIds": list(engine_ids) or None}
        value = self._session.execute(documents.ENGINE_RESULTS, variables) or {}
        return [
            self._parsed(EngineResultRecord, record, documents.ENGINE_RESULTS, variables)
            for record in value.get("records") or []
            if record is not None
        ]

    def _job(
        self,
        value: Mapping[str, Any],
        operation: Operation | documents.Lookup,
        tasks_operation: Operation = documents.JOB_TASKS,
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
            job = self._session.execute(operation, {**variables, "offset": offset, "limit": PAGE_SIZE})
            return field_of(job, "tasks")

        return self._follow(read, operation, variables)
