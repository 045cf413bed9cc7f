"""The lines of a report: rows to which the same happens are one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from aiware_resources.report.fleets import RECORDING
from aiware_resources.report.model import Change, Reason, Row
from aiware_resources.report.values import shown
from aiware_resources.text.words import counted

NAMED = 5
"""So many recordings of one line are named where everybody sees them; more open on a click."""


@dataclass(frozen=True)
class Line:
    """One row, or several to which the same happens.

    Attributes:
        rows: The rows.
        because: Why; values that are not the same for all are left out.
    """

    rows: tuple[Row, ...]
    because: tuple[Reason, ...]

    @property
    def first(self) -> Row:
        """The first of its rows."""
        return self.rows[0]

    @property
    def is_folded(self) -> bool:
        """Whether it stands for several rows."""
        return len(self.rows) > 1

    @property
    def is_named(self) -> bool:
        """Whether its recordings are so few that each is named."""
        return len(self.rows) <= NAMED

    @property
    def title(self) -> str:
        """What it is about: a name, or ``40 recordings``."""
        return counted(len(self.rows), self.first.noun) if self.is_folded else self.first.name

    @property
    def says(self) -> str:
        """What happens."""
        says = ", ".join(self.first.says) or "changes"
        return f"each {says}" if self.is_folded and self.first.noun != RECORDING else says


def lines_of(rows: Sequence[Row]) -> list[Line]:
    """Folds rows to which the same happens, for the same reasons; in the order of the first of each."""
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    return [_line(same) for same in found.values()]


def folders(addresses: Sequence[str]) -> dict[str, list[str]]:
    """Addresses by the folder that they are in, each with the names of its files."""
    found: dict[str, list[str]] = {}
    for address in addresses:
        folder, slash, name = address.rpartition("/")
        found.setdefault(f"{folder}{slash}", []).append(name)
    return found


def folder_counts(addresses: Sequence[str], most: int) -> dict[str, int]:
    """How many addresses there are in each folder: of many folders, of those above them.

    Args:
        addresses: The addresses.
        most: How many folders are told at most.
    """
    counts = Counter(address.rpartition("/")[0] for address in addresses)
    while len(counts) > most:
        above: Counter[str] = Counter()
        deepest = max(folder.count("/") for folder in counts)
        for folder, count in counts.items():
            above[_above(folder) if folder.count("/") == deepest else folder] += count
        if len(above) == len(counts) and above == counts:
            break
        counts = above
    told = counts.most_common(most)
    rest = sum(counts.values()) - sum(count for _, count in told)
    found = {f"{folder}/" if folder else "elsewhere": count for folder, count in sorted(told)}
    return found | ({"elsewhere": found.get("elsewhere", 0) + rest} if rest else {})


def with_objects(lines: Sequence[Line]) -> Iterator[tuple[Line, tuple[Change, ...]]]:
    """Gives each line with what happens to its objects; of many recordings, to those of the first.

    The entries of a fleet share theirs, which is given once.
    """
    told: set[int] = set()
    for line in lines:
        rows = line.rows if line.is_named else line.rows[:1]
        found = [change for row in rows for change in row.changes]
        new = [change for number, change in enumerate(found) if id(change) not in told and change not in found[:number]]
        told |= {id(change) for change in new}
        yield line, tuple(new)


def _above(folder: str) -> str:
    """The folder above; of what is at the top of a host, nothing is above."""
    above = folder.rpartition("/")[0]
    return "" if above.endswith(":/") or above.endswith(":") else above


def _key(row: Row) -> tuple[object, ...]:
    reasons = tuple((each.words, each.change.path if each.change and not row.fleet else "") for each in row.because)
    engines = tuple(run.engines for run in row.runs)
    return row.destroys, row.noun, row.fleet, row.action, row.says, reasons, engines


def _line(rows: list[Row]) -> Line:
    because = [
        each if all(_same(each, row.because[number]) for row in rows) else replace(each, change=None)
        for number, each in enumerate(rows[0].because)
    ]
    return Line(tuple(rows), tuple(because))


def _same(one: Reason, other: Reason) -> bool:
    if one.change is None or other.change is None:
        return one.change is other.change
    return [shown(one.change.old), shown(one.change.new)] == [shown(other.change.old), shown(other.change.new)]
