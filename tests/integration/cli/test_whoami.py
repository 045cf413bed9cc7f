"""`aiware whoami`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aiware_local import launcher
from aiware_resources.cli import pulumi_command
from tests.support.command import Aiware
from tests.support.local import Local


def test_the_user_and_the_organization(aiware: Aiware, local: Local) -> None:
    shown = aiware("whoami")
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"user: {local.credentials['userName']}\n")
    assert "organization: 17532 (Local aiWARE)\n" in shown.stdout
    assert f"endpoint: {local.server.graphql_url}\n" in shown.stdout
    assert local.token not in shown.output


def test_a_token_that_expires(aiware: Aiware, local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIWARE_ENDPOINT", local.server.graphql_url)
    for variable, name in (
        ("AIWARE_OAUTH_CLIENT_ID", "oauthClientId"),
        ("AIWARE_OAUTH_CLIENT_SECRET", "oauthClientSecret"),
        ("AIWARE_OAUTH_REFRESH_TOKEN", "oauthRefreshToken"),
    ):
        monkeypatch.setenv(variable, local.credentials[name])
    assert "token expires (UTC): 20" in aiware("whoami").stdout
    found = json.loads(aiware("whoami", "--json").stdout)
    assert found["tokenExpires"].endswith("+00:00")
    assert found["user"]["name"] == local.credentials["userName"]


def test_an_api_key_that_belongs_to_nobody(aiware: Aiware, local: Local) -> None:
    local.fault({"graphqlError": "not_found"}, operation="me", times=2)
    shown = aiware("whoami")
    assert (shown.exit_code, shown.stdout.splitlines()[0]) == (
        0,
        "user: none: the token is an API key of an organization",
    )
    assert json.loads(aiware("whoami", "--json").stdout)["user"] is None


def test_a_token_that_is_refused(aiware: Aiware, local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIWARE_ENDPOINT", local.server.graphql_url)
    monkeypatch.setenv("AIWARE_TOKEN", "sekrit-and-wrong")
    refused = aiware("whoami")
    assert refused.exit_code == 1
    assert "authentication_error" in refused.stderr
    assert "sekrit" not in refused.output


@pytest.mark.parametrize(
    "command", ["whoami", "jobs list", "clusters list", "tdos list", "engines list", "exports list"]
)
def test_looking_starts_no_local_aiware(aiware: Aiware, data: Path, command: str) -> None:
    refused = aiware(*command.split())
    assert refused.exit_code == 3
    assert "The local aiWARE is not running" in refused.output
    assert "`aiware local start` starts it" in refused.output
    assert launcher.status(data=data) is None
    assert not data.exists()


def test_a_token_without_an_endpoint_is_not_for_the_local_aiware(
    aiware: Aiware, local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIWARE_TOKEN", "sekrit-token")
    refused = aiware("whoami")
    assert (refused.exit_code, "aiware:endpoint is missing" in refused.output) == (3, True)
    assert "sekrit" not in refused.output
    assert local.http_requests() == 0


def test_the_aiware_of_a_provider(aiware: Aiware, local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"aiware:provider": "news", "aiware:endpoint": local.server.graphql_url, "aiware:token": local.token}
    monkeypatch.setattr(pulumi_command, "providers", lambda stack: {"urn": settings} if stack == "prod" else {})
    # The environment's token goes nowhere.
    monkeypatch.setenv("AIWARE_TOKEN", "of-another-aiware")
    shown = aiware("-s", "prod", "--provider", "news", "whoami")
    assert f"endpoint: {local.server.graphql_url}\n" in shown.stdout
    unknown = aiware("-s", "prod", "--provider", "nows", "whoami")
    assert (unknown.exit_code, "The stack prod has no provider nows. It has news." in unknown.stderr) == (3, True)
    none = aiware("-s", "dev", "--provider", "news", "whoami")
    assert "The first `pulumi up` of a program records them." in none.stderr
    refused = aiware("-s", "prod", "--provider", "news", "login")
    assert (refused.exit_code, "The program gives a provider its credentials" in refused.stderr) == (2, True)
