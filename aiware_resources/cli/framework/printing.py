"""Printing what a command found: a table, facts, or JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Column, Table

T = TypeVar("T")


_UNLIMITED = 10_000


def console() -> Console:
    """A console that shows names as they are: brackets and colons in them mean nothing.

    What goes into a pipe or a file is not folded, unless COLUMNS says how wide it may be.
    """
    wide = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else _UNLIMITED
    return Console(width=wide, markup=False, highlight=False, emoji=False)


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


def new_table(*columns: Column | str) -> Table:
    """A table without lines: it leaves the room to what is in it, and can be searched and cut."""
    return Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0))


def id_column(title: str = "id") -> Column:
    """A column of ids: they are there to be copied, so a narrow terminal must not cut them."""
    return Column(title, no_wrap=True)


def time_column(title: str) -> Column:
    """A column of moments."""
    return Column(title, no_wrap=True)


def text_column(title: str) -> Column:
    """A column of texts of any length."""
    return Column(title, overflow="fold")


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
