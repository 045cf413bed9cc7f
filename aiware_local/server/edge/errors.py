"""Failures as the Edge API reports them: an HTTP status and a body of id, description and detail.

Source: the OpenAPI definition of Edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.responses import JSONResponse, Response

from aiware_local.installation.errors import ErrorName

KINDS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("invalid_argument", "Invalid argument"),
        401: ("not_authorized", "Not authorized"),
        403: ("forbidden", "Forbidden"),
        404: ("not_found", "Not found"),
        405: ("not_allowed", "Not allowed"),
        429: ("too_many_requests", "Too many requests"),
        500: ("internal_error", "Internal error"),
        501: ("not_implemented", "Not implemented"),
        503: ("unavailable", "Unavailable"),
    }
)
"""The id and the description of the error for every status. All but 500 are documented."""
RETRY_LATER = (429, 503)
"""What carries Retry-After."""
STATUS_OF: Mapping[str, int] = MappingProxyType(
    {
        ErrorName.NOT_FOUND: 404,
        ErrorName.NOT_ALLOWED: 403,
        ErrorName.INVALID_INPUT: 400,
        ErrorName.AUTHENTICATION_ERROR: 401,
        ErrorName.CAPACITY_EXCEEDED: 503,
        ErrorName.RATE_LIMITED: 429,
        ErrorName.SERVICE_UNAVAILABLE: 503,
        ErrorName.SERVICE_FAILURE: 503,
        ErrorName.INTERNAL_ERROR: 500,
        ErrorName.NOT_IMPLEMENTED: 501,
    }
)
"""The status for every error name of GraphQL."""


class EdgeError(Exception):
    """The request is refused.

    Args:
        status: the HTTP status, one of `KINDS`.
        detail: what is wrong, for people.
        headers: what the answer carries besides, such as Retry-After.
    """

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


def bad(detail: str) -> EdgeError:
    """An argument that the operation does not take."""
    return EdgeError(400, detail)


def missing(kind: str, object_id: str) -> EdgeError:
    """The object is not there."""
    return EdgeError(404, f"There is no {kind} {object_id}.")


def retry_later(status: int, detail: str, retry_after: int | None) -> EdgeError:
    """A refusal that names the seconds to wait before the next try, where there is something to wait for."""
    return EdgeError(status, detail, {} if retry_after is None else {"Retry-After": str(retry_after)})


def error_answer(error: EdgeError) -> Response:
    """The answer to a request that is refused; what wants a Retry-After and names none gets one second."""
    name, description = KINDS[error.status]
    headers = {"Retry-After": "1"} if error.status in RETRY_LATER else {}
    body = {"id": name, "description": description, "detail": error.detail}
    return JSONResponse(body, error.status, {**headers, **error.headers})
