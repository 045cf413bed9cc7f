"""The same program on aiWARE Edge, by the real engine: a translation, what fails, and what is interrupted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aiware_resources import engines
from tests.support import edge
from tests.support.edge_contract import request_problems
from tests.support.local import Local
from tests.support.project import Project, kill, until

TRANSLATION = (
    edge.PROGRAM
    + """
job = Job("translation", dag=graph, results_to="out/edge/translation")
pulumi.export("status", job.status)
pulumi.export("files", job.result_files)
pulumi.export("language", job.results(engines.TRANSLATE_SPANISH_TO_ENGLISH).apply(
    lambda results: results[0]["jsondata"]["object"][0]["language"]
))
"""
)
SEVERAL = """
for number in range(3):
    Job(f"job-{number}", dag=pipelines.translation("https://documents.test/spanish.txt"))
"""
NOT_ON_EDGE = """
Cluster("cluster", name="c", allowed_engines=["all"])
"""
BROKEN = {
    engines.TRANSLATE_SPANISH_TO_ENGLISH: {
        "fail": {"reason": "internal_error", "message": "no Spanish in it"},
        "failTimes": 1,
    }
}


@pytest.fixture
def local(project: Project, local: Local) -> Local:
    """The local aiWARE, which the stack talks to through its Edge API; it remembers what it is asked."""
    project.config(aiware__api="edge")
    local.behave(jobSeconds=0, recordRequests=True)
    return local


def document(project: Project) -> Path:
    return project.folder / "out" / "edge" / "translation" / f"{engines.TRANSLATE_SPANISH_TO_ENGLISH}.json"


def test_the_translation_ends_as_a_file(project: Project, local: Local) -> None:
    local.behave(jobSeconds=2, recordRequests=True)
    project.program(TRANSLATION)
    assert project.preview() == {"Job translation": "create"}
    assert not document(project).exists()
    output = project.up().output
    assert "running, " in output
    written = json.loads(document(project).read_text(encoding="utf-8"))
    assert written["object"][0]["language"] == "en"
    outputs = project.outputs()
    assert (outputs["status"], outputs["language"]) == ("complete", "en")
    (file,) = outputs["files"]
    assert project.folder / file["path"] == document(project)

    made = local.mutations()
    assert made == {"createJob": 1}
    document(project).unlink()
    project.up()
    assert project.changes() == {}
    assert local.mutations() == made
    assert document(project).exists()

    (job,) = project.told("-s", "local", "jobs", "list")
    assert job["id"] == project.state()["Job translation"]["id"]
    assert project.told("-s", "local", "jobs", "show", job["id"])["status"] == "complete"
    assert [result["jsondata"] for result in project.told("-s", "local", "results", job["id"])] == [written]
    assert engines.OUTPUT_WRITER in [engine["id"] for engine in project.told("-s", "local", "engines", "list")]

    project.program(NOT_ON_EDGE)
    refused = project.pulumi("preview", fails=True).output
    assert "aiWARE Edge has no clusters: an installation runs its jobs itself" in refused
    assert "Traceback" not in refused

    project.destroy()
    assert local.mutations() == made
    asked = [request for request in local.requests() if "/edge/" in request.get("path", "")]
    assert len(asked) > 10
    assert [(request["path"], problem) for request in asked for problem in request_problems(request)] == []


def test_what_fails_is_told_and_resubmitted(project: Project, local: Local) -> None:
    local.behave(engines=BROKEN)
    local.fault({"status": 429, "retryAfter": 1}, operation="createJob")
    local.fault({"status": 503, "retryAfter": 1}, operation="getJobStatus")
    local.fault({"dropResponse": True}, operation="get_job_detail")
    project.program(TRANSLATION)
    output = project.up(fails=True).output
    first = project.state()["Job translation"]["id"]
    for words in (first, "Translation - Spanish to English", "internal_error: no Spanish in it", "on_failure"):
        assert words in output
    assert "Traceback" not in output
    assert local.faults() == []
    local.fault({"dropResponse": True}, operation="createJob")
    project.up()
    assert project.changes() == {"Job translation": "replace"}
    assert project.state()["Job translation"]["id"] != first
    assert document(project).exists()
    assert [job["status"] for job in local.objects()["jobs"]].count("complete") == 1
    assert local.mutations()["createJob"] == 2


def test_killed_while_waiting(project: Project, local: Local) -> None:
    local.behave(jobSeconds=8)
    local.fault({"dropResponse": True}, operation="createJob")
    project.program(SEVERAL)
    running = project.start("up", "--yes", "--skip-preview", forked=True)
    # One whose answer was lost is looked for, in a list, until it is recorded; below there are no lists any more.
    until(lambda: len(project.ids("Job")) == 3 and local.calls().get("getJobStatus", 0) >= 6)
    kill(running)
    jobs = {job["id"] for job in local.objects()["jobs"]}
    assert len(jobs) == 3

    project.pulumi("cancel", "--yes")
    # Without routes for states, as older installations are, the outputs tell when a job is done.
    for operation in ("getJobStatus", "get_job_detail", "get_jobs"):
        local.fault({"status": 501}, operation=operation, times=1000)
    project.up()
    assert {job["id"] for job in local.objects()["jobs"]} == jobs
    assert {job["status"] for job in local.objects()["jobs"]} == {"complete"}
    assert local.mutations()["createJob"] == 3
    assert local.calls()["get_job_outputs"] >= 3

    local.clear_faults()
    project.program(SEVERAL.replace('.txt")', '.txt"), on_destroy="delete"'))
    project.up()
    assert local.mutations()["createJob"] == 3
    project.destroy()
    assert local.objects()["jobs"] == []


def test_results_that_cannot_be_had_any_more_fail_by_name(project: Project, local: Local) -> None:
    project.program(TRANSLATION.split("pulumi.export")[0])
    project.up()
    project.pulumi("refresh", "--yes", "--skip-preview")
    local.reset()
    # The files of a job that is gone are left as they are.
    project.up()
    assert "createJob" not in local.mutations()
    document(project).rename(document(project).with_name("another.json"))
    output = project.up(fails=True).output
    assert "does not know any more what belongs there" in output
    assert "createJob" not in local.mutations()
