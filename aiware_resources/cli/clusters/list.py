"""``aiware clusters list``."""

from __future__ import annotations

import click

from aiware_resources.cli.clusters.words import engines, status
from aiware_resources.cli.framework.options import json_option, limit_option, stack_option
from aiware_resources.cli.framework.printing import first, id_column, new_table, print_json, print_table, text_column
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.session import Session

TYPES = ("RT", "OnPrem", "ami")


@click.command(
    "list", epilog=examples("aiware clusters list", "aiware clusters list --name pipelines --type RT --json")
)
@click.option("--name", help="Shows only those whose name contains this.")
@click.option("--type", "of_type", type=click.Choice(TYPES), help="Shows only those of this type.")
@limit_option(None)
@json_option()
@stack_option
@click.pass_obj
def list_(session: Session, name: str | None, of_type: str | None, limit: int | None, as_json: bool) -> None:
    """Lists the clusters that the organisation owns or may see (query clusters)."""
    found, _ = first(session.api().find_clusters(name=name, of_type=of_type), limit)
    if as_json:
        print_json([cluster.properties() for cluster in found])
        return
    table = new_table(id_column(), text_column("name"), "type", "status", text_column("engines"))
    for cluster in found:
        table.add_row(cluster.id, cluster.name, cluster.type, status(cluster), engines(cluster))
    print_table(table, "There are no such clusters.")
