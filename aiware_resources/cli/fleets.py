"""``aiware fleets``: what became of the entries of fleets."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiware_resources.cli.framework.options import (
    OUTPUT_FILE,
    confirm,
    examples,
    json_option,
    limit_option,
    stack_option,
    yes_option,
)
from aiware_resources.cli.framework.printing import first, new_table, print_json, print_table, text_column, to_each
from aiware_resources.cli.framework.session import Session
from aiware_resources.errors import InvalidInput, NotFound, NotImplementedByServer
from aiware_resources.text.words import counted, near

if TYPE_CHECKING:
    from aiware_resources.api import Api
    from aiware_resources.report.live import Recorded

STATUSES = ("pending", "queued", "running", "complete", "failed", "cancelled", "aborted", "missing", "gone", "unread")
"""Statuses of an entry: those of its job; aiWARE does not show it, nothing is left of it, or it cannot be read."""
COLUMNS = ("key", "status", "job", "tdo", "reason")


@dataclass(frozen=True)
class Row:
    """What became of an entry."""

    key: str
    status: str
    job_id: str
    target_id: str | None
    reason: str = ""

    def properties(self) -> dict[str, Any]:
        """As JSON and CSV have it."""
        values = (self.key, self.status, self.job_id, self.target_id, self.reason or None)
        return dict(zip(COLUMNS, values, strict=True))


@click.group()
def fleets() -> None:
    """Show the entries of fleets, and retry those that failed.

    The fleets are those in the state of the stack that is named, or of the selected one.
    """


@fleets.command("list", epilog=examples("aiware fleets list -s prod", "aiware fleets list -s prod --json"))
@json_option()
@stack_option
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """List the fleets of a stack, as its state has them.

    Asks aiWARE nothing. Failures are those that the last run saw when it began: `aiware fleets show` tells of those
    that came later, and which jobs go on. Entries that were not accepted are those whose jobs could not be submitted,
    started again or removed: the next `pulumi up` takes them up.
    """
    found = [_facts(*each) for each in sorted(_stack(session).fleets.items())]
    if as_json:
        print_json(found)
        return
    table = new_table(text_column("name"), "jobs", "failed", "not accepted")
    for each in found:
        table.add_row(each["name"], f"{each['jobs']:,}", f"{each['failed']:,}", f"{each['notDone']:,}")
    print_table(table, "The stack has no fleet.")


def _facts(name: str, fleet: Recorded) -> dict[str, Any]:
    from aiware_resources.fleet.entries import recorded_entries
    from aiware_resources.fleet.plan import FAILURES
    from aiware_resources.fleet.unfinished import UNDONE, Unfinished

    return {
        "name": name,
        "jobs": len(recorded_entries(fleet.outputs)),
        "failed": len(fleet.outputs.get(FAILURES) or ()),
        "notDone": Unfinished.parse(fleet.outputs.get(UNDONE)).count,
    }


def _chosen(command: Any) -> Any:
    """The options that choose entries."""
    keys = click.option(
        "--key", "patterns", multiple=True, metavar="PATTERN", help="Choose only keys like this: 'ep-*'; repeatable."
    )
    statuses = click.option(
        "--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="Choose only these; repeatable."
    )
    return click.argument("fleet")(statuses(keys(command)))


@fleets.command(
    epilog=examples(
        "aiware fleets show archive -s prod",
        "aiware fleets show archive --status failed",
        "aiware fleets show archive --key '2026-*' --limit 1000 --json",
    )
)
@_chosen
@limit_option()
@json_option()
@stack_option
@click.pass_obj
def show(
    session: Session, fleet: str, statuses: tuple[str, ...], patterns: tuple[str, ...], limit: int, as_json: bool
) -> None:
    """Show the entries of a fleet (query job, in batches).

    Tells the status of each job, and why it failed. FLEET is the name of the resource in the program.
    """
    _, rows = _rows(_stack(session), fleet, statuses, patterns)
    shown, more = first(rows, limit)
    if as_json:
        print_json([row.properties() for row in shown])
    else:
        table = new_table(text_column("key"), "status", "job", "TDO", text_column("reason"), least=("TDO", "reason"))
        for row in shown:
            table.add_row(row.key, row.status, row.job_id, row.target_id, row.reason)
        print_table(table, "There are no such entries.")
    if more:
        session.note(f"These are the first {limit} of {len(rows):,}; --limit shows more.")


@fleets.command(
    epilog=examples(
        "aiware fleets export archive -s prod > archive.csv",
        "aiware fleets export archive --status failed -o failed.csv",
    )
)
@_chosen
@click.option("-o", "--output", type=OUTPUT_FILE, help="Write into this file instead of standard output.")
@stack_option
@click.pass_obj
def export(
    session: Session, fleet: str, statuses: tuple[str, ...], patterns: tuple[str, ...], output: Path | None
) -> None:
    """Write the entries of a fleet as CSV.

    The columns are key, status, job, tdo and reason.
    """
    _, rows = _rows(_stack(session), fleet, statuses, patterns)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.properties() for row in rows)
    if output is None:
        click.echo(text.getvalue(), nl=False)
    else:
        output.write_text(text.getvalue(), encoding="utf-8")
        session.note(f"{counted(len(rows), 'row')} in {output}.")


@fleets.command(
    epilog=examples("aiware fleets retry archive -s prod", "aiware fleets retry archive --key '2026-*' --yes")
)
@click.argument("fleet")
@click.option(
    "--key", "patterns", multiple=True, metavar="PATTERN", help="Choose only keys like this: 'ep-*'; repeatable."
)
@yes_option("Retry")
@json_option()
@stack_option
@click.pass_obj
def retry(session: Session, fleet: str, patterns: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Start the failed jobs of a fleet again (mutation retryJob).

    Asks first. The jobs keep their ids, and the next `pulumi up` takes them as they are. A cancelled job cannot be
    retried, nor any on aiWARE Edge: `pulumi up` submits new ones. Neither can a job that has a signed link to an
    uploaded file or a private recording, since the link may have expired.
    """
    from aiware_resources.fleet.entries import recorded_entries
    from aiware_resources.fleet.plan import named
    from aiware_resources.fleet.update import with_links
    from aiware_resources.jobs import actions

    stack = _stack(session)
    api, rows = _rows(stack, fleet, ("failed", "aborted"), patterns)
    if not api.abilities.retries_in_place:
        raise NotImplementedByServer(
            f"{api.abilities.name} has no call to start a job again.",
            remedy="`pulumi up` submits new jobs for those that failed, unless on_failure is keep.",
        )
    keys = {row.job_id: row.key for row in rows}
    entries = recorded_entries(stack.fleets[fleet].outputs)
    linked = with_links(stack.fleets[fleet].inputs, {key: entries[key] for key in keys.values()})
    if linked:
        raise InvalidInput(
            f"The failed jobs of these entries have signed links, which may have expired: {named(linked)}.",
            remedy="`pulumi up` submits them again with new links, unless on_failure is keep. --key chooses others.",
        )
    if rows:
        confirm(f"Retry {counted(len(rows), 'job')} of {fleet}?", yes=yes)
    before = api.jobs(list(keys))

    def again(job_id: str) -> dict[str, Any]:
        return {"key": keys[job_id], "status": actions.retry(api, job_id, before.get(job_id)).status}

    to_each(keys, again, lambda job_id: f"{keys[job_id]}: job {job_id} runs again.", as_json=as_json)
    if not rows:
        session.note("No failed job matches.")


