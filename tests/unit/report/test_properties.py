"""Which properties count as changed, and how they are shown."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import Unknown

from aiware_resources.reconcile.compare import ABSENT
from aiware_resources.reconcile.entity import PropertyChange, Verb
from tests.unit.report.made import UNKNOWN, report, state, step, update

CLUSTER = {"name": "c", "allowedEngines": ["all"], "dockerCredentials": {}}
TDO = {"startDateTime": 1574311000, "stopDateTime": 1574315000}
TASK = {"engineId": "e", "payload": {"n": 1}, "ioFolders": [{"referenceId": "a", "type": "output", "mode": "stream"}]}


def shown(kind: str, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    (change,) = update(kind, old, new).changes
    return [(each.path, each.old, each.new) for each in change.properties]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("Cluster", CLUSTER | {"tags": ["a", "b"]}, CLUSTER | {"tags": ["b", "a"]}),
        ("Cluster", CLUSTER | {"memorySize": "20gb"}, CLUSTER | {"memorySize": 20 << 30}),
        ("TemporalDataObject", TDO, TDO | {"startDateTime": "2019-11-21T04:36:40Z", "addToIndex": False}),
        ("Job", {"targetId": "1", "tasks": [TASK]}, {"targetId": 1, "tasks": [TASK], "routes": []}),
    ],
)
def test_what_the_library_counts_as_no_change_is_not_shown(kind: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    assert shown(kind, old, new) == []


def test_a_value_is_shown_as_the_program_spells_it() -> None:
    old, new = {"memorySize": "20gb"}, {"memorySize": "40gb"}
    assert shown("Cluster", CLUSTER | old, CLUSTER | new) == [("memorySize", "20gb", "40gb")]


def test_only_the_changed_part_is_shown() -> None:
    changed = TASK | {"payload": {"n": 2}}
    assert shown("Job", {"tasks": [TASK, TASK]}, {"tasks": [TASK, changed]}) == [("tasks[1].payload.n", 1, 2)]


def test_lists_of_plain_values_and_lists_that_grow_are_shown_whole() -> None:
    old, new = {"notificationUris": ["https://a", "https://b"]}, {"notificationUris": ["https://a", "https://c"]}
    assert shown("Job", {"tasks": [TASK]} | old, {"tasks": [TASK]} | new) == [
        ("notificationUris", ["https://a", "https://b"], ["https://a", "https://c"])
    ]
    assert shown("Job", {"tasks": [TASK]}, {"tasks": [TASK, TASK]}) == [("tasks", [TASK], [TASK, TASK])]


def test_what_comes_and_goes() -> None:
    assert shown("TemporalDataObject", TDO | {"name": "x"}, TDO | {"description": "y"}) == [
        ("description", ABSENT, "y"),
        ("name", "x", ABSENT),
    ]


def test_numbers_in_paths_are_in_their_order() -> None:
    tasks = [TASK | {"payload": {"n": index}} for index in range(12)]
    others = [TASK | {"payload": {"n": -1}} for _ in range(12)]
    paths = [path for path, _, _ in shown("Job", {"tasks": tasks}, {"tasks": others})]
    assert paths == [f"tasks[{index}].payload.n" for index in range(12)]


def test_notes() -> None:
    old = {"targetId": "1", "tasks": [TASK], "clusterId": "a", "onDestroy": "cancel"}
    (change,) = update("Job", old, old | {"clusterId": "b", "onDestroy": "retain"}).changes
    assert {each.path: each.note for each in change.properties} == {
        "clusterId": "takes effect when it runs next",
        "onDestroy": "recorded only",
    }
    assert [effect.verb for effect in change.effects] == [Verb.RECORD]


def test_what_is_not_known_yet_names_what_it_waits_for() -> None:
    source = "urn:pulumi:dev::studio::pulumi-python:dynamic/aiware:TemporalDataObject::episode"
    new = state("Job", {"targetId": UNKNOWN, "tasks": [TASK]}, propertyDependencies={"targetId": [source]})
    made = report(
        step("create", "TemporalDataObject", "episode", new=state("TemporalDataObject", TDO)),
        step("create", "Job", "job", new=new),
    )
    (job,) = (change for change in made.changes if change.name == "job")
    (found,) = job.not_known
    assert (found.path, found.reason) == ("targetId", "known once TemporalDataObject episode is there")
    (target,) = (each for each in job.properties if each.path == "targetId")
    assert isinstance(target.new, Unknown)


def test_a_resource_of_another_package_is_compared_plainly() -> None:
    old, new = ({"type": "aws:s3:Bucket", "custom": True, "inputs": {"tags": tags}} for tags in ({"a": 1}, {"a": 2}))
    urn = "urn:pulumi:dev::studio::aws:s3:Bucket::media"
    made = report({"op": "update", "urn": urn, "oldState": old, "newState": new})
    (change,) = made.changes
    assert change.properties == (PropertyChange("tags.a", 1, 2),)
    assert (change.type, change.effects[0].noun) == ("Bucket", "other resource")


def test_components_are_no_objects() -> None:
    component = {"type": "my:Pipeline", "custom": False}
    urn = "urn:pulumi:dev::studio::my:Pipeline::p"
    assert report({"op": "create", "urn": urn, "newState": component}).changes == ()
