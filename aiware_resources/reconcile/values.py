"""The value types of aiWARE inputs, with the normal form in which two spellings of one value are equal.

Each type is a pydantic annotation: validating gives the Python value and a clear error, dumping gives the normal form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, Strict

from aiware_resources.text.times import format_time, parse_time

T = TypeVar("T")

_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?")
_UNITS = {"": 1, "b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40}


def whole_numbers(value: Any) -> Any:
    """Turns floats without a fraction back into ints, at any depth.

    Every number crosses the engine as a double, so a program's 20 arrives in a provider as 20.0.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole_numbers(item) for item in value]
    return value


def parse_size(value: Any) -> int:
    """Reads a size as createCluster takes it: bytes, or text with a unit such as ``1024mb`` or ``20gb``.

    Returns:
        The size in bytes; units are powers of 1024.

    Raises:
        ValueError: When the value is not a size, or not positive.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?b?)\s*", str(value).lower())
    unit = found and (found[2] if found[2].endswith("b") or not found[2] else found[2] + "b")
    if not found or unit not in _UNITS or float(found[1]) <= 0:
        raise ValueError('is not a size: give bytes, or a number with a unit, such as "1024mb" or "20gb"')
    return round(float(found[1]) * _UNITS[unit])


def _identifier(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _not_empty(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty: give a value")
    return value


def _fits_32_bits(value: int) -> int:
    if not -(2**31) <= value < 2**31:
        raise ValueError(f"does not fit 32 bits: give a number from {-(2**31)} to {2**31 - 1}")
    return value


def not_negative(value: int) -> int:
    """Refuses what counts less than nothing.

    Raises:
        ValueError: It is below zero.
    """
    if value < 0:
        raise ValueError(f"is {value}: give 0 or more")
    return value


def _time_of_day(value: str) -> str:
    if not _TIME_OF_DAY.fullmatch(value):
        raise ValueError('is not a time of day: give one such as "04:00" or "04:00:30"')
    return value


def _well_formed(value: str) -> str:
    try:
        # Looking at the port is what finds one that is none.
        urlsplit(value).port  # noqa: B018
    except ValueError as error:
        raise ValueError(f"is not an address ({error}): mend it") from error
    return value


def in_any_order(props: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Properties in normal form, with the lists under these keys in the one order that equal ones have."""
    return {key: _sorted(value) if key in keys and isinstance(value, list) else value for key, value in props.items()}


def _sorted(value: Sequence[Any] | None) -> list[Any] | None:
    return (
        None if value is None else sorted(value, key=lambda item: json.dumps(_plain(item), sort_keys=True, default=str))
    )


def _plain(item: Any) -> Any:
    return item.model_dump(mode="json", by_alias=True) if hasattr(item, "model_dump") else item


Identifier = Annotated[str, BeforeValidator(_identifier), AfterValidator(_not_empty)]
"""An aiWARE ID: opaque text; integers are accepted, as the API accepts them."""

Int32 = Annotated[int, BeforeValidator(whole_numbers), Strict(), AfterValidator(_fits_32_bits)]
"""A whole number as GraphQL has it: of 32 bits, and never given as text."""

Count = Annotated[Int32, AfterValidator(not_negative)]
"""A number of things, bytes or milliseconds."""

Flag = Annotated[bool, Strict()]
"""True or false as GraphQL has it: never given as a number or text."""

Name = Annotated[str, AfterValidator(_not_empty)]

TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
"""A time of day, in UTC where nothing else is said: ``04:00``."""

Address = Annotated[str, AfterValidator(_not_empty), AfterValidator(_well_formed)]
"""Where something is: a URL, or a path that aiWARE can read."""

Timestamp = Annotated[
    datetime, BeforeValidator(parse_time), PlainSerializer(format_time, return_type=str, when_used="json")
]
"""A point in time; equal across ISO text, seconds and milliseconds."""

ByteSize = Annotated[int, BeforeValidator(parse_size)]
"""A size; ``"20gb"`` equals the number of bytes that the server answers."""

OrderFree = Annotated[T, AfterValidator(_sorted)]
"""A list whose order does not matter to aiWARE."""
