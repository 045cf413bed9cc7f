"""A cluster whose name stays is replaced, whatever the cause, and a terminated one holds no name."""

from __future__ import annotations

from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
import os

Cluster("c", name=os.environ.get("NAME", "c1"), allowed_engines=["all"], memory_size=os.environ.get("SIZE", "1gb"))
"""
URN = "urn:pulumi:local::aiware-pipelines::pulumi-python:dynamic/aiware:Cluster::c"


def set_status(local: Local, status: str) -> None:
    cluster = local.only("clusters")["id"]
    local.graphql(
        "mutation($id: ID!, $status: ClusterStatus) { updateCluster(input: {id: $id, status: $status}) { id } }",
        id=cluster,
        status=status,
    )


def test_a_cluster_is_replaced_whatever_the_cause(project: Project, local: Local) -> None:
    project.program(PROGRAM)
    project.up()
    seen = [local.only("clusters")["id"]]

    def is_new() -> bool:
        seen.append(local.only("clusters")["id"])
        return len(set(seen)) == len(seen) and project.state()["Cluster c"]["id"] == seen[-1]

    project.up("--replace", URN)
    assert is_new()
    project.pulumi("state", "taint", URN, "--yes")
    project.up()
    assert is_new()
    project.environment["SIZE"] = "2gb"
    project.up()
    assert is_new()
    set_status(local, "failure")
    project.up("--replace", URN)
    assert is_new()
    # With another name the new one is made before the old one is deleted.
    project.environment["NAME"] = "c2"
    project.up("--replace", URN)
    assert is_new()
    assert local.only("clusters")["name"] == "c2"
    assert project.preview() == {}


def test_a_terminated_cluster_is_made_again(project: Project, local: Local) -> None:
    project.program(PROGRAM)
    project.up()
    first = local.only("clusters")["id"]
    set_status(local, "terminated")
    project.up()
    assert project.changes() == {"Cluster c": "create"}
    assert {each["id"]: each["status"] for each in local.objects()["clusters"]}[first] == "terminated"
    assert len(local.objects()["clusters"]) == 2
    assert project.preview() == {}
