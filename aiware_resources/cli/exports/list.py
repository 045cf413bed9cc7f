"""``aiware exports list``."""

from __future__ import annotations

import click

from aiware_resources.cli.exports.found import without_uri
from aiware_resources.cli.framework.options import json_option, limit_option, stack_option
from aiware_resources.cli.framework.printing import first, id_column, new_table, print_json, print_table, time_column
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.framework.times import shown
from aiware_resources.cli.session import Session

STATUSES = ("incomplete", "complete", "downloaded", "failed")


@click.command("list", epilog=examples("aiware exports list", "aiware exports list --status failed --json"))
@click.option("--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="Shows only these; repeatable.")
@limit_option()
@json_option()
@stack_option
@click.pass_obj
def list_(session: Session, statuses: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Lists export requests, in the order that aiWARE has them (query exportRequests)."""
    records, more = first(session.api().find_exports(statuses=statuses), limit)
    if as_json:
        print_json([without_uri(record) for record in records])
    else:
        table = new_table(id_column(), "status", id_column("requested by"), time_column("created (UTC)"))
        for record in records:
            table.add_row(record.id, record.status, record.requestor_id, shown(record.created_date_time))
        print_table(table, "There are no such export requests.")
    if more:
        session.note(f"These are the first {limit}; --limit shows more.")
