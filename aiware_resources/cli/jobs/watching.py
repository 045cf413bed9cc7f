"""Watching jobs until they are done: what is seen of them, one look after the other."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiware_resources.api import Api, JobRecord, Unread
from aiware_resources.errors import AiwareError, NotFound
from aiware_resources.waiting import Failed, NotKnown, Pending, Verdict
from aiware_resources.waiting.conditions import JobCondition
from aiware_resources.waiting.outages import LONGEST


@dataclass(frozen=True)
class Sight:
    """What the last look showed of a job.

    Attributes:
        job_id: Its id.
        record: What aiWARE says of it.
        verdict: Whether it goes on, is done, or failed.
    """

    job_id: str
    record: JobRecord | None
    verdict: Verdict[JobRecord]

    @property
    def status(self) -> str:
        """Its status in one word."""
        return (self.record.status if self.record else None) or "gone"

    @property
    def progress(self) -> str:
        """How far it is, in a few words that begin with the status."""
        return self.verdict.progress if isinstance(self.verdict, Pending) else self.status

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return not isinstance(self.verdict, Pending)

    @property
    def failure(self) -> AiwareError | None:
        """Why it failed, if it did."""
        return self.verdict.error if isinstance(self.verdict, Failed) else None

    def seconds(self, now: datetime) -> float | None:
        """How long it has taken from its creation until it ended, or until now; None when that is not known."""
        if self.record is None or self.record.created_date_time is None:
            return None
        ends = [task.completed_date_time for task in self.record.tasks if task.completed_date_time]
        until = max(ends, default=None) if self.is_over else now
        return max(0.0, (until - self.record.created_date_time).total_seconds()) if until else None


class Watched:
    """Jobs that are watched.

    Args:
        api: The API to ask.
        job_ids: Their ids.
        not_found_grace: Seconds for which a job that aiWARE stops showing is looked for again.
    """

    def __init__(self, api: Api, job_ids: Sequence[str], not_found_grace: float) -> None:
        self._api = api
        self._not_found_grace = not_found_grace
        self._out_of_sight: dict[str, float] = {}
        self._condition = JobCondition()
        self._order = list(dict.fromkeys(job_ids))
        self._sights: dict[str, Sight] = {}

    @property
    def sights(self) -> list[Sight]:
        """What was seen last, in the order in which the jobs were named."""
        return [self._sights[job_id] for job_id in self._order if job_id in self._sights]

    @property
    def unfinished(self) -> list[str]:
        """The ids of the jobs that go on."""
        return [job_id for job_id in self._order if job_id not in self._sights or not self._sights[job_id].is_over]

    @property
    def failures(self) -> list[AiwareError]:
        """Why jobs failed, an error each."""
        return [sight.failure for sight in self.sights if sight.failure]

    def begin(self) -> list[Sight]:
        """Looks for the first time.

        Raises:
            NotFound: aiWARE has no such job; told before anything is waited for.
            ApiError: If they could not be read.
        """
        asked = self.unfinished
        found = self._api.jobs(asked)
        missing = [job_id for job_id in asked if job_id not in found]
        if missing:
            raise NotFound(
                f"aiWARE has no job {' and no job '.join(missing)} that this token can see.",
                remedy=f"Check the {'id' if len(missing) == 1 else 'ids'}.",
                object_id=missing[0],
            )
        return self._noted(asked, found, {})

    def look(self) -> list[Sight]:
        """Looks at the unfinished jobs (query job, in batches); one that cannot be read stays as it was seen last.

        Returns:
            What has changed.

        Raises:
            ApiError: If none of them could be read.
        """
        asked = self.unfinished
        unread: Unread = {}
        found = self._condition.look(self._api, asked, unread)
        if unread and len(unread) == len(asked):
            raise next(iter(unread.values()))
        return self._noted(asked, found, unread)

    def _noted(self, asked: Sequence[str], found: Mapping[str, JobRecord], unread: Unread) -> list[Sight]:
        changed = []
        for job_id in asked:
            verdict = self._verdict(job_id, found.get(job_id), unread.get(job_id))
            if verdict is None:
                continue
            sight = Sight(job_id, found.get(job_id), verdict)
            if job_id not in self._sights or self._sights[job_id].progress != sight.progress:
                changed.append(sight)
            self._sights[job_id] = sight
        return changed

    def _verdict(self, job_id: str, record: JobRecord | None, trouble: AiwareError | None) -> Verdict[JobRecord] | None:
        """What a look means; ``None`` when it shows nothing, and that has not lasted too long."""
        if trouble is not None:
            return self._out(job_id, trouble, LONGEST)
        verdict = self._condition.judge(job_id, record)
        if isinstance(verdict, NotKnown):
            return self._out(job_id, verdict.error, self._not_found_grace)
        self._out_of_sight.pop(job_id, None)
        return self._condition.explain(self._api, job_id, verdict) if isinstance(verdict, Failed) else verdict

    def _out(self, job_id: str, error: AiwareError, longest: float) -> Verdict[JobRecord] | None:
        now = time.monotonic()
        since = self._out_of_sight.setdefault(job_id, now)
        return None if now - since < longest else Failed(error, None)
