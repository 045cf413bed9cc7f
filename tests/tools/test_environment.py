"""The environment of the project's commands: true to the stack, and safe to evaluate in a shell."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.tools.conftest import Project

NAMES = (
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_HOME",
    "PULUMI_SKIP_CHECKPOINTS",
)
SHOW_NAMES = "\n".join(f'printf "%s\\n" "{name}=${{{name}-(unset)}}"' for name in NAMES)


def backend(project: Project) -> str:
    """The backend in the project's folder."""
    return f"{(project.folder / '.pulumi-state').as_uri()}?metadata=skip"


def evaluated(project: Project, stack: str, **environ: str) -> dict[str, str]:
    """What the variables are in a shell that has evaluated the script's output."""
    code = project.run("environment.py", "--stack", stack, **environ)
    assert code.returncode == 0, code.stderr
    before = {"PATH": os.defpath, **environ}
    return dict(line.split("=", 1) for line in project.evaluate(code.stdout, before, SHOW_NAMES).splitlines())


def test_local_stack_keeps_state_and_passphrase_in_the_project(project: Project) -> None:
    result = evaluated(project, "local", PULUMI_BACKEND_URL="s3://team", PULUMI_CONFIG_PASSPHRASE="the team's")
    assert result["PULUMI_BACKEND_URL"] == backend(project)
    assert result["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(project.folder / ".passphrase")
    assert result["PULUMI_CONFIG_PASSPHRASE"] == "(unset)"


@pytest.mark.parametrize("passphrase", ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
def test_another_stack_keeps_the_backend_and_passphrase_of_the_user(project: Project, passphrase: str) -> None:
    theirs = {"PULUMI_BACKEND_URL": "s3://team?region=eu", passphrase: 'it\'s "theirs"'}
    result = evaluated(project, "prod", **theirs)
    assert {name: result[name] for name in theirs} == theirs
    other = {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} - {passphrase}
    assert result[other.pop()] == "(unset)"


def test_the_state_is_written_once_a_run_unless_the_user_says_otherwise(project: Project) -> None:
    assert evaluated(project, "local")["PULUMI_SKIP_CHECKPOINTS"] == "true"
    assert evaluated(project, "prod", PULUMI_SKIP_CHECKPOINTS="false")["PULUMI_SKIP_CHECKPOINTS"] == "false"


def test_the_state_is_written_after_every_step_where_there_are_no_markers(project: Project) -> None:
    (project.folder / "stacks").mkdir(exist_ok=True)
    (project.folder / "stacks" / "Pulumi.bare.yaml").write_text('config:\n  aiware:markers: "false"\n')
    assert evaluated(project, "acme/bare")["PULUMI_SKIP_CHECKPOINTS"] == "false"
    assert evaluated(project, "local", AIWARE_MARKERS="False")["PULUMI_SKIP_CHECKPOINTS"] == "false"
    # As a shell has it after `eval "$(make -s env)"` for another stack.
    assert evaluated(project, "bare", PULUMI_SKIP_CHECKPOINTS="true")["PULUMI_SKIP_CHECKPOINTS"] == "false"


def test_another_stack_without_a_backend_uses_the_local_one(project: Project) -> None:
    assert evaluated(project, "dev") == evaluated(project, "local")


def test_installed_cli_keeps_its_own_home(project: Project, installed_pulumi: Path) -> None:
    assert installed_pulumi.exists()
    assert evaluated(project, "local")["PULUMI_HOME"] == "(unset)"


def test_built_cli_has_a_home_in_the_project_unless_the_user_names_one(project: Project) -> None:
    assert evaluated(project, "local")["PULUMI_HOME"] == str(project.folder / ".pulumi-cli" / "home")
    assert evaluated(project, "local", PULUMI_HOME="/their/home")["PULUMI_HOME"] == "/their/home"


def test_programs_of_the_project_come_first_and_once(project: Project) -> None:
    first = project.run("environment.py").stdout
    path = project.evaluate(first, {"PATH": str(project.programs)}, 'printf %s "$PATH"')
    ours = [str(project.folder / ".venv" / "bin"), str(project.folder / ".pulumi-cli" / "bin")]
    assert path.split(os.pathsep) == [*ours, str(project.programs)]
    assert project.run("environment.py", PATH=path).stdout == first


def test_note_on_a_backend_that_is_left_goes_to_stderr(project: Project) -> None:
    result = project.run("environment.py", PULUMI_BACKEND_URL="s3://team")
    assert "PULUMI_BACKEND_URL was set" in result.stderr
    assert all(line.startswith(("export ", "unset ")) for line in result.stdout.splitlines())


def test_command_runs_in_the_environment_with_its_arguments_and_exit_code(project: Project) -> None:
    code = "import os, sys; print(os.environ['PULUMI_BACKEND_URL'], sys.argv[1:]); sys.exit(7)"
    result = project.run("environment.py", "--stack", "local", "--", sys.executable, "-c", code, "--yes", "a b")
    assert result.stdout == f"{backend(project)} ['--yes', 'a b']\n"
    assert result.returncode == 7


def test_unknown_command_says_how_to_get_it(project: Project) -> None:
    result = project.run("environment.py", "--", "no-such-program")
    assert result.returncode == 127
    assert result.stderr.startswith("There is no `no-such-program` on PATH. `make setup`, or `python tools/setup.py`")


def test_powershell_gets_code_of_its_own(project: Project) -> None:
    result = project.run("environment.py", "--shell", "powershell", PULUMI_CONFIG_PASSPHRASE="secret")
    lines = result.stdout.splitlines()
    assert "Remove-Item Env:PULUMI_CONFIG_PASSPHRASE -ErrorAction Ignore" in lines
    # The folder of the project has an apostrophe in its name, and a dollar sign.
    quoted = str(project.folder / ".passphrase").replace("'", "''")
    assert f"$env:PULUMI_CONFIG_PASSPHRASE_FILE = '{quoted}'" in lines
    assert all(line.startswith(("$env:", "Remove-Item Env:")) for line in lines)
