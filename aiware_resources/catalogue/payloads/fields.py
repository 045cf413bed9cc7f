"""Does a value suit a custom field of an engine?

What the catalogue says of a field is all that is known of it, so whatever the catalogue leaves open is accepted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from aiware_resources.api import EngineFieldRecord
from aiware_resources.reconcile import Path
from aiware_resources.text.secret_words import names_secret
from aiware_resources.text.words import near

_MOST_OPTIONS = 12
"""How many options of a picklist a message lists."""

_LONGEST = 40
"""How much of a value a message quotes."""


def objections(field: EngineFieldRecord, value: Any) -> Iterator[tuple[Path, str]]:
    """What is wrong with a value.

    Args:
        field: The field, as the catalogue describes it.
        value: The value that a payload has for it; not null.

    Yields:
        The path below the value, and what is wrong and what to do about it.
    """
    if field.type == "MultiPicklist" and isinstance(value, list):
        for index, item in enumerate(value):
            if item is not None and (reason := _option(field, item)):
                yield (index,), reason
    elif reason := _objection(field, value):
        yield (), reason


def _objection(field: EngineFieldRecord, value: Any) -> str | None:
    match field.type:
        case "Number":
            return _number(field, value)
        case "Picklist":
            return _option(field, value)
        case "MultiPicklist":
            return f"must be a list with any of: {_listed(field)}"
        # No type describes objects, so an engine that takes one calls its field text.
        case "Text" | "SchemaSelection" if not isinstance(value, str | dict):
            hint = "" if isinstance(value, list) else ": write it in quotes"
            return f"must be text, but is {_kind(value)}{hint}"
    return None


def _number(field: EngineFieldRecord, value: Any) -> str | None:
    number = _as_number(value)
    if number is None:
        return f"must be a number{_bounds(field)}, but is {_quoted(field, value)}"
    low, high = field.min, field.max
    if low is not None and number < low:
        return f"must be a number{_bounds(field)}, but is {_quoted(field, value)}: give {_plain(low)} or more"
    if high is not None and number > high:
        return f"must be a number{_bounds(field)}, but is {_quoted(field, value)}: give {_plain(high)} or less"
    if field.step and not _on_step(number, field.step, low):
        lower = math.floor((number - (low or 0)) / field.step) * field.step + (low or 0)
        steps = [_plain(each) for each in (lower, lower + field.step) if high is None or each <= high]
        return f"must go in steps of {_plain(field.step)}, but is {_quoted(field, value)}: give {' or '.join(steps)}"
    return None


def _as_number(value: Any) -> float | None:
    """A number, also when it is written as text: aiWARE's own examples do so."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _on_step(number: float, step: float, low: float | None) -> bool:
    """Whether steps lead to a number, from the minimum or from zero: which of the two aiWARE means, it does not say."""
    counts = ((number - (low or 0)) / step, number / step)
    return any(math.isinf(count) or math.isclose(count, round(count), abs_tol=1e-6) for count in counts)


def _option(field: EngineFieldRecord, value: Any) -> str | None:
    if isinstance(value, list | dict):
        return f"must be one of: {_listed(field)}; it is {_kind(value)}"
    text = _text(value)
    values = [option.value for option in field.options]
    if not values or text in values:
        return None
    labeled = [option.value for option in field.options if (option.key or "").casefold() == text.casefold()]
    meant = labeled or near(text, values)
    hint = f"; did you mean {meant[0]}?" if meant else ""
    return f"must be one of: {_listed(field)}; it is {_quoted(field, value)}{hint}"


def _text(value: Any) -> str:
    """A value as the catalogue writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bounds(field: EngineFieldRecord) -> str:
    low, high = field.min, field.max
    if low is not None and high is not None:
        return f" from {_plain(low)} to {_plain(high)}"
    if low is not None:
        return f" of at least {_plain(low)}"
    return f" of at most {_plain(high)}" if high is not None else ""


def _listed(field: EngineFieldRecord) -> str:
    values: Sequence[str] = [option.value for option in field.options]
    rest = len(values) - _MOST_OPTIONS
    return ", ".join(values[:_MOST_OPTIONS]) + (f" and {rest} more" if rest > 0 else "")


def _plain(number: float | None) -> str:
    return f"{number:.10g}"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else "a number"


def _quoted(field: EngineFieldRecord, value: Any) -> str:
    """A value for a message: shortened, and not at all when it may be a secret."""
    if isinstance(value, list | dict):
        return _kind(value)
    if names_secret(field.name) or field.name.lower().endswith("key"):
        return "another value"
    text = _text(value)
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    return f'"{short}"' if isinstance(value, str) else short
