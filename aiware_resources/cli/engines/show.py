"""``aiware engines show``."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem
from rich.table import Table

from aiware_resources.api import CatalogueEngineRecord, EngineFieldRecord
from aiware_resources.catalogue import Catalogue
from aiware_resources.cli.engines.words import category, type_of
from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.printing import console, id_column, new_table, print_facts, print_json, text_column
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.session import Session
from aiware_resources.engines import NAMES


def _well_known(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    return [CompletionItem(id_, help=name) for id_, name in NAMES.items() if id_.startswith(begun)]


@click.command(
    epilog=examples("aiware engines show Chunk", "aiware engines show c0e55cde-340b-44d7-bb42-2e0d65e98255 --json")
)
@click.argument("id_or_name", metavar="ENGINE", shell_complete=_well_known)
@json_option("Prints the whole record as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def show(session: Session, id_or_name: str, as_json: bool) -> None:
    """Shows one engine, by its id or exact name, and the fields of its payload (query engines)."""
    engine = Catalogue(session.api()).engine(id_or_name)
    if as_json:
        print_json(engine.properties())
        return
    print_facts(_facts(engine))
    if engine.fields:
        console().print(_table(engine))
    else:
        click.echo("It lists no fields for its payload.")


def _facts(engine: CatalogueEngineRecord) -> dict[str, str | None]:
    return {
        "id": engine.id,
        "name": engine.name,
        "description": engine.description,
        "category": " / ".join(part for part in (type_of(engine), category(engine)) if part),
        "mode": engine.mode,
        "state": engine.state,
        "reads": ", ".join(engine.supported_input_formats),
        "writes": ", ".join(engine.output_formats),
        "library": "its payload needs a libraryId" if engine.library_required else "",
    }


def _table(engine: CatalogueEngineRecord) -> Table:
    table = new_table(
        id_column("payload key"), id_column("type"), text_column("takes"), "default", text_column("what for")
    )
    for field in engine.fields:
        about = f"{field.info or field.label or ''}{' Required.' if field.required else ''}".strip()
        table.add_row(field.name, field.type, _takes(field), _default(field), about)
    return table


def _takes(field: EngineFieldRecord) -> str:
    if field.options:
        return ", ".join(option.value for option in field.options)
    limits = {"from": field.min, "to": field.max, "step": field.step}
    return " ".join(f"{word} {limit:.10g}" for word, limit in limits.items() if limit is not None)


def _default(field: EngineFieldRecord) -> str:
    return ", ".join(field.default_values) or field.default_value or ""
