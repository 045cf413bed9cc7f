"""Entries that go from one shard to another when the number of shards changes.

The shard that an entry goes to takes over its job first, from the state of the shard that has it. That one gives the
entry up when it sees it in the other's state, and does nothing to the job. So whenever a run is killed, at least one
state holds the entry, and none of the two runs it again.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiware_resources.fleet.adopting import ADOPTED
from aiware_resources.fleet.entries import MEDIA, Entry, recorded_entries
from aiware_resources.fleet.plan import named
from aiware_resources.fleet.reading import OPEN
from aiware_resources.reconcile import Props
from aiware_resources.reconcile.holders import OWNER_KEY
from aiware_resources.reconcile.other_stacks import stacks, states
from aiware_resources.shards import SHARD, Shard, parsed, shard_of

log = logging.getLogger("aiware")

JOBS = "jobs"
_TYPE = "pulumi-python:dynamic/aiware:JobFleet"
_BY_KEY = (JOBS, "failures", "__missing", "__reruns")
"""The facts of a fleet that are told by key, beside which of its jobs are open."""


@dataclass(frozen=True)
class HandOver:
    """What a fleet has, once entries have changed hands.

    Attributes:
        olds: What is recorded of it: with the entries that it takes over, and without those that are not its own.
        taken: The keys of entries that it takes over.
        released: The keys of entries that it gives up, since another shard has them.
        waiting: The entries that it has until another shard takes them over.
        replaced: The keys of entries for which their shard runs another job: the earlier one is removed by policy.
    """

    olds: Props
    taken: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()
    waiting: Mapping[str, Entry] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.taken or self.released or self.replaced)

    def summary(self) -> str:
        """What changes hands, with keys."""
        parts = [
            f"{verb} {named(sorted(keys))}"
            for verb, keys in (
                ("takes over", self.taken),
                ("gives up", self.released),
                ("holds, until their shard has taken them over,", frozenset(self.waiting)),
            )
            if keys
        ]
        return "; ".join(parts)


def handed_over(recorded: Props, desired: Mapping[str, Any]) -> HandOver:
    """Finds out which entries change hands. Reads the states of other shards only where some may.

    Args:
        recorded: The recorded outputs of the fleet; empty for a new one.
        desired: What the program declares.

    Raises:
        ConfigurationError: The state of another shard cannot be read.
    """
    shard = Shard.parse(desired.get(SHARD))
    if shard is None:
        return HandOver(recorded)
    own = recorded_entries(recorded)
    foreign = {key: entry for key, entry in own.items() if not shard.has(key)}
    if recorded.get(SHARD) == desired.get(SHARD) and not foreign:
        return HandOver(recorded)
    others = {number: outputs for number, outputs, _ in _other_fleets(shard, desired)}
    taken: dict[str, Props] = {
        key: outputs
        for outputs in others.values()
        for key in outputs.get(JOBS) or {}
        if key not in own and shard.has(key)
    }
    released: set[str] = set()
    replaced: set[str] = set()
    for key, entry in foreign.items():
        other = others.get(shard_of(key, shard.count), {})
        there = (other.get(JOBS) or {}).get(key)
        # A shard that has no such entry, and knows of this number of shards, took it over and has removed it.
        is_gone = there is None and _count(other) == shard.count
        if is_gone or (there is not None and Entry.parse(there).job_id == entry.job_id):
            released.add(key)
        elif there is not None:
            replaced.add(key)
    waiting = {key: entry for key, entry in foreign.items() if key not in released and key not in replaced}
    olds = _without(recorded, released | waiting.keys())
    return HandOver(_with(olds, taken), frozenset(taken), frozenset(released), waiting, frozenset(replaced))


def with_waiting(facts: Props, over: HandOver, recorded: Props) -> Props:
    """The facts of a fleet after an update, with the entries that no other shard has taken over yet."""
    if not over.waiting:
        return facts
    open_ = facts.get(OPEN)
    waiting = {key: entry.text() for key, entry in over.waiting.items()}
    if open_ is not None:
        before = recorded.get(OPEN)
        open_ = sorted({*open_, *(key for key in waiting if before is None or key in before)})
    adopted = {*(facts.get(ADOPTED) or ()), *(waiting.keys() & {*(recorded.get(ADOPTED) or ())})}
    return {**facts, JOBS: {**facts[JOBS], **waiting}, OPEN: open_, ADOPTED: sorted(adopted) or None}


def media_elsewhere(desired: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of this shard that others have, with their values: to be taken over, they have to be declared.

    Raises:
        ConfigurationError: The state of another shard cannot be read.
    """
    shard = Shard.parse(desired.get(SHARD))
    if shard is None:
        return {}
    found: dict[str, Any] = {}
    for _, outputs, inputs in _other_fleets(shard, desired):
        media = inputs.get(MEDIA) or {}
        found |= {key: media[key] for key in outputs.get(JOBS) or {} if key in media and shard.has(key)}
    return found


