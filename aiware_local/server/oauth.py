"""OAuth 2: the authorization-code flow and refresh tokens. There is no client-credentials grant.

Source: developer/applications/oauth.md.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from aiware_local.installation.auth import hash_of
from aiware_local.installation.installation import ORGANIZATION_ID, Installation
from aiware_local.server.connections import answer_under_fault

CODE_SECONDS = 60.0
"""An authorization code works once, and for a minute."""


class OAuthError(Exception):
    """The request is answered with an error of RFC 6749.

    Args:
        error: its name, such as invalid_grant.
        status: the HTTP status.
    """

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


class OAuth:
    """Answers `/v1/admin/oauth/authorize` and `/v1/admin/oauth/token`.

    Args:
        installation: the local aiWARE behind it.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    async def authorize(self, request: Request) -> Response:
        """Sends the browser back with a code. The one user counts as logged in and has nothing to confirm."""
        query = request.query_params
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != self._installation.tokens.credentials.oauth_client_id:
            return JSONResponse({"error": "unauthorized_client"}, 400)
        if urlsplit(redirect).scheme not in ("http", "https") or not urlsplit(redirect).netloc:
            return JSONResponse({"error": "invalid_request"}, 400)
        state = {"state": query["state"]} if "state" in query else {}
        if query.get("response_type") != "code":
            return _redirect(redirect, {"error": "unsupported_response_type", **state})
        if query.get("scope", "all") != "all":
            return _redirect(redirect, {"error": "invalid_scope", **state})
        code = secrets.token_urlsafe(24)
        now = self._installation.clock.now()
        record = {"id": hash_of(code), "redirectUri": redirect, "expires": now + CODE_SECONDS, "createdDateTime": now}
        self._installation.store.put("oauthCode", record)
        return _redirect(redirect, {"code": code, **state})

    async def token(self, request: Request) -> Response:
        """Exchanges a code, or a refresh token, for an access token."""
        body = (await request.body()).decode("utf-8", "replace")
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()

        async def answer() -> Response:
            try:
                if content_type != "application/x-www-form-urlencoded":
                    raise OAuthError("invalid_request")
                form = {key: values[0] for key, values in parse_qs(body).items()}
                return JSONResponse(self._grant(form), headers={"Cache-Control": "no-store"})
            except OAuthError as error:
                return JSONResponse({"error": error.error}, error.status)

        return await answer_under_fault(
            self._installation.faults, ["oauthToken"], answer, self._installation.clock.now()
        )

    def _grant(self, form: Mapping[str, str]) -> dict[str, str]:
        tokens = self._installation.tokens
        own = tokens.credentials
        known = _same(form.get("client_id"), own.oauth_client_id)
        if not known or not _same(form.get("client_secret"), own.oauth_client_secret):
            raise OAuthError("invalid_client", 401)
        grant = form.get("grant_type")
        if grant == "authorization_code":
            refresh_token = self._exchange_code(form)
        elif grant == "refresh_token":
            refresh_token = self._known_refresh_token(form.get("refresh_token"))
        else:
            raise OAuthError("unsupported_grant_type" if grant else "invalid_request")
        access_token = tokens.access_token(self._installation.user_id, ORGANIZATION_ID)
        return {"access_token": access_token, "refresh_token": refresh_token, "token_type": "Bearer"}

    def _exchange_code(self, form: Mapping[str, str]) -> str:
        code, redirect = form.get("code"), form.get("redirect_uri")
        if not code or not redirect:
            raise OAuthError("invalid_request")
        store, now = self._installation.store, self._installation.clock.now()
        record = store.get("oauthCode", hash_of(code))
        store.delete("oauthCode", hash_of(code))
        if record is None or record["expires"] <= now or record["redirectUri"] != redirect:
            raise OAuthError("invalid_grant")
        refresh_token = secrets.token_urlsafe(48)
        store.put("refreshToken", {"id": hash_of(refresh_token), "createdDateTime": now})
        return refresh_token

    def _known_refresh_token(self, token: str | None) -> str:
        """The token itself: it stays valid."""
        if not token:
            raise OAuthError("invalid_request")
        first = self._installation.tokens.credentials.oauth_refresh_token
        if not _same(token, first) and self._installation.store.get("refreshToken", hash_of(token)) is None:
            raise OAuthError("invalid_grant")
        return token


def _redirect(uri: str, parameters: Mapping[str, str]) -> Response:
    separator = "&" if urlsplit(uri).query else "?"
    return RedirectResponse(f"{uri}{separator}{urlencode(parameters)}", 302)


def _same(given: str | None, known: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode(), known.encode())
