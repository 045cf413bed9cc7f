"""Picking one property out of JSON, as the `path` argument of details does."""

from __future__ import annotations

from typing import Any


def pick(value: Any, path: str | None) -> Any:
    """The value at a path of keys and list positions joined by dots; None where it leads nowhere."""
    for step in path.split(".") if path else []:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
