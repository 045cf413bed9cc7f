"""What a fleet says of itself: of its jobs by number and by key, as one resource stands for thousands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aiware_resources.fleet.adopting import without_adopted
from aiware_resources.fleet.entries import JOBS, MEDIA, TEMPLATE, Entry, recorded_entries
from aiware_resources.fleet.files.files import DOWNLOAD_TO, RESULTS_TO
from aiware_resources.fleet.handover import UPLOADS, HandOver, handed_over
from aiware_resources.fleet.local_files import in_words
from aiware_resources.fleet.plan import FAILURES, Plan, named, plan
from aiware_resources.fleet.reading import OPEN, known_complete
from aiware_resources.fleet.removal import Removal
from aiware_resources.fleet.unfinished import UNDONE, Unfinished
from aiware_resources.fleet.update import concurrency_of, left_entries
from aiware_resources.job import IN_GRAPH
from aiware_resources.reconcile.addresses import unsigned
from aiware_resources.reconcile.compare import ABSENT, value_at
from aiware_resources.reconcile.entity import DriftedProperty, Effect, Entity, Fate, PropertyChange, Props, Verb, Words
from aiware_resources.tdos.removal import NOUN as TDO

JOB = "job"
ONLY_SIGNED = "only the signature differs"
SHOWN = 10
"""Of so many entries the values are shown."""
_LONGEST_KEY = 72
"""Characters of a key that are shown."""


class FleetEntity(Entity):
    """What a fleet says of itself."""

    kind = "job fleet"
    noun = "job fleet"
    words = Words()
    adoption = None
    question = None
    entries = MEDIA
    folders = (DOWNLOAD_TO, RESULTS_TO)

    def fate_made(self, inputs: Mapping[str, Any]) -> Fate:
        """Jobs run."""
        over = handed_over({}, inputs)
        found = plan(over.olds, inputs)
        return Fate("is new", tuple(_running(found)), tuple(_told(over, found)))

    def fate_changed(self, recorded: Props, before: Props, inputs: Props, changed: Sequence[str]) -> Fate:
        """An update works entry by entry."""
        over = handed_over(recorded, inputs)
        found = plan(over.olds, inputs, over.before(before))
        removed = without_adopted(found.removed, recorded, inputs)
        let_go = [*removed.values(), *without_adopted(dict(_replaced(found, inputs)), recorded, inputs).values()]
        removal = Removal.of(inputs, concurrency_of(inputs))
        effects = [*_running(found), *_targets(removal, let_go)]
        if removal.deletes:
            effects += [Effect(Verb.DELETE, JOB, len(let_go))] if let_go else []
        else:
            effects += _cancelled(removal, found.removed, recorded)
        if not effects and (changed or over or found.is_renewal_due):
            effects.append(Effect(Verb.RECORD, self.noun))
        left = len(left_entries(recorded))
        notes = [*_told(over, found), *([f"Removes {left} earlier jobs, which failed before."] if left else [])]
        return Fate("changes entry by entry" if found else "changes on record only", tuple(effects), tuple(notes))

    def fate_given_up(self, recorded: Props) -> Fate:
        """What happens to its jobs."""
        entries = [*recorded_entries(recorded).values(), *left_entries(recorded)]
        removal = Removal.of(recorded, concurrency_of(recorded))
        effects = list(_cancelled(removal, recorded_entries(recorded), recorded, len(left_entries(recorded))))
        if removal.deletes:
            effects = [Effect(Verb.DELETE, JOB, len(entries))]
            says = "its jobs are DELETED with their outputs"
        elif not removal.cancels:
            says = "is only forgotten: aiWARE goes on with its jobs"
        elif any(each.verb is Verb.CANCEL for each in effects):
            says = "its jobs are cancelled if they are unfinished, and forgotten"
        else:
            says = "is only forgotten: its jobs have ended"
        entries += [Entry("", tdo_id, True, "") for tdo_id in (recorded.get(UPLOADS) or {}).values()]
        targets = list(_targets(removal, entries))
        words = {Verb.DELETE: "are DELETED with their content", Verb.CLEAN_UP: "are CLEANED UP"}
        notes = [f"The {each.count:,} TDOs that its jobs made {words[each.verb]}." for each in targets]
        return Fate(says, tuple(each for each in [*effects, *targets] if each.count), tuple(notes))

    def entry_changes(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Sequence[PropertyChange]:
        """What the values of entries are now, and then; of many, the first ones."""
        raw = {
            key: tuple(in_words(value_at(side.get(MEDIA), (key,))) for side in (old, new)) for key in _keys(old, new)
        }
        # Those that change more than the signature of a link come first.
        same = {key: unsigned(was) == unsigned(will) for key, (was, will) in raw.items()}
        keys = sorted((key for key, (was, will) in raw.items() if was != will), key=same.__getitem__)
        shown = [
            PropertyChange(_path(key), raw[key][0], raw[key][1], ONLY_SIGNED if same[key] else "")
            for key in keys[:SHOWN]
        ]
        if len(keys) > SHOWN:
            shown.append(PropertyChange(f"{MEDIA}[...]", ABSENT, f"{len(keys) - SHOWN:,} entries more"))
        return shown

    def entry_drift(
        self, recorded: Props, live: Props, wanted: Props | None, *, with_failures: bool
    ) -> Sequence[DriftedProperty]:
        """The entries of which nothing is left in aiWARE, and those that have failed meanwhile."""
        jobs, there = recorded.get(JOBS) or {}, live.get(JOBS) or {}
        gone = [key for key in sorted(jobs) if key not in there]
        found = [DriftedProperty(f"{JOBS}[{key}]", _job(jobs[key]), ABSENT, _then(key, wanted)) for key in gone]
        if with_failures:
            known, failures = recorded.get(FAILURES) or {}, live.get(FAILURES) or {}
            found += [
                DriftedProperty(f"{FAILURES}[{key}]", known.get(key, ABSENT), failures[key])
                for key in sorted(failures)
                if key not in known
            ]
        return found

    def failure_in_words(self, recorded: Mapping[str, Any]) -> str:
        """Which jobs have failed."""
        failed = recorded.get(FAILURES)
        return f"{len(failed)} of its jobs have failed: {named(sorted(failed))}." if failed else ""

    def graph(self, properties: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """That of the template."""
        template = properties.get(TEMPLATE)
        return template if isinstance(template, Mapping) else {}

    def shown(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        """All but the media, and the graph of the template, which is drawn."""
        without = {key: value for key, value in inputs.items() if key != MEDIA}
        template = inputs.get(TEMPLATE)
        if isinstance(template, Mapping):
            without[TEMPLATE] = {key: value for key, value in template.items() if key not in IN_GRAPH}
        return without

    def jobs_in(self, object_id: str, recorded: Mapping[str, Any]) -> Mapping[str, str]:
        """The job of each entry."""
        return {key: entry.job_id for key, entry in recorded_entries(recorded).items()}

    def left_undone(self, recorded: Mapping[str, Any]) -> str:
        """The entries whose jobs could not be submitted, started again or removed."""
        unfinished = Unfinished.parse(recorded.get(UNDONE))
        return unfinished.error().message if unfinished else ""

    def made_with_it(self, recorded: Props) -> Iterable[str]:
        """The TDOs of its jobs."""
        entries = [*recorded_entries(recorded).values(), *left_entries(recorded)]
        return [*(entry.target_id for entry in entries if entry.target_id), *(recorded.get(UPLOADS) or {}).values()]


def _job(text: str) -> str:
    entry = Entry.parse(text)
    return f"job {entry.job_id}, TDO {entry.target_id}"


def _then(key: str, wanted: Mapping[str, Any] | None) -> str:
    if wanted is None:
        return ""
    return "is resubmitted" if key in (wanted.get(MEDIA) or {}) else "is forgotten: the program dropped it too"


def _running(found: Plan) -> Iterator[Effect]:
    count = len(found.added) + len(found.changed) + len(found.failed)
    if count:
        yield Effect(Verb.RUN, JOB, count)


def _replaced(found: Plan, inputs: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    """The jobs whose place others take."""
    again = [*found.changed, *(found.failed if inputs.get("onFailure") == "replace" else [])]
    return ((each.key, each.replaced) for each in again if each.replaced is not None)


def _targets(removal: Removal, entries: list[Entry]) -> Iterator[Effect]:
    """What happens to the TDOs that jobs made."""
    verb = {"delete": Verb.DELETE, "cleanup": Verb.CLEAN_UP}.get(removal.target_policy)
    count = sum(entry.owns_target for entry in entries)
    if verb and count:
        yield Effect(verb, TDO, count)


def _cancelled(removal: Removal, entries: Mapping[str, Entry], recorded: Props, unknown: int = 0) -> Iterator[Effect]:
    """What happens to jobs that are given up: those that are known to have ended are only forgotten.

    Args:
        removal: What the fleet's policies say.
        entries: Their entries.
        recorded: What is recorded of the fleet.
        unknown: How many jobs there are besides, of which no state is recorded.
    """
    over = known_complete(entries, recorded.get(OPEN)).keys() | (recorded.get(FAILURES) or {}).keys() & entries.keys()
    may_run = len(entries) - len(over) + unknown if removal.cancels else 0
    for verb, count in ((Verb.CANCEL, may_run), (Verb.FORGET, len(entries) + unknown - may_run)):
        if count:
            yield Effect(verb, JOB, count)


def _told(over: HandOver, found: Plan) -> Iterator[str]:
    for summary in (over.summary(), found.summary()):
        if summary:
            yield f"{summary[0].upper()}{summary[1:]}."


def _keys(*inputs: Mapping[str, Any]) -> list[str]:
    sides = [side[MEDIA] for side in inputs if isinstance(side.get(MEDIA), Mapping)]
    return sorted({key for side in sides for key in side})


def _path(key: str) -> str:
    return f"{MEDIA}[{key}]" if len(key) <= _LONGEST_KEY else f"{MEDIA}[{key[:_LONGEST_KEY]}…]"
