"""`aiware validate`: the jobs of programs, which are run without aiWARE."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import forks, offline

Shell = Callable[..., forks.Ran]

HELPER = """from aiware_resources import Job


def declare(name):
    Job(name, target_id="1", tasks=[{"engine_id": "e", "payload": {}}], routes=[{"options": {}}])
"""
PROGRAM = """import pulumi
from helper import declare
from aiware_resources import Job, JobFleet, JobTemplate, SingleEngineJob, TemporalDataObject, engines
from aiware_resources import media_value, pipelines

print("noise")
config = pulumi.Config()
tdo = TemporalDataObject("tdo", start_date_time=1, stop_date_time=2)
secret = {"key": config.get_secret("key") or pulumi.Output.secret("x"), "tdo": tdo.id}
Job("good", target_id=tdo.id, tasks=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "payload": secret}])
declare("wrong")
SingleEngineJob(
    "single",
    engine_id="e",
)
JobFleet(
    "fleet",
    media={"a": {"url": "https://media.test/a.mp4"}},
    template=JobTemplate(target={}, dag=pipelines.transcription(media_value("url"))),
)
if config.get_bool("more"):
    Job("more", target_id="1", tasks=[])
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A project with a program."""
    folder = tmp_path / "programs" / "project"
    folder.mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: mine\nruntime: python\n")
    (folder / "Pulumi.big.yaml").write_text("config:\n  mine:more: true\n")
    (folder / "helper.py").write_text(HELPER)
    (folder / "__main__.py").write_text(PROGRAM)
    return folder


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs the command in a process of its own, on a machine whose network is down."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AIWARE_", "PULUMI_"))}

    def run(*arguments: str) -> forks.Ran:
        ran = forks.run(offline.aiware, arguments, tmp_path, environment)
        assert "Traceback" not in ran.errors, ran.errors
        assert "the network was used" not in ran.errors
        return ran

    return run


def test_the_jobs_of_a_program(shell: Shell, program: Path) -> None:
    ran = shell("validate", str(program))
    missing = "is missing: give the URL of a new file, or an existing TDO in targetId"
    lines = ran.output.splitlines()
    assert lines[0] == f"{program}/__main__.py:12:1: single.uploadUrl: {missing}"
    assert [line.rpartition(": ")[0] for line in lines[1:]] == [
        f"{program}/helper.py:5:5: wrong.routes[0].{end}IoFolderReferenceId" for end in ("parent", "child")
    ]
    assert ran.errors == f"noise\n{program}: 3 problems in 4 jobs.\n"
    assert ran.code == 1


def test_the_stack_gives_the_configuration(shell: Shell, program: Path) -> None:
    found = json.loads(shell("-s", "big", "validate", str(program / "__main__.py"), "--json").output)
    assert found["files"][0]["names"] == ["fleet", "good", "more", "single", "wrong"]
    assert "more.tasks" in [problem["path"] for problem in found["problems"]]
    none = shell("validate", "-s", "none", str(program))
    assert (none.code, "There is no stack none" in none.errors) == (3, True)


def test_programs_of_a_folder_do_not_share_modules(shell: Shell, program: Path) -> None:
    other = program.parent / "other"
    other.mkdir()
    (other / "__main__.py").write_text("from helper import OTHER\nx = OTHER +\n")
    (other / "helper.py").write_text("OTHER = 1\n")
    alone = program.parent / "alone.py"
    alone.write_text("from aiware_resources import Job\nJob('alone', target_id='1', tasks=[{'engine_id': 'e'}])\n")
    # Only what declares jobs by itself is run.
    (program.parent / "driver.py").write_text("from aiware_resources import Job\nraise SystemExit(3)\n")
    ran = shell("validate", "programs")
    assert "programs/alone.py: 1 job, nothing wrong: alone.\n" in ran.output
    assert "programs/other/__main__.py:2: SyntaxError: invalid syntax. It ran without aiWARE" in ran.output
    assert "programs/project: 3 problems in 4 jobs." in ran.errors
    (other / "__main__.py").write_text("from helper import OTHER\nprint(OTHER)\n")
    assert "programs/other: the program declares no job.\n" in shell("validate", "programs").output


def test_the_jobs_of_edge_are_checked_as_edge_does(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: mine\nruntime: python\nconfig:\n  aiware:api: {value: edge}\n")
    (tmp_path / "__main__.py").write_text(
        "from aiware_resources import Job\nJob('a', target={}, tasks=[{'engine_id': 'e'}])\n"
    )
    assert ":2:1: a.target: is of no use with aiWARE Edge" in shell("validate", ".").output


def test_a_program_is_where_its_manifest_says(shell: Shell, program: Path) -> None:
    inner = program / "infra"
    inner.mkdir()
    for name in ("__main__.py", "helper.py"):
        (program / name).rename(inner / name)
    (program / "Pulumi.yaml").write_text("name: mine\nruntime: python\nmain: infra/\n")
    found = json.loads(shell("-s", "big", "validate", str(program), "--json").output)
    assert "more" in found["files"][0]["names"]
    assert found["problems"][0]["file"] == str(inner / "__main__.py")


def test_a_project_in_another_language_is_no_program(shell: Shell, program: Path) -> None:
    other = program.parent / "other"
    other.mkdir()
    (other / "Pulumi.yaml").write_text("name: other\nruntime: nodejs\n")
    (other / "job.json").write_text('{"targetId": "1", "tasks": [{"engineId": "e"}]}')
    ran = shell("validate", str(program.parent))
    assert f"{other}/job.json: 1 job, nothing wrong.\n" in ran.output


@pytest.mark.parametrize(
    "imported",
    ["from pulumi import automation as auto", "import pulumi.automation as auto", "import pulumi.automation"],
)
def test_a_program_that_runs_stacks_itself_does_not(shell: Shell, tmp_path: Path, imported: str) -> None:
    used = imported.rpartition(" ")[2]
    (tmp_path / "a.py").write_text(f"{imported}\n\n{used}.create_or_select_stack('x')\n")
    ran = shell("validate", "a.py")
    assert ran.output.startswith(
        "a.py:3: RuntimeError: it runs stacks itself, by Pulumi's Automation API, which is not"
    )
