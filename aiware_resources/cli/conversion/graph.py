"""The graph of a job as a person would write it: a ready one, else nodes joined by ``>>``.

What is written is built, too, and compared with the job: a graph that would not be the same is not written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from aiware_resources import dag, engines, pipelines
from aiware_resources.cli.conversion.nodes import Task, graphs_in_turn, node_of, ready_graphs
from aiware_resources.cli.writing.layout import Call, Chain
from aiware_resources.dag.drawing import engine_label
from aiware_resources.errors import GraphError
from aiware_resources.jobs.state import JobState
from aiware_resources.reconcile.adoption import Code
from aiware_resources.reconcile.naming import api_properties
from aiware_resources.reconcile.provider import schema_of

Props = Mapping[str, Any]


@dataclass(frozen=True)
class Written:
    """A graph as it is written.

    Attributes:
        expression: What the job's ``dag`` is.
        nodes: The nodes that are joined in several places, by the names of their variables.
    """

    expression: Call
    nodes: Mapping[str, Call] = field(default_factory=dict)


def graph_of(tasks: Sequence[Props], routes: Sequence[Props], variable: Callable[[str], str]) -> Written | None:
    """The graph that tasks and routes are; ``None`` where they are better written as they are.

    Args:
        tasks: The tasks under the API's names; values may be code.
        routes: The routes.
        variable: Gives a free name for a variable.
    """
    wanted = _normal(tasks, routes)
    return next((each for each in _candidates(tasks, routes, variable) if _built(each) == wanted), None)


def _candidates(tasks: Sequence[Props], routes: Sequence[Props], variable: Callable[[str], str]) -> Iterator[Written]:
    """The graphs that tasks and routes may be, the shortest first."""
    if not routes and not any(task.get("ioFolders") for task in tasks):
        yield from map(Written, graphs_in_turn([Task(task, is_fed=False) for task in tasks]))
        return
    found = _Graph.of(tasks, routes)
    if found is not None:
        yield from map(Written, ready_graphs(found.tasks))
        yield found.written(variable)


@dataclass(frozen=True)
class _Graph:
    """Tasks, and which of them feed which."""

    tasks: Sequence[Task]
    children: Mapping[int, Sequence[int]]
    parents: Mapping[int, Sequence[int]]

    @classmethod
    def of(cls, tasks: Sequence[Props], routes: Sequence[Props]) -> _Graph | None:
        """The graph of a job; ``None`` where it has what no node says."""
        owners = {
            folder.get("referenceId"): index
            for index, task in enumerate(tasks)
            for folder in task.get("ioFolders") or []
        }
        ends = ("parentIoFolderReferenceId", "childIoFolderReferenceId")
        joined = [tuple(owners.get(route.get(end)) for end in ends) for route in routes]
        if any(route.get("options") for route in routes) or any(None in each for each in joined):
            return None
        numbers = range(len(tasks))
        children = {index: [child for child in numbers if (index, child) in joined] for index in numbers}
        parents = {index: [parent for parent in numbers if (parent, index) in joined] for index in numbers}
        return cls([Task(task, is_fed=bool(parents[index])) for index, task in enumerate(tasks)], children, parents)

    def written(self, variable: Callable[[str], str]) -> Written:
        """The graph as nodes joined by ``>>``; a node that several branches lead to is a variable."""
        return _Writer(self, variable).written()


class _Writer:
    def __init__(self, graph: _Graph, variable: Callable[[str], str]) -> None:
        self._graph = graph
        self._variable = variable
        self._variables: dict[int, str] = {}
        self._nodes: dict[str, Call] = {}
        self._met: set[int] = set()

    def written(self) -> Written:
        roots = [index for index in self._graph.children if not self._graph.parents[index]]
        return Written(Call("Dag", self._parts(roots)), self._nodes)

    def _parts(self, heads: Sequence[int]) -> list[Any]:
        """Parts side by side; one where they all lead to the same node."""
        if len(heads) > 1 and (meeting := self._meeting(heads)) is not None:
            return [_chain([[_chain(self._links(head, meeting)) for head in heads], *self._links(meeting)])]
        return [_chain(self._links(head)) for head in heads]

    def _links(self, node: int, end: int | None = None) -> list[Any]:
        """What is joined by ``>>`` from a node on, up to a node that is written elsewhere."""
        if node in self._variables:
            return [Code(self._variables[node])]
        call: Any = node_of(self._graph.tasks[node])
        if len(self._graph.parents[node]) > 1 and node not in self._met:
            name = self._variables[node] = self._variable(engine_label(self._graph.tasks[node].written))
            self._nodes[name] = call
            call = Code(name)
        children = [child for child in self._graph.children[node] if child != end]
        if not children:
            return [call]
        parts = self._parts(children)
        if len(children) == 1:
            return [call, *(parts[0].links if isinstance(parts[0], Chain) else parts)]
        if len(parts) == 1:
            return [call, *parts[0].links]
        return [call, parts]

    def _meeting(self, heads: Sequence[int]) -> int | None:
        """The node to which all branches lead, each without a fork, and nothing else does."""
        ends = []
        found: set[int] = set()
        for head in heads:
            node = head
            if len(self._graph.parents[head]) > 1:
                return None
            while len(self._graph.children[node]) == 1 and len(self._graph.parents[self._graph.children[node][0]]) == 1:
                (node,) = self._graph.children[node]
            if len(self._graph.children[node]) != 1:
                return None
            ends.append(node)
            found.add(self._graph.children[node][0])
        if len(found) != 1:
            return None
        (meeting,) = found
        if sorted(self._graph.parents[meeting]) != sorted(ends):
            return None
        self._met.add(meeting)
        return meeting


def _chain(links: Sequence[Any]) -> Any:
    return links[0] if len(links) == 1 else Chain(links)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{name: value for name, value in vars(dag).items() if callable(value)},
    **{f"pipelines.{name}": value for name, value in vars(pipelines).items() if callable(value)},
}


def _built(written: Written) -> Any:
    """The graph that Python makes of what is written, in normal form; ``None`` where it makes none."""
    try:
        nodes = {name: evaluated(call, {}) for name, call in written.nodes.items()}
        graph = evaluated(written.expression, nodes)
        made = api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes)})
    except (GraphError, TypeError):
        return None
    return _normal(made["tasks"], made["routes"])


def _normal(tasks: Sequence[Props], routes: Sequence[Props]) -> Any:
    normal = schema_of(JobState).normal(evaluated({"tasks": list(tasks), "routes": list(routes)}, {}))
    return normal["tasks"], normal["routes"]


def evaluated(value: Any, variables: Mapping[str, Any]) -> Any:
    """The value of an expression; what only a run tells is its own text."""
    if isinstance(value, Call):
        given = [evaluated(each, variables) for each in value.given]
        return _FUNCTIONS[value.function](
            *given, **{name: evaluated(each, variables) for name, each in (value.named or {}).items()}
        )
    if isinstance(value, Chain):
        return reduce(lambda left, right: left >> right, [evaluated(each, variables) for each in value.links])
    if isinstance(value, Code):
        if value.text in variables:
            return variables[value.text]
        place, _, name = value.text.partition(".")
        return getattr(engines, name) if place == "engines" else value.text
    if isinstance(value, Mapping):
        return {key: evaluated(each, variables) for key, each in value.items()}
    return [evaluated(each, variables) for each in value] if isinstance(value, list) else value
