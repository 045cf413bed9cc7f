"""What each status of a job, an export request and a cluster means for the waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from aiware_resources.api import Api, ClusterRecord, ExportRecord, JobRecord
from aiware_resources.errors import ClusterFailed, ExportFailed, JobFailed, NotAllowed, NotFound, ServerFailure
from aiware_resources.reconcile.recency import SUBMITTED
from aiware_resources.waiting import Condition, Done, Failed, NotKnown, Pending
from aiware_resources.waiting.conditions import (
    COMPLETE,
    ClusterCondition,
    ExportCondition,
    JobCondition,
    is_seen_complete,
)
from tests.support.waiting import NO_API


def task(status: str, engine: str | None = "Speechmatics", **more: Any) -> dict[str, Any]:
    return {"id": f"task-{status}", "status": status, "engineId": "e-1", "engine": {"name": engine}, **more}


def job(status: str | None, *tasks: dict[str, Any]) -> JobRecord:
    return JobRecord.model_validate({"id": "job-1", "status": status, "targetId": "tdo-1", "tasks": list(tasks)})


def export(status: str) -> ExportRecord:
    return ExportRecord.model_validate({"id": "export-1", "status": status})


def cluster(status: str, target: str | None = None) -> ClusterRecord:
    return ClusterRecord.model_validate({"id": "rt-1", "name": "nightly", "status": status, "targetStatus": target})


@dataclass
class FakeApi:
    """aiWARE as far as an explanation asks.

    Attributes:
        tasks: The tasks of the job, with their logs.
        asked: What was asked for.
    """

    tasks: Sequence[dict[str, Any]] = ()
    asked: list[str] = field(default_factory=list)

    def job_details(self, job_id: str) -> JobRecord:
        self.asked.append(job_id)
        return job("failed", *self.tasks)


def explained(api: FakeApi, record: JobRecord) -> Any:
    condition = JobCondition()
    failed = condition.judge("job-1", record)
    assert isinstance(failed, Failed)
    return condition.explain(cast(Api, api), "job-1", failed)


def test_what_tasks_say_of_themselves_is_a_note() -> None:
    tasks = [
        task("complete", "Adapter", description="simulated: out of reach"),
        task("complete", "Speechmatics", description="simulated: out of reach"),
        task("complete", None, description="as a draft"),
        task("complete", "Output Writer"),
    ]
    verdict = JobCondition().judge("job-1", job("complete", *tasks))
    assert isinstance(verdict, Done)
    assert verdict.note == "simulated: out of reach (Adapter, Speechmatics); as a draft (e-1)"
    silent = JobCondition().judge("job-1", job("complete", task("complete")))
    assert isinstance(silent, Done)
    assert silent.note is None


@pytest.mark.parametrize(
    ("description", "shown"),
    [
        (None, None),
        ("", None),
        (" \n", None),
        (7, None),
        (True, None),
        ({"text": "a"}, None),
        (["a"], None),
        ("two\nlines", "two lines"),
        ("\x1b[31mred\x07", "[31mred"),
        ("at https://media.example/a.mp4?signature=abc", "at https://media.example/a.mp4"),
        ("long " * 1000, "long " * 39 + "..."),
    ],
)
def test_whatever_a_server_says_there_is_a_short_line_or_nothing(description: Any, shown: str | None) -> None:
    assert job("complete", task("complete", description=description)).tasks[0].description == shown


@pytest.mark.parametrize("status", ["pending", "queued", "running", "accepted", "paused", "something new"])
def test_a_job_goes_on_in_every_status_that_is_no_end(status: str) -> None:
    verdict = JobCondition().judge("job-1", job(status))
    assert isinstance(verdict, Pending)
    assert verdict.status == status


def test_a_job_whose_status_cannot_be_seen_goes_on() -> None:
    assert JobCondition().judge("job-1", job(None)) == Pending("without a status", "pending")
    whole = JobCondition().judge("job-1", job(None, task("complete")))
    assert whole == Pending("without a status, 1 of 1 tasks done", "pending")


def test_the_progress_of_a_job_names_what_is_done_and_what_runs() -> None:
    tasks = [task("complete"), task("complete"), task("running", "Chunk"), task("running", None), task("pending")]
    verdict = JobCondition().judge("job-1", job("running", *tasks))
    assert verdict == Pending("running, 2 of 5 tasks done, Chunk, e-1 running", "running")


def test_a_word_of_the_api_s_own_for_a_status_is_told() -> None:
    record = job("failed").model_copy(update={"status_detail": "rejected"})
    verdict = JobCondition().judge("job-1", record)
    assert isinstance(verdict, Failed)
    assert str(verdict.error).startswith("job job-1 failed (rejected).")


def test_a_complete_job_is_done() -> None:
    record = job("complete", task("complete"))
    assert JobCondition().judge("job-1", record) == Done(record)


@pytest.mark.parametrize("status", ["failed", "cancelled", "aborted"])
def test_a_job_that_ended_badly_has_failed(status: str) -> None:
    record = job(status)
    verdict = JobCondition().judge("job-1", record)
    assert isinstance(verdict, Failed)
    assert isinstance(verdict.error, JobFailed)
    assert (verdict.error.status, verdict.error.object_id, verdict.record) == (status, "job-1", record)
    assert str(verdict.error).startswith(f"job job-1 {status}.\n")


def test_the_error_of_a_failed_job_says_what_people_need() -> None:
    failing = task("failed", failureReason="invalid_data", failureMessage="There is no speech in it.")
    # Engines log why they fail; it is told once.
    log = "".join(f"line {number}\n" for number in range(1, 9)) + "Failed: There is no speech in it.\n"
    api = FakeApi([task("complete"), {**failing, "log": {"text": log}}])
    verdict = explained(api, job("failed", task("complete"), failing))
    assert api.asked == ["job-1"]
    assert str(verdict.error).splitlines() == [
        "job job-1 failed: task task-failed, engine Speechmatics (e-1), failed with invalid_data: There is no speech "
        "in it.",
        "The end of its log:",
        "  line 4",
        "  line 5",
        "  line 6",
        "  line 7",
        "  line 8",
        "`aiware jobs logs job-1` shows more; the next `pulumi up` does what on_failure says (default: retry).",
    ]


@pytest.mark.parametrize("log", [None, {"text": None}, {"text": " \n"}])
def test_a_failed_task_without_reason_message_name_and_log(log: dict[str, Any] | None) -> None:
    failing = task("aborted", None, log=log)
    verdict = explained(FakeApi([failing]), job("failed", failing))
    first, second = str(verdict.error).splitlines()
    assert first == "job job-1 failed: task task-aborted, engine e-1, aborted."
    assert second.startswith("`aiware jobs logs job-1`")


def test_a_job_without_a_failing_task_is_explained_as_well() -> None:
    verdict = explained(FakeApi([task("complete")]), job("cancelled", task("complete")))
    assert str(verdict.error).splitlines()[0] == "job job-1 cancelled."


def test_a_job_that_is_not_shown_is_done_only_if_it_was_seen_complete() -> None:
    assert JobCondition(seen_complete=True).judge("job-1", None) == Done(None)
    verdict = JobCondition().judge("job-1", None)
    assert isinstance(verdict, NotKnown)
    assert isinstance(verdict.error, JobFailed)
    assert str(verdict.error).startswith("aiWARE does not show job job-1, and no refresh has seen it complete.")
    assert verdict.error.object_id == "job-1"


NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
WEEK = 7 * 86_400.0


@pytest.mark.parametrize(
    ("facts", "is_seen"),
    [
        # An earlier release noted neither.
        ({}, True),
        ({COMPLETE: None, SUBMITTED: None}, True),
        ({COMPLETE: True, SUBMITTED: "2026-11-29T11:59:59+00:00"}, True),
        ({SUBMITTED: "2026-11-29T11:59:59+00:00"}, False),
        ({SUBMITTED: "2026-11-22T12:00:01+00:00"}, False),
        ({SUBMITTED: "2026-11-22T11:59:59+00:00"}, True),
        # A clock that was wrong, or a state that was edited by hand, is no good news.
        ({SUBMITTED: "2027-01-01T00:00:00+00:00"}, False),
        ({SUBMITTED: "yesterday"}, False),
        ({SUBMITTED: "2026-11-01T00:00:00"}, False),
        ({SUBMITTED: 5}, False),
    ],
)
def test_what_counts_as_seen_complete(facts: dict[str, Any], is_seen: bool) -> None:
    assert is_seen_complete(facts, WEEK, NOW) is is_seen


@pytest.mark.parametrize("trouble", [NotFound, NotAllowed, ServerFailure])
def test_a_log_that_cannot_be_had_does_not_hide_the_failure(trouble: type[Exception]) -> None:
    class WithoutLog(FakeApi):
        def job_details(self, job_id: str) -> JobRecord:
            raise trouble("It cannot be read.")

    verdict = explained(WithoutLog(), job("failed", task("failed", failureReason="invalid_data")))
    assert str(verdict.error).startswith("job job-1 failed: task task-failed, engine Speechmatics (e-1), failed with")


def test_an_export_is_awaited_until_its_file_is_there() -> None:
    condition = ExportCondition()
    assert condition.judge("export-1", export("incomplete")) == Pending("incomplete", "incomplete")
    for status in ("complete", "downloaded"):
        assert condition.judge("export-1", export(status)) == Done(export(status))


def test_an_export_that_failed() -> None:
    condition = ExportCondition()
    verdict = condition.judge("export-1", export("failed"))
    assert isinstance(verdict, Failed)
    assert isinstance(verdict.error, ExportFailed)
    assert str(verdict.error).startswith("export request export-1 failed; aiWARE gives no reason. Check that its TDOs")
    assert (verdict.error.status, verdict.error.object_id) == ("failed", "export-1")
    assert condition.explain(NO_API, "export-1", verdict) is verdict


@pytest.mark.parametrize(
    ("record", "progress"),
    [
        (cluster("pending"), "pending"),
        (cluster("deploying", "active"), "deploying, heading for active"),
        (cluster("degraded"), "degraded"),
    ],
)
def test_a_cluster_is_awaited_while_it_is_being_deployed(record: ClusterRecord, progress: str) -> None:
    assert ClusterCondition().judge("rt-1", record) == Pending(progress, record.status)


@pytest.mark.parametrize("status", ["active", "online", "paused"])
def test_a_cluster_that_is_there_is_done(status: str) -> None:
    assert ClusterCondition().judge("rt-1", cluster(status)) == Done(cluster(status))


@pytest.mark.parametrize(
    ("record", "says", "status"),
    [
        (cluster("failure"), 'cluster rt-1 "nightly" is failure, not usable; aiWARE gives no reason.', "failure"),
        (cluster("terminated"), 'cluster rt-1 "nightly" is terminated, not usable;', "terminated"),
    ],
)
def test_a_cluster_that_is_of_no_use(record: ClusterRecord, says: str, status: str) -> None:
    condition = ClusterCondition()
    verdict = condition.judge("rt-1", record)
    assert isinstance(verdict, Failed)
    assert isinstance(verdict.error, ClusterFailed)
    assert str(verdict.error).startswith(says)
    assert (verdict.error.status, verdict.error.object_id) == (status, "rt-1")
    assert condition.explain(NO_API, "rt-1", verdict) is verdict


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        (ExportCondition(), "aiWARE does not show export request x-1."),
        (ClusterCondition(), "aiWARE does not show cluster x-1."),
    ],
)
def test_what_is_not_shown_is_not_known(condition: Condition[Any], says: str) -> None:
    verdict = condition.judge("x-1", None)
    assert isinstance(verdict, NotKnown)
    assert str(verdict.error).startswith(says)
    assert "pulumi up" in str(verdict.error)
