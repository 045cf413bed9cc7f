"""``aiware exports show``."""

from __future__ import annotations

import click

from aiware_resources.api import ExportRecord
from aiware_resources.cli.exports.found import found, without_uri
from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.printing import print_facts, print_json
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.framework.times import shown
from aiware_resources.cli.session import Session


@click.command(
    epilog=examples(
        "aiware exports show 27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c",
        "aiware exports show 27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c --uri --json",
    )
)
@click.argument("export_id", metavar="EXPORT")
@click.option("--uri", is_flag=True, help="Shows the signed link to the file too: a secret, and good for a while only.")
@json_option()
@stack_option
@click.pass_obj
def show(session: Session, export_id: str, uri: bool, as_json: bool) -> None:
    """Shows an export request (query exportRequests)."""
    record = found(session.api(), export_id)
    if as_json:
        print_json(record.properties() if uri else without_uri(record))
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
