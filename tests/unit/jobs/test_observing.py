"""What a refresh makes of what aiWARE says of a job, against an API that says what a test makes it say."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.api import JobRecord
from aiware_resources.job import JobProvider
from aiware_resources.reconcile import FAILURE, RERUNS
from aiware_resources.waiting.conditions import COMPLETE

FAILED = {"status": "failed", "reason": "bad_data"}


def observed(monkeypatch: pytest.MonkeyPatch, status: str | None, recorded: dict[str, Any]) -> tuple[Any, Any, Any]:
    class Server:
        url = "http://aiware.test"

        def jobs(self, _: Any) -> dict[str, JobRecord]:
            record = {"id": "j", "status": status, "createdDateTime": "2026-03-02T12:00:00Z"}
            return {"j": JobRecord.model_validate(record)}

    monkeypatch.setattr(JobProvider, "api", Server())
    found = JobProvider().observe("j", recorded)
    assert found is not None
    return found.failure, found.facts.get(RERUNS), found.facts[COMPLETE]


def test_a_failed_job_whose_status_is_not_told_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    assert observed(monkeypatch, None, {FAILURE: FAILED}) == (FAILED, None, None)
    assert observed(monkeypatch, None, {COMPLETE: True}) == (None, None, True)


def test_a_failed_job_that_runs_was_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert observed(monkeypatch, "running", {FAILURE: FAILED, RERUNS: 1}) == (None, 2, None)
