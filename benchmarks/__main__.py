"""Runs the benchmarks, prints the figures and writes them to benchmarks/results.md."""

from __future__ import annotations

from pathlib import Path

import click

from benchmarks import against_naive, checkpoints, console, fleets, previews, speech, waiting
from benchmarks.plot import plot
from benchmarks.report import markdown
from benchmarks.results import Results, this_machine
from tests.support.interrupts import heed_interrupts

PAGE = Path(__file__).with_name("results.md")
PARTS = ("waiting", "naive", "checkpoints", "fleet", "previews", "speech", "console")
ARCHIVE = "archive"
"""The part that is measured only when it is named: a fleet of 100,000 jobs, and as many by the script."""


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice((*PARTS, ARCHIVE)))
@click.option("--small", is_flag=True, help="Leave the largest size of each out, and write nothing.")
def main(parts: tuple[str, ...], small: bool) -> None:
    """Measures all PARTS but the archive, or those named; the figures of the others stay as they were found."""
    heed_interrupts()
    wanted = parts or PARTS
    results = Results() if small else Results.load()
    if "waiting" in wanted:
        results.waiting = waiting.measure(waiting.JOBS, 1 if small else waiting.ROUNDS, _say)
    if "naive" in wanted:
        results.naive = against_naive.measure(_sizes(against_naive.SIZES, small), _say)
    if "checkpoints" in wanted and not small:
        results.checkpoints = checkpoints.measure(checkpoints.JOBS, _say)
    if "fleet" in wanted:
        results.fleet = fleets.together(fleets.measure(_sizes(fleets.SIZES, small), _say), results.fleet)
    if ARCHIVE in wanted:
        results.fleet = fleets.together(fleets.measure((fleets.ARCHIVE,), _say), results.fleet)
    if "previews" in wanted:
        results.previews = previews.measure(_sizes(previews.SIZES, small), _say)
    if "speech" in wanted and not small:
        results.speech = speech.measure(_say)
    if "console" in wanted:
        results.console = console.measure(_say)
    results.machine = this_machine()
    report = markdown(results)
    click.echo(f"\n{report}")
    if not small:
        results.save()
        plot(results)
        PAGE.write_text(report)
        click.echo(f"Written to {PAGE}.")
    if problems := results.problems():
        raise click.ClickException("\n".join(problems))


def _sizes(sizes: tuple[int, ...], small: bool) -> tuple[int, ...]:
    return sizes[:-1] if small else sizes


def _say(progress: str) -> None:
    click.echo(progress, err=True)


main()
