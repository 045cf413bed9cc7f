"""``aiware tdos show``."""

from __future__ import annotations

import click

from aiware_resources.api import TdoRecord
from aiware_resources.cli.assets.table import asset_table
from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.printing import console, print_facts, print_json
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.framework.times import shown
from aiware_resources.cli.session import Session
from aiware_resources.cli.tdos.found import found, properties


@click.command(epilog=examples("aiware tdos show 460907869", "aiware tdos show 460907869 --json"))
@click.argument("tdo_id", metavar="TDO")
@json_option("Prints the whole record and its assets as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def show(session: Session, tdo_id: str, as_json: bool) -> None:
    """Shows a temporal data object and its assets (query temporalDataObject)."""
    api = session.api()
    (record,) = found(api, [tdo_id])
    assets = list(api.assets(tdo_id))
    if as_json:
        print_json({**properties(record), "assets": [asset.properties() for asset in assets]})
        return
    print_facts(_facts(record))
    if assets:
        console().print(asset_table(assets))
    else:
        click.echo("It holds no assets.")


def _facts(record: TdoRecord) -> dict[str, str | None]:
    return {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "status": record.status,
        "source": record.source,
        "from": record.start_date_time,
        "to": record.stop_date_time,
        "organization": record.organization_id,
        "public": "yes" if record.is_public else None,
        "folders": ", ".join(folder.id for folder in record.folders),
        "created": shown(record.created_date_time) + " UTC" if record.created_date_time else None,
    }
