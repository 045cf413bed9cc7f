"""``aiware exports download``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from aiware_resources.api import Api
from aiware_resources.cli.exports.found import found
from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.progress import bar
from aiware_resources.cli.session import Session
from aiware_resources.errors import WorkFailed
from aiware_resources.files.archives import keep_folder
from aiware_resources.files.downloads import File, fetch


@click.command(
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
    help="Writes this file; with a slash at its end, unpacks what may be several files into this folder.",
)
@json_option("Prints the files as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def download(session: Session, export_id: str, output: str, as_json: bool) -> None:
    """Downloads the files of a complete export request (query exportRequests, field assetUri)."""
    uri = _uri(session.api(), export_id)
    with bar(f"downloading {export_id}") as progress:
        files: Sequence[File]
        if output.endswith("/") or Path(output).is_dir():
            files = keep_folder(session.settings(), uri, Path(output), export_id, progress)
        else:
            files = [fetch(session.settings(), uri, Path(output), progress)]
    if as_json:
        print_json([file.properties() for file in files])
    else:
        click.echo("".join(f"{file.path}\n" for file in files), nl=False)


def _uri(api: Api, export_id: str) -> str:
    record = found(api, export_id)
    if record.asset_uri is None:
        raise WorkFailed(
            f"export request {export_id} is {record.status}: it has no files.",
            remedy="Try again when it is complete." if record.status == "incomplete" else "Request it anew.",
            object_id=export_id,
            status=record.status,
        )
    return record.asset_uri
