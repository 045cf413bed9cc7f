"""``aiware results``: the results of a job's engines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiware_resources.cli.framework.options import examples, json_option, stack_option
from aiware_resources.cli.framework.printing import console, new_table, print_json, print_paths
from aiware_resources.cli.framework.session import Session

if TYPE_CHECKING:
    from aiware_resources.api import EngineResultRecord


@click.command(
    epilog=examples(
        "aiware results 24112609_Mdsq3lksrB",
        "aiware results 24112609_Mdsq3lksrB --text > council.txt",
        "aiware results 24112609_Mdsq3lksrB -o results/",
        "aiware results 24112609_Mdsq3lksrB --engine c0e55cde-340b-44d7-bb42-2e0d65e98255 --json",
    )
)
@click.argument("job_id", metavar="JOB")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the documents into this folder: <engine id>.json, and <engine id>.2.json for a further time span.",
)
@click.option("-e", "--engine", "engine_id", metavar="ID", help="Take only the results of this engine.")
@click.option("--text", "as_text", is_flag=True, help="Print the transcript, or the text of a document.")
@json_option("Print JSON: the results, or with -o the files; and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def results(
    session: Session, job_id: str, folder: Path | None, engine_id: str | None, as_text: bool, as_json: bool
) -> None:
    """Show the results of a job, or write them to files.

    They are in aiWARE's format vtn-standard (query engineResults).
    """
    if as_text and (as_json or folder):
        raise click.UsageError("--text excludes --json and --output.")
    from aiware_resources.jobs.documents import write_documents
    from aiware_resources.jobs.results import shown

    found = session.api().engine_results(job_id=job_id)
    chosen = [record for record in found if engine_id in (None, record.engine_id)]
    if folder is not None:
        files = write_documents(chosen, folder)
        if as_json:
            print_json([file.properties() for file in files])
        else:
            print_paths(file.path for file in files)
    elif as_json:
        print_json(shown(chosen))
    elif as_text:
        _print_text(session, job_id, chosen)
    else:
        _show(chosen)
    if not chosen:
        session.note(f"Job {job_id} has no results{f' of engine {engine_id}' if engine_id else ''}.")


def _print_text(session: Session, job_id: str, records: Sequence[EngineResultRecord]) -> None:
    from aiware_resources.jobs.transcript import text_of

    texts = {record.engine_id: "" for record in records}
    for record in sorted(records, key=lambda each: each.start_offset_ms or 0):
        if text := text_of(record.jsondata):
            texts[record.engine_id] += f"{text}\n"
    written = {engine: text for engine, text in texts.items() if text}
    click.echo("\n".join(written.values()), nl=False)
    if len(written) > 1:
        session.note(f"These are texts of the engines {', '.join(map(str, written))}; --engine chooses one.")
    elif records and not written:
        session.note(f"There is no text in the results of job {job_id}.")


def _show(records: Sequence[EngineResultRecord]) -> None:
    if not records:
        return
    table = new_table("engine", "from ms", "to ms", "entries", "asset", least=("asset", "from ms", "to ms"))
    for record in records:
        series = record.jsondata.get("series") if isinstance(record.jsondata, dict) else None
        span = [_text(record.start_offset_ms), _text(record.stop_offset_ms)]
        table.add_row(record.engine_id or "", *span, str(len(series or [])), record.asset_id or record.name or "")
    console().print(table)


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
