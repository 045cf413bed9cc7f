"""Watching jobs until they are done: what is seen of them, one look after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiware_resources.api import Api, JobRecord
from aiware_resources.errors import AiwareError, NotFound
from aiware_resources.waiting import Failed, Pending, Verdict
from aiware_resources.waiting.conditions import JobCondition


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
    """

    def __init__(self, api: Api, job_ids: Sequence[str]) -> None:
        self._api = api
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
        seen = self.look()
        missing = [sight.job_id for sight in seen if sight.record is None]
        if missing:
            raise NotFound(
                f"aiWARE has no job {' and no job '.join(missing)} that this token can see.",
                remedy=f"Check the {'id' if len(missing) == 1 else 'ids'}.",
                object_id=missing[0],
            )
        return seen

    def look(self) -> list[Sight]:
        """Looks at the unfinished jobs (query job, in batches).

        Returns:
            What has changed.

        Raises:
            ApiError: If they could not be read.
        """
        asked = self.unfinished
        found = self._condition.look(self._api, asked)
        changed = []
        for job_id in asked:
            sight = self._seen(job_id, found.get(job_id))
            if job_id not in self._sights or self._sights[job_id].progress != sight.progress:
                changed.append(sight)
            self._sights[job_id] = sight
        return changed

    def _seen(self, job_id: str, record: JobRecord | None) -> Sight:
        verdict = self._condition.judge(job_id, record)
        if isinstance(verdict, Failed):
            verdict = self._condition.explain(self._api, job_id, verdict)
        return Sight(job_id, record, verdict)
