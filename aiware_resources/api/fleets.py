"""Calls about thousands of jobs at once: as little of each as will do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from aiware_resources import errors
from aiware_resources.api.calls import PAGE_SIZE, Calls
from aiware_resources.api.documents import Lookup, Operation
from aiware_resources.api.failures import Kind
from aiware_resources.api.interface import Unread
from aiware_resources.api.records import JobRecord

LARGE_PAGE = 300
"""Asked for first; an installation that caps its lists below refuses it, and is asked for pages of the default size."""

JOB_STATES = Lookup("job", "{ id status targetId clusterId createdDateTime target { id } }", "")
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
        variables = {"since": when.isoformat(), "targetId": target_id}
        size = LARGE_PAGE

        def read(offset: int) -> Any:
            nonlocal size
            try:
                return self._session.execute(JOBS_MARKED_SINCE, {**variables, "offset": offset, "limit": size})
            except errors.InvalidInput:
                if size == PAGE_SIZE:
                    raise
                size = PAGE_SIZE
                return read(offset)

        for value in self._follow(read, JOBS_MARKED_SINCE, variables):
            yield self._parsed(JobRecord, value, JOBS_MARKED_SINCE)
