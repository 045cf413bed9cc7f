"""What can go wrong with one request, as data: from HTTP codes and aiWARE's error names to causes and exceptions.

The two tables are those of aiWARE's documentation (apis/error-handling): HTTP codes, and the names in the `errors` list
of an answer.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Self

import httpx
from socksio.exceptions import SOCKSError

from aiware_resources import errors
from aiware_resources.api.deadlines import WholeAnswer
from aiware_resources.api.retry_after import retry_after_seconds


class Kind(Enum):
    """Whether a request changes something."""

    READ = auto()
    MUTATION = auto()


class Cause(Enum):
    """What a failure means for the question whether to send the request again."""

    UNREACHED = auto()
    """It never arrived: safe to send again."""
    UNTRUSTED = auto()
    """It never arrived and never will: TLS refused the server."""
    LIMITED = auto()
    """Turned away unread, until later: safe to send again then."""
    OVERLOADED = auto()
    """Gave up for lack of capacity, perhaps half-way."""
    FAILING = auto()
    """Broke somewhere, perhaps after it was applied."""
    UNAUTHENTICATED = auto()
    """Turned away for its token: safe to send again with a new one."""
    UNREADABLE = auto()
    """Answered with what cannot be read: perhaps applied, and the next answer would be the same."""
    REFUSED = auto()
    """Understood and refused: sending it again changes nothing."""


@dataclass(frozen=True)
class Failure:
    """One failed attempt.

    Attributes:
        cause: What it means for retrying.
        error: The exception for it where a retry does not help; the kind of request may call for another one.
        message: What the server or the network said, without secrets.
        status: HTTP status, if there was an answer.
        name: aiWARE's error name, if it gave one.
        retry_after: Seconds that the server asked to wait.
        request_id: aiWARE's id of the request.
        object_id: Id of the object at fault, if the server named one.
        path: Path of the failed field in the answer; empty when the request failed as a whole.
    """

    cause: Cause
    error: type[errors.ApiError]
    message: str
    status: int | None = None
    name: str | None = None
    retry_after: float | None = None
    request_id: str | None = None
    object_id: str | None = None
    path: tuple[str | int, ...] = ()

    def with_message(self, message: str) -> Self:
        """The same failure with another message."""
        return replace(self, message=message)


HTTP_CODES: Mapping[int, tuple[Cause, type[errors.ApiError]]] = {
    400: (Cause.REFUSED, errors.BadRequest),
    401: (Cause.UNAUTHENTICATED, errors.AuthenticationFailed),
    403: (Cause.REFUSED, errors.NotAllowed),
    404: (Cause.REFUSED, errors.WrongUrl),
    405: (Cause.REFUSED, errors.WrongUrl),
    408: (Cause.FAILING, errors.ServerFailure),
    425: (Cause.FAILING, errors.ServerFailure),
    429: (Cause.LIMITED, errors.RateLimited),
    501: (Cause.REFUSED, errors.NotImplementedByServer),
}

GRAPHQL_NAMES: Mapping[str, tuple[Cause, type[errors.ApiError]]] = {
    "not_found": (Cause.REFUSED, errors.NotFound),
    "not_allowed": (Cause.REFUSED, errors.NotAllowed),
    "invalid_input": (Cause.REFUSED, errors.InvalidInput),
    "authentication_error": (Cause.UNAUTHENTICATED, errors.AuthenticationFailed),
    "capacity_exceeded": (Cause.OVERLOADED, errors.CapacityExceeded),
    "rate_limited": (Cause.LIMITED, errors.RateLimited),
    "service_unavailable": (Cause.FAILING, errors.ServerFailure),
    "service_failure": (Cause.FAILING, errors.ServerFailure),
    "internal_error": (Cause.FAILING, errors.ServerFailure),
    "not_implemented": (Cause.REFUSED, errors.NotImplementedByServer),
}

# Failures before the first byte of the request has left.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


NETWORK_ERRORS = (httpx.RequestError, SOCKSError)
"""What the HTTP library raises when there is no answer, or none that can be read; of SOCKS it lets errors through."""


def from_network(error: Exception) -> Failure:
    """Classifies a request that got no answer, or none that could be read to its end.

    Args:
        error: One of `NETWORK_ERRORS`.
    """
    said = str(error) or type(error).__name__
    if isinstance(error, SOCKSError):
        return Failure(Cause.UNREACHED, errors.NotSent, f"the proxy is not a working SOCKS proxy: {said}")
    if isinstance(error, _UNSENT):
        cause = Cause.UNTRUSTED if _caused_by_tls(error) else Cause.UNREACHED
        return Failure(cause, errors.NotSent, said)
    if isinstance(error, httpx.TimeoutException) and "timed out" in said:
        said = WholeAnswer.reason
    return Failure(Cause.FAILING, errors.ServerFailure, said)


def from_status(status: int, headers: Mapping[str, str], said: str = "") -> Failure | None:
    """Classifies an answer by its HTTP code; None when the code is a success."""
    if 200 <= status < 300:
        return None
    fallback = Cause.FAILING if status >= 500 else Cause.REFUSED
    by_class = {3: errors.WrongUrl, 5: errors.ServerFailure}.get(status // 100, errors.BadRequest)
    cause, error = HTTP_CODES.get(status, (fallback, by_class))
    return Failure(
        cause,
        error,
        said or f"HTTP {status}",
        status=status,
        retry_after=retry_after_seconds(headers.get("retry-after")),
        request_id=headers.get("x-request-id") or headers.get("x-correlation-id"),
    )


def from_entry(entry: Mapping[str, Any], headers: Mapping[str, str]) -> Failure:
    """Classifies one entry of an answer's `errors` list."""
    data = entry.get("data")
    details: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    name = _text(entry.get("name"))
    path = entry.get("path")
    cause, error = GRAPHQL_NAMES.get(name or "", (Cause.REFUSED, errors.ApiError))
    service = _text(details.get("serviceMessage"))
    message = _text(entry.get("message")) or name or "an error without a message"
    return Failure(
        cause,
        error,
        f"{message} ({service})" if service and service not in message else message,
        status=200,
        name=name,
        retry_after=retry_after_seconds(headers.get("retry-after")),
        request_id=_text(details.get("requestId")) or headers.get("x-request-id"),
        object_id=_text(details.get("objectId")),
        path=tuple(path) if isinstance(path, list) else (),
    )


def malformed(what: str, *, status: int | None = 200) -> Failure:
    """An answer that is not what the API promises."""
    return Failure(Cause.FAILING, errors.ServerFailure, what, status=status)


def unreadable(what: str, status: int) -> Failure:
    """An answer that asking again would not make better."""
    return Failure(Cause.UNREADABLE, errors.ServerFailure, what, status=status)


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None


def _caused_by_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            # A connection that ends during the handshake says nothing about trust.
            return not isinstance(error, ssl.SSLEOFError)
        error = error.__cause__ or error.__context__
    return False
