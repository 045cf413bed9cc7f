"""Two spellings of one value are equal in normal form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from aiware_resources.reconcile.values import (
    Identifier,
    OrderFree,
    parse_size,
    whole_numbers,
)
from aiware_resources.text.times import format_time, parse_time

MOMENTS = st.datetimes(datetime(1975, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)


@given(MOMENTS)
def test_a_time_is_equal_across_its_spellings(moment: datetime) -> None:
    seconds = int(moment.timestamp())
    spellings: list[Any] = [
        moment,
        format_time(moment),
        moment.astimezone(UTC).isoformat(),
        moment.replace(tzinfo=None).isoformat(),
        seconds,
        float(seconds),
        str(seconds),
        seconds * 1000,
        float(seconds * 1000),
    ]
    assert {parse_time(spelling) for spelling in spellings} == {moment}


def test_a_time_is_written_as_aiware_writes_it() -> None:
    moment = datetime(2026, 11, 24, 9, 51, 42, tzinfo=UTC) + timedelta(milliseconds=7)
    assert format_time(moment) == "2026-11-24T09:51:42.007Z"


@pytest.mark.parametrize("wrong", ["soon", None, True, [], float("inf"), 10**30])
def test_what_is_no_time_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="is not a point in time"):
        parse_time(wrong)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("20gb", 20 << 30),
        ("20GB", 20 << 30),
        ("20 g", 20 << 30),
        ("1024mb", 1 << 30),
        ("1.5kb", 1536),
        ("512", 512),
        (512, 512),
        ("7b", 7),
        ("1tb", 1 << 40),
    ],
)
def test_a_size_is_equal_to_its_bytes(size: Any, expected: int) -> None:
    assert parse_size(size) == expected


@pytest.mark.parametrize("wrong", ["big", "20pb", "-1gb", "", 0, None, "gb"])
def test_what_is_no_size_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        parse_size(wrong)


@given(
    st.recursive(
        st.integers(-(2**53), 2**53) | st.text() | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    )
)
def test_whole_numbers_survive_the_engine(value: Any) -> None:
    crossed = whole_numbers(_as_doubles(value))
    assert crossed == value
    assert repr(crossed) == repr(value)


def test_fractions_stay() -> None:
    assert whole_numbers({"a": [1.5]}) == {"a": [1.5]}


def test_an_identifier_may_be_a_number_but_not_empty() -> None:
    adapter = TypeAdapter(Identifier)
    assert adapter.validate_python(431011721) == "431011721"
    for wrong in ("", "  ", True):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)


@given(st.permutations(["b", "a", "c"]))
def test_an_order_free_list_has_one_order(items: list[str]) -> None:
    assert TypeAdapter(OrderFree[list[str]]).validate_python(items) == ["a", "b", "c"]


def _as_doubles(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list):
        return [_as_doubles(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_doubles(item) for key, item in value.items()}
    return value
