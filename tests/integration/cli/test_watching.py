"""`aiware jobs watch`."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from aiware_resources.api import connect
from aiware_resources.cli import watching
from aiware_resources.settings import Settings
from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import BROKEN, submit

PROGRAM = [sys.executable, "-c", "from aiware_resources.cli import main; main(prog_name='aiware')"]
PATIENCE = 60.0
GREEN, RED = re.escape("\x1b[32m"), re.escape("\x1b[31m")


@pytest.fixture(autouse=True)
def _quick(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIWARE_POLL_INTERVAL", "0.1")


def test_a_line_for_each_change_until_all_are_done(aiware: Aiware, local: Local) -> None:
    quick = submit(local)
    local.behave(jobSeconds=1)
    slow = submit(local)
    result = aiware("jobs", "watch", slow, quick, slow)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines.count(f"{quick}: complete") == 1
    assert lines[-1] == f"{slow}: complete"
    assert any(re.fullmatch(rf"{slow}: running, [1-4] of 5 tasks done, .* running", line) for line in lines)
    assert len(lines) == len(set(lines))


def test_a_failure_ends_with_1_and_tells_why(aiware: Aiware, local: Local) -> None:
    done = submit(local)
    local.behave(engines=BROKEN)
    failed = submit(local)
    result = aiware("jobs", "watch", done, failed)
    assert result.exit_code == 1
    assert result.stdout == f"{done}: complete\n{failed}: failed\n"
    assert f"job {failed} failed: task " in result.stderr
    assert "invalid_data: no speech in it." in result.stderr


def test_json_is_an_object_a_line(aiware: Aiware, local: Local) -> None:
    local.behave(engines=BROKEN)
    failed, other = submit(local, name="council"), submit(local)
    result = aiware("jobs", "watch", failed, other, "--json")
    first, second = map(json.loads, result.stdout.splitlines())
    assert first == {
        "id": failed,
        "name": "council",
        "status": "failed",
        "progress": "failed",
        "done": True,
        "failed": True,
    }
    assert second["id"] == other
    error = json.loads(result.stderr)["error"]
    assert [failure["objectId"] for failure in error["failures"]] == [failed, other]
    assert result.exit_code == error["exitCode"] == 1


def test_what_tasks_log_can_be_followed(aiware: Aiware, local: Local) -> None:
    local.behave(engines=BROKEN, jobSeconds=1)
    job = submit(local)
    result = aiware("jobs", "watch", job, "--follow")
    lines = result.stdout.splitlines()
    assert lines.count(f"{job}: failed") == 1
    started = [line for line in lines if line.startswith(f"{job}: Webstream Adapter V3 (") and "started." in line]
    assert len(started) == 1
    assert any("no speech in it" in line for line in lines), result.stdout

    told = [json.loads(line) for line in aiware("jobs", "watch", job, "-f", "--json").stdout.splitlines()]
    assert {frozenset(each) for each in told if "line" in each} == {frozenset({"id", "taskId", "engine", "line"})}


def test_ids_are_looked_at_before_anything_is_waited_for(aiware: Aiware, local: Local) -> None:
    local.behave(jobSeconds=600)
    result = aiware("jobs", "watch", submit(local), "24112609_gonegonego")
    assert result.exit_code == 1
    assert result.stderr == ("Error: aiWARE has no job 24112609_gonegonego that this token can see. Check the id.\n")


def test_the_time_can_be_limited(aiware: Aiware, local: Local) -> None:
    local.behave(jobSeconds=600)
    job = submit(local)
    result = aiware("jobs", "watch", job, "--timeout", "0.3")
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: Not done after 0.3 s: {job}. It goes on in aiWARE. To go on: aiware jobs watch {job}\n"
    )
    # What failed meanwhile is told as well.
    local.behave(jobSeconds=0, engines=BROKEN)
    failed = submit(local)
    both = json.loads(aiware("jobs", "watch", job, failed, "--timeout", "0.3", "--json").stderr)["error"]
    assert [each["kind"] for each in both["failures"]] == ["JobFailed", "WaitTimedOut"]


def test_many_jobs_are_one_request(aiware: Aiware, local: Local) -> None:
    jobs = [submit(local) for _ in range(20)]
    before = local.http_requests()
    assert aiware("jobs", "watch", *jobs).exit_code == 0
    # A second one asks, once for all, whether anything follows a page of tasks.
    assert local.http_requests() - before == 2


def test_an_outage_does_not_end_it(aiware: Aiware, local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIWARE_MAX_RETRIES", "0")
    local.behave(jobSeconds=1)
    job = submit(local)
    local.fault({"status": 502}, operation="job", after=2, times=2)
    result = aiware("jobs", "watch", job)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, f"{job}: complete")
    first, second = result.stderr.splitlines()
    assert first.startswith("The watching goes on, though aiWARE cannot be asked at the moment: ")
    assert second == "aiWARE can be asked again."


def test_an_outage_that_lasts_ends_it(aiware: Aiware, local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIWARE_MAX_RETRIES", "0")
    monkeypatch.setattr(watching, "LONGEST_OUTAGE", 0.2)
    local.behave(jobSeconds=600)
    job = submit(local)
    local.fault({"status": 502}, operation="job", after=2, times=1000)
    result = aiware("jobs", "watch", job)
    assert (result.exit_code, result.stderr.count("The watching goes on")) == (1, 1)


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        environment = os.environ | {"COLUMNS": "120", "TERM": "xterm"}
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment, close_fds=True
        )
        os.close(slave)
        self.shown = ""

    def until(self, pattern: str) -> str:
        """Reads until something is shown; returns all that was."""
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.shown):
            assert time.monotonic() < end, self.shown
            if not self._read():
                break
        assert re.search(pattern, self.shown), self.shown
        return self.shown

    def ended(self) -> int:
        """Reads to the end, and returns the exit code."""
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        """Ends the command, if it has not ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        os.close(self._master)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], 0.5)
        if not ready:
            return self.process.poll() is None
        try:
            found = os.read(self._master, 65_536)
        except OSError:
            # The other end is closed: the command has ended.
            return False
        self.shown += found.decode(errors="replace")
        return bool(found)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def test_a_terminal_shows_a_table_that_stays(local: Local, terminals: list[Terminal]) -> None:
    quick = submit(local, name="council")
    local.behave(jobSeconds=600)
    slow = submit(local)
    terminal = Terminal("jobs", "watch", slow, quick)
    terminals.append(terminal)
    terminal.until(rf"{slow}.*(queued|running)")
    local.graphql("mutation($id: ID!) { cancelJob(id: $id) { id } }", id=slow)
    assert terminal.ended() == 1
    final = terminal.shown[terminal.shown.rindex("progress") :]
    assert re.search(rf"{slow}.*{RED}cancelled", final)
    assert re.search(rf"{quick}.*council.*{GREEN}complete", final)


