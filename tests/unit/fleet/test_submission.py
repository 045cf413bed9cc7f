"""When submitting goes on, and when it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from aiware_resources.api import Api, JobRecord
from aiware_resources.api.cloud import CLOUD
from aiware_resources.errors import ApiError, AuthenticationFailed, InvalidInput, NotSent
from aiware_resources.fleet.plan import Wanted
from aiware_resources.fleet.submission import Submission
from aiware_resources.reconcile import Holder

NOW = datetime(2026, 3, 2, tzinfo=UTC)


class Server:
    """Accepts or refuses each job in turn.

    Args:
        answers: An error, or ``None`` for a job that is accepted; the last one goes on.
    """

    url = "http://127.0.0.1:1/v3/graphql"
    abilities = CLOUD

    def __init__(self, *answers: ApiError | None) -> None:
        self._answers = list(answers)
        self._lock = threading.Lock()
        self.asked: list[dict[str, Any]] = []

    def me(self) -> None:
        raise NotSent("It cannot be reached.")

    def jobs_marked_since(self, when: datetime, **_: Any) -> Iterator[JobRecord]:
        return iter(())

    def create_job(self, content: dict[str, Any], **_: Any) -> JobRecord:
        with self._lock:
            self.asked.append(content)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            number = len(self.asked)
        if answer is not None:
            raise answer
        return JobRecord.model_validate(
            {"id": f"{id(self)}-{number}", "targetId": f"tdo-{number}", "createdDateTime": NOW.isoformat()}
        )


def submit(server: Server, count: int, at_a_time: int = 1) -> Any:
    wanted = [Wanted(f"k{number:03}", {"tasks": [], "target": {"details": {"a": 1}}}) for number in range(count)]
    submission = Submission(
        cast(Api, server), Holder("aiware:JobFleet", "p/s/f"), markers=True, since=NOW, at_a_time=at_a_time
    )
    return submission.run(wanted)


def test_each_job_and_its_tdo_carry_the_entrys_marker() -> None:
    server = Server(None)
    done = submit(server, 3, at_a_time=4)
    marks = [(job["jobConfig"]["pulumiMarker"], job["target"]["details"]["pulumiMarker"]) for job in server.asked]
    assert len(set(marks)) == 3
    assert all(of_job == of_tdo for of_job, of_tdo in marks)
    assert all(job["target"]["details"]["a"] == 1 for job in server.asked)
    assert (done.entries.keys(), done.reasons, done.newest) == ({"k000", "k001", "k002"}, {}, NOW)


def test_refused_entries_say_nothing_about_the_others() -> None:
    refused = InvalidInput("createJob: no.")
    done = submit(Server(*[refused] * 30, None), 40)
    assert (len(done.entries), len(done.reasons)) == (10, 30)


@pytest.mark.parametrize(
    ("error", "attempts"), [(AuthenticationFailed("createJob: who?"), 1), (NotSent("createJob: nobody there."), 10)]
)
def test_submitting_ends_when_further_attempts_would_meet_the_same(error: ApiError, attempts: int) -> None:
    server = Server(None, error)
    done = submit(server, 50)
    assert len(server.asked) == 1 + attempts
    assert len(done.reasons) == 49
    assert done.reasons["k049"] == f"not tried any more: {error}"


def test_a_success_in_between_lets_it_go_on() -> None:
    away = NotSent("createJob: nobody there.")
    server = Server(*[*[away] * 9, None] * 3, None)
    assert len(submit(server, 40).entries) == 13
