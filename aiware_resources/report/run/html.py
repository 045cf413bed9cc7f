"""The report of a run as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib import resources
from xml.etree.ElementTree import Element, tostring

from aiware_resources.api.statuses import JOB_FAILED
from aiware_resources.report.run.elements import Content, element, table
from aiware_resources.report.run.model import Export, File, Fleet, Folder, Job, Requests, Run, Transcript, sentence
from aiware_resources.report.run.timeline import drawable, timeline
from aiware_resources.report.run.words import against_media, moment, ran, size, span
from aiware_resources.text.words import counted

LISTED = 200
"""So many rows has a table; the JSON has all."""
_STYLE = resources.files("aiware_resources.report.run").joinpath("run.css").read_text(encoding="utf-8")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is fetched, whatever else the page might say."""
_OPEN = 5
"""Up to so many files show their first lines unasked."""


def html(run: Run) -> str:
    """Writes the report as an HTML page."""
    title = f"{run.project} / {run.stack}: {sentence(run)}"
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("meta", content=_POLICY, http_equiv="Content-Security-Policy"),
            element("title", title),
            element("style", _STYLE),
        ),
        element("body", _header(run), element("main", *_sections(run))),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{tostring(page, encoding='unicode', method='html')}\n"


def _header(run: Run) -> Element:
    bad = any(True for _ in run.failed()) or any(fleet.failures for fleet in run.fleets)
    facts: list[Content] = []
    if run.update:
        facts += ["Last update: ", _time(run.update.started), f", {run.update.result or 'result not known'}"]
        if run.update.ended:
            facts += [f" after {span(max(0.0, (run.update.ended - run.update.started).total_seconds()))}"]
        facts += [". "]
    if run.requests:
        facts += [f"{_asked(run.requests)} "]
    return element(
        "header",
        element("p", f"{run.project} / {run.stack}", class_="place"),
        element("h1", f"{sentence(run)}.", class_="bad" if bad else "good"),
        element("p", *facts, "Report made ", _time(run.made), ".", class_="facts"),
    )


def _asked(requests: Requests) -> str:
    asked = f"aiWARE was asked {counted(requests.sent, 'time')}"
    if not requests.refused and not requests.held:
        return f"{asked}; nothing had to wait for a rate limit."
    return f"{asked}; the rate limit refused {requests.refused:,}, and held requests for {span(requests.held)} in all."


def _sections(run: Run) -> Iterator[Element]:
    failed = list(run.failed())
    if failed:
        yield _section("Failures", *(_failure(each) for each in failed[:LISTED]), *_more(len(failed), "failures"))
    bars = drawable(_timed(run))
    if bars:
        left = len([job for job in _timed(run) if job.started]) - len(bars)
        more = [element("p", f"{counted(left, 'job')} more: see the tables.", class_="facts")] if left else []
        yield _section("Timeline", timeline(bars, run.made), *more)
    if run.jobs:
        yield _section("Jobs", _jobs("Jobs of the stack", _first(run.jobs)), *_more(len(run.jobs), "jobs"))
    for fleet in run.fleets:
        yield _section(f"Fleet {fleet.name}", *_fleet(fleet))
    if run.exports:
        rows = [([element("b", each.name)], each.id, [_badge(each.status)]) for each in run.exports[:LISTED]]
        yield _section(
            "Exports",
            table("Exports of the stack", ("Export", "Id", "Status"), rows),
            *_more(len(run.exports), "exports"),
        )
    if run.files:
        yield _section("Files", *_files(run), *_more(len(run.files), "files"))
    yield _section("What is not known", element("ul", *(element("li", each) for each in run.not_known)))


def _timed(run: Run) -> list[Job]:
    """The jobs for the timeline: those that ran, or all where that is not known; of fleets those that stand out."""
    jobs = [job for job in run.jobs if job.ran is not False]
    listed = {job.id: job for fleet in run.fleets for job in (*fleet.failed, *fleet.slowest) if job.ran is not False}
    return [*jobs, *listed.values()]


def _first(jobs: Sequence[Job]) -> list[Job]:
    """The first ones; of too many, those that failed and those that ran come first."""
    if len(jobs) <= LISTED:
        return list(jobs)
    return sorted(jobs, key=lambda job: (not job.has_failed, job.ran is False))[:LISTED]


def _failure(each: Job | Fleet | Export) -> Element:
    if each.failure is None:
        return element("p", f"{each.name} failed.")
    title = element("h3", f"{each.type} {each.name} ")
    if not isinstance(each, Fleet):
        title.append(_code(each.id))
    parts = [element("p", *_prose(each.failure.reason), class_="reason")]
    if each.failure.log:
        parts += [element("p", "The end of its log:", class_="facts"), element("pre", "\n".join(each.failure.log))]
    if each.failure.remedy:
        parts.append(element("p", element("b", "What to do: "), *_prose(each.failure.remedy)))
    return element("article", title, *parts, class_="failure")


def _jobs(caption: str, jobs: Sequence[Job]) -> Element:
    return table(caption, ("Job", "Status", "Submitted", "Took", "Transcript"), ([*_cells(job)] for job in jobs))


