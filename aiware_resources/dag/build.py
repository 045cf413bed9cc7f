"""Building a task graph in a line: nodes joined by ``>>``; folders, modes and referenceIds follow from that.

graph = Dag(
    adapter(url) >> [
        playback(),
        chunk_audio(seconds=20) >> engine(engines.SPEECHMATICS_ENGLISH) >> output_writer(),
    ]
)
Job("transcription", dag=graph, target={})
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import pulumi

from aiware_resources.dag.drawing import draw
from aiware_resources.dag.mermaid import mermaid
from aiware_resources.dag.model import ExecutionPreferencesArgs, IoFolderArgs, Mode, Route, RouteArgs, Task, TaskArgs
from aiware_resources.errors import GraphError
from aiware_resources.reconcile.naming import api_properties

ANY: Literal["any"] = "any"
"""Reads whatever mode its parents write."""


class Part:
    """Something that ``>>`` joins: a node, several of them, or what has been joined already."""

    def _chain(self) -> Chain:
        raise NotImplementedError

    def __rshift__(self, other: Part | Sequence[Part]) -> Chain:
        """Feeds the other part, or each of several, with what this one writes."""
        return self._chain().feeding(_chain(other))

    def __rrshift__(self, other: Sequence[Part]) -> Chain:
        """Lets several parts feed this one."""
        return _chain(other).feeding(self._chain())


@dataclass(frozen=True, eq=False)
class Node(Part):
    """A task, before its folders are known.

    Attributes:
        name: What its folders are named after.
        engine_id: Its engine.
        reads: The mode of its input folder; ``any`` for the mode of its parents, ``None`` for no input.
        writes: The mode of its output folder; ``None`` for no output.
        payload: What the engine gets.
        execution_preferences: How it is run.
        written: A task written by hand, whose folders are used as they are.
    """

    name: str
    engine_id: pulumi.Input[str]
    reads: Mode | Literal["any"] | None
    writes: Mode | None
    payload: pulumi.Input[Any] = None
    execution_preferences: ExecutionPreferencesArgs | None = None
    written: TaskArgs | None = None

    def _chain(self) -> Chain:
        return Chain((self,), (), (self,), (self,))

    def without_folders(self) -> Node:
        """The same task where nothing is routed: it reads from the TDO, and stores there."""
        return replace(self, reads=None, writes=None, execution_preferences=None)


@dataclass(frozen=True)
class Chain(Part):
    """Nodes that have been joined.

    Attributes:
        nodes: The nodes, in the order in which they were written.
        edges: Who feeds whom.
        heads: The nodes that the next part on the left feeds.
        tails: The nodes that feed the next part on the right.
    """

    nodes: tuple[Node, ...]
    edges: tuple[tuple[Node, Node], ...]
    heads: tuple[Node, ...]
    tails: tuple[Node, ...]

    def _chain(self) -> Chain:
        return self

    def feeding(self, other: Chain) -> Chain:
        """Joins what this chain writes to what the other one reads; a node that writes nothing ends its branch.

        Raises:
            GraphError: When nothing is written here, or nothing is read there.
        """
        parents = [node for node in self.tails if node.writes is not None]
        children = [node for node in other.heads if node.reads is not None]
        if not parents or not children:
            left, right = (
                ", ".join(node.name for node in part) or "an empty list" for part in (self.tails, other.heads)
            )
            why = f"{left} writes nothing" if not parents else f"{right} reads nothing"
            raise GraphError(f"{left} cannot feed {right}: {why}.")
        between = tuple((parent, child) for parent in parents for child in children)
        nodes = tuple(dict.fromkeys((*self.nodes, *other.nodes)))
        return Chain(nodes, (*self.edges, *between, *other.edges), self.heads, other.tails)


@dataclass(frozen=True)
class Dag:
    """A task graph: the tasks and routes of a job.

    Args:
        parts: Nodes joined by ``>>``; several parts are not joined.

    Raises:
        GraphError: When folders of different modes would be joined.
    """

    parts: tuple[Part, ...]
    _joined: Chain = field(init=False, repr=False)

    def __init__(self, *parts: Part) -> None:
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "_joined", _chain(parts))
        for parent, child in self._joined.edges:
            self._check_modes(parent, child)

    @cached_property
    def tasks(self) -> Sequence[TaskArgs]:
        """The tasks, in the order in which their nodes were written."""
        return [self._task(node) for node in self._joined.nodes]

    @cached_property
    def routes(self) -> Sequence[RouteArgs]:
        """The routes."""
        return [self._route(parent, child) for parent, child in self._joined.edges]

    def mermaid(self) -> str:
        """The graph as a Mermaid flowchart; an engine that is not known yet is drawn as a question mark."""
        tasks = [api_properties(Task, task) for task in self.tasks]
        routes = [api_properties(Route, route) for route in self.routes]
        return mermaid([draw(tasks, routes)])

    @cached_property
    def _names(self) -> Mapping[Node, str]:
        """A name for each node; nodes of one name are numbered in the order in which they were written."""
        seen: Counter[str] = Counter()
        names = {}
        for node in self._joined.nodes:
            seen[node.name] += 1
            names[node] = node.name if seen[node.name] == 1 else f"{node.name}-{seen[node.name]}"
        return names

    def _check_modes(self, parent: Node, child: Node) -> None:
        if child.reads not in (ANY, parent.writes):
            raise GraphError(
                f"{parent.name} writes a {parent.writes}, but {child.name} reads a {child.reads}.",
                remedy="Put a chunk engine between them, or choose an engine of the other mode.",
            )
        if len({each.writes for each, fed in self._joined.edges if fed is child}) > 1:
            raise GraphError(f"{child.name} is fed with streams and with chunks: it can read one of them only.")

    def _task(self, node: Node) -> TaskArgs:
        if node.written is not None:
            return node.written
        made: TaskArgs = {"engine_id": node.engine_id}
        if node.payload is not None:
            made["payload"] = node.payload
        if folders := list(self._folders(node)):
            made["io_folders"] = folders
        if node.execution_preferences is not None:
            made["execution_preferences"] = node.execution_preferences
        return made

    def _folders(self, node: Node) -> Iterator[IoFolderArgs]:
        reads = self._read_mode(node)
        if reads is not None:
            yield {"reference_id": self._reference(node, "input", reads), "mode": reads, "type": "input"}
        if node.writes is not None:
            yield {"reference_id": self._reference(node, "output", node.writes), "mode": node.writes, "type": "output"}

    def _read_mode(self, node: Node) -> Mode | None:
        if node.reads != ANY:
            return node.reads
        return next((parent.writes for parent, child in self._joined.edges if child is node), None)

    def _route(self, parent: Node, child: Node) -> RouteArgs:
        return {
            "parent_io_folder_reference_id": self._reference(parent, "output", parent.writes),
            "child_io_folder_reference_id": self._reference(child, "input", parent.writes),
            "options": {},
        }

    def _reference(self, node: Node, kind: Literal["input", "output"], mode: Mode | None) -> pulumi.Input[str]:
        if node.written is None:
            return f"{self._names[node]}-{'in' if kind == 'input' else 'out'}"
        for folder in written_folders(node.written):
            if (folder.get("type"), folder.get("mode")) == (kind, mode):
                return folder["reference_id"]
        raise GraphError(f"{node.name} has no {kind} folder of mode {mode}.", remedy="Add one to its io_folders.")


def written_folders(written: TaskArgs) -> Sequence[IoFolderArgs]:
    """The folders of a task written by hand.

    Raises:
        GraphError: When they are not known while the program runs.
    """
    folders = written.get("io_folders", [])
    if not isinstance(folders, Sequence):
        raise GraphError("A task whose io_folders are an Output cannot be joined: name its folders plainly.")
    return [folder for folder in folders if isinstance(folder, Mapping)]


def _chain(part: Part | Sequence[Part]) -> Chain:
    if isinstance(part, Part):
        return part._chain()
    # Text is a sequence too: somebody has joined the id of an engine, without its node.
    if isinstance(part, str) or not isinstance(part, Sequence):
        raise GraphError(
            f"{part!r} is not a part of a task graph.", remedy="Join nodes such as engine(...), or lists of them."
        )
    chains = [_chain(each) for each in part]
    nodes = tuple(dict.fromkeys(node for chain in chains for node in chain.nodes))
    edges = tuple(dict.fromkeys(edge for chain in chains for edge in chain.edges))
    heads = tuple(node for chain in chains for node in chain.heads)
    return Chain(nodes, edges, heads, tuple(node for chain in chains for node in chain.tails))
