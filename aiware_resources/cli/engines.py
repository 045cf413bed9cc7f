"""``aiware engines``: which engines there are, and what their payloads may hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from aiware_resources.api import CatalogueEngineRecord, EngineFieldRecord
from aiware_resources.catalogue import Catalogue
from aiware_resources.cli.session import Session

_as_json = click.option("--json", "as_json", is_flag=True, help="Print the whole records as JSON.")


@click.group()
def engines() -> None:
    """Shows the engines that jobs can use."""


@engines.command("list")
@click.option("--category", help="Only those of this category, such as Transcription.")
@click.option("--name", help="Only those whose name contains this.")
@click.option("--type", "of_type", help="Only those of this type: Cognition, Ingestion or Aggregator.")
@_as_json
@click.pass_obj
def list_(session: Session, category: str | None, name: str | None, of_type: str | None, as_json: bool) -> None:
    """Lists engines (query engines)."""
    found = Catalogue(session.api()).engines(category, name, of_type)
    if as_json:
        _print_json([engine.properties() for engine in found])
        return
    table = Table(*_id_and_name(), Column("category", overflow="fold"), "mode", "state")
    for engine in sorted(found, key=lambda each: (_category(each), each.name or "")):
        table.add_row(engine.id, engine.name, _category(engine), engine.mode, engine.state)
    _print_table(table, "engines")


@engines.command()
@click.argument("id_or_name")
@_as_json
@click.pass_obj
def show(session: Session, id_or_name: str, as_json: bool) -> None:
    """Shows one engine, by its id or exact name, and the fields of its payload (query engines)."""
    engine = Catalogue(session.api()).engine(id_or_name)
    if as_json:
        _print_json(engine.properties())
        return
    console = Console()
    for name, value in _facts(engine).items():
        console.print(f"{name}: {value}", highlight=False, markup=False, soft_wrap=True)
    if not engine.fields:
        console.print("It lists no fields for its payload.")
        return
    table = Table(Column("payload key", no_wrap=True), "type", "takes", "default", Column("what for", overflow="fold"))
    for field in engine.fields:
        about = f"{field.info or field.label or ''}{' Required.' if field.required else ''}".strip()
        table.add_row(field.name, field.type, _takes(field), _default(field), about)
    console.print(table)


@engines.command()
@click.option("--type", "of_type", help="Only those of this type, such as Cognition.")
@_as_json
@click.pass_obj
def categories(session: Session, of_type: str | None, as_json: bool) -> None:
    """Lists the categories of engines (query engineCategories)."""
    found = Catalogue(session.api()).categories(of_type)
    if as_json:
        _print_json([category.properties() for category in found])
        return
    table = Table(*_id_and_name(), "type", "engines", Column("description", overflow="fold"))
    for category in found:
        type_name = category.type.name if category.type else ""
        table.add_row(category.id, category.name, type_name, str(category.total_engines or 0), category.description)
    _print_table(table, "categories")


def _id_and_name() -> Sequence[Column]:
    # Ids are there to be copied: a narrow terminal must not cut them.
    return Column("id", no_wrap=True), Column("name", overflow="fold")


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2))


def _print_table(table: Table, what: str) -> None:
    if table.row_count:
        Console().print(table)
    else:
        click.echo(f"There are no such {what}.")


def _facts(engine: CatalogueEngineRecord) -> dict[str, str]:
    facts = {
        "id": engine.id,
        "name": engine.name,
        "description": engine.description,
        "category": " / ".join(part for part in (_type(engine), _category(engine)) if part),
        "mode": engine.mode,
        "state": engine.state,
        "reads": ", ".join(engine.supported_input_formats),
        "writes": ", ".join(engine.output_formats),
        "library": "its payload needs a libraryId" if engine.library_required else "",
    }
    return {name: value for name, value in facts.items() if value}


def _category(engine: CatalogueEngineRecord) -> str:
    return (engine.category.name if engine.category else None) or ""


def _type(engine: CatalogueEngineRecord) -> str:
    of_type = engine.category.type if engine.category else None
    return (of_type.name if of_type else None) or ""


def _takes(field: EngineFieldRecord) -> str:
    if field.options:
        return ", ".join(option.value for option in field.options)
    limits = {"from": field.min, "to": field.max, "step": field.step}
    return " ".join(f"{word} {limit:.10g}" for word, limit in limits.items() if limit is not None)


def _default(field: EngineFieldRecord) -> str:
    return ", ".join(field.default_values) or field.default_value or ""
