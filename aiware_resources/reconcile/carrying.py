"""What Pulumi cannot carry from a program to a provider, and would change or drop without a word.

Every number crosses as a double, which holds whole numbers below 2**53 only. A key of an object whose value is null
does not arrive at all. Numbers are judged where they arrive, in ``check``; all else, in the program, is gone by then.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from inspect import isawaitable
from typing import Any

import pulumi

from aiware_resources.api.json_text import MOST_NESTED
from aiware_resources.reconcile.paths import Path, text
from aiware_resources.reconcile.schema import INTERNAL_PREFIX, Problem

LARGEST = 1 << 53
"""From here on two whole numbers can be one double."""

TOO_LARGE = (
    "is a number of 2**53 (9007199254740992) or more, whose last digits get lost on the way through Pulumi: write it "
    "as text"
)
NO_NUMBER = "is infinite or not a number, which JSON cannot say: leave it out, or write it as text"
NULL = "is null, and Pulumi drops such a key on the way to aiWARE: leave it out, or give it a value"
NO_TEXT = "has a key that is not text, and JSON has no other: write it as text"
NO_JSON = "is a date or time where any JSON may stand: write it as text, such as value.isoformat()"
NO_RESOURCE = "is a resource: give one of its outputs, such as its id"
NO_VALUE = "is of the type {}, which JSON does not have: give text, a number, true or false, a list or an object"
HALF = "has half a character in it (a lone surrogate), which no text can be sent with: leave it out"
TOO_DEEP = f"is nested more than {MOST_NESTED} deep: make it flatter, or write it as text"

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MOST = 20
"""So many numbers are told."""


def number_problems(value: Any) -> list[Problem]:
    """The numbers, at any depth of the properties of a resource, that are not those that the program gave."""
    found = list(_numbers(value, ()))
    more = len(found) - _MOST
    return found if more <= 0 else [*found[:_MOST], Problem(found[_MOST].path, f"and {more - 1} more: {TOO_LARGE}")]


def is_lost(value: Any) -> bool:
    """Whether a number does not get through Pulumi as it is."""
    return isinstance(value, int | float) and (not math.isfinite(value) or abs(value) >= LARGEST)


def null_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The keys, at any depth of a JSON value, that are null."""
    if isinstance(value, dict):
        for key, item in value.items():
            if item is None:
                yield (*path, key)
            yield from null_paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from null_paths(item, (*path, index))


def carried(value: Any, path: Path, *, with_nulls: bool = False) -> Any:
    """A value as it is, once it is certain that all of it gets to the provider, what is not known yet included.

    Args:
        value: A property's value; it may be or contain Outputs at any depth.
        path: Where it stands.
        with_nulls: Whether it does not matter that keys get lost whose value is null.

    Raises:
        pulumi.RunError: When a key is null or not text, or there is what JSON has no word for. In an Output, when it is
            known.
    """
    if isinstance(value, pulumi.Output):
        return value.apply(lambda known: carried(known, path, with_nulls=with_nulls))
    if len(path) > MOST_NESTED:
        raise _refused(path[:_MOST], TOO_DEEP)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise _refused(path, NO_TEXT)
        one = carried if with_nulls else _member
        return {key: one(item, (*path, key), with_nulls=with_nulls) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [carried(item, (*path, index), with_nulls=with_nulls) for index, item in enumerate(value)]
    if isinstance(value, int) and value.bit_length() > 1023:  # a double cannot hold it at all
        raise _refused(path, TOO_LARGE)
    if isinstance(value, str) and _SURROGATE.search(value):
        raise _refused(path, HALF)
    if value is None or isinstance(value, str | int | float) or isawaitable(value):
        return value
    if isinstance(value, date | time):
        raise _refused(path, NO_JSON)
    raise _refused(path, NO_RESOURCE if isinstance(value, pulumi.Resource) else NO_VALUE.format(type(value).__name__))


def _member(value: Any, path: Path, *, with_nulls: bool) -> Any:
    if value is None:
        raise _refused(path, NULL)
    if isinstance(value, pulumi.Output):
        return value.apply(lambda known: _member(known, path, with_nulls=with_nulls))
    return carried(value, path, with_nulls=with_nulls)


def _refused(path: Path, reason: str) -> pulumi.RunError:
    return pulumi.RunError(f"{path[0]}: {text(path[1:])} {reason}.")


def _numbers(value: Any, path: Path) -> Iterator[Problem]:
    if isinstance(value, dict):
        for key, item in value.items():
            if path or not str(key).startswith(INTERNAL_PREFIX):
                yield from _numbers(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _numbers(item, (*path, index))
    elif is_lost(value):
        yield Problem(path, TOO_LARGE if math.isfinite(value) else NO_NUMBER)
