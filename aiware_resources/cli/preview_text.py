"""The report of a preview as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

from rich.console import Console
from rich.text import Text

from aiware_resources.reconcile.entity import PropertyChange
from aiware_resources.report import Report, sentence
from aiware_resources.report.model import Change, Drifted, OfResource
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
    if not report.refreshed:
        yield "without drift: this preview did not refresh"


def _sections(report: Report) -> Iterator[tuple[str, Iterator[Text]]]:
    if report.errors:
        yield "Errors", (Text(text, "red") for text in report.errors)
    if changes := [change for change in report.changes if not change.is_repair or change.destroys]:
        yield "Changes", (line for change in changes for line in _change(change))
    if report.drift:
        yield "Drift", (line for each in report.drift for line in _drift(each))
    if not_known := [change for change in report.changes if change.not_known]:
        yield "Not known yet", (_unknown(change) for change in not_known)
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


def _change(change: Change) -> Iterator[Text]:
    sign, style = _SIGNS[change.action]
    style = _DESTROYS if change.destroys else style
    yield Text.assemble((f"{sign} ", style), _name(change), ": ", (change.says, style))
    for note in change.notes:
        yield Text(f"    {note}")
    for each in change.properties:
        yield Text(f"    {_property(each, is_new=change.is_new)}")


def _property(each: PropertyChange, *, is_new: bool) -> str:
    values = _value(each.new) if is_new else f"{_value(each.old)} → {_value(each.new)}"
    return f"{each.path}: {values}{f' ({each.note})' if each.note else ''}"


def _drift(each: Drifted) -> Iterator[Text]:
    if each.what != "changed":
        yield Text.assemble("  ", _name(each), ": ", (each.what, "yellow"), f"; {each.then}" if each.then else "")
        return
    yield Text(f"  {_name(each)}")
    for found in each.properties:
        yield Text(f"    {found.path}: {_value(found.recorded)} → {_value(found.live)}; {found.then}")


def _unknown(change: Change) -> Text:
    paths = ", ".join(f"{each.path}{f' ({each.reason})' if each.reason else ''}" for each in change.not_known)
    return Text(f"  {_name(change)}: {paths}")


def _name(each: OfResource) -> str:
    return f"{each.type} {each.name}{f' ({each.id})' if each.id else ''}"


def _value(value: Any) -> str:
    found = shown(value)
    return found.summary or found.text
