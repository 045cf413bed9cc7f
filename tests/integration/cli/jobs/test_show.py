"""`aiware jobs show`."""

from __future__ import annotations

import json

import pytest

from aiware_resources import engines
from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import BROKEN, submit


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


def test_its_name_is_shown_as_it_is(aiware: Aiware, local: Local) -> None:
    job = submit(local, name="[bold]council[/] :smile:")
    assert aiware("jobs", "show", job).output.startswith(f'job {job} "[bold]council[/] :smile:": complete; TDO ')


def test_a_narrow_terminal_cuts_no_id(aiware: Aiware, local: Local, failed: str) -> None:
    output = aiware("jobs", "show", failed, columns=80).output
    for task in local.only("jobs")["tasks"]["records"]:
        assert task["id"] in output
    assert "…" not in output
    assert max(map(len, output.splitlines())) <= 80


def test_json_has_no_signed_links(aiware: Aiware, failed: str) -> None:
    output = aiware("jobs", "show", failed, "--json").output
    job = json.loads(output)
    assert (job["id"], job["status"]) == (failed, "failed")
    broken = next(task for task in job["tasks"] if task["engineId"] == engines.SPEECHMATICS_ENGLISH)
    assert (broken["failureReason"], broken["failureMessage"]) == ("invalid_data", "no speech in it")
    assert "no speech in it" in broken["log"]["text"]
    assert "signature" not in output
