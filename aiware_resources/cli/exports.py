"""``aiware exports``: export requests, and what they made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiware_resources.cli.framework.options import examples, json_option, limit_option, stack_option
from aiware_resources.cli.framework.printing import (
    first,
    new_table,
    print_facts,
    print_json,
    print_paths,
    print_table,
    shown,
    transfer_bar,
)
from aiware_resources.cli.framework.session import Session, not_seen
from aiware_resources.errors import WorkFailed
from aiware_resources.text import commands

if TYPE_CHECKING:
    from aiware_resources.api import Api, ExportRecord
    from aiware_resources.files.downloads import File

STATUSES = ("incomplete", "complete", "downloaded", "failed")


@click.group()
def exports() -> None:
    """Show export requests, and fetch their files."""


@exports.command("list", epilog=examples("aiware exports list", "aiware exports list --status failed --json"))
@click.option("--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="Show only these; repeatable.")
@limit_option()
@json_option()
@stack_option
@click.pass_obj
def list_(session: Session, statuses: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List export requests (query exportRequests).

    They come in the order that aiWARE has them in.
    """
    records, more = first(session.api().find_exports(statuses=statuses), limit)
    if as_json:
        print_json([_without_uri(record) for record in records])
    else:
        table = new_table("id", "status", "requested by", "created (UTC)", least=("requested by", "created (UTC)"))
        for record in records:
            table.add_row(record.id, record.status, record.requestor_id, shown(record.created_date_time))
        print_table(table, "There are no such export requests.")
    if more:
        session.note(f"These are the first {limit}; --limit shows more.")


@exports.command(
    epilog=examples(
        "aiware exports show 27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c",
        "aiware exports show 27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c --uri --json",
    )
)
@click.argument("export_id", metavar="EXPORT")
@click.option("--uri", is_flag=True, help="Show the signed link to the file too: a secret, and good for a while only.")
@json_option()
@stack_option
@click.pass_obj
def show(session: Session, export_id: str, uri: bool, as_json: bool) -> None:
    """Show an export request (query exportRequests)."""
    record = _found(session.api(), export_id)
    if as_json:
        print_json(record.properties() if uri else _without_uri(record))
    else:
        print_facts({**_facts(record), **({"link": record.asset_uri or "none yet"} if uri else {})})


def _facts(record: ExportRecord) -> dict[str, str | None]:
    return {
        "id": record.id,
        "status": record.status,
        "organization": record.organization_id,
        "requested by": record.requestor_id,
        "created (UTC)": shown(record.created_date_time),
        "changed (UTC)": shown(record.modified_date_time),
    }


@exports.command(
    epilog=examples(
        "aiware exports download 27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c -o council.vtt",
        "aiware exports download 27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c -o captions/",
    )
)
@click.argument("export_id", metavar="EXPORT")
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    required=True,
    help="Write this file; with a slash at its end, unpack what may be several files into this folder.",
)
@json_option("Print the files as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def download(session: Session, export_id: str, output: str, as_json: bool) -> None:
    """Download the files of a complete export request.

    Sends the query exportRequests, with its field assetUri.
    """
    from aiware_resources.files.archives import keep_folder
    from aiware_resources.files.downloads import fetch

    uri = _uri(session.api(), export_id)
    with transfer_bar(f"downloading {export_id}") as progress:
        files: Sequence[File]
        if output.endswith("/") or Path(output).is_dir():
            files = keep_folder(session.settings(), uri, Path(output), export_id, progress)
        else:
            files = [fetch(session.settings(), uri, Path(output), progress)]
    if as_json:
        print_json([file.properties() for file in files])
    else:
        print_paths(file.path for file in files)


def _uri(api: Api, export_id: str) -> str:
    record = _found(api, export_id)
    if record.asset_uri is None:
        raise WorkFailed(
            f"export request {export_id} is {record.status}: it has no files.",
            remedy="Try again when it is complete." if record.status == "incomplete" else "Request it again.",
            object_id=export_id,
            status=record.status,
        )
    return record.asset_uri


def _found(api: Api, export_id: str) -> ExportRecord:
    """Reads an export request (query exportRequests).

    Raises:
        NotFound: There is no such export request.
        ApiError: If it could not be read.
    """
    record = api.export_requests([export_id]).get(export_id)
    if record is None:
        remedy = f"Check the id; {commands.aiware('exports', 'list')} shows those there are."
        raise not_seen("export request", [export_id], "exportRequests", remedy)
    return record


def _without_uri(record: ExportRecord) -> dict[str, Any]:
    """An export request as JSON values, without the link to its file: whoever has that, has the file."""
    return {key: value for key, value in record.properties().items() if key != "assetUri"}
