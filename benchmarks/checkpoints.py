"""`pulumi up` with the state written after every step, and at the end only: this library and the engine's floor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.against_naive import JOB_SECONDS
from benchmarks.scene import BARE_FLOOR, FLOOR, OURS, BenchmarkError, scene

JOBS = 400


@dataclass(frozen=True)
class Figures:
    """Seconds of one ``pulumi up`` each.

    Attributes:
        jobs: How many jobs.
        skipped: Whether the state was written at the end only (``PULUMI_SKIP_CHECKPOINTS``).
        ours: With this library.
        floor: As many resources with the same properties, behind which there is nothing.
        bare: As many resources without properties, behind which there is nothing.
    """

    jobs: int
    skipped: bool
    ours: float
    floor: float
    bare: float

    @property
    def over_the_floor(self) -> float:
        """How many times the floor and one job's length."""
        return self.ours / (self.floor + JOB_SECONDS)

    @property
    def over_the_bare_floor(self) -> float:
        """The same against resources without properties."""
        return self.ours / (self.bare + JOB_SECONDS)


def measure(jobs: int, say: Callable[[str], None]) -> list[Figures]:
    """Measures all three, one after the other: first with checkpoints, then without.

    Args:
        jobs: How many jobs.
        say: Told of each row as it ends.
    """
    found = []
    for skipped in (False, True):
        figures = Figures(jobs, skipped, *(_up(program, jobs, skipped) for program in (OURS, FLOOR, BARE_FLOOR)))
        say(f"{jobs} jobs of {JOB_SECONDS:g} s: {figures}")
        found.append(figures)
    return found


def _up(program: str, jobs: int, skipped: bool) -> float:
    with scene(program.format(count=jobs), jobSeconds=JOB_SECONDS) as stage:
        seconds = stage.up(quick=skipped)
        statuses = [job["status"] for job in stage.local.objects()["jobs"]]
        if statuses != ["complete"] * (jobs if program == OURS else 0):
            raise BenchmarkError(f"{statuses.count('complete')} of {jobs} jobs are complete after the up")
        return seconds
