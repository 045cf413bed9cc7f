"""The gate: what one thread or process learns holds for all, and nothing is sent before its time."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aiware_resources.api.gate import ClosedTooLong, Gate, Gates
from aiware_resources.api.rate_limit_file import InMemory, open_store, shared_folder

ROOT = Path(__file__).resolve().parents[3]


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shared"
    made.mkdir(mode=0o700)
    return made


def gates(folder: Path | None, clock: Clock, own: int | None = None) -> Gates:
    return Gates(folder, own, clock, clock.sleep)


def refuse(gate: Gate, seconds: float) -> None:
    gate.refused(gate.enter(60), seconds)


def test_it_holds_back_until_the_time_named() -> None:
    clock = Clock()
    gate = gates(None, clock).at("aiware.example:443", "t")
    gate.enter(60)
    refuse(gate, 5)
    gate.enter(60)
    gate.enter(60)
    assert clock.slept == [5]


def test_other_troubles_that_name_a_time_close_it_as_well() -> None:
    clock = Clock()
    gate = gates(None, clock).at("aiware.example:443", "t")
    gate.settled(gate.enter(60), well=True, retry_after=3)
    gate.enter(60)
    assert clock.slept == [3]


def test_nobody_waits_for_longer_than_wanted() -> None:
    clock = Clock()
    gate = gates(None, clock).at("aiware.example:443", "t")
    refuse(gate, 100)
    with pytest.raises(ClosedTooLong) as caught:
        gate.enter(99)
    assert caught.value.seconds == pytest.approx(100)
    assert clock.slept == []


def test_each_token_at_each_server_has_a_gate_of_its_own(folder: Path) -> None:
    clock = Clock()
    one = gates(folder, clock)
    refuse(one.at("a.example:443", "t"), 5)
    one.at("b.example:443", "t").enter(60)
    one.at("a.example:443", "other").enter(60)
    assert clock.slept == []
    one.at("a.example:443", "t").enter(60)
    assert clock.slept == [5]


def test_what_one_process_learned_holds_for_others_and_later_runs(folder: Path) -> None:
    clock = Clock()
    refuse(gates(folder, clock).at("aiware.example:443", "t"), 5)
    gates(folder, clock).at("aiware.example:443", "t").enter(60)
    assert clock.slept == [5]


def test_a_users_limit_is_shared_by_processes(folder: Path) -> None:
    clock = Clock()
    some, others = (gates(folder, clock, own=10).at("aiware.example:443", "t") for _ in range(2))
    for gate in [some] * 7 + [others] * 3:
        gate.enter(60)
    assert clock.slept == []
    others.enter(60)
    assert 10 <= sum(clock.slept) < 11


def test_the_file_tells_nobody_anything(folder: Path) -> None:
    clock = Clock()
    gates(folder, clock).at("aiware.example:443", "a-secret-token").enter(60)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "secret" not in file.name
    assert b"secret" not in file.read_bytes()
    assert file.stat().st_size < 3000


def test_a_file_that_others_could_have_put_there_is_not_used(folder: Path, tmp_path: Path) -> None:
    clock = Clock()
    gates(folder, clock).at("aiware.example:443", "t").enter(60)
    (file,) = folder.iterdir()
    elsewhere = tmp_path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    assert isinstance(open_store(folder, "aiware.example:443", "t"), InMemory)
    assert isinstance(open_store(tmp_path / "missing", "aiware.example:443", "t"), InMemory)


def test_the_shared_folder_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = shared_folder()
    assert folder == tmp_path / "aiware"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)
    assert shared_folder() is None
    folder.rmdir()
    folder.symlink_to(tmp_path)
    assert shared_folder() is None
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "missing"))
    assert shared_folder() is None
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    assert shared_folder() == tmp_path / f"aiware-{os.getuid()}"


def test_files_that_nobody_uses_are_tidied_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = shared_folder()
    assert folder is not None
    for token in ("old", "new"):
        open_store(folder, "aiware.example:443", token)
    old, new = sorted(folder.iterdir())
    yesterday = time.time() - 100_000
    os.utime(old, (yesterday, yesterday))
    (folder / "of somebody else").touch()
    os.utime(folder / "of somebody else", (yesterday, yesterday))
    shared_folder()
    assert sorted(folder.iterdir()) == sorted([new, folder / "of somebody else"])


def run_in_threads(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)


def test_threads_do_not_get_past_each_other(folder: Path) -> None:
    gate = Gates(folder).at("aiware.example:443", "t")

    def work() -> None:
        for _ in range(200):
            gate.enter(60)

    run_in_threads(work, 8)
    granted = [0]
    with open_store(folder, "aiware.example:443", "t").locked() as limit:
        # All of them were counted: with so many allowed the next one has to wait.
        granted = [isinstance(limit.take(time.time(), own), float) for own in (1600, 1602)]
    assert granted == [True, False]


WORKER = """
import sys, time
from pathlib import Path
from aiware_resources.api.rate_limit import Permit
from aiware_resources.api.rate_limit_file import open_store

store = open_store(Path(sys.argv[1]), "aiware.example:443", "t")
print("ready", flush=True)
sys.stdin.readline()
permits = 0
for _ in range(400):
    with store.locked() as limit:
        permits += isinstance(limit.take(time.time(), 500), Permit)
print(permits)
"""


def test_processes_do_not_get_past_each_other(folder: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    permits = [int(process.communicate("go\n", timeout=60)[0]) for process in started]
    assert sum(permits) == 500
