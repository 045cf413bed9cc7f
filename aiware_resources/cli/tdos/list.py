"""``aiware tdos list``."""

from __future__ import annotations

from datetime import datetime

import click

from aiware_resources.cli.framework.options import json_option, limit_option, since_option, stack_option
from aiware_resources.cli.framework.printing import (
    first,
    id_column,
    new_table,
    print_json,
    print_table,
    text_column,
    time_column,
)
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.framework.times import at_server, shown
from aiware_resources.cli.session import Session
from aiware_resources.cli.tdos.found import properties


@click.command("list", epilog=examples("aiware tdos list --since 1w", "aiware -s prod tdos list --limit 200 --json"))
@since_option("TDOs")
@limit_option()
@json_option()
@stack_option
@click.pass_obj
def list_(session: Session, since: datetime | None, limit: int, as_json: bool) -> None:
    """Lists temporal data objects, newest first (query temporalDataObjects)."""
    api = session.api()
    records, more = first(api.find_tdos(since=at_server(api, since)), limit)
    if as_json:
        print_json([properties(record) for record in records])
    else:
        table = new_table(id_column(), text_column("name"), "status", time_column("from"), time_column("created (UTC)"))
        for record in records:
            start = (record.start_date_time or "")[:16].replace("T", " ")
            table.add_row(record.id, record.name, record.status, start, shown(record.created_date_time))
        print_table(table, "There are no such TDOs.")
    if more:
        session.note(f"These are the newest {limit}; --limit shows more.")
