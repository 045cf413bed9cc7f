"""What time it is by aiWARE's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from aiware_resources.api.server_time import RESOLUTION, by_server, note

INCREDIBLE = [
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Tue, 24 Nov 2026 13:13:13 +99999999999999999999",
]


def answer(url: str, date: str | None) -> httpx.Response:
    """An answer with this `Date`."""
    headers = {} if date is None else {"Date": date}
    return httpx.Response(200, headers=headers, request=httpx.Request("POST", url))


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=-7), timedelta(minutes=12)])
def test_the_clock_of_the_server_is_known_from_its_answers(ahead: timedelta) -> None:
    url = f"https://aiware-{ahead.total_seconds():.0f}.test/v3/graphql"
    assert by_server(url, datetime.now(UTC)) is None
    now = datetime.now(UTC)
    note(answer(url, format_datetime((now + ahead).replace(microsecond=0), usegmt=True)))
    told = by_server("/".join([*url.split("/")[:3], "other"]), now)
    assert told is not None
    assert abs(told - (now + ahead)) <= RESOLUTION


@pytest.mark.parametrize("date", [None, "", "yesterday", "Tue, 24 Nov 2026 13:13:13", *INCREDIBLE])
def test_an_answer_that_does_not_tell_changes_nothing(date: str | None) -> None:
    note(answer("https://silent.test/", date))
    assert by_server("https://silent.test/", datetime.now(UTC)) is None
