"""Everything that can go wrong, as one tree of exceptions.

Every message says what happened, to which object, and (the remedy) what to do about it. None of them ever carries a
token, a password or a signed link.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiware_resources.text.words import counted


class AiwareError(Exception):
    """Base of every error that this library raises on purpose.

    Attributes:
        message: What happened, and to which object; a full sentence.
        remedy: What to do about it; a full sentence, or None where nothing sensible can be said.
    """

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}" if self.remedy else self.message


class ConfigurationError(AiwareError):
    """The settings cannot work as they are: a missing token, a malformed endpoint, an unknown key."""


class GraphError(AiwareError):
    """Tasks cannot be joined as the program says."""


class SourceError(AiwareError):
    """A source of media cannot be listed, or a link to what is in it cannot be signed. Nothing was changed."""


class ApiError(AiwareError):
    """A call of the aiWARE API failed.

    Attributes:
        operation: Name of the operation, such as `createJob`.
        status: HTTP status of the answer; None when there was no answer.
        name: aiWARE's own name of the error, such as `not_found`; None when the answer carried none.
        request_id: aiWARE's id of the request, which Veritone's support asks for; None when unknown.
        object_id: Id of the object that the call was about; None when it was about none in particular.
    """

    def __init__(
        self,
        message: str,
        *,
        remedy: str | None = None,
        operation: str = "",
        status: int | None = None,
        name: str | None = None,
        request_id: str | None = None,
        object_id: str | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.operation = operation
        self.status = status
        self.name = name
        self.request_id = request_id
        self.object_id = object_id


class NotSent(ApiError):
    """The request surely did not reach aiWARE: connection refused, unknown host, TLS failure. Nothing was changed."""


class AnswerLost(ApiError):
    """A mutation went out and no usable answer came back: it may or may not have been applied.

    Look for what it would have made or changed before sending it again; aiWARE has no idempotency key.
    """


class ServerFailure(ApiError):
    """A read kept failing on aiWARE's side, after all retries."""


class BadRequest(ApiError):
    """aiWARE refused the request as such: HTTP 400, a document that does not parse or validate."""


class WrongUrl(ApiError):
    """Nothing answers GraphQL at the endpoint's address: HTTP 404 on the URL, or a redirect elsewhere."""


class RateLimited(ApiError):
    """aiWARE kept asking to slow down: HTTP 429 or `rate_limited`, after all retries. Nothing was changed.

    Attributes:
        retry_after: Seconds that aiWARE asked to wait; None when it named no time.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.retry_after = retry_after


class CapacityExceeded(ApiError):
    """aiWARE's capacity for this client is used up (`capacity_exceeded`), after all retries of a read."""


class NotFound(ApiError):
    """The object is missing, deleted, or not visible to this token (`not_found`)."""


class NotAllowed(ApiError):
    """The token lacks the right to do this (`not_allowed`)."""


class InvalidInput(ApiError):
    """aiWARE refused a value (`invalid_input`)."""


class AuthenticationFailed(ApiError):
    """No, an expired, or the wrong kind of token, or a login that was refused (`authentication_error`)."""


class NotImplementedByServer(ApiError):
    """This installation of aiWARE does not have the operation (`not_implemented`)."""


class AdoptionError(AiwareError):
    """An existing object cannot be taken over: there is none, there are several, or it differs where it must not."""


class ObjectError(AiwareError):
    """Something is wrong with an object in aiWARE.

    Attributes:
        object_id: Its id; None when it is not known.
        status: The status last seen; None when none was seen.
    """

    def __init__(
        self, message: str, *, remedy: str | None = None, object_id: str | None = None, status: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.object_id = object_id
        self.status = status


class AlreadyExists(ObjectError):
    """An object of this name exists already, and taking it over was not asked for."""


class WorkFailed(ObjectError):
    """What aiWARE was asked to do ended in failure."""


class JobFailed(WorkFailed):
    """A job ended as failed, cancelled or aborted."""


class ExportFailed(WorkFailed):
    """An export request ended as failed."""


class ClusterFailed(WorkFailed):
    """A cluster ended as failed or terminated instead of becoming usable."""


class FleetFailed(WorkFailed):
    """Some jobs of a fleet failed, or could not be submitted, taken up or removed."""


class WaitTimedOut(ObjectError):
    """An object was not finished within the time allowed. It goes on in aiWARE; the waiting can be resumed."""


class DownloadFailed(AiwareError):
    """A file could not be downloaded.

    Attributes:
        status: HTTP status of the answer; None when there was no answer. 403 and 410 usually mean an expired link.
    """

    def __init__(self, message: str, *, remedy: str | None = None, status: int | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status


class UploadFailed(AiwareError):
    """A file could not be uploaded: it cannot be read, or changed meanwhile. Nothing was created."""


class RunFailed(AiwareError):
    """Several things failed in one run: one error that lists them all.

    Attributes:
        failures: Each failure, in the order in which they happened.
    """

    def __init__(self, failures: Sequence[AiwareError]) -> None:
        self.failures = tuple(failures)
        headline = f"{counted(len(self.failures), 'thing')} failed:"
        super().__init__("\n".join([headline, *(_numbered(n, failure) for n, failure in enumerate(self.failures, 1))]))

    def __reduce__(self) -> tuple[type[RunFailed], tuple[tuple[AiwareError, ...]]]:
        return type(self), (self.failures,)


def _numbered(number: int, failure: AiwareError) -> str:
    """One entry of the list; further lines of the failure are indented below its first."""
    return f"{number}. {failure}".replace("\n", "\n   ")
