"""The policy pack of this project judges previews and updates of the real engine."""

from __future__ import annotations

import json
from typing import Any

from tests.support.forked_python import SOCKET
from tests.support.local import Local
from tests.support.project import ROOT, Project

PACK = str(ROOT / "policies")

BREAKS_ALL = """
from aiware_resources import JobFleet, JobTemplate, SingleEngineJob, media_value

cluster = Cluster("cluster", name="c", allowed_engines=["all"], docker_credentials={})
tdo = TemporalDataObject("tdo", name="t", start_date_time=0, stop_date_time=6000)
signed = pulumi.Output.secret("http://user:hidden@media.example.com/a.mp4?X-Amz-Signature=hidden")
job = Job(
    "job",
    target_id=tdo.id,
    cluster_id=cluster.id,
    dag=pipelines.transcription(signed),
    notification_uris=["http://hooks.example.com/done?token=hidden", tdo.id],
)
JobFleet(
    "fleet",
    template=JobTemplate(target={"name": "t"}, dag=pipelines.transcription(media_value("url"))),
    media={"a": {"url": "http://fleet.example.com/a.mp4"}, "b": {"url": "https://fleet.example.com/b.mp4"}},
)
ExportRequest(
    "captions",
    tdo_data=[{"tdo_id": job.target_id}],
    output_configurations=[{"engine_id": "an-engine", "formats": [{"extension": "vtt"}]}],
)
"""
BROKEN = {
    "allowed-engines": {"engines": ["Webstream Adapter", "Chunk", "Output Writer"]},
    "protected-stacks": {"stacks": ["local"]},
    "required-tags": {"clusters": ["owner"], "tdos": ["project"]},
    "update-limits": {"jobs": 1, "mediaMinutes": 99},
}
SAID = {
    "allowed-engines": ["Job job: tasks[", "JobFleet fleet: tasks[", "ExportRequest captions: outputConfigurations[0]"],
    "media-minutes": ["220 minutes of media, and may work on 99 at most: JobFleet fleet (120), Job job (100)"],
    "no-plain-http": [
        "payload.url is http://media.example.com, an address",
        "notificationUris[0] is http://hooks.example.com, an address",
        "JobFleet fleet: tasks[0].payload.url of the entry a is http://fleet.example.com, an address",
        "Job job: notificationUris[1] is not known yet, so `pulumi up` checks it",
    ],
    "protected-stacks": ["Cluster cluster: is not protected", "the jobs of entries that leave it"],
    "required-tags": ["Cluster cluster: tags lacks the required tag owner", "TemporalDataObject tdo: details"],
    "update-limits": ["this update runs "],
}

CLEAN = """
tdo = TemporalDataObject(
    "tdo",
    name="t",
    start_date_time=0,
    stop_date_time=6000,
    details={"tags": [{"value": "project"}]},
    opts=pulumi.ResourceOptions(protect=True),
)
job = Job(
    "job",
    target_id=tdo.id,
    dag=pipelines.transcription("file:examples/media/interview.mp4"),
    triggers=1,
    opts=pulumi.ResourceOptions(protect=True),
)
"""
STRICT = {
    "allowed-engines": {
        "engines": ["Webstream Adapter", "Chunk", "Playback", "Output Writer", "Speechmatics Transcription"]
    },
    "protected-stacks": {"stacks": ["local"], "allowRetained": False},
    "required-tags": {"tdos": ["project"]},
    "update-limits": {"jobs": 1, "mediaMinutes": 100},
}


def with_pack(project: Project, config: dict[str, Any]) -> list[str]:
    file = project.folder / "policies.json"
    file.write_text(json.dumps(config))
    return ["--policy-pack", PACK, "--policy-pack-config", str(file)]


def test_each_policy_refuses_what_it_is_there_for(project: Project, local: Local) -> None:
    project.program(BREAKS_ALL)
    # As a user's, in processes of their own.
    del project.environment[SOCKET]
    ran = project.pulumi("preview", *with_pack(project, BROKEN), fails=True)
    output = " ".join(ran.output.split())
    for policy, texts in SAID.items():
        assert f"[mandatory] {policy} (" in output, ran.output
        assert [text for text in texts if text not in output] == [], ran.output
    assert "hidden" not in ran.output
    assert "Traceback" not in ran.output
    assert local.objects()["tdos"] == []


def test_nothing_is_deleted_or_replaced_in_a_protected_stack(project: Project, local: Local) -> None:
    project.program(CLEAN)
    assert "Traceback" not in project.up(*with_pack(project, STRICT)).output
    made = local.only("jobs")["id"]
    # What has run before does not count.
    project.pulumi("preview", "--expect-no-changes", *with_pack(project, {**STRICT, "update-limits": {"jobs": 0}}))

    # Pulumi refuses to replace what is protected; and the policies, that something is not.
    (tdo,) = (each["urn"] for each in project.resources() if each["type"].endswith("TemporalDataObject"))
    project.pulumi("state", "unprotect", tdo, "--yes")
    replaced = CLEAN.split("job = ")[1].replace("tdo.id", "'{}'").replace("triggers=1", "triggers=2")
    project.program(
        "job = " + replaced.format(local.only("tdos")["id"]) + '\nCluster("new", name="c", allowed_engines=[])'
    )
    ran = project.pulumi("preview", *with_pack(project, {**STRICT, "update-limits": {}}), fails=True)
    assert "not protected yet: TemporalDataObject tdo. Pulumi would delete" in " ".join(ran.output.split())
    assert "unable to replace resource" in ran.output
    assert "Cluster new: is not protected" in ran.output

    # An update stops at the first violation, before anything is done.
    project.up(*with_pack(project, STRICT), fails=True)
    assert local.only("jobs")["id"] == made
    assert len(local.objects()["tdos"]) == 1
