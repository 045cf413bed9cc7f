"""One poll for all that watch the same, and none when nobody does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from aiware_resources.console.live import Live, Seen
from aiware_resources.errors import ServerFailure
from aiware_resources.waiting.polling import Interval

FAST = (0.01, 0.01)
PATIENCE = 5.0


class Source:
    """What is read."""

    def __init__(self) -> None:
        self.value = "queued"
        self.reads = 0
        self.broken = False

    def read(self) -> str:
        self.reads += 1
        if self.broken:
            raise ServerFailure("It is down.")
        return self.value


async def until(reached: Callable[[], bool]) -> None:
    while not reached():  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.005)


async def test_it_is_shown_at_once_and_when_it_changes() -> None:
    source, seen = Source(), list[Seen[str]]()
    watching = await Live().watch("job", source.read, Interval(*FAST), seen.append, PATIENCE)
    assert seen[-1] == Seen("queued")
    source.value = "complete"
    await until(lambda: seen[-1] == Seen("complete"))
    watching.end()


async def test_those_who_watch_the_same_share_one_poll() -> None:
    live, source = Live(), Source()
    first, second = list[Seen[str]](), list[Seen[str]]()
    slow = Interval(600, 600)
    one = await live.watch("job", source.read, slow, first.append, PATIENCE)
    other = await live.watch("job", source.read, slow, second.append, PATIENCE)
    assert (source.reads, second[-1]) == (1, Seen("queued"))
    one.end()
    source.value = "running"
    other.look_now()
    await until(lambda: second[-1] == Seen("running"))
    assert first[-1] == Seen("queued")
    other.end()


async def test_nothing_is_read_when_nobody_watches() -> None:
    source = Source()
    watching = await Live().watch("job", source.read, Interval(*FAST), lambda _: None, PATIENCE)
    watching.end()
    watching.end()
    await asyncio.sleep(0)
    before = source.reads
    await asyncio.sleep(0.05)
    assert source.reads == before


async def test_what_was_seen_stays_while_it_cannot_be_read() -> None:
    source, seen = Source(), list[Seen[str]]()
    watching = await Live().watch("job", source.read, Interval(*FAST), seen.append, PATIENCE)
    source.broken = True
    await until(lambda: seen[-1].error is not None)
    assert seen[-1].value == "queued"
    source.broken = False
    await until(lambda: seen[-1] == Seen("queued"))
    watching.end()


async def test_a_page_does_not_wait_for_an_answer_that_takes_long() -> None:
    going_on = asyncio.Event()
    loop = asyncio.get_running_loop()

    def read() -> str:
        asyncio.run_coroutine_threadsafe(going_on.wait(), loop).result()
        return "late"

    seen = list[Seen[str]]()
    watching = await Live().watch("job", read, Interval(*FAST), seen.append, 0.01)
    assert seen == [Seen()]
    going_on.set()
    await until(lambda: seen[-1] == Seen("late"))
    watching.end()


async def test_the_end_waits_for_answers_that_are_under_way() -> None:
    live, answered = Live(), list[str]()
    going_on = threading.Event()

    def read() -> str:
        going_on.wait()
        answered.append("late")
        raise ServerFailure("It is down.")

    await live.watch("job", read, Interval(*FAST), lambda _: None, 0.01)
    asyncio.get_running_loop().call_later(0.05, going_on.set)
    await live.end()
    assert answered == ["late"]


async def test_a_mistake_is_shown_without_what_it_says_and_the_poll_goes_on() -> None:
    source, seen = Source(), list[Seen[str]]()

    def read() -> str:
        if source.broken:
            raise ValueError("sekrit")
        return source.read()

    watching = await Live().watch("job", read, Interval(*FAST), seen.append, PATIENCE)
    source.broken = True
    await until(lambda: str(seen[-1].error) == "This could not be read: ValueError.")
    source.broken = False
    await until(lambda: seen[-1] == Seen("queued"))
    watching.end()


async def test_a_poll_ends_with_the_page_that_is_given_up_while_it_waits() -> None:
    live, source, going_on = Live(), Source(), threading.Event()

    def read() -> str:
        going_on.wait()
        return source.read()

    making = asyncio.create_task(live.watch("job", read, Interval(*FAST), lambda _: None, PATIENCE))
    await asyncio.sleep(0)
    making.cancel()
    await asyncio.wait([making])
    going_on.set()
    other = await live.watch("job", lambda: "of another poll", Interval(*FAST), lambda _: None, PATIENCE)
    assert other.poll.seen == Seen("of another poll")
    other.end()


async def test_a_poll_ends_with_the_page_that_cannot_show_what_it_reads() -> None:
    live, source = Live(), Source()

    def show(_: Seen[str]) -> None:
        raise KeyError("sekrit")

    with pytest.raises(KeyError):
        await live.watch("job", source.read, Interval(*FAST), show, PATIENCE)
    other = await live.watch("job", lambda: "of another poll", Interval(*FAST), lambda _: None, PATIENCE)
    assert other.poll.seen == Seen("of another poll")
    other.end()


async def test_a_page_that_cannot_show_something_says_so_and_the_others_go_on() -> None:
    live, source = Live(), Source()
    said, seen = list[str](), list[Seen[str]]()

    def show(shown: Seen[str]) -> None:
        if shown.error is not None:
            said.append(str(shown.error))
        elif shown.value == "odd":
            raise KeyError("sekrit")

    one = await live.watch("job", source.read, Interval(*FAST), show, PATIENCE)
    other = await live.watch("job", source.read, Interval(*FAST), seen.append, PATIENCE)
    source.value = "odd"
    await until(lambda: seen[-1] == Seen("odd"))
    assert said[0] == "This could not be shown: KeyError."
    source.value = "complete"
    await until(lambda: seen[-1] == Seen("complete"))
    one.end()
    other.end()
