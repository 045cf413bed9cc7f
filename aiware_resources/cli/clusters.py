"""``aiware clusters``: where jobs can run."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click
from rich.console import Console
from rich.table import Column, Table

from aiware_resources.api import ClusterRecord
from aiware_resources.catalogue import Catalogue
from aiware_resources.cli.session import Session

_GIBIBYTE = 1 << 30


@click.group()
def clusters() -> None:
    """Shows clusters."""


@clusters.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the whole records as JSON.")
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """Lists the clusters that the organisation owns or may see (query clusters)."""
    found = Catalogue(session.api()).clusters()
    if as_json:
        click.echo(json.dumps([cluster.properties() for cluster in found], indent=2))
    elif not found:
        click.echo("There are no clusters.")
    else:
        # Ids are there to be copied: a narrow terminal must not cut them.
        table = Table(Column("id", no_wrap=True), Column("name", overflow="fold"), "type", "status", "engines")
        for cluster in found:
            table.add_row(cluster.id, cluster.name, cluster.type, _status(cluster), _engines(cluster))
        Console().print(table)


@clusters.command()
@click.argument("name_or_id")
@click.option("--json", "as_json", is_flag=True, help="Print the whole record as JSON.")
@click.pass_obj
def show(session: Session, name_or_id: str, as_json: bool) -> None:
    """Shows one cluster, by its exact name or id (query clusters)."""
    cluster = Catalogue(session.api()).cluster(name_or_id)
    if as_json:
        click.echo(json.dumps(cluster.properties(), indent=2))
        return
    console = Console()
    for name, value in _facts(cluster).items():
        console.print(f"{name}: {value}", highlight=False, markup=False, soft_wrap=True)


def _facts(cluster: ClusterRecord) -> Mapping[str, str]:
    facts = {
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
        "created": str(cluster.created_date_time or ""),
    }
    return {name: value for name, value in facts.items() if value}


def _status(cluster: ClusterRecord) -> str:
    heading = cluster.target_status not in (None, cluster.status)
    status = f"{cluster.status} -> {cluster.target_status}" if heading else cluster.status
    return f"{status}, paused" if cluster.paused and cluster.status != "paused" else status


def _engines(cluster: ClusterRecord) -> str:
    allowed = cluster.allowed_engines or []
    if cluster.bypass_allowed_engines or "all" in allowed:
        return "all"
    return ", ".join(allowed) or "none"


def _size(size: float | None) -> str:
    return "" if size is None else f"{size / _GIBIBYTE:.10g} GiB"
