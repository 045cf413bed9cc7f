"""Which tags clusters and TDOs must have."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.policies.tags import objections
from tests.unit.policies.made import UNKNOWN, declared, not_known, violations


@pytest.mark.parametrize(
    ("tags", "missing"),
    [
        (["owner:news", "dev"], ""),
        (["owner=news", "dev"], ""),
        (["owner", "dev"], ""),
        (["ownership", "dev"], "tag owner. Add it."),
        (["owner"], "tag dev. Add it."),
        (None, "tags owner, dev. Add them."),
    ],
)
def test_tags_of_a_cluster(tags: Any, missing: str) -> None:
    said = violations(objections(declared("Cluster", {"name": "c", "tags": tags}), ["owner", "dev"], []))
    assert said == ([f"Cluster it: tags lacks the required {missing}"] if missing else [])


@pytest.mark.parametrize(
    ("details", "is_there"),
    [
        ({"tags": ["project:news"]}, True),
        ({"tags": [{"value": "project"}]}, True),
        ({"tags": [{"key": "project", "value": "news"}]}, True),
        ({"tags": [{"project": "news"}]}, True),
        ({"tags": [{"value": "projects"}]}, False),
        ({"tags": [{"key": "topic", "value": "project"}]}, False),
        ({"project": "news"}, False),
        (None, False),
    ],
)
def test_tags_of_a_tdo_are_in_its_details(details: Any, is_there: bool) -> None:
    tdo = {"name": "t", "details": details}
    for kind, properties in [
        ("TemporalDataObject", tdo),
        ("Job", {"tasks": [], "target": tdo}),
        ("JobFleet", {"template": {"tasks": [], "target": tdo}, "media": {"a": {}}}),
    ]:
        assert (violations(objections(declared(kind, properties), [], ["project"])) == []) is is_there
    assert not list(objections(declared("TemporalDataObject", tdo), ["project"], []))


def test_what_is_not_known_yet_may_lack_them() -> None:
    places: list[tuple[str, dict[str, Any], str]] = [
        ("Cluster", {"tags": UNKNOWN}, "tags"),
        ("Cluster", {"tags": [UNKNOWN]}, "tags"),
        ("TemporalDataObject", {"details": UNKNOWN}, "details"),
        ("TemporalDataObject", {"details": {"tags": [{"value": UNKNOWN}]}}, "details.tags"),
        ("Job", {"target": UNKNOWN}, "target"),
        ("JobFleet", {"template": UNKNOWN, "media": {}}, "template"),
    ]
    for kind, properties, where in places:
        found = list(objections(declared(kind, properties), ["owner"], ["owner"]))
        assert not_known(found) == [f"{kind} it: {where} is not known yet, so `pulumi up` checks it"]
        assert not violations(found)
