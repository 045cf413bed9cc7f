"""``aiware assets upload``."""

from __future__ import annotations

from pathlib import Path

import click

from aiware_resources.api import Api, AssetRecord, LocalFile
from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.progress import bar
from aiware_resources.cli.session import Session
from aiware_resources.reconcile import send_once


@click.command(
    epilog=examples(
        "aiware assets upload 460907869 interview.mp4 --primary",
        "aiware assets upload 460907869 notes.txt --type text --name notes-2026.txt",
    )
)
@click.argument("tdo_id", metavar="TDO")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--type", "asset_type", default="media", show_default=True, help="Gives its type: media, text, transcript, ..."
)
@click.option("--content-type", help="Gives its MIME type; told by its name when left out.")
@click.option("--name", help="Gives its name; its file name when left out.")
@click.option("--primary", is_flag=True, help="Makes it the TDO's primary asset of its type.")
@json_option("Prints the asset as JSON, and errors as JSON on standard error.")
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
