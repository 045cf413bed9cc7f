"""What a stack only reads (`get`) is neither changed nor given up, whatever else happens to its resource."""

from __future__ import annotations

from typing import Any

from aiware_resources.report import sentence
from tests.unit.report.made import report, state, step

DECLARED = {"name": "own", "allowedEngines": ["all"]}


def read_only(id_: str, **properties: Any) -> dict[str, Any]:
    return {**state("Cluster", {"name": "theirs", **properties}, id_), "external": True}


def managed(id_: str) -> dict[str, Any]:
    return state("Cluster", DECLARED, id_)


def test_what_is_only_read_is_not_drift() -> None:
    now = read_only("1", tags=["new"])
    steps = step("refresh", "Cluster", "it", read_only("1"), now), step("read", "Cluster", "it", now, now)
    assert sentence(report(*steps)) == "Nothing changes"
    assert sentence(report(step("refresh", "Cluster", "it", now, now))) == "Nothing changes"
    assert sentence(report(step("discard", "Cluster", "it", now))) == "Nothing changes"


def test_what_was_managed_and_is_only_read_now_is_not_gone() -> None:
    old = managed("1")
    steps = step("refresh", "Cluster", "it", old, old), step("read", "Cluster", "it", old, read_only("1"))
    assert sentence(report(*steps)) == "Nothing changes"


def test_what_was_only_read_is_not_given_up_for_a_declared_one() -> None:
    made = report(step("replace", "Cluster", "it", read_only("1"), managed("")))
    assert sentence(made) == "1 cluster is created"
    assert not made.changes[0].destroys


def test_what_was_managed_is_given_up_for_one_that_is_only_read() -> None:
    made = report(step("replace", "Cluster", "it", managed("1"), read_only("2")))
    assert sentence(made) == "1 cluster will be DELETED"
