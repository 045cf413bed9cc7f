"""How long media are, by what is declared of a TDO."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.estimates.spans import declared_minutes, is_document
from aiware_resources.reconcile.unknowns import NOT_KNOWN
from aiware_resources.temporal_data_object import SOME_HOUR as NOBODYS

SOME_HOUR = {"startDateTime": NOBODYS["start_date_time"], "stopDateTime": NOBODYS["stop_date_time"]}


@pytest.mark.parametrize(
    ("tdo", "minutes"),
    [
        ({"startDateTime": 0, "stopDateTime": 90}, 1.5),
        ({"startDateTime": "2026-03-01T09:00:00Z", "stopDateTime": "2026-03-01T10:00:00+00:00"}, 60),
        (SOME_HOUR, None),
        ({"startDateTime": "2026-01-01", "stopDateTime": "2026-01-01T01:00:00Z"}, None),
        ({"startDateTime": 0}, None),
        ({"startDateTime": 0, "stopDateTime": NOT_KNOWN}, None),
        ({"startDateTime": 9, "stopDateTime": 3}, 0),
        ({**SOME_HOUR, "assets": [{"uri": "https://a"}, {"fileData": {"mediaDurationMs": 120_000}}]}, 2),
        ({**SOME_HOUR, "assets": NOT_KNOWN}, None),
        (NOT_KNOWN, None),
        (None, None),
    ],
)
def test_declared_minutes(tdo: Any, minutes: float | None) -> None:
    assert declared_minutes(tdo) == minutes


@pytest.mark.parametrize(
    ("source", "is_one"),
    [
        ("file:a/b.TXT", True),
        ("https://host/a.pdf?x=b.mp4", True),
        ("https://host/a.mp4?x=b.txt", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_documents_are_known_by_their_names(source: str, is_one: bool) -> None:
    assert is_document(source) is is_one
