"""Comparing text as the filters by name and tag do (StringMatch)."""

from __future__ import annotations

from collections.abc import Callable

_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
    "exact": str.__eq__,
}


def matches(value: str | None, wanted: str, how: str) -> bool:
    """Whether a value matches.

    Args:
        value: the object's name or tag.
        wanted: what the filter asks for.
        how: the StringMatch. `exact` looks at capitals, the others do not.
    """
    if value is None:
        return False
    if how == "exact":
        return value == wanted
    return _MATCHES[how](value.lower(), wanted.lower())
