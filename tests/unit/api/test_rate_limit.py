"""The rate limit: what is learned of it, and that nothing is sent too early, to a server that counts as aiWARE does."""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiware_resources import errors
from aiware_resources.api.failures import Cause, Failure
from aiware_resources.api.rate_limit import LONGEST_CLOSED, WINDOW, Permit, RateLimit

NOON = 1_800_000_000.0


LOST = Failure(Cause.UNREACHED, errors.NotSent, "No answer.")


def one_too_many(retry_after: float | None) -> Failure:
    return Failure(Cause.LIMITED, errors.RateLimited, "Not now.", status=429, retry_after=retry_after)


@dataclass
class Server:
    """Counts requests in windows of ten seconds, as aiWARE's documentation says.

    Attributes:
        limit: Requests that it lets through in a window.
        begins: When its windows begin, within ten seconds.
        counts: Requests by window.
        refusals: When a refusal was heard of, and until when it held.
        early: Requests that were sent before the time that had been named.
    """

    limit: int
    begins: float = 0.0
    counts: Counter[int] = field(default_factory=Counter)
    refusals: list[tuple[float, float]] = field(default_factory=list)
    early: list[float] = field(default_factory=list)

    def retry_after(self, sent: float, heard: float) -> int | None:
        """None if a request may pass, else the seconds until the window ends; it takes half the time to get there."""
        self.early += [sent for told, until in self.refusals if told < sent < until]
        came = (sent + heard) / 2
        window = math.floor((came - self.begins) / WINDOW)
        self.counts[window] += 1
        if self.counts[window] <= self.limit:
            return None
        seconds = max(1, math.ceil((window + 1) * WINDOW + self.begins - came))
        self.refusals.append((heard, came + seconds))
        return seconds


@dataclass
class Fleet:
    """Workers that send one request after another, in a time of their own.

    Attributes:
        workers: How many send at the same time.
        takes: Seconds of a request, at the least and at the most.
        own: The user's limit.
    """

    server: Server
    workers: int = 8
    takes: tuple[float, float] = (0.02, 0.2)
    own: int | None = None
    seed: int = 1

    def send(self, requests: int, known: RateLimit) -> float:
        """Gets so many requests through, and says how long that took."""
        dice = random.Random(self.seed)  # noqa: S311 - not a secret
        turn = 0
        events: list[tuple[float, int, Permit | None]] = []
        for _ in range(self.workers):
            heapq.heappush(events, (NOON, turn := turn + 1, None))
        now = NOON
        while requests > 0:
            now, _, permit = heapq.heappop(events)
            if permit is not None:
                refused = self.server.retry_after(permit.at, now)
                if refused is None:
                    requests -= 1
                    known.note(now, permit, None)
                else:
                    known.note(now, permit, one_too_many(refused))
            step = known.take(now, self.own)
            if isinstance(step, Permit):
                heapq.heappush(events, (now + dice.uniform(*self.takes), turn := turn + 1, step))
            else:
                assert step > 0, "it would wait busily"
                heapq.heappush(events, (now + step, turn := turn + 1, None))
        return now - NOON


def test_nothing_is_held_back_while_nothing_is_known() -> None:
    known = RateLimit()
    assert all(isinstance(known.take(NOON), Permit) for _ in range(10_000))
    assert known.learned(NOON) == 0


