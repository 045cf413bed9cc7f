"""What a preview tells of the objects in aiWARE: what has drifted, and what has failed and is to stay so.

The engine read aiWARE first, and found other values than were recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiware_resources.reconcile import FAILURE, Path, path_text
from aiware_resources.reconcile.compare import Difference
from aiware_resources.reconcile.entity import DriftedProperty, Entity
from aiware_resources.report.model import Drifted, KeptFailure
from aiware_resources.report.properties import found_differences, overlaps, property_changes
from aiware_resources.report.pulumi_json import STACK, Step

PUT_BACK = "is put back"
TAKEN_OVER = "stays: the program says so now"
CHANGED = "is changed again"


def gone(refresh: Step, later: Step | None, entity: Entity) -> Drifted:
    """An object that aiWARE does not have any more."""
    then = "is made again" if later is not None and later.op == "create" else "is forgotten: the program dropped it too"
    state = refresh.earlier
    return Drifted(refresh.urn, state.id, entity.noun, "gone", then=then)


def changed(refresh: Step, later: Step, entity: Entity) -> Drifted | None:
    """An object that was changed outside of Pulumi; ``None`` when it was not."""
    if later.old_state is None or later.op == "delete":
        return None
    recorded, live = refresh.earlier.outputs, later.old_state.outputs
    drifted = found_differences(entity, _settled(recorded), _settled(live))
    declared = later.new_state.inputs if later.new_state else {}
    entries = entity.entry_drift(recorded, live, declared, with_failures=False)
    if not drifted and not entries:
        return None
    wanted = declared if later.new_state else live
    to_do = [each.path for each in found_differences(entity, _settled(live), wanted)]
    by_program = [each.path for each in found_differences(entity, _settled(recorded), wanted)]
    shown = property_changes(entity, recorded, live, [each.path for each in drifted])
    fates = {path_text(each.path): _fate(each.path, to_do, by_program) for each in drifted}
    properties = tuple(
        DriftedProperty(each.path, each.old, each.new, fates.get(each.path) or _fate_within(each.path, fates))
        for each in shown
    )
    return Drifted(refresh.urn, later.old_state.id, entity.noun, "changed", (*properties, *entries))


def repaired(
    recorded: Mapping[str, Any], wanted: Mapping[str, Any], entity: Entity, to_do: list[Difference]
) -> list[Path]:
    """The paths that change only because they have drifted: the program wants what was recorded."""
    by_program = [each.path for each in found_differences(entity, _settled(recorded), wanted)]
    return [each.path for each in to_do if not overlaps(each.path, by_program)]


def in_order(found: Iterable[Drifted]) -> list[Drifted]:
    """Sorts what has drifted; the engine works side by side, so its order is another one each time."""
    return sorted(found, key=lambda each: (each.type, each.name))


def is_gone(later: Step | None, shows_unchanged: bool) -> bool:
    """Whether an object that was read is not there: it is made again, or nothing happens to it at all."""
    if later is None:
        return shows_unchanged
    return later.op == "create"


def is_object(step: Step) -> bool:
    """Whether a step is about something real."""
    return step.state.custom and step.state.type != STACK and not step.state.type.startswith("pulumi:providers:")


def _fate(path: Path, to_do: list[Path], by_program: list[Path]) -> str:
    if not overlaps(path, to_do):
        return TAKEN_OVER
    return CHANGED if overlaps(path, by_program) else PUT_BACK


def _fate_within(path: str, fates: Mapping[str, str]) -> str:
    """The fate of a list that is shown whole is that of what is in it."""
    found = {fate for inner, fate in fates.items() if inner.startswith(path)}
    return found.pop() if len(found) == 1 else CHANGED


def _settled(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key != FAILURE}


def kept_failure(
    entity: Entity, urn: str, id_: str, recorded: Mapping[str, Any], inputs: Mapping[str, Any]
) -> KeptFailure | None:
    """The failure that a resource has and keeps (``on_failure``); ``None`` when it has none, or an update acts on it.

    Args:
        entity: The kind of resource.
        urn: Which one.
        id_: The id of its object.
        recorded: What is recorded of it.
        inputs: What the program says of it.
    """
    reason = entity.failure_in_words(recorded) if inputs.get("onFailure") == "keep" else ""
    fails_update = inputs.get("allowFailure") is not True
    return KeptFailure(urn, id_, reason, fails_update) if reason else None
