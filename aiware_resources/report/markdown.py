"""The report as Markdown: the comment on a pull request or merge request.

Texts that somebody else chose are written so that they stay what they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pulumi.output import Unknown

from aiware_resources.dag.mermaid import mermaid
from aiware_resources.reconcile.entity import PropertyChange
from aiware_resources.report.estimate import facts, of_rows
from aiware_resources.report.fleets import RECORDING
from aiware_resources.report.lines import Line, folder_counts, folders, lines_of, with_objects
from aiware_resources.report.markup import code, folded, link, prose
from aiware_resources.report.model import Change, Drifted, Graph, KeptFailure, Reason, Report, Row
from aiware_resources.report.origin import HASH
from aiware_resources.report.reasons import is_reason
from aiware_resources.report.sentence import sentence
from aiware_resources.report.values import NOTHING, Shown, shown
from aiware_resources.text.words import counted

GITHUB_LIMIT = 65_536
"""Characters that GitHub takes in a comment."""

SIGNS = {"delete": "🟠", "replace": "🟠", "create": "🟢", "adopt": "🟢", "update": "🟡"}
DESTROYS = "🔴"
ARROW = "→"
LONGEST_FOLDER = 100
"""Characters of a folder's address that are shown."""
SHORTEST = 400
"""Characters of a message that are told at least."""
NAMES = 5
"""How many jobs with the same graph are named."""


EACH, BY_FOLDER, COUNTED = "each", "by folder", "counted"
"""How the addresses of many recordings are told."""


@dataclass(frozen=True)
class _Detail:
    """How much is told.

    Attributes:
        value: Characters of a long value.
        graphs: How many graphs.
        rows: How many rows of each table.
        addresses: How the addresses of recordings that share a line are told.
        objects: Whether what happens to each object is told as well.
        is_short: Whether something is left out.
        folders: How many folders of addresses are told at most, where they are counted.
    """

    value: int | None = None
    graphs: int | None = None
    rows: int | None = None
    addresses: str = EACH
    objects: bool = True
    is_short: bool = True
    folders: int = 60


_DETAILS = (
    _Detail(is_short=False),
    _Detail(addresses=BY_FOLDER, is_short=False),
    _Detail(2000, addresses=BY_FOLDER),
    _Detail(300, 10, addresses=BY_FOLDER),
    _Detail(300, 3, addresses=BY_FOLDER),
    _Detail(100, 0, addresses=BY_FOLDER),
    _Detail(0, 0, addresses=BY_FOLDER, objects=False),
    _Detail(0, 0, addresses=COUNTED, objects=False, folders=300),
    _Detail(0, 0, addresses=COUNTED, objects=False),
    *(_Detail(0, 0, rows, COUNTED, objects=False) for rows in (500, 250, 120, 60, 30)),
    *(_Detail(0, 0, rows, COUNTED, objects=False, folders=8) for rows in (10, 3, 1)),
)
"""From everything to little: the first that fits is taken."""


def markdown(report: Report, limit: int | None = GITHUB_LIMIT) -> str:
    """Writes the report as Markdown.

    Args:
        report: The report.
        limit: Most characters; what does not fit is left out, and said to be. ``None`` for no limit.
    """
    text = ""
    for detail in _DETAILS:
        text = "\n".join(_lines(report, detail)) + "\n"
        if limit is None or len(text) <= limit:
            break
    return text


def marker(report: Report) -> str:
    """A comment that nobody sees, by which the report of this stack is found again to be brought up to date."""
    stack = "/".join(part for part in (report.project, report.stack) if part).replace("--", "-\u200b-").replace(">", "")
    return f"<!-- aiware-preview: {stack} -->"


def _lines(report: Report, detail: _Detail) -> Iterator[str]:
    yield f"### {prose(sentence(report))}"
    yield ""
    yield " · ".join(_facts(report))
    if detail.is_short:
        yield ""
        yield (
            "> **This report is shortened**: it would be longer than a comment may be. "
            f"`aiware preview --stack {report.stack} --format html -o preview.html` shows all of it."
        )
    for title, body in _sections(report, detail):
        yield from ("", f"#### {title}", "", *body)
    yield from ("", marker(report))


def _facts(report: Report) -> Iterator[str]:
    if report.project:
        yield f"Project {code(report.project)}"
    yield f"stack {code(report.stack)}"
    yield f"jobs to run: **{report.jobs_to_run:,}**"
    if report.estimate:
        yield from (f"{name}: **{prose(words)}**" for name, words in facts(report.estimate))
    origin = report.origin
    if origin.commit:
        yield link(f"commit {origin.commit[:HASH]}", origin.commit_url)
    if origin.run:
        yield link(origin.run, origin.run_url)
    if report.errors:
        yield "incomplete: the preview failed"
    if not report.refreshed:
        yield "drift not looked at: this preview did not refresh"


