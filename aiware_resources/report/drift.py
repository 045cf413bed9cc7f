"""What a preview tells of drift: the engine read aiWARE first, and found other values than were recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiware_resources.reconcile import FAILURE, Path, path_text
from aiware_resources.reconcile.compare import Difference
from aiware_resources.report import fleets
from aiware_resources.report.kinds import Kind
from aiware_resources.report.model import Drifted, DriftedProperty
from aiware_resources.report.properties import found_differences, overlaps, property_changes
from aiware_resources.report.pulumi_json import STACK, Step, type_of

PUT_BACK = "is put back"
TAKEN_OVER = "stays: the program says so now"
CHANGED = "is changed again"


def gone(refresh: Step, later: Step | None, kind: Kind) -> Drifted:
    """An object that aiWARE does not have any more."""
    then = "is made anew" if later is not None and later.op == "create" else "is forgotten: the program dropped it too"
    state = refresh.earlier
    return Drifted(refresh.urn, type_of(refresh.urn), refresh.name, kind.noun, state.id, "gone", then=then)


def changed(refresh: Step, later: Step, kind: Kind) -> Drifted | None:
    """An object that was changed outside of Pulumi; ``None`` when it was not."""
    if later.old_state is None or later.op == "delete":
        return None
    recorded, live = refresh.earlier.outputs, later.old_state.outputs
    if kind.is_fleet:
        return _fleet_changed(refresh, later, kind)
    drifted = found_differences(kind, _settled(recorded), _settled(live))
    if not drifted:
        return None
    wanted = later.new_state.inputs if later.new_state else live
    to_do = [each.path for each in found_differences(kind, _settled(live), wanted)]
    by_program = [each.path for each in found_differences(kind, _settled(recorded), wanted)]
    shown = property_changes(kind, recorded, live, [each.path for each in drifted])
    fates = {path_text(each.path): _fate(each.path, to_do, by_program) for each in drifted}
    properties = tuple(
        DriftedProperty(each.path, each.old, each.new, fates.get(each.path) or _fate_within(each.path, fates))
        for each in shown
    )
    return Drifted(
        refresh.urn, type_of(refresh.urn), refresh.name, kind.noun, later.old_state.id, "changed", properties
    )


def _fleet_changed(refresh: Step, later: Step, kind: Kind) -> Drifted | None:
    """Entries of which nothing is left; those that failed are run again, and told among the changes."""
    live = later.old_state.outputs if later.old_state else {}
    wanted = later.new_state.inputs if later.new_state else {}
    found = fleets.drifted(refresh.earlier.outputs, live, wanted, with_failures=False)
    first = (refresh.urn, type_of(refresh.urn), refresh.name, kind.noun, refresh.earlier.id)
    return Drifted(*first, "changed", found) if found else None


def repaired(recorded: Mapping[str, Any], wanted: Mapping[str, Any], kind: Kind, to_do: list[Difference]) -> list[Path]:
    """The paths that change only because they have drifted: the program wants what was recorded."""
    by_program = [each.path for each in found_differences(kind, _settled(recorded), wanted)]
    return [each.path for each in to_do if not overlaps(each.path, by_program)]


def in_order(found: Iterable[Drifted]) -> list[Drifted]:
    """Sorts what has drifted; the engine works side by side, so its order is another one each time."""
    return sorted(found, key=lambda each: (each.type, each.name))


def is_gone(later: Step | None, shows_unchanged: bool) -> bool:
    """Whether an object that was read is not there: it is made anew, or nothing happens to it at all."""
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
