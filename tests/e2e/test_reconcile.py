"""Reconciling: drift, changes in the program, adoption, and what destroy leaves."""

from __future__ import annotations

from tests.support.local import Local
from tests.support.project import Project

WALK = """
cluster = Cluster("cluster", name="walk", allowed_engines=["all"], tags=["a", "b"], memory_size="20gb", type="RT")
tdo = TemporalDataObject("tdo", name="walk", start_date_time=1574311000, stop_date_time=1574315000{tdo})
graph = pipelines.transcription("file:examples/media/city-council.mp4", chunk_seconds={chunk})
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


def test_a_changed_payload_replaces_the_job_and_nothing_else(project: Project, local: Local) -> None:
    project.program(walk())
    project.up()
    project.program(walk(chunk=30))
    assert project.preview() == {"Job job": "replace"}
    project.up()
    assert local.mutations()["createJob"] == 2
    assert project.preview() == {}


def test_a_tdo_to_be_replaced_takes_job_and_export_along(project: Project, local: Local) -> None:
    project.program(walk())
    project.up()
    project.program(walk(tdo=", add_to_index=True"))
    assert project.preview() == {
        "TemporalDataObject tdo": "replace",
        "Job job": "replace",
        "ExportRequest export": "replace",
    }


def test_a_tdo_changes_in_place(project: Project, local: Local) -> None:
    project.program(walk())
    project.up()
    before = local.only("tdos")["id"]
    project.program(walk(tdo=', description="changed", details={"a": {"b": 1}}'))
    assert project.preview() == {"TemporalDataObject tdo": "update"}
    project.up()
    tdo = local.only("tdos")
    assert (tdo["id"], tdo["description"], tdo["details"]["a"]) == (before, "changed", {"b": 1})
    assert project.preview() == {}


def test_a_bigger_cluster_re_runs_no_finished_job(project: Project, local: Local) -> None:
    project.program(walk())
    project.up()
    project.program(walk().replace("20gb", "40gb"))
    assert project.preview() == {"Cluster cluster": "replace", "Job job": "update"}
    output = project.up().output
    assert local.mutations()["createJob"] == 1
    assert local.only("clusters")["memorySizeBytes"] == 40 << 30
    assert "no effect until it runs next" in output
    assert project.preview() == {}


def test_cleanup_leaves_the_tdo_without_content(project: Project, local: Local) -> None:
    project.program(walk(tdo=', on_destroy="cleanup", cleanup_options=["storage", "engineResults"]'))
    project.up()
    before = local.only("tdos")
    assert before["assets"]["records"]
    project.destroy()
    after = local.only("tdos")
    assert after["id"] == before["id"]
    content = "query($id: ID!) { temporalDataObject(id: $id) { assets { records { signedUri } } } }"
    assets = local.graphql(content, id=after["id"])["temporalDataObject"]["assets"]["records"]
    assert [asset for asset in assets if asset["signedUri"]] == []


def test_retain_leaves_the_tdo_whole(project: Project, local: Local) -> None:
    project.program(walk(tdo=', on_destroy="retain"'))
    project.up()
    before = local.only("tdos")
    project.destroy()
    after = local.only("tdos")
    assert [asset["id"] for asset in after["assets"]["records"]] == [
        asset["id"] for asset in before["assets"]["records"]
    ]
    assert local.objects()["clusters"] == []
    project.up()
    assert len(local.objects()["tdos"]) == 2


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


def test_everything_new_previews_without_an_error(project: Project, local: Local) -> None:
    project.program(walk())
    assert set(project.preview().values()) == {"create"}
