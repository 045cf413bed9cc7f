"""Values that a preview does not know yet.

During a preview the engine hands ``check`` and ``diff`` a ``pulumi.output.Unknown`` in place of every value that only
an update can tell, at any depth and whatever the type of the property. They are cut out before anything is validated or
compared, and their paths are kept.
"""

from __future__ import annotations

from typing import Any

from pulumi.output import Unknown

from aiware_resources.reconcile.paths import Path

NOT_KNOWN: Unknown = object.__new__(Unknown)
"""A value that is not known yet; Pulumi's own class, whose initialiser does nothing and has no types."""


def cut(value: Any) -> tuple[Any, frozenset[Path]]:
    """Separates what is known from what is not.

    Args:
        value: A property value of any shape.

    Returns:
        The value without its unknown parts, and the paths where they were. An unknown dictionary entry is left out; an
        unknown list item becomes ``None``, so that its neighbors keep their places. A value without unknown parts is
        the same object.
    """
    if not _is_partly_unknown(value):
        # An update knows nearly everything, and to note the path of each part takes long.
        return value, frozenset()
    found: set[Path] = set()
    return _cut(value, (), found), frozenset(found)


def blank(value: Any, paths: frozenset[Path]) -> Any:
    """Blanks the same paths in another value, so that what remains of the two can be compared."""
    return _blank(value, (), paths)


def _is_partly_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_is_partly_unknown, value.values()))
    if isinstance(value, list):
        return any(map(_is_partly_unknown, value))
    return isinstance(value, Unknown)


def _cut(value: Any, path: Path, found: set[Path]) -> Any:
    if isinstance(value, Unknown):
        found.add(path)
        return None
    if isinstance(value, dict):
        known = {key: _cut(item, (*path, key), found) for key, item in value.items()}
        return {key: item for key, item in known.items() if (*path, key) not in found}
    if isinstance(value, list):
        return [_cut(item, (*path, index), found) for index, item in enumerate(value)]
    return value


def _blank(value: Any, path: Path, paths: frozenset[Path]) -> Any:
    if path in paths:
        return None
    if isinstance(value, dict):
        return {key: _blank(item, (*path, key), paths) for key, item in value.items() if (*path, key) not in paths}
    if isinstance(value, list):
        return [_blank(item, (*path, index), paths) for index, item in enumerate(value)]
    return value
