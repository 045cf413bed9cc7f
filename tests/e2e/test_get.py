"""Objects that are there are read, and never touched."""

from __future__ import annotations

from typing import Any

from aiware_resources import engines, pipelines
from aiware_resources.job import JobState
from aiware_resources.reconcile.naming import api_properties
from tests.support.local import Local
from tests.support.project import Project

MEDIA = "file:examples/media/interview.mp4"
CLUSTER = {
    "name": "the media team's",
    "allowedEngines": ["all"],
    "dockerCredentials": {},
    "tags": ["b", "a"],
    "clusterConfig": {"key": "k"},
}
TDO = {
    "name": "City council",
    "startDateTime": 1574311000,
    "stopDateTime": 1574315000,
    "details": {"room": 1, "pulumiMarker": "another stack's"},
}

PROGRAM = """
cluster = Cluster.get("cluster", {cluster!r})
tdo = TemporalDataObject.get("tdo", {tdo!r})
earlier = Job.get("earlier", {job!r})
job = Job(
    "job",
    target_id=tdo.id,
    cluster_id=cluster.id,
    dag=pipelines.transcription({media!r}),
)
pulumi.export("cluster", [cluster.id, cluster.name, cluster.tags, cluster.live_status, cluster.service_token])
pulumi.export("config", cluster.cluster_config)
pulumi.export("tdo", [tdo.id, tdo.name, tdo.details, tdo.start_date_time, tdo.description, tdo.uploads])
pulumi.export("earlier", [earlier.id, earlier.status, earlier.target_id, earlier.cluster_id, earlier.name])
pulumi.export("engines", earlier.tasks.apply(lambda tasks: sorted(task["engineId"] for task in tasks)))
pulumi.export("results", earlier.results().apply(len))
pulumi.export("job", job.target_id)
"""


def make(local: Local, mutation: str, input_type: str, content: dict[str, Any]) -> str:
    document = f"mutation($input: {input_type}) {{ {mutation}(input: $input) {{ id }} }}"
    made: str = local.graphql(document, input=content)[mutation]["id"]
    return made


def job_input(**more: Any) -> dict[str, Any]:
    graph = pipelines.transcription(MEDIA)
    return api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes), **more})


def seeded(local: Local) -> dict[str, str]:
    cluster = make(local, "createCluster", "CreateCluster!", CLUSTER)
    tdo = make(local, "createTDO", "CreateTDO", TDO)
    job = make(local, "createJob", "CreateJob", job_input(targetId=tdo, clusterId=cluster, name="a job"))
    return {"cluster": cluster, "tdo": tdo, "job": job}


def objects(local: Local) -> dict[str, Any]:
    """The objects that were there first; of the TDO, what the jobs that run on it do not change."""
    found = local.objects()
    first = {kind: min(each, key=lambda one: str(one["createdDateTime"])) for kind, each in found.items() if each}
    tdo = {key: first["tdos"][key] for key in ("id", "name", "startDateTime", "stopDateTime", "status")}
    marker = first["tdos"]["details"]["pulumiMarker"]
    return {"cluster": first["clusters"], "job": first["jobs"], "tdo": tdo, "marker": marker}


def test_what_is_there_is_read_and_left(project: Project, local: Local) -> None:
    ids = seeded(local)
    before = objects(local)
    project.program(PROGRAM.format(**ids, media=MEDIA))
    assert project.preview() == {"Job job": "create"}
    assert 'name: "City council"' in " ".join(project.pulumi("preview", "--diff").output.split()).replace(" :", ":")
    project.up()
    outputs = project.outputs()
    assert outputs["cluster"] == [ids["cluster"], CLUSTER["name"], ["b", "a"], "active", None]
    assert outputs["config"] == "[secret]"
    assert outputs["tdo"] == [ids["tdo"], TDO["name"], {"room": 1}, "2019-11-21T04:36:40.000Z", None, []]
    assert outputs["earlier"] == [ids["job"], "complete", ids["tdo"], ids["cluster"], "a job"]
    assert len(outputs["engines"]) == 5
    assert outputs["results"] == 1
    assert outputs["job"] == ids["tdo"]
    assert {name for name, each in project.state().items() if each.get("external")} == {
        "Cluster cluster",
        "Job earlier",
        "TemporalDataObject tdo",
    }
    assert project.preview() == {}
    assert "Nothing changes\n" in project.aiware("preview").stdout
    told = project.told("drift", "--unmanaged")
    assert (told["objects"], told["drift"]) == (1, [])
    assert {each["id"] for each in told["unmanaged"]} == {ids["cluster"], ids["tdo"]}
    project.destroy()
    made = {"createCluster": 1, "createJob": 2, "createTDO": 1}
    # That the stack's own job was released is noted on the TDO.
    assert local.mutations() == made | {"updateTDO": 1}
    assert objects(local) == before


