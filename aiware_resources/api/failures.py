"""What can go wrong with one request, as data: from HTTP codes and aiWARE's error names to causes and exceptions.

The two tables are those of aiWARE's documentation (apis/error-handling): HTTP codes, and the names in the `errors` list
of an answer.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any, Self

import httpx
from socksio.exceptions import SOCKSError

from aiware_resources import errors
from aiware_resources.api.deadlines import WholeAnswer


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

    @property
    def is_put_off(self) -> bool:
        """Whether the server has a time for the request, if not now: a rate limit that names it."""
        return self.cause is Cause.LIMITED and self.retry_after is not None

    def with_message(self, message: str) -> Self:
        """The same failure with another message."""
        return replace(self, message=message)


class RequestFailed(Exception):
    """One attempt failed; internal to this package, which turns it into a public error in the end."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def final_error(kind: Kind, failure: Failure) -> type[errors.ApiError]:
    """Says which exception a failure becomes once nothing is left to try."""
    if kind is Kind.MUTATION and (failure.cause in _UNCERTAIN or failure.error is errors.ApiError):
        return errors.AnswerLost
    return failure.error


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

CORRELATION_ID = "X-Correlation-Id"
"""The header by which a request to aiWARE Edge is found in its log."""

# Failures before the first byte of the request has left.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

# What leaves open whether a request was applied.
_UNCERTAIN = {Cause.OVERLOADED, Cause.FAILING, Cause.UNREADABLE}

_LONGEST_ASKED = 86_400.0
"""Seconds of a `Retry-After`. More than a day is a mistake: aiWARE counts requests in windows of ten seconds."""

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
    name = text_of(entry.get("name"))
    path = entry.get("path")
    cause, error = GRAPHQL_NAMES.get(name or "", (Cause.REFUSED, errors.ApiError))
    service = text_of(details.get("serviceMessage"))
    message = text_of(entry.get("message")) or name or "an error without a message"
    return Failure(
        cause,
        error,
        f"{message} ({service})" if service and service not in message else message,
        status=200,
        name=name,
        retry_after=retry_after_seconds(headers.get("retry-after")),
        request_id=text_of(details.get("requestId")) or headers.get("x-request-id"),
        object_id=text_of(details.get("objectId")),
        path=tuple(path) if isinstance(path, list) else (),
    )


def malformed(what: str, *, status: int | None = 200) -> Failure:
    """An answer that is not what the API promises."""
    return Failure(Cause.FAILING, errors.ServerFailure, what, status=status)


def unreadable(what: str, status: int) -> Failure:
    """An answer that asking again would not make better."""
    return Failure(Cause.UNREADABLE, errors.ServerFailure, what, status=status)


def retry_after_seconds(header: str | None, now: datetime | None = None) -> float | None:
    """Reads the Retry-After header (RFC 9110, section 10.2.3): a number of seconds, or a date.

    Args:
        header: The header's value; None when there was none.
        now: The present, for dates; by default the clock's.

    Returns:
        Seconds to wait, never negative; None when the header is absent, makes no sense, or asks for more than a day.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return _sensible(float(text))
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return _sensible((moment - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, OverflowError):
        return None


def _sensible(seconds: float) -> float | None:
    return max(0.0, seconds) if seconds <= _LONGEST_ASKED else None


def text_of(value: Any) -> str | None:
    """An id or a word; None where an answer has something else in its place."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None


def _caused_by_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            # A connection that ends during the handshake says nothing about trust.
            return not isinstance(error, ssl.SSLEOFError)
        error = error.__cause__ or error.__context__
    return False
