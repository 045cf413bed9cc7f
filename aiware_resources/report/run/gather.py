"""Reads what a run left: the stack's state, the jobs in aiWARE, the files on this machine. Changes nothing.

The number of requests is bounded: jobs and TDOs are read in batches; logs, results, and the times of a fleet's jobs,
only of so many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiware_resources.api import Api, Unread, by_server, traffic_of
from aiware_resources.api.statuses import JOB_FAILED
from aiware_resources.reconcile import OWNER_KEY, RERUNS
from aiware_resources.reconcile.recency import SUBMITTED
from aiware_resources.report.live import Recorded
from aiware_resources.report.masking import SECRET
from aiware_resources.report.pulumi_json import name_of, type_of
from aiware_resources.report.run.clean import clean
from aiware_resources.report.run.files import files_of, folder_of
from aiware_resources.report.run.measures import durations, transcripts
from aiware_resources.report.run.model import Export, Failure, File, Fleet, Folder, Job, Requests, Run, Task, Update
from aiware_resources.report.run.reading import LOGS, MEASURED, RESULTS, failing, look, taken, times_of
from aiware_resources.temporal_data_object import SOME_HOUR
from aiware_resources.text import commands
from aiware_resources.text.times import parse_time
from aiware_resources.text.words import counted
from aiware_resources.waiting.conditions import engine_name, failing_task
from aiware_resources.waiting.watch import Done, Failed, Pending

SLOWEST = 10
"""So many jobs of a fleet are told of because they took longest."""
_LOG_LINES = 12
_CLOCKS = timedelta(seconds=1)
"""aiWARE's clock is known to the second."""
_REMEDIES = {
    "keep": "on_failure keeps it: the next `pulumi up` leaves it as it is.",
    "replace": "The next `pulumi up` submits a new job in its place.",
    "retry": "The next `pulumi up` runs it again.",
}
_NOT_COUNTED = (
    "How many requests the update made, and how long they waited for a rate limit, is not known: it ran on another "
    "machine, long ago, or with tokens of its own."
)


def gather(
    project: str,
    stack: str,
    resources: Sequence[Recorded],
    api_of: Callable[[Recorded], Api],
    update: Update | None = None,
    secrets: Iterable[str] = (),
) -> Run:
    """Reads all of it.

    Args:
        project: Name of the project.
        stack: Name of the stack.
        resources: The objects in the stack's state.
        api_of: Tells in which aiWARE an object is.
        update: The last update, where one is known.
        secrets: Texts that nothing may quote.

    Raises:
        ApiError: aiWARE cannot be asked, for a reason that concerns all objects.
    """
    parts: dict[Api, list[Recorded]] = {}
    for resource in resources:
        if resource.entity.jobs_in(resource.id, resource.outputs) or resource.entity.condition is not None:
            parts.setdefault(api_of(resource), []).append(resource)
    found = [_Part(api, part, update) for api, part in parts.items()]
    jobs = sorted((job for part in found for job in part.jobs()), key=lambda job: (job.type, job.name))
    files, gone = _files(resources)
    requests = _requests(parts, update)
    notes = [*_of_the_update(update), *([] if requests else [_NOT_COUNTED])]
    notes += [*(note for part in found for note in part.notes()), *gone]
    run = Run(
        project=project,
        stack=stack,
        made=datetime.now(UTC).replace(microsecond=0),
        update=update,
        requests=requests,
        jobs=tuple(jobs),
        fleets=tuple(fleet for part in found for fleet in part.fleets()),
        exports=tuple(export for part in found for export in part.exports()),
        files=tuple(files),
        not_known=tuple(dict.fromkeys(notes)),
    )
    hidden = {*secrets, *(secret for part in found for secret in part.seen.secrets)}
    return Run.model_validate(clean(run.model_dump(), hidden))


