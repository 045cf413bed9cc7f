"""Bringing a fleet to what the program declares: submitting, starting again, letting go."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from aiware_resources.api import Api, JobRecord
from aiware_resources.api.statuses import JOB_FAILED
from aiware_resources.errors import AiwareError, ApiError
from aiware_resources.fleet.adopting import ADOPTED, taken_over, without_adopted
from aiware_resources.fleet.entries import (
    CLUSTER,
    JOBS,
    MEDIA,
    Entry,
    holder_of,
    is_unknown,
    jobs_of,
    marking,
    recorded_entries,
    template_of,
)
from aiware_resources.fleet.handover import UPLOADS, recorded_tdos
from aiware_resources.fleet.local_files import files_of
from aiware_resources.fleet.parallel import first_line, troubles
from aiware_resources.fleet.plan import Plan, Wanted
from aiware_resources.fleet.reading import NEWEST, OPEN, known_complete, open_keys, states_of
from aiware_resources.fleet.removal import Removal, seen_complete
from aiware_resources.fleet.submission import SKEW, Submission, Submitted
from aiware_resources.fleet.unfinished import UNDONE, Unfinished
from aiware_resources.jobs import actions
from aiware_resources.jobs.records import is_signed_again
from aiware_resources.reconcile import RERUNS, Holder, Props, owned
from aiware_resources.reconcile.addresses import unsigned
from aiware_resources.reconcile.ownership import left_since
from aiware_resources.reconcile.recency import SUBMITTED, submitted_now
from aiware_resources.settings import Settings
from aiware_resources.shards import SHARD, Shard
from aiware_resources.sources import holds_private
from aiware_resources.text.secret_words import MASK
from aiware_resources.waiting.conditions import MISSING

LEFT = "left"

CONCURRENCY = 8
"""How many jobs are submitted side by side when the program does not say."""


@dataclass
class Update:
    """One update of a fleet.

    Attributes:
        api: Where its jobs are.
        settings: The stack's settings.
        olds: The recorded outputs; empty for a new fleet.
        news: What the program declares.
    """

    api: Api
    settings: Settings
    olds: Props
    news: Props
    _reasons: dict[str, str] = field(default_factory=dict)
    _restarts: set[str] = field(default_factory=set)

    def run(self, plan: Plan) -> Props:
        """Carries out a plan; raises nothing once aiWARE may have accepted a job.

        Returns:
            The facts to record: jobs, and what could not be done.
        """
        entries = recorded_entries(self.olds)
        holder = holder_of(self.news)
        own(holder, (*entries.values(), *left_entries(self.olds)))
        for tdo_id in (self.olds.get(UPLOADS) or {}).values():
            owned.add(tdo_id, holder)
        anew = self._started_again(plan.failed)
        wanted = [*map(self._with_upload, [*plan.added, *plan.changed]), *anew]
        # What is taken over is not left behind: it is known as the fleet's before jobs are looked for.
        taken, refused = taken_over(self.api, plan.adopted, holder)
        submitted = self._submitted(wanted)
        self._reasons |= refused | submitted.reasons
        let_go = dict(self._replaced(wanted, submitted))
        let_go |= {f"{entry.job_id}, an earlier job": entry for entry in left_entries(self.olds)}
        left = self._let_go(without_adopted({**plan.removed, **let_go}, self.olds, self.news), replaced=let_go)
        uploads = self._uploads(wanted, submitted)
        kept = {key: entry for key, entry in entries.items() if key not in plan.removed or key in left} | plan.renewed
        now = {**kept, **submitted.entries, **taken}
        adopted = {*(self.olds.get(ADOPTED) or ())} & now.keys() - submitted.entries.keys() | taken.keys()
        # A job that only looks like the entry's may be somebody else's.
        adopted |= submitted.uncertain & submitted.entries.keys()
        touched = dict.fromkeys([*submitted.entries, *taken, *(each.key for each in plan.failed)], "submitted")
        complete = known_complete(kept, self.olds.get(OPEN))
        before = self.olds.get(MISSING) or {}
        missing = {key: before[key] for key in (before.keys() & now.keys()) - touched.keys()}
        return {
            JOBS: {key: entry.text() for key, entry in now.items()},
            OPEN: open_keys({**dict.fromkeys(now, "submitted"), **complete, **touched}),
            UNDONE: Unfinished.of(self._reasons).properties(),
            UPLOADS: uploads or None,
            LEFT: [let_go[key].text() for key in sorted(left & let_go.keys())] or None,
            NEWEST: _newest(self.olds.get(NEWEST), submitted),
            SUBMITTED: submitted_now(self.api.url) if touched else self.olds.get(SUBMITTED),
            MISSING: missing or None,
            RERUNS: self._reruns(now) or None,
            ADOPTED: sorted(adopted) or None,
        }

    @property
    def _at_a_time(self) -> int:
        return concurrency_of(self.news)

    def _with_upload(self, wanted: Wanted) -> Wanted:
        """An entry whose file is there already, though it could not be submitted."""
        tdo_id = (self.olds.get(UPLOADS) or {}).get(wanted.key)
        return wanted if wanted.file is None or tdo_id is None else replace(wanted, tdo_id=tdo_id)

    def _uploads(self, wanted: Sequence[Wanted], submitted: Submitted) -> dict[str, str]:
        """The TDOs of files that wait for their jobs; removes those for which there will be none."""
        before: Mapping[str, str] = self.olds.get(UPLOADS) or {}
        if not before:
            return submitted.begun
        waiting = {each.key for each in wanted if each.file is not None} - submitted.entries.keys()
        entries = (*submitted.entries.values(), *recorded_entries(self.olds).values())
        used = {*(entry.target_id for entry in entries), *submitted.begun.values()}
        found, surplus = dict(submitted.begun), dict[str, str]()
        for key, tdo_id in before.items():
            if tdo_id in used:
                continue
            (found if key in waiting and key not in found else surplus)[key] = tdo_id
        reasons = self._without_tdos(surplus)
        self._reasons |= {key: f"its TDO could not be removed: {reason}" for key, reason in reasons.items()}
        return {**{key: surplus[key] for key in reasons}, **found}

    def _without_tdos(self, surplus: Mapping[str, str]) -> dict[str, str]:
        """Removes TDOs of files, but for those that another shard has; says which could not be removed."""
        if not surplus:
            return {}
        said = self.news.get(SHARD) or self.olds.get(SHARD)
        try:
            elsewhere = recorded_tdos({**self.news, SHARD: said})
        except AiwareError as error:
            return dict.fromkeys(surplus, first_line(error))
        shard = Shard.parse(said)
        own = {key: tdo_id for key, tdo_id in surplus.items() if tdo_id not in elsewhere}
        # Only its shard submits a job for an entry.
        shared = {key for key in own if shard is not None and not shard.has(key)}
        return Removal.of(self.news, self._at_a_time).run_on_tdos(self.api, own, shared)

    def _submitted(self, wanted: list[Wanted]) -> Submitted:
        # Another shard may have submitted what is this one's now, and been killed before it was recorded.
        newest = self.olds.get(NEWEST) if self.olds.get(SHARD) == self.news.get(SHARD) else None
        since = datetime.fromisoformat(newest) - SKEW if newest else left_since(self.api, datetime.now(UTC))
        fleet = holder_of(self.news)
        submission = Submission(
            self.api,
            fleet,
            marking(self.news),
            markers=self.settings.markers,
            since=since,
            at_a_time=self._at_a_time,
            removal=Removal.of(self.news, self._at_a_time),
        )
        return submission.run(wanted)

    def _started_again(self, failed: list[Wanted]) -> list[Wanted]:
        """Starts failed jobs again in place (``retryJob``).

        Returns:
            Those that are to be resubmitted: by policy, after a cancellation, where their cluster has changed, or where
            the API has no call for it.
        """
        jobs = {each.key: each.replaced.job_id for each in failed if each.replaced is not None}
        states = states_of(self.api, list(jobs.values()), self._at_a_time)
        anew: list[Wanted] = []
        again: dict[str, str] = {}
        for each in failed:
            record = states.get(jobs[each.key])
            cluster = each.job.get(CLUSTER)
            elsewhere = record is not None and cluster is not None and record.cluster_id != cluster
            cannot = elsewhere or record is None or record.status == "cancelled"
            cannot |= record is not None and record.status in JOB_FAILED and not self.api.abilities.retries_in_place
            if self.news.get("onFailure") == "replace" or cannot:
                anew.append(each)
            elif record is not None and record.status in JOB_FAILED:
                again[each.key] = jobs[each.key]
        before = self.api.jobs(list(again.values())) if again else {}
        # A retry would use the links that the job was submitted with.
        signed = [each for each in failed if each.key in again and unsigned(each.job) != each.job]
        outdated = [each for each in signed if self._is_outdated(again[each.key], each.job)]
        outdated += [each for each in failed if each.key in again and _has_link(each)]
        anew += outdated
        again = {key: job_id for key, job_id in again.items() if key not in {each.key for each in outdated}}
        reasons = troubles(self._retried(before), again, self._at_a_time)
        self._reasons |= reasons
        self._restarts = again.keys() - reasons.keys()
        return anew if self.news.get("onFailure") == "replace" else [*map(_with_its_tdo, anew)]

    def _reruns(self, entries: Mapping[str, Entry]) -> dict[str, int]:
        """How often the jobs of entries were started again in place."""
        before = {key: int(count) for key, count in (self.olds.get(RERUNS) or {}).items() if key in entries}
        return before | {key: before.get(key, 0) + 1 for key in self._restarts}

    def _is_outdated(self, job_id: str, job: Props) -> bool:
        with suppress(ApiError):
            return is_signed_again(self.api.job_details(job_id), job)
        return False

    def _retried(self, before: Mapping[str, JobRecord]) -> Callable[[str], object]:
        return lambda job_id: actions.retry(self.api, job_id, before.get(job_id))

    def _replaced(self, wanted: list[Wanted], submitted: Submitted) -> Iterator[tuple[str, Entry]]:
        """The jobs that others have taken the place of."""
        for each in wanted:
            entry = submitted.entries.get(each.key)
            if entry is not None and each.replaced is not None and each.replaced.job_id != entry.job_id:
                earlier = each.replaced
                # A failed job runs again on the file that was uploaded for it.
                is_shared = entry.target_id == earlier.target_id
                yield f"{each.key}'s earlier job", replace(earlier, owns_target=False) if is_shared else earlier

    def _let_go(self, entries: dict[str, Entry], replaced: Collection[str]) -> set[str]:
        """Removes jobs, and says which could not be removed."""
        removal = Removal.of(self.news, self._at_a_time, markers=self.settings.markers)
        seen = seen_complete(self.olds, self.settings.purged_after, self.api.url)
        reasons = removal.run(self.api, entries, replaced, seen) if entries else {}
        self._reasons |= {key: f"could not be removed: {reason}" for key, reason in reasons.items()}
        return set(reasons)


def own(holder: Holder, entries: Iterable[Entry]) -> None:
    """Notes that a fleet holds the jobs of entries, so that no other resource takes one; and the TDOs of files."""
    for entry in entries:
        owned.add(entry.job_id, holder)
        if entry.content is not None and entry.target_id is not None:
            owned.add(entry.target_id, holder)


def _has_link(wanted: Wanted) -> bool:
    """Whether a job was submitted with a link that was valid for some time."""
    return holds_private(wanted.job) or (wanted.file is not None and wanted.file.by_address)


def with_links(props: Props, entries: Mapping[str, Entry]) -> list[str]:
    """The keys of entries whose jobs were submitted with links that were valid for some time, as far as is known.

    Args:
        props: What the program has declared.
        entries: The entries that are asked about; those that it does not declare, or masks, may have links.
    """
    if is_unknown(props):
        return [key for key, entry in entries.items() if entry.content is not None]
    asked = {**props, MEDIA: {key: values for key, values in (props.get(MEDIA) or {}).items() if key in entries}}
    files = files_of(asked, lambda: template_of(asked))
    jobs = ((key, job) for key, job in jobs_of(asked) if MASK not in json.dumps(job))
    without = {key for key, job in jobs if not _has_link(Wanted(key, job, file=files.get(key)))}
    return [key for key in entries if key not in without]


def _with_its_tdo(wanted: Wanted) -> Wanted:
    """A failed job that is submitted again on the file that was uploaded for it."""
    earlier = wanted.replaced
    is_there = wanted.file is not None and earlier is not None and earlier.owns_target
    return replace(wanted, tdo_id=earlier.target_id) if is_there and earlier is not None else wanted


def concurrency_of(props: Props) -> int:
    """How many jobs are treated side by side."""
    return int(props.get("concurrency") or CONCURRENCY)


def left_entries(props: Props) -> list[Entry]:
    """Jobs that entries had before, and that could not be removed yet."""
    return [Entry.parse(text) for text in props.get(LEFT) or []]


def _newest(recorded: str | None, submitted: Submitted) -> str | None:
    """From when on the next run has to look for jobs that are not recorded.

    What became of an entry may be unknown, and its job be older than those that were accepted after it.
    """
    newest = submitted.newest
    if newest is None or not submitted.is_certain:
        return recorded
    return newest.isoformat() if recorded is None or newest > datetime.fromisoformat(recorded) else recorded
