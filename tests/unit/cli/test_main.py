"""The command itself: whose settings it takes, and how errors end."""

from __future__ import annotations

import json
import stat
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from aiware_local import launcher
from tests.unit.cli.conftest import Aiware

SECRET = "sekrit-token-of-the-stack"


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    return FakePulumi(tmp_path / "bin", monkeypatch)


class FakePulumi:
    """A `pulumi` on PATH, which notes its arguments and answers what it is told to."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._program = folder / "pulumi"
        self._arguments = folder / "arguments.json"
        folder.mkdir()
        monkeypatch.setenv("PATH", str(folder))

    def answers(self, text: str, error: str = "", code: int = 0) -> None:
        self._program.write_text(
            f"#!{sys.executable}\n"
            "import json, pathlib, sys\n"
            f"pathlib.Path({str(self._arguments)!r}).write_text(json.dumps(sys.argv[1:]))\n"
            f"print({text!r}); print({error!r}, file=sys.stderr); sys.exit({code})\n"
        )
        self._program.chmod(stat.S_IRWXU)

    def has_config(self, **config: Any) -> None:
        """Makes it answer with a stack's configuration; ``aiware__token`` for ``aiware:token``."""
        entries = {key.replace("__", ":"): {"value": value, "secret": value == SECRET} for key, value in config.items()}
        self.answers(json.dumps({**entries, "aiware-pipelines:recordings": {"objectValue": [], "secret": False}}))

    @property
    def arguments(self) -> list[str]:
        found: list[str] = json.loads(self._arguments.read_text())
        return found


def test_a_stacks_settings_are_those_of_pulumi(aiware: Aiware, data: Path, pulumi: FakePulumi) -> None:
    server = launcher.ensure_running(data=data)
    pulumi.has_config(aiware__endpoint=server.graphql_url, aiware__token=SECRET)
    result = aiware("-s", "prod", "jobs", "show", "1")
    assert pulumi.arguments == ["config", "--stack", "prod", "--json", "--show-secrets", "--non-interactive"]
    assert result.exit_code == 1
    assert "authentication_error" in result.output
    assert SECRET not in result.output

    pulumi.has_config(aiware__endpoint=server.graphql_url, aiware__token=server.token)
    assert "not_found" in aiware("--stack", "prod", "jobs", "show", "1").output


def test_without_a_stack_pulumi_is_not_asked(aiware: Aiware, pulumi: FakePulumi) -> None:
    pulumi.answers("", code=1)
    assert "not_found" in aiware("jobs", "show", "1").output


def test_settings_that_cannot_be_used_end_with_3(
    aiware: Aiware, pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi.has_config(aiware__endpoint="https://aiware.example/v3/graphql")
    result = aiware("-s", "prod", "jobs", "show", "1")
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: The aiWARE settings cannot be used: No aiWARE token is set.")
    monkeypatch.setenv("AIWARE_API", "edge")
    assert aiware("jobs", "logs", "1").exit_code == 3


def test_a_stack_that_cannot_be_read_ends_with_3(aiware: Aiware, pulumi: FakePulumi) -> None:
    missing = aiware("-s", "prod", "jobs", "show", "1")
    assert missing.exit_code == 3
    assert 'There is no `pulumi` on PATH to read the stack with. Run: eval "$(make -s env)"' in missing.stderr

    pulumi.answers("", error="error: no stack named 'prod' found", code=255)
    unknown = aiware("-s", "prod", "jobs", "show", "1")
    assert unknown.exit_code == 3
    assert unknown.stderr == (
        "Error: The stack prod cannot be read: error: no stack named 'prod' found `pulumi stack ls` lists the stacks.\n"
    )


@pytest.mark.parametrize("arguments", [["jobs", "show"], ["jobs", "lose", "1"], ["--stock", "prod", "jobs"], ["-s"]])
def test_wrong_usage_ends_with_2(aiware: Aiware, arguments: list[str]) -> None:
    result = aiware(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["jobs", "--help"], ["local", "--help"], ["jobs", "show", "--help"]])
def test_help_starts_nothing(aiware: Aiware, data: Path, arguments: list[str]) -> None:
    result = aiware(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert not data.exists()


def test_it_tells_its_version(aiware: Aiware) -> None:
    assert aiware("--version").output.split()[-1] == version("aiware-pipelines")
