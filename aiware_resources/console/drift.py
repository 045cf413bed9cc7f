"""The page that compares a stack with aiWARE."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Depends

from aiware_resources.console.elements import element
from aiware_resources.console.frame import Console, framed, page
from aiware_resources.console.places import Drift, Place, StackReads
from aiware_resources.console.table import Column, Row, Table, text
from aiware_resources.reconcile.compare import Absent
from aiware_resources.reconcile.entity import DriftedProperty
from aiware_resources.report.model import Drifted, KeptFailure
from aiware_resources.report.sentence import drift_sentence
from aiware_resources.report.values import shown
from aiware_resources.text.words import counted

_LONGEST = 400
"""Characters of a value."""
_COLUMNS = (
    Column("what", "What"),
    Column("object", "Object", "wide"),
    Column("property", "Property", "id"),
    Column("recorded", "Recorded", "wide"),
    Column("live", "In aiWARE", "wide"),
)


def add(console: Console) -> None:
    """Adds the page."""

    @page("/{place}/drift")
    async def drift(where: Place = Depends(console.place_of_stack)) -> None:
        with framed(console, where, "drift", "Drift") as frame:
            element("p", "What somebody has changed since the last update, outside of Pulumi. Nothing is changed here.")
            read = stack_of(where).drift
            await frame.watch_on_demand("drift", read, "Comparing with aiWARE …", "Compare again", _table)


def _table() -> Callable[[Drift], str]:
    table = Table("Drift of the stack", _COLUMNS)
    table.set_visibility(False)

    def show(drift: Drift) -> str:
        rows = [row for each in drift.found for row in _rows(each)] + [_kept(each) for each in drift.kept]
        table.set_visibility(bool(rows))
        table.show(rows)
        looked = f"{counted(drift.objects, 'object')} of the stack"
        return f"Of {looked}: {drift_sentence(drift.found)}." if drift.found else f"No drift: {looked} as recorded."

    return show


def stack_of(place: Place) -> StackReads:
    """What else can be read of a stack; its pages are for stacks only."""
    if place.stack is None:
        raise LookupError(f"{place.name} is not a stack.")
    return place.stack


def _rows(each: Drifted) -> list[Row]:
    about = {
        "what": {"text": each.what, "tone": "open" if each.what == "changed" else "failed"},
        "object": _object(each),
    }
    if not each.properties:
        return [{"key": each.urn, **about}]
    return [{"key": f"{each.urn} {one.path}", **about, **_property(one)} for one in each.properties]


def _object(each: Drifted | KeptFailure) -> dict[str, str]:
    return {"text": f"{each.type} {each.name}", "small": each.id}


def _property(one: DriftedProperty) -> Row:
    recorded = "" if isinstance(one.recorded, Absent) else shown(one.recorded, _LONGEST).text
    return {"property": text(one.path), "recorded": text(recorded), "live": text(shown(one.live, _LONGEST).text)}


def _kept(each: KeptFailure) -> Row:
    return {
        "key": f"{each.urn} kept",
        "what": {"text": "kept", "tone": "failed"},
        "object": _object(each),
        "live": text(each.reason),
    }
