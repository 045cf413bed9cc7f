"""Options that several commands have: moments and spans of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import click
import httpx
import pytest

from aiware_resources.api.server_time import note
from aiware_resources.cli.framework.options import MOMENT, at_server
from aiware_resources.cli.framework.printing import shown


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("2d", timedelta(days=2)),
        (" 1w ", timedelta(weeks=1)),
    ],
)
def test_a_span_is_counted_back_from_now(text: str, ago: timedelta) -> None:
    assert abs(datetime.now(UTC) - ago - MOMENT.convert(text, None, None)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T09:00", datetime(2026, 1, 31, 9, tzinfo=UTC)),
        ("2026-01-31 09:00+01:00", datetime(2026, 1, 31, 9, tzinfo=timezone(timedelta(hours=1)))),
        ("2026-01-31T09:00:00Z", datetime(2026, 1, 31, 9, tzinfo=UTC)),
    ],
)
def test_a_time_is_utc_unless_it_says_otherwise(text: str, moment: datetime) -> None:
    assert MOMENT.convert(text, None, None) == moment


@pytest.mark.parametrize("text", ["", "2", "d", "-2d", "2y", "31.1.2026", "2026-13-01", "9999999w"])
def test_anything_else_is_wrong_usage(text: str) -> None:
    with pytest.raises(click.BadParameter):
        MOMENT.convert(text, None, None)


def test_a_span_before_now_is_one_before_now_at_the_server() -> None:
    class Server:
        url = "https://three-days-behind.test/v3/graphql"

        def me(self) -> None:
            date = format_datetime(datetime.now(UTC) - timedelta(days=3), usegmt=True)
            note(httpx.Response(200, headers={"Date": date}, request=httpx.Request("POST", self.url)))

    api: Any = Server()
    moment = at_server(api, MOMENT.convert("2d", None, None))
    assert moment is not None
    assert abs(datetime.now(UTC) - timedelta(days=5) - moment) < timedelta(minutes=1)
    fixed = MOMENT.convert("2026-01-31", None, None)
    assert at_server(api, fixed) == fixed
    assert at_server(api, None) is None


def test_moments_are_shown_to_the_minute_in_utc() -> None:
    assert shown(datetime(2026, 1, 31, 9, 5, 59, tzinfo=timezone(timedelta(hours=1)))) == "2026-01-31 08:05"
    assert shown(None) == ""
