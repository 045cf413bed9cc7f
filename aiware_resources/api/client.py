"""Calls, whichever API they go to: with a token, through the gate of the rate limit, and again where that is safe.

A read is sent again whenever that may help. A mutation is sent again only when it surely was not applied; otherwise its
answer counts as lost, and the caller looks first.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from aiware_resources import errors
from aiware_resources.api.explain import Subject, to_error
from aiware_resources.api.failures import CORRELATION_ID, Cause, Failure, Kind, RequestFailed
from aiware_resources.api.rate_limit import SLOT, Gates, Permit, shared_folder
from aiware_resources.api.redaction import redacted
from aiware_resources.api.tokens import TokenSource
from aiware_resources.api.transport import FilePart, Reply, Token, origin, whole_answer
from aiware_resources.settings import Settings

T = TypeVar("T")
logger = logging.getLogger(__name__)

# Causes after which the very same request can succeed later.
_WORTH_RETRYING = {
    Kind.READ: {Cause.UNREACHED, Cause.LIMITED, Cause.OVERLOADED, Cause.FAILING},
    Kind.MUTATION: {Cause.UNREACHED, Cause.LIMITED},
}


@dataclass(frozen=True)
class Patience:
    """How failed requests are sent again.

    Attributes:
        max_retries: How often a request is sent again, at the most. Being put off until later by a rate limit does not
            count: that is a matter of time.
        base: Upper bound of the first pause, in seconds; it doubles with each further one.
        cap: Upper bound of every pause that the server did not ask for, in seconds.
        longest_wait: Longest pause that the server may ask for, in seconds; a longer one ends the retrying.
        longest_limit: How long a rate limit may put a request off altogether, in seconds.
        sleep: Waits for so many seconds.
        clock: Monotonic clock, in seconds.
        gates: Where the requests of each token are held back; by default none that other processes know of.
    """

    max_retries: int = 5
    base: float = 0.5
    cap: float = 30.0
    longest_wait: float = 300.0
    longest_limit: float = 900.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    gates: Gates | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings say; rate limits are shared with the other processes of this user."""
        return cls(settings.max_retries, gates=Gates(shared_folder(), settings.rate_limit, together=SLOT))

    def allows(self, kind: Kind, failure: Failure, retries_done: int, elapsed: float) -> bool:
        """Says whether to send a request again after this failure.

        Args:
            kind: Whether the request changes something.
            failure: How the latest attempt failed.
            retries_done: How often the request has been sent again already, other than when it was put off.
            elapsed: Seconds since it was to be sent first.
        """
        asked = failure.retry_after or 0.0
        if failure.is_put_off:
            return self.max_retries > 0 and elapsed + asked <= self.longest_limit
        return asked <= self.longest_wait and retries_done < self.max_retries and failure.cause in _WORTH_RETRYING[kind]

    def pause(self, state: RetryCallState) -> float:
        """Says how long to wait before sending again: what the server asked for, and a random part on top."""
        jitter = wait_random_exponential(multiplier=self.base, max=self.cap)(state)
        asked = _failure_of(state).retry_after
        # Those who wait for the same moment should not all come at it: a second of spread.
        return jitter if asked is None else asked + min(jitter, 1.0)

    def retrying(self, kind: Kind, title: str) -> Retrying:
        """Repeats what raises `RequestFailed`, and raises the latest one when nothing is left to try.

        Args:
            kind: Whether the request changes something.
            title: What the log says is sent again.
        """
        started = self.clock()
        retries_done = -1

        def is_over(state: RetryCallState) -> bool:
            nonlocal retries_done
            failure = _failure_of(state)
            retries_done += not failure.is_put_off
            return not self.allows(kind, failure, retries_done, self.clock() - started)

        def tell(state: RetryCallState) -> None:
            cause = _failure_of(state).cause.name.lower()
            logger.debug("%s: %s; again in %.1f s", title, cause, state.upcoming_sleep)

        return Retrying(
            retry=retry_if_exception_type(RequestFailed),
            stop=is_over,
            wait=self.pause,
            sleep=self.sleep,
            before_sleep=tell,
            reraise=True,
        )


def attempts_of(retrying: Retrying) -> int:
    """How often a request was sent."""
    return int(retrying.statistics.get("attempt_number", 1))


def _failure_of(state: RetryCallState) -> Failure:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, RequestFailed)  # noqa: S101 - nothing else is repeated
    return error.failure


