"""What an update does to the recordings of a fleet: a row for each entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from aiware_resources.entities import entity_of
from aiware_resources.estimates.spans import declared_minutes
from aiware_resources.fleet.adopting import without_adopted
from aiware_resources.fleet.entries import Entry, is_unknown, job_of, recorded_entries
from aiware_resources.fleet.files.formats import EXPORTS
from aiware_resources.fleet.local_files import in_words
from aiware_resources.fleet.plan import FAILURES, Plan, Wanted, plan
from aiware_resources.fleet.reading import OPEN, known_complete
from aiware_resources.fleet.removal import Removal
from aiware_resources.jobs.removal import JOB_DELETED
from aiware_resources.reconcile.compare import value_at
from aiware_resources.reconcile.entity import PropertyChange
from aiware_resources.report import work
from aiware_resources.report.masking import SECRET, masked, without_signature
from aiware_resources.report.model import Action, Change, Reason, Row, Run
from aiware_resources.report.pulumi_json import Step
from aiware_resources.report.reasons import cut, reason_of

RECORDING = "recording"
_TEMPLATE = "template."
_FATES = {"delete": "is DELETED with its content", "cleanup": "is CLEANED UP"}


def rows_of(change: Change, step: Step) -> Iterator[Row]:
    """Makes a row for each entry that changes; one for the fleet where none does, or that is not known yet.

    Args:
        change: What happens to the fleet.
        step: Its step.
    """
    fleet = _Fleet(change, step)
    rows = list(fleet.rows())
    if not rows or change.action == "replace":
        noun = entity_of(step.state.type).noun
        reasons = tuple(reason_of(each, fleet.inputs) for each in change.properties) if not change.is_new else ()
        says = (change.says, *(note.rstrip(".") for note in change.notes))
        row = Row(change.name, noun, change.action, says, because=reasons, changes=(change,), destroys=change.destroys)
        rows.append(replace(row, is_undecided=is_unknown(fleet.inputs)))
    yield from rows


def shown_address(address: str) -> str:
    """An address as people may see it: without what only opens it."""
    return without_signature(address).replace(f"?{SECRET}", "")


class _Fleet:
    """The entries of one fleet, as they are recorded and as they are declared.

    Args:
        change: What happens to the fleet.
        step: Its step.
    """

    def __init__(self, change: Change, step: Step) -> None:
        self.change, old, new = change, step.old_state, step.new_state
        self.before = old.inputs if old is not None else {}
        self.outputs = {**old.outputs, **old.facts} if old is not None else {}
        self.inputs = new.inputs if new is not None else {}
        self.entity = entity_of(step.state.type)
        policies = self.inputs or self.outputs
        self.removal = Removal.of(policies, 1)
        self.common = tuple(
            reason_of(each, self.inputs) for each in change.properties if each.path.startswith(_TEMPLATE)
        )
        entries = recorded_entries(self.outputs)
        self.over = {*known_complete(entries, self.outputs.get(OPEN)), *(self.outputs.get(FAILURES) or {})}
        self.entries = entries
        self.ours = without_adopted(entries, self.outputs, policies)
        self.captions = work.extensions(self.inputs.get(EXPORTS))

    def rows(self) -> Iterator[Row]:
        """The rows."""
        if self.change.action == "delete":
            yield from (self._removed(key, entry) for key, entry in self.entries.items())
            return
        found = plan(self.outputs, self.inputs, self.before) if self.inputs else Plan()
        yield from (self._runs("create", wanted, ()) for wanted in found.added)
        for wanted in found.adopted:
            address = work.address(wanted.job)
            yield self._row("adopt", wanted.key, ("takes over a job", *self.captions), address)
        yield from (self._runs("replace", wanted, self._why(wanted.key)) for wanted in found.changed)
        for wanted in found.failed:
            is_new = self.inputs.get("onFailure") == "replace"
            reason = str((self.outputs.get(FAILURES) or {}).get(wanted.key) or "failed")
            status, _, text = reason.partition(": ")
            because = (Reason(f"it {status}{': ' if text else ''}{cut(without_signature(text))}"),)
            yield self._runs("replace" if is_new else "update", wanted, because)
        yield from (self._removed(key, entry) for key, entry in found.removed.items())
        yield from (
            self._row("update", key, ("may run again: its values are not known yet",)) for key in found.undecided
        )

    def _runs(self, action: Action, wanted: Wanted, because: tuple[Reason, ...]) -> Row:
        job, tasks = wanted.job, wanted.job.get("tasks")
        ids = work.engine_ids(tasks), work.all_engine_ids(tasks)
        run = Run(work.address(job), declared_minutes(job.get("target")), *ids)
        lost = self._lost(wanted.replaced) if action == "replace" else ""
        is_deleted = self.removal.deletes and action == "replace"
        says = (
            *([f"the TDO of its earlier run {lost}"] if lost else []),
            *([f"its earlier job {JOB_DELETED}"] if is_deleted else []),
        )
        again = "" if action == "create" else " again"
        does = (f"{each}{again}" for each in (work.does(tasks), *self.captions))
        return self._row(
            action, wanted.key, (*says, *does), run.source, because, (run,), destroys=bool(lost) or is_deleted
        )

    def _removed(self, key: str, entry: Entry) -> Row:
        lost = self._lost(entry)
        is_deleted = self.removal.deletes and key in self.ours
        may_run = self.removal.cancels and key in self.ours and key not in self.over
        fate = f"is {'cancelled if it is unfinished, and' if may_run else 'only'} forgotten"
        job = f"its job {JOB_DELETED if is_deleted else fate}"
        media = self.before.get("media")
        address = work.address(job_of(self.before, key)) if isinstance(media, Mapping) and key in media else ""
        says = (*([f"its TDO {lost}"] if lost else []), job)
        return self._row("delete", key, says, address, destroys=bool(lost) or is_deleted)

    def _row(
        self,
        action: Action,
        key: str,
        says: tuple[str, ...],
        address: str = "",
        because: tuple[Reason, ...] = (),
        runs: tuple[Run, ...] = (),
        *,
        destroys: bool = False,
    ) -> Row:
        return Row(
            key,
            RECORDING,
            action,
            says,
            address=shown_address(address),
            because=because,
            changes=(self.change,),
            runs=runs,
            fleet=self.change.name,
            destroys=destroys,
        )

    def _lost(self, entry: Entry | None) -> str:
        """What happens to the TDO that a job made for itself."""
        return _FATES.get(self.removal.target_policy, "") if entry is not None and entry.owns_target else ""

    def _why(self, key: str) -> tuple[Reason, ...]:
        """Why the job of an entry runs again: the template changes, or the values of the entry."""
        old, new = (in_words(value_at(side.get("media"), (key,))) for side in (self.before, self.inputs))
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            return self.common
        safe = self.entity.secrets
        names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
        own = tuple(Reason(f"its {name}", _change(key, name, masked(old, safe), masked(new, safe))) for name in names)
        return (*self.common, *own)


def _change(key: str, name: str, old: Any, new: Any) -> PropertyChange:
    return PropertyChange(f"media[{key}].{name}", value_at(old, (name,)), value_at(new, (name,)))
