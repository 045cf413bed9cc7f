"""What a resource tells before, on and without its completion."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pulumi
import pytest
from pulumi.output import UNKNOWN

from aiware_resources.errors import AuthenticationFailed
from aiware_resources.reconcile.outputs import urn_after
from aiware_resources.waiting import Completion, Condition, Monitor, Seen, Waiting
from aiware_resources.waiting import monitor as monitor_module
from tests.support.engine import Engine, as_declared, known, value
from tests.support.waiting import SOON, Scripted, scripted, settings, things_of_the_run, until


class Thing(pulumi.CustomResource):
    """A resource whose object is awaited."""

    def __init__(
        self, name: str, condition: Scripted, waiting: Waiting | None = None, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("test:index:Thing", name, {}, opts)

        async def found() -> Condition[str]:
            return condition

        self.raw_urn = self.urn
        self.completion = Completion(self, name, found, waiting or Waiting())
        self.status = self.completion.output(lambda seen: seen.known(lambda record: record))
        self.result = self.completion.output(lambda seen: seen.when_done(lambda record: record))
        self.secret = self.completion.output(lambda seen: seen.when_done(lambda record: record), secret=True)

    def completed_urn(self, *work: Awaitable[Any]) -> pulumi.Output[str]:
        return urn_after(self, self.raw_urn, self.completion.seen, *work)


def unknown_id(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
    return None, dict(args.inputs)


def use_monitor(**changes: object) -> Monitor:
    made = Monitor(settings(**changes))
    things_of_the_run()[monitor_module._begun] = made
    return made


async def test_outputs_resolve_on_completion() -> None:
    Engine()
    use_monitor()
    condition = scripted(a="running running done")
    thing = Thing("a", condition)
    assert await value(thing.result) == "done"
    assert await value(thing.status) == "done"
    assert await value(thing.secret) == "done"
    assert await thing.secret.is_secret()
    assert not await thing.result.is_secret()
    assert condition.looks == [["a"]] * 3


async def test_a_dependent_waits_for_completion() -> None:
    Engine()
    use_monitor()
    condition = scripted(a="running running running running done", b="done")
    thing = Thing("a", condition)
    thing.__dict__["urn"] = thing.completed_urn()
    dependent = Thing("b", condition, opts=pulumi.ResourceOptions(depends_on=[thing]))
    made = asyncio.ensure_future(dependent.id.future())
    assert await value(thing.raw_urn)
    await until(condition, looks=3)
    assert not made.done()
    assert await value(dependent.result) == "done"
    assert ["b"] not in condition.looks[:5]


async def test_a_dependent_waits_for_what_follows_the_completion() -> None:
    Engine()
    use_monitor()
    thing = Thing("a", scripted(a="done"))
    downloaded = asyncio.get_running_loop().create_future()
    urn = thing.completed_urn(downloaded)
    await value(thing.result)
    waiting = asyncio.ensure_future(urn.future())
    await asyncio.sleep(5 * SOON)
    assert not waiting.done()
    downloaded.set_result(None)
    assert await waiting == await value(thing.raw_urn)


async def test_a_failure_ends_the_run_and_nothing_that_depends_on_it_is_made() -> None:
    made: list[str] = []

    def create(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        made.append(args.name)
        return as_declared(args)

    Engine(create=create)
    use_monitor()
    condition = scripted(a="running failed", b="done")
    thing = Thing("a", condition)
    thing.__dict__["urn"] = thing.completed_urn()
    dependent = Thing("b", condition, opts=pulumi.ResourceOptions(depends_on=[thing]))
    with pytest.raises(pulumi.RunError, match="a failed; its message says why"):
        await value(thing.result)
    with pytest.raises(pulumi.RunError, match="a failed; its message says why"):
        await value(dependent.id)
    assert made == ["a"]


async def test_a_preview_looks_once_and_never_waits() -> None:
    Engine(preview=True)
    use_monitor(poll_interval=60, poll_max_interval=60)
    condition = scripted(running="running", over="done")
    running, over = Thing("running", condition), Thing("over", condition)
    assert [await value(thing.status) for thing in (running, over)] == ["running", "done"]
    assert [await known(thing.result) for thing in (running, over)] == [False, True]
    assert [await value(thing.completed_urn()) for thing in (running, over)] == [
        await value(thing.raw_urn) for thing in (running, over)
    ]
    # Whether in one request depends on how soon after each other they were declared.
    assert sorted(name for look in condition.looks for name in look) == ["over", "running"]


async def test_in_a_preview_nothing_that_depends_on_it_waits_for_the_look() -> None:
    Engine(preview=True)
    use_monitor()
    condition = scripted(a="running")
    condition.troubles = [AuthenticationFailed("The token was rejected.")]
    thing = Thing("a", condition)
    assert await value(thing.completed_urn()) == await value(thing.raw_urn)
    with pytest.raises(pulumi.RunError, match="The token was rejected"):
        await value(thing.status)


async def test_a_preview_does_not_ask_about_what_is_yet_to_be_made() -> None:
    Engine(preview=True, create=unknown_id)
    use_monitor()
    condition = scripted(a="running")
    thing = Thing("a", condition)
    assert [await known(output) for output in (thing.status, thing.result)] == [False, False]
    assert condition.looks == []


@pytest.mark.parametrize("by_settings", [False, True])
@pytest.mark.parametrize(("status", "result"), [("running", None), ("done", "done"), ("failed", None)])
async def test_without_waiting_it_is_looked_at_once(by_settings: bool, status: str, result: str | None) -> None:
    Engine()
    use_monitor(wait=not by_settings)
    condition = scripted(a=status)
    thing = Thing("a", condition, Waiting(wait=None if by_settings else pulumi.Output.from_input(False)))
    assert await value(thing.status) == status
    assert (await known(thing.result), await value(thing.result)) == (result is not None, result)
    assert condition.looks == [["a"]]


async def test_the_resource_wins_over_the_settings() -> None:
    Engine()
    use_monitor(wait=False)
    condition = scripted(a="running done")
    assert await value(Thing("a", condition, Waiting(wait=True)).result) == "done"


async def test_the_time_allowed_and_allowed_failures_are_the_resources_own() -> None:
    engine = Engine()
    use_monitor(job_timeout=3600)
    allowed = Thing("allowed", scripted(allowed="failed"), Waiting(allow_failure=pulumi.Output.from_input(True)))
    assert await value(allowed.result) == "failed"
    late = Thing("late", scripted(late="running"), Waiting(timeout=pulumi.Output.from_input(SOON)))
    with pytest.raises(pulumi.RunError, match="late failed"):
        await value(late.result)
    assert any("late: job late was not finished within 0 s" in request.message for request in engine.logged)


@pytest.mark.parametrize("by_output", [False, True])
async def test_the_time_allowed_comes_from_the_settings_otherwise(by_output: bool) -> None:
    engine = Engine()
    use_monitor(job_timeout=SOON)
    nothing: pulumi.Output[Any] = pulumi.Output.from_input(None)
    late = Thing("late", scripted(late="running"), Waiting(timeout=nothing if by_output else None))
    with pytest.raises(pulumi.RunError, match="late failed"):
        await value(late.result)
    assert any("was not finished within 0 s" in request.message for request in engine.logged)


@pytest.mark.parametrize(
    ("seen", "known_value", "done_value"),
    [
        (Seen[str](None, is_done=False), UNKNOWN, UNKNOWN),
        (Seen("record", is_done=False), "RECORD", UNKNOWN),
        (Seen("record", is_done=True), "RECORD", "RECORD"),
        # aiWARE has forgotten the record, but what it made is there.
        (Seen[str](None, is_done=True), None, None),
    ],
)
def test_what_is_known_when(seen: Seen[str], known_value: Any, done_value: Any) -> None:
    assert seen.known(str.upper) is known_value or seen.known(str.upper) == known_value
    assert seen.when_done(str.upper) is done_value or seen.when_done(str.upper) == done_value
