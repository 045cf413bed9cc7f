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
            "through the real Pulumi engine, and uses the settings that a stack has when it sets none. Times are",
            "medians, in seconds; in brackets, the shortest and the longest.",
            "",
            *_table(series),
            "",
            "- *Added by waiting* is the difference between the two columns before it. All jobs run at the same time,",
            "  so it cannot be less than the length of a job that is submitted last. Of many jobs, most are done while",
            "  others are being submitted, and what remains is within the spread of the measurement. The benchmark",
            f"  fails when it is more than {longest_waiting:g} s.",
            "- *Waiting inside create* is the least that the jobs would take if `create` waited for them: a provider",
            f"  process serves {AT_A_TIME} calls at a time.",
            "- *Preview* is `pulumi preview` with nothing to do, the refresh of every job included.",
            "- The engine writes the whole state to its file after every step, so the time of an up grows faster than",
            "  the number of resources, with or without waiting.",
            "",
            "## Requests",
            "",
            "HTTP requests during the up with jobs that take time. *Looks* are those of the monitor once all jobs were",
            "submitted and seen: how many jobs it asked about, and in how many requests.",
            "",
            "| jobs | all | the monitor's | looks |",
            "|---|---|---|---|",
            *(_requests(each) for each in series),
            "",
            f"Measured on {_machine()}.",
            "",
        ]
    )


def _table(series: Sequence[Series]) -> list[str]:
    return [
        "| jobs | rounds | up, jobs of 0 s | up, jobs that take time "
        "| added by waiting | waiting inside create | preview |",
        "|---|---|---|---|---|---|---|",
        *(_row(each) for each in series),
    ]


def _row(series: Series) -> str:
    cells = [
        str(series.jobs),
        str(len(series.slow)),
        f"{series.quick_up:.1f} {_range([run.up for run in series.quick])}",
        f"{series.slow_up:.1f} {_range([run.up for run in series.slow])}, {series.job_seconds:g} s each",
        f"**{series.waiting:.1f}**",
        f"{series.in_create:.0f} ({series.in_create / series.slow_up:.1f} times as long)",
        f"{series.preview:.1f} {_range([run.preview for run in [*series.quick, *series.slow]])}",
    ]
    return f"| {' | '.join(cells)} |"


def _range(seconds: Sequence[float]) -> str:
    return f"({min(seconds):.1f} to {max(seconds):.1f})"


def _requests(series: Series) -> str:
    cells = [
        str(series.jobs),
        _span([run.requests for run in series.slow]),
        _span([run.monitor_requests for run in series.slow]),
        "; ".join(", ".join(_look(look) for look in run.looks) for run in series.slow),
    ]
    return f"| {' | '.join(cells)} |"


def _look(look: Look) -> str:
    more = look.requests - look.fewest_requests
    return f"{look.jobs} in {look.requests}" + (f" ({more} more than batches)" if more else "")


def _span(numbers: Sequence[int]) -> str:
    return f"{min(numbers)}" if min(numbers) == max(numbers) else f"{min(numbers)} to {max(numbers)}"


def _machine() -> str:
    machine = f"{os.cpu_count()} cores ({platform.system()}, {platform.machine()})"
    return f"{machine}, Python {platform.python_version()}, Pulumi {version('pulumi')}"
