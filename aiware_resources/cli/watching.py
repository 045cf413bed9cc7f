"""Watching jobs until they are done: asking about them again and again, and showing what has changed."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import click
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from aiware_resources.api import Api, JobRecord, Unread
from aiware_resources.api.statuses import JOB_DONE
from aiware_resources.cli.following import Logs
from aiware_resources.cli.framework.printing import console, end_with, new_table, text_column
from aiware_resources.cli.framework.root import Interrupted
from aiware_resources.cli.framework.session import Session, not_seen
from aiware_resources.errors import AiwareError, WaitTimedOut
from aiware_resources.fleet.reading import states_of
from aiware_resources.settings import Settings
from aiware_resources.text.words import counted, duration
from aiware_resources.waiting import Failed, NotKnown, Pending, Verdict
from aiware_resources.waiting.conditions import JobCondition
from aiware_resources.waiting.outcomes import LONGEST, PASSING
from aiware_resources.waiting.polling import Interval

LONGEST_OUTAGE = 600.0
"""Seconds that aiWARE may stay out of reach before the watching gives up. The jobs go on there."""
_STYLES = {"complete": "green", "failed": "red", "cancelled": "red", "aborted": "red", "gone": "red", "running": "cyan"}
_LEAST, _AROUND = 5, 4
"""So many jobs are shown at least; and so many lines of the terminal are for what is around them."""
_A_SECOND = 4
"""Redraws of the table in a second, for the time that it shows."""


def watch(
    session: Session, job_ids: Sequence[str], timeout: float | None, *, as_json: bool, follow: bool = False
) -> None:
    """Watches jobs until all of them are done.

    Args:
        session: Where they are.
        job_ids: Their ids.
        timeout: Seconds after which the watching ends; ``None`` for no end.
        as_json: Whether to print JSON.
        follow: Whether to print what the tasks log as well.

    Raises:
        AiwareError: A job failed, or was not done in time; or the user has ended the watching.
    """
    settings, api = session.settings(), session.api()
    watched = Watched(api, job_ids, settings.not_found_grace)
    with _display(watched, as_json) as display, _interrupted(lambda: _go_on(session, watched.unfinished)):
        if follow:
            display.logs = Logs(api, as_json=as_json, write=display.write)
        _follow(watched, display, settings, timeout, Outage(session.note))
    end_with([*watched.failures, *_late(session, watched.unfinished, timeout)])


def show_until_done(
    session: Session, settings: Settings, api: Api, job_ids: Sequence[str], names: Mapping[str, str]
) -> None:
    """Shows jobs until all of them are done, as `watch` does; whether they failed is for others to tell.

    Args:
        session: Where to say that aiWARE cannot be asked.
        settings: Those of the aiWARE that the jobs are in.
        api: That aiWARE.
        job_ids: The jobs; those that are done, or that it does not show, are left out.
        names: How to call them.

    Raises:
        AiwareError: aiWARE could not be asked for too long; or the user has ended the watching.
    """
    states = states_of(api, job_ids)
    going = [id_ for id_ in job_ids if id_ in states and states[id_].status not in JOB_DONE]
    if not going:
        return
    watched = Watched(api, going, settings.not_found_grace, names)
    with _display(watched, as_json=False) as display, _interrupted(lambda: "Run it again to go on."):
        _follow(watched, display, settings, None, Outage(session.note))


@contextmanager
def _interrupted(remedy: Callable[[], str]) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted("The watching has ended; the jobs go on.", remedy=remedy()) from error


def _display(watched: Watched, as_json: bool) -> AbstractContextManager[Display]:
    if as_json:
        return Objects()
    printer = console()
    return LiveTable(watched, printer) if printer.is_terminal else Lines()


def _follow(watched: Watched, display: Display, settings: Settings, timeout: float | None, outage: Outage) -> None:
    """Looks until all are done, or the time is up."""
    interval = Interval(settings.poll_interval, settings.poll_max_interval)
    end = None if timeout is None else time.monotonic() + timeout
    changed = watched.begin()
    followed = [sight.job_id for sight in watched.sights]
    while True:
        display.show(changed)
        display.follow(followed)
        followed = watched.unfinished
        left = interval.seconds if end is None else min(interval.seconds, end - time.monotonic())
        if not watched.unfinished or left <= 0:
            return
        time.sleep(left)
        changed = []
        with outage.outlasted():
            changed = watched.look()
        interval.after(changed=bool(changed))


def _late(session: Session, job_ids: Sequence[str], timeout: float | None) -> Iterator[WaitTimedOut]:
    if job_ids:
        yield WaitTimedOut(
            f"Not done after {timeout:g} s: {', '.join(job_ids)}.",
            remedy=f"{'It goes' if len(job_ids) == 1 else 'They go'} on in aiWARE. {_go_on(session, job_ids)}",
            object_id=job_ids[0],
        )


def _go_on(session: Session, job_ids: Sequence[str]) -> str:
    return f"To go on: {session.command('jobs', 'watch', *job_ids)}"


@dataclass(frozen=True)
class Sight:
    """A job as it was last seen.

    Attributes:
        job_id: Its id.
        name: What it is called.
        record: What aiWARE says of it.
        verdict: Whether it goes on, is done, or failed.
    """

    job_id: str
    name: str | None
    record: JobRecord | None
    verdict: Verdict[JobRecord]

    @property
    def status(self) -> str:
        """The status in one word."""
        return (self.record.status if self.record else None) or "gone"

    @property
    def progress(self) -> str:
        """The progress in a few words, the first of which is the status."""
        return self.verdict.progress if isinstance(self.verdict, Pending) else self.status

    @property
    def is_over(self) -> bool:
        """Says whether nothing more will happen to the job by itself."""
        return not isinstance(self.verdict, Pending)

    @property
    def failure(self) -> AiwareError | None:
        """The error of a job that failed."""
        return self.verdict.error if isinstance(self.verdict, Failed) else None

    def seconds(self, now: datetime) -> float | None:
        """Tells how long the job took from its creation to its end, or until now; None when that is not known."""
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
        names: What to call jobs, by id; others have the names that aiWARE knows.
    """

    def __init__(
        self, api: Api, job_ids: Sequence[str], not_found_grace: float, names: Mapping[str, str] | None = None
    ) -> None:
        self._api = api
        self._names = names or {}
        self._not_found_grace = not_found_grace
        self._out_of_sight: dict[str, float] = {}
        self._condition = JobCondition()
        self._order = list(dict.fromkeys(job_ids))
        self._sights: dict[str, Sight] = {}

    @property
    def sights(self) -> list[Sight]:
        """The jobs as they were last seen, in the order in which they were named."""
        return [self._sights[job_id] for job_id in self._order if job_id in self._sights]

    @property
    def unfinished(self) -> list[str]:
        """The ids of the jobs that go on."""
        return [job_id for job_id in self._order if job_id not in self._sights or not self._sights[job_id].is_over]

    @property
    def failures(self) -> list[AiwareError]:
        """The errors of the jobs that failed."""
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
            raise not_seen("job", missing)
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
        found = self._condition.read(self._api, asked, unread)
        if unread and len(unread) == len(asked):
            raise next(iter(unread.values()))
        return self._noted(asked, found, unread)

    def _noted(self, asked: Sequence[str], found: Mapping[str, JobRecord], unread: Unread) -> list[Sight]:
        changed = []
        for job_id in asked:
            verdict = self._verdict(job_id, found.get(job_id), unread.get(job_id))
            if verdict is None:
                continue
            record = found.get(job_id)
            name = self._names.get(job_id) or (record.name if record else None)
            sight = Sight(job_id, name, record, verdict)
            if job_id not in self._sights or self._sights[job_id].progress != sight.progress:
                changed.append(sight)
            self._sights[job_id] = sight
        return changed

    def _verdict(self, job_id: str, record: JobRecord | None, trouble: AiwareError | None) -> Verdict[JobRecord] | None:
        """Judges what was seen; ``None`` when nothing was, and that has not lasted too long."""
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


