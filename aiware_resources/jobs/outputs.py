"""What a job gives once it is complete: status, TDO, tasks, and its engines' results."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import is_dry_run

from aiware_resources.api import EngineResultRecord, JobRecord, Progress, abilities_of, connect
from aiware_resources.api.statuses import JOB_FAILED
from aiware_resources.catalogue.allowed_engines import going_to_allow
from aiware_resources.errors import AiwareError
from aiware_resources.files.completed import CompletedFiles, Files
from aiware_resources.jobs.documents import DocumentsCondition, foresee_documents, output_writers, write_documents
from aiware_resources.jobs.removal import TARGET_TDO
from aiware_resources.jobs.results import Result, read_results, shown
from aiware_resources.reconcile import RERUNS, EntityResource, RunsJobs, mocks
from aiware_resources.reconcile.outputs import leave_to_others
from aiware_resources.reconcile.recency import SUBMITTED
from aiware_resources.reconcile.runs import ANY_RERUN
from aiware_resources.settings import Settings
from aiware_resources.text import commands
from aiware_resources.waiting import Completion, Condition, Seen, Waiting
from aiware_resources.waiting.conditions import COMPLETE, JobCondition, is_seen_complete
from aiware_resources.waiting.watch import Done


class JobOutputs(RunsJobs, EntityResource):
    """A resource that is a job, and the outputs that it has.

    Attributes:
        status: The status on completion: ``complete``, or ``failed`` with ``allow_failure``. Without waiting, the
            status right now.
        target_id: The TDO that the job works on, also when it made it; ``None`` where jobs work without one.
        tasks: The tasks on completion: id, engine, status.
        result_files: Each file that ``results_to`` asked for: path, size in bytes, sha256 in hexadecimal.
    """

    id: pulumi.Output[str]
    status: pulumi.Output[str]
    target_id: pulumi.Output[str]
    tasks: pulumi.Output[list[dict[str, Any]]]
    result_files: pulumi.Output[list[dict[str, Any]] | None]

    def results(self, engine_id: str | None = None) -> pulumi.Output[list[Result]]:
        """The results of the job's engines, as vtn-standard documents (query ``engineResults``).

        Args:
            engine_id: Only the results of this engine.

        Returns:
            A list with an entry for each engine and time span: tdoId, engineId, startOffsetMs, stopOffsetMs, jsondata.
            Unknown in a preview as long as the job is not complete.
        """
        if mocks.are_set():
            return mocks.invoke("getEngineResults", {"jobId": self.id, "engineId": engine_id}, [])
        return self._completion.derived(self._results(engine_id))

    async def _job_runs(self, target_ids: frozenset[str]) -> Any:
        """The run of this job."""
        job_id = await self._id.future()
        if not job_id or (is_dry_run() and not self._is_only_read and await self._is_to_run()):
            return UNKNOWN
        reruns: pulumi.Output[int | None] = self.__dict__[RERUNS]
        return {job_id: int(await reruns.future() or 0) if await reruns.is_known() else ANY_RERUN}

    async def _is_to_run(self) -> bool:
        """Whether the job has failed, and the update starts it again; it keeps its id then."""
        seen: Seen[JobRecord] = await self._completion.seen
        on_failure = self.__dict__.get("onFailure", "retry")
        is_kept = await pulumi.Output.from_input(on_failure).future() == "keep"
        return seen.record is not None and seen.record.status in JOB_FAILED and not is_kept

    def __init__(self, resource_name: str, arguments: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        hidden = {} if mocks.are_set() else going_to_allow(arguments.get("cluster_id"))
        super().__init__(resource_name, arguments, opts, hidden)
        if mocks.are_set():
            return
        waiting = Waiting(*(arguments.get(key) for key in ("wait", "timeout", "allow_failure")))
        if self._is_only_read:
            waiting = Waiting(wait=False)
        self._id = self.id
        self._target: pulumi.Output[str] = self.__dict__.get("targetId", self.__dict__[TARGET_TDO])
        self._completion = Completion(self, resource_name, self._condition, waiting)
        self.status = self._completion.output(lambda seen: seen.known(lambda job: job.status))
        self.target_id = self._completion.derived(self._worked_on(self._target))
        self.tasks = self._completion.output(
            lambda seen: seen.known(_task_outputs) if self._is_only_read else seen.when_done(_task_outputs)
        )
        # They are known, or fail, together with the status.
        leave_to_others(self.target_id, self.tasks)
        kept = CompletedFiles(
            self._completion,
            type(self).__name__,
            resource_name,
            self._results_folder if "resultsTo" in self.__dict__ else None,
            _fetch,
            _foresee,
            self._documents_listed,
        )
        files = asyncio.ensure_future(self._files(kept))
        self.result_files = kept.output(files, lambda found: [file.properties() for file in found])
        if "resultsTo" not in self.__dict__:
            leave_to_others(self.result_files)
        self._resolve_after(self._completion.seen, files)

    async def _results(self, engine_id: str | None) -> Any:
        seen: Seen[JobRecord] = await self._completion.seen
        job_id = await self._id.future()
        if not seen.is_done or job_id is None:
            return UNKNOWN
        if not is_dry_run() and seen.record is not None and await self._writes_documents(seen.record):
            await self._documents_listed(seen.record)
        return shown(await read_results(job_id, await self._completion.monitor), engine_id)

    async def _results_folder(self) -> Path:
        return Path(await self.__dict__["resultsTo"].future())

    async def _files(self, kept: CompletedFiles[JobRecord, Path]) -> Any:
        if "resultsTo" in self.__dict__:
            return await kept.start()
        if not is_dry_run():
            await self._warn_without_document()
        return None

    async def _documents_listed(self, job: JobRecord) -> bool:
        """Waits until aiWARE lists the documents of a complete job; says whether it does."""
        condition = DocumentsCondition(_expected((await self._completion.monitor).settings, job))
        found = await self._completion.wait_for(condition, job.id)
        if isinstance(condition.judge(job.id, found), Done):
            return True
        self._completion.row.warn(
            f"job {job.id} is complete, and aiWARE does not list its result yet: the next `pulumi up` looks again, "
            "since this one does not wait."
        )
        return False

    async def _writes_documents(self, job: JobRecord) -> bool:
        """Whether a complete job has documents sooner or later, and they can be listed."""
        lists = abilities_of((await self._completion.monitor).settings).lists_documents
        return lists and job.status == "complete" and output_writers(job) > 0

    async def _warn_without_document(self) -> None:
        """Warns of a complete job that should have written a document, where that can be seen."""
        seen: Seen[JobRecord] = await self._completion.seen
        job = seen.record
        if job is None or not await self._writes_documents(job):
            return
        try:
            monitor = await self._completion.monitor
            listed = (await monitor.call(lambda api: api.documents([job.id]))).get(job.id)
        except AiwareError:
            # The job is complete all the same.
            return
        if not listed:
            self._completion.row.warn(
                f"job {job.id} is complete and has an output writer, and aiWARE lists no document of it yet. Look "
                f"again with {commands.aiware('results', job.id)}; where there is none, see the log of the engines."
            )

    async def _condition(self) -> Condition[JobRecord]:
        facts = {key: await self.__dict__[key].future() for key in (COMPLETE, SUBMITTED)}
        # In the preview of an update they are not known.
        is_told = any(facts.values()) or not is_dry_run()
        purged_after = (await self._completion.monitor).settings.purged_after
        return JobCondition(seen_complete=is_told and is_seen_complete(facts, purged_after))

    async def _worked_on(self, declared: pulumi.Output[str]) -> Any:
        """The TDO: known as soon as the job exists, and before when the program names an existing one."""
        seen = await self._completion.seen
        if seen.record is not None and seen.record.target_id is not None:
            return seen.record.target_id
        # A job that is there and has none works without one.
        without = UNKNOWN if seen.record is None else None
        return await declared.future() or without


def _task_outputs(job: JobRecord) -> list[dict[str, Any]]:
    return [{"id": task.id, "engineId": task.engine_id, "status": task.status} for task in job.tasks]


def _read(settings: Settings, job: JobRecord) -> Sequence[EngineResultRecord]:
    return connect(settings).engine_results(job_id=job.id)


def _fetch(settings: Settings, job: JobRecord, folder: Path, _: Progress) -> Files | None:
    found = _read(settings, job)
    return write_documents(found, folder, job.id) if len(found) >= _expected(settings, job) else None


def _foresee(settings: Settings, job: JobRecord, folder: Path) -> Files | None:
    found = _read(settings, job)
    return foresee_documents(found, folder) if len(found) >= _expected(settings, job) else None


def _expected(settings: Settings, job: JobRecord) -> int:
    """How many documents ``results_to`` waits for. Of a job that failed (``allow_failure``), what there is is kept."""
    if job.status != "complete":
        return 0
    writers = output_writers(job)
    # In the cloud, engine results are there when their tasks are complete, and some jobs have none.
    return max(1, writers) if abilities_of(settings).lists_documents else min(1, writers)
