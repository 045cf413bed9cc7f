"""``aiware engines list``."""

from __future__ import annotations

import click

from aiware_resources.catalogue import Catalogue
from aiware_resources.cli.engines.words import category as category_of
from aiware_resources.cli.framework.options import json_option, limit_option, stack_option
from aiware_resources.cli.framework.printing import id_column, new_table, print_json, print_table, text_column
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.session import Session


@click.command(
    "list",
    epilog=examples(
        "aiware engines list --category Transcription",
        "aiware engines list --type Ingestion --json",
        "aiware engines list --name speech",
    ),
)
@click.option("--category", help="Shows only those of this category, such as Transcription.")
@click.option("--name", help="Shows only those whose name contains this.")
@click.option("--type", "of_type", help="Shows only those of this type: Cognition, Ingestion or Aggregator.")
@limit_option(None)
@json_option()
@stack_option
@click.pass_obj
def list_(
    session: Session, category: str | None, name: str | None, of_type: str | None, limit: int | None, as_json: bool
) -> None:
    """Lists engines, by category and name (query engines)."""
    found = Catalogue(session.api()).engines(category, name, of_type)
    chosen = sorted(found, key=lambda each: (category_of(each), each.name or ""))[:limit]
    if as_json:
        print_json([engine.properties() for engine in chosen])
        return
    table = new_table(id_column(), text_column("name"), text_column("category"), "mode", "state")
    for engine in chosen:
        table.add_row(engine.id, engine.name, category_of(engine), engine.mode, engine.state)
    print_table(table, "There are no such engines.")
