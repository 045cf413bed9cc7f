"""The page that compares a stack with aiWARE."""

from __future__ import annotations

from fastapi import Depends

from aiware_resources.console.elements import element, enable
from aiware_resources.console.frame import Console, Frame, framed, page
from aiware_resources.console.live import Watching
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
            await _Drift(frame, where).make()


class _Drift:
    """The content of the page."""

    def __init__(self, frame: Frame, place: Place) -> None:
        self._frame = frame
        self._place = place
        self._watching: Watching | None = None

    async def make(self) -> None:
        """Makes the content."""
        element("p", "What somebody has changed since the last update, outside of Pulumi. Nothing is changed here.")
        with element("div", class_="tools"):
            self._facts = element("p", "Comparing with aiWARE …", role="status", class_="facts")
            self._again = element("button", "Compare again", type="button", class_="plain").on("click", self._look)
        self._table = Table("Drift of the stack", _COLUMNS)
        self._table.set_visibility(False)
        self._watching = await self._frame.watch("drift", self._read, self._show, once=True)

    def _read(self) -> Drift:
        return stack_of(self._place).drift()

    def _look(self) -> None:
        if self._watching is not None:
            self._facts.text = "Comparing with aiWARE …"
            enable(self._again, enabled=False)
            self._watching.look_now()

    def _show(self, drift: Drift) -> None:
        enable(self._again, enabled=True)
        looked = f"{counted(drift.objects, 'object')} of the stack"
        self._facts.text = (
            f"Of {looked}: {drift_sentence(drift.found)}." if drift.found else f"No drift: {looked} as recorded."
        )
        rows = [row for each in drift.found for row in _rows(each)] + [_kept(each) for each in drift.kept]
        self._table.set_visibility(bool(rows))
        self._table.show(rows)


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
