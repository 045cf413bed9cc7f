"""What differs between the recorded and the desired properties of a resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deepdiff import DeepDiff
from deepdiff.helper import notpresent

from aiware_resources.reconcile.paths import Path
from aiware_resources.reconcile.schema import Schema
from aiware_resources.reconcile.unknowns import NOT_KNOWN, blank, cut


class Absent:
    """Stands for a value that is not there on one side."""

    def __repr__(self) -> str:
        return "(not there)"


ABSENT = Absent()


@dataclass(frozen=True)
class Difference:
    """One place where two sets of properties differ, in normal form.

    Attributes:
        path: Where.
        old: The value on the one side; ``ABSENT`` when it has none.
        new: The value on the other side; ``ABSENT`` when it has none, an ``Unknown`` when it is not known yet.
    """

    path: Path
    old: Any
    new: Any


def changed_paths(schema: Schema, recorded: Mapping[str, Any], desired: Mapping[str, Any]) -> list[Path]:
    """Compares in normal form.

    Args:
        schema: The entity's properties.
        recorded: The recorded (and just refreshed) outputs of the resource.
        desired: The inputs that the program gives now; unknown parts count as changed.

    Returns:
        The path of every difference, outermost properties in alphabetical order.
    """
    return sorted({each.path for each in differences(schema, recorded, desired)}, key=str)


def differences(schema: Schema, recorded: Mapping[str, Any], desired: Mapping[str, Any]) -> Iterator[Difference]:
    """Compares in normal form, and tells the values too; arguments as for `changed_paths`, in no particular order."""
    known, unknown = cut(dict(desired))
    old = schema.normal(blank(dict(recorded), unknown))
    new = schema.normal(known)
    for path in unknown:
        yield Difference(path, value_at(recorded, path), NOT_KNOWN)
    for level in _levels(old, new):
        path = tuple(level.path(output_format="list"))
        if path not in unknown:
            yield Difference(path, _side(level.t1), _side(level.t2))


def different(old: Any, new: Any) -> set[Path]:
    """The paths at which two plain values differ."""
    return {tuple(level.path(output_format="list")) for level in _levels(old, new)}


def value_at(value: Any, path: Path) -> Any:
    """The part of a value at a path; ``ABSENT`` when there is none."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step, ABSENT)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return ABSENT
    return value


def _levels(old: Any, new: Any) -> Iterator[Any]:
    if old == new:
        return
    diff = DeepDiff(old, new, view="tree", verbose_level=0, threshold_to_diff_deeper=0)
    for levels in diff.values():
        yield from levels


def _side(value: Any) -> Any:
    return ABSENT if value is notpresent else value
