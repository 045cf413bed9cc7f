"""Tokens: one login however many threads ask, a new one when the old is refused, and no endless trying."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.cloud.login import oauth_url
from aiware_resources.api.tokens import expiry_of
from aiware_resources.settings import Credentials

if TYPE_CHECKING:
    from tests.unit.api.conftest import Script

PASSWORD = Credentials(username="me@example.com", password=SecretStr("hunter22"))
OAUTH = Credentials(
    oauth_client_id="client-1", oauth_client_secret=SecretStr("sekrit-1"), oauth_refresh_token=SecretStr("refresh-1")
)
TDO = {"id": "42"}


def is_login(request: httpx.Request) -> bool:
    return b"userLogin" in request.content


class Server:
    """Takes one token at a time, and gives out the next one at each login."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.valid: str | None = None
        self.logins = 0
        self.lock = threading.Lock()
        script.play(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            if is_login(request):
                self.logins += 1
                self.valid = f"session-{self.logins}"
                return self.script.answer({"userLogin": {"token": self.valid}})
            if request.headers.get("authorization") == f"Bearer {self.valid}":
                return self.script.answer({"object0": TDO, "deleteTDO": {"id": "42"}})
            return self.script.answer(None, self.script.entry("authentication_error"))


def bearer(count: int) -> list[str]:
    return [f"Bearer session-{number}" for number in range(1, count + 1)]


def test_a_token_is_sent_as_it_is(script: Script) -> None:
    script.play(script.answer({"object0": TDO}))
    script.api().tdos(["42"])
    assert script.tokens == ["Bearer token-1"]


def test_one_login_serves_all_requests(script: Script) -> None:
    server = Server(script)
    api = script.api(PASSWORD)
    api.tdos(["42"])
    api.tdos(["42"])
    assert server.logins == 1
    assert script.tokens == [None, *bearer(1), *bearer(1)]
    assert script.bodies[0]["variables"] == {"input": {"userName": "me@example.com", "password": "hunter22"}}


def test_a_refused_token_is_replaced_and_the_request_sent_again(script: Script) -> None:
    server = Server(script)
    api = script.api(PASSWORD)
    api.tdos(["42"])
    server.valid = None
    api.delete_tdo("42")
    assert server.logins == 2
    assert script.sleeps == []


def test_a_static_token_is_replaced_when_a_login_is_known(script: Script) -> None:
    server = Server(script)
    api = script.api(Credentials(token=SecretStr("old"), username="me", password=SecretStr("hunter22")))
    api.tdos(["42"])
    assert (server.logins, script.tokens) == (1, ["Bearer old", None, "Bearer session-1"])


def test_threads_that_find_the_token_expired_log_in_once(script: Script) -> None:
    server = Server(script)
    api = script.api(PASSWORD)
    api.tdos(["42"])
    both_refused = threading.Barrier(2)
    accepts = server.answer

    def refuse_both(request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") == "Bearer session-1":
            both_refused.wait(timeout=10)
            return script.answer(None, script.entry("authentication_error"))
        return accepts(request)

    script.play(refuse_both)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(api.tdos(["42"]))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert len(found) == 2
    assert server.logins == 2


def test_threads_that_start_together_log_in_once(script: Script) -> None:
    server = Server(script)
    api = script.api(PASSWORD)
    threads = [threading.Thread(target=api.tdos, args=(["42"],)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert server.logins == 1
    assert len(script.requests) == 9


def test_without_a_login_a_refused_token_is_an_error_that_says_what_to_set(script: Script) -> None:
    script.play(script.answer(None, script.entry("authentication_error", message="No such token.")))
    with pytest.raises(errors.AuthenticationFailed, match="pulumi config set --secret aiware:token"):
        script.api().tdos(["42"])
    assert len(script.requests) == 1


def test_a_new_token_that_is_refused_too_ends_the_trying(script: Script) -> None:
    refused = script.answer(None, script.entry("authentication_error"))
    script.play(lambda request: script.answer({"userLogin": {"token": "t"}}) if is_login(request) else refused)
    with pytest.raises(errors.AuthenticationFailed):
        script.api(PASSWORD).tdos(["42"])
    assert len(script.requests) == 4


@pytest.mark.parametrize("name", ["not_found", "authentication_error", "invalid_input", "not_allowed"])
def test_a_refused_login_is_tried_once_only(script: Script, name: str) -> None:
    script.play(script.answer({"userLogin": None}, script.entry(name, "userLogin", message="Wrong hunter22.")))
    api = script.api(PASSWORD)
    for _ in range(2):
        with pytest.raises(errors.AuthenticationFailed) as caught:
            api.tdos(["42"])
    assert len(script.requests) == 1
    assert str(caught.value) == (
        f"aiWARE refused the login of me@example.com: userLogin failed: Wrong [secret] [{name}]. "
        "Check aiware:username and aiware:password."
    )


def test_a_login_that_fails_in_passing_is_tried_again(script: Script) -> None:
    server = Server(script)
    script.play(httpx.Response(502), httpx.ReadError("cut"), server.answer)
    assert "42" in script.api(PASSWORD).tdos(["42"])


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ({"token": None, "passwordResetRequired": True}, "choose a new password"),
        ({"token": None}, "gave no usable token"),
        ({"token": "two words"}, "gave no usable token"),
        (None, "gave no usable token"),
    ],
)
def test_a_login_without_a_token_is_explained(script: Script, login: Any, expected: str) -> None:
    script.play(script.answer({"userLogin": login}))
    with pytest.raises(errors.AuthenticationFailed, match=expected):
        script.api(PASSWORD).tdos(["42"])


def test_the_oauth_endpoint_is_on_the_same_host() -> None:
    assert oauth_url("https://h.example:8443/v3/graphql") == "https://h.example:8443/v1/admin/oauth/token"


def access_token(expires_in: float, number: int = 1) -> str:
    claims = {"exp": int(time.time() + expires_in), "number": number}
    return jwt.encode(claims, "a key that only this test uses, 32 bytes", algorithm="HS256")


def oauth_server(script: Script, tokens: list[dict[str, Any]]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/admin/oauth/token":
            return httpx.Response(200, json=tokens.pop(0))
        return script.answer({"object0": TDO})

    return answer


def test_oauth_gets_a_token_by_the_refresh_grant(script: Script) -> None:
    script.play(oauth_server(script, [{"access_token": "jwt-1", "token_type": "Bearer"}]))
    script.api(OAUTH).tdos(["42"])
    assert parse_qs(script.requests[0].content.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": ["client-1"],
        "client_secret": ["sekrit-1"],
        "refresh_token": ["refresh-1"],
    }
    assert script.tokens == [None, "Bearer jwt-1"]


def test_a_token_about_to_expire_is_renewed_before_it_is_sent(script: Script) -> None:
    first, second = access_token(5, 1), access_token(3600, 2)
    tokens = [{"access_token": first, "refresh_token": "refresh-2"}, {"access_token": second}]
    script.play(oauth_server(script, tokens))
    api = script.api(OAUTH)
    for _ in range(3):
        api.tdos(["42"])
    assert script.tokens == [None, f"Bearer {first}", None, f"Bearer {second}", f"Bearer {second}"]
    assert parse_qs(script.requests[2].content.decode())["refresh_token"] == ["refresh-2"]


def test_an_expired_token_without_a_login_is_left_to_the_server_to_judge(script: Script) -> None:
    script.play(script.answer({"object0": TDO}))
    expired = access_token(-3600)
    script.api(Credentials(token=SecretStr(expired))).tdos(["42"])
    assert script.tokens == [f"Bearer {expired}"]


@pytest.mark.parametrize("token", ["8a2d0596-2447-40f8-8ea1-cfebaec68459", "key:abc", "a.b.c"])
def test_tokens_that_are_no_jwt_tell_no_expiry(token: str) -> None:
    assert expiry_of(SecretStr(token)) is None


def test_a_jwt_may_tell_no_expiry() -> None:
    token = jwt.encode({"sub": "me"}, "a key that only this test uses, 32 bytes", algorithm="HS256")
    assert expiry_of(SecretStr(token)) is None


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refused_refresh_token_says_how_to_get_another(script: Script, status: int) -> None:
    script.play(httpx.Response(status, json={"error": "invalid_grant"}))
    with pytest.raises(errors.AuthenticationFailed) as caught:
        script.api(OAUTH).tdos(["42"])
    assert "aiWARE refused the OAuth refresh token: oauth/token failed: invalid_grant" in str(caught.value)
    assert "get a new refresh token from the authorization page" in str(caught.value)
    assert "refresh-1" not in str(caught.value)


def test_an_oauth_answer_without_a_token_is_explained(script: Script) -> None:
    script.play(httpx.Response(200, json={"token_type": "Bearer"}))
    with pytest.raises(errors.AuthenticationFailed, match="gave no usable token"):
        script.api(OAUTH).tdos(["42"])


def test_no_credentials_at_all_are_a_configuration_error(script: Script) -> None:
    script.play(script.answer({"object0": TDO}))
    with pytest.raises(errors.ConfigurationError):
        script.api(Credentials(username="only a name")).tdos(["42"])
