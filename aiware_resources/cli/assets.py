"""``aiware assets``: the files that a TDO holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiware_resources.cli.framework.options import INPUT_FILE, examples, json_option, limit_option, stack_option
from aiware_resources.cli.framework.printing import (
    first,
    new_table,
    print_json,
    print_table,
    text_column,
    transfer_bar,
)
from aiware_resources.cli.framework.session import Session

if TYPE_CHECKING:
    from rich.table import Table

    from aiware_resources.api import Api, AssetRecord, LocalFile


@click.group()
def assets() -> None:
    """Show and upload the files that a TDO holds."""


@assets.command(
    "list", epilog=examples("aiware assets list 460907869", "aiware assets list 460907869 --limit 5 --json")
)
@click.argument("tdo_id", metavar="TDO")
@limit_option(None)
@json_option()
@stack_option
@click.pass_obj
def list_(session: Session, tdo_id: str, limit: int | None, as_json: bool) -> None:
    """List the assets of a TDO, newest first.

    Sends the query temporalDataObject, with its field assets.
    """
    found, _ = first(session.api().assets(tdo_id), limit)
    if as_json:
        print_json([record.properties() for record in found])
    else:
        print_table(asset_table(found), "It holds no assets.")


def asset_table(found: Iterable[AssetRecord]) -> Table:
    """The assets of a TDO as a table."""
    table = new_table("asset", "type", text_column("name"), "content type", "bytes", least=("content type", "bytes"))
    for record in found:
        size = record.file_data.size if record.file_data else None
        cells = [record.asset_type, record.name, record.content_type, None if size is None else str(size)]
        table.add_row(record.id, *(cell or "" for cell in cells))
    return table


@assets.command(
    epilog=examples(
        "aiware assets upload 460907869 interview.mp4 --primary",
        "aiware assets upload 460907869 notes.txt --type text --name notes-2026.txt",
    )
)
@click.argument("tdo_id", metavar="TDO")
@click.argument("file", type=INPUT_FILE)
@click.option(
    "--type", "asset_type", default="media", show_default=True, help="Give it this type: media, text, transcript, ..."
)
@click.option("--content-type", help="Give it this MIME type; told by its name when left out.")
@click.option("--name", help="Give it this name; its file name when left out.")
@click.option("--primary", is_flag=True, help="Make it the TDO's primary asset of its type.")
@json_option("Print the asset as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def upload(
    session: Session,
    tdo_id: str,
    file: Path,
    asset_type: str,
    content_type: str | None,
    name: str | None,
    primary: bool,
    as_json: bool,
) -> None:
    """Upload a file into a TDO (mutation createAsset).

    A file that the TDO holds already under this name and type is not uploaded again.
    """
    from aiware_resources.api import LocalFile
    from aiware_resources.reconcile import send_once

    api, read = session.api(), LocalFile.read(file)
    content = {"containerId": tdo_id, "assetType": asset_type, "name": name or file.name, "setAsPrimary": primary}
    if content_type:
        content["contentType"] = content_type
    there = _find(api, tdo_id, content["name"], asset_type, read)
    if there is not None:
        record = there
    else:
        with transfer_bar(f"uploading {file.name}") as progress:
            record = send_once(
                lambda: api.upload_asset(content, read, progress),
                lambda: _find(api, tdo_id, content["name"], asset_type, read),
            )
    if as_json:
        print_json(record.properties())
    else:
        click.echo(f"asset {record.id}: {read.size} bytes of {file}{', which was there already' if there else ''}")


def _find(api: Api, tdo_id: str, name: object, asset_type: str, file: LocalFile) -> AssetRecord | None:
    """The asset of the TDO that is this file, if there is one."""
    wanted = (name, asset_type, file.md5)
    return next(
        (
            record
            for record in api.assets(tdo_id)
            if (record.name, record.asset_type, record.file_data and record.file_data.md5sum) == wanted
        ),
        None,
    )
