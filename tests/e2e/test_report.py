"""The report of a change set with everything in it, made by the real engine; and drift, seen without it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.support.local import Local
from tests.support.project import Project

BEFORE = """
settings = pulumi.Config()
span = {"start_date_time": 1574311000, "stop_date_time": 1574315000}
graph = pipelines.transcription("file:examples/media/interview.mp4", chunk_seconds=20)
cluster = Cluster("cluster", name="main", allowed_engines=["all"], tags=["a", "b"], service_token="service-8b7e2f")
edited = TemporalDataObject("edited", name="edited", description="old", **span)
dropped = TemporalDataObject("dropped", name="dropped", **span)
kept = TemporalDataObject("kept", name="kept", on_destroy="retain", **span)
vanishing = TemporalDataObject("vanishing", name="vanishing", details={"pw": settings.require_secret("pw")}, **span)
job = Job("job", target={"name": "of the job"}, cluster_id=cluster.id, dag=graph)
"""

AFTER = """
settings = pulumi.Config()
span = {"start_date_time": 1574311000, "stop_date_time": 1574315000}
graph = pipelines.transcription("file:examples/media/interview.mp4", chunk_seconds=30)
cluster = Cluster("cluster", name="main", allowed_engines=["all"], tags=["a", "b"], service_token="service-8b7e2f")
edited = TemporalDataObject("edited", name="edited", description="new", **span)
vanishing = TemporalDataObject("vanishing", name="vanishing", details={"pw": settings.require_secret("pw")}, **span)
job = Job("job", target={"name": "of the job"}, cluster_id=cluster.id, dag=graph)
added = Job("added", target_id=edited.id, cluster_id=cluster.id, dag=graph)
"""

CHANGE_CLUSTER = "mutation($input: UpdateCluster!) { updateCluster(input: $input) { id } }"
DELETE_TDO = "mutation($id: ID!) { deleteTDO(id: $id) { id } }"


def test_create_update_replace_delete_and_drift_in_one_report(project: Project, local: Local) -> None:
    project.pulumi("config", "set", "--secret", "pw", "stored-e07f31")
    project.program(BEFORE)
    project.up()
    tdos = {each["name"]: each["id"] for each in local.objects()["tdos"]}
    assert project.aiware("drift").returncode == 0

    local.graphql(CHANGE_CLUSTER, input={"id": local.only("clusters")["id"], "tags": ["by hand"]})
    local.graphql(DELETE_TDO, id=tdos["vanishing"])
    project.program(AFTER)
    mutations = local.mutations()
    ran = project.aiware("preview", "--format", "json", "--exit-code", "--no-measure")
    assert ran.returncode == 2, ran.stderr
    report = json.loads(ran.stdout)

    assert report["summary"] == (
        "2 TDOs will be DELETED with their content, 2 jobs will run on at least 1 h 6 min of media (1 of 2 unknown), "
        "1 TDO is created, 1 TDO changes, "
        "1 cluster is put back as declared, 1 TDO is only forgotten. "
        "Drift: 1 cluster was changed outside of Pulumi, 1 TDO is gone"
    )
    told = {each["name"]: (each["action"], each["destroys"], each["isRepairOfDrift"]) for each in report["changes"]}
    assert told == {
        "added": ("create", False, False),
        "edited": ("update", False, False),
        "job": ("replace", True, False),
        "dropped": ("delete", True, False),
        "kept": ("delete", False, False),
        "cluster": ("update", False, True),
        "vanishing": ("create", False, True),
    }
    changed = {each["name"]: each["properties"] for each in report["changes"]}
    assert changed["edited"] == [{"path": "description", "old": "old", "new": "new"}]
    assert changed["job"] == [
        {
            "path": "tasks[2].payload.customFFMPEGProperties.chunkSizeInSeconds",
            "old": "20",
            "new": "30",
            "note": "replaces",
        }
    ]
    assert changed["cluster"] == []
    (job,) = (each for each in report["changes"] if each["name"] == "job")
    assert job["notes"] == [f"The TDO that it made, {tdos['of the job']}, is DELETED with its content."]
    assert [(each["name"], each["what"]) for each in report["drift"]] == [("cluster", "changed"), ("vanishing", "gone")]
    assert report["drift"][0]["properties"] == [
        {"path": "tags", "recorded": ["a", "b"], "live": ["by hand"], "then": "is put back"}
    ]
    graphs = {tuple(each["jobs"]): each["mermaid"] for each in report["graphs"]}
    assert set(graphs) == {("added",), ("job",)}
    assert '["Chunk"]:::changed' in graphs["job",]
    assert report["jobsToRun"] == 2

    markdown = project.aiware("preview", "--fail-on", "delete")
    assert markdown.returncode == 1
    assert "is DELETED with its content" in markdown.stderr
    drift = project.aiware("drift", "--json", "--unmanaged")
    assert drift.returncode == 2
    found = json.loads(drift.stdout)
    assert [(each["name"], each["what"]) for each in found["drift"]] == [("cluster", "changed"), ("vanishing", "gone")]
    assert found["unmanaged"] == []
    assert local.mutations() == mutations
    for text in (ran.stdout, markdown.stdout, drift.stdout):
        for secret in ("stored-e07f31", "service-8b7e2f", local.token, "__provider", "gASV"):
            assert secret not in text

    # What was said is what happens.
    project.up()
    left = {each["name"] for each in local.objects()["tdos"]}
    assert left == {"edited", "kept", "vanishing", "of the job"}
    assert {each["id"] for each in local.objects()["tdos"]} & {tdos["dropped"], tdos["of the job"]} == set()
    assert _counted(local.mutations(), mutations) == {
        "createJob": 2,
        "createTDO": 1,
        "deleteTDO": 2,
        "updateCluster": 1,
        "updateTDO": 2,
    }

    mutations = local.mutations()
    ran = project.aiware("report", "--json")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert (told["summary"], told["update"]["result"]) == ("2 jobs ran", "succeeded")
    assert {each["name"] for each in told["jobs"]} == {"job", "added"}
    assert local.mutations() == mutations
    for secret in ("stored-e07f31", "service-8b7e2f", local.token, "__provider", "gASV"):
        assert secret not in ran.stdout


def _counted(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    return {name: count - before.get(name, 0) for name, count in now.items() if count != before.get(name, 0)}
