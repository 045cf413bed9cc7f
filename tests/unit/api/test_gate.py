"""The gate: what one thread or process learns holds for all, and nothing is sent before its time."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from aiware_resources import errors
from aiware_resources.api.failures import Cause, Failure
from aiware_resources.api.rate_limit import Gate, Gates, Permit, RateLimit, shared_folder, traffic_between


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


def refuse(gate: Gate, seconds: float, cause: Cause = Cause.LIMITED) -> None:
    permit = gate.enter(60)
    assert isinstance(permit, Permit)
    gate.note(permit, Failure(cause, errors.RateLimited, "Not now.", status=429, retry_after=seconds))


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
    refuse(gate, 3, Cause.FAILING)
    gate.enter(60)
    assert clock.slept == [3]


def test_nobody_waits_for_longer_than_wanted() -> None:
    clock = Clock()
    gate = gates(None, clock).at("aiware.example:443", "t")
    refuse(gate, 100)
    assert gate.enter(99) == pytest.approx(100)
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


def test_requests_of_all_processes_are_counted(folder: Path) -> None:
    clock = Clock()
    began = clock.now
    one, other = (gates(folder, clock).at("aiware.example:443", "t") for _ in range(2))
    one.enter(60)
    refuse(other, 5)
    one.enter(60)
    clock.now += 100
    one.enter(60)
    known = partial(traffic_between, folder, "aiware.example:443", "t")
    assert known(began, began + 20) == (3, 1, 10.0)
    assert known(began, clock.now) == (4, 1, 10.0)
    assert known(began - 50, began - 20) is None
    assert traffic_between(folder, "aiware.example:443", "another", began, clock.now) is None
    assert traffic_between(None, "aiware.example:443", "t", began, clock.now) is None


def test_requests_are_counted_for_an_hour_at_least() -> None:
    limit = RateLimit()
    began = 1_800_000_000.0
    for second in range(0, 3700, 10):
        assert isinstance(limit.take(began + second), Permit)
    now = began + 3690
    assert limit.between(now - 3590, now) == (360, 0, 0.0)
    assert limit.between(began, now) is None


def test_the_file_tells_nobody_anything(folder: Path) -> None:
    clock = Clock()
    gates(folder, clock).at("aiware.example:443", "a-secret-token").enter(60)
    assert {file.suffix for file in folder.iterdir()} == {".json", ".lock"}
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "secret" not in file.name
        assert b"secret" not in file.read_bytes()
        assert file.stat().st_size < 3000


def test_a_process_that_cannot_use_the_file_learns_for_itself(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "no folder").touch()
    gate = gates(tmp_path / "no folder", clock).at("aiware.example:443", "t")
    refuse(gate, 5)
    gate.enter(60)
    assert clock.slept == [5]
    assert gate.file is None


def test_what_is_not_what_was_written_counts_as_nothing(folder: Path) -> None:
    clock = Clock()
    gate = gates(folder, clock).at("aiware.example:443", "t")
    refuse(gate, 5)
    assert gate.file is not None
    for content in ("", "{", "[]", '{"closed_until": "x"}', '{"closed_until": 1e999}', '{"granted": {"x": 1}}'):
        gate.file.write_text(content)
        gate.enter(60)
    assert clock.slept == []


def test_removing_the_file_opens_the_gate(folder: Path) -> None:
    clock = Clock()
    gate = gates(folder, clock).at("aiware.example:443", "t")
    refuse(gate, 100)
    assert gate.file is not None
    gate.file.unlink()
    assert isinstance(gate.enter(60), Permit)


def test_the_shared_folder_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = shared_folder()
    assert folder == tmp_path / "aiware"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    # Where others could have put something in the way, it is another folder, or none.
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "link"))
    monkeypatch.setattr("platformdirs.unix.Unix._default_runtime_dir", lambda _: str(tmp_path / "usual"))
    assert shared_folder() == tmp_path / "usual" / "aiware"
    (tmp_path / "usual" / "aiware").rmdir()
    (tmp_path / "usual").rmdir()
    (tmp_path / "usual").touch()
    assert shared_folder() is None


def test_files_that_nobody_uses_are_tidied_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = shared_folder()
    assert folder is not None
    for name in ("old.json", "old.lock", "new.json", "new.lock", "of somebody else"):
        (folder / name).touch()
    yesterday = time.time() - 100_000
    for name in ("old.json", "old.lock", "new.lock", "of somebody else"):
        os.utime(folder / name, (yesterday, yesterday))
    shared_folder()
    assert sorted(file.name for file in folder.iterdir()) == ["new.json", "new.lock", "of somebody else"]


def test_requests_are_counted_together_while_there_is_no_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[float] = []
    monkeypatch.setattr(threading.Timer, "start", lambda timer: started.append(timer.interval))
    clock = Clock()
    began = clock.now
    one, other = (
        Gates(folder, None, clock, clock.sleep, together=3600).at("aiware.example:443", "t") for _ in range(2)
    )
    known = partial(traffic_between, folder, "aiware.example:443", "t", began, began + 20)
    for _ in range(20):
        one.enter(60)
    # The first one looked at the file; what followed it is not in there yet.
    assert (known(), started) == ((1, 0, 0.0), [3600])
    one.count()
    assert known() == (20, 0, 0.0)
    one.enter(60)
    refuse(other, 5)
    clock.now += 2
    one.count()
    assert known() == (22, 1, 5.0)
    one.enter(60)
    assert clock.slept == [3]
    one.enter(60)
    assert known() == (24, 1, 8.0)


def run_in_threads(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)


@pytest.mark.parametrize("together", [0, 0.001])
def test_threads_do_not_get_past_each_other(folder: Path, together: float) -> None:
    gate = Gates(folder, together=together).at("aiware.example:443", "t")

    def work() -> None:
        for _ in range(50):
            gate.enter(60)

    run_in_threads(work, 8)
    gate.count()
    assert gate.file is not None
    known = RateLimit.model_validate_json(gate.file.read_bytes())
    assert sum(known.granted.values()) == 400
