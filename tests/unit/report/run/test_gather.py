"""What is read of a run, and how much is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api import Api, JobRecord, TaskRecord, TdoRecord, connecting
from aiware_resources.api.cloud import CLOUD
from aiware_resources.api.rate_limit import Gates
from aiware_resources.fleet.files.shelf import MANIFEST, Line
from aiware_resources.report.live import recorded_in
from aiware_resources.report.run import Run, Update, gather, html, junit, markdown
from aiware_resources.report.run.model import Requests
from aiware_resources.report.run.reading import LOGS, MEASURED, RESULTS
from aiware_resources.temporal_data_object import SOME_HOUR
from aiware_resources.text.times import parse_time
from tests.unit.report.run.examples import BEGAN, at

ENDINGS = ("srt", "vtt")


class FakeApi:
    """An aiWARE that counts what it is asked: of each call, for how many objects."""

    url = "https://aiware.test/v3/graphql"
    abilities = CLOUD

    def __init__(self, jobs: Sequence[JobRecord]) -> None:
        self.records = {job.id: job for job in jobs}
        self.asked: Counter[str] = Counter()

    def job_states(self, ids: Sequence[str], unread: Any = None) -> dict[str, JobRecord]:
        self.asked["states"] += len(ids)
        return {id_: self.records[id_].model_copy(update={"tasks": []}) for id_ in ids if id_ in self.records}

    def jobs(self, ids: Sequence[str], unread: Any = None) -> dict[str, JobRecord]:
        self.asked["jobs"] += len(ids)
        return {id_: self.records[id_] for id_ in ids if id_ in self.records}

    def job_details(self, job_id: str) -> JobRecord:
        self.asked["details"] += 1
        if job_id.endswith("7"):
            raise errors.NotFound("It is gone.")
        return self.records[job_id]

    def engine_results(self, *, job_id: str) -> list[Any]:
        self.asked["results"] += 1
        return []

    def tdos(self, ids: Sequence[str], unread: Any = None) -> dict[str, Any]:
        raise errors.NotImplementedByServer("There is no such call.")

    def token_for(self, uri: str) -> SecretStr:
        return SecretStr("a-token")


def record(id_: str, status: str = "complete", seconds: float = 60, created: float = 5) -> JobRecord:
    task = TaskRecord(
        id=f"{id_}-1",
        status=status,
        engine_id="e",
        failure_reason="invalid_data" if status == "failed" else None,
        failure_message="quotes hunter2-77" if status == "failed" else None,
        started_date_time=at(created),
        completed_date_time=at(created + seconds),
        payload={"password": "hunter2-77"},
    )
    return JobRecord(id=id_, status=status, target_id="1", created_date_time=at(created), tasks=[task])


def resource(kind: str, name: str, id_: str, **outputs: Any) -> dict[str, Any]:
    type_ = f"pulumi-python:dynamic/aiware:{kind}"
    return {"urn": f"urn:pulumi:dev::studio::{type_}::{name}", "type": type_, "id": id_, "outputs": outputs}


def read(api: FakeApi, *resources: dict[str, Any], update: Update | None = Update(started=BEGAN)) -> Run:  # noqa: B008
    return gather("studio", "dev", recorded_in(resources), lambda _: cast(Api, api), update)


def test_a_fleet_of_ten_thousand_is_told_in_little() -> None:
    jobs = [
        record(
            f"j{number:05}", "failed" if number % 100 == 0 else "complete", number % 50 + 1, -9 if number < 9_000 else 9
        )
        for number in range(10_000)
    ]
    api = FakeApi(jobs)
    entries = {f"ep-{job.id}": f"{job.id} =1 2.0123456789ab" for job in jobs}
    run = read(api, resource("JobFleet", "episodes", "studio/dev/f", jobs=entries, __submitted=BEGAN.isoformat()))
    (fleet,) = run.fleets
    assert (fleet.jobs, fleet.statuses, fleet.not_shown) == (10_000, {"complete": 9_900, "failed": 100}, 0)
    assert fleet.ran == 1_000
    assert fleet.durations is not None
    assert fleet.measured <= MEASURED + LOGS
    assert sum(bucket.jobs for bucket in fleet.durations.buckets) == fleet.durations.jobs == fleet.measured
    assert (len(fleet.slowest), len(fleet.failed)) == (10, LOGS)
    assert api.asked["states"] == 10_000
    assert api.asked["jobs"] <= MEASURED + LOGS
    assert api.asked["details"] == LOGS
    assert api.asked["results"] == 0
    assert len(html(run)) < 200_000
    assert junit(run).count("<testcase") == 1 + LOGS
    assert any("1,000 of its 10,000 jobs" in note for note in run.not_known)


def test_the_files_of_a_fleet_are_counted_and_the_first_ones_listed(tmp_path: Path) -> None:
    folder, owner = tmp_path / "captions", "studio/dev/episodes"
    lines = [
        Line(file=f"ep-{n:04}.{end}", fleet=owner, key=f"ep-{n:04}", size=6) for n in range(500) for end in ENDINGS
    ]
    lines += [Line(file="theirs.vtt", fleet="studio/dev/others", key="theirs", size=6)]
    lines += [Line(file="../outside.vtt", fleet=owner, key="x", size=6)]
    folder.mkdir()
    (folder / MANIFEST).write_text("".join(f"{line.model_dump_json()}\n" for line in lines))
    for line in lines:
        (folder / line.file).write_text("WEBVTT")
    (folder / "ep-0003.vtt").unlink()
    (folder / "ep-0004.srt").write_text("changed by hand")
    before = (folder / MANIFEST).stat()
    outputs = {"__owner": owner, "jobs": {"ep-0001": "j 1 2.0"}, "downloadTo": str(folder), "resultsTo": str(tmp_path)}
    run = read(FakeApi([record("j")]), resource("JobFleet", "episodes", owner, **outputs))
    (found,) = run.fleets[0].folders
    assert (found.files, found.size, found.endings, found.missing) == (998, 5988, {"srt": 499, "vtt": 499}, 2)
    assert [each.source for each in found.first[:2]] == ["episodes[ep-0000]", "episodes[ep-0000]"]
    assert found.first[0].first_lines == ("WEBVTT",)
    assert (folder / MANIFEST).stat().st_mtime_ns == before.st_mtime_ns
    page = html(run)
    assert "998 files (499 srt, 499 vtt)" in page
    assert "2 files more are not there as they were written." in page
    assert "978 files more in the folder." in page
    assert len(page) < 60_000
    assert "998 files on this machine, 5,988 bytes." in markdown(run)


def test_of_many_jobs_only_some_are_asked_for_results_and_logs() -> None:
    jobs = [record(f"j{number}", "failed" if number % 2 else "complete") for number in range(200)]
    api = FakeApi(jobs)
    run = read(api, *(resource("Job", job.id, job.id) for job in jobs))
    assert api.asked == {"jobs": 200, "details": LOGS, "results": RESULTS}
    failures = [job.failure for job in run.jobs if job.failure]
    assert len(failures) == 100
    # What a log or a message says is told of those only whose payload was read, since it may quote it.
    assert "hunter2-77" not in run.as_json()
    assert sum("quotes [secret]" in failure.reason for failure in failures) == LOGS - 4
    assert "The log of job j7 could not be read: It is gone." in run.not_known


@pytest.mark.parametrize(
    ("outputs", "started", "ran"),
    [
        ({"__submitted": at(1).isoformat()}, 5, True),
        ({"__submitted": at(-60).isoformat()}, -50, False),
        # Started again in place: its record is as old as it was.
        ({"__submitted": at(-60).isoformat()}, 5, True),
        ({}, -50, False),
        ({"__submitted": "yesterday"}, 5, True),
    ],
)
def test_what_ran(outputs: dict[str, Any], started: float, ran: bool) -> None:
    (job,) = read(FakeApi([record("j", created=started)]), resource("Job", "j", "j", **outputs)).jobs
    assert job.ran is ran


def test_of_a_job_that_is_not_shown_only_the_state_tells() -> None:
    later = {"__submitted": (BEGAN + timedelta(seconds=3)).isoformat()}
    run = read(FakeApi([]), resource("Job", "a", "a", **later), resource("Job", "b", "b"))
    assert [(job.status, job.ran, job.transcripts) for job in run.jobs] == [(None, True, None), (None, None, None)]
    assert any(note.startswith("aiWARE does not show 2 jobs") for note in run.not_known)


def test_without_an_update_nothing_is_said_to_have_run() -> None:
    (job,) = read(FakeApi([record("j")]), resource("Job", "j", "j"), update=None).jobs
    assert job.ran is None


def test_a_stack_without_jobs_asks_for_nothing() -> None:
    api = FakeApi([])
    assert read(api, resource("TemporalDataObject", "t", "1")).jobs == ()
    assert not api.asked


class WithTdo(FakeApi):
    """It has TDOs, each of an hour."""

    def __init__(self, jobs: Sequence[JobRecord], start: str) -> None:
        super().__init__(jobs)
        self._start = parse_time(start)

    def tdos(self, ids: Sequence[str], unread: Any = None) -> dict[str, Any]:
        stop = self._start + timedelta(hours=1)
        times = {"start_date_time": self._start.isoformat(), "stop_date_time": stop.isoformat()}
        return {id_: TdoRecord(id=id_, **times) for id_ in ids}


def test_the_hour_that_a_transcription_makes_up_is_not_the_length_of_its_media() -> None:
    made_up, given = (
        read(WithTdo([record("j1")], start), resource("Job", "one", "j1"))
        for start in (SOME_HOUR["start_date_time"], "2026-01-02T00:00:00Z")
    )
    assert (made_up.jobs[0].media_seconds, given.jobs[0].media_seconds) == (None, 3600.0)


def test_requests_are_those_of_the_update(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(connecting, "shared_folder", lambda: tmp_path)
    update = Update(started=BEGAN, ended=at(60))
    for moment in (-100, 5, 50, 200):
        Gates(tmp_path, clock=at(moment).timestamp).at("aiware.test:443", "a-token").enter(1)
    run = read(FakeApi([record("j1")]), resource("Job", "one", "j1"), update=update)
    assert run.requests == Requests(sent=2, refused=0, held=0.0)
    assert not any("How many requests" in note for note in run.not_known)
    elsewhere = read(FakeApi([record("j1")]), resource("Job", "one", "j1"), update=Update(started=BEGAN))
    assert elsewhere.requests is None
    assert any("How many requests" in note for note in elsewhere.not_known)
