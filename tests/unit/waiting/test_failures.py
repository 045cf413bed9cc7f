"""Failures are held back until nothing else is under way, and then end the run together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pulumi
import pytest

from aiware_resources.errors import DownloadFailed
from aiware_resources.waiting import Monitor
from tests.support.waiting import SOON, become, completed, row, scripted, start, until, watch

MakeMonitor = Callable[..., Monitor]


async def ended(*waiting: asyncio.Task[str | None]) -> list[str | BaseException | None]:
    """How each waiting ended, once all have."""
    async with asyncio.timeout(20):
        return await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_failure_is_told_at_once_and_ends_the_run_when_the_rest_is_done(make_monitor: MakeMonitor) -> None:
    condition = scripted(bad="failed", good="running running running running done")
    monitor = make_monitor()
    bad = watch(condition, "bad")
    failing, succeeding = start(monitor, bad), start(monitor, watch(condition, "good"))
    await until(condition, looks=3)
    assert row(bad).messages("error") == ["resource-bad: bad has failed."]
    assert not failing.done()
    error, result = await ended(failing, succeeding)
    assert result == "done"
    assert isinstance(error, pulumi.RunError)
    # Why, the row says.
    assert str(error) == "resource-bad failed; its message says why, and what to do."
    assert condition.looks[1:] == [["good"]] * 4


async def test_all_failures_end_in_one_error(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="failed", b="running failed", c="running running gone")
    monitor = make_monitor()
    watches = [watch(condition, name) for name in "abc"]
    outcomes = await ended(*(start(monitor, each) for each in watches))
    assert {str(outcome) for outcome in outcomes} == {
        "3 things failed: resource-a, resource-b, resource-c. The message of each says why, and what to do."
    }
    said = [message for each in watches for message in row(each).messages("error")]
    assert said == ["resource-a: a has failed.", "resource-b: b has failed.", "resource-c: c has gone."]


async def test_the_last_error_names_a_few_of_many_and_what_is_reported_twice_is_told_once(
    make_monitor: MakeMonitor,
) -> None:
    names = [f"n{number:02}" for number in range(12)]
    condition = scripted(**dict.fromkeys(names, "failed"))
    monitor = make_monitor()
    watches = [watch(condition, name) for name in names]
    again = asyncio.create_task(monitor.fail("resource-n00", watches[0].row, DownloadFailed("n00 has failed.")))
    outcomes = await ended(*(start(monitor, each) for each in watches), again)
    assert {str(outcome) for outcome in outcomes} == {
        f"12 things failed: {', '.join(f'resource-{name}' for name in names[:10])} and 2 more. "
        "The message of each says why, and what to do."
    }
    assert [row(each).messages("error") for each in watches] == [[f"resource-{n}: {n} has failed."] for n in names]


@contextmanager
def unanswered_call() -> Iterator[tuple[asyncio.Future[bool], threading.Event]]:
    """A call to the engine that takes until the event is set, or the block ends: no thread may outlive the test."""
    answered = threading.Event()
    try:
        yield asyncio.get_running_loop().run_in_executor(None, answered.wait), answered
    finally:
        answered.set()


async def test_a_failure_waits_for_a_call_to_the_engine(make_monitor: MakeMonitor) -> None:
    monitor = make_monitor()
    failing = start(monitor, watch(scripted(a="failed"), "a"))
    with unanswered_call() as (call, answered):
        await asyncio.sleep(0.2)
        assert not failing.done()
        answered.set()
        await call
    assert isinstance((await ended(failing))[0], pulumi.RunError)


async def test_a_failure_waits_for_what_an_answered_call_sets_off(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="failed", later="running running done")
    monitor = make_monitor()
    failing = start(monitor, watch(condition, "a"))
    with unanswered_call() as (call, answered):

        async def dependent() -> str | None:
            await call
            result = await completed(monitor, watch(condition, "later"))
            assert not failing.done()
            return result

        submitting = asyncio.create_task(dependent())
        await until(condition, looks=1)
        answered.set()
        error, result = await ended(failing, submitting)
    assert result == "done"
    assert isinstance(error, pulumi.RunError)


async def test_a_failure_waits_until_it_has_been_quiet_for_a_while(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause, sleep = 4.0, asyncio.sleep
    begun: list[float] = []
    ends: asyncio.Queue[None] = asyncio.Queue()

    async def pausing(seconds: float) -> None:
        if seconds == pause:
            begun.append(seconds)
            await ends.get()
        else:
            await sleep(seconds)

    monkeypatch.setattr("aiware_resources.waiting.failures._SETTLED_AFTER", pause)
    monkeypatch.setattr("asyncio.sleep", pausing)
    condition = scripted(a="failed", later="running done")
    monitor = make_monitor()
    failing = start(monitor, watch(condition, "a"))

    async def dependent() -> str | None:
        # The program computes something, and in each pause it makes a call that is answered at once.
        for pauses in range(1, 7):
            while len(begun) < pauses:
                await sleep(SOON)
            await asyncio.get_running_loop().run_in_executor(None, lambda: None)
            ends.put_nowait(None)
        result = await completed(monitor, watch(condition, "later"))
        assert not failing.done()
        ends.put_nowait(None)
        ends.put_nowait(None)
        return result

    error, result = await ended(failing, asyncio.create_task(dependent()))
    assert result == "done"
    assert isinstance(error, pulumi.RunError)


async def test_a_failure_waits_for_a_download(make_monitor: MakeMonitor) -> None:
    monitor = make_monitor()
    failing = start(monitor, watch(scripted(a="failed"), "a"))
    with monitor.under_way.work():
        await asyncio.sleep(0.2)
        assert not failing.done()
    assert isinstance((await ended(failing))[0], pulumi.RunError)


async def test_work_that_fails_does_not_hold_up_the_end(make_monitor: MakeMonitor) -> None:
    monitor = make_monitor()
    with pytest.raises(ZeroDivisionError), monitor.under_way.work():
        raise ZeroDivisionError
    call = asyncio.get_running_loop().run_in_executor(None, lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await call
    assert isinstance((await ended(start(monitor, watch(scripted(a="failed"), "a"))))[0], pulumi.RunError)


async def test_a_download_that_failed_is_held_back_as_well(make_monitor: MakeMonitor) -> None:
    monitor = make_monitor()
    condition = scripted(a="running running done")
    export = watch(condition, "x")
    download = asyncio.create_task(monitor.fail("captions", export.row, DownloadFailed("No such file.")))
    waiting = start(monitor, watch(condition, "a"))
    error, result = await ended(download, waiting)
    assert result == "done"
    assert str(error) == "captions failed; its message says why, and what to do."
    assert row(export).messages("error") == ["captions: No such file."]


async def test_a_failure_after_the_end_of_the_run_ends_it_as_well(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="failed", b="failed")
    monitor = make_monitor()
    await ended(start(monitor, watch(condition, "a")))
    (error,) = await ended(start(monitor, watch(condition, "b")))
    assert str(error) == "2 things failed: resource-a, resource-b. The message of each says why, and what to do."


async def test_fail_fast_ends_all_waiting_at_once(make_monitor: MakeMonitor) -> None:
    condition = scripted(bad="failed", good="running")
    monitor = make_monitor(fail_fast=True)
    outcomes = await ended(*(start(monitor, watch(condition, name)) for name in ("good", "bad")))
    assert ["resource-bad failed" in str(outcome) for outcome in outcomes] == [True, True]


async def test_fail_fast_keeps_what_the_same_look_has_shown(
    make_monitor: MakeMonitor, stumbles: Callable[[], str]
) -> None:
    condition = scripted(bad="failed", good="done", worse="failed")
    export = scripted(late="done")
    export.kind = "export request"
    monitor = make_monitor(fail_fast=True)
    watches = [*(watch(condition, name) for name in ("bad", "good", "worse")), watch(export, "late")]
    error, result, other, late = await ended(*(start(monitor, watched) for watched in watches))
    assert result == "done"
    # Another kind is asked at the same time, and may be done before.
    late = error if late == "done" else late
    assert str(error) == "2 things failed: resource-bad, resource-worse. The message of each says why, and what to do."
    assert str(error) == str(other) == str(late)
    await until(export, looks=1)
    await asyncio.sleep(SOON)
    # A poll could stumble over what was ended meanwhile.
    assert stumbles() == ""


@pytest.mark.parametrize("record", ["failed", "gone"])
async def test_an_allowed_failure_is_a_warning_if_there_is_anything_left_of_it(
    make_monitor: MakeMonitor, record: str
) -> None:
    allowed = watch(scripted(a=record), "a", allow_failure=True)
    (outcome,) = await ended(start(make_monitor(), allowed))
    if record == "failed":
        assert outcome == "failed"
        assert row(allowed).messages("warn") == ["a has failed. (allow_failure is set: dependents run)"]
    else:
        assert isinstance(outcome, pulumi.RunError)
        assert row(allowed).messages("error") == ["resource-a: a has gone."]


@pytest.mark.parametrize("allow_failure", [False, True])
async def test_waiting_ends_after_the_time_allowed(make_monitor: MakeMonitor, allow_failure: bool) -> None:
    watched = watch(scripted(a="queued running"), "a", timeout=1.0, allow_failure=allow_failure)
    waiting = start(make_monitor(), watched)
    await until(watched.condition, looks=2)
    (outcome,) = await ended(waiting)
    assert isinstance(outcome, pulumi.RunError)
    assert row(watched).messages("error") == [
        "resource-a: job a was not finished within 1 s; last seen: running. "
        "It goes on in aiWARE: run `pulumi up` again to resume waiting, or give it a longer timeout."
    ]


async def test_it_is_not_looked_at_again_once_its_time_is_up(make_monitor: MakeMonitor) -> None:
    condition = scripted(late="running", good="running")
    monitor = make_monitor()
    late = watch(condition, "late", timeout=0.5)
    waiting = [start(monitor, late), start(monitor, watch(condition, "good"))]
    await become(lambda: row(late).messages("error"))
    looks = len(condition.looks)
    condition.statuses["good"] = ["running"] * 6 + ["done"]
    await ended(*waiting)
    assert {"late"} & {name for names in condition.looks[looks + 1 :] for name in names} == set()


async def test_the_time_is_up_by_the_clock_whatever_an_answer_does(make_monitor: MakeMonitor) -> None:
    condition = scripted(hung="hangs")
    hung = watch(condition, "hung", timeout=0.5)
    waiting = start(make_monitor(), hung)
    try:
        await ended(waiting)
        assert not condition.released.is_set()
    finally:
        condition.released.set()
    (said,) = row(hung).messages("error")
    assert "job hung was not finished within 0 s; aiWARE has not answered a question about it so far." in said


async def test_a_kind_whose_answers_hang_holds_up_no_other(make_monitor: MakeMonitor) -> None:
    hanging, others = scripted(a="hangs"), scripted(b="running running done")
    others.kind = "export request"
    monitor = make_monitor()
    hung = start(monitor, watch(hanging, "a"))
    await until(hanging, looks=1)
    try:
        assert await ended(start(monitor, watch(others, "b"))) == ["done"]
        assert not hung.done()
    finally:
        hanging.released.set()
        hanging.statuses["a"] = ["done"]
    assert await ended(hung) == ["done"]


async def test_an_answer_that_hangs_holds_up_no_other_of_its_kind_for_long(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiware_resources.waiting.polling._PATIENCE", 0.05)
    condition = scripted(a="hangs", b="running running running done")
    monitor = make_monitor(poll_batch_size=1)
    hung, good = start(monitor, watch(condition, "a")), start(monitor, watch(condition, "b"))
    try:
        assert await ended(good) == ["done"]
        # It is not asked about again before the answer has come.
        assert condition.looks.count(["a"]) == 1
    finally:
        condition.statuses["a"] = ["done"]
        condition.released.set()
    assert await ended(hung) == ["hangs"] or await ended(hung) == ["done"]


async def test_what_cannot_be_read_holds_up_no_other_and_is_told_on_its_row(make_monitor: MakeMonitor) -> None:
    condition = scripted(bad="unread", good="running running done")
    monitor = make_monitor()
    bad = watch(condition, "bad")
    waiting = start(monitor, bad)
    assert await ended(start(monitor, watch(condition, "good"))) == ["done"]
    assert row(bad).messages("warn") == ["waiting goes on, though it cannot be read at the moment: Reading bad failed."]
    condition.statuses["bad"] = ["running", "done"]
    assert await ended(waiting) == ["done"]
    assert row(bad).messages("error") == []


async def test_what_stays_unread_is_given_up_by_name(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiware_resources.waiting.outcomes.LONGEST", 0.2)
    condition = scripted(bad="unread", good="running " * 200 + "done")
    monitor = make_monitor()
    bad = watch(condition, "bad")
    waiting = start(monitor, bad), start(monitor, watch(condition, "good"))
    _, result = await ended(*waiting)
    assert result == "done"
    (said,) = row(bad).messages("error")
    assert "resource-bad: waiting for job bad broke off: Reading bad failed." in said
    assert "run `pulumi up` again to resume" in said


async def test_what_is_not_shown_is_looked_for_again(make_monitor: MakeMonitor) -> None:
    condition = scripted(late="gone gone gone running done")
    watched = watch(condition, "late")
    assert await ended(start(make_monitor(not_found_grace=60), watched)) == ["done"]
    assert row(watched).messages("progress") == ["not shown by aiWARE, looked for again, 0 s", "running, 0 s"]


async def test_what_stays_away_is_an_error_that_names_it(make_monitor: MakeMonitor) -> None:
    condition = scripted(away="running gone")
    away = watch(condition, "away")
    await ended(start(make_monitor(not_found_grace=0.2), away))
    assert row(away).messages("error") == ["resource-away: away has gone."]
    assert len(condition.looks) > 3


async def test_the_time_for_looking_begins_again_once_it_was_shown(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="gone running gone running done")
    watched = watch(condition, "a")
    watched.unknown_since = None
    assert await ended(start(make_monitor(not_found_grace=60), watched)) == ["done"]
    assert watched.unknown_since is None
