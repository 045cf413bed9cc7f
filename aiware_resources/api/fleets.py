"""Calls about thousands of jobs at once: as little of each as will do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiware_resources import errors
from aiware_resources.api.calls import PAGE_SIZE, Calls, count_of, is_full
from aiware_resources.api.documents import Lookup, Operation
from aiware_resources.api.failures import Kind
from aiware_resources.api.interface import Unread
from aiware_resources.api.records import JobRecord

LARGE_PAGE = 300
"""Asked for first; an installation that caps its lists below refuses it, and is asked for pages of the default size."""

JOB_STATES = Lookup("job", "{ id status targetId clusterId target { id } }", "")
TDOS_THERE = Lookup("temporalDataObject", "{ id }", "")
JOBS_MARKED_SINCE = Operation(
    "jobs",
    Kind.READ,
    """query jobs($since: DateTime, $targetId: ID, $offset: Int, $limit: Int) {
  jobs(targetId: $targetId, offset: $offset, limit: $limit, orderBy: [{field: createdDateTime, direction: desc}],
    dateTimeFilter: [{field: createdDateTime, fromDateTime: $since}]) {
    limit count records { id status targetId clusterId createdDateTime jobConfig target { id } }
  }
}""",
)


class FleetCalls(Calls):
    """Calls about thousands of jobs at once."""

    def job_states(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        """Reads the status, cluster and TDO of many jobs, and nothing else (`job(id:)`, one field each, in batches).

        Args:
            ids: Their ids; each is asked about once.
            unread: Takes why single ones could not be read; see `Unread`.

        Returns:
            The jobs by id; missing ones are left out.

        Raises:
            ApiError: If one of them could not be read for another reason.
        """
        return self._read(JOB_STATES, ids, unread, lambda _, value: self._parsed(JobRecord, value, JOB_STATES))

    def tdos_there(self, ids: Sequence[str], unread: Unread | None = None) -> set[str]:
        """Says which of these TDOs exist (`temporalDataObject(id:)`, one field each, in batches).

        Raises:
            ApiError: If that could not be found out of one of them.
        """
        return {id_ for id_, _ in self._batches(TDOS_THERE, ids, unread)}

    def jobs_marked_since(self, when: datetime, *, target_id: str | None = None) -> Iterator[JobRecord]:
        """Finds the jobs created since a moment, newest first, with their config and without tasks (`jobs`).

        Args:
            when: The moment, by aiWARE's clock; with a time zone.
            target_id: Only those on this TDO.

        Raises:
            ApiError: If they could not be read.
        """
        seen: set[str] = set()
        offset, more = 0, True
        while more:
            # New objects shift the pages while they are read, so that the same one can come twice.
            page = self._large_page(offset, {"since": when.isoformat(), "targetId": target_id})
            more = is_full(page)
            offset += count_of(page)
            for value in page.get("records") or []:
                if value is not None and value.get("id") not in seen:
                    seen.add(value.get("id"))
                    yield self._parsed(JobRecord, value, JOBS_MARKED_SINCE)

    def _large_page(self, offset: int, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            page = self._session.execute(JOBS_MARKED_SINCE, {**variables, "offset": offset, "limit": LARGE_PAGE})
        except errors.InvalidInput:
            page = self._session.execute(JOBS_MARKED_SINCE, {**variables, "offset": offset, "limit": PAGE_SIZE})
        found: Mapping[str, Any] = page or {}
        return found
