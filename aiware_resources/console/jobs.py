"""The page that lists jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import Depends
from nicegui import ui

from aiware_resources.api import JobRecord
from aiware_resources.api.statuses import JOB_DONE, JOB_STATUSES
from aiware_resources.console.elements import element, enable
from aiware_resources.console.frame import Console, Frame, framed, page
from aiware_resources.console.joblist import MOST, PAGE, SORTS, Filter, JobList, Shown, View, engines_of
from aiware_resources.console.live import Watching
from aiware_resources.console.places import Place
from aiware_resources.console.table import Column, Row, Table, link, status, text, when
from aiware_resources.report.run.reading import taken
from aiware_resources.report.run.words import span
from aiware_resources.text.words import counted

_COLUMNS = (
    Column("status", "Status", sortable=True),
    Column("name", "Job", "wide", sortable=True),
    Column("target", "Recording", "wide", sortable=True),
    Column("engines", "Engines", "wide"),
    Column("created", "Created (UTC)", sortable=True),
    Column("took", "Took", "number", sortable=True),
)
_FIRST_DOWN = {"created", "took"}
"""Columns of which the greatest come first at first."""


def add(console: Console) -> None:
    """Adds the page."""
    lists: dict[tuple[str, Filter], JobList] = {}

    @page("/{place}/jobs")
    async def jobs(
        where: Place = Depends(console.place),
        status: str = "",
        search: str = "",
        tdo: str = "",
        cluster: str = "",
        engine: str = "",
        sort: str = "created",
        order: str = "",
        page: int = 1,
    ) -> None:
        chosen = Filter((status,) if status in JOB_STATUSES else (), tdo or None, cluster or None, engine or None)
        sort = sort if sort in SORTS else "created"
        descending = order != "asc" if sort in _FIRST_DOWN else order == "desc"
        view = View(max(0, page - 1), sort, descending, search)
        with framed(console, where, "jobs", "Jobs") as frame:
            await _Jobs(frame, lists, chosen, view).make()


class _Jobs:
    """The content of one page."""

    def __init__(self, frame: Frame, lists: dict[tuple[str, Filter], JobList], chosen: Filter, view: View) -> None:
        self._frame = frame
        self._lists = lists
        self._chosen = chosen
        self._view = view
        self._list: JobList | None = None
        self._watching: Watching | None = None

    async def make(self) -> None:
        """Makes the content, and keeps it up to date."""
        with element("div", role="search", class_="tools"):
            with element("div", role="group", aria_label="Status", class_="choices"):
                for each in ("", *JOB_STATUSES):
                    chosen = each == "".join(self._chosen.statuses)
                    element("a", each or "all", href=self._address(status=each), aria_current=chosen or None)
            search = element(
                "input",
                type="search",
                placeholder="Search id, name, recording",
                aria_label="Search",
                value=self._view.search,
            )
            emit = "(event) => emit(event.target.value)"
            search.on("input", self._searched, js_handler=emit, throttle=0.3, leading_events=False)
        self._facts = element("p", role="status", class_="facts")
        self._table = Table("Jobs", _COLUMNS)
        self._table.on_sort(self._sort)
        with element("nav", aria_label="Parts of the list", class_="parts") as self._parts:
            self._previous = element("button", "← Previous", type="button").on("click", partial(self._turn, -1))
            self._where = element("span")
            self._next = element("button", "Next →", type="button").on("click", partial(self._turn, 1))
        self._parts.set_visibility(False)
        await self._watch()

    async def _watch(self) -> None:
        key = (self._frame.place.slug, self._chosen)
        jobs = self._lists.setdefault(key, JobList(self._frame.place.api, self._chosen))
        self._list = jobs
        jobs.views[self] = self._view
        self._frame.client.on_delete(self._leave)
        self._watching = await self._frame.watch(("jobs", self._chosen), jobs.look, lambda _: self._show())

    def _leave(self) -> None:
        if self._list is None:
            return
        self._list.views.pop(self, None)
        if not self._list.views:
            self._lists.pop((self._frame.place.slug, self._chosen), None)

    def _show(self) -> None:
        if self._list is None:
            return
        shown = self._list.shown(self._view)
        now = datetime.now(UTC)
        rows = [_row(job, self._frame.address, now) for job in shown.jobs]
        self._table.show(rows, self._view.sort, descending=self._view.descending)
        self._facts.text = self._said(shown)
        if self._reads_on(shown) and self._watching is not None and not self._watching.has_failed:
            self._watching.look_now()
        last = (shown.found - 1) // PAGE
        more = self._view.page < last or (not shown.is_whole and shown.read < MOST)
        self._where.text = f"Page {self._view.page + 1}" + (f" of {last + 1}" if shown.is_whole and last >= 0 else "")
        self._parts.set_visibility(more or self._view.page > 0)
        enable(self._previous, enabled=self._view.page > 0)
        enable(self._next, enabled=more)

    def _reads_on(self, shown: Shown) -> bool:
        """Whether more has to be read for what is looked at."""
        return not self._view.is_as_read and not shown.is_whole and shown.read < MOST

    def _said(self, shown: Shown) -> str:
        read = counted(shown.read, "job") if shown.is_whole else f"the newest {shown.read:,} jobs"
        if self._view.search:
            return f"{counted(shown.found, 'job')} of {read}"
        if not shown.is_whole and shown.read >= MOST:
            return f"The newest {MOST:,} jobs; older ones are found with a filter"
        if self._reads_on(shown):
            return f"Sorted among {read}; reading on"
        return read if shown.is_whole else "Newest first"

    def _searched(self, event: Any) -> None:
        self._look(replace(self._view, page=0, search=str(event.args or "").strip()))

    def _sort(self, column: str) -> None:
        same = column == self._view.sort
        descending = not self._view.descending if same else column in _FIRST_DOWN
        self._look(replace(self._view, page=0, sort=column, descending=descending))

    def _turn(self, by: int) -> None:
        self._look(replace(self._view, page=max(0, self._view.page + by)))

    def _look(self, view: View) -> None:
        """Shows something else of the same list: at once what is known of it, and soon what has to be read."""
        self._view = view
        if self._list is not None:
            self._list.views[self] = view
        ui.navigate.history.replace(self._address())
        self._show()
        if self._watching is not None:
            self._watching.look_now()

    def _address(self, **other: str) -> str:
        view = self._view
        order = "desc" if view.descending else "asc"
        given = {
            "status": "".join(self._chosen.statuses),
            "search": view.search,
            "tdo": self._chosen.target_id or "",
            "cluster": self._chosen.cluster_id or "",
            "engine": self._chosen.engine_id or "",
            "sort": "" if view.sort == "created" else view.sort,
            "order": "" if view.descending == (view.sort in _FIRST_DOWN) else order,
            "page": str(view.page + 1) if view.page and not other else "",
            **other,
        }
        return self._frame.address("jobs", **given)


def _row(job: JobRecord, address: Callable[..., str], now: datetime) -> Row:
    name = job.target.name if job.target else None
    done = sum(task.status in JOB_DONE for task in job.tasks)
    progress = f"{done} of {len(job.tasks)}" if job.tasks and job.status == "running" else ""
    seconds = taken(job)
    return {
        "key": job.id,
        "status": status(job.status, progress),
        "name": link(job.name or job.id, address("jobs", job.id), job.id if job.name else ""),
        "target": link(
            name or job.target_id, address("recordings", job.target_id or ""), (job.target_id or "") if name else ""
        ),
        "engines": text(", ".join(engines_of(job)), counted(len(job.tasks), "task")),
        "created": when(job.created_date_time),
        "took": text(span(seconds) if seconds is not None else ""),
    }
