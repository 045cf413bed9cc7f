"""Letting go of the jobs of thousands of entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiware_resources.api import Api, JobRecord
from aiware_resources.errors import AiwareError, InvalidInput
from aiware_resources.fleet.entries import Entry
from aiware_resources.fleet.parallel import first_line, troubles
from aiware_resources.fleet.reading import states_of
from aiware_resources.job import JOB_OVER
from aiware_resources.reconcile import Props, repeat_until_applied
from aiware_resources.temporal_data_object import remove_tdo


@dataclass(frozen=True)
class Removal:
    """What a fleet's policies say about jobs that it lets go of.

    Attributes:
        cancels: Whether unfinished jobs are cancelled (``cancelJob``).
        target_policy: What becomes of the TDOs that jobs made: ``delete``, ``cleanup`` or ``retain``.
        cleanup_options: What ``cleanup`` removes; ``None`` for aiWARE's default.
        at_a_time: How many jobs are treated side by side.
    """

    cancels: bool
    target_policy: str
    cleanup_options: Sequence[str] | None
    at_a_time: int

    @staticmethod
    def of(props: Props, at_a_time: int) -> Removal:
        """What the properties of a fleet say."""
        retained = props.get("onDestroy") == "retain"
        target_policy = props.get("onDestroyTarget") or ("retain" if retained else "delete")
        return Removal(not retained, target_policy, props.get("cleanupOptions"), at_a_time)

    def run(self, api: Api, entries: Mapping[str, Entry]) -> dict[str, str]:
        """Lets go of jobs; what is gone already is no error, and nothing else raises.

        Returns:
            The reason for each entry that could not be treated, by key.
        """
        try:
            states = states_of(api, [entry.job_id for entry in entries.values()], self.at_a_time)
        except AiwareError as error:
            return dict.fromkeys(entries, first_line(error))
        return troubles(lambda entry: self._remove(api, entry, states.get(entry.job_id)), entries, self.at_a_time)

    def _remove(self, api: Api, entry: Entry, record: JobRecord | None) -> None:
        if self.cancels and record is not None and record.status not in JOB_OVER:
            repeat_until_applied(lambda: _cancel(api, entry.job_id), lambda: _is_over(api, entry.job_id))
        target_id = entry.target_id or (record.target_id if record is not None else None)
        if not entry.owns_target or target_id is None or (record is not None and record.target is None):
            return
        remove_tdo(api, target_id, self.target_policy, self.cleanup_options)


def _cancel(api: Api, job_id: str) -> None:
    try:
        api.cancel_job(job_id)
    except InvalidInput:
        # It may have finished meanwhile.
        if not _is_over(api, job_id):
            raise


def _is_over(api: Api, job_id: str) -> bool:
    record = api.job_states([job_id]).get(job_id)
    return record is None or record.status in JOB_OVER
