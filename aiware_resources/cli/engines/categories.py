"""``aiware engines categories``."""

from __future__ import annotations

import click

from aiware_resources.catalogue import Catalogue
from aiware_resources.cli.framework.options import json_option, limit_option, stack_option
from aiware_resources.cli.framework.printing import id_column, new_table, print_json, print_table, text_column
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.session import Session


@click.command(epilog=examples("aiware engines categories", "aiware engines categories --type Cognition --json"))
@click.option("--type", "of_type", help="Shows only those of this type, such as Cognition.")
@limit_option(None)
@json_option()
@stack_option
@click.pass_obj
def categories(session: Session, of_type: str | None, limit: int | None, as_json: bool) -> None:
    """Lists the categories of engines (query engineCategories)."""
    found = Catalogue(session.api()).categories(of_type)[:limit]
    if as_json:
        print_json([category.properties() for category in found])
        return
    table = new_table(id_column(), text_column("name"), "type", "engines", text_column("description"))
    for category in found:
        type_name = category.type.name if category.type else ""
        table.add_row(category.id, category.name, type_name, str(category.total_engines or 0), category.description)
    print_table(table, "There are no such categories.")
