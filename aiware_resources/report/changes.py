"""What one step of the engine means for one resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from aiware_resources.entities import entity_of
from aiware_resources.reconcile import FAILURE, RUNS_KEY, path_text
from aiware_resources.reconcile.addresses import signed_again
from aiware_resources.reconcile.entity import FORGOTTEN, Effect, Entity, Fate, Verb
from aiware_resources.reconcile.holders import PROVIDER_NAME
from aiware_resources.report import drift
from aiware_resources.report.masking import has_secret, without_signature
from aiware_resources.report.model import Action, Change, NotKnown
from aiware_resources.report.properties import (
    declared,
    entry_changes,
    found_differences,
    property_changes,
    unknown_paths,
)
from aiware_resources.report.pulumi_json import State, Step, name_of, type_of

ACTIONS: dict[str, Action] = {
    "create": "create",
    "import": "adopt",
    "update": "update",
    "replace": "replace",
    "delete": "delete",
}
"""What is told of the engine's operations; its other ones are parts of these, or no change."""


def change_of(step: Step, refresh: Step | None, steps: list[Step]) -> Change:
    """Tells what a step does.

    Args:
        step: The step: one of `ACTIONS`.
        refresh: How the engine read the resource before, if it did.
        steps: All steps, among them those that the resource depends on.
    """
    entity, action = entity_of(step.state.type), ACTIONS[step.op]
    old, new = step.old_state, step.new_state
    first = Change(step.urn, old.id if old else "", action, "")
    if old is None and new is not None:
        return _with_fate(_created(first, entity, new, steps), entity.fate_made(new.inputs))
    if new is None and old is not None:
        return _with_fate(first, _given_up(entity, old))
    if old is None or new is None:
        return first
    return _changed(first, step, entity, old, new, refresh, steps)


def pending_deletion(step: Step) -> Change:
    """Tells of an object that another one has taken the place of, and that the update deletes at last."""
    old = step.earlier
    first = Change(step.urn, old.id, "delete", "")
    change = _with_fate(first, _given_up(entity_of(old.type), old))
    return replace(change, notes=(*change.notes, "An earlier update replaced it, and ended before this."))


def _created(change: Change, entity: Entity, new: State, steps: list[Step]) -> Change:
    action: Action = "adopt" if entity.schema is not None and new.inputs.get("adopt") else change.action
    return replace(
        change, action=action, properties=declared(entity, new.inputs), not_known=tuple(_not_known(new, steps))
    )


def _given_up(entity: Entity, old: State) -> Fate:
    if old.retain_on_delete or old.deleted_with:
        says, verb = FORGOTTEN
        return Fate(says, (Effect(verb, entity.noun),))
    return entity.fate_given_up({**old.outputs, **old.facts})


def _changed(
    change: Change, step: Step, entity: Entity, old: State, new: State, refresh: Step | None, steps: list[Step]
) -> Change:
    before = old.outputs if entity.schema is not None else old.inputs
    to_do = found_differences(entity, before, new.inputs)
    recorded = refresh.earlier.outputs if refresh is not None and entity.schema else before
    mended = drift.repaired(recorded, new.inputs, entity, to_do) if recorded != before else []
    paths = [each.path for each in to_do if each.path not in mended]
    fate = _fate(step, entity, old, new, [str(each.path[0]) for each in to_do])
    is_repair = bool(mended) and not paths and FAILURE not in old.outputs
    if is_repair and step.op == "update":
        fate = Fate("is put back as declared", (Effect(Verb.PUT_BACK, entity.noun),))
    entries = entry_changes(entity, old.inputs, new.inputs)
    secrets = _secret_notes(step, entity, new, [each.path[0] for each in to_do], has_changed_entries=bool(entries))
    notes = [*fate.notes, *secrets, *_signature_notes(before, new)]
    return replace(
        change,
        says=fate.says,
        effects=fate.effects,
        properties=(
            *property_changes(entity, before, new.inputs, paths),
            *entries,
        ),
        notes=tuple(without_signature(note) for note in notes),
        not_known=tuple(_not_known(new, steps)),
        is_repair=is_repair,
    )


def _fate(step: Step, entity: Entity, old: State, new: State, changed: list[str]) -> Fate:
    if step.op != "replace":
        return entity.fate_changed({**old.outputs, **old.facts}, old.inputs, new.inputs, changed)
    fate = entity.fate_replaced(old.outputs, new.inputs, _given_up(entity, old))
    notes = ("A job that it uses runs again.",) if RUNS_KEY in step.replace_reasons else ()
    notes = ("It moves to the aiWARE of another provider.",) if PROVIDER_NAME in step.replace_reasons else notes
    failure = entity.failure_in_words(old.outputs)
    return replace(fate, notes=(*([failure] if failure else []), *notes, *fate.notes))


def _signature_notes(before: Mapping[str, Any], new: State) -> Iterator[str]:
    """Links that are signed again lead to the same place, and change nothing by themselves."""
    found = [path_text(path) for path in signed_again(before, new.inputs)]
    if found:
        yield f"Of {', '.join(sorted(found))} only the signature differs."


def _secret_notes(
    step: Step, entity: Entity, new: State, changed: list[str | int], *, has_changed_entries: bool
) -> Iterator[str]:
    """A secret is the same text on both sides: that it changes shows only in what the engine makes of it."""
    hidden = [key for key, value in new.inputs.items() if has_secret(value)]
    olds = step.old_state.outputs if step.old_state else {}
    may_be_other = changed or has_changed_entries or entity.failure_in_words(olds) or entity.left_undone(olds)
    by_engine = [key for key in step.replace_reasons if key in hidden and key not in changed]
    if by_engine:
        yield f"A secret in {', '.join(by_engine)} changes."
    elif hidden and may_be_other:
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
