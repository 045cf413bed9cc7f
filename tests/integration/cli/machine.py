"""A machine for `aiware doctor`: a project, a stack, and a `pulumi` that answers what it is told to."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Aiware

MANIFEST = "name: mine\nruntime:\n  name: python\n  options: {virtualenv: .venv}\nstackConfigDir: stacks\n"
REFRESH = "options: {refresh: always}\n"
HELPERS = ("pulumi-language-python", "pulumi-resource-pulumi-python")
SECRET = "sekrit-of-the-stack"

_PULUMI = """#!/bin/sh
answer=$(/bin/cat '{answers}'/"$1")
case "$answer" in error*) echo "$answer" >&2; exit 255;; esac
echo "$answer"
"""


class Machine:
    """A machine with a project, and a `pulumi` that answers what it is told to."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.bin = folder / "bin"
        self.project = folder / "project"
        self._answers = folder / "answers"
        self.bin.mkdir()
        self._answers.mkdir()
        (self.project / "stacks").mkdir(parents=True)
        for name in ("pulumi", *HELPERS):
            self.program(name, _PULUMI.format(answers=self._answers))
        self.pulumi(
            version="v3.276.0",
            whoami={"user": "somebody", "url": "file:///state"},
            stack={"deployment": {"resources": []}},
            config={"aiware:endpoint": {"value": "local"}, "aiware:wait": {"value": "true", "secret": False}},
        )
        (self.project / "Pulumi.yaml").write_text(MANIFEST + REFRESH)
        (self.project / "requirements.txt").write_text(f"# pinned\nclick=={version('click')}\n")
        (self.project / ".venv").symlink_to(sys.prefix)
        self.stack("config:\n  aiware:endpoint: local\n  aiware:wait: true\n")
        monkeypatch.chdir(self.project)
        monkeypatch.setenv("PATH", os.pathsep.join([str(self.bin), str(Path(sys.prefix, "bin"))]))

    def program(self, name: str, text: str) -> Path:
        path = self.bin / name
        path.write_text(text)
        path.chmod(stat.S_IRWXU)
        return path

    def pulumi(self, **answers: Any) -> None:
        """Sets what `pulumi` answers to a command; a text that begins with `error` is one."""
        for command, answer in answers.items():
            (self._answers / command).write_text(answer if isinstance(answer, str) else json.dumps(answer))

    def stack(self, text: str) -> None:
        (self.project / "stacks" / "Pulumi.prod.yaml").write_text(text)

    def env(self, **variables: str) -> None:
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)

    def files(self) -> dict[str, float]:
        return {str(file): file.stat().st_mtime_ns for file in self.project.rglob("*") if ".venv" not in file.parts}


def findings(aiware: Aiware, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and what was found by check; the last where a check was made twice."""
    result = aiware(*arguments, "doctor", "--json")
    assert SECRET not in result.output
    return result.exit_code, {each["check"]: each for each in json.loads(result.stdout)["findings"]}


def unused_port() -> int:
    """A port on which nothing listens."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
