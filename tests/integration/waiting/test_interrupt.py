"""Being interrupted while waiting, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aiware_resources.waiting import Monitor
from tests.support.no_posix import NO_POSIX
from tests.support.waiting import settings

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
import asyncio
import threading
import time
from aiware_resources.waiting import monitor as m
from tests.support.waiting import scripted, settings, start, until, watch

m.connect = lambda _: None

async def main():
    monitor = m.Monitor(settings())
    condition = scripted(a="running", b="{b}", c="running")
    waiting = [start(monitor, watch(condition, name)) for name in "{waits_for}"]
    if waiting:
        await until(condition, looks=2)
    {before}
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@contextmanager
def program(b: str, waits_for: str, before: str = "pass", first: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    folders = [*([str(first)] if first else []), str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders)}
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(b=b, waits_for=waits_for, before=before)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert started.stdout is not None
        assert started.stdout.readline() == "ready\n"
        yield started
    finally:
        started.kill()
        started.communicate()


@pytest.mark.parametrize(
    ("b", "waits_for", "hint"),
    [
        (
            "done",
            "abc",
            "info: waiting for 2 objects; after an interruption `pulumi up` resumes the waiting\n"
            "warning: Interrupted while waiting for 2 objects. They go on in aiWARE: "
            "`pulumi up` resumes the waiting.\n",
        ),
        ("running", "", ""),
    ],
)
def test_an_interrupt_ends_the_program_with_a_hint_instead_of_a_traceback(b: str, waits_for: str, hint: str) -> None:
    with program(b, waits_for) as running:
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=100)
        assert (running.returncode, errors) == (1, hint)


def test_an_interrupt_does_not_wait_for_threads() -> None:
    with program("done", "abc", before="threading.Thread(target=time.sleep, args=[600]).start()") as running:
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=100) == 1


def test_an_interrupt_ends_the_program_where_event_loops_have_no_signal_handlers() -> None:
    with program("done", "abc", first=NO_POSIX) as running:
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=100)
        assert running.returncode != 0
        assert errors.endswith("KeyboardInterrupt\n")


async def test_a_program_off_the_main_thread_leaves_the_signals_alone() -> None:
    before = signal.getsignal(signal.SIGINT)

    def program() -> None:
        asyncio.run(inline())

    async def inline() -> None:
        Monitor(settings())

    await asyncio.to_thread(program)
    assert signal.getsignal(signal.SIGINT) is before
