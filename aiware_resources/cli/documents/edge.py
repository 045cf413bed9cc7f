"""Jobs as requests of aiWARE Edge have them (`CreateJobDetail`), and the same as the cloud API has it (`CreateJob`).

The two say the same in other words, see `aiware_resources.api.edge.submission`. Correlation ids are any text that is
unique in the job.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, Strict

from aiware_resources.api.edge.submission import PREFERENCES
from aiware_resources.api.json_text import read_json
from aiware_resources.reconcile import ApiModel, Path, Problem
from aiware_resources.reconcile.carrying import null_paths
from aiware_resources.reconcile.provider import schema_of
from aiware_resources.reconcile.values import Count, Flag, Int32, Name, not_negative
from aiware_resources.settings.endpoints import is_uuid
from aiware_resources.text.times import parse_time

Props = Mapping[str, Any]

NO_WORD = ("coreID", "coreJobID", "coreSourceID", "currentRetries", "sendOutputToUris")
"""Properties of a job for which the library has no argument."""
NO_WORD_OF_TASKS = (
    "coreTaskId",
    "maxProcessingSecondsPerWorkItem",
    "maxWaitSecondsForChunk",
    "numChunksPerWorkItem",
    "sendOutputToUris",
)
"""The same of a task."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)
_BEGINNINGS = ("scheduled", "pending", "queued")
_BEGINS_AS = "pending"
"""The status of a task that is about to run: all tasks are sent with it."""

_FOLDER = {"referenceId": "correlationID", "options": "optionsJSON"}
_ROUTE = {"parentIoFolderReferenceId": "taskParentOutputId", "childIoFolderReferenceId": "taskChildInputId"}


def _uuid(text: str) -> str:
    if not is_uuid(text):
        raise ValueError("must be a UUID")
    return text


def _json(text: str) -> str:
    try:
        read_json(text)
    except ValueError as error:
        raise ValueError(f"must be JSON as text: {error}") from None
    return text


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError("must be a time with its zone, such as 2026-01-31T09:51:42.331Z")
    parse_time(text.upper())
    return text


def _beginning(status: str) -> str:
    if status not in _BEGINNINGS:
        raise ValueError(f"must be one of {', '.join(_BEGINNINGS)}, as a new one begins")
    return status


Uuid = Annotated[str, AfterValidator(_uuid)]
JsonText = Annotated[str, AfterValidator(_json)]
Time = Annotated[str, AfterValidator(_time)]
Beginning = Annotated[str, AfterValidator(_beginning)]
Whole = Annotated[int, Strict()]
LongCount = Annotated[Whole, AfterValidator(not_negative)]


class EdgeFolder(ApiModel):
    """A folder (``CreateTaskIOInfo``)."""

    correlation_id: Name = Field(alias="correlationID")
    mode: Literal["stream", "chunk"]
    type: Literal["input", "output"]
    options_json: JsonText | None = Field(None, alias="optionsJSON")


class EdgeTask(ApiModel):
    """A task (``CreateTaskDetail``)."""

    engine_id: Uuid
    correlation_task_id: Name
    core_task_id: str | None = None
    due_date_time: Time | None = None
    io_folders: list[EdgeFolder] | None = None
    max_engines: Count | None = None
    max_processing_seconds_per_work_item: LongCount | None = None
    max_retries: Count | None = None
    max_wait_seconds_for_chunk: LongCount | None = None
    num_chunks_per_work_item: LongCount | None = None
    parallel_processing: Flag | None = None
    parent_must_be_complete_before_starting: Flag | None = None
    payload_json: JsonText | None = Field(None, alias="payloadJSON")
    priority: Int32 | None = None
    send_output_to_uris: list[str] | None = None
    task_payload_json: JsonText | None = Field(None, alias="taskPayloadJSON")
    task_status: Beginning | None = None


class EdgeRoute(ApiModel):
    """A route (``TaskRouteDetail``); without a parent it says that its task is a first one."""

    task_child_id: Name
    task_child_input_id: Name | None = None
    task_parent_id: Name | None = None
    task_parent_output_id: Name | None = None
    endpoint: Uuid | None = None
    chunk_callback_enabled: Flag | None = None
    sync_enabled: Flag | None = None
    sync_timeout_in_seconds: Count | None = None


