"""The report as Markdown: the comment on a pull request or merge request.

Texts that somebody else chose are written so that they stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from aiware_resources.dag.mermaid import mermaid
from aiware_resources.reconcile.entity import PropertyChange
from aiware_resources.report.model import Change, Drifted, Graph, KeptFailure, Report
from aiware_resources.report.sentence import sentence
from aiware_resources.report.values import NOTHING, Shown, shown
from aiware_resources.text.words import counted

GITHUB_LIMIT = 65_536
"""Characters that GitHub takes in a comment."""

SIGNS = {"delete": "🟠", "replace": "🟠", "create": "🟢", "adopt": "🟢", "update": "🟡"}
DESTROYS = "🔴"
ARROW = "→"
NAMES = 5
"""How many jobs with the same graph are named."""


@dataclass(frozen=True)
class _Detail:
    """How much is told.

    Attributes:
        value: Characters of a long value.
        graphs: How many graphs.
        rows: How many rows of each table.
    """

    value: int | None = None
    graphs: int | None = None
    rows: int | None = None


_DETAILS = (
    _Detail(),
    _Detail(2000),
    _Detail(300, 10),
    _Detail(300, 3),
    _Detail(100, 0),
    *(_Detail(0, 0, rows) for rows in (500, 250, 120, 60, 30, 10, 3)),
)
"""From everything to little: the first that fits is taken."""


def markdown(report: Report, limit: int | None = GITHUB_LIMIT) -> str:
    """Writes the report as Markdown.

    Args:
        report: The report.
        limit: Most characters; what does not fit is left out, and said to be. ``None`` for no limit.
    """
    text = ""
    for number, detail in enumerate(_DETAILS):
        text = "\n".join(_lines(report, detail, is_short=number > 0)) + "\n"
        if limit is None or len(text) <= limit:
            break
    return text


def marker(report: Report) -> str:
    """A comment that nobody sees, by which the report of this stack is found again to be brought up to date."""
    stack = "/".join(part for part in (report.project, report.stack) if part).replace("--", "-\u200b-").replace(">", "")
    return f"<!-- aiware-preview: {stack} -->"


def _lines(report: Report, detail: _Detail, *, is_short: bool) -> Iterator[str]:
    yield f"### {prose(sentence(report))}"
    yield ""
    yield " · ".join(_facts(report))
    if is_short:
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
    if report.errors:
        yield "incomplete: the preview failed"
    if not report.refreshed:
        yield "drift not looked at: this preview did not refresh"


def _sections(report: Report, detail: _Detail) -> Iterator[tuple[str, list[str]]]:
    if report.errors:
        yield "Errors", _messages(report.errors)
    changes = [change for change in report.changes if not change.is_repair or change.destroys]
    if changes:
        yield "Changes", list(_changes(changes, detail))
    if report.drift:
        yield "Drift", list(_drift(report.drift, detail))
    not_known = [change for change in report.changes if change.not_known]
    if not_known:
        yield "Not known yet", list(_limited((_unknown(change) for change in not_known), detail, len(not_known)))
    if report.graphs and detail.graphs != 0:
        yield "Task graphs", list(_graphs(report.graphs, detail))
    if report.kept_failures:
        yield "Failed, and kept", list(_kept(report.kept_failures, detail))
    if report.warnings:
        yield "Warnings", _messages(report.warnings[: detail.rows])


def _changes(changes: Sequence[Change], detail: _Detail) -> Iterator[str]:
    yield "| | Resource | What happens | Properties |"
    yield "|---|---|---|---|"
    for change in changes[: detail.rows]:
        sign = DESTROYS if change.destroys else SIGNS[change.action]
        what = "<br>".join([f"**{prose(change.says)}**", *(prose(note) for note in change.notes)])
        yield f"| {sign} | {_resource(change)} | {what} | {_properties(change, detail)} |"
    yield from _more(len(changes), detail, cells=4)


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


def _unknown(change: Change) -> str:
    by_reason: dict[str, list[str]] = {}
    for each in change.not_known:
        by_reason.setdefault(each.reason, []).append(code(each.path))
    told = "; ".join(
        f"{', '.join(paths)}{f' ({prose(reason)})' if reason else ''}" for reason, paths in by_reason.items()
    )
    return f"- {change.type} {code(change.name)}: {told}"


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


def _resource(each: Change | Drifted) -> str:
    return f"{each.type}<br>{code(each.name)}{f'<br>{code(each.id)}' if each.id else ''}"


def _properties(change: Change, detail: _Detail) -> str:
    return "<br>".join(_property(each, detail, is_new=change.is_new) for each in change.properties)


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


def _messages(messages: Sequence[str]) -> list[str]:
    """Messages in one block: nothing in them is Markdown."""
    text = "\n".join(messages)
    fence = "```"
    while fence in text:
        fence += "`"
    return [f"{fence}text", text, fence]


_MARKUP = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
_HTML = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_REFERENCE = re.compile(r"[@#](?=\w)")
_LINK = re.compile(r"\b(https?|ftp)(?=://)|\bwww(?=\.)", re.IGNORECASE)
_INVISIBLE = "\u200b"
"""GitHub looks for mentions and links in the finished text: a space that nobody sees keeps it from finding one."""
_LINES = re.compile(r"\r\n|\r|\n")


def prose(text: str) -> str:
    """A text among others, in one line; nothing in it is markup, a mention or a link."""
    line = _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
    line = re.sub("[<>&]", lambda found: _HTML[found[0]], line)
    return _REFERENCE.sub(rf"\g<0>{_INVISIBLE}", _LINK.sub(rf"\g<0>{_INVISIBLE}", line))


def code(text: str) -> str:
    """A text as code, in one line, for a cell of a table."""
    line = _LINES.sub("⏎", text) or '""'
    fence = "`" * (max((len(run) for run in re.findall(r"`+", line)), default=0) + 1)
    # A fence must not touch a backtick of the text, and a space on both sides would be taken away.
    space = " " if line.startswith(("`", " ")) or line.endswith(("`", " ")) else ""
    return f"{fence}{space}{_in_cell(line)}{space}{fence}"


def folded(summary: str, text: str) -> str:
    """A long text that opens on a click, in one line, for a cell of a table."""
    plain = _LINK.sub(lambda found: f"{found[0]}&#8203;", _entities(text))
    content = _LINES.sub("<br>", plain.replace("  ", "&nbsp; "))
    return f"<details><summary>{prose(summary)}</summary><pre>{content}</pre></details>"


def _entities(text: str) -> str:
    """A text with what is markup, in Markdown or in HTML, as entities."""
    safe = re.sub("[<>&]", lambda found: _HTML[found[0]], text)
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", safe)


def _in_cell(text: str) -> str:
    """A bar ends a cell, even in code, unless a backslash precedes it."""
    return text.replace("|", "\\|")
