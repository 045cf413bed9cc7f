"""Task graphs of new and changed jobs, with what changes marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from aiware_resources.dag.drawing import ADDED, CHANGED, REMOVED, Arrow, Drawing, draw
from aiware_resources.reconcile.entity import Entity
from aiware_resources.report.model import Graph

UNKNOWN_TASK: dict[str, str] = {}
"""Stands for tasks that are not known yet."""

_LABELS = frozenset({"referenceId"})


def new_graph(entity: Entity, name: str, inputs: Mapping[str, Any]) -> Graph | None:
    """The graph of a new job; ``None`` for a resource that has none."""
    graph = entity.graph(inputs)
    return None if graph is None else Graph((name,), _drawn(name, graph), is_new=True)


def changed_graph(entity: Entity, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Graph | None:
    """The graph of a job that changes; ``None`` when its graph stays as it is."""
    was, will = entity.graph(old), entity.graph(new)
    if was is None or will is None or was == will:
        return None
    before, after = _drawn(name, was), _drawn(name, will)
    olds, news = _tasks(was), _tasks(will)
    pairs = dict(_pairs(olds, news))
    marks = [_mark(index, pairs, olds, news, before, after) for index in range(len(news))]
    gone = [index for index in range(len(olds)) if index not in pairs.values()]
    if not any(marks) and not gone:
        return None
    drawing = replace(
        after,
        boxes=(*after.boxes, *(before.boxes[index] for index in gone)),
        marks=(*marks, *(REMOVED for _ in gone)),
    )
    return Graph((name,), drawing, is_new=False)


def together(graphs: Sequence[Graph]) -> tuple[Graph, ...]:
    """Jobs with the very same graph share one picture."""
    found: dict[tuple[Any, ...], Graph] = {}
    for graph in graphs:
        key = (graph.drawing.boxes, graph.drawing.arrows, graph.drawing.marks, graph.is_new)
        known = found.get(key)
        found[key] = replace(known, names=(*known.names, *graph.names)) if known else graph
    return tuple(found.values())


def _drawn(name: str, graph: Mapping[str, Any]) -> Drawing:
    return draw(_tasks(graph), graph.get("routes"), name)


def _tasks(graph: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    tasks = graph.get("tasks")
    if not isinstance(tasks, list):
        return [UNKNOWN_TASK]
    return [task if isinstance(task, Mapping) else UNKNOWN_TASK for task in tasks]


def _pairs(olds: Sequence[Mapping[str, Any]], news: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """Which task was which: by engine, in their order."""
    before, after = ([str(task.get("engineId") or task.get("taskType")) for task in tasks] for tasks in (olds, news))
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            yield block.b + offset, block.a + offset


def _mark(
    index: int,
    pairs: Mapping[int, int],
    olds: Sequence[Mapping[str, Any]],
    news: Sequence[Mapping[str, Any]],
    before: Drawing,
    after: Drawing,
) -> str:
    if index not in pairs:
        return ADDED
    old = pairs[index]
    same = _unlabeled(olds[old]) == _unlabeled(news[index])
    fed = {(pairs.get(parent), mode) for parent, mode in _fed(after.arrows, index)} == set(_fed(before.arrows, old))
    return "" if same and fed else CHANGED


def _fed(arrows: Sequence[Arrow], child: int) -> Iterator[tuple[int, str]]:
    return ((arrow.parent, arrow.label) for arrow in arrows if arrow.child == child)


def _unlabeled(value: Any) -> Any:
    """A task without the names of its folders, which are labels only; what is empty is as if it were not there."""
    if isinstance(value, Mapping):
        return {
            key: _unlabeled(item) for key, item in value.items() if key not in _LABELS and item not in (None, {}, [])
        }
    return [_unlabeled(item) for item in value] if isinstance(value, list) else value
