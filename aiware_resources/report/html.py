"""The report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources

from pulumi.output import Unknown

from aiware_resources.dag.svg import svg
from aiware_resources.reconcile.entity import PropertyChange
from aiware_resources.report.estimate import facts, of_rows
from aiware_resources.report.fleets import RECORDING
from aiware_resources.report.lines import Line, lines_of
from aiware_resources.report.model import Change, Drifted, Graph, KeptFailure, Reason, Report, Row
from aiware_resources.report.origin import HASH, is_page
from aiware_resources.report.reasons import is_reason
from aiware_resources.report.sentence import sentence
from aiware_resources.report.values import Shown, shown

STYLE = resources.files("aiware_resources.report").joinpath("report.css").read_text(encoding="utf-8")
BADGES = {"create": "new", "adopt": "taken over", "update": "changes", "replace": "replaced", "delete": "given up"}
NAMES = 5
"""How many jobs with the same graph are named."""


def html(report: Report) -> str:
    """Writes the report as an HTML page."""
    title = escape(f"{report.project} / {report.stack}: {sentence(report)}")
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>\n{STYLE}</style>",
            "</head>",
            "<body>",
            *_body(report),
            "</body>",
            "</html>",
            "",
        ]
    )


def _body(report: Report) -> Iterator[str]:
    yield "<header>"
    yield f"<p class=place>{escape(report.project)} / {escape(report.stack)}</p>"
    yield f"<h1{_class('bad') if _is_bad(report) else ''}>{escape(sentence(report))}</h1>"
    yield f"<p class=facts>{' · '.join(_facts(report))}</p>"
    yield "</header>"
    yield "<main>"
    for title, body in _sections(report):
        yield from ("<section>", f"<h2>{title}</h2>", *body, "</section>")
    yield "</main>"


def _is_bad(report: Report) -> bool:
    destroys = any(change.destroys for change in report.changes)
    return bool(report.errors) or destroys or any(each.fails_update for each in report.kept_failures)


def _facts(report: Report) -> Iterator[str]:
    yield f"jobs to run: <b>{report.jobs_to_run:,}</b>"
    if report.estimate:
        yield from (f"{name}: <b>{escape(words)}</b>" for name, words in facts(report.estimate))
    origin = report.origin
    if origin.commit:
        yield _link(f"commit {origin.commit[:HASH]}", origin.commit_url)
    if origin.run:
        yield _link(origin.run, origin.run_url)
    if report.errors:
        yield "incomplete: the preview failed"
    if not report.refreshed:
        yield "drift not looked at: this preview did not refresh"


def _sections(report: Report) -> Iterator[tuple[str, list[str]]]:
    if report.errors:
        yield "Errors", [_pre("\n".join(report.errors))]
    if report.rows:
        yield "Changes", list(_changes(report, lines_of(report.rows)))
    if report.drift:
        yield "Drift", list(_drift(report.drift))
    if report.graphs:
        yield "Task graphs", list(_graphs(report.graphs))
    if report.kept_failures:
        kept = (_kept(each) for each in report.kept_failures)
        yield "Failed, and kept", ["<p><code>on_failure</code> keeps these as they are:</p>", "<ul>", *kept, "</ul>"]
    if report.warnings:
        yield "Warnings", [_pre("\n".join(report.warnings))]


def _changes(report: Report, lines: Sequence[Line]) -> Iterator[str]:
    columns = [name for name, _ in facts(report.estimate)] if report.estimate else []
    yield f"<table{_class('estimated') if columns else ''}>"
    heads = "".join(f"<th>{name.title()}" for name in columns)
    yield f"<thead><tr><th>Recording<th>What happens{heads}</tr></thead>"
    yield "<tbody>"
    told: set[int] = set()
    for line in lines:
        row = line.first
        kind = "destroys" if row.destroys else row.action
        badge = "destroys" if row.destroys else BADGES[row.action]
        why = "".join(f"<p>{_reason(each)}</p>" for each in line.because)
        what = f"<span class=badge>{badge}</span> <b>{escape(line.says)}</b>{why}"
        objects = _objects([each for one in line.rows for each in one.changes], told) if line.is_named else ""
        estimate = dict(facts(of_rows(line.rows, report.currency))) if row.runs else {}
        cells = "".join(f"<td data-name={name}>{escape(estimate.get(name, ''))}</td>" for name in columns)
        yield f"<tr{_class(kind)}><td>{_subject(line)}</td><td>{what}{objects}{_all(line, told)}</td>{cells}</tr>"
    yield "</tbody>"
    yield "</table>"


def _subject(line: Line) -> str:
    row = line.first
    fleet = f" of the fleet {_code(row.fleet)}" if row.fleet else ""
    if not line.is_folded:
        noun = "" if row.noun == RECORDING else f"{escape(row.noun)} "
        return f"{noun}<b>{escape(row.name)}</b>{fleet}{_address(row)}"
    named = "".join(f"<li>{escape(each.name)}{_address(each)}</li>" for each in line.rows) if line.is_named else ""
    return f"<b>{escape(line.title)}</b>{fleet}{f'<ul class=properties>{named}</ul>' if named else ''}"


def _address(row: Row) -> str:
    return f"<br><small>{_code(row.address)}</small>" if row.address else ""


def _all(line: Line, told: set[int]) -> str:
    """All recordings of a line that has many, each with what happens to its objects, folded away."""
    if line.is_named:
        return ""
    items = "".join(
        f"<li>{escape(row.name)} {_code(row.address) if row.address else ''}{_objects(row.changes, told)}</li>"
        for row in line.rows
    )
    return f"<details class=all><summary>all {len(line.rows):,}</summary><ul>{items}</ul></details>"


def _objects(changes: Sequence[Change], told: set[int]) -> str:
    """What happens to each object, folded away; what the entries of a fleet share is told once."""
    new = {id(each): each for each in changes if id(each) not in told}
    told.update(new)
    items = "".join(f"<li>{_object(each)}</li>" for each in new.values())
    return f"<details class=all><summary>details</summary><ul>{items}</ul></details>" if items else ""


def _object(change: Change) -> str:
    id_ = f" <small>{_code(change.id)}</small>" if change.id else ""
    notes = "".join(f"<p>{escape(note)}</p>" for note in change.notes if not is_reason(note))
    known = [each for each in change.properties if not (change.is_new and isinstance(each.new, Unknown))]
    properties = _properties(known, is_new=change.is_new)
    waits = "".join(f"<p>{_code(each.path)}: {escape(each.reason) or 'known later'}</p>" for each in change.not_known)
    return f"{escape(change.type)} <b>{escape(change.name)}</b>{id_}: {escape(change.says)}{notes}{properties}{waits}"


def _reason(each: Reason) -> str:
    if each.change is None:
        return f"{each.label}{escape(each.words)}"
    old, new = _value(shown(each.change.old), "old"), _value(shown(each.change.new), "new")
    return f"{each.label}{escape(each.words)}: {old} → {new}"


def _link(text: str, url: str) -> str:
    return f'<a href="{escape(url)}" rel="noreferrer">{escape(text)}</a>' if is_page(url) else escape(text)


def _drift(drift: Sequence[Drifted]) -> Iterator[str]:
    yield "<p>Changed outside of Pulumi, since the last update.</p>"
    yield "<table>"
    yield "<thead><tr><th>Resource<th>Recorded → in aiWARE now<th>What the update does</tr></thead>"
    yield "<tbody>"
    for each in drift:
        found = tuple(PropertyChange(one.path, one.recorded, one.live, one.then) for one in each.properties)
        seen = f"<b>{each.what}</b>" if each.what != "changed" else _properties(found)
        then = escape(each.then) if each.what != "changed" else "see each property"
        thens = {one.then for one in each.properties}
        if each.what == "changed" and len(thens) == 1:
            seen = _properties(tuple(PropertyChange(one.path, one.old, one.new) for one in found))
            then = escape(next(iter(thens)))
        yield f"<tr{_class(each.what)}><td>{_resource(each)}<td>{seen}<td>{then}</tr>"
    yield "</tbody>"
    yield "</table>"


def _kept(each: KeptFailure) -> str:
    fails = " <b>The update fails with it</b>, since <code>allow_failure</code> is not set."
    return f"<li>{each.type} {_code(each.name)}: {escape(each.reason)}{fails if each.fails_update else ''}"


def _graphs(graphs: Sequence[Graph]) -> Iterator[str]:
    if any(graph.drawing.marks for graph in graphs):
        yield "<p class=legend><i class=added>new</i> <i class=changed>changes</i> <i class=removed>goes</i></p>"
    for graph in graphs:
        names = ", ".join(escape(name) for name in graph.names[:NAMES])
        more = f" and {len(graph.names) - NAMES} more" if len(graph.names) > NAMES else ""
        title = f"{'New' if graph.is_new else 'Changed'} {'job' if len(graph.names) == 1 else 'jobs'}: {names}{more}"
        # A picture of its own: styles and ids of several drawings in one page would be shared.
        picture = base64.b64encode(svg([graph.drawing]).encode()).decode()
        # Who has no mouse scrolls it with the keyboard.
        yield f"<figure><figcaption>{title}</figcaption><div class=wide tabindex=0 role=region aria-label=Tasks>"
        yield f'<img alt="Task graph of {names}" src="data:image/svg+xml;base64,{picture}"></div></figure>'


def _resource(each: Drifted) -> str:
    id_ = f"<br><small>{_code(each.id)}</small>" if each.id else ""
    return f"{escape(each.type)}<br><b>{escape(each.name)}</b>{id_}"


def _properties(properties: Sequence[PropertyChange], *, is_new: bool = False) -> str:
    if not properties:
        return ""
    return f"<ul class=properties>{''.join(f'<li>{_property(each, is_new=is_new)}</li>' for each in properties)}</ul>"


def _property(each: PropertyChange, *, is_new: bool) -> str:
    note = f" <i>({escape(each.note)})</i>" if each.note else ""
    old = "" if is_new else f"{_value(shown(each.old), 'old')} → "
    return f"<span class=path>{escape(each.path)}</span>: {old}{_value(shown(each.new), 'new')}{note}"


def _value(value: Shown, side: str) -> str:
    if value.is_word:
        return f"<i>{escape(value.text)}</i>"
    if value.summary:
        return (
            f"<details><summary>{escape(value.summary)}</summary><pre tabindex=0>{escape(value.text)}</pre></details>"
        )
    return f"<code class={side}>{escape(value.text)}</code>"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _pre(text: str) -> str:
    return f"<pre tabindex=0>{escape(text)}</pre>"


def _class(name: str) -> str:
    return f' class="{name}"'
