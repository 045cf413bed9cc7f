"""`aiware jobs cancel`."""

from __future__ import annotations

import json

import pytest

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import submit


@pytest.fixture
def running(local: Local) -> str:
    """A job that takes its time."""
    local.behave(jobSeconds=600)
    return submit(local)


def test_it_asks_first(aiware: Aiware, local: Local, running: str) -> None:
    refused = aiware("jobs", "cancel", running, typed="n\n")
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"Cancel {running} (")
    assert "cancelJob" not in local.mutations()
    done = aiware("jobs", "cancel", running, typed="y\n")
    assert (done.exit_code, done.stdout) == (0, f"Job {running} is cancelled.\n")
    assert local.only("jobs")["status"] == "cancelled"


def test_nobody_there_to_answer_means_no(aiware: Aiware, local: Local, running: str) -> None:
    result = aiware("jobs", "cancel", running)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, "Nothing was done.")
    said = aiware("jobs", "cancel", running, "--json").stderr.splitlines()[-1]
    assert json.loads(said)["error"] == {"kind": "Aborted", "message": "Nothing was done.", "exitCode": 1}
    assert "cancelJob" not in local.mutations()


def test_yes_does_not_ask(aiware: Aiware, running: str) -> None:
    done = aiware("jobs", "cancel", "--yes", running, "--json")
    assert (json.loads(done.stdout), done.stderr) == ([{"id": running, "status": "cancelled"}], "")


def test_a_lost_answer_cancels_once(aiware: Aiware, local: Local, running: str) -> None:
    local.fault({"dropResponse": True}, operation="cancelJob")
    assert aiware("jobs", "cancel", "-y", running).exit_code == 0
    assert local.mutations()["cancelJob"] == 1


def test_what_cannot_be_cancelled_is_told(aiware: Aiware, local: Local, running: str) -> None:
    local.behave(jobSeconds=0)
    done = submit(local)
    result = aiware("jobs", "cancel", "-y", done, "24112609_gonegonego", running)
    assert result.exit_code == 1
    assert result.stdout == f"Job {running} is cancelled.\n"
    assert f"1. Job {done} is complete already: there is nothing to cancel." in result.stderr
    assert "2. aiWARE has no job 24112609_gonegonego that this token can see. Check the id." in result.stderr
    assert local.mutations()["cancelJob"] == 1
