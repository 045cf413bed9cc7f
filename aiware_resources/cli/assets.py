"""``aiware assets``: the files that a TDO holds."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Column, Table

from aiware_resources.api import Api, AssetRecord, LocalFile
from aiware_resources.cli.progress import bar
from aiware_resources.cli.session import Session
from aiware_resources.reconcile import send_once


@click.group()
def assets() -> None:
    """Shows and uploads the files that a TDO holds."""


@assets.command("list")
@click.argument("tdo_id", metavar="TDO")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_(session: Session, tdo_id: str, as_json: bool) -> None:
    """Lists the assets of a TDO, newest first (query temporalDataObject, field assets)."""
    found = list(session.api().assets(tdo_id))
    if as_json:
        click.echo(json.dumps([record.properties() for record in found], indent=2, ensure_ascii=False))
        return
    table = Table(Column("asset", no_wrap=True), "type", "name", "content type", "bytes")
    for record in found:
        size = record.file_data.size if record.file_data else None
        cells = [record.asset_type, record.name, record.content_type, None if size is None else str(size)]
        table.add_row(record.id, *(cell or "" for cell in cells))
    Console().print(table)


@assets.command()
@click.argument("tdo_id", metavar="TDO")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--type", "asset_type", default="media", show_default=True, help="media, text, transcript, ...")
@click.option("--content-type", help="Its MIME type; told by its name when left out.")
@click.option("--name", help="What to call it; its file name when left out.")
@click.option("--primary", is_flag=True, help="Make it the TDO's primary asset of its type.")
@click.option("--json", "as_json", is_flag=True, help="Print the asset as JSON.")
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
    """Uploads a file into a TDO (mutation createAsset).

    A file that the TDO holds already under this name and type is not uploaded again.
    """
    api, read = session.api(), LocalFile.read(file)
    content = {"containerId": tdo_id, "assetType": asset_type, "name": name or file.name, "setAsPrimary": primary}
    if content_type:
        content["contentType"] = content_type
    there = _find(api, tdo_id, content["name"], asset_type, read)
    if there is not None:
        record = there
    else:
        with bar(f"uploading {file.name}") as progress:
            record = send_once(
                lambda: api.upload_asset(content, read, progress),
                lambda: _find(api, tdo_id, content["name"], asset_type, read),
            )
    if as_json:
        click.echo(json.dumps(record.properties(), indent=2, ensure_ascii=False))
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
