"""Clusters as the API treats them."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_local.clusters import parse_size
from aiware_local.installation.errors import ApiError
from tests.aiware_local.support import Local

READ = """query($id: ID!) { cluster(id: $id) { id name status targetStatus paused type memorySizeBytes storageSizeBytes
    allowedEngines tags bypassAllowedEngines containerTag mediaStorage mediaStoragePath clusterConfig serviceToken
    restartTimeUTC collaborators { count records { organizationId permission } }
    subscriptions { records { userId } } } }"""
UPDATE = "mutation($i: UpdateCluster!) { updateCluster(input: $i) { id } }"


async def _read(local: Local, cluster_id: str) -> Any:
    return (await local.ask(READ, id=cluster_id))["cluster"]


async def test_create_fills_in_what_is_not_given(local: Local) -> None:
    cluster = await _read(local, await local.new_cluster())
    assert cluster["id"].startswith("rt-")
    assert (cluster["type"], cluster["status"], cluster["mediaStorage"]) == ("RT", "active", "core")
    assert (cluster["paused"], cluster["bypassAllowedEngines"], cluster["tags"]) == (False, False, [])
    assert (cluster["memorySizeBytes"], cluster["targetStatus"]) == (None, None)


async def test_secrets_are_never_answered_or_stored(local: Local) -> None:
    secrets = {"serviceToken": "tok-secret", "dockerCredentials": {"password": "docker-secret"}}
    cluster_id = await local.new_cluster(**secrets)
    assert (await _read(local, cluster_id))["serviceToken"] is None
    await local.ask(UPDATE, i={"id": cluster_id, "serviceToken": "tok-other"})
    stored = str(local.installation.store.get("cluster", cluster_id))
    assert not [text for text in ("tok-secret", "docker-secret", "tok-other") if text in stored]


@pytest.mark.parametrize(
    ("text", "size"), [("20gb", 20 * 2**30), ("1024mb", 2**30), ("1.5 GB", 1.5 * 2**30), ("4096", 4096), ("1kb", 1024)]
)
def test_sizes(text: str, size: float) -> None:
    assert parse_size(text, "memorySize") == size


@pytest.mark.parametrize("text", ["", "gb", "20 apples", "-1gb", "1e3"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(ApiError, match="memorySize"):
        parse_size(text, "memorySize")


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"name": " "}, "invalid_input"),
        ({"memorySize": "big"}, "invalid_input"),
        ({"allowedEngines": [None]}, "invalid_input"),
        ({"organizationId": "99"}, "not_allowed"),
        ({"subscriptions": [{"userId": "nobody"}]}, "not_found"),
    ],
)
async def test_create_refuses(local: Local, values: dict[str, Any], name: str) -> None:
    values = {"name": "team", "allowedEngines": ["all"], "dockerCredentials": {}, **values}
    error = await local.refused("mutation($i: CreateCluster!) { createCluster(input: $i) { id } }", i=values)
    assert error["name"] == name


@pytest.mark.parametrize("missing", ["name", "allowedEngines", "dockerCredentials"])
async def test_create_needs_three_things(local: Local, missing: str) -> None:
    values = {"name": "team", "allowedEngines": ["all"], "dockerCredentials": {}}
    del values[missing]
    response = await local.post("mutation($i: CreateCluster!) { createCluster(input: $i) { id } }", i=values)
    assert response.status_code == 400


async def test_update_changes_what_is_given_and_null_clears(local: Local) -> None:
    cluster_id = await local.new_cluster(containerTag="a", tags=["one"], memorySize="20gb", clusterConfig={"a": 1})
    await local.ask(UPDATE, i={"id": cluster_id, "containerTag": None, "tags": ["two"], "memorySize": 2**30})
    cluster = await _read(local, cluster_id)
    assert (cluster["containerTag"], cluster["tags"], cluster["memorySizeBytes"]) == (None, ["two"], 2**30)
    assert (cluster["name"], cluster["clusterConfig"]) == ("team", {"a": 1})
    error = await local.refused(UPDATE, i={"id": cluster_id, "name": None})
    assert error["name"] == "invalid_input"


async def test_everything_that_can_be_updated(local: Local) -> None:
    changes = {
        "allowedEngines": ["insert-into-index"],
        "bypassAllowedEngines": True,
        "clusterConfig": {"a": 2},
        "collaborators": [{"organizationId": "7", "permission": "viewer"}],
        "containerTag": "t",
        "dockerCredentials": {"a": "b"},
        "mediaStoragePath": "/m",
        "name": "new",
        "restartTimeUTC": "03:00",
        "status": "online",
        "storageSize": 5,
        "subscriptions": [],
        "tags": ["x"],
    }
    cluster_id = await local.new_cluster()
    await local.ask(UPDATE, i={"id": cluster_id, **changes})
    cluster = await _read(local, cluster_id)
    for name in changes.keys() - {"collaborators", "dockerCredentials", "storageSize", "subscriptions"}:
        assert cluster[name] == changes[name]
    assert cluster["storageSizeBytes"] == 5
    assert cluster["collaborators"]["count"] == 1
    wrong = {"managementNodeID": "n", "subscriptions": [{"userId": "nobody"}]}
    for name, value in wrong.items():
        assert (await local.refused(UPDATE, i={"id": cluster_id, name: value}))["name"] == "not_found"


async def test_status_that_is_set_ends_a_deployment(local: Local) -> None:
    await local.behave(clusterSeconds=60)
    cluster_id = await local.new_cluster()
    await local.ask(UPDATE, i={"id": cluster_id, "status": "failure"})
    assert (await _read(local, cluster_id))["status"] == "failure"


async def test_memory_size_beyond_an_int_cannot_be_sent(local: Local) -> None:
    cluster_id = await local.new_cluster()
    assert (await local.post(UPDATE, i={"id": cluster_id, "memorySize": 20 * 2**30})).status_code == 400


async def test_shares(local: Local) -> None:
    shares = [{"organizationId": "1", "permission": "viewer"}, {"organizationId": "2", "permission": "none"}]
    me = (await local.ask("{ me { id } }"))["me"]["id"]
    cluster_id = await local.new_cluster(collaborators=shares, subscriptions=[{"userId": me}])
    cluster = await _read(local, cluster_id)
    assert cluster["collaborators"] == {"count": 1, "records": [{"organizationId": "1", "permission": "viewer"}]}
    assert cluster["subscriptions"]["records"] == [{"userId": me}]


async def test_pause_and_unpause(local: Local) -> None:
    cluster_id = await local.new_cluster(status="online")
    for word, paused, status in (("pause", True, "paused"), ("pause", True, "paused"), ("unpause", False, "online")):
        field, kind = f"{word}Cluster", f"{word.capitalize()}Cluster"
        query = f"mutation($i: {kind}!) {{ {field}(input: $i) {{ paused status }} }}"
        assert (await local.ask(query, i={"id": cluster_id}))[field] == {"paused": paused, "status": status}


async def test_deployment_takes_its_time(local: Local) -> None:
    await local.behave(clusterSeconds=8)
    cluster_id = await local.new_cluster(status="online")
    seen = []
    for _ in range(5):
        cluster = await _read(local, cluster_id)
        seen.append((cluster["status"], cluster["targetStatus"]))
        local.clock.advance(2)
    deploying = ("deploying", "online")
    assert seen == [("pending", "online"), deploying, deploying, deploying, ("online", None)]


async def test_delete(local: Local) -> None:
    cluster_id = await local.new_cluster()
    query = "mutation($id: ID!) { deleteCluster(id: $id) { id message } }"
    assert (await local.ask(query, id=cluster_id))["deleteCluster"]["id"] == cluster_id
    assert (await local.ask("{ clusters { count } }"))["clusters"]["count"] == 0
    update = "mutation($id: ID!) { updateCluster(input: {id: $id}) { id } }"
    for refused in (query, READ, update):
        assert (await local.refused(refused, id=cluster_id))["name"] == "not_found"


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ('name: "team"', ["myteam", "TEAM", "team-2", "team"]),
        ('name: "team", nameMatch: exact', ["team"]),
        ('name: "team", nameMatch: startsWith', ["TEAM", "team-2", "team"]),
        ('name: "team", nameMatch: endsWith', ["myteam", "TEAM", "team"]),
        ('tags: ["red"]', ["TEAM"]),
        ('tags: ["red"], tagMatch: exact', []),
        ("type: OnPrem", ["myteam"]),
        ('organizationId: "1"', []),
        ("orderBy: [{field: name, direction: asc}]", ["TEAM", "myteam", "team", "team-2"]),
        ("limit: 2", ["myteam", "TEAM"]),
        ("limit: 2, offset: 3", ["team"]),
        ("offset: 9", []),
        (
            "dateTimeFilter: [{field: createdDateTime, fromDateTime: 1795000001}]",
            ["myteam", "TEAM", "team-2"],
        ),
    ],
)
async def test_list(local: Local, arguments: str, names: list[str]) -> None:
    await local.new_cluster(name="team")
    local.clock.advance(10_000)
    await local.new_cluster(name="team-2")
    await local.new_cluster(name="TEAM", tags=["red-hot"])
    await local.new_cluster(name="myteam", type="OnPrem")
    page = (await local.ask(f"{{ clusters({arguments}) {{ count records {{ name }} }} }}"))["clusters"]
    assert [record["name"] for record in page["records"]] == names
    assert page["count"] == len(names)


async def test_jobs_and_tasks_of_a_cluster_are_those_of_the_last_day(local: Local) -> None:
    cluster_id = await local.new_cluster()
    await local.new_job(target={}, clusterId=cluster_id, tasks=[{"engineId": "insert-into-index"}])
    query = """query($id: ID!, $d: [JobDateTimeFilter!]) { cluster(id: $id) {
        jobs(dateTimeFilter: $d) { count } tasks(status: [pending, complete]) { count } } }"""
    everything = [{"field": "createdDateTime"}]
    assert (await local.ask(query, id=cluster_id))["cluster"] == {"jobs": {"count": 1}, "tasks": {"count": 1}}
    local.clock.advance(24 * 60 * 60 + 1)
    assert (await local.ask(query, id=cluster_id))["cluster"] == {"jobs": {"count": 0}, "tasks": {"count": 0}}
    assert (await local.ask(query, id=cluster_id, d=everything))["cluster"]["jobs"] == {"count": 1}
