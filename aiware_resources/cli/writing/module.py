"""A Python module: the statements, and the imports that they need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from aiware_resources import dag
from aiware_resources.cli.writing.layout import WIDTH

LIBRARY = "aiware_resources"

TAKEN = frozenset({"annotations", "config", "engines", "pipelines", "pulumi", "Dag", *dag.__all__})
"""Names that the statements of a module may use, and its variables must not have."""


def module(statements: Sequence[str], used: Iterable[str], resources: Iterable[str]) -> str:
    """A module, formatted.

    Args:
        statements: The statements.
        used: The expressions in them, such as ``engines.CHUNK`` or ``config.require("x")``.
        resources: The classes of the library that they call.
    """
    names = {each.partition("(")[0].partition(".")[0] for each in used}
    library = {*resources, *(names & {"Dag", "engines", "pipelines"})}
    uses_config = "config" in names
    lines = [
        "from __future__ import annotations",
        "",
        *(["import pulumi", ""] if names & {"config", "pulumi"} else []),
        *_import(LIBRARY, library),
        *_import(f"{LIBRARY}.dag", (names & set(dag.__all__)) - library),
        "",
        *(["config = pulumi.Config()", ""] if uses_config else []),
        *statements,
        "",
    ]
    return "\n".join(lines)


def _import(place: str, names: Iterable[str]) -> list[str]:
    """An import, with its names in ruff's order: classes before functions."""
    ordered = sorted(names)
    if not ordered:
        return []
    line = f"from {place} import {', '.join(ordered)}"
    if cell_len(line) <= WIDTH:
        return [line]
    return [f"from {place} import (", *(f"    {name}," for name in ordered), ")"]
