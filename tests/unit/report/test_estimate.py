"""How long the media are that jobs work on, and what that costs, in a report."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from aiware_resources import engines
from aiware_resources.estimates.prices import Price, Prices
from aiware_resources.report import Report, as_json, html, markdown, sentence
from aiware_resources.report.estimate import estimated
from tests.unit.report.made import report
from tests.unit.report.pages import read
from tests.unit.report.test_fleets import fleet, media, updated
from tests.unit.report.test_rows import graph, new_recording

A, B = "https://host/a.mp4", "https://host/b.mp4"
PRICES = Prices(
    currency="EUR",
    engines={engines.SPEECHMATICS_ENGLISH: Price(perMinute=Decimal("0.05")), engines.CHUNK: Price(perJob=Decimal(1))},
)


def two() -> Report:
    steps = [*new_recording("a", tasks=graph(A)), *new_recording("b", tasks=graph(B))]
    for each in steps:
        if "TemporalDataObject" in each["urn"]:
            each["newState"]["inputs"] = {}
    return report(*steps)


@pytest.mark.parametrize(
    ("measured", "prices", "told"),
    [
        ({}, None, "2 jobs will run,"),
        ({}, PRICES, "2 jobs will run,"),
        ({A: 2.0, B: 10.0}, None, "2 jobs will run on 12 min 0 s of media,"),
        ({A: 2.0, B: 10.0}, PRICES, "2 jobs will run on 12 min 0 s of media for about 2.60 EUR,"),
        (
            {A: 2.0},
            PRICES,
            "2 jobs will run on at least 2 min 0 s of media for at least 1.10 EUR (1 of 2 unknown),",
        ),
    ],
)
def test_the_sentence(measured: dict[str, float], prices: Prices | None, told: str) -> None:
    assert sentence(estimated(two(), measured, prices, {})).startswith(told)


def test_a_report_that_nobody_estimated_says_nothing() -> None:
    assert "media:" not in markdown(two())
    assert "estimate" not in json.loads(as_json(two()))


def test_what_is_unknown_is_told() -> None:
    text = markdown(estimated(two(), {}, PRICES, {}))
    assert "jobs to run: **2** · media: **unknown** · cost: **unknown**" in text
    text = markdown(estimated(two(), {A: 2.0}, PRICES, {}))
    assert "media: **at least 2 min 0 s, 1 of 2 unknown** · cost: **at least 1.10 EUR, 1 of 2 unknown**" in text
    assert "| | Recording | What happens | Media | Cost |" in text


def test_a_page_has_the_same_columns() -> None:
    page = read(html(estimated(two(), {A: 2.0, B: 1.0}, PRICES, {})))
    assert [cell.text for cell in page.select("td[data-name]")] == ["3 min 0 s", "2.15 EUR"]


def test_json() -> None:
    told = json.loads(as_json(estimated(two(), {A: 2.0}, PRICES, {})))
    assert told["estimate"] == {
        "mediaMinutes": 2,
        "jobsOfUnknownLength": 1,
        "cost": 1.1,
        "jobsOfUnknownCost": 1,
        "currency": "EUR",
    }
    assert [(row["mediaMinutes"], row["cost"]) for row in told["rows"]] == [(2, 1.1), (None, None)]


def test_the_times_of_a_tdo_count_where_nothing_was_measured() -> None:
    made = report(*new_recording("a", tasks=graph(A)))
    assert estimated(made, {}, None, {}).rows[0].runs[0].minutes == pytest.approx(1 / 60)
    assert estimated(made, {A: 3.0}, None, {}).rows[0].runs[0].minutes == 3


def test_a_document_has_no_length() -> None:
    found = estimated(report(*new_recording("a", tasks=graph("https://host/a.txt"))), {}, PRICES, {})
    assert found.rows[0].runs[0].minutes == 0
    assert found.rows[0].runs[0].cost == 1
    assert "media: **none** · cost: **1.00 EUR**" in markdown(found)
    assert sentence(found).startswith("1 job will run for about 1.00 EUR,")


def test_an_engine_without_a_price_makes_the_cost_unknown_unless_it_only_serves_others() -> None:
    other = Prices(currency="EUR", engines={engines.CHUNK: Price(perJob=Decimal(1))})
    assert estimated(two(), {A: 1.0, B: 1.0}, other, {}).rows[0].runs[0].cost is None
    by_category = Prices(currency="EUR", categories={"Transcription": Price(perMinute=Decimal(2))})
    found = estimated(two(), {A: 1.0}, by_category, {engines.SPEECHMATICS_ENGLISH: "transcription"}, 10)
    assert [row.runs[0].cost for row in found.rows] == [2, 20]


def test_each_entry_of_a_fleet_counts() -> None:
    made = updated(fleet(media("a")), fleet(media("a", "b", "c", url="https://host/a")))
    found = estimated(made, {"https://host/a": 2.0}, Prices(currency="EUR", engines={"e": Price(perJob=1)}), {})
    assert sentence(found).startswith("2 jobs will run on 4 min 0 s of media for about 2.00 EUR")
