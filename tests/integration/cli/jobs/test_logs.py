"""`aiware jobs logs`."""

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


def test_the_log_of_each_task_is_shown(aiware: Aiware, failed: str) -> None:
    output = aiware("jobs", "logs", failed).output
    assert f"({engines.SPEECHMATICS_ENGLISH}): failed invalid_data: no speech in it\n" in output
    assert "Failed: invalid_data: no speech in it\n" in output
    assert f"({engines.OUTPUT_WRITER}): complete\n" in output


def test_only_those_that_failed(aiware: Aiware, failed: str) -> None:
    output = aiware("jobs", "logs", failed, "--failed").output
    assert engines.SPEECHMATICS_ENGLISH in output
    assert engines.OUTPUT_WRITER not in output


def test_json(aiware: Aiware, failed: str) -> None:
    output = aiware("jobs", "logs", failed, "--failed", "--json").output
    (task,) = json.loads(output)
    assert (task["engineId"], task["status"]) == (engines.SPEECHMATICS_ENGLISH, "failed")
    assert "Failed: invalid_data: no speech in it" in task["log"]
    assert "signature" not in output


def test_a_task_that_has_not_begun_has_no_log(aiware: Aiware, local: Local) -> None:
    local.behave(jobSeconds=600)
    assert "(no log)\n" in aiware("jobs", "logs", submit(local)).output
