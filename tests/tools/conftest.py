"""A copy of the project's scripts in a folder of its own, and stand-ins for the programs that they run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.programs import speaks

REPOSITORY = Path(__file__).resolve().parents[2]
collect_ignore = [] if speaks() else ["test_recordings.py"]
"""No recording is made where flite is not installed; tools/programs.py says so."""


@dataclass(frozen=True)
class Project:
    """A folder with the scripts, and a folder of stand-in programs that is all of PATH.

    Attributes:
        folder: The project's folder; its name needs quoting in a shell.
        programs: The only folder on PATH.
    """

    folder: Path
    programs: Path

    def run(self, script: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Runs one of the scripts with nothing but the stand-ins on PATH."""
        return subprocess.run(
            [sys.executable, self.folder / "tools" / script, *arguments],
            env={"PATH": str(self.programs), **environ},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def program(self, name: str, python: str, folder: Path | None = None) -> Path:
        """Makes a stand-in program from Python code."""
        file = (folder or self.programs) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!{sys.executable} -IS\n{python}\n", encoding="utf-8")
        file.chmod(0o755)
        return file

    def file(self, path: str, content: str) -> Path:
        """Writes a file of the project."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
        return file

    def evaluate(self, shell_code: str, environ: Mapping[str, str], question: str) -> str:
        """Lets a POSIX shell evaluate code and then answer a question."""
        command = ["/bin/sh", "-euc", f"{shell_code}\n{question}"]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "it's a $project; really"
    programs = tmp_path / "programs"
    programs.mkdir()
    shutil.copytree(REPOSITORY / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    return Project(folder, programs)


@pytest.fixture
def installed_pulumi(project: Project) -> Path:
    """A Pulumi CLI, installed with its Python language host, as far as its version goes."""
    for helper in ("pulumi-language-python", "pulumi-resource-pulumi-python"):
        project.program(helper, "")
    return project.program("pulumi", "print('v3.200.0')")
