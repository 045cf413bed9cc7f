"""Runs the benchmarks, prints the figures and writes them to benchmarks/results.md."""

from __future__ import annotations

from pathlib import Path

import click

from benchmarks.report import markdown
from benchmarks.series import measure_series

RESULTS = Path(__file__).with_name("results.md")
LONGEST_WAITING = 12.0
"""Seconds that the waiting for five-second jobs may add to an up."""


@click.command()
@click.option("--jobs", type=click.IntRange(1), default=40, show_default=True, help="How many jobs.")
@click.option("--seconds", type=click.FloatRange(0.1), default=5.0, show_default=True, help="How long each one takes.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="How many pairs of runs.")
@click.option("--large", is_flag=True, help="Measure ten times as many jobs as well, in one pair of runs.")
def main(jobs: int, seconds: float, rounds: int, large: bool) -> None:
    """Measures jobs that take time against the same program with jobs that take none."""
    sizes = [(jobs, rounds), *([(10 * jobs, 1)] if large else [])]
    series = [measure_series(count, seconds, times, _say) for count, times in sizes]
    report = markdown(series, LONGEST_WAITING)
    RESULTS.write_text(report)
    click.echo(f"\n{report}\nWritten to {RESULTS}.")
    for each in series:
        if each.waiting > LONGEST_WAITING + max(0.0, seconds - 5):
            raise click.ClickException(f"waiting for {each.jobs} jobs added {each.waiting:.1f} s, more than allowed")


def _say(progress: str) -> None:
    click.echo(progress, err=True)


main()
