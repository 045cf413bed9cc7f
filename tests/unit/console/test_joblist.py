"""A list of jobs is read as far as somebody looks, and stays up to date."""

from __future__ import annotations

import pytest

from aiware_resources.api import JobRecord
from aiware_resources.console.joblist import Filter, JobList, Shown, View, engines_of
from aiware_resources.errors import ServerFailure
from tests.unit.console.made import Jobs, job


def ids(jobs: list[JobRecord]) -> list[str]:
    return [each.id for each in jobs]


def listed(source: Jobs, view: View | None = None, chosen: Filter | None = None) -> JobList:
    made = JobList(source.api, chosen or Filter())
    made.views["me"] = view or View()
    return made


def test_the_first_page_reads_no_more_than_it_shows_and_one() -> None:
    source = Jobs([job(number) for number in range(10_000, 0, -1)])
    jobs = listed(source)
    jobs.look()
    shown = jobs.shown(View())
    assert (len(shown.jobs), shown.jobs[0].id, shown.is_whole, source.read) == (50, "j10000", False, 51)


def test_a_later_page_reads_on() -> None:
    source = Jobs([job(number) for number in range(300, 0, -1)])
    jobs = listed(source)
    jobs.look()
    jobs.views["me"] = View(page=3)
    jobs.look()
    assert ids(jobs.shown(View(page=3)).jobs)[0] == "j150"


def test_the_end_is_known_when_it_is_read() -> None:
    jobs = listed(Jobs([job(number) for number in range(20, 0, -1)]))
    jobs.look()
    assert (jobs.shown(View()).found, jobs.shown(View()).is_whole) == (20, True)


def test_sorting_reads_on_with_each_look_and_sorts_what_is_read() -> None:
    source = Jobs([job(number, name=f"job {number % 7}") for number in range(2_000, 0, -1)])
    view = View(sort="name", descending=False)
    jobs = listed(source, view)
    looks = 0
    while not jobs.shown(view).is_whole:
        jobs.look()
        looks += 1
    names = [each.name for each in jobs.shown(view).jobs]
    assert (names, looks) == (["job 0"] * 50, 4)


def test_no_more_than_ten_thousand_are_read() -> None:
    view = View(sort="took")
    jobs = listed(Jobs([job(number) for number in range(10_700, 0, -1)]), view)
    for _ in range(20):
        jobs.look()
    assert (jobs.shown(view).read, jobs.shown(view).is_whole) == (10_000, False)


def test_a_search_finds_names_ids_and_recordings() -> None:
    source = Jobs([job(3, name="Übersicht"), job(2), job(1, target={"id": "t1", "name": "Board Meeting"})])
    jobs = listed(source)
    jobs.look()
    assert ids(jobs.shown(View(search="über")).jobs) == ["j3"]
    assert ids(jobs.shown(View(search="board")).jobs) == ["j1"]
    assert ids(jobs.shown(View(search="t2")).jobs) == ["j2"]


def test_new_jobs_come_first_and_are_not_read_twice() -> None:
    source = Jobs([job(number) for number in range(60, 0, -1)])
    jobs = listed(source)
    jobs.look()
    source.records = [job(62), job(61), *source.records]
    jobs.look()
    assert ids(jobs.shown(View()).jobs)[:3] == ["j62", "j61", "j60"]
    jobs.views["me"] = View(page=1)
    jobs.look()
    whole = ids(jobs.shown(View()).jobs + jobs.shown(View(page=1)).jobs)
    assert whole == [f"j{number}" for number in range(62, 0, -1)]


def test_only_what_may_change_on_an_open_page_is_asked_about() -> None:
    source = Jobs([job(3, "running"), job(2), job(1, "queued")])
    jobs = listed(source)
    jobs.look()
    source.put(job(3))
    changed = jobs.look()
    assert source.asked == ["j3", "j1"]
    assert [each.status for each in jobs.shown(View()).jobs] == ["complete", "complete", "queued"]
    assert changed == jobs.look()


def test_a_job_that_is_read_again_keeps_the_name_of_its_recording() -> None:
    source = Jobs([job(1, "running")])
    jobs = listed(source)
    jobs.look()
    source.put(job(1, target={"id": "t1"}))
    jobs.look()
    (shown,) = jobs.shown(View()).jobs
    assert shown.target is not None
    assert shown.target.name == "council"


def test_a_job_leaves_the_list_of_failed_ones_when_it_runs_again() -> None:
    source = Jobs([job(2, "failed"), job(1, "failed")])
    jobs = listed(source, chosen=Filter(("failed",)))
    jobs.look()
    source.put(job(2, "running"))
    jobs.look()
    assert ids(jobs.shown(View()).jobs) == ["j1"]


def test_a_list_that_breaks_is_read_from_the_beginning_again() -> None:
    source = Jobs([job(number) for number in range(40, 0, -1)], broken_after=10)
    jobs = listed(source)
    with pytest.raises(ServerFailure):
        jobs.look()
    assert (jobs.shown(View()).read, jobs.shown(View()).is_whole) == (10, False)
    source.broken_after = None
    jobs.look()
    assert ids(jobs.shown(View()).jobs) == [f"j{number}" for number in range(40, 0, -1)]


def test_engines_that_only_move_media_are_left_out_where_others_work() -> None:
    adapter = {"id": "a", "engineId": "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255", "engine": {"name": "Adapter"}}
    works = {"id": "b", "engineId": "x", "engine": {"name": "Speech"}}
    assert engines_of(job(1, tasks=[adapter, works])) == ["Speech"]
    assert engines_of(job(1, tasks=[adapter])) == ["Adapter"]


def test_a_page_may_come_while_a_list_is_read() -> None:
    class Busy(JobList):
        def shown(self, view: View) -> Shown:
            self.views[len(self.views)] = View()
            return super().shown(view)

    jobs = Busy(Jobs([job(2, "running"), job(1)]).api, Filter(), {"me": View()})
    jobs.look()
    jobs.look()
    assert len(jobs.views) == 2
