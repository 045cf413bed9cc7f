"""A preview that finds nothing to do: this library's resources, and resources behind which there is nothing."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.scene import BARE_FLOOR, FLOOR, OURS, scene

SIZES = (10, 100, 1000)
ROUNDS = 3
OVER_THE_FLOOR = 1.5
"""How many times the floor the preview of the largest number of resources may take."""


@dataclass(frozen=True)
class Figures:
    """Median seconds of a preview each.

    Attributes:
        resources: How many resources.
        ours: Jobs of this library, each of which is read.
        floor: Resources with the same properties, behind which there is nothing.
        bare: Resources without properties, behind which there is nothing.
    """

    resources: int
    ours: float
    floor: float
    bare: float

    @property
    def over_the_floor(self) -> float:
        """How many times the floor."""
        return self.ours / self.floor

    @property
    def over_the_bare_floor(self) -> float:
        """How many times the floor without properties."""
        return self.ours / self.bare


def measure(sizes: tuple[int, ...], say: Callable[[str], None]) -> list[Figures]:
    """Measures the three in turn, so that a machine that gets slower slows down all of them.

    Args:
        sizes: Numbers of resources.
        say: Told of each size as it ends.
    """
    found = []
    for count in sizes:
        programs = [program.format(count=count) for program in (OURS, FLOOR, BARE_FLOOR)]
        with scene(programs[0], jobSeconds=0) as ours, scene(programs[1]) as floor, scene(programs[2]) as bare:
            stages = (ours, floor, bare)
            for stage in stages:
                stage.up(quick=True)
            rounds = [[stage.preview() for stage in stages] for _ in range(ROUNDS)]
        figures = Figures(count, *(statistics.median(column) for column in zip(*rounds, strict=True)))
        say(f"preview of {count} resources: {figures}")
        found.append(figures)
    return found


def check(found: list[Figures]) -> list[str]:
    """What is not as it has to be, a sentence each."""
    largest = found[-1]
    if largest.resources < SIZES[-1] or largest.over_the_floor <= OVER_THE_FLOOR:
        return []
    return [f"A preview of {largest.resources} resources takes {largest.over_the_floor:.2f} times the floor."]
