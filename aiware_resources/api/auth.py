"""Tokens: one login a run, a new one when the server no longer takes the old.

aiWARE knows three kinds, all opaque to a client: API keys, session tokens of `userLogin`, and OAuth access tokens,
which are JSON Web Tokens (documented at apis/tutorials/tokens and developer/applications/oauth).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import jwt
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.documents import USER_LOGIN
from aiware_resources.api.session import Session
from aiware_resources.settings import Credentials, checked_token

# A token this close to its end is renewed at once, so that it does not end on the way.
_MARGIN_SECONDS = 60.0
_OAUTH_PATH = "/v1/admin/oauth/token"
_OAUTH_OPERATION = "oauth/token"


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
    try:
        # Only looked at, not relied on: the server is the one that checks the signature.
        claims = jwt.decode(token.get_secret_value(), options={"verify_signature": False, "verify_exp": False})
    except jwt.InvalidTokenError:
        return None
    expiry = claims.get("exp")
    return float(expiry) if isinstance(expiry, int | float) else None


def oauth_url(endpoint: str) -> str:
    """Address of the OAuth token endpoint that belongs to a GraphQL endpoint: the same host, another path."""
    return str(httpx.URL(endpoint).copy_with(path=_OAUTH_PATH, query=None, fragment=None))


def login_with(credentials: Credentials, session: Session) -> Callable[[], SecretStr] | None:
    """How to get a token with these credentials; None where they allow no login.

    Args:
        credentials: What there is to log in with.
        session: A session without a token, to do it in.
    """
    if credentials.has_oauth:
        return _OauthLogin(credentials, session)
    if credentials.has_password:
        return lambda: _password_login(credentials, session)
    return None


def _password_login(credentials: Credentials, session: Session) -> SecretStr:
    """Logs in by `userLogin` (apis/tutorials/tokens)."""
    user = credentials.username
    form = {"userName": user, "password": _revealed(credentials.password)}
    try:
        answer = session.execute(USER_LOGIN, {"input": form})
    except (errors.AuthenticationFailed, errors.NotFound, errors.NotAllowed, errors.InvalidInput) as error:
        raise login_refused(
            error, f"aiWARE refused the login of {user}", "aiware:username and aiware:password"
        ) from None
    if answer is not None and answer.get("passwordResetRequired") and not answer.get("token"):
        raise errors.AuthenticationFailed(
            f"aiWARE wants {user} to choose a new password before logging in.",
            remedy="Do so in the aiWARE web application, then set aiware:password to the new one.",
            operation=USER_LOGIN.field,
        )
    return token_in(answer, "token", USER_LOGIN.field)


class _OauthLogin:
    """Gets access tokens by the OAuth refresh grant (developer/applications/oauth)."""

    def __init__(self, credentials: Credentials, session: Session) -> None:
        self._credentials = credentials
        self._session = session
        self._refresh_token = credentials.oauth_refresh_token

    def __call__(self) -> SecretStr:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._credentials.oauth_client_id or "",
            "client_secret": _revealed(self._credentials.oauth_client_secret),
            "refresh_token": _revealed(self._refresh_token),
        }
        try:
            answer = self._session.post_form(_OAUTH_OPERATION, oauth_url(self._session.transport.url), form)
        except (errors.BadRequest, errors.AuthenticationFailed, errors.NotAllowed, errors.WrongUrl) as error:
            raise login_refused(
                error,
                "aiWARE refused the OAuth refresh token",
                "the OAuth client id and secret, or get a new refresh token from the authorization page",
            ) from None
        if answer.get("refresh_token"):
            # The server may put a new refresh token in the place of the old.
            self._refresh_token = SecretStr(str(answer["refresh_token"]))
        return token_in(answer, "access_token", _OAUTH_OPERATION)


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


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
