"""What every call shares, whichever API it goes to: the token, its renewal, the gate, and retrying."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.explain import Subject, to_error
from aiware_resources.api.failures import Cause, Failure
from aiware_resources.api.rate_limit import Gates, Permit
from aiware_resources.api.redaction import redacted
from aiware_resources.api.retrying import GaveUp, Patience, RequestFailed, with_retries

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Tokens(Protocol):
    """Where the token comes from."""

    def current(self) -> SecretStr:
        """The token to send now, after a login where one is needed."""

    def renew(self, refused: SecretStr) -> bool:
        """Gets another token than the refused one; False where that is not possible."""


class Caller:
    """Makes calls: retries where that is safe, and raises errors that explain themselves. Thread-safe.

    Args:
        patience: How failed requests are sent again.
        tokens: Where the token comes from; None for calls without one, as for a login.
    """

    def __init__(self, patience: Patience, tokens: Tokens | None = None) -> None:
        self._patience = patience
        self._tokens = tokens
        self._gates = patience.gates or Gates(clock=patience.clock, sleep=patience.sleep)

    def call(self, subject: Subject, sent: Mapping[str, Any], send: Callable[[SecretStr | None], T]) -> T:
        """Makes a call with the token, and with a new one where that is refused.

        Args:
            subject: What it is about.
            sent: What it carries; secrets among that are kept out of errors.
            send: Sends it once with a token, and raises RequestFailed.

        Raises:
            ApiError: Of the class that fits, see `aiware_resources.errors`.
        """

        def attempt() -> T:
            token = self._tokens.current() if self._tokens else None
            try:
                return self._gated(subject, token, send)
            except RequestFailed as error:
                if not self._renewed(error.failure, token):
                    raise
            renewed = self._tokens.current() if self._tokens else None
            return self._gated(subject, renewed, send)

        return self.retrying(subject, sent, attempt)

    def retrying(self, subject: Subject, sent: Mapping[str, Any], attempt: Callable[[], T]) -> T:
        """Makes a call that needs no token: a login itself, for example.

        Args:
            subject: What it is about.
            sent: What it carries; secrets among that are kept out of errors.
            attempt: Sends it once, and raises RequestFailed.

        Raises:
            ApiError: Of the class that fits.
        """

        def on_pause(failure: Failure, seconds: float) -> None:
            logger.debug("%s: %s; again in %.1f s", subject.title, failure.cause.name.lower(), seconds)

        try:
            return with_retries(attempt, subject.kind, self._patience, on_pause)
        except GaveUp as error:
            failure = error.failure.with_message(redacted(error.failure.message, sent))
            raise to_error(failure, subject, error.attempts) from None

    def _gated(self, subject: Subject, token: SecretStr | None, send: Callable[[SecretStr | None], T]) -> T:
        policy = self._patience.policy
        gate = self._gates.at(subject.host, token.get_secret_value() if token else "")
        permit = gate.enter(policy.longest_limit)
        if not isinstance(permit, Permit):
            raise RequestFailed(_put_off(permit, gate.file))
        try:
            answer = send(token)
        except RequestFailed as error:
            gate.note(permit, error.failure)
            if (error.failure.retry_after or 0.0) > policy.longest_limit:
                raise RequestFailed(_with_file(error.failure, gate.file)) from error
            raise
        gate.note(permit)
        return answer

    def _renewed(self, failure: Failure, token: SecretStr | None) -> bool:
        if failure.cause is not Cause.UNAUTHENTICATED or self._tokens is None or token is None:
            return False
        return self._tokens.renew(token)


def _put_off(seconds: float, file: Path | None) -> Failure:
    until = time.strftime("%H:%M:%S", time.localtime(time.time() + seconds))
    said = f"aiWARE asked to be sent nothing before {until}"
    return _with_file(Failure(Cause.LIMITED, errors.RateLimited, said, retry_after=seconds), file)


def _with_file(failure: Failure, file: Path | None) -> Failure:
    """The failure of a wait that is too long, with what makes other runs wait as well."""
    if file is None:
        return failure
    said = failure.message.strip().rstrip(".")
    return failure.with_message(f"{said}. That holds for all runs of this user: remove {file} to ask aiWARE at once")
