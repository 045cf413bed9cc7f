"""Failing engines: what the run says, what goes on, and what the next run does."""

from __future__ import annotations

import pytest

from aiware_resources import engines
from tests.support.local import Local
from tests.support.project import Project

ONE = """
job = Job(
    "job", tasks=pipelines.transcription("file:examples/media/{media}").tasks,
    routes=pipelines.transcription("file:examples/media/{media}").routes, target={{}}{more},
)
export = ExportRequest(
    "export",
    tdo_data=[{{"tdo_id": job.target_id}}],
    output_configurations=[{{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{{"extension": "vtt"}}]}}],
    download_to="out.vtt",
)
"""

TWO = """
for name, media in [("good", "interview.mp4"), ("bad", "not-there.mp4")]:
    graph = pipelines.transcription(f"file:examples/media/{media}")
    job = Job(name, tasks=graph.tasks, routes=graph.routes, target={})
    ExportRequest(
        f"{name}-captions",
        tdo_data=[{"tdo_id": job.target_id}],
        output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}],
        download_to=f"out/{name}.vtt",
    )
"""

BROKEN = {
    engines.SPEECHMATICS_ENGLISH: {"fail": {"reason": "invalid_data", "message": "no speech in it"}, "failTimes": 1}
}


def one(media: str = "interview.mp4", more: str = "") -> str:
    return ONE.format(media=media, more=more)


def test_a_failure_is_told_and_retried_in_place(project: Project, local: Local) -> None:
    local.behave(engines=BROKEN)
    project.program(one())
    output = project.up(fails=True).output
    job = local.only("jobs")
    task = next(task for task in job["tasks"]["records"] if task["status"] == "failed")
    for words in (
        job["id"],
        task["id"],
        "Speechmatics",
        "invalid_data",
        "no speech in it",
        f"aiware jobs logs {job['id']}",
    ):
        assert words in output
    assert "Traceback" not in output
    # What is shown at the end has each sentence once.
    diagnostics = output.partition("Diagnostics:")[2]
    assert (diagnostics.count("no speech in it"), diagnostics.count(f"{job['id']} -s local`")) == (1, 1)
    assert "job failed; its message says why, and what to do." in diagnostics
    assert "createExportRequest" not in local.mutations()

    project.up()
    assert project.changes() == {"Job job": "update", "ExportRequest export": "create"}
    assert local.only("jobs")["id"] == job["id"]
    assert local.only("jobs")["status"] == "complete"
    assert (local.mutations()["createJob"], local.mutations()["retryJob"]) == (1, 1)
    assert (project.folder / "out.vtt").read_text().startswith("WEBVTT")
    assert project.preview() == {}


def test_what_a_failure_leads_to_is_the_programs_choice(project: Project, local: Local) -> None:
    local.behave(engines=BROKEN)
    project.program(one(more=', on_failure="keep"'))
    project.up(fails=True)
    project.up(fails=True)
    assert "Job job" not in project.changes()
    assert (local.mutations()["createJob"], local.mutations().get("retryJob", 0)) == (1, 0)

    allowed = one(more=', on_failure="keep", allow_failure=True').split("export =")[0]
    project.program(allowed + 'pulumi.export("status", job.status)')
    output = project.up().output
    assert "no speech in it" in output
    assert project.outputs()["status"] == "failed"
    assert (local.mutations()["createJob"], local.mutations().get("retryJob", 0)) == (1, 0)

    project.program(one(more=', on_failure="replace"'))
    project.up()
    assert project.changes()["Job job"] == "replace"
    assert (local.mutations()["createJob"], local.mutations().get("retryJob", 0)) == (2, 0)


@pytest.mark.parametrize("fail_fast", [False, True])
def test_one_failure_does_not_cut_off_the_rest(project: Project, local: Local, fail_fast: bool) -> None:
    local.behave(jobSeconds=15 if fail_fast else 3)
    project.config(aiware__failFast=str(fail_fast).lower())
    project.program(TWO)
    output = project.up(fails=True).output
    assert "url_not_found" in output
    assert "Traceback" not in output
    written = (project.folder / "out" / "good.vtt").exists()
    assert written is not fail_fast
    assert set(project.state()) >= {"Job good", "Job bad"}


def test_a_time_out_says_how_to_resume(project: Project, local: Local) -> None:
    local.behave(jobSeconds=12)
    project.program(one(more=", timeout=1"))
    output = project.up(fails=True).output
    assert "run `pulumi up` again to resume waiting" in output
    project.program(one(more=", timeout=600"))
    project.up()
    assert local.mutations()["createJob"] == 1
    assert (project.folder / "out.vtt").exists()


def test_a_job_whose_record_was_purged_counts_as_done(project: Project, local: Local) -> None:
    project.program(one())
    project.up()
    # The refresh of this run sees it complete.
    project.up()
    made = local.mutations()
    local.fault({"graphqlError": "not_found"}, operation="job", times=100)
    project.up()
    assert (project.changes(), local.mutations()) == ({}, made)
