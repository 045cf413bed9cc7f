"""``aiware clusters show``."""

from __future__ import annotations

import click

from aiware_resources.api import ClusterRecord
from aiware_resources.catalogue import Catalogue
from aiware_resources.cli.clusters.words import engines, status
from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.printing import print_facts, print_json
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.framework.times import shown
from aiware_resources.cli.session import Session

_GIBIBYTE = 1 << 30


@click.command(
    epilog=examples(
        "aiware clusters show pipelines-prod", "aiware clusters show rt-1cdc1d6d-a500-467a-bc46-d3c5bf3d6901 --json"
    )
)
@click.argument("name_or_id", metavar="CLUSTER")
@json_option("Prints the whole record as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def show(session: Session, name_or_id: str, as_json: bool) -> None:
    """Shows one cluster, by its exact name or id (query clusters)."""
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
        "status": status(cluster),
        "organization": cluster.organization_id,
        "engines": engines(cluster),
        "memory": _size(cluster.memory_size_bytes),
        "storage": _size(cluster.storage_size_bytes),
        "media storage": cluster.media_storage,
        "tags": ", ".join(cluster.tags or []),
        "created (UTC)": shown(cluster.created_date_time),
    }


def _size(size: float | None) -> str:
    return "" if size is None else f"{size / _GIBIBYTE:.10g} GiB"
