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
