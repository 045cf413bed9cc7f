"""What differs between the recorded and the desired properties of a resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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
    old, new = schema.differing(blank(dict(recorded), unknown), known)
    for path in unknown:
        yield Difference(path, value_at(recorded, path), NOT_KNOWN)
    yield from (each for each in plain_differences(old, new) if each.path not in unknown)


def plain_differences(old: Any, new: Any) -> Iterator[Difference]:
    """Compares plain values as they are."""
    if old == new:
        return
    # Loading it takes long (with numpy, where there is one), and most processes have nothing to compare.
    from deepdiff import DeepDiff
    from deepdiff.helper import notpresent

    for levels in DeepDiff(old, new, view="tree", verbose_level=0, threshold_to_diff_deeper=0).values():
        for level in levels:
            sides = (ABSENT if side is notpresent else side for side in (level.t1, level.t2))
            yield Difference(tuple(level.path(output_format="list")), *sides)


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