@pytest.mark.parametrize("limit", [12, 20, 100])
@pytest.mark.parametrize("begins", [0.0, 3.3, 9.9])
def test_a_limit_is_learned_with_few_refusals_and_used_well(limit: int, begins: float) -> None:
    server = Server(limit, begins)
    known = RateLimit()
    seconds = Fleet(server).send(15 * limit, known)
    assert server.early == []
    # At first all that are under way at once, then one by one, and ever more seldom.
    assert len(server.refusals) <= 8 + 12
    assert seconds <= 15 * WINDOW * 1.1
    assert abs(known.learned(NOON + seconds) - limit) <= max(1, limit // 10)


@pytest.mark.parametrize("limit", [1, 3])
def test_a_tiny_limit_is_tried_in_every_window(limit: int) -> None:
    server = Server(limit)
    seconds = Fleet(server).send(15 * limit, RateLimit())
    assert server.early == []
    assert len(server.refusals) <= 8 + 3 * 15
    assert seconds <= 15 * WINDOW * 1.1


@pytest.mark.parametrize("begins", [0.0, 3.3, 9.9])
def test_a_limit_that_the_user_gives_is_never_met(begins: float) -> None:
    server = Server(20, begins)
    seconds = Fleet(server, own=20).send(300, RateLimit())
    assert server.refusals == []
    assert seconds <= 15 * WINDOW * 1.1


def test_a_limit_of_the_users_above_that_of_aiware_does_not_count() -> None:
    server = Server(20)
    known = RateLimit()
    Fleet(server, own=500).send(300, known)
    assert known.learned(NOON + 160) in range(19, 23)
    assert len(server.refusals) <= 14


def test_a_limit_that_is_raised_is_found_out() -> None:
    server = Server(20)
    known = RateLimit()
    Fleet(server).send(200, known)
    server.limit = 60
    late = NOON + 2000
    # Every second a request, as fast as it goes beyond.
    while known.learned(late) < 60 and late < NOON + 2060:
        permit = known.take(late)
        if isinstance(permit, Permit):
            assert server.retry_after(late, late) is None
            known.note(late, permit, None)
        late += 0.1
    assert known.learned(late) == 60


def test_a_single_refusal_is_no_limit() -> None:
    known = RateLimit()
    permits = [known.take(NOON) for _ in range(5)]
    assert isinstance(permits[-1], Permit)
    known.note(NOON + 0.1, permits[-1], one_too_many(1))
    assert known.take(NOON + 0.2) == pytest.approx(0.9)
    # It was not aiWARE's limit: what follows is let through, one after the other at first.
    now = NOON + 1.1
    sent = 0
    while now < NOON + 6:
        permit = known.take(now)
        if isinstance(permit, Permit):
            sent += 1
            known.note(now, permit, None)
        now += 0.02
    assert sent == pytest.approx(245, abs=2)


def test_who_uses_the_limit_up_elsewhere_teaches_nothing() -> None:
    known = RateLimit()
    permit = known.take(NOON)
    assert isinstance(permit, Permit)
    known.note(NOON + 0.1, permit, one_too_many(5))
    assert known.learned(NOON + 0.1) == 0
    assert known.take(NOON + 0.1) == pytest.approx(5)


def test_a_request_beyond_the_limit_is_alone() -> None:
    known = RateLimit()
    permits = [known.take(NOON) for _ in range(11)]
    assert isinstance(permits[-1], Permit)
    known.note(NOON + 0.1, permits[-1], one_too_many(1))
    later = NOON + 1.2
    within = [known.take(later) for _ in range(10)]
    assert [permit.is_probe for permit in within if isinstance(permit, Permit)] == [False] * 10
    probe = known.take(later)
    assert isinstance(probe, Permit)
    assert probe.is_probe
    assert known.take(later) == 0.25
    # Its process may have died; then others go on after a while.
    known.note(later, probe, LOST)
    again = known.take(later)
    assert isinstance(again, Permit)
    assert isinstance(known.take(later + 9), float)


def test_an_absurd_request_to_wait_is_bounded() -> None:
    known = RateLimit()
    known.note(NOON, Permit(NOON), one_too_many(1e12))
    assert known.take(NOON) == LONGEST_CLOSED
    known.note(NOON, Permit(NOON), one_too_many(-5))
    assert known.take(NOON) == LONGEST_CLOSED


times = st.floats(0, 2 * NOON, allow_nan=False) | st.floats(NOON - 3600, NOON + 3600)
counts = st.dictionaries(st.integers(int(NOON * 4) - 100, int(NOON * 4) + 100) | st.integers(), st.integers())
anything = st.builds(
    RateLimit,
    **dict.fromkeys(("closed_until", "opened", "heard", "rest", "probe_at", "probing_until"), times),
    limit=st.integers(),
    granted=counts,
    refused=counts,
)


@given(anything, st.integers(1, 100) | st.none())
def test_what_makes_no_sense_does_no_harm(known: RateLimit, own: int | None) -> None:
    now = NOON
    for _ in range(3):
        step = known.take(now, own)
        while not isinstance(step, Permit):
            assert 0 < step <= LONGEST_CLOSED
            now += step
            step = known.take(now, own)
        known.note(now, step, None)
        known.note(now + 0.1, step, one_too_many(2))
        assert known.learned(now) >= 0
        now += 3
