"""Moments and spans of time: as arguments, and as people read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from aiware_resources.api import Api, learned_from

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(\d+)([smhdw])")


class Ago(datetime):
    """A moment that was given as a span before now: by the clock of this machine."""


class Moment(click.ParamType[datetime]):
    """A moment in the past: a span such as ``2d`` before now, or a date or time (UTC unless it says otherwise)."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Reads a moment; fails as wrong usage when it is none."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        if ago := _AGO.fullmatch(text):
            try:
                moment = datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
                return Ago.fromisoformat(moment.isoformat())
            except OverflowError:
                self.fail(f"{text!r} is longer ago than there is time.", param, ctx)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                f"{text!r} is neither a span, such as 30m, 12h, 2d or 1w, nor a time, such as 2026-01-31.", param, ctx
            )
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


MOMENT = Moment()


def at_server(api: Api, moment: datetime | None) -> datetime | None:
    """The moment by aiWARE's clock: a span before now is one before now there; a date or time is what it is."""
    return (learned_from(api, moment) or moment) if isinstance(moment, Ago) else moment


def shown(moment: datetime | None) -> str:
    """A moment as tables show it: to the minute, in UTC."""
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
