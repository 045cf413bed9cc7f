"""The set-up of the project folder: what it makes for state and secrets, and that one runs at a time."""

from __future__ import annotations

import importlib.util
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.tools.conftest import Project


@pytest.fixture
def setup(project: Project) -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_under_test", project.folder / "tools" / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_passphrase_is_private_random_and_made_once(project: Project, setup: ModuleType) -> None:
    setup.set_up_state()
    file = project.folder / ".passphrase"
    made = file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(made.strip()) >= 32
    setup.set_up_state()
    assert file.read_text(encoding="utf-8") == made
    file.unlink()
    setup.set_up_state()
    assert file.read_text(encoding="utf-8") != made
    assert (project.folder / ".pulumi-state").is_dir()


def test_no_salt_of_somebody_elses_passphrase_is_committed() -> None:
    root = Path(__file__).resolve().parents[2]
    listed = subprocess.run(
        ["git", "ls-files", "stacks/Pulumi.*.yaml"], cwd=root, capture_output=True, text=True, check=True
    )
    names = [f":{name}" for name in listed.stdout.split()]
    assert len(names) >= 5
    staged = subprocess.run(["git", "show", *names], cwd=root, capture_output=True, text=True, check=True)
    assert "encryptionsalt" not in staged.stdout


def test_passphrase_is_not_printed(project: Project, setup: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    setup.set_up_state()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert (project.folder / ".passphrase").read_text(encoding="utf-8").strip() not in printed.err


def test_changed_requirements_are_noticed(project: Project, setup: ModuleType) -> None:
    for name in setup.REQUIREMENTS:
        project.file(name, "")
    before = setup.fingerprint()
    project.file(setup.LOCK, "pulumi==3.259.0\n")
    assert setup.fingerprint() != before


def test_virtual_environment_whose_python_is_gone_does_not_work(project: Project, setup: ModuleType) -> None:
    python = project.folder / ".venv" / "bin" / "python"
    assert not setup.works(setup.python())
    python.parent.mkdir(parents=True)
    python.symlink_to(project.folder / "uninstalled")
    assert not setup.works(setup.python())
    python.unlink()
    python.symlink_to(sys.executable)
    assert setup.works(setup.python())


def test_second_setup_waits_for_the_first(project: Project, setup: ModuleType) -> None:
    with setup.one_at_a_time():
        second = subprocess.Popen(
            [sys.executable, "-c", "import setup\nwith setup.one_at_a_time():\n    print('its turn')"],
            env={"PYTHONPATH": str(project.folder / "tools")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert second.stderr is not None
        said = second.stderr.readline()
        state = second.poll()
    try:
        assert (said, state) == ("Another set-up of this project is running; waiting for it.\n", None)
        assert second.communicate(timeout=20)[0] == "its turn\n"
    finally:
        second.kill()
        second.communicate()


def test_a_setup_that_was_killed_leaves_no_lock(project: Project, setup: ModuleType) -> None:
    killed = "import os, setup\nwith setup.one_at_a_time():\n    os.kill(os.getpid(), 9)"
    environ = {"PYTHONPATH": str(project.folder / "tools")}
    assert subprocess.run([sys.executable, "-c", killed], env=environ, check=False).returncode == -9
    with setup.one_at_a_time():
        pass