class Outage:
    """Remembers since when aiWARE cannot be asked.

    Args:
        note: Tells the user.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._since: float | None = None

    @contextmanager
    def outlasted(self) -> Iterator[None]:
        """Ignores an error that may pass, and tells of it once.

        Raises:
            ApiError: It has lasted too long, or will not pass by itself.
        """
        try:
            yield
        except PASSING as trouble:
            now = time.monotonic()
            if self._since is None:
                self._since = now
                self._note(f"The watching goes on, though aiWARE cannot be asked at the moment: {trouble}")
            if now - self._since > LONGEST_OUTAGE:
                raise
        else:
            if self._since is not None:
                self._since = None
                self._note("aiWARE can be asked again.")


class Display:
    """Shows what has changed; a context manager.

    Attributes:
        logs: Where what tasks log is followed, if it is.
    """

    logs: Logs | None = None

    def write(self, line: str) -> None:
        """Prints a line."""
        click.echo(line)

    def follow(self, job_ids: Sequence[str]) -> None:
        """Prints what the tasks of jobs have logged since the last time, if that is wanted."""
        if self.logs is not None:
            self.logs.show(job_ids)

    def show(self, changed: Sequence[Sight]) -> None:
        """Takes note of a look.

        Args:
            changed: The jobs of which it showed something new.
        """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends the showing."""


