"""When a fleet counts as done, and what its failures say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from aiware_resources.api import Api, JobRecord
from aiware_resources.fleet.condition import FleetCondition
from aiware_resources.fleet.entries import Entry
from aiware_resources.fleet.reading import known_complete, open_keys
from aiware_resources.fleet.undone import Undone
from aiware_resources.waiting import Done, Failed, Pending


class Jobs:
    """Answers as aiWARE would, and counts what it is asked.

    Args:
        statuses: By job id; a job that is not among them is unknown.
        deleted: Ids of jobs whose TDO was deleted.
    """

    def __init__(self, statuses: dict[str, str], deleted: Sequence[str] = ()) -> None:
        self.statuses = statuses
        self.deleted = deleted
        self.asked: list[list[str]] = []

    def job_states(self, ids: Sequence[str]) -> dict[str, JobRecord]:
        self.asked.append(list(ids))
        return {id_: self._record(id_) for id_ in ids if id_ in self.statuses}

    def jobs(self, ids: Sequence[str]) -> dict[str, JobRecord]:
        return {id_: self._record(id_) for id_ in ids}

    def tdos_there(self, ids: Sequence[str]) -> set[str]:
        return set(ids)

    def _record(self, id_: str) -> JobRecord:
        task = {"id": "t", "status": "failed", "failureReason": "invalid_data", "failureMessage": "noise\nand more"}
        tasks = [task] if self.statuses[id_] == "failed" else []
        target = None if id_ in self.deleted else {"id": f"tdo-{id_}"}
        return JobRecord.model_validate({"id": id_, "status": self.statuses[id_], "target": target, "tasks": tasks})


def entries(*keys: str) -> dict[str, Entry]:
    return {key: Entry(f"job-{key}", f"tdo-{key}", owns_target=True, product="p") for key in keys}


def looked(condition: FleetCondition, jobs: Jobs) -> Any:
    return condition.judge("fleet", condition.look(cast(Api, jobs), ["fleet"]).get("fleet"))


def test_it_is_awaited_until_every_job_has_ended() -> None:
    condition = FleetCondition("f", entries("a", "b", "c"), Undone())
    jobs = Jobs({"job-a": "complete", "job-b": "running", "job-c": "queued"})
    assert looked(condition, jobs) == Pending("1 of 3 jobs complete, 1 queued, 1 running", "running")
    jobs.statuses |= {"job-b": "complete", "job-c": "complete"}
    verdict = looked(condition, jobs)
    assert isinstance(verdict, Done)
    assert verdict.record is not None
    assert verdict.record.counts == {"complete": 3}
    assert [sorted(ids) for ids in jobs.asked] == [["job-a", "job-b", "job-c"], ["job-b", "job-c"]]


def test_a_purged_job_counts_as_done() -> None:
    assert isinstance(looked(FleetCondition("f", entries("a"), Undone()), Jobs({})), Done)


def test_a_failure_does_not_cut_off_the_rest_and_is_told_at_the_end() -> None:
    condition = FleetCondition("f", entries("a", "b", "c"), Undone())
    jobs = Jobs({"job-a": "failed", "job-b": "running", "job-c": "complete"}, deleted=["job-c"])
    assert isinstance(looked(condition, jobs), Pending)
    jobs.statuses["job-b"] = "complete"
    verdict = looked(condition, jobs)
    assert isinstance(verdict, Failed)
    assert str(verdict.error).splitlines()[:3] == [
        "2 of 3 jobs ended badly: a, c (2).",
        "  a: failed: invalid_data: noise and more",
        "  c: its TDO was deleted",
    ]
    assert verdict.record is not None


def test_what_was_not_submitted_fails_whether_failures_are_allowed_or_not() -> None:
    undone = Undone.of({"b": "createJob: refused"})
    condition = FleetCondition("f", entries("a"), undone)
    jobs = Jobs({"job-a": "running"})
    assert looked(condition, jobs) == Pending("0 of 1 jobs complete, 1 running, 1 not taken by aiWARE", "running")
    jobs.statuses["job-a"] = "failed"
    verdict = looked(condition, jobs)
    assert isinstance(verdict, Failed)
    # Without a record the monitor never takes it for a failure that is allowed.
    assert verdict.record is None
    for words in ("1 not done: b.", "b: createJob: refused", "Besides, 1 jobs ended badly", "takes up the rest"):
        assert words in str(verdict.error)


def test_nothing_is_asked_while_the_jobs_are_not_known() -> None:
    jobs = Jobs({})
    assert isinstance(looked(FleetCondition("f", None, Undone()), jobs), Pending)
    assert jobs.asked == []


def test_what_is_known_to_be_complete_is_not_asked_about() -> None:
    known = known_complete(entries("a", "b"), ["b"])
    jobs = Jobs({"job-b": "complete"})
    assert isinstance(looked(FleetCondition("f", entries("a", "b"), Undone(), known), jobs), Done)
    assert jobs.asked == [["job-b"]]
    assert known_complete(entries("a"), None) == {}


def test_of_too_many_open_jobs_none_is_recorded() -> None:
    assert open_keys({"a": "complete", "b": "running"}) == ["b"]
    assert open_keys({f"k{number}": "queued" for number in range(501)}) is None


@pytest.mark.parametrize("count", [0, 1, 200])
def test_what_could_not_be_done_reads_back(count: int) -> None:
    undone = Undone.of({f"k{number:03}": "why" for number in range(count)})
    again = Undone.parse(undone.properties())
    assert again == undone
    assert bool(again) == (count > 0)
    assert len(again.reasons) == min(count, 50)
    if count > 10:
        assert f"and {count - 10} more" in str(again.error())
