"""Jobs that take time: this library, a provider that waits inside ``create``, and the engine's floor, in one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.scene import BARE_FLOOR, FLOOR, NAIVE, OURS, BenchmarkError, scene

SIZES = (10, 100, 400)
JOB_SECONDS = 5.0
FASTER = 8.0
"""How many times faster than the naive provider the largest number of jobs has to be."""
OVER_THE_FLOOR = 1.35
"""How many times the floor and one job's length it may take at the most."""


@dataclass(frozen=True)
class Figures:
    """Seconds of one ``pulumi up`` each.

    Attributes:
        jobs: How many jobs.
        ours: With this library.
        naive: With a provider that waits inside ``create``.
        floor: As many resources with the same properties, behind which there is nothing.
        bare: As many resources without properties, behind which there is nothing.
    """

    jobs: int
    ours: float
    naive: float
    floor: float
    bare: float

    @property
    def faster(self) -> float:
        """How many times faster than the naive provider."""
        return self.naive / self.ours

    @property
    def over_the_floor(self) -> float:
        """How many times the floor and one job's length."""
        return self.ours / (self.floor + JOB_SECONDS)

    @property
    def over_the_bare_floor(self) -> float:
        """The same against resources without properties."""
        return self.ours / (self.bare + JOB_SECONDS)


def measure(sizes: tuple[int, ...], say: Callable[[str], None]) -> list[Figures]:
    """Measures all four for each number of jobs, one after the other.

    Args:
        sizes: Numbers of jobs.
        say: Told of each one as it ends.
    """
    found = []
    for jobs in sizes:
        figures = Figures(jobs, _up(OURS, jobs), _up(NAIVE, jobs), _up(FLOOR, jobs, 0), _up(BARE_FLOOR, jobs, 0))
        say(f"{jobs} jobs of {JOB_SECONDS:g} s: {figures}")
        found.append(figures)
    return found


def check(found: list[Figures]) -> list[str]:
    """What is not as it has to be, a sentence each."""
    largest = found[-1]
    if largest.jobs < SIZES[-1]:
        return []
    problems = []
    if largest.faster < FASTER:
        problems.append(f"{largest.jobs} jobs are {largest.faster:.1f} times faster than naive, not {FASTER:g} times.")
    if largest.over_the_floor > OVER_THE_FLOOR:
        problems.append(f"{largest.jobs} jobs take {largest.over_the_floor:.2f} times the floor and a job's length.")
    return problems


def _up(program: str, jobs: int, made: int | None = None) -> float:
    with scene(program.format(count=jobs), jobSeconds=JOB_SECONDS) as stage:
        seconds = stage.up()
        statuses = [job["status"] for job in stage.local.objects()["jobs"]]
        if statuses != ["complete"] * (jobs if made is None else made):
            raise BenchmarkError(f"{statuses.count('complete')} of {jobs} jobs are complete after the up")
        return seconds
