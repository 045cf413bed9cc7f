"""Fleets of growing size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from benchmarks import fleet
from benchmarks.fleet import FleetFigures

SIZES = (100, 1_000, 10_000)
ARCHIVE = 100_000
"""Takes so long that it is measured only when it is asked for."""
LARGE = 10_000
"""From so many jobs on a fleet has to be as said below; of fewer, the start of the engine is most."""
OVER_THE_SCRIPT = 1.3
"""How many times as long as the script a fleet may take."""
LONGEST_PREVIEW = 60.0
"""Seconds that each preview with nothing to do may take, and an up which adds one job."""
MOST_REQUESTS = 30
"""Requests of the later preview: it reads a sample of a thousand finished jobs, fifty in a request."""
MOST_MEMORY = 1024.0
"""MiB that any process may need."""
MOST_STATE = 100.0
"""Bytes of state for each job beyond what the program passes."""


def measure(sizes: tuple[int, ...], say: Callable[[str], None]) -> list[FleetFigures]:
    """Measures a fleet of each size.

    Args:
        sizes: Numbers of jobs.
        say: Told of each one as it ends.
    """
    found = []
    for jobs in sizes:
        found.append(fleet.measure(jobs))
        say(f"{found[-1]}")
    return found


def check(found: Sequence[FleetFigures]) -> list[str]:
    """What is not as it has to be, a sentence each."""
    return [problem for each in found if each.jobs >= LARGE for problem in _problems(each)]


def _problems(fleet: FleetFigures) -> Iterator[str]:
    limits = {
        "times as long as the script": (fleet.over_the_script, OVER_THE_SCRIPT),
        "seconds for the first preview": (fleet.first, LONGEST_PREVIEW),
        "seconds for a preview": (fleet.preview, LONGEST_PREVIEW),
        "requests for a preview": (fleet.preview_requests, MOST_REQUESTS),
        "seconds for one job more": (fleet.added, LONGEST_PREVIEW),
        "MiB in a process": (max(fleet.peak_mib.values()), MOST_MEMORY),
        "bytes of state a job": (fleet.state_bytes_a_job, MOST_STATE),
    }
    for what, (value, limit) in limits.items():
        if value > limit:
            yield f"A fleet of {fleet.jobs} takes {value:.4g} {what}, more than {limit:.4g}."


def together(found: Sequence[FleetFigures], before: Sequence[FleetFigures]) -> list[FleetFigures]:
    """What was measured, with what was measured before of other sizes."""
    figures = {each.jobs: each for each in (*before, *found)}
    return [figures[jobs] for jobs in sorted(figures)]
