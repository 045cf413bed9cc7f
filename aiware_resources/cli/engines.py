"""``aiware engines``: which engines there are, and what their payloads may hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from aiware_resources.cli.framework.options import examples, json_option, limit_option, stack_option
from aiware_resources.cli.framework.printing import (
    console,
    new_table,
    print_facts,
    print_json,
    print_table,
    text_column,
)
from aiware_resources.cli.framework.session import Session
from aiware_resources.engines import NAMES
from aiware_resources.errors import NotFound
from aiware_resources.text import commands
from aiware_resources.text.words import near

if TYPE_CHECKING:
    from rich.table import Table

    from aiware_resources.api import CatalogueEngineRecord, EngineFieldRecord


@click.group()
def engines() -> None:
    """Show the engines that jobs can use."""


@engines.command(
    "list",
    epilog=examples(
        "aiware engines list --category Transcription",
        "aiware engines list --type Ingestion --json",
        "aiware engines list --name speech",
    ),
)
@click.option("--category", help="Show only those of this category, such as Transcription.")
@click.option("--name", help="Show only those whose name contains this.")
@click.option("--type", "of_type", help="Show only those of this type: Cognition, Ingestion or Aggregator.")
@limit_option(None)
@json_option()
@stack_option
@click.pass_obj
def list_(
    session: Session, category: str | None, name: str | None, of_type: str | None, limit: int | None, as_json: bool
) -> None:
    """List engines, by category and name (query engines)."""
    from aiware_resources.catalogue import Catalogue

    catalogue = Catalogue(session.api())
    found = catalogue.engines(category, name, of_type)
    if category and not found:
        _check("category", category, [each.name for each in catalogue.categories()])
    chosen = sorted(found, key=lambda each: (_category(each), each.name or ""))[:limit]
    if as_json:
        print_json([engine.properties() for engine in chosen])
        return
    table = new_table("id", text_column("name"), text_column("category"), "mode", "state", least=("mode", "category"))
    for engine in chosen:
        table.add_row(engine.id, engine.name, _category(engine), engine.mode, engine.state)
    print_table(table, "There are no such engines.")


def _check(what: str, wanted: str, names: Sequence[str | None]) -> None:
    """Refuses a name that aiWARE does not have.

    Raises:
        NotFound: It does not have it.
    """
    known = sorted({name for name in names if name})
    if wanted.casefold() in map(str.casefold, known):
        return
    meant = [f'"{name}"' for name in near(wanted, known, most=3)]
    categories = commands.aiware("engines", "categories")
    raise NotFound(
        f'aiWARE has no engine {what} "{wanted}".',
        remedy=f"Did you mean {' or '.join(meant)}?" if meant else f"{categories} shows what there is.",
        operation="engineCategories",
    )


def _well_known(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    return [CompletionItem(id_, help=name) for id_, name in NAMES.items() if id_.startswith(begun)]


@engines.command(
    epilog=examples("aiware engines show Chunk", "aiware engines show c0e55cde-340b-44d7-bb42-2e0d65e98255 --json")
)
@click.argument("id_or_name", metavar="ENGINE", shell_complete=_well_known)
@json_option("Print the whole record as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def show(session: Session, id_or_name: str, as_json: bool) -> None:
    """Show an engine and the fields of its payload (query engines).

    ENGINE is its id or its exact name.
    """
    from aiware_resources.catalogue import Catalogue

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
    kind = engine.category.type if engine.category else None
    type_name = (kind.name if kind else None) or ""
    return {
        "id": engine.id,
        "name": engine.name,
        "description": engine.description,
        "category": " / ".join(part for part in (type_name, _category(engine)) if part),
        "mode": engine.mode,
        "state": engine.state,
        "reads": ", ".join(engine.supported_input_formats),
        "writes": ", ".join(engine.output_formats),
        "library": "its payload needs a libraryId" if engine.library_required else "",
    }


def _table(engine: CatalogueEngineRecord) -> Table:
    table = new_table(
        "payload key",
        "type",
        text_column("takes"),
        text_column("default"),
        text_column("what for"),
        least=("default", "type", "takes"),
    )
    for field in engine.fields:
        about = f"{field.info or field.label or ''}{' Required.' if field.required else ''}".strip()
        default = ", ".join(field.default_values) or field.default_value or ""
        table.add_row(field.name, field.type, _takes(field), default, about)
    return table


def _takes(field: EngineFieldRecord) -> str:
    if field.options:
        return ", ".join(option.value for option in field.options)
    limits = {"from": field.min, "to": field.max, "step": field.step}
    return " ".join(f"{word} {limit:.10g}" for word, limit in limits.items() if limit is not None)


@engines.command(epilog=examples("aiware engines categories", "aiware engines categories --type Cognition --json"))
@click.option("--type", "of_type", help="Show only those of this type, such as Cognition.")
@limit_option(None)
@json_option()
@stack_option
@click.pass_obj
def categories(session: Session, of_type: str | None, limit: int | None, as_json: bool) -> None:
    """List the categories of engines (query engineCategories)."""
    from aiware_resources.catalogue import Catalogue

    catalogue = Catalogue(session.api())
    found = catalogue.categories(of_type)[:limit]
    if of_type and not found:
        _check("type", of_type, [each.type.name for each in catalogue.categories() if each.type])
    if as_json:
        print_json([category.properties() for category in found])
        return
    table = new_table(
        "id",
        text_column("name"),
        "type",
        "engines",
        text_column("description"),
        least=("engines", "type", "description"),
    )
    for category in found:
        type_name = category.type.name if category.type else ""
        table.add_row(category.id, category.name, type_name, str(category.total_engines or 0), category.description)
    print_table(table, "There are no such categories.")


def _category(engine: CatalogueEngineRecord) -> str:
    return (engine.category.name if engine.category else None) or ""
