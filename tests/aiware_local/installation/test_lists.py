"""Pages, orders and filters of lists."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_local.installation.errors import ApiError
from aiware_local.installation.lists import matches, ordered, page, within


def test_page() -> None:
    assert page(range(5), {"offset": 3, "limit": 4}) == {"records": [3, 4], "offset": 3, "limit": 4, "count": 2}
    assert page(range(99), {})["count"] == 30
    assert page(range(99), {"limit": None, "offset": None}, default_limit=100)["count"] == 99
    for wrong in ({"limit": 0}, {"limit": 1001}, {"offset": -1}):
        with pytest.raises(ApiError):
            page([], wrong)


def test_order_by_several_keys_and_missing_values() -> None:
    records: list[dict[str, Any]] = [{"a": 1, "b": "x"}, {"a": None, "b": "y"}, {"a": 1, "b": "a"}]
    keys = [{"field": "a", "direction": "desc"}, {"field": "b", "direction": "asc"}]
    assert [record["b"] for record in ordered(records, keys)] == ["a", "x", "y"]


def test_windows() -> None:
    def window(**bounds: Any) -> list[dict[str, Any]]:
        return [{"field": "t", **bounds}]

    assert within({"t": 5}, window(fromDateTime=5, toDateTime=5))
    assert not within({"t": 5}, window(fromDateTime=5, fromDateTimeExclusive=True))
    assert not within({"t": 5}, window(toDateTime=5, toDateTimeExclusive=True))
    assert not within({"t": None}, window(fromDateTime=1))
    assert within({"t": None}, window())
    assert within({"t": None}, None)


@pytest.mark.parametrize(
    ("value", "wanted", "how", "result"),
    [
        ("Team", "team", "exact", False),
        ("Team", "Team", "exact", True),
        ("Team", "EA", "contains", True),
        ("Team", "te", "startsWith", True),
        ("Team", "te", "endsWith", False),
        (None, "a", "contains", False),
    ],
)
def test_matching(value: str | None, wanted: str, how: str, result: bool) -> None:
    assert matches(value, wanted, how) is result
