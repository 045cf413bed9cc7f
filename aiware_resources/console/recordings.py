"""The page that lists recordings, which aiWARE calls TDOs."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Depends

from aiware_resources.api import TdoRecord
from aiware_resources.console.frame import Console, framed, page
from aiware_resources.console.listing import Kind, Listing
from aiware_resources.console.places import Place
from aiware_resources.console.table import Column, Row, link, text, when
from aiware_resources.report.run.words import span
from aiware_resources.text.times import parse_time


def add(console: Console) -> None:
    """Adds the page."""

    @page("/{place}/recordings")
    async def recordings(where: Place = Depends(console.place), search: str = "") -> None:
        with framed(console, where, "recordings", "Recordings") as frame:
            await Listing(frame, RECORDINGS, search).make()


def _row(tdo: TdoRecord, address: Callable[..., str]) -> Row:
    return {
        "key": tdo.id,
        "name": link(tdo.name or tdo.id, address("recordings", tdo.id), tdo.id if tdo.name else ""),
        "length": text(_length(tdo)),
        "starts": when(parse_time(tdo.start_date_time) if tdo.start_date_time else None),
        "created": when(tdo.created_date_time),
        "jobs": link("jobs", address("jobs", tdo=tdo.id)),
    }


def _length(tdo: TdoRecord) -> str:
    """How long it is, by its times."""
    if not tdo.start_date_time or not tdo.stop_date_time:
        return ""
    return span(max(0.0, (parse_time(tdo.stop_date_time) - parse_time(tdo.start_date_time)).total_seconds()))


RECORDINGS = Kind(
    "recording",
    (
        Column("name", "Recording", "wide"),
        Column("length", "Length", "number"),
        Column("starts", "Begins (UTC)"),
        Column("created", "Created (UTC)"),
        Column("jobs", "Work"),
    ),
    lambda api: api.find_tdos(),
    _row,
    order="newest first",
)
"""What the page lists."""
