"""What an alias renames or moves into a component is read under its earlier URN, and is neither gone nor new."""

from __future__ import annotations

from typing import Any

from aiware_resources.report import sentence
from tests.unit.report.made import report, state, step, urn

DECLARED = {"name": "own", "allowedEngines": ["all"]}


def cluster(name: str, **properties: Any) -> dict[str, Any]:
    return {**state("Cluster", DECLARED | properties, "1"), "urn": urn("Cluster", name)}


def test_what_stays_as_it_is_is_not_gone() -> None:
    old = cluster("before")
    read, same = step("refresh", "Cluster", "before", old, old), step("same", "Cluster", "after", old, cluster("after"))
    assert sentence(report(read, same)) == "Nothing changes"


def test_what_has_drifted_is_told_under_its_earlier_name() -> None:
    recorded, live = cluster("before"), cluster("before", tags=["by hand"])
    read = step("refresh", "Cluster", "before", recorded, live)
    made = report(read, step("update", "Cluster", "after", live, cluster("after")))
    assert [(each.name, each.what) for each in made.drift] == [("before", "changed")]
    assert [(each.name, each.is_repair) for each in made.changes] == [("after", True)]


def test_what_was_renamed_is_one_object() -> None:
    old, new = ({"name": name, "startDateTime": 1, "stopDateTime": 2} for name in ("old", "new"))
    before = {**state("TemporalDataObject", old, "1"), "urn": urn("TemporalDataObject", "before")}
    read = step("refresh", "TemporalDataObject", "before", before, before)
    made = report(read, step("update", "TemporalDataObject", "after", before, state("TemporalDataObject", new)))
    assert [(row.noun, row.name) for row in made.rows] == [("TDO", "after")]