def still_held(recorded: Props) -> frozenset[str]:
    """The keys of entries that other shards have as well, with the same jobs: a destroy leaves these jobs alone.

    Raises:
        ConfigurationError: The state of another shard cannot be read.
    """
    shard = Shard.parse(recorded.get(SHARD))
    if shard is None:
        return frozenset()
    texts = {text.split(" ")[0] for _, outputs, _ in _other_fleets(shard, recorded) for text in _jobs(outputs)}
    return frozenset(key for key, entry in recorded_entries(recorded).items() if entry.job_id in texts)


def _count(fleet: Props) -> int | None:
    shard = Shard.parse(fleet.get(SHARD))
    return None if shard is None else shard.count


def _jobs(fleet: Props) -> list[str]:
    return list((fleet.get(JOBS) or {}).values())


def _other_fleets(shard: Shard, props: Mapping[str, Any]) -> Iterator[tuple[int, Props, Props]]:
    """What the other shards record of the fleet: the number of the shard, outputs and inputs."""
    numbers = {
        stack: found[1]
        for stack in stacks()
        if stack != shard.stack and (found := parsed(stack)) is not None and found[0] == shard.archive
    }
    name = str(props[OWNER_KEY]).rpartition("/")[2]
    for stack, resources in states(list(numbers)):
        for each in resources:
            is_it = each["type"] == _TYPE and each["urn"].rpartition("::")[2] == name
            if is_it and not each.get("delete"):
                yield numbers[stack], each.get("outputs") or {}, each.get("inputs") or {}


def _without(recorded: Props, keys: Collection[str]) -> Props:
    """What is recorded, without some entries."""
    if not keys:
        return recorded
    changed: Props = {
        fact: {key: value for key, value in recorded[fact].items() if key not in keys}
        for fact in _BY_KEY
        if recorded.get(fact)
    }
    for fact in (OPEN, ADOPTED):
        if recorded.get(fact) is not None:
            changed[fact] = [key for key in recorded[fact] if key not in keys]
    return {**recorded, **changed}


def _with(recorded: Props, taken: Mapping[str, Props]) -> Props:
    """What is recorded, with entries of other shards, and what these know of them."""
    if not taken:
        return recorded
    changed: Props = {fact: {**(recorded.get(fact) or {})} for fact in _BY_KEY}
    is_new = not recorded.get(JOBS)
    open_: set[str] | None = set(recorded.get(OPEN) or ()) if is_new or recorded.get(OPEN) is not None else None
    for key, outputs in taken.items():
        for fact in _BY_KEY:
            if key in (outputs.get(fact) or {}):
                changed[fact][key] = outputs[fact][key]
        if key in (outputs.get(ADOPTED) or ()):
            changed[ADOPTED] = sorted({*(changed.get(ADOPTED) or recorded.get(ADOPTED) or ()), key})
        there = outputs.get(OPEN)
        open_ = None if there is None or open_ is None else open_ | ({key} & set(there))
    changed = {fact: value for fact, value in changed.items() if value}
    return {**recorded, **changed, OPEN: None if open_ is None else sorted(open_)}
