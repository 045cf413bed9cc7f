"""The fault suite's seeds, and the totals at its end."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.plan import Plan, plan
from tests.faults.programs import Api
from tests.support.grounds import python

__all__ = ["python"]

SHORT = {"cloud": [7], "edge": [4]}
"""The seeds of the short form, which is part of the whole test suite: ones with fleets, and whose kills are in time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what lies in this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.timeout(900))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Gives each test its seeds and the API that their programs talk to.

    `SEED` names one seed, `FAULT_SEEDS` says how many, from 1 on; `FAULT_API` names one API.
    """
    if "seed" in metafunc.fixturenames:
        apis = [os.environ["FAULT_API"]] if os.environ.get("FAULT_API") else list(SHORT)
        cases = [(seed, api) for api in apis for seed in _seeds(api)]
        metafunc.parametrize(("seed", "api"), sorted(cases))


@pytest.fixture
def drawn(seed: int, api: Api) -> Plan:
    """The plan of a seed; `FAULT_CHECKPOINTS` (`skip`, `write`) goes before what the plan says about checkpoints."""
    named = os.environ.get("FAULT_CHECKPOINTS")
    found = plan(seed, api)
    return replace(found, skips_checkpoints={"skip": True, "write": False}[named]) if named else found


@pytest.fixture
def processes(python: Path) -> Path | None:
    """In the short form programs and provider hosts are forked; in the long one they are processes of their own."""
    return None if os.environ.get("SEED") or os.environ.get("FAULT_SEEDS") else python


def _seeds(api: str) -> list[int]:
    if named := os.environ.get("SEED"):
        return [int(named)]
    number = os.environ.get("FAULT_SEEDS")
    return list(range(1, 1 + int(number))) if number else SHORT[api]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what was killed, what went wrong, and how many runs it took, over all seeds."""
    reports = [report for status in ("passed", "failed") for report in terminalreporter.stats.get(status, [])]
    told = [value for report in reports for name, value in report.user_properties if name == "faults"]
    if not told:
        return
    totals: Counter[str] = Counter()
    for counts in told:
        totals.update(counts)
    terminalreporter.section("fault suite")
    terminalreporter.write_line(f"{len(told)} seeds")
    for kind, count in sorted(totals.items()):
        terminalreporter.write_line(f"{count:6d}  {kind}")