def _cells(job: Job) -> Iterator[Content | Sequence[Content]]:
    tdo = [element("small", f"TDO {job.tdo}{f' {job.tdo_name}' if job.tdo_name else ''}")] if job.tdo else []
    yield [element("b", job.name), element("small", f"{job.type} {job.id}"), *tdo]
    restarts = [element("small", f"started again {counted(job.restarts, 'time')}")] if job.restarts else []
    yield [_badge(job.status), element("small", ran(job.ran)), *restarts]
    waited = [element("small", f"waited {span(job.waited)}")] if job.waited is not None else []
    yield [_time(job.submitted), *waited] if job.submitted else "not known"
    took = span(job.seconds) if job.seconds is not None else "not known"
    media = against_media(job)
    yield [took, *([element("small", media)] if media else [])]
    if job.transcripts is None:
        yield "not read"
    else:
        names = {task.engine_id: task.engine for task in job.tasks}
        yield [line for each in job.transcripts for line in _heard(each, names)] or "none"


def _heard(transcript: Transcript, names: Mapping[str, str]) -> Iterator[Element]:
    confidence = f", confidence {transcript.confidence:.2f}" if transcript.confidence is not None else ""
    yield element("span", counted(transcript.words, "word") + confidence, class_="line")
    yield element("small", names.get(transcript.engine, transcript.engine))


def _badge(status: str | None) -> Element:
    kind = "failed" if status in JOB_FAILED else "done" if status == "complete" else "open"
    return element("span", status or "not shown", class_=f"badge {kind}")


def _fleet(fleet: Fleet) -> Iterator[Element]:
    counts = [(status, f"{count:,}") for status, count in fleet.statuses.items()]
    counts += [("not shown", f"{fleet.not_shown:,}")] if fleet.not_shown else []
    yield element("p", f"{counted(fleet.jobs, 'job')}; {_fleet_ran(fleet)}.")
    yield table("How many jobs have which status", ("Status", "Jobs"), counts)
    if found := fleet.durations:
        yield element(
            "p",
            f"Of {counted(found.jobs, 'job')} measured: the shortest took {span(found.least)}, half of them at most "
            f"{span(found.median)}, the longest {span(found.longest)}.",
        )
        most = max(bucket.jobs for bucket in found.buckets)
        rows: list[Sequence[Content | Sequence[Content]]] = [
            (f"{span(each.least)} to {span(each.below)}", [f"{each.jobs:,}", _share(each.jobs / most)])
            for each in found.buckets
        ]
        yield table("How long jobs took", ("Took", "Jobs"), rows)
    if fleet.slowest:
        yield _jobs("The jobs that took longest", fleet.slowest)
    for folder in fleet.folders:
        yield from _folder(folder)


def _folder(folder: Folder) -> Iterator[Element]:
    """The files of a fleet: how many there are, and the first ones, to be unfolded."""
    endings = ", ".join(f"{count:,} {ending}" for ending, count in folder.endings.items())
    kinds = f" ({endings})" if endings else ""
    lost = f" {counted(folder.missing, 'file')} more are not there as they were written." if folder.missing else ""
    yield element(
        "p", _code(folder.path), f": {counted(folder.files, 'file')}{kinds}, {size(folder.size)} together.{lost}"
    )
    if folder.first:
        more = folder.files - len(folder.first)
        summary = element("summary", "The first ones" if more else "All of them")
        rest = [element("p", f"{more:,} files more in the folder.", class_="facts")] if more else []
        yield element("details", summary, *_written(folder.first), *rest)


def _fleet_ran(fleet: Fleet) -> str:
    return "how many ran is not known" if fleet.ran is None else f"{fleet.ran:,} ran"


def _share(part: float) -> Element:
    bar = element("rect", width=f"{part * 100:.2f}%", height="8", rx="2", class_="bar done")
    return element("svg", bar, width="100%", height="8", aria_hidden="true")


def _files(run: Run) -> Iterator[Element]:
    yield from _written(run.files[:LISTED])


def _written(files: Sequence[File]) -> Iterator[Element]:
    rows = [([_code(each.path)], each.source, size(each.size), [_code(each.sha256)]) for each in files]
    yield table("Files on this machine, as they were written", ("File", "Of", "Size", "SHA-256"), rows)
    begun = [each for each in files if each.first_lines]
    for each in begun:
        summary = element("summary", "First lines of ", _code(each.path))
        yield element(
            "details",
            summary,
            element("pre", "\n".join(each.first_lines)),
            **({"open": ""} if len(begun) <= _OPEN else {}),
        )


def _section(title: str, *content: Element) -> Element:
    return element("section", element("h2", title), *content)


def _more(count: int, noun: str) -> list[Element]:
    left = count - LISTED
    return [element("p", f"{left:,} {noun} more: --format json tells all.", class_="facts")] if left > 0 else []


def _time(when: datetime) -> Element:
    return element("time", moment(when), datetime=when.isoformat())


def _prose(text: str) -> Iterator[Content]:
    """A text in which commands are between backticks."""
    for index, part in enumerate(text.split("`")):
        yield _code(part) if index % 2 else part


def _code(text: str) -> Element:
    return element("code", text)
