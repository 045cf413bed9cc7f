"""The engine catalogue in programs: look-ups, and payloads checked against it in the preview."""

from __future__ import annotations

from aiware_resources import engines
from tests.support.local import Local
from tests.support.objects import make_tdo, submit
from tests.support.project import Project

SPOILT = """
graph = pipelines.transcription("file:examples/media/voice-note.m4a")
tasks = list(graph.tasks)
tasks[2] = {**tasks[2], "payload": PAYLOAD}
Job("job", target={}, tasks=tasks, routes=graph.routes)
"""

SPOILT_PAYLOAD = """{
    "ffmpegTemplate": "vdeo",
    "customFFMPEGProperties": {"chunkSizeInSeconds": "0"},
    "chunkOverlp": 5,
}"""


def test_payloads_are_held_against_the_engines_in_the_preview(project: Project, local: Local) -> None:
    project.program(SPOILT.replace("PAYLOAD", SPOILT_PAYLOAD))
    output = project.pulumi("preview", fails=True).output
    where = "tasks[2].payload."
    for path, says in {
        "customFFMPEGProperties.chunkSizeInSeconds": 'must be a number from 1 to 3600, but is "0": give 1 or more',
        "ffmpegTemplate": 'must be one of: audio, video, frame, rawchunk, custom; it is "vdeo"; did you mean video?',
    }.items():
        assert any(where + path in line and says in line for line in output.splitlines()), output
    assert f"warning: job: {where}chunkOverlp is not known to engine Chunk: did you mean chunkOverlap?" in output
    assert "Traceback" not in output
    assert local.mutations() == {}

    # It can be turned off.
    asked = local.calls()["engines"]
    project.config(aiware__validateEngines="false")
    project.pulumi("preview")
    assert local.calls()["engines"] == asked

    # Without the catalogue the preview warns and goes on.
    project.config(aiware__validateEngines=None, aiware__maxRetries="0")
    local.fault({"status": 502}, operation="engines", times=9)
    output = project.pulumi("preview").output
    assert (
        "warning: the tasks of jobs could not be checked against the engine catalogue: Reading engines failed" in output
    )

    # A warning does not fail it.
    local.clear_faults()
    project.program(SPOILT.replace("PAYLOAD", '{"chunkOverlp": 5}'))
    assert "did you mean chunkOverlap?" in project.up().output
    assert local.only("jobs")["status"] == "complete"


CLUSTER = """
cluster = Cluster("cluster", name="c", allowed_engines=ALLOWED)
Job("job", cluster_id=cluster.id, target={}, dag=pipelines.transcription(URL))
"""


def test_an_engine_that_its_cluster_does_not_allow(project: Project, local: Local) -> None:
    first = '"file:examples/media/voice-note.m4a"'
    project.program(CLUSTER.replace("ALLOWED", "list(engines.NAMES)").replace("URL", first))
    project.up()
    # One engine fewer, and the job has to run again.
    fewer = CLUSTER.replace("ALLOWED", "[each for each in engines.NAMES if each != engines.CHUNK]")
    project.program(fewer.replace("URL", '"file:examples/media/interview.mp4"'))
    output = project.pulumi("preview", fails=True).output
    assert "tasks[2].engineId" in output
    assert f"engine {engines.CHUNK} (Chunk) may not run on cluster" in output
    # The job that ran already is nobody's concern.
    project.program(fewer.replace("URL", first))
    project.up()
    assert project.changes() == {"Cluster cluster": "update"}
    # An engine allowed and used in one go is fine before aiWARE knows of it.
    both = CLUSTER.replace("ALLOWED", '["all"]').replace("URL", '"file:examples/media/interview.mp4"')
    project.program(both)
    project.up()
    assert project.changes() == {"Cluster cluster": "update", "Job job": "replace"}


LOOK_UPS = """
from aiware_resources import get_cluster, get_clusters, get_engine, get_engine_categories, get_engines

chunk = get_engine("Chunk")
pulumi.export("chunk", chunk["id"])
pulumi.export("fields", chunk.apply(lambda engine: [field["name"] for field in engine["fields"]]))
pulumi.export("again", get_engine(chunk["id"])["name"])
pulumi.export("translators", get_engines(category="Translate"))
pulumi.export("cognition", get_engine_categories(type="Cognition"))
pulumi.export("clusters", get_clusters())
pulumi.export("cluster", get_cluster("there already")["id"])
speech = get_engines(name="speechmatics", type="Cognition").apply(lambda found: found[0]["id"])
Job("job", cluster_id=get_cluster("there already")["id"], target={}, dag=pipelines.transcription(
    "file:examples/media/voice-note.m4a", engine_id=speech))
"""


def test_look_ups_are_outputs_in_the_preview_too(project: Project, local: Local) -> None:
    cluster = local.graphql(
        'mutation { createCluster(input: {name: "there already", allowedEngines: ["all"], dockerCredentials: {}}) '
        "{ id } }"
    )["createCluster"]["id"]
    project.program(LOOK_UPS)
    preview = project.pulumi("preview").output
    assert engines.CHUNK in preview
    assert cluster in preview
    asked = local.calls()
    # The program asks each question once, and reads each list to the empty page at its end; the provider's process
    # asks for the cluster of the job once more, for its own checks.
    assert (asked["engineCategories"], asked["clusters"]) == (2, 5)
    project.up()
    outputs = project.outputs()
    assert (outputs["chunk"], outputs["again"], outputs["cluster"]) == (engines.CHUNK, "Chunk", cluster)
    assert "customFFMPEGProperties.chunkSizeInSeconds" in outputs["fields"]
    assert engines.TRANSLATE_SPANISH_TO_ENGLISH in [engine["id"] for engine in outputs["translators"]]
    assert {category["type"]["name"] for category in outputs["cognition"]} == {"Cognition"}
    assert [each["name"] for each in outputs["clusters"]] == ["there already"]
    job = local.only("jobs")
    assert (job["clusterId"], job["status"]) == (cluster, "complete")


def test_look_ups_that_find_nothing_or_wait_for_what_is_made(project: Project, local: Local) -> None:
    project.program('from aiware_resources import get_engine\npulumi.export("id", get_engine("Chunkk")["id"])')
    output = project.pulumi("preview", fails=True).output
    assert f'aiWARE has no engine "Chunkk" that this token can see. Did you mean "Chunk" ({engines.CHUNK})?' in output
    assert "Traceback" not in output
    tdo = make_tdo(local, "Hearing")
    job = submit(local, targetId=tdo, name="nightly")
    project.program(
        """
        from aiware_resources import get_cluster, get_job, get_temporal_data_object
        cluster = Cluster("cluster", name="c", allowed_engines=["all"])
        hearing = TemporalDataObject.get("hearing", get_temporal_data_object("Hearing", since="2026-03-02")["id"])
        pulumi.export("status", get_cluster(cluster.id)["status"])
        pulumi.export("tdo", [hearing.id, hearing.name])
        pulumi.export("job", get_job("nightly", target_id=hearing.id)["id"])
        """
    )
    # With a preview before the update.
    project.pulumi("up", "--yes")
    assert project.outputs() == {"status": "active", "tdo": [tdo, "Hearing"], "job": job}