def _sections(report: Report, detail: _Detail) -> Iterator[tuple[str, list[str]]]:
    if report.errors:
        yield "Errors", _messages(report.errors, detail)
    if report.rows:
        yield "Changes", list(_changes(report, lines_of(report.rows), detail))
    if report.drift:
        yield "Drift", list(_drift(report.drift, detail))
    if report.graphs and detail.graphs != 0:
        yield "Task graphs", list(_graphs(report.graphs, detail))
    if report.kept_failures:
        yield "Failed, and kept", list(_kept(report.kept_failures, detail))
    if report.warnings:
        yield "Warnings", _messages(report.warnings, detail)


def _changes(report: Report, lines: Sequence[Line], detail: _Detail) -> Iterator[str]:
    columns = [name for name, _ in facts(report.estimate)] if report.estimate else []
    yield "".join(["| | Recording | What happens |", *(f" {name.title()} |" for name in columns)])
    yield f"|---|---|---|{'---|' * len(columns)}"
    for line, objects in with_objects(lines[: detail.rows]):
        sign = DESTROYS if line.first.destroys else SIGNS[line.first.action]
        told = dict(facts(of_rows(line.rows, report.currency))) if line.first.runs else {}
        more = "".join(f" {prose(told.get(name, ''))} |" for name in columns)
        yield f"| {sign} | {_subject(line)} | {_happens(line, objects, detail)} |{more}"
    if detail.rows is not None and len(lines) > detail.rows:
        rest = [row for line in lines[detail.rows :] for row in line.rows]
        yield f"| … | **and {len(rest):,} more** | {_addresses(rest, detail)} |{' |' * len(columns)}"


def _subject(line: Line) -> str:
    """What a line is about: a recording, an object, or many of them."""
    row = line.first
    fleet = f" of the fleet {code(row.fleet)}" if row.fleet else ""
    if not line.is_folded:
        noun = "" if row.noun == RECORDING else f"{row.noun} "
        return f"{noun}**{code(row.name)}**{fleet}{f'<br>{code(row.address)}' if row.address else ''}"
    named = [_named(each) for each in line.rows] if line.is_named else []
    return "<br>".join([f"**{line.title}**{fleet}", *named])


def _named(row: Row) -> str:
    return f"{code(row.name)}{f' {code(row.address)}' if row.address else ''}"


def _happens(line: Line, objects: Sequence[Change], detail: _Detail) -> str:
    """What happens, why, and, folded away, what there is to know of each object."""
    told = "<br>".join([f"**{prose(line.says)}**", *(_reason(each, detail) for each in line.because)])
    addresses = "" if line.is_named else _addresses(line.rows, detail)
    summary = "details" if line.is_named else "one of them"
    return (
        f"{told}{addresses}{_details(summary, [_object(each, detail) for each in objects] if detail.objects else [])}"
    )


def _reason(each: Reason, detail: _Detail) -> str:
    if each.change is None:
        return f"{each.label}{prose(each.words)}"
    return f"{each.label}{prose(each.words)}: {_both(each.change.old, each.change.new, detail)}"


def _addresses(rows: Sequence[Row], detail: _Detail) -> str:
    """The recordings of a line, folded away."""
    addressed = [row for row in rows if row.address]
    others = [code(row.name) for row in rows if not row.address]
    if detail.addresses == EACH:
        told = [_named(row) for row in rows]
    elif detail.addresses == BY_FOLDER:
        found = folders([row.address for row in addressed])
        told = [f"{code(folder)} {', '.join(map(prose, names))}" for folder, names in found.items()]
        told += [", ".join(others)] if others else []
    else:
        counts = folder_counts([row.address for row in addressed], detail.folders)
        told = [f"{code(_cut(folder))}: {count:,}" for folder, count in counts.items()]
        told += [f"without an address: {len(others):,}"] if others else []
    return _details(f"all {len(rows):,}", told)


def _cut(folder: str) -> str:
    return folder if len(folder) <= LONGEST_FOLDER else f"{folder[:LONGEST_FOLDER]}…"


def _object(change: Change, detail: _Detail) -> str:
    first = f"{change.type} {code(change.name)}{f' {code(change.id)}' if change.id else ''}: {prose(change.says)}"
    notes = [prose(note) for note in change.notes if not is_reason(note)]
    known = [each for each in change.properties if not (change.is_new and isinstance(each.new, Unknown))]
    properties = [_property(each, detail, is_new=change.is_new) for each in known]
    return "<br>· ".join([first, *notes, *properties, *_not_known(change)])


