"""Temporal data objects through the real provider host."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.temporal_data_object import TdoProvider
from tests.support.host import UNKNOWN_VALUE, Host, HostError
from tests.support.local import Local

PROVIDER = TdoProvider()
FULL: dict[str, Any] = {
    "__owner": "project/stack/tdo",
    "startDateTime": 1574311000,
    "stopDateTime": "2019-11-21T05:43:20Z",
    "name": "full",
    "description": "a recording",
    "source": "camera",
    "status": "recorded",
    "isPublic": False,
    "details": {"case": {"number": 12}},
    "thumbnailUrl": "https://media.test/t.png",
    "previewUrl": "https://media.test/p.png",
    "sourceImageUrl": "https://media.test/s.png",
    "assets": [{"assetType": "media", "uri": "https://media.test/a.mp4", "contentType": "video/mp4"}],
}

UPDATE = "mutation($input: UpdateTDO) { updateTDO(input: $input) { id } }"


def test_a_full_tdo_round_trips(host: Host, local: Local) -> None:
    assert host.check(PROVIDER, FULL) == {}
    id_, outs = host.create(PROVIDER, FULL)
    read = host.read(PROVIDER, id_, outs)
    assert read.outs == outs
    assert host.diff(PROVIDER, id_, read.outs, FULL) == (False, [], False)
    host.delete(PROVIDER, id_, read.outs)
    assert local.objects()["tdos"] == []
    host.delete(PROVIDER, id_, read.outs)
    assert host.read(PROVIDER, id_, outs).id == ""


def test_drift_is_read_shown_and_repaired(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, FULL)
    details = {**local.only("tdos")["details"], "case": {"number": 13}, "engineNote": True}
    local.graphql(UPDATE, input={"id": id_, "name": "else", "details": details, "stopDateTime": 1574315001})
    read = host.read(PROVIDER, id_, outs)
    assert (read.outs["name"], read.outs["details"]) == ("else", {"case": {"number": 13.0}})
    assert host.diff(PROVIDER, id_, read.outs, FULL) == (True, [], False)
    host.update(PROVIDER, id_, read.outs, FULL)
    tdo = local.only("tdos")
    assert (tdo["name"], tdo["details"]["case"], tdo["details"]["engineNote"]) == ("full", {"number": 12}, True)


def test_what_engines_add_to_details_is_no_drift(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, FULL)
    local.graphql(UPDATE, input={"id": id_, "details": {**local.only("tdos")["details"], "veritoneFile": {"size": 1}}})
    assert host.read(PROVIDER, id_, outs).outs == outs


def test_an_entry_taken_out_of_details_goes(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, {**FULL, "details": {"a": 1, "b": 2}})
    host.update(PROVIDER, id_, outs, {**FULL, "details": {"a": 1}})
    assert local.only("tdos")["details"]["a"] == 1
    assert "b" not in local.only("tdos")["details"]


@pytest.mark.parametrize(
    "change",
    [
        {"parentFolderId": "1"},
        {"sourceData": {"sourceId": "1"}},
        {"contentTemplates": [{"schemaId": "1", "data": {}}]},
        {"addToIndex": True},
        {"assets": []},
    ],
)
def test_what_replaces(host: Host, change: dict[str, Any]) -> None:
    assert host.diff(PROVIDER, "1", FULL, {**FULL, **change}) == (True, list(change), False)


@pytest.mark.parametrize(
    ("options", "message"), [(None, "storage,searchIndex"), (["storage", "engineResults"], "storage,engineResults")]
)
def test_cleanup(host: Host, local: Local, options: list[str] | None, message: str) -> None:
    props = {**FULL, "onDestroy": "cleanup", **({"cleanupOptions": options} if options else {})}
    id_, outs = host.create(PROVIDER, props)
    host.delete(PROVIDER, id_, outs)
    assert local.only("tdos")["id"] == id_
    assert local.mutations()["cleanupTDO"] == 1


def test_a_retained_tdo_is_let_go_of(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, {**FULL, "onDestroy": "retain"})
    assert "pulumiMarker" in local.only("tdos")["details"]
    host.delete(PROVIDER, id_, outs)
    assert local.only("tdos")["details"] == {"case": {"number": 12}}


def test_adoption_brings_it_to_the_desired_state(host: Host, local: Local) -> None:
    id_, _ = host.create(PROVIDER, FULL)
    adopted, outs = host.create(PROVIDER, {**FULL, "adopt": int(id_), "description": "new"})
    assert (adopted, local.only("tdos")["description"], outs["adopted"]) == (id_, "new", True)
    host.delete(PROVIDER, id_, outs)
    assert local.only("tdos")["id"] == id_
    with pytest.raises(HostError, match="no TDO 1 that this token can see"):
        host.create(PROVIDER, {**FULL, "adopt": "1"})


def test_a_lost_answer_makes_no_second_tdo(host: Host, local: Local) -> None:
    local.fault({"dropResponse": True}, operation="createTDO")
    id_, _ = host.create(PROVIDER, FULL)
    assert local.only("tdos")["id"] == id_


def test_two_equal_tdos_stay_two_after_a_lost_answer(host: Host, local: Local) -> None:
    first, _ = host.create(PROVIDER, FULL)
    local.fault({"dropResponse": True}, operation="createTDO")
    second, _ = host.create(PROVIDER, FULL)
    assert {first, second} == {tdo["id"] for tdo in local.objects()["tdos"]}


@pytest.mark.parametrize("operation", ["deleteTDO", "updateTDO", "cleanupTDO"])
def test_other_mutations_survive_a_lost_answer(host: Host, local: Local, operation: str) -> None:
    policy = {"deleteTDO": "delete", "updateTDO": "retain", "cleanupTDO": "cleanup"}[operation]
    id_, outs = host.create(PROVIDER, {**FULL, "onDestroy": policy})
    local.fault({"dropResponse": True}, operation=operation)
    host.delete(PROVIDER, id_, outs)
    assert bool(local.objects()["tdos"]) == (policy != "delete")


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"startDateTime": "soon"}, "startDateTime", "is not a point in time"),
        ({"stopDateTime": 1574310999}, "stopDateTime", "is earlier than startDateTime"),
        ({"stopDateTime": 1674310999}, "stopDateTime", "a year at most"),
        ({"cleanupOptions": ["everything"]}, "cleanupOptions[0]", "'storage'"),
        ({"assets": [{"uri": "x"}]}, "assets[0].assetType", "is missing"),
        ({"details": "text"}, "details", "must be an object"),
        ({"adopt": ""}, "adopt", "is empty"),
    ],
)
def test_bad_input(host: Host, change: dict[str, Any], path: str, says: str) -> None:
    problems = host.check(PROVIDER, {**FULL, **change})
    assert list(problems) == [path]
    assert says in problems[path]


@pytest.mark.parametrize("key", [key for key in FULL if key != "__owner"])
def test_any_property_may_be_unknown(host: Host, key: str) -> None:
    assert host.check(PROVIDER, {**FULL, key: UNKNOWN_VALUE}) == {}
