"""An aiWARE with jobs, for lists and pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from aiware_resources.api import Api, JobRecord, Unread
from aiware_resources.errors import ServerFailure

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def job(number: int, status: str = "complete", **more: Any) -> JobRecord:
    """A job; a higher number is a newer one."""
    made = {
        "id": f"j{number}",
        "name": f"job {number}",
        "status": status,
        "targetId": f"t{number}",
        "target": {"id": f"t{number}", "name": "council"},
    }
    return JobRecord.model_validate({**made, "createdDateTime": BEGINNING + timedelta(seconds=number), **more})


@dataclass
class Jobs:
    """An API that has jobs.

    Attributes:
        records: The jobs, newest first.
        read: How many were read from lists.
        asked: The ids that were asked about.
        broken_after: After so many jobs a list breaks; ``None`` for never.
    """

    records: list[JobRecord]
    read: int = 0
    asked: list[str] = field(default_factory=list)
    broken_after: int | None = None

    def find_jobs(self, *, statuses: Sequence[str] = (), **_: Any) -> Iterator[JobRecord]:
        for number, record in enumerate(list(self.records)):
            if number == self.broken_after:
                raise ServerFailure("It is down.")
            if not statuses or record.status in statuses:
                self.read += 1
                yield record

    def jobs(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        self.asked += ids
        return {record.id: record for record in self.records if record.id in ids}

    def put(self, record: JobRecord) -> None:
        """Puts another record in the place of a job's."""
        self.records = [record if each.id == record.id else each for each in self.records]

    def api(self) -> Api:
        """It, as the code under test takes it."""
        return cast(Api, self)
