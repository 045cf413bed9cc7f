"""Failures as the GraphQL API reports them: the names of the error table and the envelope around them."""

from __future__ import annotations

import logging
import uuid
from enum import StrEnum
from typing import Any

from graphql import GraphQLError

from aiware_local.installation.scalars import format_datetime

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
        entry = _entry(str(cause.name), cause.message, now, cause.data)
    elif cause is None or isinstance(cause, GraphQLError):
        entry = _entry(str(ErrorName.INVALID_INPUT), error.message, now)
    else:
        error_id = str(uuid.uuid4())
        log.error("internal error %s at %s", error_id, error.path, exc_info=cause)
        message = f"An internal error occurred; the log has it under {error_id}."
        entry = _entry(str(ErrorName.INTERNAL_ERROR), message, now, {"errorId": error_id})
    if error.path is not None:
        entry["path"] = error.path
    if error.locations:
        entry["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    return entry


def plain_entry(name: ErrorName, message: str, now: float) -> dict[str, Any]:
    """An entry for a request that was refused before any field was resolved."""
    return _entry(str(name), message, now)


def _entry(name: str, message: str, now: float, data: dict[str, Any] | None = None) -> dict[str, Any]:
    entry = {"message": message, "name": name, "time_thrown": format_datetime(now)}
    return {**entry, "data": data} if data else entry
