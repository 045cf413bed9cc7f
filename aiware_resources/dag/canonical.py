"""Task graphs as graphs: the order of tasks, folders and routes means nothing, and neither do the names of folders.

Tasks without folders are the exception: they work one after another, so their order stays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_REFERENCE = "referenceId"
_ENDS = ("parentIoFolderReferenceId", "childIoFolderReferenceId")
_REFERENCES = frozenset({_REFERENCE, *_ENDS})
_FOLDERS, _STANDBY = "ioFolders", "standbyTask"

RUNNING = frozenset({"executionPreferences", "notificationUris"})
"""The parts of a task that say how it runs, and so are not a part of what it produces."""

Props = dict[str, Any]


def canonical_graph(props: Props) -> Props:
    """A job's properties with its graph in the one order that every equal graph has.

    Args:
        props: A job's properties in normal form; a part that is not as it should be stays as it is.
    """
    if not _is_graph(props):
        return graph_by_place(props)
    graph = _Graph(props)
    return graph.written(graph.order(), graph.ranks)


def graph_by_place(props: Props) -> Props:
    """A job's properties with its folders named by their places, and its routes in order.

    Markers and fingerprints that earlier releases have left are made of this form: it must never change.
    """
    labels = _labels(props.get("tasks", []))
    return _with_graph(props, _renamed(props.get("tasks"), labels), _renamed(props.get("routes"), labels))


def graphs_side_by_side(old: Props, new: Props) -> tuple[Props, Props]:
    """Two graphs in the order of the new one, so that what differs is found where people look for it."""
    if not (_is_graph(old) and _is_graph(new)):
        return graph_by_place(old), graph_by_place(new)
    before, after = _Graph(old, is_running_part=False), _Graph(new, is_running_part=False)
    after_order, before_order = after.order(), before.order()
    if _work(before.written(before_order, before.ranks)) == _work(after.written(after_order, after.ranks)):
        partner = dict(zip(after_order, before_order, strict=True))
        order = [partner[task] for task in range(len(after.tasks))]
        # Folders have no names of their own to be found by, so both graphs show them in the same order.
        return before.written(order, before.ranks), after.written(range(len(after.tasks)), after.ranks)
    order = _partners(before, after)
    return before.written(order, None), after.written(range(len(after.tasks)), None)


class _Graph:
    """A graph whose tasks and folders are distinguished by what they are, and by what they are joined to.

    Args:
        props: The job's properties.
        is_running_part: Whether two tasks differ that differ only in how they are run.
    """

    def __init__(self, props: Props, *, is_running_part: bool = True) -> None:
        self.props = props
        self.tasks: list[Any] = props["tasks"]
        self._running = [_running(task) for task in self.tasks]
        self.contents = list(self._contents())
        self.folders = [found for index, task in enumerate(self.tasks) for found in _folders(index, task, 0)]
        self._nodes = len(self.tasks) + len(self.folders)
        names = {folder[_REFERENCE]: len(self.tasks) + at for at, (_, _, folder) in enumerate(self.folders)}
        works = zip(self.contents, self._running if is_running_part else self.contents, strict=True)
        of_tasks = [(*work, -1, "") for work in works]
        self._folder_keys = [(depth, _text(_without(folder, _REFERENCE))) for _, depth, folder in self.folders]
        of_folders = [
            (*of_tasks[task][:2], *key) for (task, _, _), key in zip(self.folders, self._folder_keys, strict=True)
        ]
        self._joined: list[list[tuple[str, int]]] = [[] for _ in range(self._nodes)]
        for at, (task, _, _) in enumerate(self.folders):
            self._join("folder", task, len(self.tasks) + at)
        for route in props.get("routes") or []:
            parent, child = (route.get(end) if isinstance(route, dict) else None for end in _ENDS)
            # An end that is not the name of a folder is told by its text.
            told = {key: item for key, item in route.items() if (item not in names if key in _ENDS else item)}
            label = _text(told) if told else ""
            self._join(label, names.get(parent), names.get(child))
        self.ranks = self._refined(_ranked([*of_tasks, *of_folders]))

    def order(self) -> list[int]:
        """The tasks in the order that every equal graph has them in.

        What cannot be distinguished is equal in every respect: any of it may come first, and the rest follows.
        """
        while tied := [rank for rank, count in Counter(self.ranks).items() if count > 1]:
            same = [node for node, rank in enumerate(self.ranks) if rank == min(tied)]
            first = min(same, key=lambda node: self._running[node] if node < len(self.tasks) else "")
            self.ranks = self._refined(_ranked([(rank, node != first) for node, rank in enumerate(self.ranks)]))
        return sorted(range(len(self.tasks)), key=lambda task: self.ranks[task])

    def written(self, order: Iterable[int], ranks: Sequence[int] | None) -> Props:
        """The job's properties with tasks in this order; the folders of each by rank, or as they are given."""
        order = list(order)
        place = {task: position for position, task in enumerate(order)}
        nodes = range(len(self.tasks), self._nodes)
        by_rank = sorted(
            nodes, key=lambda node: (self._folder_keys[node - len(self.tasks)], ranks[node] if ranks else 0)
        )
        count: Counter[int] = Counter()
        labels: dict[str, str] = {}
        for node in by_rank:
            task, _, folder = self.folders[node - len(self.tasks)]
            labels[folder[_REFERENCE]] = f"{place[task]}.{count[task]}"
            count[task] += 1
        tasks = [_in_order(_renamed_part(self.tasks[task], labels), labels) for task in order]
        return _with_graph(self.props, tasks, _renamed(self.props.get("routes"), labels))

    def _contents(self) -> Iterator[str]:
        """What each task is, by itself; one without folders also by when it works."""
        in_line = 0
        for task in self.tasks:
            folders = isinstance(task, dict) and task.get(_FOLDERS)
            yield _text([None if folders else f"{in_line:06}", _bare(task)])
            in_line += not folders

    def _join(self, label: str, one: int | None, other: int | None) -> None:
        for node, way, partner in ((one, "from", other), (other, "to", one)):
            if node is not None:
                self._joined[node].append((f"{way} {label}", -1 if partner is None else partner))

    def _refined(self, ranks: list[int]) -> list[int]:
        """Tells nodes apart by what they are joined to, as far as that goes."""
        while (found := len(set(ranks))) < len(ranks):
            finer = _ranked(
                [
                    (rank, *sorted((label, ranks[other] if other >= 0 else -1) for label, other in joined))
                    for rank, joined in zip(ranks, self._joined, strict=True)
                ]
            )
            if len(set(finer)) == found:
                break
            ranks = finer
        return ranks


