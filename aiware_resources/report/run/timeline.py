"""When jobs and their tasks ran, as a drawing that grows with the window and needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from aiware_resources.api.statuses import JOB_DONE, JOB_FAILED
from aiware_resources.report.run.elements import element
from aiware_resources.report.run.model import Job
from aiware_resources.report.run.words import moment, span
from aiware_resources.text.words import counted

SHOWN = 30
"""So many jobs are drawn."""
_LABEL = 48
"""Characters of a label, which a phone shows in one line."""
_AXIS = 24
"""The height of the times above, in pixels."""
_GAP = 10
_INDENT = "12"
_TICKS = (("0%", "start", 0.0), ("50%", "middle", 0.5), ("100%", "end", 1.0))
_THINNEST = 0.6
"""Percent of the width below which a bar would not be seen."""


@dataclass(frozen=True)
class _Bar:
    label: str
    status: str
    start: datetime
    end: datetime
    is_task: bool


def drawable(jobs: Sequence[Job]) -> list[Job]:
    """The jobs of which it is known when they started, in that order; of too many, those that failed before others."""
    started = [job for job in jobs if job.started]
    return sorted(
        sorted(started, key=lambda job: not job.has_failed)[:SHOWN], key=lambda job: (str(job.started), job.name)
    )


def timeline(jobs: Sequence[Job], now: datetime) -> Element:
    """Draws jobs, each with its tasks below it.

    Args:
        jobs: Jobs as `drawable` gives them, one at least.
        now: Until when what has not ended goes on.
    """
    bars = [bar for job in jobs for bar in _bars(job, now)]
    first = min(bar.start for bar in bars)
    whole = max(max(bar.end for bar in bars) - first, timedelta(seconds=1))
    said = f"{counted(len(jobs), 'job')} over {span(whole.total_seconds())}, from {moment(first)}."
    drawn = element("svg", width="100%", role="img", class_="timeline", aria_labelledby="timeline-title timeline-text")
    drawn.append(element("title", "Timeline of jobs and tasks", id="timeline-title"))
    drawn.append(element("desc", f"{said} The tables have the same times.", id="timeline-text"))
    grid = [element("line", x1=at, x2=at, y1=str(_AXIS - 4), class_="grid") for at, _, _ in _TICKS]
    drawn.extend(grid)
    for at, anchor, part in _TICKS:
        drawn.append(
            element("text", f"{first + whole * part:%H:%M:%S}", x=at, y="13", text_anchor=anchor, class_="tick")
        )
    top = _AXIS - _GAP
    for bar in bars:
        top += 0 if bar.is_task else _GAP
        drawn.extend(_drawn(bar, top, (bar.start - first) / whole * 100, (bar.end - bar.start) / whole * 100))
        top += 28 if bar.is_task else 34
    for line in grid:
        line.set("y2", str(top))
    drawn.set("height", str(top + 2))
    return drawn


def _bars(job: Job, now: datetime) -> Iterator[_Bar]:
    if job.started is None:
        return
    yield _bar(job.name, job.status, job.started, job.completed, now, is_task=False)
    for task in job.tasks:
        if task.started:
            yield _bar(task.engine, task.status, task.started, task.completed, now, is_task=True)


def _bar(
    name: str, status: str | None, start: datetime, completed: datetime | None, now: datetime, *, is_task: bool
) -> _Bar:
    end = max(start, completed or (start if status in JOB_DONE else now))
    tail = (
        f" · {status} · {span((end - start).total_seconds())}"
        if completed or status not in JOB_DONE
        else f" · {status}"
    )
    room = _LABEL - len(tail)
    label = (name if len(name) <= room else f"{name[: room - 1]}…") + tail
    return _Bar(label, status or "", start, end, is_task)


def _drawn(bar: _Bar, top: int, left: float, width: float) -> Iterator[Element]:
    height = 8 if bar.is_task else 14
    kind = "failed" if bar.status in JOB_FAILED else "done" if bar.status == "complete" else "open"
    width = max(width, _THINNEST)
    yield element(
        "text", bar.label, x=_INDENT if bar.is_task else "0", y=str(top + 13), class_="task" if bar.is_task else "job"
    )
    yield element(
        "rect",
        element("title", bar.label),
        x=f"{min(left, 100 - width):.3f}%",
        y=str(top + 17),
        width=f"{width:.3f}%",
        height=str(height),
        rx="2",
        class_=f"bar {kind}{' of-task' if bar.is_task else ''}",
    )
