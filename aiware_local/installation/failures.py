"""Why a task failed: the values of the schema's TaskFailureReason."""

from __future__ import annotations

from enum import StrEnum

from aiware_local.storage.records import Record


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

    A reason outside the enum cannot be answered by GraphQL: it becomes `other` and leads the message. The record keeps
    it as `word`, since Edge has reasons of its own.
    """
    if reason in set(FailureReason):
        return {"reason": reason, "message": message, "word": reason}
    return {"reason": str(FailureReason.OTHER), "message": f"{reason}: {message}", "word": reason}
