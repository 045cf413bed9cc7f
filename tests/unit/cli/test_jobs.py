"""`aiware jobs`, against a real local aiWARE."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiware_resources import engines, pipelines
from aiware_resources.job import JobState
from aiware_resources.reconcile.naming import api_properties
from tests.support.local import Local
from tests.unit.cli.conftest import Aiware

BROKEN = {engines.SPEECHMATICS_ENGLISH: {"fail": {"reason": "invalid_data", "message": "no speech in it"}}}


@pytest.fixture
def local(data: Path) -> Iterator[Local]:
    server = Local(data, data.parent)
    server.behave(jobSeconds=0)
    yield server
    server.stop()


def submit(local: Local) -> str:
    graph = pipelines.transcription("https://media.test/a.mp4")
    content = api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes), "target": {}})
    made: str = local.graphql("mutation($input: CreateJob) { createJob(input: $input) { id } }", input=content)[
        "createJob"
    ]["id"]
    return made


@pytest.fixture
def failed(local: Local) -> str:
    """A job that failed."""
    local.behave(engines=BROKEN)
    return submit(local)


def test_a_job_is_shown_with_its_tasks(aiware: Aiware, local: Local, failed: str) -> None:
    shown = aiware("jobs", "show", failed)
    assert shown.exit_code == 0
    first, *_ = shown.output.splitlines()
    assert first == f"job {failed}: failed; TDO {local.only('tdos')['id']}, cluster default"
    row = next(line for line in shown.output.splitlines() if engines.SPEECHMATICS_ENGLISH in line)
    assert "failed" in row
    assert "invalid_data: no speech in it" in row
    assert shown.output.count("complete") == 4


def test_a_narrow_terminal_cuts_no_id(aiware: Aiware, local: Local, failed: str) -> None:
    output = aiware("jobs", "show", failed, columns=80).output
    for task in local.only("jobs")["tasks"]["records"]:
        assert task["id"] in output
    assert "…" not in output
    assert max(map(len, output.splitlines())) <= 80


def test_a_job_is_shown_as_json_without_the_signed_links_of_its_logs(aiware: Aiware, failed: str) -> None:
    output = aiware("jobs", "show", failed, "--json").output
    job = json.loads(output)
    assert (job["id"], job["status"]) == (failed, "failed")
    broken = next(task for task in job["tasks"] if task["engineId"] == engines.SPEECHMATICS_ENGLISH)
    assert (broken["failureReason"], broken["failureMessage"]) == ("invalid_data", "no speech in it")
    assert "no speech in it" in broken["log"]["text"]
    assert "signature" not in output


def test_the_log_of_each_task_is_shown(aiware: Aiware, failed: str) -> None:
    output = aiware("jobs", "logs", failed).output
    assert f"({engines.SPEECHMATICS_ENGLISH}): failed invalid_data: no speech in it\n" in output
    assert "Failed: invalid_data: no speech in it\n" in output
    assert f"({engines.OUTPUT_WRITER}): complete\n" in output


def test_a_task_that_has_not_begun_has_no_log(aiware: Aiware, local: Local) -> None:
    local.behave(jobSeconds=600)
    output = aiware("jobs", "logs", submit(local)).output
    assert "(no log)\n" in output


def test_a_job_that_is_not_there_is_an_error(aiware: Aiware, local: Local) -> None:
    for command in ("show", "logs"):
        result = aiware("jobs", command, "24112609_gonegonego")
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
        assert "24112609_gonegonego" in result.output
        assert local.token not in result.output
