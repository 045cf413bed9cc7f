"""Options and arguments that several commands have, and the examples at the end of a command's help."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from aiware_resources.text import commands

if TYPE_CHECKING:
    from aiware_resources.api import Api
    from aiware_resources.cli.documents.graphql import Given

C = TypeVar("C", bound=Callable[..., Any])

SHOWN = 30
"""Objects that a list shows by default, where there can be many."""

OUTPUT_FILE = click.Path(dir_okay=False, path_type=Path)
INPUT_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITTEN_JOBS = click.Path(exists=True, allow_dash=True, path_type=Path)
"""A file or folder that describes jobs, or standard input."""

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(\d+)([smhdw])")


def examples(*lines: str) -> str:
    """The end of a command's help: how it is called.

    Args:
        lines: Commands, each with a comment where it needs one.
    """
    return verbatim("Examples:", *lines)


def verbatim(title: str, *lines: str) -> str:
    """A paragraph of a help text whose lines stay as they are."""
    # \b tells click so.
    return "\n".join(["\b", title, *(f"  {line}" for line in lines)])


def json_option(what: str = "Print JSON, and errors as JSON on standard error.") -> Callable[[C], C]:
    """The option ``--json``, as the parameter ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help=what)


def complete_stack(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The stacks of the project whose names begin so, for the TAB key."""
    from aiware_resources.errors import ConfigurationError
    from aiware_resources.settings.project import Project

    try:
        stacks = Project.around(Path.cwd()).stacks()
    except ConfigurationError:
        # What is wrong with the project is not for the TAB key to tell.
        return []
    return [CompletionItem(stack.name) for stack in stacks if stack.name.startswith(begun)]


def _choose(context: click.Context, _parameter: click.Parameter, stack: str | None) -> None:
    if stack is not None:
        context.with_resource(commands.about(stack))
        context.obj = replace(context.obj, stack=stack)


def stack_option(command: C) -> C:
    """The option ``-s`` after the command, where many look for it; it does what it does before the command."""
    option = click.option(
        "-s",
        "--stack",
        expose_value=False,
        callback=_choose,
        shell_complete=complete_stack,
        help="Take the settings of this stack, as `aiware -s STACK` does.",
    )
    return option(command)


def limit_option(default: int | None = SHOWN) -> Callable[[C], C]:
    """The option ``--limit``: how many objects a list shows."""
    said = f"Show this many at most ({default} when left out)." if default else "Show this many at most."
    return click.option("-n", "--limit", type=click.IntRange(min=1), default=default, metavar="NUMBER", help=said)


def _read_variables(context: click.Context, parameter: click.Parameter, path: Path | None) -> Given | None:
    if path is None:
        return None
    from aiware_resources.cli.documents.found import NotReadable
    from aiware_resources.cli.documents.graphql import Given
    from aiware_resources.cli.documents.reading import decoded, read_json_value

    try:
        value = read_json_value(decoded(path.read_bytes(), str(path)))
    except NotReadable as error:
        raise click.BadParameter(error.message, context, parameter) from error
    if not isinstance(value.content, dict):
        raise click.BadParameter(f"{path} must hold an object: a value for each name.", context, parameter)
    return Given(value.content, value.locate)


def variables_option(command: C) -> C:
    """The option ``--variables``: the values of a GraphQL document's variables."""
    option = click.option(
        "--variables",
        type=INPUT_FILE,
        callback=_read_variables,
        help="Take the variables of a GraphQL document from this JSON file.",
    )
    return option(command)


def yes_option(what: str) -> Callable[[C], C]:
    """The option ``--yes``: do not ask.

    Args:
        what: What is done without asking: ``Delete``.
    """
    return click.option("-y", "--yes", is_flag=True, help=f"{what} without asking.")


def confirm(question: str, *, yes: bool) -> None:
    """Asks, on standard error, unless the answer was given beforehand.

    Raises:
        click.Abort: The answer is no, or nobody is there to answer.
    """
    if yes:
        return
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        # Nobody has ended the line of the question.
        click.echo(err=True)
        raise
    if not agreed:
        raise click.Abort


class Ago(datetime):
    """A moment that was given as a span before now: by the clock of this machine."""


class Moment(click.ParamType[datetime]):
    """A moment in the past: a span such as ``2d`` before now, or a date or time (UTC unless it says otherwise)."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Reads a moment; fails as wrong usage when it is not one."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        if ago := _AGO.fullmatch(text):
            try:
                moment = datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
                return Ago.fromisoformat(moment.isoformat())
            except OverflowError:
                self.fail(f"{text!r} is longer ago than there is time.", param, ctx)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                f"{text!r} is neither a span, such as 30m, 12h, 2d or 1w, nor a time, such as 2026-01-31.", param, ctx
            )
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


MOMENT = Moment()


def since_option(what: str) -> Callable[[C], C]:
    """The option ``--since``: only what was created since a moment."""
    return click.option("--since", type=MOMENT, help=f"Show only {what} created since: 2d, 12h, 30m ago, or a time.")


def at_server(api: Api, moment: datetime | None) -> datetime | None:
    """The moment by aiWARE's clock: a span before now is one before now there; a date or time is what it is."""
    from aiware_resources.api import learned_from

    return (learned_from(api, moment) or moment) if isinstance(moment, Ago) else moment
