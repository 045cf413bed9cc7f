"""`aiware login`."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.integration.cli.pulumi import SECRET, FakePulumi
from tests.support.command import Aiware
from tests.support.local import Local

PATIENCE = 60.0


@pytest.fixture(autouse=True)
def _stack(local: Local, pulumi: FakePulumi) -> None:
    pulumi.has_config(aiware__endpoint=local.server.graphql_url)


def test_the_token_becomes_a_secret_of_the_stack(aiware: Aiware, local: Local, pulumi: FakePulumi) -> None:
    user, password = local.credentials["userName"], local.credentials["password"]
    result = aiware("-s", "prod", "login", "-u", user, "--password-stdin", typed=f"{password}\n")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"Logged in as {user}.\nStored in the stack prod: aiware:token.\n"
    token = pulumi.config["aiware:token"]
    assert token["secret"]
    assert re.fullmatch(r"[0-9a-f-]{36}", token["value"])
    # Neither what is printed nor what other users of the machine see holds a secret.
    for secret in (token["value"], password):
        assert secret not in result.output
        assert all(secret not in argument for call in pulumi.calls for argument in call)
    shown = aiware("-s", "prod", "whoami")
    assert (shown.exit_code, shown.stdout.splitlines()[0]) == (0, f"user: {user}")


def test_it_takes_the_place_of_all_other_credentials(aiware: Aiware, local: Local, pulumi: FakePulumi) -> None:
    pulumi.has_config(
        aiware__endpoint=local.server.graphql_url,
        aiware__token=SECRET,
        aiware__oauthClientId="1",
        aiware__oauthClientSecret=SECRET,
        aiware__oauthRefreshToken=SECRET,
    )
    user, password = local.credentials["userName"], local.credentials["password"]
    arguments = ("-u", user, "--password-stdin", "--store-password", "--json")
    result = aiware("-s", "prod", "login", *arguments, typed=password)
    found = json.loads(result.stdout)
    assert (found["user"]["name"], found["stack"]) == (user, "prod")
    assert found["stored"] == ["aiware:username", "aiware:password"]
    assert sorted(found["removed"]) == [
        "aiware:oauthClientId",
        "aiware:oauthClientSecret",
        "aiware:oauthRefreshToken",
        "aiware:token",
    ]
    assert pulumi.config == {
        "aiware:endpoint": {"value": local.server.graphql_url, "secret": False},
        "aiware:username": {"value": user, "secret": False},
        "aiware:password": {"value": password, "secret": True},
    }
    assert password not in result.output


def test_edge_is_told_whose_the_jobs_are(aiware: Aiware, local: Local, pulumi: FakePulumi) -> None:
    pulumi.has_config(aiware__endpoint=local.server.edge_url, aiware__api="edge")
    arguments = ("-u", local.credentials["userName"], "--password-stdin", "--json")
    result = aiware("-s", "prod", "login", *arguments, typed=local.credentials["password"])
    assert json.loads(result.stdout)["stored"] == ["aiware:token", "aiware:organizationId"]
    organization = {"value": local.server.edge_organization_id, "secret": False}
    assert pulumi.config["aiware:organizationId"] == organization
    assert aiware("-s", "prod", "jobs", "list").exit_code == 0


def test_name_and_password_from_the_environment(
    aiware: Aiware, local: Local, pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIWARE_USERNAME", local.credentials["userName"])
    monkeypatch.setenv("AIWARE_PASSWORD", local.credentials["password"])
    assert aiware("-s", "prod", "login").exit_code == 0
    assert pulumi.config["aiware:token"]["secret"]


def test_a_wrong_password_changes_nothing(aiware: Aiware, local: Local, pulumi: FakePulumi) -> None:
    before = pulumi.config
    user = local.credentials["userName"]
    result = aiware("-s", "prod", "login", "-u", user, "--password-stdin", typed="sekrit-and-mistyped")
    assert result.exit_code == 1
    assert f"aiWARE refused the login of {user}" in result.stderr
    assert "sekrit" not in result.output
    assert pulumi.config == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("login",), "Name the stack that gets the credentials: aiware -s STACK login."),
        (("-s", "prod", "login"), "User name: nobody is there to type it. Give it by --username or AIWARE_USERNAME."),
        (("-s", "prod", "login", "-u", "ada"), "Give it by --password-stdin or AIWARE_PASSWORD."),
        (("-s", "prod", "login", "-u", "ada", "--password-stdin"), "The password is empty."),
        (("-s", "prod", "login", "-u", "ada", "--oauth"), "--oauth goes with neither a user name nor a password."),
        (("-s", "prod", "login", "--oauth"), "Which application? Give --client-id, or set aiware:oauthClientId."),
        (("-s", "prod", "login", "--oauth", "--client-id", "1"), "The application's client secret is missing"),
    ],
)
def test_what_is_missing_is_wrong_usage(aiware: Aiware, arguments: tuple[str, ...], says: str) -> None:
    result = aiware(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_stack_that_is_not_there_ends_with_3(aiware: Aiware, pulumi: FakePulumi) -> None:
    pulumi.refuses("error: no stack named 'prod' found")
    assert aiware("-s", "prod", "login", "-u", "ada", "--password-stdin", typed="x").exit_code == 3


def test_the_password_is_asked_for_and_not_shown(local: Local, pulumi: FakePulumi) -> None:
    user, password = local.credentials["userName"], local.credentials["password"]
    master, slave = pty.openpty()
    program = [sys.executable, "-c", "from aiware_resources.cli import main; main(prog_name='aiware')"]
    command = [*program, "-s", "prod", "login", "-u", user]
    with subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=os.environ, start_new_session=True
    ) as running:
        os.close(slave)
        shown = _read(master, f"Password of {user}: ")
        os.write(master, f"{password}\n".encode())
        shown += _read(master, "Stored in the stack prod: aiware:token.")
        assert running.wait(PATIENCE) == 0
    os.close(master)
    assert password not in shown
    assert pulumi.config["aiware:token"]["secret"]


def _read(terminal: int, until: str) -> str:
    """Reads what is shown on a terminal, until something is."""
    shown, end = "", time.monotonic() + PATIENCE
    while until not in shown:
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 0.5)[0]:
            shown += os.read(terminal, 65_536).decode()
    return shown


ANY_PORT = ("--redirect-uri", "http://127.0.0.1:0/callback")


class Browser:
    """A browser in which the user does something with each page that is opened."""

    def __init__(self, does: Callable[[str], object]) -> None:
        self._does = does
        self.opened: list[str] = []
        self._thread: threading.Thread | None = None

    def open(self, url: str) -> bool:
        """Opens a page."""
        self.opened.append(url)
        self._thread = threading.Thread(target=self._does, args=(url,))
        self._thread.start()
        return True

    def close(self) -> None:
        """Waits until the user is done."""
        if self._thread:
            self._thread.join(30)


@pytest.fixture
def stack(local: Local, pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    """A stack that has other credentials."""
    pulumi.has_config(aiware__endpoint=local.server.graphql_url, aiware__token=SECRET)
    monkeypatch.setenv("AIWARE_OAUTH_CLIENT_ID", local.credentials["oauthClientId"])
    monkeypatch.setenv("AIWARE_OAUTH_CLIENT_SECRET", local.credentials["oauthClientSecret"])
    return pulumi


def agree(url: str) -> None:
    """The user agrees; the page sends the browser back."""
    assert httpx.get(url, follow_redirects=True).status_code == 200


def come_back_with(url: str, **query: str) -> httpx.Response:
    """The browser comes back by itself, with another query."""
    redirect = parse_qs(urlsplit(url).query)["redirect_uri"][0]
    return httpx.get(redirect, params=query)


def test_a_refresh_token_becomes_a_secret_of_the_stack(
    aiware: Aiware, local: Local, stack: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(agree)
    monkeypatch.setattr(webbrowser, "open", browser.open)
    result = aiware("-s", "prod", "login", "--oauth", *ANY_PORT, "--json")
    browser.close()
    (url,) = browser.opened
    query = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{local.server.url}/v1/admin/oauth/authorize?")
    assert (query["response_type"], query["scope"]) == (["code"], ["all"])
    assert len(query["state"][0]) >= 32
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["user"]["name"] == local.credentials["userName"]
    assert found["removed"] == ["aiware:token"]
    token = stack.config["aiware:oauthRefreshToken"]
    secret = stack.config["aiware:oauthClientSecret"]
    assert token["secret"]
    assert secret == {"value": local.credentials["oauthClientSecret"], "secret": True}
    assert "aiware:token" not in stack.config
    for hidden in (token["value"], secret["value"]):
        assert hidden not in result.output
        assert all(hidden not in argument for call in stack.calls for argument in call)
    # The stack works with what it has got, without the environment.
    monkeypatch.delenv("AIWARE_OAUTH_CLIENT_SECRET")
    assert aiware("-s", "prod", "whoami").exit_code == 0


def test_without_a_browser_the_address_is_shown(
    aiware: Aiware, stack: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: pytest.fail("a browser was opened"))
    result = aiware("-s", "prod", "login", "--oauth", "--no-browser", *ANY_PORT, "--timeout", "0.1")
    assert result.exit_code == 1
    assert "Open this address in a browser on this machine:\nhttp://127.0.0.1:" in result.stderr
    assert "Nobody has come back from the authorization page within 0.1 s." in result.stderr
    assert "aiware:oauthRefreshToken" not in stack.config


def test_an_answer_that_belongs_to_another_login_is_passed_over(
    aiware: Aiware, stack: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = []

    def attack_then_agree(url: str) -> None:
        statuses.append(come_back_with(url, code="stolen", state="guessed").status_code)
        statuses.append(come_back_with(url, code="stolen").status_code)
        redirect = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        statuses.append(httpx.get(redirect.replace("/callback", "/favicon.ico")).status_code)
        agree(url)

    browser = Browser(attack_then_agree)
    monkeypatch.setattr(webbrowser, "open", browser.open)
    result = aiware("-s", "prod", "login", "--oauth", *ANY_PORT)
    browser.close()
    assert (result.exit_code, statuses) == (0, [400, 400, 404])


def test_a_refusal_is_told(aiware: Aiware, stack: FakePulumi, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(url: str) -> None:
        come_back_with(url, error="access_denied", state=parse_qs(urlsplit(url).query)["state"][0])

    browser = Browser(refuse)
    monkeypatch.setattr(webbrowser, "open", browser.open)
    result = aiware("-s", "prod", "login", "--oauth", *ANY_PORT)
    browser.close()
    assert result.exit_code == 1
    assert "aiWARE did not authorize the application: access_denied." in result.stderr


def test_a_code_that_aiware_refuses(aiware: Aiware, stack: FakePulumi, monkeypatch: pytest.MonkeyPatch) -> None:
    def forge(url: str) -> None:
        come_back_with(url, code="sekrit", state=parse_qs(urlsplit(url).query)["state"][0])

    browser = Browser(forge)
    monkeypatch.setattr(webbrowser, "open", browser.open)
    before = stack.config
    result = aiware("-s", "prod", "login", "--oauth", *ANY_PORT)
    browser.close()
    assert result.exit_code == 1
    assert "aiWARE refused the authorization code" in result.stderr
    assert stack.config == before


@pytest.mark.parametrize("uri", ["https://127.0.0.1:8765/", "http://aiware.example:80/", "http://127.0.0.1/callback"])
def test_only_addresses_of_this_machine(aiware: Aiware, stack: FakePulumi, uri: str) -> None:
    result = aiware("-s", "prod", "login", "--oauth", "--redirect-uri", uri)
    assert result.exit_code == 2
    assert "is not an address of this machine" in result.stderr


def test_a_port_that_is_taken(aiware: Aiware, stack: FakePulumi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}/callback"
        result = aiware("-s", "prod", "login", "--oauth", "--redirect-uri", uri)
    assert result.exit_code == 2
    assert "Take another port." in result.stderr


def test_edge_has_no_oauth(aiware: Aiware, local: Local, pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch) -> None:
    pulumi.has_config(aiware__endpoint="local", aiware__api="edge")
    monkeypatch.setenv("AIWARE_OAUTH_CLIENT_SECRET", SECRET)
    result = aiware("-s", "prod", "login", "--oauth", "--client-id", "1", *ANY_PORT)
    assert result.exit_code == 3
    assert "aiWARE Edge has no OAuth" in result.stderr
