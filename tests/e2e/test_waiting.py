"""What a run waits for, where aiWARE shows things late, cannot read them, or does not answer."""

from __future__ import annotations

import time

from tests.support.local import Local
from tests.support.project import Project, until

ALWAYS = 100_000

ONE = """
graph = pipelines.transcription("file:examples/media/interview.mp4")
job = Job("job", tasks=graph.tasks, routes=graph.routes{more})
ExportRequest(
    "export",
    tdo_data=[{{"tdo_id": job.target_id}}],
    output_configurations=[{{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{{"extension": "vtt"}}]}}],
    download_to="out/job.vtt",
)
"""
TDO = 'tdo = TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574315000)\n'
EACH_KIND = """
from aiware_resources import JobFleet, JobTemplate, media_value

def captions(name, tdo_id, **more):
    ExportRequest(
        name,
        tdo_data=[{"tdo_id": tdo_id}],
        output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}],
        download_to=f"out/{name}.vtt",
        **more,
    )

recording = "file:examples/media/interview.mp4"
span = {"startDateTime": 1574311000, "stopDateTime": 1574315000}
captions("with-target", Job("with-target", dag=pipelines.transcription(recording), target={}).target_id)
tdo = TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574315000)
captions("on-a-tdo", Job("on-a-tdo", dag=pipelines.transcription(recording), target_id=tdo.id).target_id)
template = JobTemplate(dag=pipelines.transcription(media_value("url")), target=span)
fleet = JobFleet("fleet", template=template, media={"a": {"url": recording}})
captions("of-a-fleet", fleet.jobs["a"]["target_id"], opts=pulumi.ResourceOptions(depends_on=[fleet]))
"""
TWO = """
for name in ("bad", "good"):
    graph = pipelines.transcription("file:examples/media/interview.mp4")
    job = Job(name, tasks=graph.tasks, routes=graph.routes, target={}, name=name)
    ExportRequest(
        f"{name}-captions",
        tdo_data=[{"tdo_id": job.target_id}],
        output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}],
        download_to=f"out/{name}.vtt",
    )
"""


def exported_before_the_end(project: Project, local: Local) -> list[str]:
    """The exports that were requested before each task of the job on their TDO was complete."""
    objects = local.objects()
    requested = {export["id"]: export["createdDateTime"] for export in objects["exports"]}
    tasks = {job["targetId"]: job["tasks"]["records"] for job in objects["jobs"]}
    exports = {key: each for key, each in project.state().items() if key.startswith("ExportRequest")}
    assert {each["id"] for each in exports.values()} == requested.keys()
    return [
        key
        for key, each in exports.items()
        for task in tasks[each["inputs"]["tdoData"][0]["tdoId"]]
        if task["status"] != "complete" or task["completedDateTime"] > requested[each["id"]]
    ]


def test_jobs_that_are_not_shown_at_first_are_not_taken_for_complete(project: Project, local: Local) -> None:
    project.config(aiware__notFoundGrace="60")
    local.behave(jobSeconds=6, exportSeconds=0)
    local.fault({"lag": 3}, times=ALWAYS)
    project.program(EACH_KIND)
    project.up()
    local.clear_faults()
    assert exported_before_the_end(project, local) == []
    written = {path.name for path in (project.folder / "out").glob("*.vtt") if path.stat().st_size > 0}
    assert written == {"with-target.vtt", "on-a-tdo.vtt", "of-a-fleet.vtt"}
    made = local.mutations()
    project.up()
    assert (project.changes(), local.mutations()) == ({}, made)


def test_a_job_that_is_never_shown_is_an_error_that_names_it(project: Project, local: Local) -> None:
    project.config(aiware__notFoundGrace="2")
    project.program(TDO + ONE.format(more=", target_id=tdo.id"))
    local.fault({"graphqlError": "not_found"}, operation="job", times=ALWAYS)
    output = project.up(fails=True).output
    job_id = project.state()["Job job"]["id"]
    assert f"aiWARE does not show job {job_id}, and no refresh has seen it complete." in output
    assert "createExportRequest" not in local.mutations()
    # It is there after all: nothing runs twice.
    local.clear_faults()
    project.up()
    assert local.mutations()["createJob"] == 1


def test_a_job_that_stays_away_is_submitted_again_in_the_end(project: Project, local: Local) -> None:
    project.config(aiware__notFoundGrace="2")
    local.behave(jobSeconds=600)
    project.program(TDO + ONE.format(more=", target_id=tdo.id, timeout=1"))
    project.up(fails=True)
    job_id = project.state()["Job job"]["id"]
    project.program(TDO + ONE.format(more=", target_id=tdo.id"))
    local.behave(jobSeconds=0)
    local.fault({"graphqlError": "not_found"}, operation="job", times=ALWAYS)
    assert job_id in project.up(fails=True).output
    assert local.mutations()["createJob"] == 1
    time.sleep(2)
    assert project.preview()["Job job"] == "create"


def test_a_recording_that_cannot_be_read_holds_up_no_other(project: Project, local: Local) -> None:
    local.behave(jobSeconds=8, exportSeconds=0)
    project.program(TWO)
    running = project.start("up", "--yes", "--skip-preview", forked=True)
    until(lambda: len(local.objects()["jobs"]) == 2)
    bad = next(job["id"] for job in local.objects()["jobs"] if job["name"] == "bad")
    local.fault({"unreadable": [bad]}, times=ALWAYS)
    until(lambda: (project.folder / "out" / "good.vtt").exists(), seconds=120)
    assert running.poll() is None
    log = (project.folder / "started.log").read_text()
    assert "waiting goes on, though it cannot be read at the moment" in log
    assert bad in log
    assert not (project.folder / "out" / "bad.vtt").exists()
    local.clear_faults()
    assert running.wait(timeout=120) == 0
    assert (project.folder / "out" / "bad.vtt").exists()
    assert local.mutations()["createJob"] == 2


def test_the_time_is_up_although_answers_hang(project: Project, local: Local) -> None:
    # Were an answer waited for, the run would take this long.
    project.config(aiware__requestTimeout="400")
    project.program(TDO + ONE.format(more=", target_id=tdo.id, timeout=6"))
    local.fault({"hang": True}, operation="job", times=ALWAYS)
    begun = time.monotonic()
    output = project.up(fails=True).output
    assert "was not finished within 6 s; aiWARE has not answered a question about it so far." in output
    assert "run `pulumi up` again to resume waiting" in output
    assert time.monotonic() - begun < 200
    assert "createExportRequest" not in local.mutations()
    local.clear_faults()
    project.program(TDO + ONE.format(more=", target_id=tdo.id"))
    project.up()
    assert local.mutations()["createJob"] == 1
    assert (project.folder / "out" / "job.vtt").exists()
