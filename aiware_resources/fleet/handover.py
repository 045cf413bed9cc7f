"""Entries that go from one shard to another when the number of shards changes.

The shard that an entry goes to takes over its job first, from the state of the shard that has it. That one gives the
entry up when it sees it in the other's state, and does nothing to the job. So whenever a run is killed, at least one
state holds the entry, and none of the two runs it again.

Where two states tell different things of an entry, the shard that changed to its number of shards last is right: it
took over what the others had by then. As long as that cannot be told, the entry stays where it is.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aiware_resources.fleet.adopting import ADOPTED
from aiware_resources.fleet.entries import JOBS, MEDIA, Entry, recorded_entries
from aiware_resources.fleet.local_files import Content
from aiware_resources.fleet.packing import FLEET, unpacked_resource, with_jobs
from aiware_resources.fleet.plan import named
from aiware_resources.fleet.reading import OPEN
from aiware_resources.reconcile import RERUNS, Props
from aiware_resources.reconcile.holders import OWNER_KEY
from aiware_resources.reconcile.other_stacks import stacks, state_in_clear, states
from aiware_resources.shards import SHARD, Shard, parsed, shard_of
from aiware_resources.waiting.conditions import MISSING

log = logging.getLogger("aiware")

UPLOADS = "uploads"
"""The fact of the TDOs that hold files of entries which have no job yet, by key."""

RESHARDED = "__resharded"
"""The fact of when the fleet changed to its present number of shards, and to the one before: by aiWARE's clock."""

_BY_KEY = (JOBS, "failures", MISSING, RERUNS)
"""The facts of a fleet that are told by key, beside which of its jobs are open."""