def test_a_table_of_many_jobs_shows_what_says_most(local: Local) -> None:
    done = [submit(local) for _ in range(8)]
    local.behave(jobSeconds=600)
    waiting = [submit(local) for _ in range(3)]
    local.behave(engines=BROKEN, jobSeconds=0)
    failed = submit(local)
    watched = watching.Watched(
        connect(Settings.from_mapping({"aiware:endpoint": "local"})), [*done, *waiting, failed], 60
    )
    watched.begin()
    printer = Console(file=StringIO(), width=100, height=10)
    with watching.LiveTable(watched, printer):
        pass
    shown = printer.file.getvalue()  # type: ignore[attr-defined]
    assert [id_ for id_ in [*done, *waiting, failed] if id_ in shown] == [*done[:2], *waiting, failed]
    assert re.search(r"6 of 12 jobs: 8 complete, .*\b1 failed", shown)


def test_ctrl_c_says_how_to_go_on(local: Local, terminals: list[Terminal], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    done = submit(local)
    local.behave(jobSeconds=600)
    job = submit(local)
    terminal = Terminal("jobs", "watch", done, job)
    terminals.append(terminal)
    terminal.until(rf"{job}.*(queued|running)")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ended() == 130
    assert f"The watching has ended; the jobs go on. To go on: aiware jobs watch {job}\r\n" in terminal.shown
    assert "Traceback" not in terminal.shown
    assert re.search(rf"{done}.* complete", terminal.shown)
    assert not re.search(r"\x1b\[[\d;]*m", terminal.shown)
