"""What Pulumi would change or drop on the way from a program to a provider is refused."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pulumi
import pytest

from aiware_resources.reconcile import path_text
from aiware_resources.reconcile.carrying import carried, number_problems

BIG = 2**53


def nested(depth: int) -> list[Any]:
    return [nested(depth - 1)] if depth else []


class Color(Enum):
    RED = "red"


class Word(StrEnum):
    A = "a"


@pytest.mark.parametrize("number", [BIG, float(BIG), -BIG, 10**19, 1e300, float("nan"), float("-inf")])
def test_numbers_that_are_not_those_of_the_program_are_found_at_any_depth(number: float) -> None:
    value = {"a": {"b": [0, {"c": number}]}, "__owner": number}
    assert [path_text(problem.path) for problem in number_problems(value)] == ["a.b[1].c"]


@pytest.mark.parametrize("number", [BIG - 1, 1 - BIG, 0, 1.5, True, str(BIG)])
def test_numbers_that_get_through_are_fine(number: Any) -> None:
    assert number_problems({"a": number}) == []


def test_of_many_numbers_the_first_are_told() -> None:
    found = number_problems({"a": [BIG] * 50})
    assert (len(found), found[-1].reason[:11]) == (21, "and 29 more")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": None}, "payload.a is null"),
        ({"a": [{"b": None}]}, r"payload.a\[0\].b is null"),
        ([{"a": datetime(2026, 1, 1, tzinfo=UTC)}], r"payload\[0\].a is a date or time"),
        ({"a": date(2026, 1, 1)}, "payload.a is a date or time"),
        ({"a": time(4, 30)}, "payload.a is a date or time"),
        ({"a": 10**400}, "payload.a is a number of"),
        ({"a": "b\ud83d"}, "payload.a has half a character in it"),
        ({"a": b"b"}, "payload.a is of the type bytes, which JSON does not have: give text"),
        ({"a": [UUID(int=1)]}, r"payload.a\[0\] is of the type UUID"),
        ({"a": Decimal("1.5")}, "payload.a is of the type Decimal"),
        ({"a": Path("b")}, "payload.a is of the type (Posix|Windows)Path"),
        ({"a": {1, 2}}, "payload.a is of the type set"),
        ({"a": Color.RED}, "payload.a is of the type Color"),
        (nested(150), r"payload\[0\]\[0\].* is nested more than 100 deep"),
        ({"a": {1: "b"}}, "payload.a has a key that is not text"),
    ],
)
def test_what_would_not_arrive_is_refused(value: Any, said: str) -> None:
    with pytest.raises(pulumi.RunError, match=rf"^Job j: {said}"):
        carried(value, ("Job j", "payload"))


def test_what_is_never_sent_may_have_nulls_and_nothing_else() -> None:
    assert carried({"a": None, "b": [{"c": None}]}, ("Job j", "triggers"), with_nulls=True) == {
        "a": None,
        "b": [{"c": None}],
    }
    with pytest.raises(pulumi.RunError, match=r"^Job j: triggers\[0\] is of the type UUID"):
        carried([UUID(int=1)], ("Job j", "triggers"), with_nulls=True)


@pytest.mark.parametrize("value", [None, 1, "a", {"a": [None, {"b": []}]}, {"a": BIG}, (1, 2), Word.A])
def test_all_else_stays_as_it_is(value: Any) -> None:
    assert carried(value, ("Job j", "payload")) == (list(value) if isinstance(value, tuple) else value)


@pytest.mark.parametrize("inner", [None, {"b": None}])
def test_outputs_are_judged_when_they_are_known(inner: Any) -> None:
    async def resolved() -> Any:
        later = carried({"a": pulumi.Output.from_input(inner)}, ("Job j", "payload"))
        return await later["a"].future()

    with pytest.raises(pulumi.RunError, match="null"):
        asyncio.run(resolved())