def _not_known(change: Change) -> Iterator[str]:
    """What only the update can tell, and what it waits for."""
    by_reason: dict[str, list[str]] = {}
    for each in change.not_known:
        by_reason.setdefault(each.reason, []).append(code(each.path))
    for reason, paths in by_reason.items():
        yield f"{', '.join(paths)}: {prose(reason) if reason else 'known later'}"


def _details(summary: str, told: Sequence[str]) -> str:
    return f"<details><summary>{summary}</summary>{'<br>'.join(told)}</details>" if told else ""


def _kept(kept: Sequence[KeptFailure], detail: _Detail) -> Iterator[str]:
    yield "`on_failure` keeps these as they are:"
    yield ""
    told = (f"- {each.type} {code(each.name)}: {prose(each.reason)}{_fails(each)}" for each in kept)
    yield from _limited(told, detail, len(kept))


def _fails(each: KeptFailure) -> str:
    return " **The update fails with it**, since `allow_failure` is not set." if each.fails_update else ""


def _drift(drift: Sequence[Drifted], detail: _Detail) -> Iterator[str]:
    yield "Changed outside of Pulumi, since the last update:"
    yield ""
    yield "| Resource | Recorded → in aiWARE now | What the update does |"
    yield "|---|---|---|"
    for each in drift[: detail.rows]:
        yield f"| {_resource(each)} | {_drifted(each, detail)} | {_then(each)} |"
    yield from _more(len(drift), detail, cells=3)


def _drifted(each: Drifted, detail: _Detail) -> str:
    if each.what != "changed":
        return f"**{each.what}**"
    return "<br>".join(f"{code(found.path)}: {_both(found.recorded, found.live, detail)}" for found in each.properties)


def _then(each: Drifted) -> str:
    if each.what != "changed":
        return prose(each.then)
    thens = dict.fromkeys(found.then for found in each.properties)
    if len(thens) == 1:
        return prose(next(iter(thens)))
    return "<br>".join(f"{code(found.path)} {prose(found.then)}" for found in each.properties)


def _graphs(graphs: Sequence[Graph], detail: _Detail) -> Iterator[str]:
    if any(graph.drawing.marks for graph in graphs):
        yield "Green is new, yellow changes, red goes."
        yield ""
    for graph in graphs[: detail.graphs]:
        yield f"<details><summary>{_graph_title(graph)}</summary>"
        yield from ("", "```mermaid", mermaid([graph.drawing]).rstrip("\n"), "```", "", "</details>", "")
    if detail.graphs is not None and len(graphs) > detail.graphs:
        yield f"… and {counted(len(graphs) - detail.graphs, 'graph')} more."


def _graph_title(graph: Graph) -> str:
    # The line of a <details> is HTML, not Markdown.
    names = ", ".join(f"<code>{escape(name)}</code>" for name in graph.names[:NAMES])
    more = f" and {len(graph.names) - NAMES} more" if len(graph.names) > NAMES else ""
    return f"{'New' if graph.is_new else 'Changed'} {'job' if len(graph.names) == 1 else 'jobs'}: {names}{more}"


def _resource(each: Drifted) -> str:
    return f"{each.type}<br>{code(each.name)}{f'<br>{code(each.id)}' if each.id else ''}"


def _property(each: PropertyChange, detail: _Detail, *, is_new: bool) -> str:
    note = f" *({prose(each.note)})*" if each.note else ""
    values = _value(shown(each.new, detail.value)) if is_new else _both(each.old, each.new, detail)
    return f"{code(each.path)}: {values}{note}"


def _both(old: Any, new: Any, detail: _Detail) -> str:
    return f"{_value(shown(old, detail.value))} {ARROW} {_value(shown(new, detail.value))}"


def _value(value: Shown) -> str:
    if value.is_word:
        return value.text if value.text == NOTHING else f"*{value.text}*"
    return folded(value.summary, value.text) if value.summary else code(value.text)


def _limited(lines: Iterator[str], detail: _Detail, count: int) -> Iterator[str]:
    for number, line in enumerate(lines):
        if detail.rows is not None and number >= detail.rows:
            yield f"- … and {count - detail.rows:,} more"
            return
        yield line


def _more(count: int, detail: _Detail, cells: int) -> Iterator[str]:
    if detail.rows is not None and count > detail.rows:
        yield f"| … {'| ' * (cells - 2)}| and {counted(count - detail.rows, 'resource')} more |"


def _messages(messages: Sequence[str], detail: _Detail) -> list[str]:
    """Messages in one block: nothing in them is Markdown."""
    longest = None if detail.value is None else max(detail.value, SHORTEST)
    told = [each if longest is None else each[:longest] for each in messages[: detail.rows]]
    more = [f"… and {len(messages) - len(told):,} more"] if len(told) < len(messages) else []
    text = "\n".join([*told, *more])
    fence = "```"
    while fence in text:
        fence += "`"
    return [f"{fence}text", text, fence]
