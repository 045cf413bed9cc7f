"""Single-engine jobs on the real engine."""

from __future__ import annotations

from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
from aiware_resources import SingleEngineJob

cluster = Cluster("cluster", name="{cluster}", allowed_engines=["all"])
job = SingleEngineJob(
    "captions",
    engine_id=engines.SPEECHMATICS_ENGLISH,
    upload_url="file:examples/media/interview.mp4",
    fields={{"diarise": {diarise}}},
    cluster_id=cluster.id,
)
words = job.results().apply(lambda found: [entry["words"][0]["word"] for entry in found[0]["jsondata"]["series"]])
pulumi.export("status", job.status)
pulumi.export("tdo", job.target_id)
pulumi.export("heard", words.apply(lambda spoken: spoken[:2]))
"""


def test_the_life_of_a_single_engine_job(project: Project, local: Local) -> None:
    local.behave(jobSeconds=1)
    project.program(PROGRAM.format(cluster="small", diarise=True))
    project.up()
    job = local.only("jobs")
    outputs = project.outputs()
    assert (outputs["status"], outputs["tdo"]) == ("complete", job["targetId"])
    assert outputs["heard"] == ["Thank", "you"]

    # A bigger cluster never re-runs a finished job.
    project.program(PROGRAM.format(cluster="large", diarise=True))
    project.up()
    assert local.mutations()["launchSingleEngineJob"] == 1

    project.program(PROGRAM.format(cluster="large", diarise=False))
    project.up()
    assert project.changes() == {"SingleEngineJob captions": "replace"}
    assert local.only("tdos")["id"] != job["targetId"]

    project.destroy()
    assert local.objects()["tdos"] == []
