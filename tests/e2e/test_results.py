"""What engines found out: as outputs, and as files on disk."""

from __future__ import annotations

import json
from typing import Any

from tests.support.local import Local
from tests.support.project import Project

ENGINE = "c0e55cde-340b-44d7-bb42-2e0d65e98255"
JOB = """
tdo = TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574315000)
job = Job("job", target_id=tdo.id, dag=pipelines.transcription("file:examples/media/interview.mp4"){more})
"""
OUTPUTS = """
from aiware_resources import get_engine_results

def told(results):
    return [[each["engineId"], len(each["jsondata"]["series"])] for each in results]

speech = engines.SPEECHMATICS_ENGLISH
pulumi.export("all", job.results().apply(told))
pulumi.export("one", job.results(speech).apply(told))
pulumi.export("none", job.results("another").apply(told))
pulumi.export("by job", get_engine_results(job_id=job.id).apply(told))
pulumi.export("by tdo", get_engine_results(tdo_id=job.target_id, engine_ids=[speech]).apply(told))
"""


def job(more: str = "") -> str:
    return JOB.format(more=more)


def written(project: Project, folder: str = "results") -> dict[str, Any]:
    files = (project.folder / "out" / folder).glob("[!.]*")
    return {path.name: json.loads(path.read_text()) for path in files}


def test_results_are_outputs_of_a_complete_job(project: Project, local: Local) -> None:
    local.behave(jobSeconds=1)
    project.program(job() + OUTPUTS)
    preview = project.pulumi("preview").output
    assert "by job: [unknown]" in preview.replace("  ", "")
    project.up()
    outputs = project.outputs()
    ((engine, words),) = outputs["all"]
    assert engine == ENGINE
    assert words > 50
    assert outputs == {key: [[ENGINE, words]] for key in ("all", "one", "by job", "by tdo")} | {"none": []}
    assert "unknown" not in project.pulumi("preview").output


def test_results_are_written_and_kept(project: Project, local: Local) -> None:
    project.program(job(', results_to="out/results"') + 'pulumi.export("files", job.result_files)')
    project.up()
    documents = written(project)
    assert list(documents) == [f"{ENGINE}.json"]
    assert documents[f"{ENGINE}.json"]["series"]
    (file,) = project.outputs()["files"]
    path = project.folder / file["path"]
    assert (file["path"], file["size"]) == (f"out/results/{ENGINE}.json", path.stat().st_size)
    assert "results" not in json.dumps([resource["outputs"] for resource in project.state().values()]).replace(
        '"resultsTo": "out/results"', ""
    )

    made = local.mutations()
    path.unlink()
    assert project.preview() == {}
    assert not path.exists()
    project.up()
    assert written(project) == documents
    path.write_text("{}")
    project.up()
    assert written(project) == documents
    assert (project.changes(), local.mutations()) == ({}, made)

    # A place for results is a policy: another one runs nothing.
    project.program(job(', results_to="out/elsewhere"'))
    project.up()
    assert project.changes() == {"Job job": "update"}
    assert list(written(project, "elsewhere")) == [f"{ENGINE}.json"]
    assert local.mutations()["createJob"] == 1


def test_results_that_cannot_be_had_end_the_run_with_a_sentence(project: Project, local: Local) -> None:
    project.program(
        'from aiware_resources import get_engine_results\npulumi.export("r", get_engine_results(job_id="1"))'
    )
    output = project.up(fails=True).output
    assert "engine results of 1: Reading engineResults 1 failed" in output
    assert "not_found" in output
    assert "Traceback" not in output

    # A place that cannot be written to.
    (project.folder / "out").write_text("in the way")
    one = job(', results_to="out/results"')
    project.program(one)
    output = project.up(fails=True).output
    assert f"out/results/{ENGINE}.json could not be written: " in output
    assert "Traceback" not in output
    (project.folder / "out").unlink()

    # Two jobs with one place.
    project.program(one + one.replace('"job"', '"second"').replace('"tdo"', '"other"'))
    output = project.up(fails=True).output
    assert "out/results is where " in output
    assert "Give each resource a place of its own." in output
