"""What differs between the recorded and the desired properties of a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepdiff import DeepDiff

from aiware_resources.reconcile.paths import Path
from aiware_resources.reconcile.schema import Schema
from aiware_resources.reconcile.unknowns import blank, cut


def changed_paths(schema: Schema, recorded: Mapping[str, Any], desired: Mapping[str, Any]) -> list[Path]:
    """Compares in normal form.

    Args:
        schema: The entity's properties.
        recorded: The recorded (and just refreshed) outputs of the resource.
        desired: The inputs that the program gives now; unknown parts count as changed.

    Returns:
        The path of every difference, outermost properties in alphabetical order.
    """
    known, unknown = cut(dict(desired))
    old = schema.normal(blank(dict(recorded), unknown))
    new = schema.normal(known)
    return sorted({*unknown, *different(old, new)}, key=str)


def different(old: Any, new: Any) -> set[Path]:
    """The paths at which two plain values differ."""
    if old == new:
        return set()
    diff = DeepDiff(old, new, view="tree", verbose_level=0, threshold_to_diff_deeper=0)
    return {tuple(level.path(output_format="list")) for levels in diff.values() for level in levels}