class Lines(Display):
    """A line for each change."""

    def show(self, changed: Sequence[Sight]) -> None:
        """Prints the lines."""
        for sight in changed:
            click.echo(f"{sight.job_id}: {sight.progress}")


class Objects(Display):
    """A JSON object, in a line, for each change."""

    def show(self, changed: Sequence[Sight]) -> None:
        """Prints the objects."""
        for sight in changed:
            found = {
                "id": sight.job_id,
                "name": sight.name,
                "status": sight.status,
                "progress": sight.progress,
                "done": sight.is_over,
                "failed": sight.failure is not None,
            }
            click.echo(json.dumps(found, ensure_ascii=False))


def _rank(sight: Sight) -> int:
    """What a table with little room leaves out last: failures, and then what moves."""
    return 0 if sight.failure else 3 if sight.is_over else 1 if sight.status == "running" else 2


class LiveTable(Display):
    """A table on the terminal, kept up to date, which stays when all is done.

    Args:
        watched: The jobs.
        printer: The terminal.
    """

    def __init__(self, watched: Watched, printer: Console) -> None:
        self._watched = watched
        self._printer = printer
        self._live = Live(console=printer, refresh_per_second=_A_SECOND, get_renderable=self._drawn)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leaves the table as it is at the end."""
        self._live.stop()

    def write(self, line: str) -> None:
        """Prints a line above the table."""
        self._live.console.print(line, soft_wrap=True)

    def show(self, changed: Sequence[Sight]) -> None:
        """Draws the table again."""
        self._live.refresh()

    def _drawn(self) -> Group:
        """The table; of more jobs than there is room for, those that say most, and how many have which status."""
        sights = self._watched.sights
        room = max(_LEAST, self._printer.height - _AROUND)
        if len(sights) <= room:
            return Group(self._table(sights))
        shown = set(sorted(range(len(sights)), key=lambda index: _rank(sights[index]))[:room])
        counts = Counter(sight.status for sight in sights)
        said = ", ".join(f"{count:,} {status}" for status, count in counts.most_common())
        left = f"{room:,} of {counted(len(sights), 'job')}: {said}"
        return Group(self._table([sight for index, sight in enumerate(sights) if index in shown]), Text(left))

    def _table(self, sights: Sequence[Sight]) -> Table:
        table = new_table(
            "job", text_column("name"), "status", text_column("progress"), "time", least=("time", "name", "progress")
        )
        moment = datetime.now(UTC)
        for sight in sights:
            seconds = sight.seconds(moment)
            status, _, progress = sight.progress.partition(", ")
            table.add_row(
                sight.job_id,
                sight.name or "",
                Text(status, style=_STYLES.get(status, "")),
                progress,
                "" if seconds is None else duration(seconds),
            )
        return table
