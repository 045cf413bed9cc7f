"""The page of a job: its graph with live states, when its tasks ran, their payloads and logs; retry and cancel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from xml.etree.ElementTree import tostring

from fastapi import Depends
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from aiware_resources.api import Api
from aiware_resources.api.statuses import JOB_FAILED
from aiware_resources.console.elements import element, facts
from aiware_resources.console.frame import Console, Frame, framed, page
from aiware_resources.console.jobread import LOG, JobView, TaskView, read_job
from aiware_resources.console.live import Watching
from aiware_resources.console.places import Place
from aiware_resources.console.question import ask
from aiware_resources.console.table import Column, Row, Table, status, text, tone, when
from aiware_resources.dag.mermaid import mermaid
from aiware_resources.jobs import actions
from aiware_resources.report.run.reading import taken
from aiware_resources.report.run.timeline import drawable, timeline
from aiware_resources.report.run.words import moment, span

_COLUMNS = (
    Column("status", "Status"),
    Column("engine", "Engine", "wide"),
    Column("queued", "Queued (UTC)"),
    Column("started", "Started (UTC)"),
    Column("took", "Took", "number"),
    Column("reason", "Reason", "wide"),
)
_GRAPH = {
    "theme": "base",
    "themeVariables": {"fontSize": "13px"},
    "flowchart": {"htmlLabels": False, "padding": 10, "useMaxWidth": False},
    "fontFamily": "inherit",
}


def add(console: Console) -> None:
    """Adds the page."""

    @page("/{place}/jobs/{job_id}")
    async def job(job_id: str, where: Place = Depends(console.place)) -> None:
        with framed(console, where, "jobs", f"Job {job_id}", heading=False) as frame:
            await _Job(frame, job_id).make()


class _Job:
    """The content of one page."""

    def __init__(self, frame: Frame, job_id: str) -> None:
        self._frame = frame
        self._job_id = job_id
        self._watching: Watching | None = None
        self._shown_known: dict[str, tuple[str, str | None]] = {}
        self._shown_parts: list[tuple[str, str, str, str]] | None = None
        self._open: dict[str, bool] = {}

    async def make(self) -> None:
        """Makes the content, and keeps it up to date."""
        with element("div", class_="heading"):
            self._name = element("h1", f"Job {self._job_id}")
            self._status = element("span", "reading", class_="badge idle", role="status")
            with element("div", class_="actions"):
                self._retry = element("button", "Retry …", type="button", class_="plain")
                self._cancel = element("button", "Cancel …", type="button", class_="plain danger")
        self._retry.on("click", self._ask_to_retry)
        self._cancel.on("click", self._ask_to_cancel)
        for button in (self._retry, self._cancel):
            button.set_visibility(False)
        self._known = element("dl", class_="known")
        element("h2", "Graph")
        with element("div", class_="wide-content", tabindex="0", role="region", aria_label="Graph of the tasks"):
            self._graph = ui.mermaid("flowchart LR", config=_GRAPH).classes("mermaid-graph")
        element("h2", "Tasks")
        self._table = Table("Tasks of the job", _COLUMNS)
        self._times = ui.html("", sanitize=False)
        element("h2", "Payloads, outputs and logs")
        self._parts = element("div")
        self._watching = await self._frame.watch(("job", self._job_id), self._read, self._show)

    def _read(self) -> JobView:
        place = self._frame.place
        return read_job(place.api(), self._job_id, place.secrets())

    def _show(self, view: JobView) -> None:
        record = view.record
        self._name.text = record.name or f"Job {record.id}"
        self._status.text = record.status or "not shown"
        self._status.classes(replace=f"badge {tone(record.status)}")
        self._retry.set_visibility(view.can_be_retried)
        self._cancel.set_visibility(not actions.is_over(record))
        self._show_known(view)
        self._graph.set_content(mermaid([view.drawing]))
        self._table.show([_row(each) for each in view.tasks])
        bars = drawable([view.timed])
        drawn = tostring(timeline(bars, datetime.now(UTC)), encoding="unicode") if bars else ""
        self._times.set_content(f"<h2>Timeline</h2>{drawn}" if drawn else "")
        self._show_parts(view)

    def _show_known(self, view: JobView) -> None:
        record = view.record
        seconds = taken(record)
        known: dict[str, tuple[str, str | None]] = {
            "Id": (record.id, None),
            "Recording": (view.target or record.target_id or "none", self._recording(view)),
            "Cluster": (record.cluster_id or "default", None),
            "Created": (moment(record.created_date_time) if record.created_date_time else "not known", None),
            "Took": (span(seconds) if seconds is not None else "", None),
            "Status in the words of the API": (record.status_detail or "", None),
        }
        if known != self._shown_known:
            self._shown_known = known
            facts(self._known, {label: each for label, each in known.items() if each[0]})

    def _recording(self, view: JobView) -> str | None:
        if view.record.target is None:
            return None
        return self._frame.address("recordings", view.record.target.id)

    def _show_parts(self, view: JobView) -> None:
        said = [(each.engine, each.payload, each.output, each.log) for each in view.tasks]
        if said == self._shown_parts:
            return
        open_ = {each for each, part in self._open.items() if part}
        self._shown_parts = said
        self._parts.clear()
        with self._parts:
            for each in view.tasks:
                self._part(
                    each, is_open=each.record.id in open_ or (not self._open and each.record.status in JOB_FAILED)
                )
            if view.config:
                _details("Configuration of the job", [("", view.config)])

    def _part(self, task: TaskView, *, is_open: bool) -> None:
        said = [("Payload", task.payload), ("Output", task.output)]
        log = f"Log (the last {LOG} lines; {task.left_out:,} before)" if task.left_out else "Log"
        part = _details(task.engine, [*said, (log, task.log)], is_open=is_open)
        self._open[task.record.id] = is_open
        part.on("toggle", partial(self._toggled, task.record.id), js_handler="(event) => emit(event.target.open)")

    def _toggled(self, task_id: str, event: GenericEventArguments) -> None:
        self._open[task_id] = bool(event.args)

    def _ask_to_retry(self) -> None:
        what = "Its failed tasks start again. The job keeps its id."
        ask(f"Retry job {self._job_id}?", what, "Retry", partial(self._act, retry))

    def _ask_to_cancel(self) -> None:
        what = "The next `pulumi up` of a stack that declares it submits it again."
        ask(f"Cancel job {self._job_id}?", what, "Cancel the job", partial(self._act, cancel))

    async def _act(self, act: Callable[[Api, str], None]) -> None:
        await self._frame.call(lambda: act(self._frame.place.api(), self._job_id))
        if self._watching is not None:
            self._watching.look_now()


def retry(api: Api, job_id: str) -> None:
    """Starts a job again, as ``aiware jobs retry`` does."""
    before = api.jobs([job_id]).get(job_id)
    actions.check_links(api, before)
    actions.retry(api, job_id, before)


def cancel(api: Api, job_id: str) -> None:
    """Cancels a job, as ``aiware jobs cancel`` does."""
    actions.cancel(api, job_id)


def _details(title: str, parts: list[tuple[str, str]], *, is_open: bool = False) -> TextElement:
    with element("details", class_="part", open=is_open or None) as made:
        element("summary", title)
        with element("div"):
            for label, content in parts:
                if content:
                    if label:
                        element("h3", label)
                    element("pre", content, tabindex="0")
            if not any(content for _, content in parts):
                element("p", "aiWARE tells nothing of it.", class_="facts")
    return made


def _row(task: TaskView) -> Row:
    record = task.record
    start, end = record.started_date_time, record.completed_date_time
    return {
        "key": record.id,
        "status": status(record.status),
        "engine": text(task.engine, record.engine_id or ""),
        "queued": when(record.queued_date_time),
        "started": when(start),
        "took": text(span(max(0.0, (end - start).total_seconds())) if start and end else ""),
        "reason": text(task.reason),
    }
