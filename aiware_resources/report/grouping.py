"""Which objects belong together: those of one recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aiware_resources.entities import entity_of
from aiware_resources.report.pulumi_json import State, Step, type_in
from aiware_resources.tdos.removal import NOUN as TDO

_OURS = "aiware:index:"
"""What the types of this library's components begin with; their objects belong together."""
_MADE = "targetTdoId"


def together(steps: Iterable[Step]) -> dict[str, str]:
    """Finds the objects of each recording: its TDO, the jobs that work on it, the exports of what they make.

    An object with several recordings, such as a zip of many transcripts, belongs to none of them.

    Args:
        steps: The last step of each object, whether it changes or not.

    Returns:
        For each URN one that stands for all that belong together.
    """
    states = {step.urn: step.state for step in steps}
    earlier = {step.urn: step.old_state for step in steps if step.old_state is not None}
    found = _Sets()
    for urn, state in states.items():
        if type_in(state.parent).startswith(_OURS):
            found.join(urn, state.parent)
        if is_tdo(state) and (id_ := state.id or getattr(earlier.get(urn), "id", "")):
            found.join(urn, _node(id_))
    for urn, state in states.items():
        if is_job(state):
            for node in _tdo_of(state, earlier.get(urn), states):
                found.join(urn, node)
    for urn, state in states.items():
        roots = {found.root(node) for node in _exported(state, states)}
        if len(roots) == 1:
            found.join(urn, roots.pop())
    return {urn: found.root(urn) for urn in states}


def is_tdo(state: State) -> bool:
    """Whether it is a TDO."""
    return entity_of(state.type).noun == TDO


def is_job(state: State) -> bool:
    """Whether it is one job, of any kind."""
    entity = entity_of(state.type)
    return entity.entries is None and entity.graph({}) is not None


def is_export(state: State) -> bool:
    """Whether it makes files of what is in TDOs."""
    return "tdoData" in state.inputs or "tdoData" in state.outputs


class _Sets:
    """Sets that are joined; each is named by one of its members."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def root(self, node: str) -> str:
        while (above := self._above.get(node, node)) != node:
            self._above[node] = node = self._above.get(above, above)
        return node

    def join(self, one: str, other: str) -> None:
        self._above[self.root(one)] = self.root(other)


def _node(tdo_id: Any) -> str:
    return f"TDO {tdo_id}"


def _tdo_of(state: State, old: State | None, states: Mapping[str, State]) -> Iterator[str]:
    """What a job works on, and what it made for itself."""
    sources = [urn for urn in state.property_dependencies.get("targetId") or [] if urn in states]
    known = [urn for urn in sources if is_tdo(states[urn]) or is_job(states[urn])]
    if len(known) == 1:
        yield known[0]
    for each in (state, old):
        if each is not None:
            ids = (each.inputs.get("targetId"), each.outputs.get(_MADE))
            yield from (_node(id_) for id_ in ids if isinstance(id_, str) and id_)


def _exported(state: State, states: Mapping[str, State]) -> Iterator[str]:
    """What an export makes files of."""
    data = state.inputs.get("tdoData") or state.outputs.get("tdoData")
    if not isinstance(data, list):
        return
    yield from (urn for urn in state.property_dependencies.get("tdoData") or [] if urn in states)
    ids = (each.get("tdoId") for each in data if isinstance(each, Mapping))
    yield from (_node(id_) for id_ in ids if isinstance(id_, str) and id_)
