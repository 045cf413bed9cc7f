"""Turning a failure into the exception that people read: what happened, to which object, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

import httpx
from pydantic import ValidationError

from aiware_resources import errors
from aiware_resources.api.failures import Cause, Failure, Kind, final_error, malformed
from aiware_resources.api.records import Record
from aiware_resources.text import commands

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Subject:
    """What a request was about.

    Attributes:
        operation: aiWARE's name of the operation.
        kind: Whether it changes something.
        url: Where it was sent.
        object_id: The object that it was about, if one in particular.
        api: What should answer at the address.
        example: An address at which it would.
    """

    operation: str
    kind: Kind
    url: str
    object_id: str | None = None
    api: str = "GraphQL API"
    example: str = "https://api.veritone.com/v3/graphql"

    @property
    def host(self) -> str:
        """Host and port that the request was sent to."""
        return host_of(self.url)

    @property
    def title(self) -> str:
        """The operation and its object, to begin a sentence with."""
        if self.operation in _QUERIES_NAMED_AS_NOUNS:
            return " ".join(filter(None, ["Reading", self.operation, self.object_id]))
        return f"{self.operation} of {self.object_id}" if self.object_id else self.operation


_QUERIES_NAMED_AS_NOUNS = frozenset(
    {
        "asset",
        "clusters",
        "engineCategories",
        "engineResults",
        "engines",
        "exportRequests",
        "job",
        "jobs",
        "me",
        "temporalDataObject",
        "temporalDataObjects",
    }
)
"""aiWARE names its queries as what they read: "job failed" would say something else than that it could not be read."""


@lru_cache(maxsize=1024)
def host_of(url: str) -> str:
    """Host and port of an address."""
    parsed = httpx.URL(url)
    return f"{parsed.host}:{parsed.port or (443 if parsed.scheme == 'https' else 80)}"


def object_of(variables: Mapping[str, Any]) -> str | None:
    """The id of the object that a request with these variables is about."""
    given = variables.get("input")
    holder = given if isinstance(given, Mapping) else variables
    found = holder.get("id") or variables.get("jobId") or variables.get("tdoId")
    return str(found) if found else None


def to_error(failure: Failure, subject: Subject, attempts: int) -> errors.ApiError:
    """Makes the exception for a failure after which nothing is left to try.

    Args:
        failure: How the latest attempt failed.
        subject: What the request was about.
        attempts: How often it was sent.
    """
    kind_of_error = final_error(subject.kind, failure)
    subject = replace(subject, object_id=subject.object_id or failure.object_id)
    extra: dict[str, Any] = {"retry_after": failure.retry_after} if kind_of_error is errors.RateLimited else {}
    return kind_of_error(
        _message(kind_of_error, failure, subject, attempts),
        remedy=_remedy(kind_of_error, failure, subject),
        operation=subject.operation,
        status=failure.status,
        name=failure.name,
        request_id=failure.request_id,
        object_id=subject.object_id,
        **extra,
    )


def record_of(record: type[R], value: Any, subject: Subject, promise: str = "schema") -> R:
    """Makes a record of a part of an answer.

    Args:
        record: Its class.
        value: The part.
        subject: What the request was about.
        promise: What says how an answer has to be.

    Raises:
        ServerFailure: If a read's answer is not what was promised.
        AnswerLost: The same of a mutation: it was applied, and its result is not known.
    """
    try:
        return record.model_validate(value)
    except ValidationError as error:
        where = ", ".join(sorted({".".join(map(str, problem["loc"])) or "all of it" for problem in error.errors()}))
    raise unfit(f"an answer that does not fit the {promise} in: {where}", subject)


def unfit(what: str, subject: Subject) -> errors.ApiError:
    """The error of an answer that is of no use: of a read `ServerFailure`, of a mutation `AnswerLost`."""
    return to_error(malformed(what), subject, attempts=1)


def _message(kind: type[errors.ApiError], failure: Failure, subject: Subject, attempts: int) -> str:
    said = failure.message.strip().rstrip(".")
    if kind is errors.NotSent:
        return f"{subject.title} was not sent: aiWARE at {subject.host} cannot be reached ({said})."
    if kind is errors.AnswerLost:
        why = "; ".join(part for part in (said, _request(failure)) if part)
        return (
            f"{subject.title} was sent to {subject.host}, but no usable answer came back ({why}): "
            "it may or may not have been applied."
        )
    tried = f" after {attempts} attempts" if attempts > 1 else ""
    tags = ", ".join(tag for tag in (failure.name, _http(failure), _request(failure)) if tag)
    return f"{subject.title} failed{tried}: {said}{f' [{tags}]' if tags else ''}."


def _http(failure: Failure) -> str | None:
    worth_saying = failure.status is not None and failure.status != 200
    return f"HTTP {failure.status}" if worth_saying and f"HTTP {failure.status}" not in failure.message else None


def _request(failure: Failure) -> str | None:
    return f"request {failure.request_id}" if failure.request_id else None


def _remedy(kind: type[errors.ApiError], failure: Failure, subject: Subject) -> str | None:
    remedy = _REMEDIES.get(kind)
    return remedy(failure, subject) if remedy else None


def _not_sent(failure: Failure, subject: Subject) -> str:
    if failure.cause is Cause.UNTRUSTED:
        return (
            f"The TLS connection was refused: check aiware:endpoint ({subject.url}), or name your installation's "
            "certificate authority in the environment variable SSL_CERT_FILE."
        )
    return f"Nothing was changed. Check the setting aiware:endpoint ({subject.url}) and the network."


def _wrong_url(failure: Failure, subject: Subject) -> str:
    return (
        f"There is no {subject.api} at {subject.url}: the setting aiware:endpoint should look like {subject.example}."
    )


def _rate_limited(failure: Failure, subject: Subject) -> str:
    when = f"in {failure.retry_after:.0f} seconds" if failure.retry_after else "later"
    return f"Nothing was changed. Run it again {when}; a longer aiware:pollInterval makes fewer requests."


def _server_failure(failure: Failure, subject: Subject) -> str:
    report = f", and name request {failure.request_id} to Veritone's support" if failure.request_id else ""
    return f"The fault is on aiWARE's side: run it again later{report}."


_REMEDIES: Mapping[type[errors.ApiError], Callable[[Failure, Subject], str]] = {
    errors.NotSent: _not_sent,
    errors.WrongUrl: _wrong_url,
    errors.RateLimited: _rate_limited,
    errors.ServerFailure: _server_failure,
    errors.AnswerLost: lambda failure, subject: (
        "Run it again: what has been applied is looked for before anything is sent a second time."
    ),
    errors.BadRequest: lambda failure, subject: (
        "Correct the property that the message names, or leave it out if this installation is too old to know it."
    ),
    errors.CapacityExceeded: lambda failure, subject: (
        "Run it again later, or ask for fewer objects at once with a smaller aiware:pollBatchSize."
    ),
    errors.NotFound: lambda failure, subject: (
        "It was deleted, never existed, or belongs to an organization that this token cannot see."
    ),
    errors.NotAllowed: lambda failure, subject: (
        f"The token lacks the right for {subject.operation}: use one that has it, or ask your aiWARE administrator."
    ),
    errors.InvalidInput: lambda failure, subject: "Correct the value that the message names.",
    errors.AuthenticationFailed: lambda failure, subject: (
        f"The token is wrong, expired or revoked: set a new one with `{commands.config_set('aiware:token')}`, which "
        "asks for it, or AIWARE_TOKEN; that of an explicit provider where the program takes it from. Then run "
        "`pulumi up --refresh --run-program` once: otherwise Pulumi refreshes with the settings of the last run."
    ),
    errors.NotImplementedByServer: lambda failure, subject: (
        f"This installation of aiWARE has no {subject.operation}: leave out what needs it, or update the installation."
    ),
}
