"""Makes a report of what ``pulumi preview --json`` printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from aiware_resources.entities import entity_of
from aiware_resources.report import drift, graphs
from aiware_resources.report.changes import ACTIONS, change_of, pending_deletion
from aiware_resources.report.masking import SECRET, clear_secrets, without_signature
from aiware_resources.report.model import Action, Change, Drifted, Graph, KeptFailure, Report
from aiware_resources.report.pulumi_json import Diagnostic, Preview, Step, name_of, place_of, type_of
from aiware_resources.report.rows import rows_of

_PULUMI_NAMES = re.compile(r"^\S+ resource '[^']*': ")
"""What Pulumi puts before a message about a resource, which is named anyway."""


def build(preview: Preview) -> Report:
    """Makes the report."""
    project, stack = place_of(preview)
    seen = [step for step in preview.steps if drift.is_object(step)]
    steps = [managed for step in seen if (managed := _managed(step)) is not None]
    # An object that waits for its deletion shares the URN of the one that has taken its place.
    pending = [step for step in steps if step.is_pending_deletion]
    steps = [step for step in steps if not step.is_pending_deletion]
    only_read = {step.urn for step in seen if step.op == "read"}
    done = {step.urn: step for step in steps if step.op in ACTIONS or step.op == "same"}
    # What an alias renames or moves is read under its earlier URN.
    now = {step.old_state.urn: urn for urn, step in done.items() if step.old_state is not None}
    reads = [step for step in steps if step.op == "refresh" and step.urn not in only_read]
    read = {now.get(step.urn, step.urn): step for step in reads}
    drifted = tuple(drift.in_order(_drift(preview, read, done)))
    changes = [change_of(step, read.get(urn), steps) for urn, step in done.items() if step.op in ACTIONS]
    gone = {each.urn for each in drifted if each.what == "gone"}
    # The program is as it was: that such an object is made again is not a change of it.
    changes = [replace(each, is_repair=True) if each.urn in gone else each for each in changes]
    changes += _pending_deletions(pending)
    present = [step for step in reads if now.get(step.urn, step.urn) == step.urn]
    last = {**{step.urn: step for step in [*pending, *present]}, **done}
    hidden = _hidden([*steps, *pending])
    return Report(
        project,
        stack,
        changes=tuple(sorted(changes, key=_rank)),
        rows=rows_of(changes, last),
        drift=drifted,
        graphs=graphs.together([graph for _, step in sorted(done.items()) if (graph := _graph(step))]),
        errors=tuple(_messages(preview, "error", hidden)),
        warnings=tuple(_messages(preview, "warning", hidden)),
        kept_failures=tuple(kept for _, step in sorted(done.items()) if (kept := _kept_failure(step))),
        refreshed=bool(read) or not any(step.old_state for step in done.values()),
    )


def _managed(step: Step) -> Step | None:
    """What a step does to an object that the stack manages; ``None`` for one that it only reads (``get``)."""
    old, new = (state if state and not state.external else None for state in (step.old_state, step.new_state))
    if old is None and new is None:
        return None
    if step.op != "replace" or (old is not None and new is not None):
        return step
    return step.model_copy(update={"op": "create" if old is None else "delete", "old_state": old, "new_state": new})


def _pending_deletions(pending: list[Step]) -> list[Change]:
    """What the update deletes because an earlier one did not finish: the preview tells only that it was read."""
    return [pending_deletion(step) for step in pending if step.new_state is not None]


def _drift(preview: Preview, read: Mapping[str, Step], done: Mapping[str, Step]) -> Iterator[Drifted]:
    whole = preview.shows_unchanged and not any(_severity(each) == "error" for each in preview.diagnostics)
    for urn, refresh in read.items():
        entity, later = entity_of(refresh.earlier.type), done.get(urn)
        if drift.is_gone(later, whole):
            yield drift.gone(refresh, later, entity)
        elif later is not None and (found := drift.changed(refresh, later, entity)):
            yield found


def _kept_failure(step: Step) -> KeptFailure | None:
    """The failure that a step leaves; of a resource that stays as it is, only the old state tells it."""
    if step.op not in {"same", "update"}:
        return None
    inputs = step.new_state.inputs if step.new_state else step.earlier.inputs
    return drift.kept_failure(entity_of(step.state.type), step.urn, step.earlier.id, step.earlier.outputs, inputs)


def _rank(change: Change) -> tuple[int, str, str]:
    """Destructive changes first."""
    order: list[Action] = ["delete", "replace", "create", "adopt", "update"]
    return (0 if change.destroys else 1 + order.index(change.action)), change.type, change.name


def _graph(step: Step) -> Graph | None:
    old, new, entity = step.old_state, step.new_state, entity_of(step.state.type)
    if step.op not in ACTIONS or new is None or new.inputs.get("adopt"):
        return None
    if old is None:
        return graphs.new_graph(entity, step.name, new.inputs)
    return graphs.changed_graph(entity, step.name, old.outputs, new.inputs)


def _hidden(steps: list[Step]) -> set[str]:
    """Texts that no message may quote."""
    states = [
        (state, entity_of(state.type).secrets) for step in steps for state in (step.old_state, step.new_state) if state
    ]
    found = [clear_secrets([state.inputs, state.outputs], secrets) for state, secrets in states]
    return {text for texts in found for text in texts if len(text) > len("..")}


def _messages(preview: Preview, severity: str, hidden: set[str]) -> list[str]:
    """What was said of this severity, each once; the engine's order is another one each time."""
    said = (each for each in preview.diagnostics if _severity(each) == severity)
    return sorted({_message(each, hidden) for each in said})


def _severity(diagnostic: Diagnostic) -> str:
    """How grave a message is: what a provider warns of arrives as a line of its standard error."""
    for severity in ("error", "warning"):
        if diagnostic.message.startswith(f"{severity}: "):
            return severity
    return diagnostic.severity


def _message(diagnostic: Diagnostic, hidden: set[str]) -> str:
    text = without_signature(diagnostic.message.strip().removeprefix(f"{_severity(diagnostic)}: "))
    for secret in sorted(hidden, key=len, reverse=True):
        text = text.replace(secret, SECRET)
    if not diagnostic.urn:
        return text
    name = name_of(diagnostic.urn)
    return f"{type_of(diagnostic.urn)} {name}: {_PULUMI_NAMES.sub('', text)}"
