"""Calls about thousands of jobs at once: as little of each as will do."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from datetime import datetime
from typing import Any

from aiware_resources import errors
from aiware_resources.api.cloud.batches import Batches
from aiware_resources.api.cloud.calls import PAGE_SIZE
from aiware_resources.api.cloud.graphql import Lookup, query
from aiware_resources.api.interface import Unread
from aiware_resources.api.records import JobRecord

PAGE_SIZES = (1000, 300, PAGE_SIZE)
"""Asked for one after the other: an installation that caps its lists below one, or has no capacity for it, refuses it.

The first run of a fleet lists what was submitted in the organization of late, which may be a million jobs.
"""

JOB_STATES = Lookup("job", "{ id status targetId clusterId createdDateTime target { id } }", "")
TDOS_THERE = Lookup("temporalDataObject", "{ id }", "")
JOBS_MARKED_SINCE = query(
    "jobs",
    "($since: DateTime, $targetId: ID, $offset: Int, $limit: Int)",
    """(targetId: $targetId, offset: $offset, limit: $limit,
    orderBy: [{field: createdDateTime, direction: desc}],
    dateTimeFilter: [{field: createdDateTime, fromDateTime: $since}]) {
    limit count records { id status targetId clusterId createdDateTime jobConfig target { id } }
  }""",
)


class FleetCalls(Batches):
    """Calls about thousands of jobs at once."""

    def job_states(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        return self._read(JOB_STATES, ids, unread, lambda _, value: self._parsed(JobRecord, value, JOB_STATES))

    def tdos_there(self, ids: Sequence[str], unread: Unread | None = None) -> set[str]:
        return {id_ for id_, _ in self._batches(TDOS_THERE, ids, unread)}

    def jobs_marked_since(
        self, when: datetime, *, target_id: str | None = None, known: Container[str] = frozenset()
    ) -> Iterator[JobRecord]:
        variables = {"since": when.isoformat(), "targetId": target_id}
        sizes = list(PAGE_SIZES)

        def read(offset: int) -> Any:
            try:
                return self._execute(JOBS_MARKED_SINCE, {**variables, "offset": offset, "limit": sizes[0]})
            except (errors.InvalidInput, errors.CapacityExceeded):
                if len(sizes) == 1:
                    raise
                del sizes[0]
                return read(offset)

        for value in self._follow(read, JOBS_MARKED_SINCE, variables):
            yield self._parsed(JobRecord, value, JOBS_MARKED_SINCE)
