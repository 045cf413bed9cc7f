"""Statuses and reasons of failure, in the words of Edge."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from aiware_local.installation.failures import FailureReason
from aiware_local.storage.records import Record

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
    """What createJob of Edge said of the job beside what every job has; empty for a job of GraphQL."""
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
