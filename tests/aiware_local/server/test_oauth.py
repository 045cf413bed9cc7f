"""The authorization-code flow and refresh tokens."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from tests.aiware_local.support import Local

BACK = "http://127.0.0.1:7777/callback"


def _client(local: Local) -> dict[str, str]:
    own = local.installation.tokens.credentials
    return {"client_id": own.oauth_client_id, "client_secret": own.oauth_client_secret}


async def _authorize(local: Local, **changes: str) -> httpx.Response:
    own = local.installation.tokens.credentials
    query = {
        "response_type": "code",
        "client_id": own.oauth_client_id,
        "redirect_uri": BACK,
        "scope": "all",
        "state": "s1",
    }
    return await local.http.get("/v1/admin/oauth/authorize", params={**query, **changes})


async def _code(local: Local) -> str:
    response = await _authorize(local)
    assert response.status_code == 302
    location = urlsplit(response.headers["location"])
    query = parse_qs(location.query)
    assert f"{location.scheme}://{location.netloc}{location.path}" == BACK
    assert query["state"] == ["s1"]
    return query["code"][0]


async def _token(local: Local, **form: str) -> httpx.Response:
    return await local.http.post("/v1/admin/oauth/token", data={**_client(local), **form})


async def test_code_becomes_tokens_once(local: Local) -> None:
    code = await _code(local)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = (await _token(local, **form)).json()
    assert answer.keys() == {"access_token", "refresh_token", "token_type"}
    assert answer["token_type"] == "Bearer"
    assert "errors" not in (await local.post("{ me { id } }", token=answer["access_token"])).json()
    again = await _token(local, **form)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


async def test_access_token_is_a_jwt_of_about_a_kilobyte_that_lasts_a_day(local: Local) -> None:
    refresh = local.installation.tokens.credentials.oauth_refresh_token
    answer = (await _token(local, grant_type="refresh_token", refresh_token=refresh)).json()
    token = answer["access_token"]
    assert 900 < len(token) < 1150
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 24 * 60 * 60
    local.clock.advance(24 * 60 * 60)
    assert (await local.post("{ me { id } }", token=token)).json()["errors"][0]["name"] == "authentication_error"
    assert (await _token(local, grant_type="refresh_token", refresh_token=answer["refresh_token"])).status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "wrong"}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_request"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({}, 400, "invalid_request"),
        ({"client_secret": "wrong", "grant_type": "refresh_token"}, 401, "invalid_client"),
    ],
)
async def test_token_errors(local: Local, form: dict[str, str], status: int, error: str) -> None:
    response = await _token(local, **form)
    assert (response.status_code, response.json()) == (status, {"error": error})


async def test_code_works_for_its_redirect_and_for_a_minute(local: Local) -> None:
    form = {"grant_type": "authorization_code", "code": await _code(local), "redirect_uri": "http://127.0.0.1:1/other"}
    assert (await _token(local, **form)).json() == {"error": "invalid_grant"}
    form = {"grant_type": "authorization_code", "code": await _code(local), "redirect_uri": BACK}
    local.clock.advance(61)
    assert (await _token(local, **form)).json() == {"error": "invalid_grant"}


async def test_authorize_errors(local: Local) -> None:
    assert (await _authorize(local, client_id="other")).json() == {"error": "unauthorized_client"}
    assert (await _authorize(local, redirect_uri="javascript:alert(1)")).json() == {"error": "invalid_request"}
    refused = await _authorize(local, response_type="token")
    assert parse_qs(urlsplit(refused.headers["location"]).query)["error"] == ["unsupported_response_type"]


async def test_json_is_not_a_form(local: Local) -> None:
    response = await local.http.post("/v1/admin/oauth/token", json={**_client(local), "grant_type": "refresh_token"})
    assert response.json() == {"error": "invalid_request"}
