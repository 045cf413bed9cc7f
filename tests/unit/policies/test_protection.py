"""Stacks in which nothing is deleted or replaced."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.policies.protection import is_protected, objections, recorded_objections
from aiware_resources.policies.state import RecordedStack
from tests.unit.policies.made import declared, urn, violations

FLEET = {"template": {"tasks": []}, "media": {"a": {}}}


def recorded(kind: str, name: str, **more: Any) -> dict[str, Any]:
    type_ = f"pulumi-python:dynamic/aiware:{kind}"
    return {"urn": urn(kind, name), "type": type_, "id": "1", "outputs": {}, **more}


def test_which_stacks_are_protected() -> None:
    assert is_protected(("studio", "prod"), ["prod"])
    assert is_protected(("studio", "prod"), ["studio/prod"])
    assert not is_protected(("studio", "prod"), ["other/prod", "dev"])


@pytest.mark.parametrize("kind", ["Cluster", "TemporalDataObject", "Job", "SingleEngineJob", "ExportRequest"])
def test_everything_has_to_be_protected(kind: str) -> None:
    (said,) = violations(objections(declared(kind, {})))
    assert said.startswith(f"{kind} it: is not protected, and nothing may be deleted or replaced in this stack.")
    assert not list(objections(declared(kind, {}, protect=True)))


@pytest.mark.parametrize(
    ("kind", "properties", "stays"),
    [
        ("TemporalDataObject", {"onDestroy": "retain"}, True),
        ("TemporalDataObject", {"adopt": "1"}, True),
        ("TemporalDataObject", {"onDestroy": "cleanup"}, False),
        ("Job", {"onDestroy": "retain"}, True),
        ("Job", {"onDestroy": "retain", "target": {}, "onDestroyTarget": "retain"}, True),
        ("Job", {}, False),
        ("ExportRequest", {}, True),
        ("Cluster", {"onDestroy": "retain"}, True),
        ("Cluster", {}, False),
    ],
)
def test_what_stays_in_aiware_may_be_forgotten_if_the_policy_allows_it(
    kind: str, properties: dict[str, Any], stays: bool
) -> None:
    assert (violations(objections(declared(kind, properties), may_forget=True)) == []) is stays
    old = RecordedStack([recorded(kind, "old", outputs=properties)])
    assert (violations(recorded_objections(old, may_forget=True)) == []) is stays


@pytest.mark.parametrize(
    ("policy", "stays"),
    [
        ({}, False),
        ({"onDestroy": "retain"}, True),
        ({"onDestroy": "retain", "onDestroyTarget": "retain"}, True),
        ({"onDestroy": "retain", "onDestroyTarget": "delete"}, False),
        ({"onDestroy": "cancel"}, False),
    ],
)
@pytest.mark.parametrize("may_forget", [True, False])
def test_entries_of_a_fleet_leave_it_without_a_deletion(policy: dict[str, str], stays: bool, may_forget: bool) -> None:
    found = violations(objections(declared("JobFleet", {**FLEET, **policy}, protect=True), may_forget=may_forget))
    assert (found == []) is stays
    assert stays or "the jobs of entries that leave it" in found[0]


def test_what_the_state_does_not_protect_could_be_deleted() -> None:
    found = RecordedStack(
        [
            recorded("Job", "safe", protect=True),
            recorded("Job", "read", external=True),
            recorded("Job", "earlier", delete=True),
            {"urn": urn("x", "stack"), "type": "pulumi:pulumi:Stack"},
            *(recorded("TemporalDataObject", f"bare-{number}") for number in range(7)),
        ]
    )
    (said,) = violations(recorded_objections(found))
    assert said.startswith(
        "The state holds objects that are not protected yet: TemporalDataObject bare-0, TemporalDataObject bare-1, "
        "TemporalDataObject bare-2, TemporalDataObject bare-3, TemporalDataObject bare-4, and 2 more."
    )
    assert said.endswith("pulumi state protect --all")
    assert not list(recorded_objections(RecordedStack([recorded("Job", "safe", protect=True)])))