class EdgeJob(ApiModel):
    """A job (``CreateJobDetail``)."""

    core_id: Uuid | None = Field(None, alias="coreID")
    core_job_id: str | None = Field(None, alias="coreJobID")
    core_recording_id: Whole | None = Field(None, alias="coreRecordingID")
    core_source_id: Whole | None = Field(None, alias="coreSourceID")
    current_retries: Count | None = None
    due_date_time: Time | None = None
    internal_organization_id: Uuid | None = Field(None, alias="internalOrganizationID")
    job_config_json: JsonText | None = Field(None, alias="jobConfigJSON")
    job_status: Beginning | None = None
    send_output_to_uris: list[str] | None = None
    task_routes: list[EdgeRoute] | None = None
    tasks: list[EdgeTask]


def is_edge_job(content: Mapping[str, Any]) -> bool:
    """Says whether a job is written for aiWARE Edge, by its shape."""
    if "taskRoutes" in content or "internalOrganizationID" in content:
        return True
    return any("correlationTaskId" in task or "taskPayloadJSON" in task for task in _mappings(content.get("tasks")))


def edge_problems(job: Props) -> list[Problem]:
    """What is wrong with a job by itself; whether its graph holds together is seen in `as_cloud_job`."""
    without_null = _without_null(job)
    nulls = [Problem(path, "is null, which aiWARE Edge does not take: leave it out") for path in null_paths(job)]
    problems = [*nulls, *schema_of(EdgeJob).validate(without_null, frozenset())[1]]
    return problems or list(_joints(without_null))


def as_cloud_job(job: Props) -> dict[str, Any]:
    """The job as the cloud API has it; what it cannot say is left out, see `left_out`."""
    job = _without_null(job)
    written: dict[str, Any] = {"tasks": [_task(task) for task in _mappings(job.get("tasks"))]}
    routes = [
        {key: _id(route[name]) for key, name in _ROUTE.items() if name in route}
        for route in _mappings(job.get("taskRoutes"))
        if "taskParentId" in route
    ]
    if routes:
        written["routes"] = routes
    if "coreRecordingID" in job:
        written["targetId"] = str(job["coreRecordingID"])
    if "jobStatus" in job:
        written["status"] = job["jobStatus"]
    if "jobConfigJSON" in job:
        written["jobConfig"] = _read(job["jobConfigJSON"])
    return written


def edge_path(job: Props, path: Path) -> Path:
    """Where a property of the job as the cloud API has it is in the job as Edge has it."""
    match path:
        case ("tasks", int() as task, "ioFolders", int() as folder, str() as name, *_):
            return ("tasks", task, "ioFolders", folder, _FOLDER.get(name, name))
        case ("tasks", int() as task, "payload" | "payloadString", *_):
            given = _mappings(job.get("tasks"))[task]
            return ("tasks", task, "taskPayloadJSON" if "taskPayloadJSON" in given else "payloadJSON")
        case ("tasks", int() as task, "executionPreferences", str() as name, *_):
            return ("tasks", task, PREFERENCES.get(name, name))
        case ("routes", int() as number, *rest):
            with_parent = [
                index for index, each in enumerate(_mappings(job.get("taskRoutes"))) if "taskParentId" in each
            ]
            return ("taskRoutes", with_parent[number], *(_ROUTE.get(str(name), name) for name in rest))
        case ("routes",):
            return ("taskRoutes",)
        case ("targetId",):
            return ("coreRecordingID",)
        case ("status",):
            return ("jobStatus",)
        case ("jobConfig", *_):
            return ("jobConfigJSON",)
        case _:
            return path


def left_out(job: Props) -> Iterator[str]:
    """What the library has no argument for, in words for people."""
    job = _without_null(job)
    if "internalOrganizationID" in job:
        yield "internalOrganizationID: the setting aiware:organizationId says it"
    yield from (name for name in NO_WORD if job.get(name))
    tasks = _mappings(job.get("tasks"))
    due = [task["dueDateTime"] for task in tasks if "dueDateTime" in task]
    if "dueDateTime" in job and job["dueDateTime"] not in due:
        yield "dueDateTime: the due time of a job is the latest of those of its tasks"
    for index, task in enumerate(tasks):
        yield from (f"tasks[{index}].{name}" for name in NO_WORD_OF_TASKS if task.get(name))
        if task.get("taskStatus", _BEGINS_AS) != _BEGINS_AS:
            yield f"tasks[{index}].taskStatus: every task begins as {_BEGINS_AS}"
        texts = [_read(task[name]) for name in ("taskPayloadJSON", "payloadJSON") if name in task]
        if len(texts) == 2 and texts[0] != texts[1]:
            yield f"tasks[{index}].payloadJSON: it differs from taskPayloadJSON"
    for index, route in enumerate(_mappings(job.get("taskRoutes"))):
        for name in ("chunkCallbackEnabled", "syncEnabled", "syncTimeoutInSeconds"):
            if route.get(name):
                yield f"taskRoutes[{index}].{name}"


