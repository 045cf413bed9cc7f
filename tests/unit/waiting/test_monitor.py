"""The monitor: how it looks, what it shows, and when waiting ends well."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext

import pulumi
import pytest
from pulumi.runtime import is_dry_run
from pulumi.runtime.stack import wait_for_rpcs

from aiware_resources.errors import (
    AiwareError,
    AuthenticationFailed,
    CapacityExceeded,
    NotSent,
    RateLimited,
    ServerFailure,
)
from aiware_resources.text import commands
from aiware_resources.waiting import Done, Failed, Monitor, Pending, Verdict
from aiware_resources.waiting.monitor import current
from aiware_resources.waiting.polling import Interval
from tests.support.engine import Engine
from tests.support.waiting import (
    SOON,
    Scripted,
    SpyRow,
    become,
    completed,
    read_once,
    row,
    scripted,
    settings,
    start,
    until,
    watch,
)

MakeMonitor = Callable[..., Monitor]


class Steps(Scripted):
    """Objects whose records say a status and how far they are: ``running:2``."""

    def judge(self, object_id: str, record: str | None) -> Verdict[str]:
        verdict = super().judge(object_id, record)
        return Pending(verdict.progress, verdict.status.partition(":")[0]) if isinstance(verdict, Pending) else verdict


async def test_it_returns_what_was_seen_at_the_end(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="queued running done")
    assert await completed(make_monitor(), watch(condition, "a")) == "done"
    assert condition.looks == [["a"]] * 3
    assert condition.explained == []


async def test_objects_share_their_looks(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="running done", b="running running done", c="done")
    monitor = make_monitor()
    results = await asyncio.gather(*(completed(monitor, watch(condition, name)) for name in "abc"))
    assert results == ["done", "done", "done"]
    assert condition.looks == [["a", "b", "c"], ["a", "b"], ["b"]]


async def test_each_kind_is_looked_at_by_itself(make_monitor: MakeMonitor) -> None:
    jobs, exports = scripted(a="running done"), scripted(b="running done")
    exports.kind = "export request"
    monitor = make_monitor()
    await asyncio.gather(completed(monitor, watch(jobs, "a")), completed(monitor, watch(exports, "b")))
    assert (jobs.looks, exports.looks) == ([["a"], ["a"]], [["b"], ["b"]])


async def test_what_is_new_does_not_wait_for_the_next_look_at_all(make_monitor: MakeMonitor) -> None:
    condition = scripted(old="running", new="done")
    monitor = make_monitor(poll_interval=60, poll_max_interval=60)
    start(monitor, watch(condition, "old"))
    await until(condition, looks=1)
    async with asyncio.timeout(20):
        await completed(monitor, watch(condition, "new"))
    assert condition.looks == [["old"], ["new"]]


async def test_what_keeps_arriving_does_not_keep_it_from_what_is_there(make_monitor: MakeMonitor) -> None:
    condition = scripted(old="running done", **{f"new{number}": "running" for number in range(1000)})
    monitor = make_monitor(poll_interval=0.1, poll_max_interval=0.1)
    old = start(monitor, watch(condition, "old"))
    for number in range(1000):
        start(monitor, watch(condition, f"new{number}"))
        await asyncio.sleep(0.01)
        if old.done():
            break
    assert old.done()


async def test_what_arrives_one_after_another_shares_a_look(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    condition = scripted(a="done", b="done", c="done")
    monitor = make_monitor(poll_interval=60, poll_max_interval=60)
    still_to_come = ["c", "b"]

    async def gathered() -> None:
        if still_to_come:
            start(monitor, watch(condition, still_to_come.pop()))
            await asyncio.sleep(0)

    monkeypatch.setattr("aiware_resources.waiting.polling.gathered", gathered)
    await completed(monitor, watch(condition, "a"))
    assert condition.looks == [["a", "b", "c"]]


async def test_what_arrives_for_longer_than_the_interval_is_looked_at(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    condition = scripted(old="running", **{f"new{number}": "running" for number in range(1000)})
    monitor = make_monitor(poll_interval=0.05, poll_max_interval=60)
    start(monitor, watch(condition, "old"))
    arrived = 0

    async def gathered() -> None:
        nonlocal arrived
        start(monitor, watch(condition, f"new{arrived}"))
        arrived += 1
        await asyncio.sleep(SOON)

    monkeypatch.setattr("aiware_resources.waiting.polling.gathered", gathered)
    await until(condition, looks=2)
    assert arrived < 1000


async def test_the_time_that_was_waited_for_what_ended_well_is_noted(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[float] = []
    monkeypatch.setattr(Interval, "ended_after", lambda _, seconds: noted.append(seconds))
    condition = scripted(waited="running done", there="done", failed="running failed")
    monitor = make_monitor()
    waits = [start(monitor, watch(condition, name)) for name in ("waited", "there", "failed")]
    await asyncio.gather(*waits, return_exceptions=True)
    assert len(noted) == 1


async def test_it_looks_less_often_while_nothing_changes(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="running")
    start(make_monitor(poll_interval=0.01, poll_max_interval=60), watch(condition, "a"))
    begun = time.monotonic()
    await until(condition, looks=9)
    # At the first interval, eight of them would take less than half of that.
    assert time.monotonic() - begun > 0.2


async def test_a_monitor_that_has_finished_takes_up_new_work(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="done", b="running done")
    monitor = make_monitor()
    await completed(monitor, watch(condition, "a"))
    assert await completed(monitor, watch(condition, "b")) == "done"


async def test_progress_is_shown_when_it_changes(make_monitor: MakeMonitor) -> None:
    watched = watch(scripted(a="queued queued running running done"), "a")
    await completed(make_monitor(), watched)
    assert row(watched).said == [("progress", "queued, 0 s"), ("progress", "running, 0 s")]


async def test_of_many_objects_not_every_step_is_shown(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiware_resources.waiting.outcomes._MANY", 1)
    condition = Steps({"a": ["queued:0", "running:1", "running:2", "done"], "b": ["running:1"] * 3 + ["done"]})
    watches = [watch(condition, each) for each in "ab"]
    monitor = make_monitor()
    await asyncio.gather(*(completed(monitor, each) for each in watches))
    assert [row(each).messages("progress") for each in watches] == [
        ["queued:0, 0 s", "running:1, 0 s"],
        ["running:1, 0 s"],
    ]
    assert [each.progress for each in watches] == ["running:2", "running:1"]


async def test_what_else_is_to_be_known_is_told_where_it_was_waited_for(make_monitor: MakeMonitor) -> None:
    watches = [watch(scripted(a=statuses), "a") for statuses in ("running noted", "noted", "running done")]
    for each in watches:
        await completed(make_monitor(), each)
    assert [row(each).messages("info") for each in watches] == [["it was simulated"], [], []]


async def test_progress_is_shown_again_now_and_then(make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiware_resources.waiting.outcomes._REPEAT_PROGRESS", 0.0)
    watched = watch(scripted(a="running running running done"), "a", timeout=86_400)
    watched.started -= 3 * 3600 + 25 * 60 + 7
    await completed(make_monitor(), watched)
    assert row(watched).messages("progress") == ["running, 3 h 25 min"] * 3


@pytest.mark.parametrize("trouble", [ServerFailure, NotSent, RateLimited, CapacityExceeded])
async def test_it_outlasts_an_outage(
    make_monitor: MakeMonitor, trouble: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    condition = scripted(a="running done")
    condition.troubles = [trouble("It is down."), trouble("It is down."), None, trouble("Down again.")]
    assert await completed(make_monitor(), watch(condition, "a")) == "done"
    told = [line for line in capsys.readouterr().err.splitlines() if "aiWARE can" in line]
    assert told[:3] == [
        "warning: Waiting goes on, though aiWARE cannot be asked about jobs at the moment: It is down.",
        "info: aiWARE can be asked about jobs again.",
        "warning: Waiting goes on, though aiWARE cannot be asked about jobs at the moment: Down again.",
    ]


async def test_an_outage_of_one_kind_does_not_keep_others_waiting(make_monitor: MakeMonitor) -> None:
    jobs, exports = scripted(a="done"), scripted(b="done")
    exports.kind = "export request"
    jobs.troubles = [ServerFailure("It is down.")] * 1000
    monitor = make_monitor()
    start(monitor, watch(jobs, "a"))
    assert await completed(monitor, watch(exports, "b")) == "done"


async def test_an_outage_that_is_too_long_breaks_off_the_waiting(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiware_resources.waiting.outcomes.LONGEST", 0.05)
    condition = scripted(a="running")
    condition.troubles = [ServerFailure("It is down.", remedy="Ask your administrator.")] * 1000
    watched = watch(condition, "a")
    with pytest.raises(pulumi.RunError):
        await completed(make_monitor(), watched)
    assert row(watched).messages("error") == [
        "resource-a: waiting for job a broke off: It is down. Ask your administrator. "
        "The work goes on in aiWARE; run `pulumi up` again to resume waiting for it."
    ]


async def test_an_outage_of_one_kind_is_warned_of_once_and_ends_the_waiting_for_that_kind_only(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr("aiware_resources.waiting.outcomes.LONGEST", 0.2)
    monkeypatch.setattr("pulumi.log.warn", warned.append)
    jobs, exports = scripted(a="running", b="running"), scripted(x="running")
    exports.kind = "export request"
    jobs.troubles = [ServerFailure("It is down.")] * 1000
    monitor = make_monitor()
    failing_watches = [watch(jobs, name) for name in "ab"]
    failing = [start(monitor, each) for each in failing_watches]
    going_on = start(monitor, watch(exports, "x"))
    await become(lambda: len(row(failing_watches[0]).messages("error")) == 1)
    assert len(exports.looks) > 2
    exports.statuses["x"] = ["done"]
    assert await going_on == "done"
    await asyncio.gather(*failing, return_exceptions=True)
    for name, failed in zip("ab", failing_watches, strict=True):
        (said,) = row(failed).messages("error")
        assert said.startswith(f"resource-{name}: waiting for job {name} broke off")
    assert len(warned) == 1


async def test_what_is_known_of_others_does_not_wait_for_an_explanation(make_monitor: MakeMonitor) -> None:
    condition = scripted(bad="failed", good="done")
    monitor = make_monitor()
    condition.explain_troubles = [ServerFailure("It is down.")] * 3
    failing = start(monitor, watch(condition, "bad"))
    assert await completed(monitor, watch(condition, "good")) == "done"
    with pytest.raises(pulumi.RunError, match="bad failed"):
        await failing
    assert condition.explained == ["bad"] * 4


async def test_what_does_not_pass_breaks_off_all_waiting_at_once(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="running", b="running")
    condition.troubles = [None, AuthenticationFailed("The token was rejected.")]
    monitor = make_monitor()
    waiting = [start(monitor, watch(condition, name)) for name in "ab"]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [pulumi.RunError] * 2
    assert "The token was rejected." in str(outcomes[0])
    assert len(condition.looks) == 2


async def test_what_was_broken_off_is_not_looked_at_again(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="running", b="done")
    condition.troubles = [AuthenticationFailed("The token was rejected.")]
    monitor = make_monitor()
    with pytest.raises(pulumi.RunError):
        await completed(monitor, watch(condition, "a"))
    assert await completed(monitor, watch(condition, "b")) == "done"
    assert condition.looks == [["a"], ["b"]]


async def test_a_fault_of_the_program_is_not_dressed_up(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="running")
    condition.troubles = [ZeroDivisionError("somewhere")]
    with pytest.raises(ZeroDivisionError):
        await completed(make_monitor(), watch(condition, "a"))


async def test_what_seems_to_have_failed_may_turn_out_to_be_done(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="running failed")
    condition.verdict = Done(None)
    assert await completed(make_monitor(), watch(condition, "a")) is None
    assert condition.explained == ["a"]


async def test_single_reads_share_one_request(make_monitor: MakeMonitor, stumbles: Callable[[], str]) -> None:
    condition = scripted(a="running", b="done", c="gone")
    monitor = make_monitor()
    seen = await asyncio.gather(*(read_once(monitor, condition, name) for name in "abca"))
    assert seen == ["running", "done", None, "running"]
    assert condition.looks == [["a", "b", "c"]]
    assert await read_once(monitor, condition, "b") == "done"
    assert condition.looks == [["a", "b", "c"], ["b"]]
    # A look that nobody needs finds nobody who asked.
    assert stumbles() == ""


async def test_single_reads_of_two_kinds_are_separate(make_monitor: MakeMonitor) -> None:
    jobs, exports = scripted(a="running"), scripted(a="done")
    exports.kind = "export request"
    monitor = make_monitor()
    seen = await asyncio.gather(read_once(monitor, jobs, "a"), read_once(monitor, exports, "a"))
    assert [*seen] == ["running", "done"]


async def test_a_single_read_of_what_cannot_be_read_keeps_nothing_from_the_others(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiware_resources.waiting.reading._PAUSE", SOON)
    condition = scripted(a="running", b="unread unread running", c="unread")
    monitor = make_monitor()
    outcomes = await asyncio.gather(*(read_once(monitor, condition, name) for name in "abc"), return_exceptions=True)
    assert outcomes[:2] == ["running", "running"]
    assert str(outcomes[2]) == "Reading c failed."
    assert condition.looks == [["a", "b", "c"], ["b", "c"], ["b", "c"], ["c"]]


async def test_a_single_read_that_fails_tells_everybody_who_asked(make_monitor: MakeMonitor) -> None:
    condition = scripted(a="running", b="running")
    condition.troubles = [AuthenticationFailed("The token was rejected.")]
    monitor = make_monitor()
    outcomes = await asyncio.gather(*(read_once(monitor, condition, name) for name in "ab"), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["The token was rejected."] * 2
    assert await read_once(monitor, condition, "a") == "running"


async def test_aiware_is_asked_in_a_thread_of_the_monitors_own(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiware_resources.waiting.monitor.connect", lambda settings: f"api at {settings.endpoint}")
    name, api = await make_monitor().call(lambda api: (threading.current_thread().name, str(api)))
    assert (name.startswith("aiware-monitor"), api) == (True, "api at local")


@pytest.mark.parametrize("is_fine", [True, False])
async def test_a_token_that_is_refused_ends_the_program_early(
    make_monitor: MakeMonitor, monkeypatch: pytest.MonkeyPatch, is_fine: bool
) -> None:
    class Api:
        def me(self) -> None:
            if not is_fine:
                raise AuthenticationFailed("The token was rejected.", remedy="Get another one.")

    monkeypatch.setattr("aiware_resources.waiting.monitor.connect", lambda _: Api())
    Engine(preview=True)
    make_monitor().expect_access()
    with nullcontext() if is_fine else pytest.raises(pulumi.RunError, match="aiWARE cannot be used: The token was rej"):
        await wait_for_rpcs()


async def test_commands_in_messages_are_for_the_aiware_of_the_provider() -> None:
    monitor = Monitor(settings(), provider="news")
    assert await monitor.call(lambda _: commands.aiware("jobs", "list")) == "`aiware --provider news jobs list`"
    condition = Telling({"a": ["running"]})
    with pytest.raises(pulumi.RunError):
        await completed(monitor, watch(condition, "a"))
    assert condition.told == "`aiware --provider news jobs show a`"
    assert commands.aiware("jobs", "list") == "`aiware jobs list`"


class Telling(Scripted):
    """Fails, and names a command that shows more."""

    told = ""

    def judge(self, object_id: str, record: str | None) -> Verdict[str]:
        self.told = commands.aiware("jobs", "show", object_id)
        return Failed(AiwareError("It failed."), record)


async def test_a_program_has_one_monitor() -> None:
    assert current() is current()


def test_each_of_two_programs_has_its_own_and_its_threads_end_with_it() -> None:
    async def program() -> Monitor:
        await current().call(lambda api: api)
        return current()

    first, second = asyncio.run(program()), asyncio.run(program())
    assert first is not second
    for monitor in (first, second):
        with pytest.raises(RuntimeError, match="have been shut down"):
            monitor.run.threads.submit(int)


async def test_what_is_asked_in_a_thread_knows_which_program_it_is_for(make_monitor: MakeMonitor) -> None:
    Engine(preview=True)
    monitor = make_monitor()
    assert await monitor.call(lambda _: is_dry_run()) is True

    async def another() -> bool:
        Engine(preview=False)
        return await monitor.call(lambda _: is_dry_run())

    assert await asyncio.create_task(another()) is False
    assert await monitor.call(lambda _: is_dry_run()) is True
    assert await monitor.transfer(lambda _: is_dry_run(), SpyRow(), "moving") is True


async def test_settings_that_cannot_be_used_end_the_program_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIWARE_POLL_INTERVAL", "often")
    with pytest.raises(pulumi.RunError, match="AIWARE_POLL_INTERVAL should be a number, but is 'often'"):
        current()
