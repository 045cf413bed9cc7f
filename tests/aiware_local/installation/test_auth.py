"""Tokens: API key, sessions, and what is refused."""

from __future__ import annotations

import json
import stat
import uuid
from pathlib import Path

import pytest

from aiware_local.installation.auth import SESSION_SECONDS, USER_NAME, Signer
from tests.aiware_local.support import Local

LOGIN = "mutation($u: String!, $p: String!) { userLogin(input: {userName: $u, password: $p}) { token user { id } } }"


async def _login(local: Local) -> str:
    password = local.installation.tokens.credentials.password
    response = await local.http.post("/v3/graphql", json={"query": LOGIN, "variables": {"u": USER_NAME, "p": password}})
    return str(response.json()["data"]["userLogin"]["token"])


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic abc"}]
)
async def test_without_a_valid_token_nothing_is_answered(local: Local, headers: dict[str, str]) -> None:
    response = await local.http.post("/v3/graphql", json={"query": "{ me { id } }"}, headers=headers)
    assert response.status_code == 200
    body = response.json()
    assert body["data"] is None
    assert [error["name"] for error in body["errors"]] == ["authentication_error"]


async def test_login_does_not_open_other_fields(local: Local) -> None:
    query = 'mutation { userLogin(input: {userName: "a", password: "b"}) { token } deleteTDO(id: 1) { id } }'
    response = await local.http.post("/v3/graphql", json={"query": query})
    assert response.json()["errors"][0]["name"] == "authentication_error"


async def test_session(local: Local) -> None:
    token = await _login(local)
    assert str(uuid.UUID(token)) == token
    assert (await local.post("{ me { name } }", token=token)).json()["data"]["me"]["name"] == USER_NAME
    local.clock.advance(SESSION_SECONDS - 1)
    assert "errors" not in (await local.post("{ me { id } }", token=token)).json()
    local.clock.advance(1)
    assert (await local.post("{ me { id } }", token=token)).json()["errors"][0]["name"] == "authentication_error"


async def test_logout_ends_the_session(local: Local) -> None:
    token = await _login(local)
    query = "mutation($t: String!) { userLogout(token: $t) }"
    assert (await local.ask(query, t=token))["userLogout"] is True
    assert (await local.ask(query, t=token))["userLogout"] is False
    assert (await local.post("{ me { id } }", token=token)).json()["errors"][0]["name"] == "authentication_error"


async def test_expire_leaves_the_api_key(local: Local) -> None:
    token = await _login(local)
    assert (await local.http.post("/_local/tokens/expire")).json() == {"status": "ok"}
    assert (await local.post("{ me { id } }", token=token)).json()["errors"][0]["name"] == "authentication_error"
    await local.ask("{ me { id } }")


@pytest.mark.parametrize(("user", "name"), [("nobody", "not_found"), (USER_NAME, "authentication_error")])
async def test_failed_login(local: Local, user: str, name: str) -> None:
    error = await local.refused(LOGIN, u=user, p="wrong password")
    assert error["name"] == name
    assert "wrong password" not in error["message"]


async def test_credentials_are_random_private_and_stay(local: Local) -> None:
    path = local.installation.data / "credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content.keys() == {
        "apiKey",
        "userName",
        "password",
        "oauthClientId",
        "oauthClientSecret",
        "oauthRefreshToken",
    }
    assert content["apiKey"] == local.token


async def test_tokens_are_not_kept_in_clear(local: Local) -> None:
    token = await _login(local)
    local.installation.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    files = [path.read_bytes() for path in local.installation.data.glob("aiware.sqlite3*")]
    secrets = [token, local.token, local.installation.tokens.credentials.password]
    assert not [secret for secret in secrets if any(secret.encode() in content for content in files)]


def test_signature(tmp_path: Path) -> None:
    signer = Signer(tmp_path)
    path, _, query = signer.sign("/assets/a", 100.2, 10).partition("?")
    values = dict(part.split("=") for part in query.split("&"))
    assert (path, values["expires"]) == ("/assets/a", "111")
    expires, signature = values["expires"], values["signature"]
    assert signer.allows("/assets/a", expires, signature, 110.9)
    assert not signer.allows("/assets/a", expires, signature, 111)
    assert not signer.allows("/assets/b", expires, signature, 105)
    assert not signer.allows("/assets/a", "112", signature, 105)
    assert not signer.allows("/assets/a", "many", signature, 105)
    assert not signer.allows("/assets/a", None, None, 105)
    assert Signer(tmp_path).allows("/assets/a", expires, signature, 105)
    (tmp_path / "signing.key").write_bytes(b"other")
    assert not Signer(tmp_path).allows("/assets/a", expires, signature, 105)
