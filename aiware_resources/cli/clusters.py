"""``aiware clusters``: where jobs can run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aiware_resources.cli.framework.options import examples, json_option, limit_option, stack_option
from aiware_resources.cli.framework.printing import (
    first,
    new_table,
    print_facts,
    print_json,
    print_table,
    shown,
    text_column,
)
from aiware_resources.cli.framework.session import Session

if TYPE_CHECKING:
    from aiware_resources.api import ClusterRecord

TYPES = ("RT", "OnPrem", "ami")
_GIBIBYTE = 1 << 30


@click.group()
def clusters() -> None:
    """Show clusters."""


@clusters.command(
    "list", epilog=examples("aiware clusters list", "aiware clusters list --name pipelines --type RT --json")
)
@click.option("--name", help="Show only those whose name contains this.")
@click.option("--type", "of_type", type=click.Choice(TYPES), help="Show only those of this type.")
@limit_option(None)
@json_option()
@stack_option
@click.pass_obj
def list_(session: Session, name: str | None, of_type: str | None, limit: int | None, as_json: bool) -> None:
    """List the clusters that the token may see (query clusters)."""
    found, _ = first(session.api().find_clusters(name=name, of_type=of_type), limit)
    if as_json:
        print_json([cluster.properties() for cluster in found])
        return
    table = new_table("id", text_column("name"), "type", "status", text_column("engines"), least=("type", "engines"))
    for cluster in found:
        table.add_row(cluster.id, cluster.name, cluster.type, _status(cluster), _engines(cluster))
    print_table(table, "There are no such clusters.")


@clusters.command(
    epilog=examples(
        "aiware clusters show pipelines-prod", "aiware clusters show rt-1cdc1d6d-a500-467a-bc46-d3c5bf3d6901 --json"
    )
)
@click.argument("name_or_id", metavar="CLUSTER")
@json_option("Print the whole record as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def show(session: Session, name_or_id: str, as_json: bool) -> None:
    """Show a cluster, by its exact name or id (query clusters)."""
    from aiware_resources.catalogue import Catalogue

    cluster = Catalogue(session.api()).cluster(name_or_id)
    if as_json:
        print_json(cluster.properties())
    else:
        print_facts(_facts(cluster))


def _facts(cluster: ClusterRecord) -> dict[str, str | None]:
    return {
        "id": cluster.id,
        "name": cluster.name,
        "type": cluster.type,
        "status": _status(cluster),
        "organization": cluster.organization_id,
        "engines": _engines(cluster),
        "memory": _size(cluster.memory_size_bytes),
        "storage": _size(cluster.storage_size_bytes),
        "media storage": cluster.media_storage,
        "tags": ", ".join(cluster.tags or []),
        "created (UTC)": shown(cluster.created_date_time),
    }


def _size(size: float | None) -> str:
    return "" if size is None else f"{size / _GIBIBYTE:.10g} GiB"


def _status(cluster: ClusterRecord) -> str:
    """Tells its status, its target status, and whether it is paused."""
    heading = cluster.target_status not in (None, cluster.status)
    text = f"{cluster.status} -> {cluster.target_status}" if heading else cluster.status
    return f"{text}, paused" if cluster.paused and cluster.status != "paused" else text


def _engines(cluster: ClusterRecord) -> str:
    """Lists the engines that may run on it."""
    allowed = cluster.allowed_engines or []
    if cluster.bypass_allowed_engines or "all" in allowed:
        return "all"
    return ", ".join(allowed) or "none"
