"""Clusters through the real provider host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiware_resources.cluster import ClusterProvider
from aiware_resources.reconcile import marker_in, without_marker
from tests.support.host import UNKNOWN_VALUE, Host, HostError
from tests.support.local import Local

PROVIDER = ClusterProvider()
FULL: dict[str, Any] = {
    "__owner": "project/stack/cluster",
    "name": "full",
    "allowedEngines": ["all"],
    "dockerCredentials": {"user": "u", "password": "p"},
    "type": "RT",
    "containerTag": "tag",
    "paused": False,
    "memorySize": "20gb",
    "storageSize": "1024mb",
    "bypassAllowedEngines": True,
    "collaborators": [{"organizationId": 7, "permission": "viewer"}],
    "tags": ["b", "a"],
    "status": "active",
    "clusterConfig": {"depth": {"n": 3}},
    "mediaStorage": "core",
    "mediaStoragePath": "",
    "restartTimeUTC": "03:00:00",
    "serviceToken": "s-token",
}


def test_a_full_cluster_round_trips(host: Host, local: Local) -> None:
    assert host.check(PROVIDER, FULL) == {}
    id_, outs = host.create(PROVIDER, FULL)
    assert host.diff(PROVIDER, id_, outs, FULL) == (False, [], False)
    read = host.read(PROVIDER, id_, outs)
    assert read.id == id_
    assert host.diff(PROVIDER, id_, read.outs, FULL) == (False, [], False)
    assert read.outs["serviceToken"] == "s-token"
    host.delete(PROVIDER, id_, read.outs)
    assert local.objects()["clusters"] == []
    host.delete(PROVIDER, id_, read.outs)


def test_drift_is_read_and_shown(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, FULL)
    local.graphql(
        'mutation($id: ID!) { updateCluster(input: {id: $id, tags: ["c"], clusterConfig: {depth: {n: 4}}}) { id } }',
        id=id_,
    )
    local.graphql("mutation($id: ID!) { pauseCluster(input: {id: $id}) { id } }", id=id_)
    read = host.read(PROVIDER, id_, outs)
    assert (read.outs["tags"], read.inputs["tags"], read.outs["paused"]) == (["c"], ["c"], True)
    assert host.diff(PROVIDER, id_, read.outs, FULL) == (True, [], False)
    updated = host.update(PROVIDER, id_, read.outs, FULL)
    assert sorted(without_marker(local.only("clusters")["tags"]) or []) == ["a", "b"]
    assert local.only("clusters")["paused"] is False
    assert host.diff(PROVIDER, id_, updated, FULL) == (False, [], False)


def test_a_property_taken_out_is_cleared(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, FULL)
    news = {key: value for key, value in FULL.items() if key not in {"tags", "containerTag", "subscriptions"}}
    assert host.diff(PROVIDER, id_, outs, news) == (True, [], False)
    host.update(PROVIDER, id_, outs, news)
    cluster = local.only("clusters")
    assert (without_marker(cluster["tags"]), cluster["containerTag"]) == ([], None)
    assert marker_in(cluster["tags"]) is not None


@pytest.mark.parametrize(
    ("change", "replaces", "deletes_first"),
    [
        ({"memorySize": 21474836480}, [], False),
        ({"memorySize": "21gb"}, ["memorySize"], True),
        ({"type": "OnPrem", "name": "other"}, ["type"], False),
        ({"mediaStorage": "edge"}, ["mediaStorage"], True),
        ({"organizationId": "9"}, ["organizationId"], True),
        ({"name": "other"}, [], False),
        ({"onDestroy": "retain"}, [], False),
        ({"adopt": "rt-other"}, ["adopt"], True),
    ],
)
def test_what_replaces(host: Host, change: dict[str, Any], replaces: list[str], deletes_first: bool) -> None:
    changes, found, first = host.diff(PROVIDER, "rt-1", FULL, {**FULL, **change})
    assert (found, first) == (replaces, deletes_first)
    assert changes == ("memorySize" not in change or change["memorySize"] == "21gb")


def test_policies_are_recorded_without_a_call(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, FULL)
    before = local.http_requests()
    updated = host.update(PROVIDER, id_, outs, {**FULL, "onDestroy": "retain", "timeout": 5})
    assert local.http_requests() == before
    host.delete(PROVIDER, id_, updated)
    assert local.only("clusters")["id"] == id_


def by_hand(local: Local) -> str:
    """A cluster of the same name that somebody else made."""
    made = local.graphql(
        'mutation { createCluster(input: {name: "full", allowedEngines: ["all"], dockerCredentials: {}}) { id } }'
    )
    return str(made["createCluster"]["id"])


def test_an_existing_name_is_an_error_that_says_how_to_adopt(host: Host, local: Local) -> None:
    id_ = by_hand(local)
    with pytest.raises(HostError, match=f'adopt="{id_}"'):
        host.create(PROVIDER, FULL)
    assert len(local.objects()["clusters"]) == 1


def test_adoption(host: Host, start: Callable[..., Host], local: Local) -> None:
    id_, _ = host.create(PROVIDER, FULL)
    adopting = {**FULL, "adopt": True, "tags": ["z"]}
    adopted, outs = host.create(PROVIDER, adopting)
    assert (adopted, without_marker(local.only("clusters")["tags"])) == (id_, ["z"])
    host.delete(PROVIDER, id_, {key: value for key, value in outs.items() if key != "adopt"})
    assert local.only("clusters")["id"] == id_
    with pytest.raises(HostError, match="memorySize differ"):
        host.create(PROVIDER, {**adopting, "memorySize": "1gb"})
    with pytest.raises(HostError, match=r"has no cluster rt-nothing"):
        host.create(PROVIDER, {**adopting, "adopt": "rt-nothing"})
    with pytest.raises(HostError, match="nothing to adopt"):
        host.create(PROVIDER, {**adopting, "name": "another"})
    start().delete(PROVIDER, id_, {**outs, "onDestroy": "delete"})
    assert local.objects()["clusters"] == []


def test_two_of_a_name_cannot_be_adopted_by_it(host: Host, local: Local) -> None:
    by_hand(local)
    by_hand(local)
    with pytest.raises(HostError, match=r'2 clusters are called "full"'):
        host.create(PROVIDER, {**FULL, "adopt": True})


def test_a_vanished_cluster_is_gone(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, FULL)
    local.graphql("mutation($id: ID!) { deleteCluster(id: $id) { id } }", id=id_)
    assert host.read(PROVIDER, id_, outs).id == ""


def test_a_lost_answer_makes_no_second_cluster(host: Host, local: Local) -> None:
    local.fault({"dropResponse": True}, operation="createCluster")
    id_, _ = host.create(PROVIDER, FULL)
    assert local.only("clusters")["id"] == id_


def test_a_lost_delete_is_looked_after(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, FULL)
    local.fault({"dropResponse": True}, operation="deleteCluster")
    host.delete(PROVIDER, id_, outs)
    assert local.mutations()["deleteCluster"] == 1


def test_a_deploying_cluster_has_not_drifted(host: Host, local: Local) -> None:
    local.behave(clusterSeconds=60)
    id_, outs = host.create(PROVIDER, FULL)
    assert local.only("clusters")["status"] in {"pending", "deploying"}
    read = host.read(PROVIDER, id_, outs)
    assert host.diff(PROVIDER, id_, read.outs, FULL) == (False, [], False)


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"name": ""}, "name", "is empty"),
        ({"memorySize": "20pb"}, "memorySize", "is not a size"),
        ({"type": "rt"}, "type", "'RT'"),
        (
            {"collaborators": [{"organizationId": "1", "permission": "owner"}]},
            "collaborators[0].permission",
            "'viewer'",
        ),
        ({"subscriptions": [{"isActive": True}]}, "subscriptions[0].userId", "is missing"),
        ({"color": "red"}, "color", "is not known"),
        ({"tag": ["x"]}, "tag", "did you mean tags?"),
        ({"timeout": -1}, "timeout", "greater than 0"),
        ({"onDestroy": "cleanup"}, "onDestroy", "'retain'"),
    ],
)
def test_bad_input(host: Host, change: dict[str, Any], path: str, says: str) -> None:
    problems = host.check(PROVIDER, {**FULL, **change})
    assert list(problems) == [path]
    assert says in problems[path]


def test_missing_properties_are_named(host: Host) -> None:
    assert host.check(PROVIDER, {}) == dict.fromkeys(("name", "allowedEngines", "dockerCredentials"), "is missing")


@pytest.mark.parametrize("key", [key for key in FULL if key != "__owner"])
def test_any_property_may_be_unknown(host: Host, key: str) -> None:
    news = {**FULL, key: UNKNOWN_VALUE}
    assert host.check(PROVIDER, news) == {}
    changes, _, _ = host.diff(PROVIDER, "rt-1", FULL, news)
    assert changes


def test_whole_numbers_reach_the_server_whole(host: Host, local: Local) -> None:
    host.create(PROVIDER, {**FULL, "clusterConfig": {"n": 3}, "memorySize": 21474836480})
    cluster = local.only("clusters")
    assert repr(cluster["clusterConfig"]["n"]) == "3"
    assert cluster["memorySizeBytes"] == 21474836480


def test_an_adoption_sends_the_credentials_that_aiware_does_not_tell(host: Host, local: Local) -> None:
    content = {"name": "ours", "allowedEngines": ["all"], "dockerCredentials": {}, "tags": ["a"]}
    create = "mutation($input: CreateCluster!) { createCluster(input: $input) { id } }"
    there = local.graphql(create, input=content)["createCluster"]["id"]
    adopted = {"__owner": "project/stack/cluster", **content, "adopt": there}
    host.create(PROVIDER, adopted)
    assert "updateCluster" not in local.mutations()
    id_, _ = host.create(PROVIDER, {**adopted, "serviceToken": "s-token"})
    assert id_ == there
    assert local.mutations()["updateCluster"] == 1
