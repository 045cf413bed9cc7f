"""``aiware preview``: what an update would do, as a report for a pull request."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiware_resources.cli.framework.options import OUTPUT_FILE, examples, json_option
from aiware_resources.cli.framework.printing import console
from aiware_resources.cli.framework.root import CHANGES, FAILED
from aiware_resources.cli.framework.session import Session
from aiware_resources.errors import ConfigurationError

if TYPE_CHECKING:
    from aiware_resources.report import Report

FORMATS = ("text", "markdown", "html", "json")
FATES = ("delete", "replace", "drift")
STANDARD_INPUT = "-"

_SAYS_REFRESH = re.compile(r"--refresh(=|$)|-r")


class _Fates(click.ParamType[tuple[str, ...]]):
    """A list, with commas, of what must not happen."""

    name = "WHAT"

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Reads ``delete,replace``."""
        if isinstance(value, tuple):
            return value
        fates = tuple(part.strip() for part in value.split(",") if part.strip())
        for fate in fates:
            if fate not in FATES:
                self.fail(f"{fate!r} is none of {', '.join(FATES)}.", param, ctx)
        return fates


class _Amount(click.ParamType[Decimal]):
    """An amount of money."""

    name = "AMOUNT"

    def convert(self, value: str | Decimal, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Reads ``12.50``."""
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value!r} is not an amount, such as 12.50.", param, ctx)
        return amount


@click.command(
    epilog=examples(
        "aiware preview -s dev",
        "aiware preview -s dev --format html -o preview.html",
        "aiware preview -s prod --fail-on delete,replace",
        "aiware preview -s prod --max-jobs 100 --max-minutes 600 --max-cost 50",
        "pulumi preview --json --show-sames > preview.json; aiware preview --from preview.json",
        "aiware preview -s dev -- --target URN       # what follows -- is for pulumi preview",
    )
)
@click.option("-s", "--stack", help="Preview this stack; without it the one that is selected.")
@click.option(
    "-f",
    "--format",
    "as_format",
    type=click.Choice(FORMATS),
    help="Write the report in this format; when left out, text on a terminal and Markdown elsewhere.",
)
@json_option("Write the report as JSON, as --format json does, and errors as JSON on standard error.")
@click.option("-o", "--output", type=OUTPUT_FILE, help="Write here, not to the screen.")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="Read what `pulumi preview --json` printed from this file, - for standard input, and run no preview.",
)
@click.option("--exit-code", is_flag=True, help="End with 2 when something is to change.")
@click.option(
    "--fail-on",
    type=_Fates(),
    default=(),
    help="End with 1 when content would be deleted (delete), a resource be replaced (replace), or something has "
    "drifted (drift); several with commas between them.",
)
@click.option("--max-jobs", type=click.IntRange(min=0), help="End with 1 when more jobs would run.")
@click.option(
    "--max-minutes", type=click.FloatRange(min=0), help="End with 1 when jobs would work on more minutes of media."
)
@click.option(
    "--max-cost",
    type=_Amount(),
    metavar="AMOUNT",
    help="End with 1 when the jobs would cost more, by --prices.",
)
@click.option(
    "--unknown-minutes",
    type=click.FloatRange(min=0),
    help="Count media of unknown length as so many minutes; when left out, --max-minutes does not allow them.",
)
@click.option(
    "--prices",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read what engines cost from this file; when left out, from the one that aiware:prices names.",
)
@click.option(
    "--measure/--no-measure",
    default=None,
    help="Measure media with ffprobe, where it is installed; when left out, not with --from.",
)
@click.argument("arguments", nargs=-1, metavar="[-- PULUMI_ARGUMENTS...]")
@click.pass_obj
def preview(
    session: Session,
    stack: str | None,
    as_format: str | None,
    output: Path | None,
    source: str | None,
    exit_code: bool,
    fail_on: tuple[str, ...],
    max_jobs: int | None,
    max_minutes: float | None,
    max_cost: Decimal | None,
    unknown_minutes: float | None,
    prices: Path | None,
    measure: bool | None,
    arguments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Report what an update would do.

    The report is for a person, a pull request or a program. Runs `pulumi preview`, which changes nothing, and has it
    read aiWARE first, whatever the project's Pulumi.yaml says (not with `-- --refresh=false`). The report says in one
    sentence what happens, then lists the changes by recording, destructive ones first and marked, and why jobs run
    again; drift in a list of its own; and the task graphs of new and changed jobs. Secrets never appear.

    It also tells how long the media are that jobs work on, by ffprobe or by the times of their TDOs, and what that
    costs, by prices of yours. What is not known is told as unknown, and is within no limit.

    Exit codes: 0 done, 1 the preview failed, --fail-on applies or a limit is exceeded, 2 something is to change
    (--exit-code).
    """
    if source is not None and arguments:
        raise click.UsageError("With --from no preview is run that could take arguments.")
    from aiware_resources import report as reports
    from aiware_resources.cli import estimating

    report = _read(source) if source is not None else previewed(stack or session.stack, arguments)
    report = replace(report, origin=reports.origin_in(os.environ))
    # What another machine has previewed may be of a stack that is not known here.
    whom = replace(session, stack=stack or session.stack or (report.stack if source is None else None))
    measured = source is None if measure is None else measure
    report = estimating.estimated(report, whom, prices, unknown_minutes, measure=measured)
    limits = estimating.Limits(max_jobs, max_minutes, max_cost, unknown_minutes)
    _write(report, "json" if as_json else as_format, output)
    if output is not None:
        session.note(f"{report.project}/{report.stack}: {reports.sentence(report)}. The report is in {output}.")
    offences = [text for fate in fail_on for text in _offences(report, fate)] + list(limits.objections(report))
    for text in offences:
        click.echo(f"Error: {text}", err=True)
    if report.errors or offences:
        raise click.exceptions.Exit(FAILED)
    if exit_code and report.changes:
        raise click.exceptions.Exit(CHANGES)


def _read(source: str) -> Report:
    from aiware_resources import report as reports

    text = sys.stdin.read() if source == STANDARD_INPUT else Path(source).read_text(encoding="utf-8")
    return reports.build(reports.with_jobs(reports.parse(text), lambda: ()))


def previewed(stack: str | None, arguments: tuple[str, ...] = ()) -> Report:
    """Previews the next update of a stack.

    Args:
        stack: The stack; ``None`` for the one that is selected.
        arguments: More arguments for Pulumi.

    Raises:
        ConfigurationError: The preview could not begin.
    """
    from aiware_resources import report as reports
    from aiware_resources.cli import pulumi_command

    ended = pulumi_command.preview(stack, [*_refresh(arguments), *arguments])
    found = reports.with_policies(reports.parse(ended.output), ended.events)
    report = reports.build(reports.with_jobs(found, lambda: pulumi_command.recorded(stack)))
    if not report.stack:
        # A preview that ends before its first step does not say.
        report = replace(report, project=_project(), stack=stack or pulumi_command.selected())
    if ended.code and not report.errors:
        reason = ended.errors.strip() or f"`pulumi preview` ended with exit code {ended.code}."
        report = replace(report, errors=(reason,))
    return report


def _refresh(arguments: tuple[str, ...]) -> list[str]:
    """Has aiWARE read first where the project does not ask for it: without that, a preview does not see drift."""
    from aiware_resources.settings.project import Project

    if any(_SAYS_REFRESH.match(argument) for argument in arguments):
        return []
    try:
        return [] if Project.around(Path.cwd()).refreshes else ["--refresh"]
    except ConfigurationError:
        # Pulumi says better what is wrong with the project.
        return []


def _project() -> str:
    from aiware_resources.settings.project import Project

    try:
        return Project.around(Path.cwd()).name
    except ConfigurationError:
        return ""


def _rendered(report: Report, as_format: str) -> str:
    from aiware_resources import report as reports

    if as_format == "text":
        from aiware_resources.cli.preview_text import plain

        return plain(report)
    if as_format == "html":
        return reports.html(report)
    if as_format == "json":
        return reports.as_json(report)
    return reports.markdown(report)


def _write(report: Report, as_format: str | None, output: Path | None) -> None:
    if output is not None:
        output.write_text(_rendered(report, as_format or "markdown"), encoding="utf-8")
        return
    printer = console()
    as_format = as_format or ("text" if printer.is_terminal else "markdown")
    if as_format == "text":
        from aiware_resources.cli.preview_text import print_report

        print_report(report, printer)
    else:
        click.echo(_rendered(report, as_format), nl=False)


def _offences(report: Report, fate: str) -> list[str]:
    """Lists what --fail-on does not allow, a sentence each."""
    if fate == "drift":
        return [f"{each.type} {each.name} has drifted: {each.what}." for each in report.drift]
    if fate == "replace":
        return [f"{each.type} {each.name} would be replaced." for each in report.changes if each.action == "replace"]
    return [
        f"{each.type} {each.name}: {'. '.join([each.says, *(note.rstrip('.') for note in each.notes)])}."
        for each in report.changes
        if each.destroys
    ]
