"""Removes the jobs of thousands of entries."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiware_resources.api import Api, JobRecord
from aiware_resources.errors import AiwareError
from aiware_resources.fleet.entries import Entry, marking, recorded_entries
from aiware_resources.fleet.parallel import first_line, troubles
from aiware_resources.fleet.reading import seen_keys, states_of
from aiware_resources.jobs import actions
from aiware_resources.reconcile import Props, marker_of, resource_hash
from aiware_resources.reconcile.left_behind import latest, note_released
from aiware_resources.reconcile.recency import now_at
from aiware_resources.tdos.removal import remove_tdo

log = logging.getLogger("aiware")

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any job."""


def seen_complete(recorded: Props, purged_after: float, url: str) -> frozenset[str]:
    """The ids of a fleet's jobs that count as complete when aiWARE does not show them.

    Args:
        recorded: What is recorded of the fleet.
        purged_after: After how many seconds a record may have been purged (``aiware:purgedAfter``).
        url: Where aiWARE is.
    """
    entries = recorded_entries(recorded)
    return frozenset(entries[key].job_id for key in seen_keys(entries, recorded, purged_after, now_at(url)))


@dataclass(frozen=True)
class Removal:
    """What a fleet's policies say about jobs that it removes.

    Attributes:
        cancels: Whether unfinished jobs are cancelled (``cancelJob``).
        deletes: Whether jobs are deleted, finished or not (``deleteJob``).
        target_policy: What happens to the TDOs that jobs made: ``delete``, ``cleanup`` or ``retain``.
        cleanup_options: What ``cleanup`` removes; ``None`` for aiWARE's default.
        at_a_time: How many jobs are treated side by side.
        resource: Names the fleet to aiWARE; ``None`` without markers.
    """

    cancels: bool
    target_policy: str
    cleanup_options: Sequence[str] | None
    at_a_time: int
    resource: str | None = None
    deletes: bool = False

    @staticmethod
    def of(props: Props, at_a_time: int, *, markers: bool = False) -> Removal:
        """What the properties of a fleet say; ``markers`` is the setting."""
        resource = resource_hash(marking(props)) if markers else None
        policy = props.get("onDestroy") or "cancel"
        target_policy = props.get("onDestroyTarget") or ("retain" if policy == "retain" else "delete")
        options = props.get("cleanupOptions")
        return Removal(policy == "cancel", target_policy, options, at_a_time, resource, policy == "delete")

    def run(
        self,
        api: Api,
        entries: Mapping[str, Entry],
        replaced: Collection[str] = (),
        seen_complete: Collection[str] = (),
    ) -> dict[str, str]:
        """Removes jobs; what is gone already is not an error, and nothing else raises.

        Args:
            api: Where they are.
            entries: Their entries.
            replaced: The keys of those that have a later job, by which it shows that they had their time.
            seen_complete: The ids of jobs that count as complete when aiWARE does not show them. Any other may run.

        Returns:
            The reason for each entry that could not be treated, by key.
        """
        try:
            states = states_of(api, [entry.job_id for entry in entries.values()], self.at_a_time)
        except AiwareError as error:
            return dict.fromkeys(entries, first_line(error))

        def remove(entry: Entry) -> None:
            self._remove(api, entry, states.get(entry.job_id), was_complete=entry.job_id in seen_complete)

        reasons = troubles(remove, entries, self.at_a_time)
        released = (entry for key, entry in entries.items() if key not in reasons and key not in replaced)
        if api.abilities.has_tdos:
            self._note_released(api, ((each, states[each.job_id]) for each in released if each.job_id in states))
        return reasons

    def run_on_tdos(self, api: Api, tdos: Mapping[str, str], shared: Collection[str] = ()) -> dict[str, str]:
        """Treats TDOs that hold files, and for which no job is recorded, as those of jobs.

        Args:
            api: Where they are.
            tdos: The TDOs, by key.
            shared: The keys of those for which another shard may have submitted a job: with a job, such a TDO stays.

        Returns:
            The reason for each TDO that could not be treated, by key.
        """

        def treat(item: tuple[str, str]) -> None:
            key, tdo_id = item
            if key in shared:
                _check_unused(api, tdo_id)
            self.clear(api, tdo_id)

        return troubles(treat, {key: (key, tdo_id) for key, tdo_id in tdos.items()}, self.at_a_time) if tdos else {}

    def clear(self, api: Api, tdo_id: str, record: JobRecord | None = None) -> None:
        """Treats a TDO that holds a file.

        Args:
            api: Where it is.
            tdo_id: The TDO.
            record: The state of the job that works on it.

        Raises:
            ApiError: aiWARE refuses that, or cannot be reached.
        """
        if record is not None:
            self._remove(api, Entry(record.id, tdo_id, True, ""), record, was_complete=False)
        else:
            remove_tdo(api, tdo_id, self.target_policy, self.cleanup_options)

    def _remove(self, api: Api, entry: Entry, record: JobRecord | None, *, was_complete: bool) -> None:
        is_over = was_complete if record is None else actions.is_over(record)
        if self.deletes and (record is not None or not is_over):
            actions.delete(api, entry.job_id)
        elif self.cancels and not is_over:
            actions.cancel(api, entry.job_id)
        target_id = entry.target_id or (record.target_id if record is not None else None)
        if not entry.owns_target or target_id is None or (record is not None and record.target is None):
            return
        remove_tdo(api, target_id, self.target_policy, self.cleanup_options)

    def _note_released(self, api: Api, jobs: Iterable[tuple[Entry, JobRecord]]) -> None:
        """Notes on TDOs that others gave which jobs on them do not belong to the fleet any more."""
        newest: dict[str, JobRecord] = {}
        for entry, record in jobs:
            if entry.target_id is not None and not entry.owns_target:
                newest[entry.target_id] = latest([newest.get(entry.target_id, record), record]) or record
        resource = self.resource
        if resource is None:
            return

        def note(tdo_id: str) -> None:
            note_released(api, tdo_id, {resource: newest[tdo_id]})

        for tdo_id, reason in troubles(note, {id_: id_ for id_ in newest}, self.at_a_time).items():
            log.warning("that the fleet's jobs on TDO %s were left could not be noted there: %s", tdo_id, reason)


def _check_unused(api: Api, tdo_id: str) -> None:
    """Refuses a TDO with a job of a program: the run of another shard that submitted it may have been killed."""
    for record in api.jobs_marked_since(_EVER, target_id=tdo_id):
        if record.target is not None and marker_of(record.job_config) is not None:
            raise AiwareError(
                f"job {record.id}, which no state records, works on TDO {tdo_id}: run `pulumi up` of its entry's shard "
                "first, or delete the TDO yourself"
            )
