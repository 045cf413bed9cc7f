"""What is said of an engine."""

from __future__ import annotations

from aiware_resources.api import CatalogueEngineRecord


def category(engine: CatalogueEngineRecord) -> str:
    """The name of its category."""
    return (engine.category.name if engine.category else None) or ""


def type_of(engine: CatalogueEngineRecord) -> str:
    """The type of its category."""
    found = engine.category.type if engine.category else None
    return (found.name if found else None) or ""
