"""What an update does to a fleet, entry by entry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from aiware_resources.fleet.entries import (
    MEDIA,
    TEMPLATE,
    Entry,
    fingerprint,
    first_fingerprint,
    is_first,
    is_unknown,
    job_of,
    known_jobs_of,
    recorded_entries,
    template_of,
)
from aiware_resources.fleet.local_files import UPLOADED, LocalMedia, files_of
from aiware_resources.fleet.unfinished import UNDONE
from aiware_resources.reconcile import Props
from aiware_resources.reconcile.unknowns import cut
from aiware_resources.text.secret_words import MASK
from aiware_resources.text.words import printable

FAILURES = "failures"
ADOPT = "adoptJobs"
"""The property of the argument ``adopt``; for every other entity, a property of that name is the id of one object."""

_NAMED = 5
"""How many keys a sentence names."""


@dataclass(frozen=True)
class Wanted:
    """An entry whose job is to be submitted.

    Attributes:
        key: Its key.
        job: The job's properties.
        replaced: The job that it takes the place of.
        adopt: A job that is there already, to be taken over instead.
        file: The file of this machine that it works on.
        tdo_id: The TDO that holds this file already.
    """

    key: str
    job: Props
    replaced: Entry | None = None
    adopt: str | None = None
    file: LocalMedia | None = None
    tdo_id: str | None = None

    @property
    def identity(self) -> str:
        """The fingerprint of what the job produces, with the file that it is to produce it from."""
        return self.product if self.file is None else f"{self.product} {self.file.content.stamp}"

    @cached_property
    def product(self) -> str:
        """The fingerprint of what the job produces; of thousands it is found out while others are on their way."""
        return fingerprint(self.job if self.file is None else self.file.job_at(UPLOADED))


@dataclass
class Plan:
    """What is to happen to the entries of a fleet; those that stay as they are are left out.

    Attributes:
        added: Entries without a job: new ones, those that could not be submitted before, and those whose TDO is gone.
        adopted: Entries without a job that take over one that is there already.
        changed: Entries whose jobs are to produce something else.
        failed: Entries whose jobs failed and are run again.
        removed: Recorded entries that the program does not declare any more.
        renewed: Entries that stay, as they are to be recorded: their fingerprints are of an earlier form, or their
            files have the same content and another time.
        is_renewal_due: Whether one of these cannot be known by its earlier fingerprint any more, after this run.
        undecided: Entries of which it is not known yet what they are to produce.
        all_undecided: Whether it is not even known which entries there are.
    """

    added: list[Wanted] = field(default_factory=list)
    adopted: list[Wanted] = field(default_factory=list)
    changed: list[Wanted] = field(default_factory=list)
    failed: list[Wanted] = field(default_factory=list)
    removed: dict[str, Entry] = field(default_factory=dict)
    renewed: dict[str, Entry] = field(default_factory=dict)
    is_renewal_due: bool = False
    undecided: list[str] = field(default_factory=list)
    all_undecided: bool = False

    def __bool__(self) -> bool:
        runs = self.added or self.adopted or self.changed or self.failed
        return bool(runs or self.removed or self.undecided or self.all_undecided)

    def summary(self) -> str:
        """What happens, with keys: ``submits ep-3, ep-4 (2); re-runs ep-1``."""
        if self.all_undecided:
            return (
                "what it does is not known yet: its template or its media are secret, or come from something that "
                "changes first"
            )
        return "; ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        for verb, keys in (
            ("submits", [wanted.key for wanted in self.added]),
            ("adopts the jobs of", [wanted.key for wanted in self.adopted]),
            ("resubmits", [wanted.key for wanted in self.changed]),
            ("runs again", [wanted.key for wanted in self.failed]),
            ("removes", list(self.removed)),
        ):
            if keys:
                yield f"{verb} {named(keys)}"
        if self.undecided:
            yield f"may resubmit: {named(self.undecided)}, whose values are not known yet"


def plan(recorded: Mapping[str, Any], desired: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Plan:
    """Compares what is recorded of a fleet with what the program declares, entry by entry and without any request.

    Args:
        recorded: The recorded (and just refreshed) outputs of the fleet.
        desired: The inputs that the program gives now; unknown values may be anywhere.
        before: The recorded inputs of the fleet, where they are known: what is recorded of its entries is of these.
    """
    if is_unknown(desired):
        return Plan(all_undecided=True)
    entries = recorded_entries(recorded)
    retried = recorded.get(FAILURES) or {}
    if desired.get("onFailure") == "keep":
        retried = {}
    adopt = desired.get(ADOPT) or {}
    found = Plan(removed=dict(entries))
    media = desired.get(MEDIA) or {}
    files = files_of(desired, lambda: template_of(desired))
    stays = set(_as_before(entries, recorded, desired, before or {})) - retried.keys() - files.keys()
    for key in stays:
        del found.removed[key]
    others = {key: values for key, values in media.items() if key not in stays}
    for key, known, unknown in known_jobs_of({**desired, MEDIA: others}):
        entry = found.removed.pop(key, None)
        if any(path[0] != "clusterId" for path in unknown):
            found.undecided.append(key)
            continue
        file = files.get(key)
        wanted = Wanted(key, known, entry, file=file)
        if entry is None:
            job_id = adopt.get(key)
            found.added.append(wanted) if job_id is None else found.adopted.append(replace(wanted, adopt=str(job_id)))
            continue
        product = wanted.product
        is_known = entry.product in {product, first_fingerprint(known) if is_first(entry.product) else product}
        is_changed = not is_known and _successor(entry, key, before or {}) != product
        if is_changed or not _has_content(entry, file):
            found.changed.append(wanted)
            continue
        if entry.product != product:
            found.renewed[key] = replace(entry, product=product)
            found.is_renewal_due |= not is_known
        if file is not None and entry.content is not None and entry.content.modified != file.content.modified:
            found.renewed[key] = replace(entry, product=product, content=replace(file.content, md5=entry.content.md5))
        if key in retried:
            found.failed.append(wanted)
    return found


def _has_content(entry: Entry, file: LocalMedia | None) -> bool:
    """Whether what was uploaded for an entry, if anything, is its file."""
    if file is None or entry.content is None:
        return file is None and entry.content is None
    return entry.content.is_now(file.content, file.path)


def _as_before(
    entries: Mapping[str, Entry], recorded: Mapping[str, Any], desired: Mapping[str, Any], before: Mapping[str, Any]
) -> Iterator[str]:
    """The keys of entries of which the program says the same as when what is recorded of them came about.

    Their fingerprints need not be found out, which takes a minute of a hundred thousand. After a run that could not do
    all it was asked to, the recorded inputs may be ahead of what is recorded of an entry; then there are none. Neither
    is an entry as before where a preview masks a secret: its value may be another one.
    """
    media = before.get(MEDIA)
    if not isinstance(media, dict) or recorded.get(UNDONE) or not _is_same(before.get(TEMPLATE), desired.get(TEMPLATE)):
        return
    for key, values in (desired.get(MEDIA) or {}).items():
        entry = entries.get(key)
        is_plain = entry is not None and entry.content is None and not is_first(entry.product)
        if is_plain and key in media and _is_same(media[key], values):
            yield key


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values are known to be written in the same way; to Python, 1 and true are equal."""
    if one != other:
        return False
    written = _written(one)
    return written == _written(other) and MASK not in written


_written = json.JSONEncoder(sort_keys=True).encode


def _successor(entry: Entry, key: str, before: Mapping[str, Any]) -> str | None:
    """The present fingerprint of what a fingerprint of the first form stands for; ``None`` when that is not known."""
    if not is_first(entry.product) or key not in (before.get(MEDIA) or {}):
        return None
    recorded, unknown = cut(job_of(before, key))
    return fingerprint(recorded) if not unknown and first_fingerprint(recorded) == entry.product else None


def named(keys: Sequence[str]) -> str:
    """Keys for a sentence: all of a few, the first ones of many, and how many there are when that is not plain."""
    if len(keys) == 1:
        return printable(keys[0])
    more = ", ..." if len(keys) > _NAMED else ""
    return f"{', '.join(map(printable, keys[:_NAMED]))}{more} ({len(keys)})"
