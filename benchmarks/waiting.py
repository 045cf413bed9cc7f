"""What waiting adds: jobs that take time against the same program with jobs that take none."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.looks import by_the_monitor, looks_at_jobs
from benchmarks.scene import OURS, BenchmarkError, scene

JOBS = 40
ROUNDS = 3
JOB_SECONDS = 5.0
LONGEST = 12.0
"""Seconds that waiting for the jobs may add to an up."""


@dataclass(frozen=True)
class Run:
    """What one up took.

    Attributes:
        seconds: How long it took.
        requests: HTTP requests that aiWARE got.
        monitor_requests: Those among them that the monitor sent.
        looks: The monitor's looks once all jobs were submitted and seen: jobs asked about, and in how many requests.
    """

    seconds: float
    requests: int
    monitor_requests: int
    looks: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Figures:
    """Several ups of one size.

    Attributes:
        jobs: Jobs in each up.
        quick: The ups whose jobs take no time.
        slow: Those whose jobs take `JOB_SECONDS`.
    """

    jobs: int
    quick: Sequence[Run]
    slow: Sequence[Run]

    @property
    def quick_seconds(self) -> float:
        """Median seconds of an up whose jobs take no time."""
        return statistics.median(run.seconds for run in self.quick)

    @property
    def slow_seconds(self) -> float:
        """Median seconds of an up whose jobs take time."""
        return statistics.median(run.seconds for run in self.slow)

    @property
    def added(self) -> float:
        """Seconds that the waiting adds; the jobs all run at once, so one job's length is the least possible."""
        return self.slow_seconds - self.quick_seconds


def measure(jobs: int, rounds: int, say: Callable[[str], None]) -> Figures:
    """Measures a quick and a slow up in turn, so that a machine that gets slower slows down both.

    Args:
        jobs: Jobs in each up.
        rounds: How many pairs of ups.
        say: Told of each pair as it ends.
    """
    quick, slow = [], []
    for number in range(1, rounds + 1):
        quick.append(_run(jobs, 0))
        slow.append(_run(jobs, JOB_SECONDS))
        say(f"waiting, round {number} of {rounds}: {quick[-1].seconds:.1f} s and {slow[-1].seconds:.1f} s")
    return Figures(jobs, quick, slow)


def check(found: Figures) -> list[str]:
    """What is not as it has to be, a sentence each."""
    if found.added <= LONGEST:
        return []
    return [f"Waiting for {found.jobs} jobs added {found.added:.1f} s, more than {LONGEST:g} s."]


def _run(jobs: int, job_seconds: float) -> Run:
    with scene(OURS.format(count=jobs), jobSeconds=job_seconds) as stage:
        seconds = stage.up()
        log = json.loads(stage.local.request_log())["requests"]
        statuses = [job["status"] for job in stage.local.objects()["jobs"]]
        if statuses != ["complete"] * jobs:
            raise BenchmarkError(f"{statuses.count('complete')} of {jobs} jobs are complete after the up")
        looks = [(look.jobs, look.requests) for look in looks_at_jobs(log)]
        return Run(seconds, stage.local.http_requests(), len(by_the_monitor(log)), looks)
