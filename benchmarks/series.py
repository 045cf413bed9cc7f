"""Several runs of one size, alternating between jobs that take time and jobs that take none."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.run import Run, measure

AT_A_TIME = 4
"""How many jobs a provider that waits inside ``create`` runs at a time: so many calls a provider process serves."""


@dataclass(frozen=True)
class Series:
    """The runs of one size.

    Attributes:
        jobs: Jobs in each run.
        job_seconds: How long a job takes in the slow runs; in the quick ones it takes no time.
        quick: The runs whose jobs take no time.
        slow: The runs whose jobs take ``job_seconds``.
    """

    jobs: int
    job_seconds: float
    quick: Sequence[Run]
    slow: Sequence[Run]

    @property
    def quick_up(self) -> float:
        """Median seconds of an up whose jobs take no time."""
        return statistics.median(run.up for run in self.quick)

    @property
    def slow_up(self) -> float:
        """Median seconds of an up whose jobs take ``job_seconds``."""
        return statistics.median(run.up for run in self.slow)

    @property
    def waiting(self) -> float:
        """Seconds that the waiting adds; the jobs all run at once, so ``job_seconds`` is the least possible."""
        return self.slow_up - self.quick_up

    @property
    def in_create(self) -> float:
        """Seconds that the jobs would take, at the least, if ``create`` waited for them."""
        return self.jobs * self.job_seconds / AT_A_TIME

    @property
    def preview(self) -> float:
        """Median seconds of a preview that finds nothing to do."""
        return statistics.median(run.preview for run in [*self.quick, *self.slow])


def measure_series(jobs: int, job_seconds: float, rounds: int, say: Callable[[str], None]) -> Series:
    """Measures runs, a quick and a slow one in turn, so that a machine that gets slower slows down both.

    Args:
        jobs: Jobs in each run.
        job_seconds: How long a job takes in the slow runs.
        rounds: How many pairs of runs.
        say: Told of each run as it ends.
    """

    def run(number: int, seconds: float) -> Run:
        done = measure(jobs, seconds)
        say(
            f"{jobs} jobs of {seconds:g} s, {number} of {rounds}: up {done.up:.1f} s with {done.requests} requests, "
            f"preview {done.preview:.1f} s"
        )
        return done

    pairs = [(run(number, 0), run(number, job_seconds)) for number in range(1, rounds + 1)]
    return Series(jobs, job_seconds, [quick for quick, _ in pairs], [slow for _, slow in pairs])
