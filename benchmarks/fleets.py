"""Fleets of growing size."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks import fleet
from benchmarks.fleet import FleetFigures

SIZES = (100, 1_000, 10_000)
LONGEST = 600.0
"""Seconds that the largest fleet may take."""
LONGEST_FOR_ONE_MORE = 20.0
"""Seconds that an up may take which adds one job to the largest fleet."""
MOST_MEMORY = 1024.0
"""MiB that any process may need."""
MOST_STATE = 250.0
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
    largest = found[-1]
    if largest.jobs < SIZES[-1]:
        return []
    limits = {
        "seconds for the first up": (largest.up, LONGEST),
        "seconds for one job more": (largest.added, LONGEST_FOR_ONE_MORE),
        "MiB in a process": (max(largest.peak_mib.values()), MOST_MEMORY),
        "bytes of state a job": (largest.state_bytes_a_job, MOST_STATE),
    }
    return [
        f"A fleet of {largest.jobs} takes {value:.0f} {what}, more than {limit:.0f}."
        for what, (value, limit) in limits.items()
        if value > limit
    ]
