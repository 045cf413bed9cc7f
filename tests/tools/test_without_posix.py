"""The scripts on a Python that has nothing that POSIX alone has, with a virtual environment as Windows lays it out."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.no_posix import NO_POSIX

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.tools.conftest import Project

    Run = Callable[..., subprocess.CompletedProcess[str]]

LAYOUT = f"""
import runpy, sysconfig

sysconfig._INSTALL_SCHEMES["venv"] = sysconfig._INSTALL_SCHEMES["nt_venv"]
runpy.run_path({str(NO_POSIX / "sitecustomize.py")!r})
"""
SCRIPTS = Path(".venv", "Scripts")
# Stands for the environment's Python: keeps a record of what it is asked for.
PYTHON = """
import json, pathlib, sys
with (pathlib.Path(__file__).parent / "calls").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + chr(10))
"""


LOCKS = ("requirements-dev.txt", "requirements-speech.txt", "pyproject.toml")


@pytest.fixture
def run(project: Project, tmp_path: Path) -> Run:
    layout = tmp_path / "layout"
    layout.mkdir()
    (layout / "sitecustomize.py").write_text(LAYOUT, encoding="utf-8")
    needed = {"PYTHONPATH": str(layout), "XDG_RUNTIME_DIR": str(tmp_path)}
    return lambda script, *arguments: project.run(script, *arguments, **needed)


def test_setup_installs_the_lock_and_makes_a_place_for_state(
    project: Project, run: Run, installed_pulumi: Path
) -> None:
    assert installed_pulumi.exists()
    for name in LOCKS:
        project.file(name, "")
    project.program("python", PYTHON, project.folder / SCRIPTS)
    first = run("setup.py")
    assert first.returncode == 0, first.stderr
    calls = (project.folder / SCRIPTS / "calls").read_text(encoding="utf-8")
    assert '"--require-hashes", "-r", "requirements-dev.txt"' in calls
    assert '"--editable", "."' in calls
    assert (project.folder / ".passphrase").exists()
    assert (project.folder / ".pulumi-state").is_dir()
    again = run("setup.py")
    assert (again.returncode, again.stderr) == (0, "")


def test_setup_goes_on_where_what_recognizes_speech_cannot_be_installed(project: Project, run: Run) -> None:
    for name in LOCKS:
        project.file(name, "")
    project.program("python", f"{PYTHON}sys.exit('requirements-speech.txt' in sys.argv)\n", project.folder / SCRIPTS)
    result = run("setup.py", "--without-pulumi")
    assert result.returncode == 0
    assert "the local aiWARE simulates speech" in result.stderr
    assert '"--editable", "."' in (project.folder / SCRIPTS / "calls").read_text(encoding="utf-8")


def test_setup_makes_an_environment_where_there_is_none(project: Project, run: Run) -> None:
    for name in LOCKS:
        project.file(name, "")
    result = run("setup.py", "--without-pulumi")
    assert "Python: creating" in result.stderr
    assert (project.folder / ".venv" / "pyvenv.cfg").exists()


def test_where_no_pulumi_is_installed_it_is_to_be_installed(project: Project, run: Run) -> None:
    project.program("go", "")
    result = run("pulumi-cli/build.py")
    assert result.returncode == 1
    assert "none is installed. Install it: https://www.pulumi.com/docs/install/" in result.stderr


def test_a_command_runs_with_the_programs_of_the_environment(
    project: Project, run: Run, installed_pulumi: Path
) -> None:
    assert installed_pulumi.exists()
    code = "import os, sys; print(os.environ['PATH'], os.environ['PULUMI_BACKEND_URL'], sys.argv[1:]); sys.exit(7)"
    result = run("environment.py", "--", sys.executable, "-c", code, "a b")
    assert result.returncode == 7, result.stderr
    assert result.stdout.startswith(f"{project.folder / SCRIPTS}{os.pathsep}")
    assert result.stdout.endswith("['a b']\n")


def test_clean_stops_the_local_aiware_and_removes_what_was_made(project: Project, run: Run, tmp_path: Path) -> None:
    record = tmp_path / "record"
    stop = f"import pathlib, sys; pathlib.Path({str(record)!r}).write_text(str(sys.argv[1:]))"
    project.program("aiware", stop, project.folder / SCRIPTS)
    project.file(".set-up.lock", "")
    result = run("clean.py")
    assert result.returncode == 0, result.stderr
    assert record.read_text(encoding="utf-8") == "['local', 'stop']"
    assert [path.name for path in project.folder.iterdir()] == ["tools"]
