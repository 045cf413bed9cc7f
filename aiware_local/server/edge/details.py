"""A job as Edge shows it: its status, and JobDetail with its tasks, io folders and routes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from aiware_local.installation.errors import FailureReason
from aiware_local.installation.installation import Installation
from aiware_local.installation.scalars import format_datetime
from aiware_local.jobs.records import as_text, show_tasks, timeline_of
from aiware_local.jobs.tasks import task_output
from aiware_local.launcher import ORGANIZATION_UUID
from aiware_local.server.edge.create_body import OPTIONS
from aiware_local.server.edge.ids import (
    internal_engine_id,
    internal_folder_id,
    internal_job_id,
    internal_task_id,
    is_uuid,
)
from aiware_local.storage.store import Record

NO_FAILURE = "none"
REJECTED = "rejected"
"""A failure of this reason makes its task and job rejected rather than failed."""
REASONS: Mapping[str, str] = MappingProxyType(
    {
        FailureReason.INTERNAL_ERROR: "internal_error",
        FailureReason.UNKNOWN: "unknown",
        FailureReason.URL_NOT_FOUND: "not_found",
        FailureReason.URL_NOT_ALLOWED: "unauthorized",
        FailureReason.URL_TIMEOUT: "connection",
        FailureReason.URL_CONNECTION_REFUSED: "connection",
        FailureReason.URL_ERROR: "connection",
        FailureReason.INVALID_DATA: "bad_data",
        FailureReason.RATE_LIMITED: "rate_limited",
        FailureReason.API_NOT_ALLOWED: "unauthorized",
        FailureReason.API_AUTHENTICATION_ERROR: "unauthorized",
        FailureReason.API_NOT_FOUND: "not_found",
        FailureReason.API_ERROR: "core_api",
        FailureReason.FILE_WRITE_ERROR: "resources",
        FailureReason.STREAM_READ_ERROR: "connection",
        FailureReason.SYSTEM_DEPENDENCY_MISSING: "resources",
        FailureReason.SYSTEM_ERROR: "internal_error",
        FailureReason.HEARTBEAT_TIMEOUT: "scheduling",
        FailureReason.CHUNK_TIMEOUT: "scheduling",
        FailureReason.OTHER: "unknown",
        FailureReason.EXTERNAL_ERROR: "api",
    }
)
"""Edge's FailureReasonEnum for every TaskFailureReason."""
EDGE_REASONS = frozenset({*REASONS.values(), NO_FAILURE})
ENDED = frozenset({"complete", "failed", "rejected"})


def job_status(shown: Record) -> str:
    """The jobStatus of a shown job."""
    job, status = shown["_job"], shown["status"]
    if status == "failed" and any(_is_rejected(task) for task in job["_tasks"]):
        return REJECTED
    return _status(status, job, edge_of(job).get("jobStatus"))


def task_status(task: Record) -> str:
    """The taskStatus of a shown task."""
    if task["status"] == "failed" and _is_rejected(task["_task"]):
        return REJECTED
    job = task["_shownJob"]["_job"]
    return _status(task["status"], job, edge_of_task(job, task["order"]).get("taskStatus"))


def failure_reason(task: Record) -> str:
    """The failureReason of a shown task; `none` if it has not failed."""
    if task["failureReason"] is None:
        return NO_FAILURE
    word = task["_task"]["_result"]["failure"].get("word")
    return str(word) if word in EDGE_REASONS else REASONS[task["failureReason"]]


def edge_of(job: Record) -> Record:
    """What only Edge knows of the job, since its createJob; empty for a job of GraphQL."""
    kept: Record = job.get("_edge") or {}
    return kept


def edge_of_task(job: Record, order: int) -> Record:
    """The same for a task of the job."""
    tasks: list[Record] = edge_of(job).get("tasks") or []
    return tasks[order] if order < len(tasks) else {}


def _status(status: str, job: Record, beginning: Any) -> str:
    if status == "cancelled":
        return "aborted"
    if status == "pending":
        return str(beginning or status)
    if status == "running" and job["_startedAt"] > job["createdDateTime"]:
        return "reprocessing"
    return status


def _is_rejected(task: Record) -> bool:
    failure = (task["_result"] or {}).get("failure") or {}
    return bool(failure.get("word") == REJECTED)


def job_detail(installation: Installation, shown: Record) -> dict[str, Any]:
    """The JobDetail of a shown job. What it does not know of itself it leaves out."""
    job, kept = shown["_job"], edge_of(shown["_job"])
    status = job_status(shown)
    return _known(
        installation,
        {
            "internalJobID": internal_job_id(job["id"]),
            "internalOrganizationID": ORGANIZATION_UUID,
            "coreID": kept.get("coreID"),
            "coreJobID": job["id"],
            "coreRecordingId": _number(job["targetId"]),
            "coreSourceId": kept.get("coreSourceID", 0),
            "jobStatus": status,
            "jobConfigJSON": kept.get("jobConfigJSON") or as_text(job["jobConfig"]),
            "sendOutputToUris": kept.get("sendOutputToUris", job["_notificationUris"]),
            "currentRetries": kept.get("currentRetries", 0),
            "isTemplate": False,
            "jobTemplateId": job["templateId"],
            "coreScheduledJobId": _number(job["scheduledJobId"]),
            "dueDateTime": kept.get("dueDateTime"),
            "createdDateTime": format_datetime(job["createdDateTime"]),
            "modifiedDateTime": format_datetime(shown["modifiedDateTime"]),
            "startedDateTime": _time(started_at(shown)),
            "completedDateTime": _time(completed_at(shown)),
            "abortedDateTime": _time(timeline_of(shown).ended_at()) if status == "aborted" else None,
            "tasks": [_task_detail(installation, task) for task in show_tasks(shown)],
            "taskRoutes": _routes(shown),
        },
    )


