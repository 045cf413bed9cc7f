"""Cancelling jobs and starting them again, against an API that says what a test makes it say."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.api import JobRecord
from aiware_resources.errors import AnswerLost, ApiError, InvalidInput, NotFound, ServerFailure
from aiware_resources.jobs import actions

LOST = AnswerLost("The answer was lost.")


def job(status: str | None, started: str | None = None) -> JobRecord:
    task = {"id": "t", "status": status, "startedDateTime": started}
    return JobRecord.model_validate({"id": "j", "status": status, "tasks": {"records": [task]}})


class Server:
    """Answers mutations and reads in turn; the last answer goes on."""

    def __init__(self, answers: list[Exception | JobRecord | None], reads: list[JobRecord | None]) -> None:
        self._answers, self._reads = answers, reads
        self.sent = 0

    def cancel_job(self, _: str) -> None:
        self._send()

    def retry_job(self, _: str) -> JobRecord | None:
        return self._send()

    def jobs(self, _: Any) -> dict[str, JobRecord]:
        record = self._reads.pop(0) if len(self._reads) > 1 else self._reads[0]
        return {} if record is None else {"j": record}

    def _send(self) -> JobRecord | None:
        self.sent += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiware_resources.reconcile.once.time.sleep", lambda _: None)


def cancelled(server: Server) -> JobRecord | None:
    api: Any = server
    return actions.cancel(api, "j")


def retried(server: Server, before: JobRecord | None) -> JobRecord:
    api: Any = server
    return actions.retry(api, "j", before)


def test_cancelling() -> None:
    assert cancelled(Server([None], [None])) is None


@pytest.mark.parametrize("status", ["complete", "failed", "cancelled", "aborted"])
@pytest.mark.parametrize("error", [LOST, InvalidInput("It is over.")])
def test_a_job_that_is_over_is_as_good_as_cancelled(error: ApiError, status: str) -> None:
    server = Server([error], [job(status)])
    assert cancelled(server) == job(status)
    assert server.sent == 1


def test_a_job_that_is_gone_is_as_good_as_cancelled() -> None:
    assert cancelled(Server([LOST, NotFound("There is none.")], [None])) is None


@pytest.mark.parametrize("seen", [None, job("running")])
def test_a_job_that_is_not_known_to_be_over_is_cancelled_again(seen: JobRecord | None) -> None:
    server = Server([LOST, LOST, None], [seen])
    assert cancelled(server) is None
    assert server.sent == 3


def test_a_refusal_to_cancel_a_job_that_goes_on_is_told() -> None:
    with pytest.raises(InvalidInput):
        cancelled(Server([InvalidInput("Not now.")], [job("running")]))


BEFORE = job("failed", "2026-03-02T09:00:00Z")
AGAIN = job("failed", "2026-03-02T09:05:00Z")


@pytest.mark.parametrize("seen", [job("running"), job("complete"), AGAIN, job(None, "2026-03-02T09:05:00Z")])
def test_a_job_that_was_started_is_not_started_twice(seen: JobRecord) -> None:
    server = Server([LOST], [seen])
    assert (retried(server, BEFORE), server.sent) == (seen, 1)


def test_a_job_that_was_not_started_is_started_again() -> None:
    server = Server([LOST, job("running")], [BEFORE])
    assert (retried(server, BEFORE).status, server.sent) == ("running", 2)


@pytest.mark.parametrize(
    ("before", "seen"),
    [(BEFORE, job("failed")), (job("failed"), AGAIN)],
    ids=["times are missing", "times were missing"],
)
def test_times_that_are_missing_do_not_tell_that_a_job_was_started(before: JobRecord, seen: JobRecord) -> None:
    server = Server([LOST, job("running")], [seen])
    assert (retried(server, before).status, server.sent) == ("running", 2)


def test_how_a_job_was_before_has_to_be_known_to_tell_that_it_failed_again() -> None:
    server = Server([LOST, job("running")], [BEFORE])
    assert (retried(server, None).status, server.sent) == ("running", 2)


def test_a_job_that_is_not_shown_is_not_started_blindly() -> None:
    server = Server([LOST], [None])
    with pytest.raises(NotFound, match="aiware jobs show j"):
        retried(server, BEFORE)
    assert server.sent == 1


@pytest.mark.parametrize("seen", [job(None), job(None, "2026-03-02T09:00:00Z")])
def test_a_job_without_a_status_is_neither_started_nor_started_blindly(seen: JobRecord) -> None:
    server = Server([LOST], [seen])
    with pytest.raises(ServerFailure, match="does not show the status of the job: whether it runs again is not known"):
        retried(server, BEFORE)
    assert server.sent == 1