@dataclass(frozen=True)
class HandOver:
    """What a fleet has, once entries have changed hands.

    Attributes:
        olds: What is recorded of it: with the entries that it takes over, and without those that are not its own.
        taken: The keys of entries that it takes over.
        released: The keys of entries that it gives up, since another shard has them.
        waiting: The entries that it has until another shard takes them over.
        replaced: Those of the released ones for which their shard runs another job by now. It removed the earlier one.
        disputed: Those of the waiting ones for which their shard has another job, and no later one as far as is known.
        seen: The latest moment at which a shard changed to its number of shards, of the other ones.
    """

    olds: Props
    taken: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()
    waiting: Mapping[str, Entry] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    disputed: frozenset[str] = frozenset()
    seen: str = ""

    def __bool__(self) -> bool:
        return bool(self.taken or self.released)

    def before(self, inputs: Props) -> Props:
        """The recorded inputs, as far as what the fleet has is of them: what it takes over is of other inputs."""
        media = inputs.get(MEDIA)
        if not self.taken or not isinstance(media, dict):
            return inputs
        return {**inputs, MEDIA: {key: values for key, values in media.items() if key not in self.taken}}

    def summary(self) -> str:
        """What changes hands, with keys."""
        parts = [
            f"{verb} {named(sorted(keys))}"
            for verb, keys in (
                ("takes over", self.taken),
                ("gives up", self.released - self.replaced),
                ("gives up, since their shard runs other jobs for them,", self.replaced),
                ("holds, until their shard has taken them over,", self.waiting.keys() - self.disputed),
                ("holds, since another shard has other jobs for them, maybe earlier ones,", self.disputed),
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
    # Only with another number of shards, admission takes care that all of these are declared.
    is_any_declared = recorded.get(SHARD) != desired.get(SHARD)
    media = desired.get(MEDIA)
    declared = media if isinstance(media, dict) else {}
    taken: dict[str, Props] = {}
    for key, holders in _holders(others.values()).items():
        if not shard.has(key) or not (is_any_declared or key in declared):
            continue
        latest = _latest(key, holders)
        is_later = _is_of(key, latest) and _since(key, latest) > _since(key, recorded)
        if key not in own or (is_later and _job_id(latest, key) != own[key].job_id):
            taken[key] = latest
    released: set[str] = set()
    replaced: set[str] = set()
    disputed: set[str] = set()
    for key, entry in foreign.items():
        other = others.get(shard_of(key, shard.count), {})
        there = _job_id(other, key)
        # It saw what this one has when it changed to this number of shards; else it may never have had the entry.
        is_later = _count(other) == shard.count and _since(key, other) > _since(key, recorded)
        if is_later or there == entry.job_id:
            released.add(key)
        if there is not None and there != entry.job_id:
            (replaced if is_later else disputed).add(key)
    waiting = {key: entry for key, entry in foreign.items() if key not in released}
    olds = _without(recorded, foreign.keys() | taken.keys())
    if olds.get(UPLOADS):
        olds = {**olds, UPLOADS: {key: tdo_id for key, tdo_id in olds[UPLOADS].items() if key not in waiting}}
    return HandOver(
        _with(olds, taken),
        frozenset(taken),
        frozenset(released),
        waiting,
        frozenset(replaced),
        frozenset(disputed),
        max(map(_changed_at, others.values()), default=""),
    )


def resharded(recorded: Props, desired: Mapping[str, Any], over: HandOver, now: datetime) -> dict[str, str] | None:
    """The fact of when a fleet changed to its number of shards: later than every such change that it has seen.

    aiWARE tells the time in seconds, so that of two changes the later one may seem to be the earlier one.

    Args:
        recorded: The recorded outputs of the fleet; empty for a new one.
        desired: What the program declares.
        over: What changes hands.
        now: The present moment by aiWARE's clock.
    """
    known: dict[str, str] | None = recorded.get(RESHARDED)
    if recorded.get(SHARD) == desired.get(SHARD):
        return known
    at, seen = now.isoformat(), max(over.seen, _changed_at(recorded))
    if at <= seen:
        at = (datetime.fromisoformat(seen) + timedelta(microseconds=1)).isoformat()
    return {"at": at, "before": _changed_at(recorded)}


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
    told = {
        fact: {
            **{key: value for key, value in (recorded.get(fact) or {}).items() if key in waiting},
            **(facts.get(fact) or {}),
        }
        or None
        for fact in (MISSING, RERUNS, UPLOADS)
    }
    return {**facts, **told, JOBS: {**facts[JOBS], **waiting}, OPEN: open_, ADOPTED: sorted(adopted) or None}


def recorded_media(desired: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of this shard that it or another one has: to stay, they have to be declared.

    Returns:
        Their values by key; ``None`` where these are not recorded any more, or are encrypted.

    Raises:
        ConfigurationError: The state of another shard cannot be read.
    """
    shard = Shard.parse(desired.get(SHARD))
    if shard is None:
        return {}
    found: dict[str, Any] = {}
    # Also what this shard itself holds for another one, and gets back: its inputs do not list it either.
    for _, outputs, inputs in _fleets(shard, desired):
        media = inputs.get(MEDIA) or {}
        for key in outputs.get(JOBS) or {}:
            if shard.has(key) and found.get(key) is None:
                found[key] = media.get(key)
    return found


def recorded_contents(desired: Mapping[str, Any]) -> dict[str, Content]:
    """The contents of the files that were uploaded for entries of this shard, by it or by another one.

    Raises:
        ConfigurationError: The state of another shard cannot be read.
    """
    shard = Shard.parse(desired.get(SHARD))
    if shard is None:
        return {}
    found: dict[str, Content] = {}
    for key, holders in _holders(outputs for _, outputs, _ in _fleets(shard, desired)).items():
        if shard.has(key) and (content := Entry.parse(_latest(key, holders)[JOBS][key]).content):
            found[key] = content
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


def recorded_tdos(props: Mapping[str, Any]) -> frozenset[str]:
    """The TDOs that other shards record, as those of jobs or of files that wait for jobs.

    Raises:
        ConfigurationError: The state of another shard cannot be read.
    """
    shard = Shard.parse(props.get(SHARD))
    if shard is None:
        return frozenset()
    found: set[str] = set()
    for _, outputs, _ in _other_fleets(shard, props):
        found |= {entry.target_id for entry in recorded_entries(outputs).values() if entry.target_id is not None}
        found |= {*(outputs.get(UPLOADS) or {}).values()}
    return frozenset(found)


def _count(fleet: Props) -> int | None:
    shard = Shard.parse(fleet.get(SHARD))
    return None if shard is None else shard.count


def _changed_at(fleet: Props) -> str:
    """When a fleet changed to its number of shards."""
    return str((fleet.get(RESHARDED) or {}).get("at", ""))


def _since(key: str, fleet: Props) -> str:
    """Since when an entry is of the shard of a fleet; what it only holds for another one, it had before."""
    if _is_of(key, fleet):
        return _changed_at(fleet)
    return str((fleet.get(RESHARDED) or {}).get("before", ""))


def _is_of(key: str, fleet: Props) -> bool:
    """Whether an entry is of the shard of a fleet, by the number of shards that it records."""
    shard = Shard.parse(fleet.get(SHARD))
    return shard is None or shard.has(key)


def _latest(key: str, fleets: Sequence[Props]) -> Props:
    """The fleet whose job of an entry is the latest one."""
    return max(fleets, key=lambda fleet: (_is_of(key, fleet), _since(key, fleet)))


def _job_id(fleet: Props, key: str) -> str | None:
    text = (fleet.get(JOBS) or {}).get(key)
    return None if text is None else Entry.parse(text).job_id


def _holders(fleets: Iterable[Props]) -> dict[str, list[Props]]:
    """The fleets that have an entry, by its key."""
    found: dict[str, list[Props]] = {}
    for fleet in fleets:
        for key in fleet.get(JOBS) or {}:
            found.setdefault(key, []).append(fleet)
    return found


def _jobs(fleet: Props) -> list[str]:
    return list((fleet.get(JOBS) or {}).values())


def _other_fleets(shard: Shard, props: Mapping[str, Any]) -> Iterator[tuple[int, Props, Props]]:
    """What the other shards record of the fleet: the number of the shard, outputs and inputs."""
    return (each for each in _fleets(shard, props) if each[0] != shard.index)


def _fleets(shard: Shard, props: Mapping[str, Any]) -> Iterator[tuple[int, Props, Props]]:
    project, _, name = str(props[OWNER_KEY]).split("/", 2)
    there = ((stack, parsed(stack.rpartition("/")[2])) for stack in stacks(project))
    numbers = {stack: found[1] for stack, found in there if found is not None and found[0] == shard.archive}
    for stack, resources in states(list(numbers)):
        for each in with_jobs(resources, partial(state_in_clear, stack)):
            is_it = each["type"] == FLEET and each["urn"].rpartition("::")[2] == name
            if is_it and not each.get("delete"):
                found = unpacked_resource(each)
                yield numbers[stack], found.get("outputs") or {}, found.get("inputs") or {}


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
