"""The report of a preview as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

from rich.console import Console
from rich.text import Text

from aiware_resources.report import Report, sentence
from aiware_resources.report.estimate import facts, of_rows
from aiware_resources.report.fleets import RECORDING
from aiware_resources.report.lines import NAMED, Line, folder_counts, lines_of
from aiware_resources.report.model import Drifted, OfResource, Reason
from aiware_resources.report.origin import HASH
from aiware_resources.report.values import shown
from aiware_resources.text.words import counted

_SIGNS = {
    "create": ("+", "green"),
    "adopt": ("+", "green"),
    "update": ("~", "yellow"),
    "replace": ("±", "yellow"),
    "delete": ("-", "yellow"),
}
_DESTROYS = "bold red"
_FOLDERS = 12
"""Of so many folders the recordings are counted."""


def print_report(report: Report, printer: Console) -> None:
    """Prints the report.

    Args:
        report: The report.
        printer: The terminal.
    """
    for line in _lines(report):
        printer.print(line, soft_wrap=True)


def plain(report: Report) -> str:
    """Writes the report as text without colors, for a file."""
    written = StringIO()
    print_report(report, Console(file=written, color_system=None, force_terminal=False))
    return written.getvalue()


def _lines(report: Report) -> Iterator[Text]:
    destroys = any(change.destroys for change in report.changes)
    yield Text(sentence(report), _DESTROYS if report.errors or destroys else "bold")
    yield Text(", ".join(_facts(report)), "dim")
    for title, lines in _sections(report):
        yield Text()
        yield Text(title, "bold")
        yield from lines


def _facts(report: Report) -> Iterator[str]:
    if report.project:
        yield f"project {report.project}"
    yield f"stack {report.stack}"
    yield f"jobs to run: {report.jobs_to_run:,}"
    if report.estimate:
        yield from (f"{name}: {words}" for name, words in facts(report.estimate))
    if report.origin.commit:
        yield f"commit {report.origin.commit[:HASH]}"
    if not report.refreshed:
        yield "without drift: this preview did not refresh"


def _sections(report: Report) -> Iterator[tuple[str, Iterator[Text]]]:
    if report.errors:
        yield "Errors", (Text(text, "red") for text in report.errors)
    if report.rows:
        yield "Changes", (line for each in lines_of(report.rows) for line in _change(each, report))
    if report.drift:
        yield "Drift", (line for each in report.drift for line in _drift(each))
    if report.graphs:
        count = counted(len(report.graphs), "task graph")
        yield "Task graphs", iter([Text(f"  {count}: `aiware preview --format html -o preview.html` draws them.")])
    if report.kept_failures:
        kept = report.kept_failures
        yield (
            "Failed, and kept",
            (
                Text(
                    f"  {_name(each)}: {each.reason}{' The update fails with it.' if each.fails_update else ''}", "red"
                )
                for each in kept
            ),
        )
    if report.warnings:
        yield "Warnings", (Text(text, "yellow") for text in report.warnings)


def _change(line: Line, report: Report) -> Iterator[Text]:
    row = line.first
    sign, style = _SIGNS[row.action]
    style = _DESTROYS if row.destroys else style
    noun = "" if line.is_folded or row.noun == RECORDING else f"{row.noun} "
    fleet = f" of the fleet {row.fleet}" if row.fleet else ""
    yield Text.assemble((f"{sign} ", style), f"{noun}{line.title}{fleet}: ", (line.says, style))
    if report.is_estimated and row.runs:
        told = facts(of_rows(line.rows, report.currency))
        yield Text(f"    {', '.join(f'{name}: {words}' for name, words in told)}", "dim")
    for each in line.because:
        yield Text(f"    {each.label}{_reason(each)}")
    if line.is_named:
        named = [f"{row.name if line.is_folded else ''} {row.address}".strip() for row in line.rows]
        yield from (Text(f"    {text}") for text in named if text)
    else:
        yield from (Text(f"    {text}") for text in _folders(line))


def _folders(line: Line) -> Iterator[str]:
    """Where many recordings are, by folder."""
    addresses = [row.address for row in line.rows if row.address]
    for folder, count in folder_counts(addresses, _FOLDERS).items():
        yield f"{folder} ({count:,})"
    if without := len(line.rows) - len(addresses):
        names = [row.name for row in line.rows if not row.address]
        more = f" and {without - NAMED:,} more" if without > NAMED else ""
        yield f"{', '.join(names[:NAMED])}{more}"


def _reason(each: Reason) -> str:
    if each.change is None:
        return each.words
    return f"{each.words}: {_value(each.change.old)} → {_value(each.change.new)}"


def _drift(each: Drifted) -> Iterator[Text]:
    if each.what != "changed":
        yield Text.assemble("  ", _name(each), ": ", (each.what, "yellow"), f"; {each.then}" if each.then else "")
        return
    yield Text(f"  {_name(each)}")
    for found in each.properties:
        yield Text(f"    {found.path}: {_value(found.recorded)} → {_value(found.live)}; {found.then}")


def _name(each: OfResource) -> str:
    return f"{each.type} {each.name}{f' ({each.id})' if each.id else ''}"


def _value(value: Any) -> str:
    found = shown(value)
    return found.summary or found.text
