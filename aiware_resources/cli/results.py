"""``aiware results``: what the engines of a job found out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Column, Table

from aiware_resources.api import EngineResultRecord
from aiware_resources.cli.session import Session
from aiware_resources.result_files import write_documents
from aiware_resources.results import shown


@click.command()
@click.argument("job_id", metavar="JOB")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the documents into this folder: <engine id>.json, and <engine id>.2.json for a further time span.",
)
@click.option("-e", "--engine", "engine_id", help="Only the results of this engine.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON: the results, or with -o the files.")
@click.pass_obj
def results(session: Session, job_id: str, folder: Path | None, engine_id: str | None, as_json: bool) -> None:
    """Shows the vtn-standard results of a job, or writes them to files (query engineResults)."""
    found = session.api().engine_results(job_id=job_id)
    chosen = [record for record in found if engine_id in (None, record.engine_id)]
    if folder is not None:
        files = write_documents(chosen, folder)
        if as_json:
            click.echo(json.dumps([file.properties() for file in files], indent=2))
        else:
            click.echo("".join(f"{file.path}\n" for file in files), nl=False)
    elif as_json:
        click.echo(json.dumps(shown(chosen), indent=2, ensure_ascii=False))
    else:
        _show(chosen)
    if not chosen:
        click.echo(f"Job {job_id} has no results{f' of engine {engine_id}' if engine_id else ''} yet.", err=True)


def _show(records: Sequence[EngineResultRecord]) -> None:
    if not records:
        return
    table = Table(Column("engine", no_wrap=True), "from ms", "to ms", "entries", Column("asset", no_wrap=True))
    for record in records:
        series = record.jsondata.get("series") if isinstance(record.jsondata, dict) else None
        span = [_text(record.start_offset_ms), _text(record.stop_offset_ms)]
        table.add_row(record.engine_id, *span, str(len(series or [])), record.asset_id or "")
    Console().print(table)


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