@dataclass(frozen=True)
class _Stack:
    """A stack with fleets.

    Attributes:
        session: The session with its name.
        state: Its resources.
        fleets: Its fleets, by name.
    """

    session: Session
    state: Sequence[dict[str, Any]]
    fleets: Mapping[str, Recorded]

    def api_of(self, fleet: Recorded) -> Api:
        """The aiWARE that a fleet is in: that of its explicit provider, or the stack's."""
        from aiware_resources.api import connect
        from aiware_resources.cli import pulumi_command
        from aiware_resources.reconcile.explicit import recorded_providers
        from aiware_resources.settings import Settings

        explicit = pulumi_command.providers(self.session.stack) if recorded_providers(self.state) else {}
        settings = explicit.get(fleet.provider)
        return self.session.api() if settings is None else connect(Settings.from_mapping(settings), start=False)


def _stack(session: Session) -> _Stack:
    """The stack that is named, or the selected one."""
    from aiware_resources.cli import pulumi_command
    from aiware_resources.fleet.entity import FleetEntity
    from aiware_resources.report.live import recorded_in

    session = replace(session, stack=session.stack or pulumi_command.selected(), provider=None)
    state = pulumi_command.recorded(session.stack)
    found = (each for each in recorded_in(state) if isinstance(each.entity, FleetEntity))
    return _Stack(session, state, {each.urn.rpartition("::")[2]: each for each in found})


def _rows(stack: _Stack, name: str, statuses: Sequence[str], patterns: Sequence[str]) -> tuple[Api, list[Row]]:
    """The entries of a fleet that are chosen, by their keys, and where their jobs are."""
    from aiware_resources.fleet.entries import recorded_entries
    from aiware_resources.fleet.reading import look

    fleet = stack.fleets.get(name)
    if fleet is None:
        meant, has = near(name, stack.fleets), ", ".join(sorted(stack.fleets)) or "none"
        remedy = f"Did you mean {meant[0]}?" if meant else f"It has {has}."
        raise NotFound(f"The stack {stack.session.stack} has no fleet {name}.", remedy=remedy, object_id=name)
    entries = {
        key: entry
        for key, entry in sorted(recorded_entries(fleet.outputs).items())
        if not patterns or any(fnmatchcase(key, pattern) for pattern in patterns)
    }
    api = stack.api_of(fleet)
    looked = look(api, entries)
    found = {
        **looked.statuses,
        **dict.fromkeys(looked.missing, "missing"),
        **dict.fromkeys(looked.gone, "gone"),
        **dict.fromkeys(looked.unread, "unread"),
    }
    reasons = {**looked.failures, **{key: str(error) for key, error in looked.unread.items()}}
    rows = (
        Row(key, found[key], entry.job_id, entry.target_id, _line(reasons.get(key, "")))
        for key, entry in entries.items()
    )
    return api, [row for row in rows if not statuses or row.status in statuses]


def _line(text: str) -> str:
    return " ".join(text.split())
