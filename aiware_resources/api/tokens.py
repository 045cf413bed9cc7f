"""Tokens: one login a run, a new one when the server no longer takes the old.

aiWARE knows three kinds, all opaque to a client: API keys, session tokens of `userLogin`, and OAuth access tokens,
which are JSON Web Tokens (documented at apis/tutorials/tokens and developer/applications/oauth).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.settings import checked_token

# A token this close to its end is renewed at once, so that it does not end on the way.
_MARGIN_SECONDS = 60.0


class TokenSource:
    """Gives out the token of a session, and gets another one when it is needed. Thread-safe.

    However many threads find the token refused at once, there is one login.

    Args:
        token: The token to begin with, if one is known.
        login: Gets another one; None where there is nothing to get it with.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        token: SecretStr | None,
        login: Callable[[], SecretStr] | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._token = token
        self._login = login
        self._clock = clock
        self._lock = threading.Lock()
        self._refusal: errors.AuthenticationFailed | None = None

    def current(self) -> SecretStr:
        """The token to send now; logs in when there is none, or when it is about to expire.

        Raises:
            ApiError: If the login failed.
        """
        with self._lock:
            if self._token is None or (self._login is not None and self._expires_soon(self._token)):
                self._token = self._new_token()
            return self._token

    def renew(self, refused: SecretStr) -> bool:
        """Gets another token than the one that the server has refused.

        Args:
            refused: The token that was sent.

        Returns:
            False when there is nothing to log in with.

        Raises:
            ApiError: If the login failed.
        """
        with self._lock:
            if self._token != refused:
                # Another thread was faster.
                return True
            if self._login is None:
                return False
            self._token = self._new_token()
            return True

    def _new_token(self) -> SecretStr:
        if self._refusal is not None:
            # Asking again with a wrong password locks accounts.
            raise self._refusal
        if self._login is None:
            raise errors.ConfigurationError("There is no aiWARE token, and nothing to get one with.")
        try:
            return self._login()
        except errors.AuthenticationFailed as error:
            self._refusal = error
            raise

    def _expires_soon(self, token: SecretStr) -> bool:
        expiry = expiry_of(token)
        return expiry is not None and expiry - self._clock() < _MARGIN_SECONDS


def expiry_of(token: SecretStr) -> float | None:
    """Reads when a token expires, in seconds since the epoch; None for tokens that do not tell (all but JWTs)."""
    text = token.get_secret_value()
    if text.count(".") != 2:
        return None
    import jwt  # with it comes cryptography, which takes a tenth of a second to import

    try:
        # Only looked at, not relied on: the server is the one that checks the signature.
        claims = jwt.decode(text, options={"verify_signature": False, "verify_exp": False})
    except jwt.InvalidTokenError:
        return None
    expiry = claims.get("exp")
    return float(expiry) if isinstance(expiry, int | float) else None


def token_in(answer: Mapping[str, Any] | None, name: str, operation: str) -> SecretStr:
    """The token that a login was answered with.

    Raises:
        AuthenticationFailed: If it holds none that can be sent.
    """
    text = str((answer or {}).get(name) or "")
    try:
        token = checked_token(SecretStr(text))
    except ValueError:
        text = ""
    if not text:
        raise errors.AuthenticationFailed(
            "aiWARE accepted the login but gave no usable token.",
            remedy="Set an API key as aiware:token instead.",
            operation=operation,
        )
    return token


def login_refused(error: errors.ApiError, what: str, check: str) -> errors.AuthenticationFailed:
    """The error of a login that the server refused.

    Args:
        error: How it refused it.
        what: What it refused, to begin the sentence with.
        check: What to check.
    """
    return errors.AuthenticationFailed(
        f"{what}: {error.message}",
        remedy=f"Check {check}.",
        operation=error.operation,
        status=error.status,
        name=error.name,
        request_id=error.request_id,
    )
