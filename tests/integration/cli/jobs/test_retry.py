"""`aiware jobs retry`."""

from __future__ import annotations

import json

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import BROKEN, submit


def status(local: Local, job: str) -> str:
    """A job's status in aiWARE."""
    (found,) = [each["status"] for each in local.objects()["jobs"] if each["id"] == job]
    return str(found)


def test_failed_jobs_run_again(aiware: Aiware, local: Local) -> None:
    local.behave(engines={engine: {**broken, "failTimes": 2} for engine, broken in BROKEN.items()})
    first, second = submit(local), submit(local)
    result = aiware("jobs", "retry", first, second, first)
    assert result.stdout == f"Job {first} runs again.\nJob {second} runs again.\n"
    assert result.stderr == f"`aiware jobs watch {first} {second}` follows.\n"
    assert (result.exit_code, local.mutations()["retryJob"]) == (0, 2)
    assert [status(local, job) for job in (first, second)] == ["complete", "complete"]


def test_one_that_cannot_be_retried_does_not_keep_the_others_from_it(aiware: Aiware, local: Local) -> None:
    done = submit(local)
    local.behave(engines=BROKEN)
    failed = submit(local)
    local.behave(jobSeconds=600)
    result = aiware("jobs", "retry", done, "24112609_gonegonego", failed, "--json")
    assert result.exit_code == 1
    (retried,) = json.loads(result.stdout)
    assert retried["id"] == failed
    failures = json.loads(result.stderr)["error"]["failures"]
    assert [failure["kind"] for failure in failures] == ["InvalidInput", "NotFound"]
    assert "24112609_gonegonego" in failures[1]["message"]


def test_a_lost_answer_retries_once(aiware: Aiware, local: Local) -> None:
    local.behave(engines=BROKEN)
    failed = submit(local)
    local.behave(jobSeconds=600)
    local.fault({"dropResponse": True}, operation="retryJob")
    result = aiware("jobs", "retry", failed)
    assert (result.exit_code, local.mutations()["retryJob"]) == (0, 1)
