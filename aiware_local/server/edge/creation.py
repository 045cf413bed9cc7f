"""createJob: makes the job of a body as GraphQL would, and stores what only Edge knows of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from aiware_local.installation.errors import ApiError
from aiware_local.installation.installation import Call
from aiware_local.installation.scalars import format_datetime, parse_datetime
from aiware_local.jobs.jobs import create_job
from aiware_local.jobs.records import save_job
from aiware_local.server.edge.admin import find_engine
from aiware_local.server.edge.create_body import CreateJob, CreateJobs, CreateTask, Routes, read_routes
from aiware_local.server.edge.errors import STATUS_OF, EdgeError, bad, missing
from aiware_local.server.edge.ids import internal_job_id
from aiware_local.server.edge.jobs import require_organization
from aiware_local.server.edge.request import EdgeRequest, JobStatus
from aiware_local.storage.store import Record

BEGINNINGS = ("scheduled", "pending", "queued")
"""The statuses that a job or task can be made with."""
KEPT_OF_JOB = ("coreID", "coreSourceID", "currentRetries", "jobConfigJSON", "sendOutputToUris", "jobStatus")
KEPT_OF_TASK = (
    "payloadJSON",
    "taskPayloadJSON",
    "sendOutputToUris",
    "taskStatus",
    "maxProcessingSecondsPerWorkItem",
    "maxWaitSecondsForChunk",
    "numChunksPerWorkItem",
)


def create_jobs(request: EdgeRequest) -> Response:
    """`POST /proc/job/create`: makes all of the jobs, or none if one is refused."""
    jobs = request.body(CreateJobs).jobs
    if not jobs:
        raise bad("jobs is empty: give at least one job.")
    with request.call.store.transaction():
        made = [_create(request.call, job, f"jobs[{place}]") for place, job in enumerate(jobs)]
    return JSONResponse({"internalJobIds": made})


def _create(call: Call, job: CreateJob, path: str) -> str:
    require_organization(job.organization_id, f"{path}.internalOrganizationID")
    _require_beginning(job.job_status, f"{path}.jobStatus")
    if not job.tasks:
        raise bad(f"{path}.tasks is empty: a job needs at least one task.")
    for place, task in enumerate(job.tasks):
        _require_beginning(task.task_status, f"{path}.tasks[{place}].taskStatus")
    engines = [_engine(call, task, f"{path}.tasks[{place}]") for place, task in enumerate(job.tasks)]
    routes = read_routes(job.tasks, job.routes, path)
    _require_no_core_ids(job, path)
    try:
        # The routes say of each task what it waits for.
        wanted = {**_target(call, job, path), **_input(job, engines, routes)}
        record: Record = create_job(call, wanted, in_turn=False)["_job"]
    except ApiError as error:
        raise EdgeError(STATUS_OF[error.name], f"{path}: {error.message}") from error
    record["_edge"] = _kept(job, routes)
    save_job(call.store, record)
    return internal_job_id(record["id"])


def _require_no_core_ids(job: CreateJob, path: str) -> None:
    """Core is this very installation: it gives its jobs and tasks their ids itself."""
    given = [f"{path}.coreJobID"] if job.core_job_id is not None else []
    given += [f"{path}.tasks[{place}].coreTaskId" for place, task in enumerate(job.tasks) if task.core_task_id]
    if given:
        raise EdgeError(501, f"{given[0]} is given: a job of another aiWARE cannot be taken over here. Leave it out.")


def _require_beginning(status: JobStatus | None, path: str) -> None:
    if status is not None and status not in BEGINNINGS:
        raise bad(f"{path} is {status}; a new one is one of {', '.join(BEGINNINGS)}.")


def _engine(call: Call, task: CreateTask, path: str) -> str:
    """The id of the engine of a task, as GraphQL knows it."""
    engine = find_engine(call.installation.catalogue, task.engine_id)
    if engine is None:
        raise EdgeError(404, f"{path}.engineId: there is no engine {task.engine_id}.")
    return str(engine["id"])


def _target(call: Call, job: CreateJob, path: str) -> dict[str, Any]:
    """What the job works on: the TDO that it names, else one of its own."""
    if job.core_recording_id is None:
        return {"target": {}}
    tdo_id = str(job.core_recording_id)
    if call.store.get("tdo", tdo_id) is None:
        raise missing(f"recording for {path}.coreRecordingID:", tdo_id)
    return {"targetId": tdo_id}


def _input(job: CreateJob, engines: Sequence[str], routes: Routes) -> dict[str, Any]:
    """The same job as an input of GraphQL's createJob."""
    return {
        "tasks": [_task(task, engine) for task, engine in zip(job.tasks, engines, strict=True)],
        "routes": routes.between,
        "jobConfig": None if job.job_config is None else json.loads(job.job_config),
        "notificationUris": job.output_uris,
    }


def _task(task: CreateTask, engine: str) -> dict[str, Any]:
    payload = task.task_payload if task.task_payload is not None else task.payload
    preferences = {
        "maxEngines": task.max_engines,
        "maxRetries": task.max_retries,
        "parallelProcessing": task.parallel_processing,
        "priority": task.priority,
        "dueDateTime": None if task.due_date_time is None else parse_datetime(task.due_date_time),
        "parentCompleteBeforeStarting": task.waits_for_parents,
    }
    return {
        "engineId": engine,
        "payload": None if payload is None else json.loads(payload),
        "ioFolders": [
            {
                "referenceId": folder.correlation_id,
                "mode": folder.mode,
                "type": folder.type,
                "options": json.loads(folder.options or "{}"),
            }
            for folder in task.io_folders
        ],
        "executionPreferences": {name: value for name, value in preferences.items() if value is not None},
    }


def _kept(job: CreateJob, routes: Routes) -> Record:
    """What only Edge shows of the job."""
    return {
        **job.given(*KEPT_OF_JOB),
        "dueDateTime": _time(job.due_date_time),
        "ownsTarget": job.core_recording_id is None,
        "tasks": _kept_of_tasks(job.tasks),
        "roots": {str(place): options for place, options in routes.roots.items()},
    }


def _kept_of_tasks(tasks: Sequence[CreateTask]) -> list[Record]:
    return [{**task.given(*KEPT_OF_TASK), "dueDateTime": _time(task.due_date_time)} for task in tasks]


def _time(text: str | None) -> str | None:
    return None if text is None else format_datetime(parse_datetime(text))
