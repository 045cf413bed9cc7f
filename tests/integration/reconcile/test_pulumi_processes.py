"""Processes that watch their engine, as processes; the engine is a socket that listens."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from aiware_resources.reconcile import pulumi_processes
from aiware_resources.reconcile.pulumi_processes import left_behind

ROOT = Path(__file__).resolve().parents[3]
SLEEPER = "import time; print('ready', flush=True); time.sleep(600)"
WATCHER = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from aiware_resources.reconcile.pulumi_processes import end_with_engine
end_with_engine()
{SLEEPER}
"""

Start = Callable[..., subprocess.Popen[str]]


class Engine:
    """Something that listens, and never answers."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:{1}".format(*self._socket.getsockname())

    def end(self) -> None:
        self._socket.close()


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    yield made
    made.end()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a Python program under a name, and waits until it runs."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str, *arguments: str, code: str = SLEEPER) -> subprocess.Popen[str]:
        (tmp_path / name).write_text(code)
        command = [sys.executable, str(tmp_path / name), *arguments]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        assert started[-1].stdout is not None
        assert started[-1].stdout.readline() == "ready\n"
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_what_a_gone_engine_has_left_behind(engine: Engine, start: Start) -> None:
    address = engine.address
    expected = {
        start("pulumi-language-python", address).pid: "language host",
        start("pulumi-language-python.exe", "-root", "x", address).pid: "language host",
        start(
            "pulumi-language-python-exec", "--monitor", "127.0.0.1:1", "--engine", address, "--stack", "s", "."
        ).pid: ("program"),
        start("pulumi-resource-pulumi-python", address).pid: "provider host",
        start("python", "-m", "pulumi.dynamic", address).pid: "provider host",
    }
    start("pulumi-resource-aws", address)
    start("pulumi-language-python", "--version")
    start("editor", "pulumi-language-python-exec")
    assert left_behind(address) == []
    engine.end()
    found = left_behind(address)
    assert {each.process.pid: each.role for each in found} == expected
    assert set(expected) <= {each.process.pid for each in left_behind()}
    assert {each.folder for each in found} == {str(Path.cwd())}


def test_engines_of_other_folders_are_not_asked(
    engine: Engine, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that hangs would hold up `aiware doctor` in each project of the machine."""
    start("pulumi-language-python", engine.address)
    engine.end()
    assert len(left_behind(engine.address, Path.cwd())) == 1

    def connect(*_: object) -> socket.socket:
        pytest.fail("an engine of another folder was asked")

    monkeypatch.setattr(socket, "create_connection", connect)
    assert left_behind(engine.address, tmp_path) == []


def test_an_engine_of_another_network_counts_as_alive(
    engine: Engine, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its address means nothing here, but it stands above what it started."""
    start("pulumi-language-python", engine.address)
    engine.end()
    assert len(left_behind(engine.address)) == 1
    monkeypatch.setattr(psutil.Process, "name", lambda self: "pulumi")
    assert left_behind(engine.address) == []


@pytest.mark.parametrize("trouble", [TimeoutError, OSError("out of descriptors"), ConnectionResetError])
def test_trouble_with_a_connection_does_not_mean_that_the_engine_is_gone(
    engine: Engine, start: Start, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def connect(*_: object) -> socket.socket:
        raise trouble

    start("pulumi-language-python", engine.address)
    engine.end()
    monkeypatch.setattr(socket, "create_connection", connect)
    assert left_behind(engine.address) == []


def test_a_process_ends_with_its_engine_and_takes_the_others_along(engine: Engine, start: Start) -> None:
    other_engine = Engine()
    program = start("pulumi-language-python-exec", "--engine", engine.address, ".", code=WATCHER)
    idle = [start(name, engine.address) for name in ("pulumi-language-python", "pulumi-resource-pulumi-python")]
    strangers = [start("pulumi-language-python", other_engine.address), start("pulumi-resource-aws", engine.address)]
    # The language host has ended, and the engine lives.
    assert program.stdout is not None
    program.stdout.close()
    time.sleep(2 * pulumi_processes._LOOK_SECONDS)
    assert [each.poll() for each in (program, *idle)] == [None] * 3
    engine.end()
    assert program.wait(60) == 1
    assert [each.wait(60) for each in idle] == [-9, -9]
    assert [each.poll() for each in strangers] == [None, None]
    other_engine.end()


@pytest.mark.parametrize("arguments", [(), ("--engine",), ("127.0.0.1:1",), ("--engine", "nowhere")])
def test_other_programs_watch_nothing(start: Start, arguments: tuple[str, ...]) -> None:
    """An inline program of the Automation API runs in its user's own process."""
    alone = "import threading; assert len(threading.enumerate()) == 1"
    start("program.py", *arguments, code=WATCHER.replace(SLEEPER, f"{alone}\n{SLEEPER}"))
