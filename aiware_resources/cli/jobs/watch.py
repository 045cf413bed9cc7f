"""``aiware jobs watch``."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

import click

from aiware_resources.cli.framework.endings import Interrupted
from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.printing import console
from aiware_resources.cli.framework.several import end_with
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.jobs.displays import Display, Lines, LiveTable, Objects
from aiware_resources.cli.jobs.outage import Outage
from aiware_resources.cli.jobs.watching import Watched
from aiware_resources.cli.session import Session
from aiware_resources.errors import WaitTimedOut
from aiware_resources.settings import Settings
from aiware_resources.waiting.interval import Interval


@click.command(
    epilog=examples(
        "aiware jobs watch 24112609_Mdsq3lksrB 24112609_Kpw81msqTz",
        "aiware jobs watch $(aiware jobs list --status running --json | jq -r '.[].id')",
        "aiware jobs watch 24112609_Mdsq3lksrB --timeout 3600 --json",
    )
)
@click.argument("job_ids", metavar="JOB...", nargs=-1, required=True)
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Ends with 1 after this long."
)
@json_option("Prints a JSON object a line for each change, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def watch(session: Session, job_ids: tuple[str, ...], timeout: float | None, as_json: bool) -> None:
    """Watches jobs until all of them are done (query job, in batches).

    A terminal shows a table that is kept up to date, anything else gets a line for each change. Exit code 1 when a job
    failed. Ctrl-C ends the watching; the jobs go on.
    """
    settings = session.settings()
    watched = Watched(session.api(), job_ids, settings.not_found_grace)
    try:
        with _display(watched, as_json) as display:
            _follow(watched, display, settings, timeout, Outage(session.note))
    except KeyboardInterrupt as error:
        remedy = _go_on(session, watched.unfinished)
        raise Interrupted("The watching has ended; the jobs go on.", remedy=remedy) from error
    end_with([*watched.failures, *_late(session, watched.unfinished, timeout)])


def _display(watched: Watched, as_json: bool) -> AbstractContextManager[Display]:
    if as_json:
        return Objects()
    printer = console()
    return LiveTable(watched, printer) if printer.is_terminal else Lines()


def _follow(watched: Watched, display: Display, settings: Settings, timeout: float | None, outage: Outage) -> None:
    """Looks until all are done, or the time is up."""
    interval = Interval(settings.poll_interval, settings.poll_max_interval)
    end = None if timeout is None else time.monotonic() + timeout
    changed = watched.begin()
    while True:
        display.show(changed)
        left = interval.seconds if end is None else min(interval.seconds, end - time.monotonic())
        if not watched.unfinished or left <= 0:
            return
        time.sleep(left)
        changed = []
        with outage.outlasted():
            changed = watched.look()
        interval.after(changed=bool(changed))


def _late(session: Session, job_ids: Sequence[str], timeout: float | None) -> Iterator[WaitTimedOut]:
    if job_ids:
        yield WaitTimedOut(
            f"Not done after {timeout:g} s: {', '.join(job_ids)}.",
            remedy=f"{'It goes' if len(job_ids) == 1 else 'They go'} on in aiWARE. {_go_on(session, job_ids)}",
            object_id=job_ids[0],
        )


def _go_on(session: Session, job_ids: Sequence[str]) -> str:
    return f"To go on: {session.command('jobs', 'watch', *job_ids)}"
