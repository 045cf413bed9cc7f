"""What every call shares, whichever API it goes to: the token, its renewal, the gate, and retrying."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from pydantic import SecretStr

from aiware_resources.api.explain import Subject, to_error
from aiware_resources.api.failures import Cause, Failure
from aiware_resources.api.gate import Gate
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
        self._gate = Gate(patience.clock, patience.sleep)

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
                return self._gated(lambda: send(token))
            except RequestFailed as error:
                if not self._renewed(error.failure, token):
                    raise
            renewed = self._tokens.current() if self._tokens else None
            return self._gated(lambda: send(renewed))

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

    def _gated(self, send: Callable[[], T]) -> T:
        self._gate.wait()
        try:
            return send()
        except RequestFailed as error:
            asked = error.failure.retry_after or 0.0
            self._gate.close_for(min(asked, self._patience.policy.longest_wait))
            raise

    def _renewed(self, failure: Failure, token: SecretStr | None) -> bool:
        if failure.cause is not Cause.UNAUTHENTICATED or self._tokens is None or token is None:
            return False
        return self._tokens.renew(token)
