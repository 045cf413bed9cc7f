"""What an update does by recording: a row for each, and a row for each object that belongs to none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from aiware_resources.entities import entity_of
from aiware_resources.estimates.spans import declared_minutes
from aiware_resources.jobs.removal import JOB_DELETED
from aiware_resources.reconcile.entity import Verb
from aiware_resources.report import fleets, work
from aiware_resources.report.fleets import RECORDING, shown_address
from aiware_resources.report.grouping import is_export, is_job, is_tdo, together
from aiware_resources.report.model import Action, Change, Reason, Row, Run
from aiware_resources.report.pulumi_json import Step, type_of
from aiware_resources.report.reasons import FOLLOWS, reasons_of
from aiware_resources.tdos.removal import NOUN as TDO


def rows_of(changes: Sequence[Change], steps: Mapping[str, Step]) -> tuple[Row, ...]:
    """Makes the rows: what cannot be undone first, then causes before consequences.

    Args:
        changes: What happens to each object; what is only put back as declared is told as drift.
        steps: The last step of each object, whether it changes or not.
    """
    roots = together(steps.values())
    members: dict[str, list[Step]] = {}
    for urn, root in roots.items():
        members.setdefault(root, []).append(steps[urn])
    groups: dict[str, list[Change]] = {}
    found: list[Row] = []
    for change in changes:
        if change.is_repair and not change.destroys and not _runs(change):
            continue
        step = steps[change.urn]
        if entity_of(step.state.type).entries is not None:
            found += fleets.rows_of(change, step)
        else:
            # What waits for its deletion has the URN of what took its place.
            groups.setdefault(roots[change.urn], []).append(change)
    found += [_row(each, members[root], steps) for root, each in groups.items()]
    return tuple(sorted(found, key=_rank))


def _row(changes: list[Change], members: list[Step], steps: Mapping[str, Step]) -> Row:
    changes = sorted(changes, key=lambda each: (_order(steps[each.urn]), each.type, each.name))
    jobs = [each for each in members if is_job(each.state)]
    first = jobs[0] if len(jobs) == 1 else min(members, key=_order)
    is_recording = bool(jobs) or len(members) > 1
    runs, alone = any(_runs(each) for each in changes), len(changes) == 1
    told = [(each, _says(each, steps[each.urn], runs=runs, alone=alone, is_recording=is_recording)) for each in changes]
    told.sort(key=lambda each: not each[0].destroys)
    because: dict[str, Reason] = {}
    for change in changes:
        step = steps[change.urn]
        found = reasons_of(change, step.state.inputs, runs=change.action == "replace" or _runs(change))
        # What follows from another run of its job is told beside that.
        follows = is_export(step.state) and runs
        because |= {each.words: each for each in found if not (follows and each.words in FOLLOWS)}
    return Row(
        name=changes[0].name if len(changes) == 1 and not is_recording else first.name,
        noun=RECORDING if is_recording else _noun(first),
        action=_action(changes),
        says=tuple(_counted(text for _, texts in told for text in texts)),
        address=_address(members),
        because=tuple(because.values()),
        changes=tuple(changes),
        runs=tuple(_run(steps[each.urn], members) for each in changes if _runs(each)),
        destroys=any(each.destroys for each in changes),
    )


def _noun(step: Step) -> str:
    """What an object is; one of another package by its type."""
    entity = entity_of(step.state.type)
    return entity.noun if entity.schema is not None else type_of(step.urn)


def _counted(texts: Iterable[str]) -> Iterator[str]:
    """Says once what happens several times."""
    for text, count in Counter(texts).items():
        yield text if count == 1 else f"{text} ({count} times)"


def _order(step: Step) -> int:
    """Causes before consequences."""
    state = step.state
    return 0 if is_tdo(state) else 1 if is_job(state) else 3 if is_export(state) else 2


def _rank(row: Row) -> tuple[bool, int, int, str, str]:
    """What cannot be undone first; then what recordings are processed on; then these; then what is made of several."""
    order: list[Action] = ["delete", "replace", "update", "create", "adopt"]
    place = 1 if row.noun == RECORDING else 2 if row.noun == "export" else 0
    return not row.destroys, place, order.index(row.action), row.fleet, row.name


def _action(changes: Sequence[Change]) -> Action:
    actions = {each.action for each in changes}
    if len(actions) == 1:
        return actions.pop()
    return "replace" if "replace" in actions else "update"


def _runs(change: Change) -> bool:
    return any(each.verb is Verb.RUN for each in change.effects)


def _says(change: Change, step: Step, *, runs: bool, alone: bool, is_recording: bool) -> Iterator[str]:
    """What happens to one object of a recording.

    Args:
        change: What happens to it.
        step: Its step.
        runs: Whether a job of the recording runs.
        alone: Whether nothing happens to the others.
        is_recording: Whether there are others.
    """
    state, noun = step.state, entity_of(step.state.type).noun
    if is_job(state):
        yield from _lost(change)
        again = "" if change.is_new else " again"
        yield f"{work.does(_tasks(step))}{again}" if _runs(change) else f"{noun} {change.says.partition(':')[0]}"
    elif is_export(state):
        formats = work.formats(state.inputs or state.outputs)
        if change.action == "delete":
            yield f"{formats} {change.says.partition(':')[0]}"
        elif change.is_new or change.action == "replace":
            yield f"{'' if runs else 'export '}{formats}{'' if change.is_new else ' again'}"
        else:
            yield f"{formats} {change.says}"
    elif alone and not is_recording:
        yield change.says
    elif alone or not change.is_new:
        yield f"{noun} {change.says.partition(':')[0]}"


def _lost(change: Change) -> Iterator[str]:
    """What happens to the TDO that a job made, and to the job, where another one takes its place or none does."""
    for verb, words in ((Verb.DELETE, "is DELETED with its content"), (Verb.CLEAN_UP, "is CLEANED UP")):
        if any(each.verb is verb and each.noun == TDO for each in change.effects):
            yield f"the TDO of its earlier run {words}" if _runs(change) else f"its TDO {words}"
    if _runs(change) and any(each.verb is Verb.DELETE and each.noun != TDO for each in change.effects):
        yield f"its earlier job {JOB_DELETED}"


def _tasks(step: Step) -> object:
    state = step.state
    graph = entity_of(state.type).graph(state.inputs or state.outputs)
    return graph.get("tasks") if graph is not None else None


def _address(members: Sequence[Step]) -> str:
    """Where a recording is; where no object says so, the TDO that holds it."""
    states = [each.state for each in sorted(members, key=_order)]
    for state in states:
        if is_job(state) and (found := work.address(state.inputs or state.outputs)):
            return shown_address(found)
    for state in states:
        if is_tdo(state) and (found := work.address_of_tdo(state.inputs or state.outputs)):
            return shown_address(found)
    ids = [state.inputs.get("targetId") for state in states if is_job(state)]
    return next((f"TDO {id_}" for id_ in ids if isinstance(id_, str)), "")


def _run(step: Step, members: Sequence[Step]) -> Run:
    inputs = step.state.inputs
    tdo = next((each.state.inputs for each in members if is_tdo(each.state)), inputs.get("target"))
    own = work.address(inputs) or work.address_of_tdo(tdo if isinstance(tdo, Mapping) else {})
    tasks = _tasks(step)
    return Run(own, declared_minutes(tdo), work.engine_ids(tasks), work.all_engine_ids(tasks))