class _Part:
    """The jobs and exports of a stack that are in one aiWARE."""

    def __init__(self, api: Api, resources: Sequence[Recorded], update: Update | None) -> None:
        listed = [(each, each.entity.jobs_in(each.id, each.outputs)) for each in resources]
        self._single = [each for each, ids in listed if "" in ids]
        self._fleets = [(each, ids) for each, ids in listed if each.entity.entries]
        self._exports = [each for each, _ in listed if each.entity.condition is not None]
        self.seen = look(api, [each.id for each in self._single], [list(ids.values()) for _, ids in self._fleets])
        # Moments in aiWARE are compared, which are by its clock; that of this machine may be wrong.
        self._since = (by_server(api.url, update.started) or update.started) - _CLOCKS if update else None
        self._unread: Unread = {}
        self._records: dict[str, Any] = {}
        for condition in {each.entity.condition for each in self._exports}:
            ids = [each.id for each in self._exports if each.entity.condition is condition]
            self._records |= condition.read(api, ids, self._unread)

    def jobs(self) -> Iterator[Job]:
        """Those that are resources of their own."""
        for each in self._single:
            restarts = each.outputs.get(RERUNS)
            submitted = _moment(each.outputs.get(SUBMITTED))
            yield self._job(each, each.id, name_of(each.urn), submitted, restarts if isinstance(restarts, int) else 0)

    def fleets(self) -> Iterator[Fleet]:
        """Each fleet, with the jobs that stand out."""
        for each, ids in self._fleets:
            states = {key: self.seen.states[id_] for key, id_ in ids.items() if id_ in self.seen.states}
            measured = {key: self.seen.jobs[id_] for key, id_ in ids.items() if id_ in self.seen.jobs}
            times = {key: seconds for key, job in measured.items() if (seconds := taken(job)) is not None}
            slowest = sorted(times, key=lambda key: (-times[key], key))[:SLOWEST]
            failed = set(failing(self.seen.states, list(ids.values())))
            undone = each.entity.left_undone(each.outputs)
            submitted = _moment(each.outputs.get(SUBMITTED))
            yield Fleet(
                name=name_of(each.urn),
                type=type_of(each.urn),
                jobs=len(ids),
                statuses=dict(sorted(Counter(record.status or "pending" for record in states.values()).items())),
                not_shown=len(ids) - len(states),
                submitted=submitted,
                ran=self._ran_of(each, ids, submitted),
                measured=len(measured),
                durations=durations(list(times.values())),
                slowest=tuple(self._entry(each, key, ids[key]) for key in slowest),
                failed=tuple(self._entry(each, key, id_) for key, id_ in sorted(ids.items()) if id_ in failed),
                failure=Failure(reason=undone, remedy="") if undone else None,
                folders=tuple(_folders(each)),
            )

    def exports(self) -> Iterator[Export]:
        """What makes files and is not a job."""
        for each in self._exports:
            verdict = each.entity.condition.judge(each.id, self._records.get(each.id))
            failure, status = None, None
            if isinstance(verdict, Failed):
                failure, status = Failure(reason=verdict.error.message, remedy=verdict.error.remedy or ""), "failed"
            elif isinstance(verdict, Pending | Done):
                status = verdict.status if isinstance(verdict, Pending) else "complete"
            yield Export(name=name_of(each.urn), type=type_of(each.urn), id=each.id, status=status, failure=failure)

    def notes(self) -> Iterator[str]:
        """What cannot be told of them, a sentence each."""
        single = [self.seen.states.get(each.id) for each in self._single]
        if hidden := single.count(None):
            yield f"aiWARE does not show {counted(hidden, 'job')}: whether it was purged, deleted or is not shown yet."
        for each, ids in self._fleets:
            if len(ids) > MEASURED:
                name, of = name_of(each.urn), f"{MEASURED:,} of its {len(ids):,} jobs"
                yield f"{name}: the times of {of} were read, evenly spread; its slowest are those of these."
        if self._fleets:
            yield "The results of a fleet's jobs were not read: words and confidence are those of other jobs."
        if hidden := sum(each.id not in self._records for each in self._exports):
            yield f"aiWARE does not show {counted(hidden, 'export')}."
        yield from self.seen.notes

    def _entry(self, each: Recorded, key: str, job_id: str) -> Job:
        restarts = (each.outputs.get(RERUNS) or {}).get(key)
        return self._job(
            each, job_id, f"{name_of(each.urn)}[{key}]", None, restarts if isinstance(restarts, int) else 0
        )

    def _job(self, each: Recorded, id_: str, name: str, submitted: datetime | None, restarts: int) -> Job:
        seen, type_ = self.seen, type_of(each.urn)
        record = seen.jobs.get(id_) or seen.states.get(id_)
        if record is None:
            return Job(name=name, type=type_, id=id_, ran=self._ran(submitted), submitted=submitted, restarts=restarts)
        started, completed = times_of(record)
        results = seen.results.get(id_)
        heard, until = transcripts(results) if results is not None else (None, None)
        tdo = seen.tdos.get(record.target_id or "")
        length = _length(tdo.start_date_time, tdo.stop_date_time) if tdo else None
        return Job(
            name=name,
            type=type_,
            id=id_,
            status=record.status,
            ran=self._ran(submitted or record.created_date_time, started),
            submitted=submitted or record.created_date_time,
            restarts=restarts,
            tdo=record.target_id,
            tdo_name=tdo.name if tdo else None,
            waited=_seconds(record.created_date_time, started) if not restarts else None,
            started=started,
            completed=completed,
            seconds=_seconds(started, completed),
            media_seconds=length or until,
            media_source="TDO" if length else "result" if until else None,
            tasks=tuple(
                Task(
                    id=task.id,
                    engine=(task.engine.name if task.engine else None) or task.engine_id or "",
                    engine_id=task.engine_id or "",
                    status=task.status,
                    started=task.started_date_time,
                    completed=task.completed_date_time,
                )
                for task in record.tasks
            ),
            transcripts=heard,
            failure=self._failure(each, id_) if record.status in JOB_FAILED else None,
        )

    def _failure(self, each: Recorded, id_: str) -> Failure:
        record = self.seen.details.get(id_) or self.seen.jobs.get(id_) or self.seen.states[id_]
        task = failing_task(record)
        parts = [record.status, task and engine_name(task), task and task.failure_reason]
        log: tuple[str, ...] = ()
        # A message may quote a secret of the payload, which only the details of the job tell.
        if id_ in self.seen.details:
            parts += [task.failure_message if task else record.status_detail]
            text = task.log.text if task and task.log else None
            log = tuple((text or "").strip().splitlines()[-_LOG_LINES:])
        remedy = _REMEDIES.get(str(each.outputs.get("onFailure") or "retry"), "")
        shows = f"{commands.aiware('jobs', 'logs', id_)} shows the whole log."
        return Failure(reason=": ".join(part for part in parts if part), remedy=f"{remedy} {shows}".strip(), log=log)

    def _ran(self, *moments: datetime | None) -> bool | None:
        known = [moment for moment in moments if moment]
        return max(known) >= self._since if self._since and known else None

    def _ran_of(self, each: Recorded, ids: Mapping[str, str], submitted: datetime | None) -> int | None:
        """How many jobs of a fleet ran; aiWARE tells when each was created."""
        if self._since is None or (submitted is None and not self.seen.states):
            return None
        restarted = each.outputs.get(RERUNS) or {}
        moments = {key: (self.seen.states.get(id_), self.seen.jobs.get(id_)) for key, id_ in ids.items()}
        ran = 0
        for key, (state, job) in moments.items():
            if state is None or (job is None and key in restarted):
                return None
            ran += self._ran(state.created_date_time, times_of(job)[0] if job else None) is True
        return ran


