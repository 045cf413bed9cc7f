"""Printing what a command found or did: a table, facts, or JSON; and how far a transfer is."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from aiware_resources.errors import AiwareError, ConfigurationError, RunFailed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Column, Table

    from aiware_resources.api import Progress

T = TypeVar("T")

Act = Callable[[str], dict[str, Any]]
"""Does something to the object with this id, and returns what to tell of it in JSON beside the id."""

_UNLIMITED = 10_000


def console(*, err: bool = False) -> Console:
    """A console that shows names as they are: brackets and colons in them mean nothing.

    What goes into a pipe or a file is not folded, unless COLUMNS says how wide it may be. With NO_COLOR nothing is
    bold either.
    """
    from rich.console import Console

    wide = None if err or sys.stdout.isatty() or os.environ.get("COLUMNS") else _UNLIMITED
    return Console(
        stderr=err,
        width=wide,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        markup=False,
        highlight=False,
        emoji=False,
    )


def print_json(value: Any) -> None:
    """Prints a value as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(table: Table, nothing: str) -> None:
    """Prints a table.

    Args:
        table: The table.
        nothing: What to say when it is empty: ``There are no such jobs.``
    """
    if table.row_count:
        console().print(table)
    else:
        click.echo(nothing)


def print_facts(facts: Mapping[str, str | None]) -> None:
    """Prints what is known of one object, a line each; what is empty is left out."""
    printer = console()
    for name, value in facts.items():
        if value:
            printer.print(f"{name}: {value}", soft_wrap=True)


def print_paths(paths: Iterable[object]) -> None:
    """Prints the paths of files, a line each."""
    click.echo("".join(f"{path}\n" for path in paths), nl=False)


def new_table(*columns: Column | str, least: Sequence[str] = ()) -> Table:
    """A table without lines: it leaves the room to what is in it, and can be searched and cut.

    Args:
        columns: The columns; a title stands for one whose cells stay whole: ids, statuses, moments.
        least: Titles of the columns that a narrow terminal leaves out, the least important first.
    """
    from aiware_resources.cli.framework.tables import Listing

    return Listing(*columns, least=least)


def text_column(title: str) -> Column:
    """A column of texts of any length, which are folded where there is little room."""
    from rich.table import Column

    return Column(title, overflow="fold")


def shown(moment: datetime | None) -> str:
    """A moment as tables show it: to the minute, in UTC."""
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def first(found: Iterable[T], limit: int | None) -> tuple[list[T], bool]:
    """The first objects of a list, and whether there are more.

    Args:
        found: The list; it is read no further than needed.
        limit: How many; None for all.
    """
    chosen: list[T] = []
    for each in found:
        if limit is not None and len(chosen) == limit:
            return chosen, True
        chosen.append(each)
    return chosen, False


def to_each(ids: Iterable[str], act: Act, done: Callable[[str], str], *, as_json: bool) -> None:
    """Does something to each object, and prints what was done; one failure does not keep the others from it.

    Args:
        ids: Their ids; each is treated once.
        act: What to do.
        done: The sentence that says of an id that it was done.
        as_json: Whether to print JSON instead.

    Raises:
        RunFailed: Several of them failed.
        AiwareError: One of them failed.
    """
    treated: list[dict[str, Any]] = []
    failures: list[AiwareError] = []
    for id_ in dict.fromkeys(ids):
        try:
            treated.append({"id": id_, **act(id_)})
        except ConfigurationError:
            # It is the same for all of them.
            raise
        except AiwareError as error:
            failures.append(error)
        else:
            if not as_json:
                click.echo(done(id_))
    if as_json:
        print_json(treated)
    end_with(failures)


def end_with(failures: Sequence[AiwareError]) -> None:
    """Raises what failed, if anything did.

    Raises:
        RunFailed: Several things failed.
        AiwareError: One did.
    """
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise RunFailed(failures)


@contextmanager
def transfer_bar(doing: str) -> Iterator[Progress]:
    """Shows how far a transfer is, where standard error is a terminal; gives what the transfer tells its progress.

    Args:
        doing: What is done, to stand before the bar.
    """
    from rich import progress

    printer = console(err=True)
    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    # The bar goes when it is done: what the command says of the file comes after it.
    with progress.Progress(*columns, console=printer, disable=not printer.is_terminal, transient=True) as bars:
        task = bars.add_task(doing, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total or None)
