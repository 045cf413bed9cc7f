"""The Retry-After header in its two forms, and what is neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiware_resources.api.failures import retry_after_seconds

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@given(st.integers(0, 86_400))
def test_seconds_are_read(seconds: int) -> None:
    assert retry_after_seconds(f" {seconds} ") == seconds


@given(st.integers(-(10**6), 86_400))
def test_dates_are_read_and_the_past_means_now(seconds: int) -> None:
    header = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after_seconds(header, NOW) == max(0, seconds)


def test_a_date_without_a_zone_is_in_utc() -> None:
    assert retry_after_seconds("Tue, 24 Nov 2026 09:00:07 -0000", NOW) == 7


def test_the_clock_is_used_when_no_time_is_given() -> None:
    assert retry_after_seconds("Tue, 24 Nov 1998 09:00:07 GMT") == 0


@pytest.mark.parametrize(
    "header",
    ["86401", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT", "Tue, 24 Nov 2026 09:00:07 +99999999999999999999"],
)
def test_a_wait_of_more_than_a_day_is_a_mistake(header: str) -> None:
    assert retry_after_seconds(header, NOW) is None


@pytest.mark.parametrize("header", [None, "", "soon", "-5", "1.5", "Tue, 99 Nov 2026 09:00:07 GMT", "١٢"])
def test_what_makes_no_sense_is_passed_over(header: str | None) -> None:
    assert retry_after_seconds(header) is None
