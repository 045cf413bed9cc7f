"""The OAuth authorization-code flow: how a person gives this library a refresh token.

A browser is sent to aiWARE's authorization page, and comes back to an address on this machine with a code, which is
exchanged for a refresh token (documented at developer/applications/oauth).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import httpx
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.auth import login_refused, oauth_url, token_in
from aiware_resources.api.retry import RetryPolicy
from aiware_resources.api.retrying import Patience
from aiware_resources.api.session import Session
from aiware_resources.api.transport import Transport, new_client
from aiware_resources.settings import Settings

_PATH = "/v1/admin/oauth/authorize"
_OPERATION = "oauth/token"
_STATE_BYTES = 32


class AuthorizationCodeFlow:
    """One walk through the flow.

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
        return str(httpx.URL(self._endpoint).copy_with(path=_PATH, query=None, fragment=None).copy_merge_params(query))

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
        return token_in(self._exchanged(form), "refresh_token", _OPERATION)

    def _exchanged(self, form: Mapping[str, str]) -> Mapping[str, object]:
        transport = Transport(self._endpoint, new_client(self._settings.request_timeout, url=self._endpoint))
        session = Session(transport, Patience(RetryPolicy(max_retries=self._settings.max_retries)))
        try:
            return session.post_form(_OPERATION, oauth_url(self._endpoint), form)
        except (errors.BadRequest, errors.AuthenticationFailed, errors.NotAllowed, errors.WrongUrl) as error:
            raise login_refused(
                error,
                "aiWARE refused the authorization code",
                "the client id, the client secret and the redirect URI, and go through it again",
            ) from None
        finally:
            transport.close()
