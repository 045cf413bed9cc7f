"""Clusters: create, update, delete, pause, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ariadne import ObjectType

from aiware_local.installation.auth import USER_NAME
from aiware_local.installation.errors import invalid_input, not_found
from aiware_local.installation.installation import MUTATION, ORGANIZATION_ID, QUERY, Call, Info
from aiware_local.installation.lists import equals, matches, ordered, page, within
from aiware_local.storage.ids import new_cluster_id, new_uuid
from aiware_local.storage.store import Record, without_notes

CLUSTER = ObjectType("Cluster")
LOCATION = ObjectType("ExecutionLocation")

PENDING_SHARE = 0.25
"""A deployment is pending for this share of its time, then deploying."""
UNITS = {"": 1, "b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40}
NOT_CLEARABLE = ("name", "allowedEngines", "status")
SECRETS = ("dockerCredentials", "serviceToken")
"""Kept as a note that they were given, never as they are: nothing answers them."""

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)


def parse_size(text: str, field: str) -> float:
    """Bytes from a number of bytes, or a number with a unit: `1024mb`, `20gb`.

    Raises:
        ApiError: invalid_input.
    """
    match = _SIZE.fullmatch(text)
    unit = UNITS.get(match.group(2).lower()) if match else None
    if match is None or unit is None:
        raise invalid_input(
            f"{field} is '{text}'; give bytes, or a number with a unit such as 1024mb or 20gb.", field=field
        )
    return float(match.group(1)) * unit


def show_cluster(cluster: Record, now: float) -> Record:
    """The cluster in the shape of the API, as it is at that moment."""
    begun, ends = cluster["_deployment"]
    if now >= ends:
        return {**without_notes(cluster), "targetStatus": None, "_cluster": cluster}
    status = "pending" if now < begun + PENDING_SHARE * (ends - begun) else "deploying"
    return {**without_notes(cluster), "status": status, "targetStatus": cluster["status"], "_cluster": cluster}


@QUERY.field("cluster")
def resolve_cluster(_: Any, info: Info, **args: Any) -> Record:
    """One cluster, as it is now."""
    call = info.context
    return show_cluster(call.find("cluster", "Cluster", args["id"]), call.now)


@QUERY.field("clusters")
def resolve_clusters(_: Any, info: Info, **args: Any) -> Record:
    """Clusters by name, tag, type or time; newest first."""
    call = info.context
    shown = (show_cluster(cluster, call.now) for cluster in call.store.scan("cluster"))
    chosen = (cluster for cluster in shown if _passes(cluster, args))
    return page(ordered(chosen, args.get("orderBy")), args)


@MUTATION.field("createCluster")
def resolve_create_cluster(_: Any, info: Info, **args: Any) -> Record:
    """Creates a cluster; it deploys as long as the behaviour says."""
    call, values = info.context, args["input"]
    call.require_own_organization(values.get("organizationId"), "organizationId")
    if not values["name"].strip():
        raise invalid_input("name is empty; a cluster needs a name.", field="name")
    if values["dockerCredentials"] is None:
        raise invalid_input(
            "dockerCredentials is null; give an object, {} if there are none.", field="dockerCredentials"
        )
    paused = bool(values.get("paused"))
    deployment = call.installation.behaviour.settings.cluster_seconds
    cluster: Record = {
        "id": new_cluster_id(),
        "name": values["name"],
        "isPublic": False,
        "type": values.get("type") or "RT",
        "organizationId": ORGANIZATION_ID,
        "allowedEngines": _without_null(values["allowedEngines"], "allowedEngines"),
        "containerTag": values.get("containerTag"),
        "paused": paused,
        "memorySizeBytes": _size(values, "memorySize"),
        "storageSizeBytes": _size(values, "storageSize"),
        "createdDateTime": call.now,
        "modifiedDateTime": call.now,
        "default": False,
        "bypassAllowedEngines": bool(values.get("bypassAllowedEngines")),
        "tags": _without_null(values.get("tags") or [], "tags"),
        "status": values.get("status") or ("paused" if paused else "active"),
        "clusterConfig": values.get("clusterConfig"),
        "mediaStorage": values.get("mediaStorage") or "core",
        "mediaStoragePath": values.get("mediaStoragePath"),
        "restartTimeUTC": values.get("restartTimeUTC"),
        "_collaborators": _collaborators(values.get("collaborators")),
        "_subscriptions": _subscriptions(call, values.get("subscriptions")),
        "_secrets": {name: values.get(name) is not None for name in SECRETS},
        "_deployment": [call.now, call.now + deployment],
        "_resumeStatus": "active",
    }
    call.store.put("cluster", cluster)
    return show_cluster(cluster, call.now)


@MUTATION.field("updateCluster")
def resolve_update_cluster(_: Any, info: Info, **args: Any) -> Record:
    """Changes what is given; an explicit null clears."""
    call, values = info.context, dict(args["input"])
    cluster = call.find("cluster", "Cluster", values.pop("id"))
    for name in NOT_CLEARABLE:
        if name in values and values[name] is None:
            raise invalid_input(f"{name} cannot be null.", field=name)
    if "name" in values and not values["name"].strip():
        raise invalid_input("name is empty; a cluster needs a name.", field="name")
    for name, value in values.items():
        cluster |= _change(call, name, value, cluster)
    cluster["modifiedDateTime"] = call.now
    call.store.put("cluster", cluster)
    return show_cluster(cluster, call.now)


@MUTATION.field("deleteCluster")
def resolve_delete_cluster(_: Any, info: Info, **args: Any) -> Record:
    """Deletes a cluster; its jobs go on."""
    call = info.context
    cluster = call.find("cluster", "Cluster", args["id"])
    call.store.delete("cluster", cluster["id"])
    return {"id": cluster["id"], "message": f"Cluster {cluster['id']} was deleted."}


@MUTATION.field("pauseCluster")
def resolve_pause_cluster(_: Any, info: Info, **args: Any) -> Record:
    """Pauses a cluster."""
    call = info.context
    cluster = call.find("cluster", "Cluster", args["input"]["id"])
    if not cluster["paused"]:
        cluster |= {"paused": True, "_resumeStatus": cluster["status"], "status": "paused"}
        cluster["modifiedDateTime"] = call.now
        call.store.put("cluster", cluster)
    return show_cluster(cluster, call.now)


@MUTATION.field("unpauseCluster")
def resolve_unpause_cluster(_: Any, info: Info, **args: Any) -> Record:
    """Ends a pause, with the status that was before."""
    call = info.context
    cluster = call.find("cluster", "Cluster", args["input"]["id"])
    if cluster["paused"]:
        resumed = cluster["_resumeStatus"]
        cluster |= {"paused": False, "status": "active" if resumed == "paused" else resumed}
        cluster["modifiedDateTime"] = call.now
        call.store.put("cluster", cluster)
    return show_cluster(cluster, call.now)


@LOCATION.field("cluster")
def resolve_location_cluster(location: Record, info: Info) -> Record:
    call = info.context
    return show_cluster(call.find("cluster", "Cluster", location["clusterId"]), call.now)


@CLUSTER.field("nodes")
def resolve_nodes(_: Record, __: Info) -> Record:
    return page([], {})


@CLUSTER.field("collaborators")
def resolve_collaborators(cluster: Record, _: Info) -> Record:
    return page(cluster["_cluster"]["_collaborators"], {})


@CLUSTER.field("subscriptions")
def resolve_subscriptions(cluster: Record, _: Info) -> Record:
    return page(cluster["_cluster"]["_subscriptions"], {})


def _change(call: Call, name: str, value: Any, cluster: Record) -> Record:
    """What one field of an updateCluster input changes in the record."""
    if name in SECRETS:
        return {"_secrets": {**cluster["_secrets"], name: value is not None}}
    if name in ("memorySize", "storageSize"):
        return {f"{name}Bytes": None if value is None else float(value)}
    if name in ("allowedEngines", "tags"):
        return {name: _without_null(value or [], name)}
    if name == "collaborators":
        return {"_collaborators": _collaborators(value)}
    if name == "subscriptions":
        return {"_subscriptions": _subscriptions(call, value)}
    if name == "managementNodeID" and value is not None:
        raise not_found("ClusterNode", str(value))
    if name == "bypassAllowedEngines":
        return {name: bool(value)}
    if name == "status":
        return {name: value, "_deployment": [call.now, call.now]}
    return {name: value}


def _size(values: Mapping[str, Any], field: str) -> float | None:
    text = values.get(field)
    return None if text is None else parse_size(text, field)


def _without_null(values: Iterable[Any], field: str) -> list[Any]:
    values = list(values)
    if None in values:
        raise invalid_input(f"{field} contains null.", field=field)
    return values


def _collaborators(given: Iterable[Mapping[str, Any]] | None) -> list[Record]:
    """The shares that hold; permission `none` revokes one."""
    return [
        {"organizationId": str(share["organizationId"]), "permission": "viewer"}
        for share in given or []
        if share["permission"] == "viewer"
    ]


def _subscriptions(call: Call, given: Iterable[Mapping[str, Any] | None] | None) -> list[Record]:
    subscriptions = []
    for entry in given or []:
        if entry is None:
            raise invalid_input("subscriptions contains null.", field="subscriptions")
        if str(entry["userId"]) != call.installation.user_id:
            raise not_found("User", str(entry["userId"]))
        subscriptions.append(
            {
                "id": new_uuid(),
                "userId": call.installation.user_id,
                "emailAddress": USER_NAME,
                "isActive": entry.get("isActive") is not False,
                "createdDateTime": call.now,
                "modifiedDateTime": call.now,
            }
        )
    return subscriptions


def _passes(cluster: Record, args: Mapping[str, Any]) -> bool:
    tags = args.get("tags")
    return (
        equals(cluster["id"], args.get("id"))
        and (args.get("name") is None or matches(cluster["name"], args["name"], args.get("nameMatch") or "contains"))
        and equals(cluster["type"], args.get("type"))
        and equals(ORGANIZATION_ID, args.get("organizationId"))
        and (
            not tags
            or any(matches(own, tag, args.get("tagMatch") or "startsWith") for own in cluster["tags"] for tag in tags)
        )
        and within(cluster, args.get("dateTimeFilter"))
    )