def _is_graph(props: Props) -> bool:
    """Whether it is one that can be put in order: every folder has a name of its own."""
    tasks, routes = props.get("tasks"), props.get("routes") or []
    if (
        not isinstance(tasks, list)
        or not isinstance(routes, list)
        or not all(isinstance(each, dict) for each in routes)
    ):
        return False
    names = [folder.get(_REFERENCE) for task in tasks for _, _, folder in _folders(0, task, 0)]
    ends = [route.get(end) for route in routes for end in _ENDS]
    hashable = all(isinstance(name, str) for name in names) and all(isinstance(end, str | None) for end in ends)
    return hashable and len(set(names)) == len(names)


def _folders(index: int, task: Any, depth: int) -> Iterator[tuple[int, int, Props]]:
    """The folders of a task and of those that stand by for it, each with the task's index and how deep it stands."""
    if not isinstance(task, dict):
        return
    for folder in task.get(_FOLDERS) or []:
        if isinstance(folder, dict):
            yield index, depth, folder
    yield from _folders(index, task.get(_STANDBY), depth + 1)


def _running(task: Any) -> str:
    """How a task is run, as text."""
    preferences, uris = (_only(task, key) for key in ("executionPreferences", "notificationUris"))
    # Without webhooks it is what earlier releases had: the order of tasks depends on it.
    return _text([preferences, uris]) if uris else _text(preferences) if preferences else ""


