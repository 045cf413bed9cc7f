"""Failures: of calls, by the names of the API's error table, and of tasks, by the schema's TaskFailureReason."""

from __future__ import annotations

import logging
import uuid
from enum import StrEnum
from typing import Any

from graphql import GraphQLError

from aiware_local.installation.scalars import format_datetime
from aiware_local.storage.store import Record

log = logging.getLogger(__name__)


class ErrorName(StrEnum):
    """The documented values of `errors[].name`."""

    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    INVALID_INPUT = "invalid_input"
    AUTHENTICATION_ERROR = "authentication_error"
    CAPACITY_EXCEEDED = "capacity_exceeded"
    RATE_LIMITED = "rate_limited"
    SERVICE_UNAVAILABLE = "service_unavailable"
    SERVICE_FAILURE = "service_failure"
    INTERNAL_ERROR = "internal_error"
    NOT_IMPLEMENTED = "not_implemented"


class ApiError(Exception):
    """A field could not be resolved; becomes one entry of `errors`.

    Args:
        name: which kind of failure.
        message: what happened, for people.
        data: details for programs, such as objectId and objectType.
    """

    def __init__(self, name: ErrorName, message: str, **data: Any) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.data = data


def not_found(object_type: str, object_id: str) -> ApiError:
    """The object is missing, deleted or not visible."""
    return ApiError(
        ErrorName.NOT_FOUND,
        f"The requested object was not found: there is no {object_type} with id {object_id}.",
        objectId=object_id,
        objectType=object_type,
    )


def invalid_input(message: str, **data: Any) -> ApiError:
    """An argument has a value that the operation does not take."""
    return ApiError(ErrorName.INVALID_INPUT, message, **data)


def envelope_entry(error: GraphQLError, now: float) -> dict[str, Any]:
    """One entry of the `errors` list.

    A failure that the code did not foresee is logged with its traceback and answered as `internal_error` with an
    errorId that leads to the log.
    """
    cause = error.original_error
    if isinstance(cause, ApiError):
        entry = error_entry(cause.name, cause.message, now, cause.data)
    elif cause is None or isinstance(cause, GraphQLError):
        entry = error_entry(ErrorName.INVALID_INPUT, error.message, now)
    else:
        error_id = str(uuid.uuid4())
        log.error("internal error %s at %s", error_id, error.path, exc_info=cause)
        message = f"An internal error occurred; the log has it under {error_id}."
        entry = error_entry(ErrorName.INTERNAL_ERROR, message, now, {"errorId": error_id})
    if error.path is not None:
        entry["path"] = error.path
    if error.locations:
        entry["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    return entry


def error_entry(name: ErrorName, message: str, now: float, data: dict[str, Any] | None = None) -> dict[str, Any]:
    """One entry of the `errors` list, without the place of a field: of a request that was refused as a whole."""
    entry: dict[str, Any] = {"message": message, "name": name, "time_thrown": format_datetime(now)}
    return {**entry, "data": data} if data else entry


def require_count(value: Any, field: str) -> None:
    """Refuses a number that counts something and is negative.

    Raises:
        ApiError: invalid_input.
    """
    if value is not None and value < 0:
        raise invalid_input(f"{field} is {value}; it must not be negative.", field=field)


class FailureReason(StrEnum):
    """TaskFailureReason; the same values in the same order as in the schema."""

    INTERNAL_ERROR = "internal_error"
    UNKNOWN = "unknown"
    URL_NOT_FOUND = "url_not_found"
    URL_NOT_ALLOWED = "url_not_allowed"
    URL_TIMEOUT = "url_timeout"
    URL_CONNECTION_REFUSED = "url_connection_refused"
    URL_ERROR = "url_error"
    INVALID_DATA = "invalid_data"
    RATE_LIMITED = "rate_limited"
    API_NOT_ALLOWED = "api_not_allowed"
    API_AUTHENTICATION_ERROR = "api_authentication_error"
    API_NOT_FOUND = "api_not_found"
    API_ERROR = "api_error"
    FILE_WRITE_ERROR = "file_write_error"
    STREAM_READ_ERROR = "stream_read_error"
    SYSTEM_DEPENDENCY_MISSING = "system_dependency_missing"
    SYSTEM_ERROR = "system_error"
    HEARTBEAT_TIMEOUT = "heartbeat_timeout"
    CHUNK_TIMEOUT = "chunk_timeout"
    OTHER = "other"
    EXTERNAL_ERROR = "external_error"


class RunError(Exception):
    """An engine run ends as failed.

    Args:
        reason: becomes the task's failureReason.
        message: becomes its failureMessage.
    """

    def __init__(self, reason: FailureReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def failure_of(reason: str, message: str) -> Record:
    """A failure as a task's result holds it.

    A reason outside the enum cannot be answered by GraphQL: it becomes `other` and leads the message. The record has
    it as `word`, since Edge has reasons of its own.
    """
    if reason in set(FailureReason):
        return {"reason": reason, "message": message, "word": reason}
    return {"reason": str(FailureReason.OTHER), "message": f"{reason}: {message}", "word": reason}