def _task(task: Props) -> dict[str, Any]:
    written: dict[str, Any] = {"engineId": task["engineId"]} if "engineId" in task else {}
    payload = task.get("taskPayloadJSON", task.get("payloadJSON"))
    if payload is not None and (read := _read(payload)) != {}:
        written["payload"] = read
    folders = [_folder(folder) for folder in _mappings(task.get("ioFolders"))]
    if folders:
        written["ioFolders"] = folders
    preferences = {key: task[name] for key, name in PREFERENCES.items() if name in task}
    if "dueDateTime" in task:
        preferences["dueDateTime"] = task["dueDateTime"]
    if preferences:
        written["executionPreferences"] = preferences
    return written


def _folder(folder: Props) -> dict[str, Any]:
    written = {"referenceId": _id(folder.get("correlationID")), "mode": folder.get("mode"), "type": folder.get("type")}
    options = _read(folder.get("optionsJSON") or "{}")
    return {**written, "options": options} if options else written


def _read(text: Any) -> Any:
    """The value of JSON text; any other text as it is."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return text


def _joints(job: Props) -> Iterator[Problem]:
    """Routes that name tasks and folders which are not there, and tasks that are reached in no way or in two."""
    owners: dict[str, int] = {}
    for index, task in enumerate(job["tasks"]):
        name = _id(task["correlationTaskId"])
        if owners.setdefault(name, index) != index:
            yield Problem(("tasks", index, "correlationTaskId"), f'"{name}" is the id of tasks[{owners[name]}] already')
    ways: dict[int, set[bool]] = {}
    for index, route in enumerate(job.get("taskRoutes") or []):
        for task_key, folder_key in (("taskParentId", "taskParentOutputId"), ("taskChildId", "taskChildInputId")):
            owner = owners.get(_id(route[task_key])) if task_key in route else None
            if task_key in route and owner is None:
                yield Problem(("taskRoutes", index, task_key), f'no task has the correlationTaskId "{route[task_key]}"')
            elif "taskParentId" not in route and folder_key in route:
                yield Problem(("taskRoutes", index, folder_key), "joins no folders without a taskParentId: add it")
            elif "taskParentId" in route and owner is not None:
                yield from _end(job, index, folder_key, owner)
        child = owners.get(_id(route["taskChildId"]), -1)
        is_root = "taskParentId" not in route
        if is_root and True in ways.get(child, ()):
            yield Problem(("taskRoutes", index), "says a second time that its task is a first one: leave it out")
        ways.setdefault(child, set()).add(is_root)
    for index in range(len(job["tasks"])):
        if not ways.get(index):
            reason = (
                "no route leads to it: add an entry of taskRoutes with its taskChildId alone, or one with its parent"
            )
            yield Problem(("tasks", index), reason)
        elif len(ways[index]) > 1:
            yield Problem(("tasks", index), "is a first task by one route, and has a parent by another: remove one")


def _end(job: Props, index: int, key: str, owner: int) -> Iterator[Problem]:
    """One end of a route, which must be a folder of the task that it names."""
    folder = job["taskRoutes"][index].get(key)
    names = [_id(each["correlationID"]) for each in job["tasks"][owner].get("ioFolders") or []]
    if folder is None:
        yield Problem(("taskRoutes", index, key), "is missing: name the folder that the route joins")
    elif _id(folder) not in names:
        listed = ", ".join(names) or "none"
        reason = f'tasks[{owner}] has no folder with the correlationID "{folder}"; its folders are: {listed}'
        yield Problem(("taskRoutes", index, key), reason)


def _id(text: Any) -> str:
    """A correlation id; some clients spell a UUID in capitals in one place, and not in another."""
    return str(text).lower() if is_uuid(str(text)) else str(text)


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _without_null(value: Any) -> Any:
    """A value without keys that are null, which are the same as those that are left out."""
    if isinstance(value, Mapping):
        return {key: _without_null(item) for key, item in value.items() if item is not None}
    return [_without_null(item) for item in value] if isinstance(value, list) else value
