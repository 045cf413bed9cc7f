"""The figures as a picture."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.results import Results

FILE = Path(__file__).with_name("results.png")


def plot(results: Results) -> None:
    """Draws three panels: jobs against the naive provider and the floor, fleets, and previews."""
    mpl.use("agg")
    figure = Figure(figsize=(15, 4.5), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    _lines(
        left,
        "pulumi up, jobs of 5 s",
        "jobs",
        {
            "waiting inside create": [(each.jobs, each.naive) for each in results.naive],
            "this library": [(each.jobs, each.ours) for each in results.naive],
            "the engine's floor": [(each.jobs, each.floor) for each in results.naive],
        },
    )
    _lines(
        middle,
        "one fleet",
        "jobs of 0 s",
        {
            "pulumi up": [(each.jobs, each.up) for each in results.fleet],
            "a bare script": [(each.jobs, each.bare) for each in results.fleet],
            "preview, nothing to do": [(each.jobs, each.preview) for each in results.fleet],
        },
    )
    _lines(
        right,
        "pulumi preview, nothing to do",
        "resources",
        {
            "this library": [(each.resources, each.ours) for each in results.previews],
            "the engine's floor": [(each.resources, each.floor) for each in results.previews],
            "floor without properties": [(each.resources, each.bare) for each in results.previews],
        },
    )
    figure.savefig(FILE, dpi=110)


def _lines(axes: Axes, title: str, sizes: str, lines: dict[str, list[tuple[int, float]]]) -> None:
    axes.set(title=title, xlabel=sizes, ylabel="seconds", xscale="log", yscale="log")
    axes.grid(visible=True, which="major", alpha=0.3)
    for name, points in lines.items():
        axes.plot([size for size, _ in points], [seconds for _, seconds in points], marker="o", label=name)
    axes.legend()
