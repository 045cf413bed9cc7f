"""Unknown values and comparison in normal form."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import UNKNOWN, Unknown

from aiware_resources.cluster import ClusterState
from aiware_resources.job import JobState
from aiware_resources.reconcile import Schema, path_text
from aiware_resources.reconcile.compare import (
    ABSENT,
    Difference,
    changed_paths,
    differences,
    plain_differences,
    value_at,
)
from aiware_resources.reconcile.unknowns import blank, cut
from aiware_resources.temporal_data_object import TdoState

CLUSTER = Schema(ClusterState)
JOB = Schema(JobState)
TDO = Schema(TdoState)

SPAN = {"startDateTime": 1574311000, "stopDateTime": 1574315000}


def changes(schema: Schema, recorded: dict[str, Any], desired: dict[str, Any]) -> list[str]:
    return [path_text(path) for path in changed_paths(schema, recorded, desired)]


def test_unknown_parts_are_cut_out_and_neighbors_keep_their_places() -> None:
    known, paths = cut({"a": UNKNOWN, "b": [1, UNKNOWN, {"c": UNKNOWN, "d": 2}]})
    assert known == {"b": [1, None, {"d": 2}]}
    assert paths == {("a",), ("b", 1), ("b", 2, "c")}
    assert blank({"a": 1, "b": [1, 5, {"c": 6, "d": 2}]}, paths) == known


@pytest.mark.parametrize(
    ("schema", "recorded", "desired"),
    [
        (CLUSTER, {"memorySize": 21474836480}, {"memorySize": "20gb"}),
        (CLUSTER, {"tags": ["a", "b"]}, {"tags": ["b", "a"]}),
        (CLUSTER, {"allowedEngines": ["1", "2"]}, {"allowedEngines": ["2", "1"]}),
        (
            CLUSTER,
            {"collaborators": [{"organizationId": "1", "permission": "viewer"}]},
            {"collaborators": [{"permission": "viewer", "organizationId": 1}]},
        ),
        (CLUSTER, {}, {"paused": False, "mediaStorage": "core"}),
        (TDO, SPAN, {"startDateTime": "2019-11-21T04:36:40.000Z", "stopDateTime": 1574315000000}),
        (TDO, {"status": "downloaded"}, {}),
        (TDO, {"details": {"a": 1, "b": [1, 2]}}, {"details": {"b": [1, 2], "a": 1}}),
        (JOB, {"tasks": [{"engineId": "1"}]}, {"tasks": [{"engineId": "1", "ioFolders": [], "payload": None}]}),
        (
            JOB,
            {"tasks": [{"engineId": "1", "executionPreferences": {}}]},
            {"tasks": [{"engineId": "1", "executionPreferences": {"maxRetries": 1, "priority": 0}}]},
        ),
        (JOB, {}, {"routes": [], "retries": 0, "isReprocessJob": False, "onFailure": "retry"}),
    ],
)
def test_no_change(schema: Schema, recorded: dict[str, Any], desired: dict[str, Any]) -> None:
    assert changes(schema, recorded, desired) == []
    assert changes(schema, desired, recorded) == []


@pytest.mark.parametrize(
    ("schema", "recorded", "desired", "paths"),
    [
        (CLUSTER, {"memorySize": "20gb"}, {"memorySize": "21gb"}, ["memorySize"]),
        (CLUSTER, {"tags": ["a"]}, {"tags": ["a", "b"]}, ["tags[1]"]),
        (CLUSTER, {"tags": ["a"]}, {}, ["tags"]),
        (CLUSTER, {}, {"paused": True}, ["paused"]),
        (TDO, SPAN, {**SPAN, "stopDateTime": 1574315001}, ["stopDateTime"]),
        (
            JOB,
            {"tasks": [{"engineId": "1", "payload": {"url": "a", "n": 1}}]},
            {"tasks": [{"engineId": "1", "payload": {"url": "b", "n": 1}}]},
            ["tasks[0].payload.url"],
        ),
        (JOB, {"targetId": "1"}, {"targetId": UNKNOWN}, ["targetId"]),
        (
            JOB,
            {"tasks": [{"engineId": "1", "payload": {"url": "a"}}]},
            {"tasks": [{"engineId": "1", "payload": {"url": UNKNOWN}}]},
            ["tasks[0].payload.url"],
        ),
        (JOB, {}, {"triggers": 1}, ["triggers"]),
    ],
)
def test_change(schema: Schema, recorded: dict[str, Any], desired: dict[str, Any], paths: list[str]) -> None:
    assert changes(schema, recorded, desired) == paths


def test_what_is_written_alike_is_not_put_in_normal_form(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = {"tasks": [{"engineId": "1", "payload": {"b": 1, "a": [None]}}], "__complete": True}
    monkeypatch.delattr(Schema, "leveled")
    assert changes(JOB, recorded, {"tasks": [{"payload": {"a": [None], "b": 1}, "engineId": "1"}]}) == []


def test_true_is_not_written_as_1_is() -> None:
    recorded, desired = ({"collaborators": [{"organizationId": one, "permission": "viewer"}]} for one in (1, True))
    assert changes(CLUSTER, recorded, desired)


def test_equal_values_do_not_differ() -> None:
    assert list(plain_differences({"a": [1]}, {"a": [1]})) == []
    assert list(plain_differences({"a": 1}, {"a": "1"})) == [Difference(("a",), 1, "1")]


def test_differences_tell_both_values() -> None:
    recorded = {"name": "c", "memorySize": "20gb", "serviceToken": "t"}
    found = {
        each.path: each
        for each in differences(CLUSTER, recorded, {"name": UNKNOWN, "memorySize": "40gb", "type": "RT"})
    }
    assert (found["memorySize",].old, found["memorySize",].new) == (20 << 30, 40 << 30)
    assert (found["type",].old, found["type",].new) == (ABSENT, "RT")
    assert found["serviceToken",].new is ABSENT
    assert found["name",].old == "c"
    assert isinstance(found["name",].new, Unknown)


def test_a_value_is_found_at_its_path() -> None:
    assert value_at({"a": [{"b": 1}]}, ("a", 0, "b")) == 1
    for path in (("x",), ("a", 1), ("a", 0, "c"), ("a", "b"), ("a", 0, "b", "c")):
        assert value_at({"a": [{"b": 1}]}, path) is ABSENT
