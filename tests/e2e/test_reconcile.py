"""Reconciling: drift, changes in the program, adoption, and what destroy leaves."""

from __future__ import annotations

from tests.support.local import Local
from tests.support.project import Project

WALK = """
cluster = Cluster("cluster", name="walk", allowed_engines=["all"], tags=["a", "b"], memory_size="20gb", type="RT")
tdo = TemporalDataObject("tdo", name="walk", start_date_time=1574311000, stop_date_time=1574315000{tdo})
graph = pipelines.transcription("file:examples/media/interview.mp4", chunk_seconds={chunk})
job = Job("job", target_id=tdo.id, cluster_id=cluster.id, tasks=graph.tasks, routes=graph.routes)
export = ExportRequest(
    "export",
    tdo_data=[{{"tdo_id": job.target_id}}],
    output_configurations=[{{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{{"extension": "vtt"}}]}}],
)
"""

UPDATE_TAGS = 'mutation($id: ID!) { updateCluster(input: {id: $id, tags: ["else"]}) { id } }'
DELETE_TDO = "mutation($id: ID!) { deleteTDO(id: $id) { id } }"


def walk(tdo: str = "", chunk: int = 20) -> str:
    return WALK.format(tdo=tdo, chunk=chunk)


def test_drift_is_shown_and_repaired(project: Project, local: Local) -> None:
    project.program(walk())
    project.up()
    cluster, tdo = local.only("clusters"), local.only("tdos")
    local.graphql(UPDATE_TAGS, id=cluster["id"])
    local.graphql(DELETE_TDO, id=tdo["id"])

    assert project.preview() == {
        "Cluster cluster": "update",
        "TemporalDataObject tdo": "create",
        "Job job": "replace",
        "ExportRequest export": "replace",
    }
    project.up()
    assert sorted(local.only("clusters")["tags"]) == ["a", "b"]
    assert local.only("clusters")["id"] == cluster["id"]
    assert local.only("tdos")["id"] != tdo["id"]
    assert project.preview() == {}


def test_each_change_in_the_program_changes_what_it_concerns(project: Project, local: Local) -> None:
    project.program(walk())
    project.up()

    # A bigger cluster re-runs no finished job.
    project.program(walk().replace("20gb", "40gb"))
    assert project.preview() == {"Cluster cluster": "replace", "Job job": "update"}
    output = project.up().output
    assert local.mutations()["createJob"] == 1
    assert local.only("clusters")["memorySizeBytes"] == 40 << 30
    assert "no effect until it runs next" in output

    # A TDO changes in place.
    before = local.only("tdos")["id"]
    described = walk(tdo=', description="changed", details={"a": {"b": 1}}').replace("20gb", "40gb")
    project.program(described)
    project.up()
    assert project.changes() == {"TemporalDataObject tdo": "update"}
    tdo = local.only("tdos")
    assert (tdo["id"], tdo["description"], tdo["details"]["a"]) == (before, "changed", {"b": 1})

    # A changed payload replaces the job, and what is made from what it found.
    project.program(described.replace("chunk_seconds=20", "chunk_seconds=30"))
    project.up()
    assert project.changes() == {"Job job": "replace", "ExportRequest export": "replace"}
    assert local.mutations()["createJob"] == 2

    # A TDO to be replaced takes job and export along.
    project.program(described.replace("details=", "add_to_index=True, details="))
    assert project.preview() == {
        "TemporalDataObject tdo": "replace",
        "Job job": "replace",
        "ExportRequest export": "replace",
    }


def test_destroy_leaves_what_is_retained_whole_and_what_is_cleaned_up_without_content(
    project: Project, local: Local
) -> None:
    project.program(walk(tdo=', on_destroy="retain"'))
    project.up()
    retained = local.only("tdos")["id"]
    before = assets(local, retained)
    assert before.keys() == {True}
    project.destroy()
    assert assets(local, retained) == before
    assert local.objects()["clusters"] == []

    # The next stack has a TDO of its own.
    project.program(walk(tdo=', on_destroy="cleanup", cleanup_options=["storage", "engineResults"]'))
    project.up()
    (cleaned,) = {tdo["id"] for tdo in local.objects()["tdos"]} - {retained}
    assert assets(local, cleaned).keys() == {True}
    project.destroy()
    assert {tdo["id"] for tdo in local.objects()["tdos"]} == {retained, cleaned}
    assert True not in assets(local, cleaned)
    assert assets(local, retained) == before


def assets(local: Local, tdo: str) -> dict[bool, list[str]]:
    """The ids of a TDO's assets, by whether they have content."""
    query = "query($id: ID!) { temporalDataObject(id: $id) { assets { records { id signedUri } } } }"
    found: dict[bool, list[str]] = {}
    for asset in local.graphql(query, id=tdo)["temporalDataObject"]["assets"]["records"]:
        found.setdefault(bool(asset["signedUri"]), []).append(asset["id"])
    return found


def test_an_adopted_cluster_is_brought_to_the_desired_state_and_survives_destroy(
    project: Project, local: Local
) -> None:
    content = '{name: "ours", allowedEngines: ["all"], dockerCredentials: {}, tags: ["x"]}'
    made = local.graphql(f"mutation {{ createCluster(input: {content}) {{ id }} }}")["createCluster"]["id"]
    project.program('Cluster("cluster", name="ours", allowed_engines=["all"], tags=["y"])')
    refused = project.up(fails=True).output
    assert "adopt=" in refused
    assert made in refused

    project.program('Cluster("cluster", name="ours", allowed_engines=["all"], tags=["y"], adopt=True)')
    project.up()
    assert local.only("clusters")["id"] == made
    assert local.only("clusters")["tags"] == ["y"]
    assert project.preview() == {}
    project.destroy()
    assert local.only("clusters")["id"] == made
