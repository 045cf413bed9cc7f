"""Logging in at the cloud API: with a password, with an OAuth refresh token, or by a person in a browser.

Documented at apis/tutorials/tokens and developer/applications/oauth.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.client import Client, Patience
from aiware_resources.api.cloud.calls import Calls, json_object
from aiware_resources.api.cloud.graphql import Operation
from aiware_resources.api.explain import Subject
from aiware_resources.api.failures import Kind
from aiware_resources.api.tokens import login_refused, token_in
from aiware_resources.api.transport import new_client
from aiware_resources.settings import Credentials, Settings

_AUTHORIZE_PATH = "/v1/admin/oauth/authorize"
_OAUTH_PATH = "/v1/admin/oauth/token"
_OAUTH_OPERATION = "oauth/token"
_STATE_BYTES = 32

# A login may be repeated without harm, so it is retried like a read.
USER_LOGIN = Operation(
    "userLogin",
    Kind.READ,
    "mutation userLogin($input: UserLogin) { userLogin(input: $input) { token passwordResetRequired } }",
)


def login_with(credentials: Credentials, client: Client) -> Callable[[], SecretStr] | None:
    """How to get a token with these credentials; None where they allow no login.

    Args:
        credentials: What there is to log in with.
        client: A client without a token, to do it with.
    """
    if credentials.has_oauth:
        return _OauthLogin(credentials, client)
    if credentials.has_password:
        return _PasswordLogin(credentials, client)
    return None


class _PasswordLogin(Calls):
    """Gets session tokens for a user name and password."""

    def __init__(self, credentials: Credentials, client: Client) -> None:
        super().__init__(client)
        self._credentials = credentials

    def __call__(self) -> SecretStr:
        user = self._credentials.username
        form = {"userName": user, "password": _revealed(self._credentials.password)}
        try:
            answer = self._execute(USER_LOGIN, {"input": form})
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
    """Gets access tokens by the OAuth refresh grant."""

    def __init__(self, credentials: Credentials, client: Client) -> None:
        self._credentials = credentials
        self._client = client
        self._refresh_token = credentials.oauth_refresh_token

    def __call__(self) -> SecretStr:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._credentials.oauth_client_id or "",
            "client_secret": _revealed(self._credentials.oauth_client_secret),
            "refresh_token": _revealed(self._refresh_token),
        }
        answer = _exchanged(
            self._client,
            form,
            "aiWARE refused the OAuth refresh token",
            "the OAuth client id and secret, or get a new refresh token from the authorization page",
        )
        if answer.get("refresh_token"):
            # The server may put a new refresh token in the place of the old.
            self._refresh_token = SecretStr(str(answer["refresh_token"]))
        return token_in(answer, "access_token", _OAUTH_OPERATION)


class AuthorizationCodeFlow:
    """The OAuth authorization-code flow: how a person gives this library a refresh token.

    A browser is sent to aiWARE's authorization page, and comes back to an address on this machine with a code, which is
    exchanged for a refresh token.

    Args:
        settings: Where aiWARE is; credentials are not needed.
        client_id: Client id of the OAuth application.
        client_secret: Its secret.
        redirect_uri: Where the browser comes back to, as it is registered with the application.

    Raises:
        ConfigurationError: The settings cannot work, or are those of an API without OAuth.
    """

    def __init__(self, settings: Settings, client_id: str, client_secret: SecretStr, redirect_uri: str) -> None:
        if settings.api != "cloud":
            raise errors.ConfigurationError(
                "aiWARE Edge has no OAuth.", remedy="Log in with a user name and a password: aiware login."
            )
        self._settings = settings
        self._endpoint = settings.resolve_endpoint(anonymous=True).url
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._state = secrets.token_urlsafe(_STATE_BYTES)

    @property
    def url(self) -> str:
        """Address of the page on which a person agrees."""
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "all",
            "state": self._state,
        }
        return str(
            httpx.URL(self._endpoint)
            .copy_with(path=_AUTHORIZE_PATH, query=None, fragment=None)
            .copy_merge_params(query)
        )

    def is_answer(self, query: Mapping[str, str]) -> bool:
        """Says whether the browser came back from this walk, and not from anywhere else."""
        return secrets.compare_digest(query.get("state", "").encode(), self._state.encode())

    def refresh_token(self, query: Mapping[str, str]) -> SecretStr:
        """Exchanges the code that the browser came back with.

        Args:
            query: The query of the address that it came back to.

        Raises:
            AuthenticationFailed: The person, or aiWARE, said no.
            ApiError: aiWARE could not be asked.
        """
        if "code" not in query:
            raise errors.AuthenticationFailed(
                f"aiWARE did not authorize the application: {query.get('error') or 'it gives no reason'}.",
                remedy="Check the client id and the redirect URI that are registered for it.",
                operation="oauth/authorize",
            )
        form = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "client_secret": self._client_secret.get_secret_value(),
            "code": query["code"],
            "redirect_uri": self._redirect_uri,
        }
        patience = Patience(max_retries=self._settings.max_retries)
        http = new_client(self._settings.request_timeout, url=self._endpoint)
        client = Client(self._endpoint, http, patience, own_headers=self._settings.headers)
        try:
            answer = _exchanged(
                client,
                form,
                "aiWARE refused the authorization code",
                "the client id, the client secret and the redirect URI, and go through it again",
            )
        finally:
            client.close()
        return token_in(answer, "refresh_token", _OAUTH_OPERATION)


def oauth_url(endpoint: str) -> str:
    """Address of the OAuth token endpoint that belongs to a GraphQL endpoint: the same host, another path."""
    return str(httpx.URL(endpoint).copy_with(path=_OAUTH_PATH, query=None, fragment=None))


def _exchanged(client: Client, form: Mapping[str, str], refusal: str, check: str) -> Mapping[str, Any]:
    """Exchanges one secret for another."""
    subject = Subject(_OAUTH_OPERATION, Kind.READ, oauth_url(client.url))
    try:
        return client.call(subject, json_object, said=form, data=form)
    except (errors.BadRequest, errors.AuthenticationFailed, errors.NotAllowed, errors.WrongUrl) as error:
        raise login_refused(error, refusal, check) from None


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
