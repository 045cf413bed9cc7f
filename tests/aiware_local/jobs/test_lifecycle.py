"""A job's state is a function of its plan, its results and the time."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aiware_local.jobs.lifecycle import BEFORE_THE_START, NEVER, Timeline
from aiware_local.jobs.records import show_job, timeline_of

DONE = {"failure": None}
FAILED = {"failure": {"reason": "other", "message": ""}}
ORDER = ["standby_pending", "pending", "queued", "running", "complete"]


def _task(order: int, parents: list[int], seconds: float = 10, **changes: Any) -> dict[str, Any]:
    task = {"order": order, "_parents": parents, "_seconds": seconds, "_level": order, "_result": None}
    return {**task, "_standbyFor": None, "_waitsForParents": True, **changes}


def _job(*tasks: dict[str, Any], cancelled: float | None = None) -> dict[str, Any]:
    return {"_startedAt": 1000.0, "_cancelledAt": cancelled, "_tasks": list(tasks)}


def _states(job: dict[str, Any], now: float) -> tuple[str, list[str]]:
    timeline = Timeline(job)
    return timeline.job_status(now), [timeline.task_status(task["order"], now) for task in job["_tasks"]]


def test_task_after_task() -> None:
    job = _job(_task(0, [], _result=DONE), _task(1, [0], _result=DONE))
    assert _states(job, BEFORE_THE_START) == ("pending", ["pending", "pending"])
    assert _states(job, 1000) == ("pending", ["pending", "pending"])
    assert _states(job, 1000.6) == ("queued", ["queued", "pending"])
    assert _states(job, 1002) == ("running", ["running", "pending"])
    assert _states(job, 1010) == ("running", ["complete", "pending"])
    assert _states(job, 1010.6) == ("running", ["complete", "queued"])
    assert _states(job, 1012) == ("running", ["complete", "running"])
    assert _states(job, 1020) == ("complete", ["complete", "complete"])


def test_task_that_need_not_wait_starts_while_its_parent_runs_and_ends_after_it() -> None:
    job = _job(_task(0, [], _result=DONE), _task(1, [0], _waitsForParents=False))
    assert _states(job, 1008) == ("running", ["running", "running"])
    assert Timeline(job).windows[1].ended == 1020


def test_work_that_is_not_done_keeps_a_task_running_beyond_its_time() -> None:
    job = _job(_task(0, []), _task(1, [0]))
    assert Timeline(job).next_tasks()[0] == (1010, 0)
    assert _states(job, 1500)[1][0] == "running"
    assert Timeline(job).ended_at() == NEVER


def test_failure_ends_the_job_and_cuts_off_the_rest() -> None:
    job = _job(_task(0, [], _result=FAILED), _task(1, [0]), _task(2, [], 5, _result=DONE), _task(3, [], 50))
    assert _states(job, 1009) == ("running", ["running", "pending", "complete", "running"])
    assert _states(job, 1010) == ("failed", ["failed", "aborted", "complete", "aborted"])
    assert Timeline(job).next_tasks() == []


def test_cancelling_keeps_what_is_complete() -> None:
    job = _job(_task(0, [], _result=DONE), _task(1, [0]), cancelled=1015)
    assert _states(job, 1014)[0] == "running"
    assert _states(job, 1015) == ("cancelled", ["complete", "cancelled"])
    assert Timeline(job).next_tasks() == []


def test_standby_task_takes_over() -> None:
    standby = _task(2, [], _standbyFor=0, _level=0.5)
    job = _job(_task(0, []), _task(1, [0]), standby)
    assert _states(job, 1005)[1] == ["running", "pending", "standby_pending"]
    job["_tasks"][0]["_result"] = FAILED
    assert Timeline(job).next_tasks()[0] == (1020, 2)
    assert _states(job, 1015) == ("running", ["failed", "pending", "running"])
    standby["_result"] = DONE
    assert Timeline(job).windows[1].ended == 1030
    job["_tasks"][1]["_result"] = DONE
    assert _states(job, 1030) == ("complete", ["failed", "complete", "complete"])
    standby["_result"] = FAILED
    assert _states(job, 1030) == ("failed", ["failed", "complete", "failed"])


def test_standby_task_that_is_not_needed_does_not_hold_the_job_up() -> None:
    job = _job(_task(0, [], _result=DONE), _task(1, [], _standbyFor=0, _level=0.5))
    assert _states(job, 1010) == ("complete", ["complete", "standby_pending"])
    assert Timeline(job).next_tasks() == []


def test_job_without_duration_is_complete_at_once() -> None:
    job = _job(_task(0, [], 0, _result=DONE), _task(1, [0], 0, _result=DONE))
    assert _states(job, BEFORE_THE_START)[0] == "pending"
    assert _states(job, 1000) == ("complete", ["complete", "complete"])


@st.composite
def _graphs(draw: st.DrawFn, results: tuple[Any, ...] = (DONE,)) -> dict[str, Any]:
    tasks = []
    for order in range(draw(st.integers(1, 6))):
        parents = draw(st.lists(st.integers(0, order - 1), unique=True)) if order else []
        seconds = draw(st.floats(0, 60))
        tasks.append(_task(order, parents, seconds, _waitsForParents=draw(st.booleans())))
        tasks[-1]["_result"] = draw(st.sampled_from(results))
    return _job(*tasks)


@settings(deadline=None)
@given(_graphs())
def test_states_only_move_forward_and_children_end_after_their_parents(job: dict[str, Any]) -> None:
    timeline = Timeline(job)
    moments = sorted(
        {moment for window in timeline.windows for moment in (window.queued, window.started, window.ended)}
    )
    for order in range(len(job["_tasks"])):
        seen = [ORDER.index(timeline.task_status(order, now)) for now in [999.0, *moments]]
        assert seen == sorted(seen)
        assert seen[-1] == ORDER.index("complete")
    for task in job["_tasks"]:
        window = timeline.windows[task["order"]]
        assert window.queued <= window.started <= window.ended
        assert all(timeline.windows[parent].ended <= window.ended for parent in task["_parents"])
    assert timeline.job_status(timeline.ended_at()) == "complete"
    before = [timeline.job_status(moment - 0.0005) for moment in moments]
    assert not {"failed", "cancelled"} & set(before)


@settings(deadline=None, max_examples=50)
@given(_graphs((DONE, DONE, FAILED, None)), st.none() | st.floats(1000, 1060))
def test_a_job_is_shown_by_its_outcome_as_its_tasks_say(job: dict[str, Any], cancelled: float | None) -> None:
    job |= {"_cancelledAt": cancelled, "modifiedDateTime": 1000.0}
    timeline = Timeline(job)
    outcome = timeline.outcome()
    assert (outcome is None) == (timeline.ended_at() == NEVER)
    moments = {moment for window in timeline.windows for moment in window if moment < NEVER}
    for now in (999.0, 1030.0, *moments, *((cancelled,) if cancelled else ())):
        computed, shown = show_job(job, now), show_job({**job, "_outcome": outcome}, now)
        assert [shown[key] for key in ("status", "modifiedDateTime")] == [
            computed[key] for key in ("status", "modifiedDateTime")
        ]
        assert timeline_of(shown).windows == timeline.windows
