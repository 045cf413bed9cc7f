"""The report of a run as Markdown: a summary for the page of a CI run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aiware_resources.report.run.model import Run, sentence
from aiware_resources.text.words import counted, duration

LISTED = 20
"""So many failures and jobs are listed; the page has more."""
_UNSAFE = str.maketrans({"|": "\\|", "<": "&lt;", ">": "&gt;", "`": "'", "\n": " ", "[": "\\[", "]": "\\]"})


def markdown(run: Run) -> str:
    """Writes the report as Markdown: what ran, counts, and the first failures."""
    return "\n".join([f"### {run.project}/{run.stack}: {sentence(run)}", "", *_lines(run)]) + "\n"


def _lines(run: Run) -> Iterator[str]:
    if run.update is not None and run.update.ended is not None:
        took = duration((run.update.ended - run.update.started).total_seconds())
        yield f"The update {run.update.result}, and took {took}."
        yield ""
    rows = [[fleet.name, _statuses(fleet.statuses), fleet.jobs, fleet.ran] for fleet in run.fleets]
    if rows:
        yield from _table(["fleet", "status", "jobs", "ran"], rows)
    failed = list(run.failed())
    if failed:
        reasons = [[each.name, each.failure.reason.split("\n")[0]] for each in failed if each.failure]
        yield from _table(["failed", "why"], reasons[:LISTED])
        if len(reasons) > LISTED:
            yield f"And {len(reasons) - LISTED:,} more."
    folders = [folder for fleet in run.fleets for folder in fleet.folders]
    if files := len(run.files) + sum(folder.files for folder in folders):
        written = sum(file.size for file in run.files) + sum(folder.size for folder in folders)
        yield f"{counted(files, 'file')} on this machine, {written:,} bytes."
    if missing := sum(folder.missing for folder in folders):
        yield f"{counted(missing, 'file')} of fleets not there as written; the next `pulumi up` writes them."


def _statuses(statuses: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {status}" for status, count in sorted(statuses.items()))


def _table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        cells = (f"{cell:,}" if isinstance(cell, int) else "" if cell is None else str(cell) for cell in row)
        yield f"| {' | '.join(cell.translate(_UNSAFE) for cell in cells)} |"
    yield ""
