"""The command itself: whose settings it takes, how much it says, and how errors end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from aiware_resources.cli.pulumi_command import LOG_IN
from tests.integration.cli.pulumi import SECRET, FakePulumi
from tests.support.command import Aiware
from tests.support.local import Local


def test_a_stacks_settings_are_those_of_pulumi(aiware: Aiware, local: Local, pulumi: FakePulumi) -> None:
    pulumi.has_config(aiware__endpoint=local.server.graphql_url, aiware__token=SECRET)
    result = aiware("-s", "prod", "jobs", "show", "1")
    assert pulumi.calls == [
        ["config", "--json", "--show-secrets", "--stack", "prod", "--non-interactive", "--color=never"]
    ]
    assert result.exit_code == 1
    assert "authentication_error" in result.output
    assert SECRET not in result.output

    pulumi.has_config(aiware__endpoint=local.server.graphql_url, aiware__token=local.token)
    assert "not_found" in aiware("--stack", "prod", "jobs", "show", "1").output
    # Many look for it after the command.
    assert "not_found" in aiware("jobs", "show", "1", "-s", "prod").output
    assert "not_found" in aiware("-s", "dev", "jobs", "show", "1", "-s", "prod").output
    assert pulumi.calls[1:] == pulumi.calls[:1] * 3


def test_without_a_stack_pulumi_is_not_asked(aiware: Aiware, local: Local, pulumi: FakePulumi) -> None:
    pulumi.refuses("error: nobody asked")
    assert "not_found" in aiware("jobs", "show", "1").output


def test_settings_that_cannot_be_used_end_with_3(
    aiware: Aiware, pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi.has_config(aiware__endpoint="https://aiware.example/v3/graphql")
    result = aiware("-s", "prod", "jobs", "show", "1")
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: The aiWARE settings cannot be used: No aiWARE token is set.")
    monkeypatch.setenv("AIWARE_JOB_TIMEOUT", "long")
    assert aiware("jobs", "logs", "1").exit_code == 3


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "error: no stack named 'prod' found",
            "no stack named 'prod' found. `pulumi stack ls` lists the stacks.\n",
        ),
        (
            "error: incorrect passphrase",
            "incorrect passphrase. Set PULUMI_CONFIG_PASSPHRASE to the passphrase of its secrets, or "
            "PULUMI_CONFIG_PASSPHRASE_FILE to the name of a file that holds it. In a clone of the library, run: "
            'eval "$(make -s env)"\n',
        ),
        (
            "error: no Pulumi.yaml project file found",
            "no Pulumi.yaml project file found. Run this in the folder of the Pulumi project.\n",
        ),
        (
            "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
            "PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions. `pulumi login`, or set "
            'PULUMI_BACKEND_URL, or PULUMI_ACCESS_TOKEN. In a clone of the library: eval "$(make -s env)"\n',
        ),
    ],
)
def test_a_stack_that_cannot_be_read_ends_with_3(aiware: Aiware, pulumi: FakePulumi, said: str, told: str) -> None:
    pulumi.refuses(said)
    unknown = aiware("-s", "prod", "jobs", "show", "1")
    assert unknown.exit_code == 3
    assert unknown.stderr == f"Error: The stack prod cannot be read: {told}"


@pytest.mark.parametrize("command", ["preview", "drift"])
def test_where_pulumi_has_no_backend_the_remedy_is_a_login(aiware: Aiware, pulumi: FakePulumi, command: str) -> None:
    pulumi.refuses("error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions")
    refused = aiware(command)
    assert refused.exit_code == 3
    assert refused.stderr.endswith(f" non-interactive CLI sessions. {LOG_IN}\n")


def test_a_machine_without_pulumi_ends_with_3(aiware: Aiware, pulumi: FakePulumi) -> None:
    missing = aiware("-s", "prod", "jobs", "show", "1")
    assert missing.exit_code == 3
    told = "There is no `pulumi` on PATH to ask about the stack. Install Pulumi: https://www.pulumi.com/docs/install/."
    assert told in missing.stderr


@pytest.mark.parametrize("arguments", [["jobs", "show"], ["jobs", "lose", "1"], ["--stock", "prod", "jobs"], ["-s"]])
def test_wrong_usage_ends_with_2(aiware: Aiware, arguments: list[str]) -> None:
    result = aiware(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    as_json = aiware(*arguments, "--json")
    assert as_json.exit_code == 2


def test_a_misspelled_command_is_told_its_name(aiware: Aiware) -> None:
    assert "Did you mean 'show'?" in aiware("jobs", "shw", "1").stderr


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("jobs", "show"), {"kind": "WrongUsage", "message": "Missing argument 'JOB'.", "exitCode": 2}),
        (("--stock", "jobs"), {"kind": "WrongUsage", "message": "No such option '--stock'. Did you mean '--stack'?"}),
        (("jobs", "show", "1"), {"kind": "NotFound", "operation": "job", "name": "not_found", "objectId": "1"}),
        (("-s", "prod", "whoami"), {"kind": "ConfigurationError", "exitCode": 3}),
    ],
)
def test_with_json_errors_are_json(
    aiware: Aiware, local: Local, pulumi: FakePulumi, arguments: tuple[str, ...], error: dict[str, object]
) -> None:
    result = aiware(*arguments, "--json")
    assert result.stdout == ""
    found = json.loads(result.stderr)["error"]
    assert found.items() >= error.items()
    assert (result.exit_code, bool(found["message"])) == (found["exitCode"], True)


def test_a_file_that_cannot_be_written_is_no_traceback(aiware: Aiware, tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text('{"tasks": []}')
    result = aiware("dag", str(tmp_path / "job.json"), "-o", str(tmp_path / "none" / "graph.mmd"))
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: {tmp_path}/none/graph.mmd cannot be used: No such file or directory. "
        "Check the path and its permissions.\n"
    )


def test_how_much_it_says(aiware: Aiware, local: Local) -> None:
    assert aiware("jobs", "list").stderr == ""
    told = f"aiWARE is at {local.server.graphql_url}, as the environment says.\n"
    assert aiware("-v", "jobs", "list").stderr == told
    loud = aiware("-vv", "jobs", "list").stderr
    assert told in loud
    assert f"HTTP Request: POST {local.server.graphql_url}" in loud
    assert local.token not in loud
    # What one command asks for is not said by the next.
    assert aiware("jobs", "list").stderr == ""
    assert aiware("-v", "-q", "jobs", "list").exit_code == 2


def test_retries_are_told_to_those_who_want_to_know(aiware: Aiware, local: Local) -> None:
    local.fault({"status": 502}, operation="jobs")
    assert "jobs: failing; again in " in aiware("-vv", "jobs", "list").stderr


def test_a_pipe_that_is_closed_is_no_traceback(aiware: Aiware, local: Local) -> None:
    program = [sys.executable, "-c", "from aiware_resources.cli import main; main()", "engines", "list", "--json"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read().decode()
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [["--help"], ["jobs", "--help"], ["local", "-h"], ["jobs", "show", "--help"]])
def test_help_starts_nothing(aiware: Aiware, data: Path, arguments: list[str]) -> None:
    result = aiware(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert not data.exists()


def test_it_tells_its_version(aiware: Aiware) -> None:
    assert aiware("--version").output.split()[-1] == version("aiware-pipelines")