def started_at(shown: Record) -> float | None:
    """When the first task of a shown job started, in seconds since the epoch; None if none has."""
    started = [task["startedDateTime"] for task in show_tasks(shown) if task["startedDateTime"] is not None]
    return min(started, default=None)


def completed_at(shown: Record) -> float | None:
    """When a shown job came to an end by itself, in seconds since the epoch; None if it has not."""
    ended: float = timeline_of(shown).ended_at()
    return ended if job_status(shown) in ENDED else None


def _task_detail(installation: Installation, task: Record) -> dict[str, Any]:
    job = task["_shownJob"]["_job"]
    kept, preferences = edge_of_task(job, task["order"]), task["_task"]["executionPreferences"]
    status, payload = task_status(task), as_text(task["payload"])
    due = preferences.get("dueDateTime")
    return _known(
        installation,
        {
            **_engine(installation, task["engineId"]),
            "internalTaskID": internal_task_id(task["id"]),
            "internalJobID": internal_job_id(job["id"]),
            "internalOrganizationID": ORGANIZATION_UUID,
            "coreTaskID": task["id"],
            "coreJobID": job["id"],
            "coreRecordingID": _number(job["targetId"]),
            "taskStatus": status,
            "failureReason": failure_reason(task),
            "failureDetail": task["failureMessage"],
            "errorCount": 0 if task["failureReason"] is None else 1,
            "payloadJSON": kept.get("payloadJSON", payload),
            "taskPayloadJSON": kept.get("taskPayloadJSON", payload),
            "taskOutputSON": as_text(task_output(installation, task)),
            "ioFolders": [_folder(job, task, folder) for folder in task["ioFolders"]],
            "parentTaskID": None if task["parentTaskId"] is None else internal_task_id(task["parentTaskId"]),
            "childTaskIDs": _children(job, task),
            "buildID": task["buildId"] if is_uuid(str(task["buildId"])) else None,
            "isTemplate": False,
            "maxEngines": preferences.get("maxEngines"),
            "maxRetries": preferences.get("maxRetries"),
            "currentRetries": 0,
            "parallelProcessing": preferences.get("parallelProcessing"),
            "parentMustBeCompleteBeforeStarting": bool(preferences.get("parentCompleteBeforeStarting")),
            "sendOutputToUris": kept.get("sendOutputToUris", []),
            "dueDateTime": _time(due),
            "createdDateTime": format_datetime(task["createdDateTime"]),
            "modifiedDateTime": format_datetime(task["modifiedDateTime"]),
            "startedDateTime": _time(task["startedDateTime"]),
            "completedDateTime": _time(task["completedDateTime"]) if status in ENDED else None,
            "abortedDateTime": _time(task["completedDateTime"]) if status == "aborted" else None,
        },
    )


def _children(job: Record, task: Record) -> list[str]:
    """The tasks that get something from this one, without those that only stand by for one of them."""
    return [
        internal_task_id(other["id"])
        for other in job["_tasks"]
        if task["order"] in other["_parents"] and other["_standbyFor"] is None
    ]


def _engine(installation: Installation, engine_id: str) -> dict[str, Any]:
    engine = installation.catalogue.engine(engine_id)
    category = None if engine is None else installation.catalogue.category(engine["categoryId"])
    return {
        "engineID": internal_engine_id(engine_id),
        "engineName": None if engine is None else engine["name"],
        "engineCategoryID": None if category is None else category["id"],
        "engineCategoryName": None if category is None else category["name"],
    }


def _folder(job: Record, task: Record, folder: Record) -> dict[str, Any]:
    return {
        "id": internal_folder_id(task["id"], folder["referenceId"]),
        "correlationId": folder["referenceId"],
        "mode": folder["mode"],
        "type": folder["type"],
        "optionsJSON": as_text(folder["options"]),
        "createdDateTime": format_datetime(job["createdDateTime"]),
        "modifiedDateTime": format_datetime(job["createdDateTime"]),
    }


def _routes(shown: Record) -> list[dict[str, Any]]:
    """A root route for every task without a parent, then the routes between tasks, all by internal ids."""
    job = shown["_job"]
    roots = edge_of(job).get("roots") or {}
    mains = [task for task in job["_tasks"] if task["_standbyFor"] is None]
    result = [
        {"taskChildId": internal_task_id(task["id"]), **roots.get(str(task["order"]), {})}
        for task in mains
        if not task["_parents"]
    ]
    owners = {folder["referenceId"]: task["id"] for task in mains for folder in task["ioFolders"]}
    for route in job["routes"]:
        output, input_ = route["parentIoFolderReferenceId"], route["childIoFolderReferenceId"]
        options = route["options"] if isinstance(route["options"], dict) else {}
        result.append(
            {
                "taskParentId": internal_task_id(owners[output]),
                "taskParentOutputId": internal_folder_id(owners[output], output),
                "taskChildId": internal_task_id(owners[input_]),
                "taskChildInputId": internal_folder_id(owners[input_], input_),
                **{name: options[name] for name in OPTIONS if name in options},
            }
        )
    return result


def _known(installation: Installation, values: dict[str, Any]) -> dict[str, Any]:
    """What it does not know of itself it leaves out, unless the dialect shows null."""
    if installation.behaviour.settings.dialect.empty == "null":
        return values
    return {name: value for name, value in values.items() if value is not None}


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else format_datetime(seconds)


def _number(text: Any) -> int | None:
    return int(text) if str(text).isdecimal() else None
