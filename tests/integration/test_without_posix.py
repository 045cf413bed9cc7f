"""The library, the command and the local aiWARE on a Python that has nothing that POSIX alone has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aiware_local import launcher
from tests.support.no_posix import NO_POSIX

Run = Callable[..., subprocess.CompletedProcess[str]]

HANDLER = """
import asyncio
import contextlib

with contextlib.closing(asyncio.new_event_loop()) as loop:
    loop.add_signal_handler(2, print)
"""
IMPORTS = """
import importlib, pkgutil
import aiware_local, aiware_resources

for package in (aiware_local, aiware_resources):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
"""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Runs Python without what POSIX alone has, with a local aiWARE of its own."""
    data = tmp_path / "data"
    changed = {"PYTHONPATH": str(NO_POSIX), "AIWARE_LOCAL_DATA": str(data), "AIWARE_LOCAL_MEDIA_ROOT": str(tmp_path)}

    def python(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", *arguments]
        return subprocess.run(
            command, env=os.environ | changed, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False
        )

    yield python
    launcher.stop(data=data)


@pytest.fixture
def aiware(run: Run) -> Run:
    """Runs the command so."""
    return lambda *arguments: run("-c", "from aiware_resources.cli import main; main(prog_name='aiware')", *arguments)


def test_what_posix_alone_has_is_taken_away(run: Run) -> None:
    assert "ModuleNotFoundError" in run("-c", "import fcntl").stderr
    assert "AttributeError" in run("-c", "import os; os.getuid").stderr
    assert "NotImplementedError" in run("-c", HANDLER).stderr


def test_every_module_can_be_imported(run: Run) -> None:
    done = run("-c", IMPORTS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_command_starts_and_stops_the_local_aiware(aiware: Run) -> None:
    assert "Usage: aiware" in aiware("--help").stdout
    assert aiware("local", "start").returncode == 0
    status = json.loads(aiware("local", "status", "--json").stdout)
    assert status["running"] is True
    assert json.loads(aiware("whoami", "--json").stdout)
    assert aiware("local", "stop").stdout == "The local aiWARE has stopped.\n"
    assert json.loads(aiware("local", "status", "--json").stdout) == {"running": False}
