"""Every command that asks aiWARE: what it ends with when it cannot be asked, or does not have what is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from aiware_resources.cli import main
from tests.integration.cli.pulumi import SECRET, FakePulumi
from tests.support.command import Aiware
from tests.support.local import Local

GONE = "27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c"
FILE = str(Path(__file__))

ABOUT_ONE = {
    "jobs show": [GONE],
    "jobs logs": [GONE],
    "jobs watch": [GONE],
    "jobs retry": [GONE],
    "jobs cancel": ["--yes", GONE],
    "results": [GONE],
    "tdos show": [GONE],
    "tdos delete": ["--yes", GONE],
    "tdos cleanup": ["--yes", GONE],
    "assets list": [GONE],
    "assets upload": [GONE, FILE],
    "exports show": [GONE],
    "exports download": [GONE, "-o", "captions.vtt"],
    "engines show": [GONE],
    "clusters show": [GONE],
}
"""Commands about one object, with what they need."""

ABOUT_MANY: dict[str, list[str]] = {
    "jobs list": [],
    "tdos list": [],
    "exports list": [],
    "engines list": [],
    "engines categories": [],
    "clusters list": [],
    "whoami": [],
}

ASKING = ABOUT_ONE | ABOUT_MANY

GROUPS = ("jobs", "results", "tdos", "assets", "exports", "engines", "clusters", "whoami")
"""Those whose commands ask aiWARE, and nothing else."""


def words(command: str) -> list[str]:
    """A command with what it needs."""
    return [*command.split(), *ASKING[command]]


def test_no_command_is_forgotten() -> None:
    found = set()
    for name in GROUPS:
        command = main.load(name)
        found |= {f"{name} {each}" for each in command.commands} if isinstance(command, click.Group) else {name}
    assert found == set(ASKING)


@pytest.mark.parametrize("command", ABOUT_ONE)
def test_an_id_that_is_not_there_ends_with_1(aiware: Aiware, local: Local, command: str) -> None:
    result = aiware(*words(command))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert GONE in result.stderr
    error = json.loads(aiware(*words(command), "--json").stderr)["error"]
    assert (error["kind"], error["exitCode"]) == ("NotFound", 1)
    assert local.mutations().keys() <= {"retryJob"}


@pytest.mark.parametrize("command", ASKING)
def test_no_token_ends_with_3(aiware: Aiware, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIWARE_ENDPOINT", "https://aiware.example/v3/graphql")
    result = aiware(*words(command))
    assert (result.exit_code, result.stdout) == (3, "")
    assert "No aiWARE token is set." in result.stderr
    assert "pulumi config set --secret aiware:token" in result.stderr


@pytest.mark.parametrize("command", ASKING)
def test_no_stack_ends_with_3(aiware: Aiware, pulumi: FakePulumi, command: str) -> None:
    pulumi.refuses("error: no stack named 'prod' found")
    result = aiware("-s", "prod", *words(command))
    assert (result.exit_code, result.stdout) == (3, "")
    assert "The stack prod cannot be read: no stack named 'prod' found." in result.stderr


@pytest.mark.parametrize("command", ASKING)
def test_a_wrong_token_ends_with_1(aiware: Aiware, local: Local, pulumi: FakePulumi, command: str) -> None:
    pulumi.has_config(aiware__endpoint=local.server.graphql_url, aiware__token=SECRET)
    result = aiware("-s", "prod", *words(command))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "authentication_error" in result.stderr
    assert SECRET not in result.output
