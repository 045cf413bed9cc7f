"""Thousands of things are done side by side, and few of them are held at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from aiware_resources.fleet.parallel import in_parallel


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(in_parallel(lambda number: number * 2, range(1000), 3)) == list(range(0, 2000, 2))
    assert list(in_parallel(str, [], 3)) == []


def test_few_items_are_handed_out_before_the_first_of_them_is_done() -> None:
    go_on = threading.Event()
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(5000):
            taken += 1
            if taken == 64:
                go_on.set()
            yield number

    def work(number: int) -> int:
        assert number or go_on.wait(30)
        return number

    found = in_parallel(work, items(), 2)
    assert next(found) == 0
    assert taken <= 129
    assert sum(1 for _ in found) == 4999


def test_after_an_error_nothing_more_is_begun() -> None:
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        raise ValueError(number)

    with pytest.raises(ValueError, match="0"):
        list(in_parallel(work, range(5000), 1))
    assert len(begun) <= 64
