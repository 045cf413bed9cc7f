"""What one step of the engine means for one resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from aiware_resources.fleet.entries import MEDIA
from aiware_resources.reconcile import FAILURE, RUNS_KEY, EntityProvider, path_text
from aiware_resources.reconcile.addresses import signed_anew
from aiware_resources.report import drift, effects, fleets, graphs
from aiware_resources.report.kinds import Kind, kind_of
from aiware_resources.report.masking import has_secret, without_signature
from aiware_resources.report.model import Action, Change, Effect, Fate, NotKnown, Verb
from aiware_resources.report.properties import declared, found_differences, property_changes, unknown_paths
from aiware_resources.report.pulumi_json import State, Step, name_of, type_of

ACTIONS: dict[str, Action] = {
    "create": "create",
    "import": "adopt",
    "update": "update",
    "replace": "replace",
    "delete": "delete",
}
"""What is told of the engine's operations; its other ones are parts of these, or no change."""

IN_GRAPH = frozenset({"tasks", "routes"})


def change_of(step: Step, refresh: Step | None, steps: list[Step]) -> Change:
    """Tells what a step does.

    Args:
        step: The step: one of `ACTIONS`.
        refresh: How the engine read the resource before, if it did.
        steps: All steps, among them those that the resource depends on.
    """
    kind, action = kind_of(step.state.type), ACTIONS[step.op]
    old, new = step.old_state, step.new_state
    first = Change(step.urn, type_of(step.urn), step.name, old.id if old else "", action, "")
    if old is None and new is not None:
        return _with_fate(_created(first, kind, new, steps), effects.making(kind, new.inputs))
    if new is None and old is not None:
        return _with_fate(first, effects.giving_up(kind, old))
    if old is None or new is None:
        return first
    if kind.is_fleet:
        return _fleet_changed(first, kind, old, new, steps)
    return _changed(first, step, kind, old, new, refresh, steps)


def pending_deletion(step: Step) -> Change:
    """Tells of an object that another one has taken the place of, and that the update deletes at last."""
    old = step.earlier
    change = _with_fate(
        Change(step.urn, type_of(step.urn), step.name, old.id, "delete", ""), effects.giving_up(kind_of(old.type), old)
    )
    return replace(change, notes=(*change.notes, "An earlier update replaced it, and ended before this."))


def _created(change: Change, kind: Kind, new: State, steps: list[Step]) -> Change:
    without = (IN_GRAPH if _is_drawn(kind, new.inputs) else frozenset()) | ({MEDIA} if kind.is_fleet else frozenset())
    action: Action = "adopt" if kind.provider is not None and new.inputs.get("adopt") else change.action
    return replace(
        change,
        action=action,
        properties=declared(kind, _shown_inputs(kind, new.inputs), without=without),
        not_known=tuple(_not_known(new, steps)),
    )