def _requests(apis: Iterable[Api], update: Update | None) -> Requests | None:
    if update is None or update.ended is None:
        return None
    found = [traffic_of(api, update.started, update.ended) for api in apis]
    known = [each for each in found if each]
    if not known or len(known) < len(found):
        return None
    sent, refused, held = (sum(column) for column in zip(*known, strict=True))
    return Requests(sent=int(sent), refused=int(refused), held=held)


def _of_the_update(update: Update | None) -> Iterator[str]:
    if update is None:
        yield "Pulumi's history has no update of this stack: which jobs ran in the last one is not known."
    else:
        yield (
            "A job counts as one that ran if it was submitted or started since the last update in Pulumi's history "
            "began. An update that was killed is not in the history."
        )
    yield f"Words and confidence are read of {RESULTS} jobs at the most, logs of {LOGS} failed jobs."


def _files(resources: Sequence[Recorded]) -> tuple[list[File], list[str]]:
    files: list[File] = []
    gone: list[str] = []
    for each in resources:
        place = each.outputs.get(each.entity.writes) if each.entity.writes else None
        if not isinstance(place, str) or SECRET in place:
            continue
        found = files_of(name_of(each.urn), Path(place), each.id)
        files += found
        if not found:
            gone.append(f"{name_of(each.urn)}: {place} is not on this machine as the last update wrote it.")
    return files, gone


def _folders(each: Recorded) -> Iterator[Folder]:
    """The folders of a fleet's files that are on this machine."""
    for name in each.entity.folders:
        place = each.outputs.get(name)
        if isinstance(place, str) and SECRET not in place:
            found = folder_of(name_of(each.urn), Path(place), str(each.outputs.get(OWNER_KEY)))
            if found is not None:
                yield found


_SOME_HOUR = tuple(map(parse_time, SOME_HOUR.values()))


def _moment(text: Any) -> datetime | None:
    try:
        return parse_time(text) if text is not None else None
    except ValueError:
        return None


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return max(0.0, (end - start).total_seconds()) if start and end else None


def _length(start: str | None, stop: str | None) -> float | None:
    """The length of a TDO's media by its times; ``None`` where they tell of none."""
    times = (_moment(start), _moment(stop))
    return None if times == _SOME_HOUR else _seconds(*times) or None