class Client:
    """Makes calls to one aiWARE, and raises errors that explain themselves. Thread-safe.

    Args:
        url: Its address.
        http: The HTTP client to use; its timeout is that of a whole answer.
        patience: How failed requests are sent again.
        tokens: Where the token comes from; None for calls without one, as for a login.
        to_auth: Makes of a token what lets a request in.
        new_headers: What else each request says.
        own_headers: Headers that the user has set for this aiWARE; no other host gets them.
    """

    def __init__(
        self,
        url: str,
        http: httpx.Client,
        patience: Patience,
        tokens: TokenSource | None = None,
        *,
        to_auth: Callable[[SecretStr], httpx.Auth] = Token,
        new_headers: Callable[[], Mapping[str, str]] = dict,
        own_headers: Sequence[tuple[str, SecretStr]] = (),
    ) -> None:
        self.url = url
        self._http = http
        self._patience = patience
        self._tokens = tokens
        self._to_auth = to_auth
        self._new_headers = new_headers
        self._own_headers = {name: value.get_secret_value() for name, value in own_headers}
        self._gates = patience.gates or Gates(clock=patience.clock, sleep=patience.sleep)

    def call(
        self,
        subject: Subject,
        read: Callable[[Reply], T],
        *,
        said: Mapping[str, Any] | None = None,
        file: FilePart | None = None,
        method: str = "POST",
        url: str | None = None,
        **request: Any,
    ) -> T:
        """Makes a call.

        Args:
            subject: What it is about.
            read: Takes from the answer what is wanted; raises `RequestFailed` for one that is not good.
            said: What it carries; secrets among that are kept out of errors.
            file: A file to send along.
            method: The HTTP method.
            url: Where it goes; by default to what the subject names.
            **request: What httpx is to send.

        Raises:
            ApiError: Of the class that fits, see `aiware_resources.errors`.
        """
        request |= {"method": method, "url": url or subject.url}
        retrying = self._patience.retrying(subject.kind, subject.title)
        try:
            result: T = retrying(self._attempt, subject, read, file, request)
            return result
        except RequestFailed as error:
            secret = {"said": said or {}, "secret": list(self._own_headers.values())}
            failure = error.failure.with_message(redacted(error.failure.message, secret))
        # The cause is not chained: what the HTTP library says may quote a signed link.
        raise to_error(failure, subject, attempts_of(retrying))

    def without_retries(self) -> Self:
        """A client for the same aiWARE that sends each request once."""
        client = copy(self)
        client._patience = replace(self._patience, max_retries=0)
        return client

    def close(self) -> None:
        """Closes the pooled connections."""
        self._http.close()

    def _attempt(
        self, subject: Subject, read: Callable[[Reply], T], file: FilePart | None, request: dict[str, Any]
    ) -> T:
        """Sends a request, and once more with a new token where its token was refused."""
        token = self._tokens.current() if self._tokens else None
        is_renewed = False
        while True:
            gate = self._gates.at(subject.host, token.get_secret_value() if token else "")
            permit = gate.enter(self._patience.longest_limit)
            if not isinstance(permit, Permit):
                raise RequestFailed(_with_file(_put_off(permit), gate.file))
            own = self._own_headers if origin(request["url"]) == origin(self.url) else {}
            headers = {**own, **self._new_headers(), **request.get("headers", {})}
            request_id = headers.get(CORRELATION_ID)
            try:
                with file.open() if file else nullcontext() as stream:
                    files = {"files": {"file": (file.name, stream, file.content_type)}} if file else {}
                    auth = self._to_auth(token) if token else None
                    sent = {**request, **files, "headers": headers}
                    reply = whole_answer(self._http, auth=auth, **sent)
                request_id = reply.request_id
                result = read(reply)
            except RequestFailed as error:
                failure = replace(error.failure, request_id=error.failure.request_id or request_id)
            else:
                gate.note(permit)
                return result
            gate.note(permit, failure)
            if is_renewed or not self._renewed(failure, token):
                is_too_long = (failure.retry_after or 0.0) > self._patience.longest_limit
                raise RequestFailed(_with_file(failure, gate.file) if is_too_long else failure)
            is_renewed, token = True, self._tokens.current() if self._tokens else None

    def _renewed(self, failure: Failure, token: SecretStr | None) -> bool:
        if failure.cause is not Cause.UNAUTHENTICATED or self._tokens is None or token is None:
            return False
        return self._tokens.renew(token)


def _put_off(seconds: float) -> Failure:
    until = time.strftime("%H:%M:%S", time.localtime(time.time() + seconds))
    said = f"aiWARE asked to be sent nothing before {until}"
    return Failure(Cause.LIMITED, errors.RateLimited, said, retry_after=seconds)


def _with_file(failure: Failure, file: Path | None) -> Failure:
    """The failure of a wait that is too long, with what makes other runs wait as well."""
    if file is None:
        return failure
    said = failure.message.strip().rstrip(".")
    return failure.with_message(f"{said}. That holds for all runs of this user: remove {file} to ask aiWARE at once")