def _shown_inputs(kind: Kind, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inputs, of a fleet without the graph in its template."""
    template = inputs.get("template")
    if not kind.is_fleet or not isinstance(template, Mapping):
        return inputs
    return {**inputs, "template": {key: value for key, value in template.items() if key not in IN_GRAPH}}


def _is_drawn(kind: Kind, inputs: Mapping[str, Any]) -> bool:
    return graphs.new_graph(kind, "", inputs) is not None


def _changed(
    change: Change, step: Step, kind: Kind, old: State, new: State, refresh: Step | None, steps: list[Step]
) -> Change:
    before = old.outputs if kind.provider else old.inputs
    to_do = found_differences(kind, before, new.inputs)
    recorded = refresh.earlier.outputs if refresh is not None and kind.provider else before
    mended = drift.repaired(recorded, new.inputs, kind, to_do) if recorded != before else []
    paths = [each.path for each in to_do if each.path not in mended]
    fate = _fate(step, kind, old, new, [str(each.path[0]) for each in to_do])
    is_repair = bool(mended) and not paths and FAILURE not in old.outputs
    if is_repair and step.op == "update":
        fate = Fate("is put back as declared", (Effect(Verb.PUT_BACK, kind.noun),))
    notes = [*fate.notes, *_secret_notes(step, new, [each.path[0] for each in to_do]), *_signature_notes(before, new)]
    return replace(
        change,
        says=fate.says,
        effects=fate.effects,
        properties=property_changes(kind, before, new.inputs, paths),
        notes=tuple(without_signature(note) for note in notes),
        not_known=tuple(_not_known(new, steps)),
        is_repair=is_repair,
    )


def _fleet_changed(change: Change, kind: Kind, old: State, new: State, steps: list[Step]) -> Change:
    differs = [each.path for each in found_differences(kind, old.outputs, new.inputs)]
    entries = fleets.entry_changes(old.inputs, new.inputs, kind.secrets)
    changed = replace(
        change,
        properties=(*property_changes(kind, old.outputs, new.inputs, differs), *entries),
        not_known=tuple(_not_known(new, steps)),
    )
    return _with_fate(changed, fleets.changing(old.outputs, old.inputs, new.inputs, differs_otherwise=bool(differs)))


def _fate(step: Step, kind: Kind, old: State, new: State, changed: list[str]) -> Fate:
    provider, failure = kind.provider, old.outputs.get(FAILURE)
    if step.op == "replace":
        fate = effects.replacing(kind, old, new.inputs)
        if RUNS_KEY in step.replace_reasons:
            fate = replace(fate, notes=("A job that it uses runs again.", *fate.notes))
        return replace(fate, notes=(effects.failed(failure), *fate.notes)) if failure else fate
    if failure and provider is not None and provider.acts_on_failure(old.outputs, new.inputs):
        return effects.retrying(kind, failure)
    return effects.changing(kind, is_recorded_only=_is_recorded_only(provider, changed))


def _is_recorded_only(provider: EntityProvider | None, changed: list[str]) -> bool:
    """Whether nothing is sent to aiWARE."""
    if provider is None or not changed:
        return False
    later = {key for key in changed if provider.without_effect([(key,)])}
    return all(key in provider.policies or key in later for key in changed)


def _signature_notes(before: Mapping[str, Any], new: State) -> Iterator[str]:
    """Links that are signed anew lead to the same place, and change nothing by themselves."""
    found = [path_text(path) for path in signed_anew(before, new.inputs)]
    if found:
        yield f"Of {', '.join(sorted(found))} only the signature differs."


def _secret_notes(step: Step, new: State, changed: list[str | int]) -> Iterator[str]:
    """A secret is the same text on both sides: that it changes shows only in what the engine makes of it."""
    hidden = [key for key, value in new.inputs.items() if has_secret(value)]
    by_engine = [key for key in step.replace_reasons if key in hidden and key not in changed]
    if by_engine:
        yield f"A secret in {', '.join(by_engine)} changes."
    elif hidden and (changed or FAILURE in (step.old_state.outputs if step.old_state else {})):
        yield f"Whether secrets in it change ({', '.join(hidden)}) is not shown."
    elif hidden:
        yield f"A secret in {' or '.join(hidden)} changes."


def _not_known(new: State, steps: list[Step]) -> Iterator[NotKnown]:
    for path in unknown_paths(new.inputs):
        sources = [urn for urn in new.property_dependencies.get(str(path[0])) or [] if _is_made(urn, steps)]
        made = " and ".join(f"{type_of(urn)} {name_of(urn)}" for urn in sources)
        yield NotKnown(path_text(path), f"known once {made} is there" if made else "")


def _is_made(urn: str, steps: list[Step]) -> bool:
    return any(step.urn == urn and step.op in {"create", "replace", "update"} for step in steps)


def _with_fate(change: Change, fate: Fate) -> Change:
    notes = tuple(without_signature(note) for note in fate.notes)
    return replace(change, says=fate.says, effects=fate.effects, notes=notes)
