"""The time between two looks adapts."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiware_resources.waiting.polling import GROWTH, Interval

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Busy machines are slow; that is nothing to fail for."""

SECONDS = st.floats(0.001, 1000)


@UNHURRIED
@given(SECONDS, SECONDS, st.lists(st.booleans(), max_size=40))
def test_it_stays_within_its_bounds_and_starts_again_on_a_change(one: float, other: float, looks: list[bool]) -> None:
    interval = Interval(min(one, other), max(one, other))
    for changed in looks:
        before = interval.seconds
        interval.after(changed=changed)
        assert interval.shortest <= interval.seconds <= interval.longest
        if changed:
            assert interval.seconds == interval.shortest
        else:
            assert interval.seconds >= before


@UNHURRIED
@given(SECONDS, st.floats(1, 10_000))
def test_it_reaches_the_longest_in_few_looks(shortest: float, factor: float) -> None:
    interval = Interval(shortest, shortest * factor)
    for _ in range(math.ceil(math.log(factor, GROWTH)) + 1):
        interval.after(changed=False)
    assert interval.seconds == pytest.approx(interval.longest)


@UNHURRIED
@given(SECONDS, st.lists(SECONDS, max_size=5), st.lists(SECONDS, max_size=5))
def test_it_ends_no_later_than_without_knowing_how_long_others_took(
    seconds: float, lengths: list[float], started: list[float]
) -> None:
    interval, now = Interval(seconds, seconds), 500.0
    for length in lengths:
        interval.ended_after(length)
    assert now < interval.due(now, started) <= now + seconds


@pytest.mark.parametrize(
    ("lengths", "due"),
    [([], 12.0), ([4.0], 10.4), ([7.0, 4.0], 10.4), ([7.0], 12.0), ([3.0], 12.0)],
    ids=["unknown", "within the interval", "the quickest counts", "after the interval", "overdue"],
)
def test_it_ends_when_the_last_object_should_have_ended(lengths: list[float], due: float) -> None:
    interval = Interval(2.0, 30.0)
    for length in lengths:
        interval.ended_after(length)
    assert interval.due(10.0, [1.0, 6.0]) == pytest.approx(due)
