"""The first page of the console: what it takes, with jobs by the thousand and with none."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from aiware_resources import engines
from aiware_resources.console.joblist import PAGE
from tests.support.local import Local
from tests.support.objects import submit
from tests.support.project import ROOT
from tests.support.records import fleet

SIZES = (0, 10_000)
ENGINES = (
    engines.WEBSTREAM_ADAPTER,
    engines.PLAYBACK,
    engines.CHUNK,
    engines.SPEECHMATICS_ENGLISH,
    engines.OUTPUT_WRITER,
)
"""A list that nobody has open is read for each of these, which every job has."""
LONGEST = 0.3
"""Processor seconds that the page may take."""


@dataclass(frozen=True)
class Figures:
    """Processor seconds that the page takes, in the mean; the page has its rows when it comes.

    Attributes:
        jobs: How many jobs aiWARE has.
        console: Those of the console.
        aiware: Those of the local aiWARE, which it asks.
    """

    jobs: int
    console: float
    aiware: float

    @property
    def seconds(self) -> float:
        """Those of both."""
        return self.console + self.aiware


def measure(say: Callable[[str], None]) -> list[Figures]:
    """Measures the page of jobs that is opened first, while nobody else has it open.

    Args:
        say: Told of each size as it ends.
    """
    found = []
    for count in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            local = Local(Path(folder, "data"), ROOT)
            try:
                if count:
                    local.behave(jobSeconds=0)
                    job_id = submit(local, name="news")
                    local.objects()  # by then it has ended
                    fleet(local, [job_id], count - 1)
                with _console(local, folder) as (process, address):
                    found.append(_measured(address, count, process, psutil.Process(local.server.pid)))
            finally:
                local.stop()
        say(f"console: {found[-1]}")
    return found


def check(found: Sequence[Figures]) -> Iterator[str]:
    """Yields a sentence for what is not as it has to be."""
    for each in found:
        if each.seconds > LONGEST:
            yield f"The first page of the console takes {each.seconds:.2f} s with {each.jobs:,} jobs, not {LONGEST} s."


def _measured(address: str, count: int, *processes: psutil.Process) -> Figures:
    with httpx.Client(trust_env=False, timeout=60, follow_redirects=True) as browser:
        browser.get(address).raise_for_status()
        before = [_used(process) for process in processes]
        for engine_id in ENGINES:
            answer = browser.get(f"{address.partition('/?')[0]}/environment/jobs?engine={engine_id}").raise_for_status()
            if answer.text.count('"tone":') != min(count, PAGE):
                raise RuntimeError("The page does not have the rows that it should have.")
        console, aiware = (
            (_used(process) - then) / len(ENGINES) for process, then in zip(processes, before, strict=True)
        )
    return Figures(count, console, aiware)


def _used(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


@contextmanager
def _console(local: Local, folder: str) -> Iterator[tuple[psutil.Process, str]]:
    program = [sys.executable, "-c", "from aiware_resources.cli import main; main(prog_name='aiware')", "console"]
    environment = {**os.environ, "AIWARE_ENDPOINT": local.endpoint, "AIWARE_TOKEN": local.token}
    process = subprocess.Popen(
        program, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        if process.stdout is None:
            raise RuntimeError("The console prints no address.")
        yield psutil.Process(process.pid), process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate()
