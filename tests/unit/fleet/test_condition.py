"""When a fleet counts as done, and what its failures say."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from aiware_resources.api import Abilities, Api, JobRecord, Unread
from aiware_resources.api.cloud import CLOUD
from aiware_resources.api.edge import EDGE
from aiware_resources.errors import ApiError, ServerFailure
from aiware_resources.fleet.condition import FleetCondition
from aiware_resources.fleet.entries import Entry
from aiware_resources.fleet.reading import (
    SAMPLE,
    Looked,
    known_complete,
    look,
    open_keys,
    seen_keys,
    states_of,
    to_look_at,
)
from aiware_resources.fleet.unfinished import Unfinished
from aiware_resources.waiting import Done, Failed, Pending


class Jobs:
    """Answers as aiWARE would, and counts what it is asked.

    Args:
        statuses: By job id; a job that is not among them is unknown.
        deleted: Ids of jobs whose TDO was deleted.
        abilities: What it can do; by default as the cloud.
    """

    def __init__(
        self, statuses: dict[str, str], deleted: Sequence[str] = (), abilities: Abilities | None = None
    ) -> None:
        self.abilities = abilities or CLOUD
        self.statuses = statuses
        self.deleted = deleted
        self.unreadable: set[str] = set()
        self.asked: list[list[str]] = []

    def job_states(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        self.asked.append(list(ids))
        if unread is not None:
            unread.update({id_: ServerFailure(f"Reading {id_} failed.") for id_ in ids if id_ in self.unreadable})
        return {id_: self._record(id_) for id_ in ids if id_ in self.statuses.keys() - self.unreadable}

    def jobs(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        return {id_: self._record(id_) for id_ in ids}

    def tdos_there(self, ids: Sequence[str], unread: Unread | None = None) -> set[str]:
        return set(ids) - {f"tdo-{id_}" for id_ in self.deleted}

    def _record(self, id_: str) -> JobRecord:
        task = {"id": "t", "status": "failed", "failureReason": "invalid_data", "failureMessage": "noise\nand more"}
        tasks = [task] if self.statuses[id_] == "failed" else []
        target = None if id_ in self.deleted else {"id": f"tdo-{id_}"}
        return JobRecord.model_validate({"id": id_, "status": self.statuses[id_], "target": target, "tasks": tasks})


def entries(*keys: str) -> dict[str, Entry]:
    return {key: Entry(f"job-{key}", f"tdo-{key}", owns_target=True, product="p") for key in keys}


def looked(condition: FleetCondition, jobs: Jobs) -> Any:
    return condition.judge("fleet", condition.read(cast(Api, jobs), ["fleet"], {}).get("fleet"))


def test_it_is_awaited_until_every_job_has_ended() -> None:
    condition = FleetCondition("f", entries("a", "b", "c"), Unfinished())
    jobs = Jobs({"job-a": "complete", "job-b": "running", "job-c": "queued"})
    assert looked(condition, jobs) == Pending("1 of 3 jobs complete, 1 queued, 1 running", "running")
    jobs.statuses |= {"job-b": "complete", "job-c": "complete"}
    verdict = looked(condition, jobs)
    assert isinstance(verdict, Done)
    assert verdict.record is not None
    assert verdict.record.counts == {"complete": 3}
    assert [sorted(ids) for ids in jobs.asked] == [["job-a", "job-b", "job-c"], ["job-b", "job-c"]]


def test_a_job_that_is_not_shown_is_done_only_if_it_was_seen_complete() -> None:
    seen = FleetCondition("f", entries("a"), Unfinished(), seen=frozenset("a"))
    assert isinstance(looked(seen, Jobs({})), Done)
    other = FleetCondition("f", entries("a", "b"), Unfinished(), seen=frozenset("b"))
    verdict = looked(other, Jobs({}))
    assert isinstance(verdict, Failed)
    assert str(verdict.error).splitlines()[:2] == [
        "1 of 2 jobs failed: a.",
        "  a: aiWARE does not show its job job-a, and no refresh has seen it complete",
    ]


def test_a_job_that_is_not_shown_is_looked_for_again() -> None:
    condition = FleetCondition("f", entries("a", "b"), Unfinished(), not_found_grace=60)
    jobs = Jobs({"job-b": "complete"})
    assert looked(condition, jobs) == Pending("1 of 2 jobs complete, 1 not shown", "running")
    jobs.statuses["job-a"] = "running"
    assert looked(condition, jobs) == Pending("1 of 2 jobs complete, 1 running", "running")
    # Seen running and then removed: it is neither complete nor given up at once.
    del jobs.statuses["job-a"]
    assert looked(condition, jobs) == Pending("1 of 2 jobs complete, 1 not shown", "running")
    jobs.statuses["job-a"] = "complete"
    assert isinstance(looked(condition, jobs), Done)


def test_where_there_are_no_tdos_a_job_that_is_not_shown_is_missing_and_never_complete_by_itself() -> None:
    mine = {key: Entry(f"job-{key}", None, owns_target=False, product="p") for key in "ab"}
    jobs = Jobs({"job-b": "complete"}, deleted=["job-b"], abilities=EDGE)
    assert look(cast(Api, jobs), mine) == Looked({"b": "complete"}, missing=frozenset("a"))
    condition = FleetCondition("f", mine, Unfinished(), not_found_grace=60)
    assert looked(condition, jobs) == Pending("1 of 2 jobs complete, 1 not shown", "running")
    assert isinstance(looked(FleetCondition("f", mine, Unfinished(), seen=frozenset("a")), jobs), Done)
    assert isinstance(looked(FleetCondition("f", mine, Unfinished()), jobs), Failed)


def test_an_api_that_reads_one_at_a_time_is_asked_for_one_batch_after_another() -> None:
    """It reads those of a batch side by side already."""
    under_way, most = 0, 0
    lock = threading.Lock()

    class Slow(Jobs):
        def job_states(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
            nonlocal under_way, most
            with lock:
                under_way += 1
                most = max(most, under_way)
            found = super().job_states(ids, unread)
            with lock:
                under_way -= 1
            return found

    many = {f"job-{number}": "running" for number in range(1000)}
    assert states_of(cast(Api, Slow(many, abilities=EDGE)), [*many]).keys() == many.keys()
    assert most == 1


def test_an_api_that_reads_one_at_a_time_and_none_of_many_is_not_asked_about_the_rest() -> None:
    """Each of them may take as long as one waits for an answer."""
    many = {f"job-{number}": "running" for number in range(1000)}
    jobs, unread = Jobs(many, abilities=EDGE), dict[str, ApiError]()
    jobs.unreadable = {f"job-{number}" for number in range(500)}
    assert states_of(cast(Api, jobs), [*many], unread=unread) == {}
    assert (len(jobs.asked), {*unread}) == (1, {*many})
    # A part of a batch that can be read lets it go on.
    jobs.unreadable.remove("job-0")
    assert len(states_of(cast(Api, jobs), [*many], unread={})) == 1


def test_a_job_that_is_shown_after_all_has_not_failed() -> None:
    condition = FleetCondition("f", entries("a", "b"), Unfinished())
    jobs = Jobs({"job-b": "running"})
    assert isinstance(looked(condition, jobs), Pending)
    jobs.statuses |= {"job-a": "complete", "job-b": "complete"}
    assert isinstance(looked(condition, jobs), Done)


def test_a_job_whose_tdo_is_not_shown_yet_goes_on() -> None:
    condition = FleetCondition("f", entries("a"), Unfinished(), not_found_grace=60)
    jobs = Jobs({"job-a": "running"}, deleted=["job-a"])
    assert looked(condition, jobs) == Pending("0 of 1 jobs complete, 1 not shown", "running")
    jobs.deleted = []
    assert looked(condition, jobs) == Pending("0 of 1 jobs complete, 1 running", "running")


def test_a_job_that_cannot_be_read_holds_up_no_other_and_is_told_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    condition = FleetCondition("f", entries("a", "b", "c"), Unfinished())
    jobs = Jobs({"job-a": "running", "job-b": "running", "job-c": "complete"})
    jobs.unreadable = {"job-b"}
    assert looked(condition, jobs) == Pending(
        "1 of 3 jobs complete, 1 not shown, 1 running, not readable at the moment: b", "running"
    )
    jobs.statuses["job-a"] = "complete"
    assert isinstance(looked(condition, jobs), Pending)
    jobs.unreadable = set()
    jobs.statuses["job-b"] = "complete"
    assert isinstance(looked(condition, jobs), Done)


def test_a_job_that_stays_unread_is_given_up_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiware_resources.waiting.outcomes.LONGEST", 0.0)
    condition = FleetCondition("f", entries("a", "b"), Unfinished())
    jobs = Jobs({"job-a": "complete", "job-b": "running"})
    jobs.unreadable = {"job-b"}
    verdict = looked(condition, jobs)
    assert isinstance(verdict, Failed)
    assert str(verdict.error).splitlines()[:2] == ["1 of 2 jobs failed: b.", "  b: Reading job-b failed."]


def test_a_fleet_of_which_nothing_can_be_read_is_unread_as_a_whole() -> None:
    jobs = Jobs({})
    jobs.unreadable = {"job-a"}
    unread: Unread = {}
    assert FleetCondition("f", entries("a"), Unfinished()).read(cast(Api, jobs), ["fleet"], unread) == {}
    assert str(unread["fleet"]) == "Reading job-a failed."


NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
JUST_NOW, LONG_AGO = "2026-11-29T11:59:00+00:00", "2026-11-01T00:00:00+00:00"
WEEK = 7 * 86_400.0


@pytest.mark.parametrize(
    ("facts", "seen"),
    [
        # An earlier release noted nothing, or only which jobs were not over.
        ({}, "ab"),
        ({"newest": JUST_NOW}, "ab"),
        ({"__open": ["a"]}, "b"),
        ({"__open": ["a"], "newest": JUST_NOW}, "b"),
        ({"__open": ["a"], "newest": LONG_AGO}, "ab"),
        ({"__open": ["a"], "__submitted": JUST_NOW}, "b"),
        ({"__open": ["a"], "__submitted": LONG_AGO}, "ab"),
        # Too many were open to be named.
        ({"__submitted": JUST_NOW}, ""),
        ({"__submitted": LONG_AGO}, "ab"),
    ],
)
def test_which_jobs_count_as_seen_complete(facts: dict[str, Any], seen: str) -> None:
    assert seen_keys(entries("a", "b"), facts, WEEK, NOW) == frozenset(seen)


def test_a_failure_does_not_cut_off_the_rest_and_is_told_at_the_end() -> None:
    condition = FleetCondition("f", entries("a", "b", "c"), Unfinished())
    jobs = Jobs({"job-a": "failed", "job-b": "running", "job-c": "complete"}, deleted=["job-c"])
    assert isinstance(looked(condition, jobs), Pending)
    jobs.statuses["job-b"] = "complete"
    verdict = looked(condition, jobs)
    assert isinstance(verdict, Failed)
    assert str(verdict.error).splitlines()[:3] == [
        "2 of 3 jobs failed: a, c (2).",
        "  a: failed: invalid_data: noise and more (job job-a)",
        "  c: its TDO was deleted (job job-c)",
    ]
    assert verdict.record is not None


def test_what_was_not_submitted_fails_whether_failures_are_allowed_or_not() -> None:
    undone = Unfinished.of({"b": "createJob: refused"})
    condition = FleetCondition("f", entries("a"), undone)
    jobs = Jobs({"job-a": "running"})
    assert looked(condition, jobs) == Pending("0 of 1 jobs complete, 1 running, 1 not taken by aiWARE", "running")
    jobs.statuses["job-a"] = "failed"
    verdict = looked(condition, jobs)
    assert isinstance(verdict, Failed)
    # Without a record the monitor never takes it for a failure that is allowed.
    assert verdict.record is None
    for words in ("1 not done: b.", "b: createJob: refused", "Besides, 1 job failed", "takes up the rest"):
        assert words in str(verdict.error)


def test_nothing_is_asked_while_the_jobs_are_not_known() -> None:
    jobs = Jobs({})
    assert isinstance(looked(FleetCondition("f", None, Unfinished()), jobs), Pending)
    assert jobs.asked == []


def test_what_is_known_to_be_complete_is_not_asked_about() -> None:
    known = known_complete(entries("a", "b"), ["b"])
    jobs = Jobs({"job-b": "complete"})
    assert isinstance(looked(FleetCondition("f", entries("a", "b"), Unfinished(), known), jobs), Done)
    assert jobs.asked == [["job-b"]]
    assert known_complete(entries("a"), None) == {}


def test_of_too_many_open_jobs_none_is_recorded() -> None:
    assert open_keys({"a": "complete", "b": "running"}) == ["b"]
    assert open_keys({f"k{number}": "queued" for number in range(501)}) is None


@pytest.mark.parametrize("count", [0, 1, 200])
def test_what_could_not_be_done_reads_back(count: int) -> None:
    undone = Unfinished.of({f"k{number:03}": "why" for number in range(count)})
    again = Unfinished.parse(undone.properties())
    assert again == undone
    assert bool(again) == (count > 0)
    assert len(again.reasons) == min(count, 50)
    if count > 10:
        assert f"and {count - 10} more" in str(again.error())


def test_a_single_failure_is_that_of_its_job() -> None:
    verdict = looked(
        FleetCondition("f", entries("a", "b"), Unfinished()), Jobs({"job-a": "failed", "job-b": "complete"})
    )
    assert verdict.error.object_id == "job-a"
    both = looked(FleetCondition("f", entries("a", "b"), Unfinished()), Jobs({"job-a": "failed", "job-b": "failed"}))
    assert both.error.object_id is None


class Files:
    """Stands for the files of a fleet.

    Args:
        steps: How many files are left after each step.
        failures: Why files are not there.
    """

    def __init__(self, steps: list[int], failures: dict[str, str]) -> None:
        self._steps = steps
        self.failures = failures
        self.left = 0
        self.added: list[str] = []
        self.swept = 0

    def add(self, complete: Iterable[str]) -> None:
        self.added = sorted(complete)

    def step(self, api: Api, *, is_last: bool) -> None:
        self.left = self._steps.pop(0)

    def sweep(self, declared: frozenset[str], statuses: dict[str, str]) -> None:
        self.swept += 1


def with_files(files: Files, undone: Unfinished | None = None) -> FleetCondition:
    made: Any = files
    return FleetCondition("f", entries("a", "b"), undone or Unfinished(), files=made)


def test_it_is_awaited_until_its_files_are_written() -> None:
    files = Files([0, 3, 0], {})
    condition = with_files(files)
    jobs = Jobs({"job-a": "complete", "job-b": "running"})
    assert looked(condition, jobs) == Pending("1 of 2 jobs complete, 1 running", "running")
    assert (files.added, files.swept) == (["a"], 0)
    jobs.statuses["job-b"] = "complete"
    assert looked(condition, jobs) == Pending("2 of 2 jobs complete, 3 files to be written", "running")
    assert isinstance(looked(condition, jobs), Done)
    assert (files.added, files.swept) == (["a", "b"], 1)


def test_a_failed_job_holds_up_no_file_of_another() -> None:
    files = Files([1, 0], {})
    condition = with_files(files)
    jobs = Jobs({"job-a": "complete", "job-b": "failed"})
    assert isinstance(looked(condition, jobs), Pending)
    verdict = looked(condition, jobs)
    assert isinstance(verdict, Failed)
    assert verdict.record is not None
    assert "No files were written of them." in str(verdict.error)


def test_a_file_that_is_not_there_fails_the_fleet_whatever_is_allowed() -> None:
    jobs = Jobs({"job-a": "complete", "job-b": "complete"})
    verdict = looked(with_files(Files([0], {"b": "vtt: no words"})), jobs)
    assert isinstance(verdict, Failed)
    assert verdict.record is None
    assert str(verdict.error).splitlines()[:2] == [
        "The files of 1 job were not written: b.",
        "  b: vtt: no words (job job-b)",
    ]
    jobs.statuses["job-a"] = "failed"
    verdict = looked(with_files(Files([0], {"b": "vtt: no words"})), jobs)
    assert isinstance(verdict, Failed)
    assert verdict.record is None
    assert "1 of 2 jobs failed: a." in str(verdict.error)
    assert "b: vtt: no words" in str(verdict.error)
    verdict = looked(
        with_files(Files([0], {"": "the disk is full"})), Jobs(dict.fromkeys(["job-a", "job-b"], "complete"))
    )
    assert isinstance(verdict, Failed)
    assert str(verdict.error).startswith("Files were not written.\n  the disk is full")


def test_while_entries_could_not_be_submitted_no_file_is_removed() -> None:
    files = Files([0], {"a": "vtt: no words"})
    verdict = looked(
        with_files(files, Unfinished.of({"c": "refused"})), Jobs({"job-a": "complete", "job-b": "complete"})
    )
    assert isinstance(verdict, Failed)
    assert "c: refused" in str(verdict.error)
    assert "a: vtt: no words" in str(verdict.error)
    assert files.swept == 0


def test_of_many_finished_entries_a_refresh_looks_at_a_sample() -> None:
    keys = [f"k{number:04}" for number in range(SAMPLE + 500)]
    many = entries(*keys)
    assert to_look_at(many, None, 0) is many
    few = {key: many[key] for key in keys[:SAMPLE]}
    assert to_look_at(few, [], 0) is few
    open_ = ["k0000", "k0700", "k1400"]
    first, same, later = (to_look_at(many, open_, now).keys() for now in (0, 3599, 3600))
    assert len(first) == SAMPLE + 3
    assert {*open_} <= first & later
    assert first == same != later
    # Where there are no TDOs, nothing changes of what is complete.
    assert to_look_at(many, open_, 0, has_tdos=False).keys() == {*open_}
    assert to_look_at(many, None, 0, has_tdos=False) is many
    assert len({key for hour in range(50) for key in to_look_at(many, open_, hour * 3600)}) == len(many)
