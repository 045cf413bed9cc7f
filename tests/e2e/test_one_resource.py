"""An object belongs to one resource: renaming, adopting, replacing."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
import os

name = os.environ.get("N", "tdo")


def options(kind, **more):
    return pulumi.ResourceOptions(aliases=[os.environ[kind]] if kind in os.environ else None, **more)


class Pipeline(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("my:Pipeline", "pipeline")
        graph = pipelines.transcription("file:examples/media/interview.mp4")
        Job(os.environ.get("J", "job"), target_id=tdo.id, tasks=graph.tasks, routes=graph.routes,
            adopt=os.environ.get("A_JOB"), opts=options("ALIAS_JOB", parent=self))


tdo = TemporalDataObject(name, name="Interview", start_date_time=1574311000, stop_date_time=1574315000,
    adopt=os.environ.get("A"), opts=options("ALIAS_TDO"))
Cluster(os.environ.get("C", "cluster"), name="pipelines", allowed_engines=["all"],
    adopt={"True": True}.get(os.environ.get("A_CLUSTER"), os.environ.get("A_CLUSTER")),
    opts=options("ALIAS_CLUSTER"))
Pipeline()
"""


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:local::aiware-pipelines::{type_}::{name}"


TDO = urn("pulumi-python:dynamic/aiware:TemporalDataObject", "tdo")
CLUSTER = urn("pulumi-python:dynamic/aiware:Cluster", "cluster")
JOB = urn("my:Pipeline$pulumi-python:dynamic/aiware:Job", "job")


def refused(project: Project, held: str, **environment: str) -> None:
    """A preview with these variables fails, and names who holds the object."""
    before = dict(project.environment)
    project.environment |= environment
    said = project.pulumi("preview", fails=True).output
    assert f"{held} of this stack holds already" in said, said
    assert f'aliases=["{held}"]' in said
    assert f"pulumi state rename '{held}'" in said
    project.environment = before


def test_a_renamed_resource_keeps_its_object_by_an_alias_and_never_by_adoption(project: Project, local: Local) -> None:
    project.program(PROGRAM)
    project.up()
    ids = {key: resource["id"] for key, resource in project.state().items()}
    made = local.mutations()
    refused(project, TDO, N="renamed", A=ids["TemporalDataObject tdo"])
    refused(project, CLUSTER, C="renamed")
    refused(project, CLUSTER, C="renamed", A_CLUSTER="True")
    refused(project, CLUSTER, C="renamed", A_CLUSTER=ids["Cluster cluster"])
    refused(project, JOB, J="renamed", A_JOB=ids["Job job"])
    project.environment |= {"N": "renamed", "A": ids["TemporalDataObject tdo"]}
    project.up(fails=True)
    assert local.mutations() == made
    del project.environment["A"]

    aliases = {"ALIAS_TDO": TDO, "ALIAS_CLUSTER": CLUSTER, "ALIAS_JOB": JOB}
    project.environment |= {"N": "renamed", "C": "renamed", "J": "renamed", **aliases}
    project.up()
    assert project.changes() == {}
    for alias in aliases:
        del project.environment[alias]
    assert project.preview() == {}
    assert {resource["id"] for resource in project.state().values()} == set(ids.values())
    assert local.mutations() == made
    # Another resource of the old name is another resource.
    project.environment |= {"N": "tdo", "A": ids["TemporalDataObject tdo"]}
    said = project.pulumi("preview", fails=True).output
    assert f"{TDO.removesuffix('tdo')}renamed of this stack holds already" in said
    # What was renamed goes with its resource.
    project.destroy()
    assert local.objects()["tdos"] == []


def test_nothing_is_lost_where_the_state_was_not_read(project: Project, local: Local) -> None:
    """Without a refresh nobody knows who holds the object; then it outlives the resource that held it."""
    manifest = Path(project.folder, "Pulumi.yaml")
    declared = yaml.safe_load(manifest.read_text())
    del declared["options"]["refresh"]
    manifest.write_text(yaml.safe_dump(declared))
    project.program("""
        import os

        TemporalDataObject(os.environ.get("N", "tdo"), name="Interview", start_date_time=1574311000,
            stop_date_time=1574315000, adopt=os.environ.get("A"))
    """)
    project.up()
    tdo = local.only("tdos")["id"]
    project.environment |= {"N": "renamed", "A": tdo}
    project.up()
    assert project.changes() == {"TemporalDataObject renamed": "create", "TemporalDataObject tdo": "delete"}
    assert local.only("tdos")["id"] == tdo
    assert project.state()["TemporalDataObject renamed"]["id"] == tdo
    assert "deleteTDO" not in local.mutations()