def _bare(task: Any) -> Any:
    """A task without its folders and how it is run; those that stand by for it too."""
    if not isinstance(task, dict):
        return task
    kept = {key: item for key, item in task.items() if key != _FOLDERS and key not in RUNNING}
    return {**kept, _STANDBY: _bare(task[_STANDBY])} if _STANDBY in task else kept


def _work(props: Props) -> Any:
    """A graph without how its tasks are run."""
    tasks = [[_bare(task), [folder for _, _, folder in _folders(0, task, 0)]] for task in props["tasks"]]
    return [tasks, props.get("routes")]


def _partners(before: _Graph, after: _Graph) -> list[int]:
    """Which task of the earlier graph each of the later one was; those that are left over come last."""
    free = dict.fromkeys(range(len(before.tasks)))
    found: dict[int, int] = {}
    # Of a task without folders its place in the line is what it is known by.
    engine = [
        [
            _only(task, "engineId") if _only(task, _FOLDERS) else content[:8]
            for task, content in zip(graph.tasks, graph.contents, strict=True)
        ]
        for graph in (before, after)
    ]
    for earlier, later in (
        (before.contents, after.contents),
        engine,
        ([0] * len(before.tasks), [0] * len(after.tasks)),
    ):
        for task in range(len(after.tasks)):
            partner = None if task in found else next((each for each in free if earlier[each] == later[task]), None)
            if partner is not None:
                found[task] = partner
                del free[partner]
    return [*(found[task] for task in sorted(found)), *free]


def _in_order(task: Any, labels: dict[str, str]) -> Any:
    """A task whose folders are named already, with these in the order of their names."""
    if not isinstance(task, dict):
        return task
    sorted_parts: Props = {}
    if isinstance(task.get(_FOLDERS), list):
        sorted_parts[_FOLDERS] = sorted(task[_FOLDERS], key=_position)
    if _STANDBY in task:
        sorted_parts[_STANDBY] = _in_order(_renamed_part(task[_STANDBY], labels), labels)
    return {**task, **sorted_parts}


def _position(folder: Any) -> int:
    return int(folder[_REFERENCE].partition(".")[2]) if isinstance(folder, dict) else -1


def _ranked(keys: Sequence[Any]) -> list[int]:
    places = {key: place for place, key in enumerate(sorted(set(keys)))}
    return [places[key] for key in keys]


def _only(task: Any, key: str) -> Any:
    return task.get(key) if isinstance(task, dict) else None


def _without(value: Props, key: str) -> Props:
    return {name: item for name, item in value.items() if name != key}


_text = json.JSONEncoder(sort_keys=True, default=str).encode


def _labels(tasks: Any) -> dict[str, str]:
    if not isinstance(tasks, list):
        return {}
    return {
        folder[_REFERENCE]: f"{index}.{position}"
        for index, task in enumerate(tasks)
        if isinstance(task, dict)
        for position, folder in enumerate(task.get(_FOLDERS) or [])
        if isinstance(folder, dict) and isinstance(folder.get(_REFERENCE), str)
    }


def _with_graph(props: Props, tasks: Any, routes: Any) -> Props:
    changed = {**props, "tasks": tasks, "routes": sorted(routes, key=str) if isinstance(routes, list) else routes}
    return {key: value for key, value in changed.items() if value is not None}


def _renamed(value: Any, labels: dict[str, str]) -> Any:
    """The tasks or routes with other labels; payloads are somebody else's and stay."""
    if not isinstance(value, list):
        return value
    return [_renamed_part(part, labels) if isinstance(part, dict) else part for part in value]


def _renamed_part(part: Any, labels: dict[str, str]) -> Any:
    if not isinstance(part, dict):
        return part
    renamed = {key: labels.get(item, item) if key in _REFERENCES else item for key, item in part.items()}
    if isinstance(part.get(_FOLDERS), list):
        renamed[_FOLDERS] = _renamed(part[_FOLDERS], labels)
    return renamed