def test_a_job_that_runs_or_has_failed_is_read_as_it_is(project: Project, local: Local) -> None:
    local.behave(jobSeconds=1000)
    tdo = make(local, "createTDO", "CreateTDO", TDO)
    running = make(local, "createJob", "CreateJob", job_input(targetId=tdo))
    local.behave(jobSeconds=0, engines={engines.OUTPUT_WRITER: {"fail": {"reason": "bad_data", "message": "no"}}})
    failed = make(local, "createJob", "CreateJob", job_input(targetId=tdo))
    project.program(
        f"""
        jobs = [Job.get("running", {running!r}), Job.get("failed", {failed!r})]
        after = TemporalDataObject.get("after", jobs[0].target_id, pulumi.ResourceOptions(depends_on=jobs))
        pulumi.export("statuses", [job.status for job in jobs])
        pulumi.export("tasks", [job.tasks.apply(len) for job in jobs])
        pulumi.export("after", after.name)
        """
    )
    project.up()
    outputs = project.outputs()
    assert outputs["statuses"][1] == "failed"
    assert outputs["statuses"][0] not in {"complete", "failed"}
    assert outputs["tasks"] == [5, 5]
    assert outputs["after"] == TDO["name"]
    project.destroy()
    assert local.mutations() == {"createTDO": 1, "createJob": 2}


def test_what_is_not_there_is_an_error_in_the_preview(project: Project, local: Local) -> None:
    for entity, kind in (("Cluster", "cluster"), ("TemporalDataObject", "TDO"), ("Job", "job")):
        project.program(f'{entity}.get("it", "4711")')
        said = project.pulumi("preview", fails=True).output
        assert f"aiWARE has no {kind} 4711 that this token can see, so get() cannot read it. Check the id" in said
        assert "Traceback" not in said

    cluster = make(local, "createCluster", "CreateCluster!", CLUSTER)
    project.program(f'Cluster.get("it", {cluster!r})')
    project.up()
    local.graphql("mutation($id: ID!) { deleteCluster(id: $id) { id } }", id=cluster)
    assert f"aiWARE has no cluster {cluster}" in project.up(fails=True).output
    project.program("")
    project.up()
    assert project.state() == {}


def test_a_resource_may_begin_and_end_to_be_managed(project: Project, local: Local) -> None:
    cluster = make(local, "createCluster", "CreateCluster!", CLUSTER)
    read = f'Cluster.get("it", {cluster!r})'
    adopted = f'Cluster("it", name={CLUSTER["name"]!r}, allowed_engines=["all"], tags=["a", "b"], adopt=True)'
    own = 'Cluster("it", name="own", allowed_engines=["all"])\nsame = Cluster.get("same", it.id)'
    said = {
        read: "Nothing changes",
        adopted: "1 cluster is taken over",
        f"{read}\n": "Nothing changes",
        f"it = {own}": "1 cluster is created",
        f"{read}\n\n": "1 cluster will be DELETED",
        "": "Nothing changes",
    }
    for program, sentence in said.items():
        project.program(program)
        assert f"### {sentence}\n" in project.aiware("preview").stdout
        project.up()
    assert local.mutations() == {"createCluster": 2, "deleteCluster": 1}
    assert [each["id"] for each in local.objects()["clusters"]] == [cluster]


def test_an_export_is_made_of_a_job_that_is_read(project: Project, local: Local) -> None:
    ids = seeded(local)
    program = """
        earlier = Job.get("earlier", {job!r})
        ExportRequest(
            "captions",
            tdo_data=[{{"tdo_id": earlier.target_id}}],
            output_configurations=[{{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{{"extension": "vtt"}}]}}],
            download_to="captions.vtt",
        )
    """
    project.program(program.format(**ids))
    assert project.preview() == {"ExportRequest captions": "create"}
    project.up()
    assert (project.folder / "captions.vtt").read_text().startswith("WEBVTT")
    assert project.preview() == {}
    project.up()
    project.destroy()
    assert local.mutations() == {"createCluster": 1, "createTDO": 1, "createJob": 1, "createExportRequest": 1}


def test_a_component_reads_for_its_children(project: Project, local: Local) -> None:
    cluster = seeded(local)["cluster"]
    project.program(
        f"""
        class Studio(pulumi.ComponentResource):
            def __init__(self) -> None:
                super().__init__("studio:index:Studio", "studio")
                self.cluster = Cluster.get("shared", {cluster!r}, pulumi.ResourceOptions(parent=self))
                on_it = pulumi.ResourceOptions(parent=self.cluster)
                self.tdo = TemporalDataObject("tdo", on_it, start_date_time=1, stop_date_time=2)


        pulumi.export("tdo", Studio().tdo.id)
        """
    )
    project.up()
    assert project.preview() == {}
    project.destroy()
    assert local.mutations()["deleteTDO"] == 1
    assert len(local.objects()["clusters"]) == 1
