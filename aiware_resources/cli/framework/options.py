"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from aiware_resources.cli import stack_config
from aiware_resources.cli.framework.times import MOMENT

C = TypeVar("C", bound=Callable[..., Any])

SHOWN = 30
"""How many objects a list shows when nothing else is said, where there can be many."""


def json_option(what: str = "Prints JSON, and errors as JSON on standard error.") -> Callable[[C], C]:
    """The option ``--json``, as the parameter ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help=what)


def complete_stack(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The stacks of the project whose names begin so, for the TAB key."""
    return [CompletionItem(name) for name in stack_config.names() if name.startswith(begun)]


def _choose(context: click.Context, _parameter: click.Parameter, stack: str | None) -> None:
    if stack is not None:
        context.obj = replace(context.obj, stack=stack)


def stack_option(command: C) -> C:
    """The option ``-s`` after the command, where many look for it; it does what it does before the command."""
    option = click.option(
        "-s",
        "--stack",
        expose_value=False,
        callback=_choose,
        shell_complete=complete_stack,
        help="Takes the settings of this stack, as `aiware -s STACK` does.",
    )
    return option(command)


def limit_option(default: int | None = SHOWN) -> Callable[[C], C]:
    """The option ``--limit``: how many objects a list shows."""
    said = f"Shows so many at most ({default} when left out)." if default else "Shows so many at most."
    return click.option("-n", "--limit", type=click.IntRange(min=1), default=default, metavar="NUMBER", help=said)


def since_option(what: str) -> Callable[[C], C]:
    """The option ``--since``: only what was created since a moment."""
    return click.option("--since", type=MOMENT, help=f"Shows only {what} created since: 2d, 12h, 30m ago, or a time.")


def yes_option(what: str) -> Callable[[C], C]:
    """The option ``--yes``: do not ask.

    Args:
        what: What is done without asking: ``Deletes``.
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
