"""Records of the engine catalogue: engines, their custom fields, and their categories."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from aiware_resources.api.records import Record


def _present(values: Any) -> Any:
    """A list that may be null, without the nulls in it."""
    return [value for value in values if value is not None] if isinstance(values, list) else values or []


class PicklistOptionRecord(Record):
    """One value of a picklist: ``key`` is the label for people, ``value`` goes into the payload."""

    key: str | None = None
    value: str


class EngineFieldRecord(Record):
    """A custom field: a key of the engine's payload, and which values it takes.

    Defaults are text whatever the type is. A name with dots is that of a field inside an object of the payload.
    """

    name: str
    type: str
    label: str | None = None
    info: str | None = None
    required: bool | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    default_value: str | None = None
    default_values: Annotated[list[str], BeforeValidator(_present)] = Field(default_factory=list)
    options: Annotated[list[PicklistOptionRecord], BeforeValidator(_present)] = Field(default_factory=list)


class CategoryTypeRecord(Record):
    """What kind of engines a category holds: ``Cognition``, ``Ingestion``, ``Aggregator``."""

    name: str | None = None


class CategoryRecord(Record):
    """A category, as far as an engine names it. ``category_type`` is a short key such as ``transcript``."""

    id: str
    name: str | None = None
    category_type: str | None = None
    type: CategoryTypeRecord | None = None


class EngineCategoryRecord(CategoryRecord):
    """A category of engines: what they are good for."""

    description: str | None = None
    total_engines: int | None = None


class CatalogueEngineRecord(Record):
    """An engine, as the catalogue describes it."""

    id: str
    name: str | None = None
    description: str | None = None
    state: str | None = None
    mode: str | None = None
    category: CategoryRecord | None = None
    library_required: bool | None = None
    fields: Annotated[list[EngineFieldRecord], BeforeValidator(_present)] = Field(default_factory=list)
    supported_input_formats: Annotated[list[str], BeforeValidator(_present)] = Field(default_factory=list)
    output_formats: Annotated[list[str], BeforeValidator(_present)] = Field(default_factory=list)
