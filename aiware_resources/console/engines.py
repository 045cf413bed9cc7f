"""The pages of engines: the list, and one engine with the fields of its payload."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Depends

from aiware_resources.api import CatalogueEngineRecord, EngineFieldRecord
from aiware_resources.console.elements import element, facts
from aiware_resources.console.frame import Console, Frame, framed, page
from aiware_resources.console.listing import Kind, Listing
from aiware_resources.console.places import Place
from aiware_resources.console.table import Column, Row, Table, link, text
from aiware_resources.errors import NotFound

_STEP = 300
"""So many engines are read at first: a catalogue has hundreds, and does not change while somebody looks."""
_FIELDS = (
    Column("name", "Payload key", "id"),
    Column("type", "Type"),
    Column("takes", "Takes", "wide"),
    Column("default", "Default"),
    Column("about", "What for", "wide"),
)


def add(console: Console) -> None:
    """Adds the pages."""

    @page("/{place}/engines")
    async def engines(where: Place = Depends(console.place), search: str = "") -> None:
        with framed(console, where, "engines", "Engines") as frame:
            await Listing(frame, ENGINES, search).make()

    @page("/{place}/engines/{engine_id}")
    async def engine(engine_id: str, where: Place = Depends(console.place)) -> None:
        with framed(console, where, "engines", "Engine", heading=False) as frame:
            await _Engine(frame, engine_id).make()


class _Engine:
    """The content of the page of an engine."""

    def __init__(self, frame: Frame, engine_id: str) -> None:
        self._frame = frame
        self._engine_id = engine_id

    async def make(self) -> None:
        """Makes the content."""
        self._name = element("h1", f"Engine {self._engine_id}")
        self._about = element("p")
        self._known = element("dl", class_="known")
        element("h2", "Fields of its payload")
        self._none = element("p", "Reading", class_="facts")
        self._table = Table("Fields of the payload", _FIELDS)
        await self._frame.watch(("engine", self._engine_id), self._read, self._show, once=True)

    def _read(self) -> CatalogueEngineRecord:
        found = self._frame.place.api().engines([self._engine_id]).get(self._engine_id)
        if found is None:
            raise NotFound(f"aiWARE has no engine {self._engine_id} that this token can see.", remedy="Check the id.")
        return found

    def _show(self, engine: CatalogueEngineRecord) -> None:
        self._name.text = engine.name or f"Engine {engine.id}"
        self._about.text = engine.description or ""
        kind = engine.category.type if engine.category else None
        known = {
            "Id": engine.id,
            "Category": " / ".join(part for part in ((kind.name if kind else None) or "", _category(engine)) if part),
            "Mode": engine.mode,
            "State": engine.state,
            "Reads": ", ".join(engine.supported_input_formats),
            "Writes": ", ".join(engine.output_formats),
            "Library": "its payload needs a libraryId" if engine.library_required else "",
        }
        told = {label: (value, None) for label, value in known.items() if value}
        facts(self._known, {**told, "Work": ("jobs with it", self._frame.address("jobs", engine=engine.id))})
        self._none.text = "" if engine.fields else "It lists no fields for its payload."
        self._table.set_visibility(bool(engine.fields))
        self._table.show([_field(field) for field in engine.fields])


def _field(field: EngineFieldRecord) -> Row:
    return {
        "key": field.name,
        "name": text(field.name, "required" if field.required else ""),
        "type": text(field.type),
        "takes": text(_takes(field)),
        "default": text(", ".join(field.default_values) or field.default_value),
        "about": text(field.info or field.label),
    }


def _takes(field: EngineFieldRecord) -> str:
    if field.options:
        return ", ".join(option.value for option in field.options)
    limits = {"from": field.min, "to": field.max, "step": field.step}
    return " ".join(f"{word} {limit:.10g}" for word, limit in limits.items() if limit is not None)


def _category(engine: CatalogueEngineRecord) -> str:
    return (engine.category.name if engine.category else None) or ""


def _row(engine: CatalogueEngineRecord, address: Callable[..., str]) -> Row:
    return {
        "key": engine.id,
        "name": link(engine.name or engine.id, address("engines", engine.id), engine.id if engine.name else ""),
        "category": text(_category(engine)),
        "mode": text(engine.mode),
        "state": text(engine.state),
        "fields": text(len(engine.fields)),
    }


ENGINES = Kind(
    "engine",
    (
        Column("name", "Engine", "wide"),
        Column("category", "Category"),
        Column("mode", "Mode"),
        Column("state", "State"),
        Column("fields", "Fields", "number"),
    ),
    lambda api: api.find_engines(),
    _row,
    step=_STEP,
    changes=False,
)
"""What the list has."""
