"""`aiware doctor` on what a machine has beside the project: environment variables, locks, and processes left behind."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aiware_resources.cli.diagnosis.variables import beside_the_stack
from tests.integration.cli.machine import MANIFEST, REFRESH, SECRET, Machine, findings
from tests.support.command import Aiware

PASSPHRASE = "sekrit-passphrase"
SALTED = "encryptionsalt: v1:abc:v1:def\nconfig:\n  aiware:endpoint: local\n"


@pytest.mark.parametrize(
    ("backend", "variable", "warned"),
    [
        (None, "file:///elsewhere", False),
        ("file:///state", None, False),
        ("file:///state", "file:///state/?metadata=skip", False),
        ("file://state", "file://{project}/state", False),
        ("s3://bucket/", "s3://bucket?region=eu", False),
        ("file:///state", "file:///elsewhere", True),
        ("https://api.pulumi.com", f"postgres://me:{PASSPHRASE}@db/pulumi", True),
    ],
)
def test_another_backend_than_the_project_names(
    aiware: Aiware, machine: Machine, backend: str | None, variable: str | None, warned: bool
) -> None:
    named = f"backend: {{url: '{backend}'}}\n" if backend else ""
    (machine.project / "Pulumi.yaml").write_text(MANIFEST + REFRESH + named)
    if variable is not None:
        machine.env(PULUMI_BACKEND_URL=variable.format(project=machine.project))
    result = aiware("doctor")
    assert ("PULUMI_BACKEND_URL goes before the backend that Pulumi.yaml names" in result.output) == warned
    assert ("If the project's is meant: unset PULUMI_BACKEND_URL" in result.output) == warned
    assert PASSPHRASE not in result.output


@pytest.mark.parametrize(
    ("stack", "variables", "seen"),
    [
        (SALTED, {}, "PULUMI_CONFIG_PASSPHRASE is not set: Pulumi asks for the passphrase of prod, and fails"),
        (
            SALTED,
            {"PULUMI_CONFIG_PASSPHRASE_FILE": "missing"},
            "PASSPHRASE_FILE names a file that is missing",
        ),
        (SALTED, {"PULUMI_CONFIG_PASSPHRASE_FILE": "requirements.txt"}, None),
        (SALTED, {"PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}, None),
        (SALTED, {"PULUMI_CONFIG_PASSPHRASE": ""}, None),
        ("config: [", {}, None),
        ("config:\n  aiware:endpoint: local\n", {}, None),
    ],
    ids=["none", "file that is missing", "file", "passphrase", "empty passphrase", "not YAML", "stack without secrets"],
)
def test_a_passphrase_that_is_missing(
    aiware: Aiware, machine: Machine, stack: str, variables: dict[str, str], seen: str | None
) -> None:
    machine.stack(stack)
    machine.env(**variables)
    _, found = findings(aiware)
    assert ("environment" in found) == (seen is not None)
    if seen is not None:
        assert found["environment"]["status"] == "warn"
        assert seen in found["environment"]["seen"]
        assert found["environment"]["remedy"].startswith("Set PULUMI_CONFIG_PASSPHRASE, or")


@pytest.mark.parametrize(("secret", "warned"), [("", True), ("  aiware:token:\n    secure: v1:abc\n", False)])
def test_a_stack_without_secrets_needs_a_passphrase_too(
    aiware: Aiware, machine: Machine, secret: str, warned: bool
) -> None:
    machine.stack(f"config:\n  aiware:endpoint: local\n{secret}encryptionsalt: v1:abc\n")
    _, found = findings(aiware, "-s", "prod")
    # Whether secrets can be decrypted is another check, by doing so.
    assert ("environment" in found and "passphrase of prod" in found["environment"]["seen"]) == warned


CLOUD, OTHER = "https://aiware.test/v3/graphql", "https://other.test/v3/graphql"


@pytest.mark.parametrize(
    ("config", "variables", "expected"),
    [
        ({"endpoint": "local"}, {}, []),
        ({"endpoint": "local"}, {"AIWARE_TOKEN": SECRET, "AIWARE_ENDPOINT": "local"}, []),
        ({"endpoint": "local", "wait": "true"}, {"AIWARE_WAIT": "true", "AIWARE_LOCAL_PORT": ""}, []),
        (
            {"endpoint": "local"},
            {"AIWARE_ENDPOINT": CLOUD, "AIWARE_TOKEN": SECRET},
            [("warn", "prod goes before the environment, which has other values: AIWARE_ENDPOINT", "config rm KEY")],
        ),
        (
            {"endpoint": CLOUD, "token": SECRET},
            {"AIWARE_TOKEN": f"{SECRET}-else", "AIWARE_PASSWORD": SECRET, "AIWARE_ENDPOINT": CLOUD},
            [("warn", "has other values: AIWARE_PASSWORD, AIWARE_TOKEN", "Unset what is not for this stack")],
        ),
        (
            {"endpoint": CLOUD},
            {"AIWARE_TOKEN": SECRET, "AIWARE_MAX_RETRIES": "0"},
            [("ok", "the stack prod is completed by AIWARE_MAX_RETRIES, AIWARE_TOKEN", None)],
        ),
        (
            {"endpoint": CLOUD},
            {"AIWARE_TOKEN": SECRET, "AIWARE_ENDPOINT": OTHER},
            [
                ("warn", "has other values: AIWARE_ENDPOINT", "Unset"),
                ("warn", "AIWARE_TOKEN may be for the aiWARE of AIWARE_ENDPOINT", "aiware -s prod whoami"),
                ("ok", "is completed by AIWARE_TOKEN", None),
            ],
        ),
        (
            {"wait": "true"},
            {"AIWARE_ENDPOINT": "local"},
            [("warn", "AIWARE_ENDPOINT decides which aiWARE the stack prod is for", "aiware:endpoint ADDRESS --stack")],
        ),
    ],
    ids=[
        *("nothing", "the same, and credentials that the local aiWARE does not take", "the same"),
        *("another endpoint", "credentials that do not count", "completed", "a token for another aiWARE", "endpoint"),
    ],
)
def test_variables_beside_a_stack(
    machine: Machine,
    config: dict[str, str],
    variables: dict[str, str],
    expected: list[tuple[str, str, str | None]],
) -> None:
    machine.env(**variables)
    found = list(beside_the_stack("prod", {f"aiware:{key}": value for key, value in config.items()}))
    assert [each.status for each in found] == [status for status, _, _ in expected]
    for each, (_, seen, remedy) in zip(found, expected, strict=True):
        assert seen in each.seen
        assert (remedy or "") in (each.remedy or "")
        assert (remedy is None) == (each.remedy is None)
        assert SECRET not in f"{each}"


def test_variables_are_looked_at_with_the_stack(aiware: Aiware, machine: Machine) -> None:
    machine.env(AIWARE_WAIT="false")
    assert "which has other values: AIWARE_WAIT" in findings(aiware, "-s", "prod")[1]["environment"]["seen"]


@pytest.mark.parametrize(
    ("change", "status", "seen", "remedy"),
    [
        ({}, "ok", "a run works on the stack prod: process ", None),
        (
            {"pid": None},
            "fail",
            "the stack prod is locked by a run that has ended: process ",
            "pulumi cancel --stack prod",
        ),
        (
            {"timestamp": "2001-02-03T04:05:06.123456789+01:00"},
            *("fail", "has ended: process {pid} of somebody on {host}, since 2001-02-03 03:05 UTC"),
            "pulumi cancel --stack prod",
        ),
        (
            {"hostname": "elsewhere"},
            *(
                "warn",
                "the stack prod is locked from another machine: process ",
                "sure that it has ended: pulumi cancel",
            ),
        ),
        (None, "fail", "the stack prod is locked, and ", "pulumi cancel --stack prod"),
    ],
    ids=["held", "process that has ended", "another process with the number", "another machine", "half-written"],
)
def test_locks_of_a_stack(
    aiware: Aiware,
    machine: Machine,
    tmp_path: Path,
    change: dict[str, Any] | None,
    status: str,
    seen: str,
    remedy: str | None,
) -> None:
    host = socket.gethostname()
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}123Z"
    lock = {"pid": os.getpid(), "username": "somebody", "hostname": host, "timestamp": now} | (change or {})
    if lock["pid"] is None:
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        lock["pid"] = ended.pid
    for project in ("mine", "another"):
        file = tmp_path / "states" / ".pulumi" / "locks" / "organization" / project / "prod" / "1-2-3.json"
        file.parent.mkdir(parents=True)
        file.write_text("" if change is None else json.dumps(lock))
    machine.pulumi(whoami={"user": "somebody", "url": (tmp_path / "states").as_uri()})
    result = json.loads(aiware("doctor", "--json").stdout)
    (found,) = (each for each in result["findings"] if each["check"] == "lock")
    assert found["status"] == status
    assert seen.format(pid=os.getpid(), host=host) in found["seen"]
    assert (remedy is None) == (found["remedy"] is None)
    assert (remedy or "") in (found["remedy"] or "")


def test_processes_that_a_killed_engine_has_left_behind(aiware: Aiware, machine: Machine, tmp_path: Path) -> None:
    host = machine.program("pulumi-language-python", "import time; print(flush=True); time.sleep(600)")
    with socket.create_server(("127.0.0.1", 0)) as engine:
        command = [sys.executable, str(host), "127.0.0.1:{1}".format(*engine.getsockname())]
        here, elsewhere = (
            subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) for folder in (machine.project, tmp_path)
        )
        with here, elsewhere:
            try:
                for each in (here, elsewhere):
                    assert each.stdout is not None
                    each.stdout.readline()
                assert findings(aiware)[1]["processes"]["status"] == "ok"
                engine.close()
                found = findings(aiware)[1]["processes"]
            finally:
                here.kill()
                elsewhere.kill()
    assert (found["status"], found["seen"]) == ("warn", "a killed engine has left behind: 1 language host")
    assert found["remedy"] == f"End what is left: kill -9 {here.pid}"


# --- when Pulumi writes the state ------------------------------------------------------------------------------------

OTHERS = [
    {"urn": "urn:1", "type": "pulumi:pulumi:Stack"},
    {"urn": "urn:2", "type": "pulumi:providers:pulumi-python", "custom": True},
    {"urn": "urn:3", "type": "pulumi-python:dynamic/aiware:Job", "custom": True},
    {"urn": "urn:4", "type": "aws:s3/bucket:Bucket", "custom": True},
    {"urn": "urn:5", "type": "studio:index:Recording"},
]


@pytest.mark.parametrize(
    ("skips", "markers", "resources", "status", "seen"),
    [
        ("", "true", OTHERS, "ok", "Pulumi writes the state after every step"),
        ("false", "false", OTHERS, "ok", "Pulumi writes the state after every step"),
        ("true", "true", OTHERS[:3], "ok", "after a killed run, run `pulumi up` before you change the program"),
        ("1", "true", OTHERS, "warn", "the stack holds resources of aws: a killed run may make them a second time"),
        ("true", "false", [], "warn", "markers are off: the next run creates again what a killed run created"),
    ],
)
def test_when_the_state_is_written(
    aiware: Aiware, machine: Machine, skips: str, markers: str, resources: list[Any], status: str, seen: str
) -> None:
    machine.pulumi(stack={"deployment": {"resources": resources}})
    machine.pulumi(config={"aiware:endpoint": {"value": "local"}, "aiware:markers": {"value": markers}})
    machine.env(PULUMI_SKIP_CHECKPOINTS=skips)
    found = findings(aiware, "-s", "prod")[1]["checkpoints"]
    assert (found["status"], seen in found["seen"]) == (status, True)
    assert (found["remedy"] == "PULUMI_SKIP_CHECKPOINTS=false") == (status == "warn")
