"""Where the time of a session of tests went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pytest


@dataclass
class Spent:
    """What the tests of a folder took.

    Attributes:
        tests: Seconds of the tests themselves.
        fixtures: Seconds of their fixtures.
        count: How many tests there were.
    """

    tests: float = 0
    fixtures: float = 0
    count: int = 0


def by_folder(reports: Iterable[object]) -> dict[str, Spent]:
    """What each folder of tests took."""
    spent: dict[str, Spent] = defaultdict(Spent)
    for report in reports:
        if isinstance(report, pytest.TestReport):
            folder = spent["/".join(report.nodeid.split("::")[0].split("/")[:2])]
            if report.when == "call":
                folder.tests += report.duration
                folder.count += 1
            else:
                folder.fixtures += report.duration
    return spent


def table(spent: Mapping[str, Spent]) -> Iterator[str]:
    """The lines of a table, the slowest folder first."""
    yield f"{'tests':>9} {'fixtures':>9} {'number':>7}"
    for name, folder in sorted(spent.items(), key=lambda item: -item[1].tests - item[1].fixtures):
        yield f"{folder.tests:9.1f} {folder.fixtures:9.1f} {folder.count:7d}  {name}"
