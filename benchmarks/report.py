"""The figures, as people read them."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version

from benchmarks.looks import Look
from benchmarks.series import AT_A_TIME, Series


def markdown(series: Sequence[Series], longest_waiting: float) -> str:
    """The report.

    Args:
        series: What was measured.
        longest_waiting: Seconds that the waiting may add at the most.
    """
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "`make bench` writes this page. Each run has a project, a state folder and a local aiWARE of its own, goes",
            "through the real Pulumi engine, and uses the settings that a stack has when it sets none. Times are medians,",
            "in seconds; in brackets, the shortest and the longest.",
            "",
            *_table(series),
            "",
            "- *Added by waiting* is the difference between the two columns before it. All jobs run at the same time, so",
            f"  it cannot be less than one job's length; the benchmark fails when it is more than {longest_waiting:g} s.",
            f"- *Waiting inside create* is what a provider that waits in `create` would add: a provider process serves",
            f"  {AT_A_TIME} calls at a time.",
            "- *Preview* is `pulumi preview` with nothing to do, the refresh of every job included.",
            "",
            "## Requests",
            "",
            *(line for each in series for line in _requests(each)),
            "",
            f"Measured on {_machine(series)}.",
            "",
        ]
    )


def _table(series: Sequence[Series]) -> list[str]:
    return [
        "| jobs | up, jobs of 0 s | up, jobs that take time | added by waiting | waiting inside create | preview |",
        "|---|---|---|---|---|---|",
        *(_row(each) for each in series),
    ]


def _row(series: Series) -> str:
    cells = [
        str(series.jobs),
        f"{series.quick_up:.1f} {_range([run.up for run in series.quick])}",
        f"{series.slow_up:.1f} {_range([run.up for run in series.slow])}, {series.job_seconds:g} s each",
        f"**{series.waiting:.1f}**",
        f"{series.in_create:.0f}, {series.in_create / series.waiting:.1f} times as long",
        f"{series.preview:.1f} {_range([run.preview for run in [*series.quick, *series.slow]])}",
    ]
    return f"| {' | '.join(cells)} |"


def _range(seconds: Sequence[float]) -> str:
    return f"({min(seconds):.1f} to {max(seconds):.1f})"


def _requests(series: Series) -> list[str]:
    requests = [run.requests for run in series.slow]
    looks = [look for run in series.slow for look in run.looks]
    return [
        f"- {series.jobs} jobs of {series.job_seconds:g} s: {min(requests)} to {max(requests)} HTTP requests during the up, "
        f"{series.jobs} of which submit a job. After the last one was submitted, the monitor looked {len(looks)} times "
        f"in {len(series.slow)} runs: {_looks(looks)}."
    ]


def _looks(looks: Sequence[Look]) -> str:
    wasted = sum(look.requests - look.fewest_requests for look in looks)
    largest = max(looks, key=lambda look: look.jobs)
    needed = "never more requests than batches" if wasted == 0 else f"{wasted} requests more than batches"
    return f"{needed}, at the most {largest.jobs} jobs in {largest.requests}"


def _machine(series: Sequence[Series]) -> str:
    return (
        f"{os.cpu_count()} cores ({platform.system()}, {platform.machine()}), Python {platform.python_version()}, "
        f"Pulumi {version('pulumi')}, {len(series[0].slow)} rounds"
    )
