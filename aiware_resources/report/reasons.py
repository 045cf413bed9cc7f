"""Why something runs again or changes, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pulumi.output import Unknown

from aiware_resources.dag.drawing import engine_label
from aiware_resources.engines import NAMES
from aiware_resources.reconcile.entity import PropertyChange
from aiware_resources.report.model import Change, Reason
from aiware_resources.report.properties import REPLACES

_TASK = re.compile(r"(?:template\.)?tasks\[(\d+)\]\.(.+)")
_FAILED = re.compile(r"In aiWARE it is (\w+)(?: \((.*)\))?\.", re.DOTALL)
_ENDED = {"failed": "failed", "cancelled": "was cancelled", "aborted": "was aborted"}
_LONGEST = 300
"""Characters of the message of a failed job that are told."""
_LAST = re.compile(r"([^.\[\]]+)(?:\[\d+\])*$")
_ADDRESSES = frozenset({"url", "uploadUrl", "uri"})
_WORDS = {
    "tasks": "other tasks",
    "routes": "other routes between the tasks",
    "triggers": "triggers",
    "engineId": "another engine",
    "uploadUrl": "another address",
    "targetId": "another TDO",
    "target": "another TDO to make",
    "outputConfigurations": "other formats",
    "tdoData": "other TDOs",
    "media": "other values",
}
"""What a change of a property means; those of a template as well."""
_MADE_AGAIN = {"targetId": "its TDO is made again", "clusterId": "its cluster is made again"}
"""What it means that an id is not known yet."""


JOB_RUNS_AGAIN = Reason("its job runs again")
FOLLOWS = frozenset({JOB_RUNS_AGAIN.words, _WORDS["tdoData"]})
"""Why an export is requested again; beside the job this says itself."""


def cut(text: str) -> str:
    """A text that is not too long to be read."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def reasons_of(change: Change, inputs: Mapping[str, Any], *, runs: bool) -> tuple[Reason, ...]:
    """Why a resource changes, or its job runs again.

    Args:
        change: What happens to the resource.
        inputs: What the program says of it.
        runs: Whether a job runs, or another object takes its place, because of it.
    """
    if change.is_new or change.action == "delete":
        return ()
    found = [each for each in change.properties if not runs or each.note == REPLACES]
    told = [*_noted(change), *(reason_of(each, inputs) for each in found)]
    return tuple(told if runs else (replace(each, is_cause=False) for each in told))


def is_reason(note: str) -> bool:
    """Whether a note of a change says why, and is told so."""
    return _told_by(note) is not None


def reason_of(change: PropertyChange, inputs: Mapping[str, Any]) -> Reason:
    """Says what a changed property means."""
    task = _TASK.fullmatch(change.path)
    if task is not None:
        return _of_task(change, int(task[1]), task[2], inputs)
    plain = change.path.removeprefix("template.")
    first = re.split(r"[.\[]", plain)[0]
    if isinstance(change.new, Unknown) and plain in _MADE_AGAIN:
        return Reason(_MADE_AGAIN[plain])
    if first == "engineId":
        return Reason(_WORDS[first], _with_names(change))
    return Reason(_WORDS.get(first, plain), change)


def _of_task(change: PropertyChange, number: int, path: str, inputs: Mapping[str, Any]) -> Reason:
    template = inputs.get("template")
    tasks = inputs.get("tasks") or (template.get("tasks") if isinstance(template, Mapping) else None)
    task = tasks[number] if isinstance(tasks, list) and number < len(tasks) else None
    engine = engine_label(task) if isinstance(task, Mapping) else f"task {number}"
    if path in {"engineId", "taskType"}:
        return Reason("another engine", _with_names(change))
    last = _LAST.search(path)
    name = last[1] if last else path
    return Reason("another address" if name in _ADDRESSES else f"{name} of {engine}", change)


def _with_names(change: PropertyChange) -> PropertyChange:
    """Engines by what people call them."""
    old, new = (NAMES.get(each, each) if isinstance(each, str) else each for each in (change.old, change.new))
    return PropertyChange(change.path, old, new, change.note)


def _noted(change: Change) -> Iterator[Reason]:
    """What the notes of a change tell of why."""
    yield from (found for note in change.notes if (found := _told_by(note)) is not None)


def _told_by(note: str) -> Reason | None:
    if failed := _FAILED.fullmatch(note):
        return Reason(f"it {_ENDED.get(failed[1], f'is {failed[1]}')}{f': {cut(failed[2])}' if failed[2] else ''}")
    if note.startswith("A job that it uses runs again"):
        return JOB_RUNS_AGAIN
    if note.startswith(("It moves to", "A secret in")):
        return Reason(note[0].lower() + note[1:].rstrip("."))
    return None
