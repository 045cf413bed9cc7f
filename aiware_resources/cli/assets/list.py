"""``aiware assets list``."""

from __future__ import annotations

import click

from aiware_resources.cli.assets.table import asset_table
from aiware_resources.cli.framework.options import json_option, limit_option, stack_option
from aiware_resources.cli.framework.printing import first, print_json, print_table
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.session import Session


@click.command("list", epilog=examples("aiware assets list 460907869", "aiware assets list 460907869 --limit 5 --json"))
@click.argument("tdo_id", metavar="TDO")
@limit_option(None)
@json_option()
@stack_option
@click.pass_obj
def list_(session: Session, tdo_id: str, limit: int | None, as_json: bool) -> None:
    """Lists the assets of a TDO, newest first (query temporalDataObject, field assets)."""
    found, _ = first(session.api().assets(tdo_id), limit)
    if as_json:
        print_json([record.properties() for record in found])
    else:
        print_table(asset_table(found), "It holds no assets.")
