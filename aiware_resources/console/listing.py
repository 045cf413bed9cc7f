"""A page that lists objects of one kind: the first ones that aiWARE gives, more on demand, searched on this side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from nicegui.events import GenericEventArguments

from aiware_resources.api import Api
from aiware_resources.console.elements import element
from aiware_resources.console.frame import Frame
from aiware_resources.console.live import Watching
from aiware_resources.console.table import Column, Row, Table
from aiware_resources.text.words import counted

R = TypeVar("R")

FIRST = 60
"""So many objects are read at first, and with each further step."""


@dataclass(frozen=True)
class Kind(Generic[R]):
    """What a page lists.

    Attributes:
        noun: What one is called.
        columns: The columns of the table.
        find: Finds them.
        row: Makes a row of one.
        order: What is said of their order, where it has a meaning: ``newest first``.
        step: How many are read at first, and with each further step.
        changes: Whether they change while somebody looks.
    """

    noun: str
    columns: Sequence[Column]
    find: Callable[[Api], Iterable[R]]
    row: Callable[[R, Callable[..., str]], Row]
    order: str = ""
    step: int = FIRST
    changes: bool = True


class Listing(Generic[R]):
    """The content of a page.

    Args:
        frame: The page.
        kind: What it lists.
        search: What is searched for at first.
    """

    def __init__(self, frame: Frame, kind: Kind[R], search: str = "") -> None:
        self._frame = frame
        self._kind = kind
        self._search = search
        self._limit = kind.step
        self._found: tuple[list[R], bool] = ([], False)
        self._watching: Watching | None = None

    async def make(self) -> None:
        """Makes the content, and keeps it up to date."""
        with element("div", role="search", class_="tools"):
            self._facts = element("p", "Reading", role="status", class_="facts")
            search = element("input", type="search", placeholder="Search", aria_label="Search", value=self._search)
            emit = "(event) => emit(event.target.value)"
            search.on("input", self._searched, js_handler=emit, throttle=0.3, leading_events=False)
        self._table = Table(f"{self._kind.noun}s", self._kind.columns)
        with element("nav", aria_label="Parts of the list", class_="parts") as self._parts:
            element("button", "Read more", type="button").on("click", self._more)
        self._parts.set_visibility(False)
        await self._watch()

    async def _watch(self) -> None:
        if self._watching is not None:
            self._watching.end()
        limit = self._limit
        subject = (self._kind.noun, limit)
        self._watching = await self._frame.watch(
            subject, lambda: self._read(limit), self._show, once=not self._kind.changes
        )

    def _read(self, limit: int) -> tuple[list[R], bool]:
        found = list(islice(self._kind.find(self._frame.place.api()), limit + 1))
        return found[:limit], len(found) > limit

    def _show(self, found: tuple[list[R], bool]) -> None:
        self._found = found
        records, more = found
        rows = [self._kind.row(record, self._frame.address) for record in records]
        words = self._search.casefold()
        chosen = [row for row in rows if words in _words(row)] if words else rows
        self._table.show(chosen)
        said = f"{'the first ' if more else ''}{counted(len(rows), self._kind.noun)}"
        order = f", {self._kind.order}" if self._kind.order and rows else ""
        self._facts.text = (
            f"{counted(len(chosen), self._kind.noun)} of {said}" if words else _sentence(f"{said}{order}")
        )
        self._parts.set_visibility(more)

    async def _more(self) -> None:
        self._limit += self._kind.step
        await self._watch()

    def _searched(self, event: GenericEventArguments) -> None:
        self._search = str(event.args or "").strip()
        self._show(self._found)


def _words(row: Row) -> str:
    cells: list[Any] = [cell for key, cell in row.items() if key != "key" and cell]
    return "\n".join(f"{cell.get('text')}\n{cell.get('small', '')}" for cell in cells).casefold()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
