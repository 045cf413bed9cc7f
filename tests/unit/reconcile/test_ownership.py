"""Whose an object is: markers, and the register of what is held."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from aiware_resources.api.server_time import note
from aiware_resources.errors import NotAllowed
from aiware_resources.job import JobProvider, JobState
from aiware_resources.reconcile import (
    CLOCK_SKEW,
    MARKER_KEY,
    Schema,
    marked,
    marker_in,
    marker_of,
    unmarked,
    with_marker,
    without_marker,
)
from aiware_resources.reconcile.holders import Holder, Owned
from aiware_resources.reconcile.ownership import (
    LOOK_BACK,
    MARGIN,
    UNKNOWN_CLOCK,
    created_since,
    left_since,
    marker,
    resource_hash,
    resource_hashes,
    turn,
)

SCHEMA = Schema(JobState)
POLICIES = JobProvider.policies
PROPS: dict[str, Any] = {"__owner": "p/s/job", "targetId": "1", "tasks": [{"engineId": "e", "payload": {"url": "a"}}]}
MARK = "0123456789abcdef"


@pytest.mark.parametrize(
    "same",
    [
        {"onFailure": "keep", "timeout": 5, "wait": False, "onDestroy": "retain", "allowFailure": True},
        {"targetId": 1, "routes": [], "retries": 0},
        {"__provider": "pickled differently"},
    ],
)
def test_a_marker_does_not_depend_on_policies_and_spellings(same: dict[str, Any]) -> None:
    assert marker(SCHEMA, PROPS | same, POLICIES) == marker(SCHEMA, PROPS, POLICIES)


@pytest.mark.parametrize(
    "other",
    [
        {"__owner": "p/s/other"},
        {"__owner": "p/t/job"},
        {"targetId": "2"},
        {"tasks": [{"engineId": "e", "payload": {"url": "b"}}]},
        {"triggers": 1},
    ],
)
def test_a_marker_tells_resources_stacks_and_desired_states_apart(other: dict[str, Any]) -> None:
    assert marker(SCHEMA, PROPS | other, POLICIES) != marker(SCHEMA, PROPS, POLICIES)


def test_a_resource_in_a_component_is_known_as_it_was_before_it_was_moved_there() -> None:
    before, now = Holder("aiware:Job", "p/s/job"), Holder("aiware:Job", "p/s/job", "aiware:index:Transcription")
    assert resource_hashes(before) == [resource_hash(before)]
    assert resource_hashes(now) == [resource_hash(now), resource_hash(before)]


def test_a_marker_is_short_and_tells_nothing() -> None:
    secret = marker(SCHEMA, PROPS | {"jobConfig": {"password": "sekrit"}}, POLICIES)
    assert len(secret) == 16
    assert int(secret, 16) >= 0


@pytest.mark.parametrize("value", [None, {}, {"a": 1}])
def test_a_marker_travels_in_a_json_object_and_can_be_taken_out(value: Any) -> None:
    carrying = marked(value, MARK)
    assert marker_of(carrying) == MARK
    assert unmarked(carrying) == (value or {})
    assert MARKER_KEY not in (value or {})


@pytest.mark.parametrize("value", ["text", ["list"], 5])
def test_what_has_no_room_for_a_marker_stays_as_it_is(value: Any) -> None:
    assert marked(value, MARK) == value
    assert unmarked(value) == value
    assert marker_of(value) is None


def test_without_markers_nothing_is_added() -> None:
    assert marked({"a": 1}, None) == {"a": 1}
    assert marked(None, None) is None
    assert marker_of({MARKER_KEY: 5}) is None


def test_of_many_threads_that_ask_for_an_object_one_gets_it() -> None:
    owned = Owned()
    together = threading.Barrier(8)

    def ask(_: int) -> bool:
        together.wait()
        return owned.claim("job-1")

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ask, range(8))) == [False] * 7 + [True]
    assert owned.has("job-1")


def test_what_the_state_holds_is_not_taken_again() -> None:
    owned = Owned()
    owned.add("job-1")
    assert not owned.claim("job-1")
    assert not owned.has("job-2")


def test_what_can_be_told_apart_need_not_wait() -> None:
    with turn("jobs of one kind"), turn(None), turn(None), turn("another kind"):
        waiting = threading.Thread(target=lambda: turn("jobs of one kind").__enter__(), daemon=True)
        waiting.start()
        waiting.join(0.1)
        assert waiting.is_alive()
    waiting.join(10)
    assert not waiting.is_alive()


class Server:
    """An API of which only the clock matters."""

    def __init__(self, name: str, ahead: timedelta | None, answers: bool) -> None:
        self.url = f"https://{name}.test/v3/graphql"
        self.asked = 0
        self._ahead = ahead
        self._answers = answers

    def me(self) -> None:
        self.asked += 1
        if self._answers:
            date = (
                {} if self._ahead is None else {"Date": format_datetime(datetime.now(UTC) + self._ahead, usegmt=True)}
            )
            note(httpx.Response(403, headers=date, request=httpx.Request("POST", self.url)))
        raise NotAllowed("The token belongs to nobody.")


def server(name: str, ahead: timedelta | None, *, answers: bool = True) -> Any:
    """A server whose clock is ahead by so much; ``None`` for one that does not show the time."""
    return Server(name, ahead, answers)


def test_from_when_on_something_may_be_what_was_asked_for() -> None:
    started = datetime.now(UTC)
    known = server("two-hours-behind", timedelta(hours=-2))
    close, wide = (created_since(known, started, is_marked=marked) for marked in (False, True))
    assert abs(started - timedelta(hours=2) - MARGIN - close) <= timedelta(seconds=1)
    assert close - wide == CLOCK_SKEW - MARGIN
    assert known.asked == 1


@pytest.mark.parametrize("days", [-10, 0, 10])
def test_what_an_interrupted_run_left_is_looked_for_by_the_clock_of_the_server(days: int) -> None:
    now = datetime.now(UTC)
    since = left_since(server(f"by{days}", timedelta(days=days)), now)
    assert abs(now + timedelta(days=days) - LOOK_BACK - since) <= timedelta(seconds=2)


@pytest.mark.parametrize("answers", [True, False])
def test_where_the_server_does_not_tell_the_time_the_look_back_is_wide(answers: bool) -> None:
    now = datetime.now(UTC)
    silent = server(f"silent-{answers}", None, answers=answers)
    for _ in range(2):
        assert left_since(silent, now) == now - LOOK_BACK - UNKNOWN_CLOCK
        assert created_since(silent, now, is_marked=True) == now - UNKNOWN_CLOCK
        assert created_since(silent, now, is_marked=False) == now - CLOCK_SKEW
    # One that has answered without a time is not asked for it again.
    assert silent.asked == (1 if answers else 6)


@pytest.mark.parametrize("tags", [None, [], ["a", "b"]])
def test_a_marker_among_tags_can_be_taken_out(tags: list[str] | None) -> None:
    carrying = with_marker(tags, MARK)
    assert (marker_in(carrying), without_marker(carrying)) == (MARK, tags or [])
    assert (marker_in(tags), without_marker(tags)) == (None, tags)
    assert with_marker(tags, None) == (tags or [])
