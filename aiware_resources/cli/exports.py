"""``aiware exports``: what export requests made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from aiware_resources.archives import keep_folder
from aiware_resources.cli.progress import bar
from aiware_resources.cli.session import Session
from aiware_resources.downloads import File, keep
from aiware_resources.errors import NotFound, WorkFailed


@click.group()
def exports() -> None:
    """Fetches what export requests made."""


@exports.command()
@click.argument("export_id", metavar="EXPORT")
@click.option(
    "-o",
    "--output",
    required=True,
    help="The file to write; or the folder, with a slash at its end, which several files are unpacked into.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the files as JSON.")
@click.pass_obj
def download(session: Session, export_id: str, output: str, as_json: bool) -> None:
    """Downloads the files of a complete export request (query exportRequests, field assetUri)."""
    uri = _uri(session, export_id)
    with bar(f"downloading {export_id}") as progress:
        files: Sequence[File]
        if output.endswith("/") or Path(output).is_dir():
            files = keep_folder(session.settings(), uri, Path(output), export_id, progress)
        else:
            files = [keep(session.settings(), uri, Path(output), progress)]
    if as_json:
        click.echo(json.dumps([file.properties() for file in files], indent=2))
    else:
        click.echo("".join(f"{file.path}\n" for file in files), nl=False)


def _uri(session: Session, export_id: str) -> str:
    record = session.api().export_requests([export_id]).get(export_id)
    if record is None:
        raise NotFound(
            f"aiWARE has no export request {export_id} that this token can see.", remedy="Check the id.", operation=""
        )
    if record.asset_uri is None:
        raise WorkFailed(
            f"export request {export_id} is {record.status}: it has no files.",
            remedy="Try again when it is complete." if record.status == "incomplete" else "Request it anew.",
            object_id=export_id,
            status=record.status,
        )
    return record.asset_uri
