"""The file of prices."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from aiware_resources.errors import ConfigurationError
from aiware_resources.estimates.prices import EXAMPLE, Prices, amount

DOCUMENT = Path(__file__).parents[3] / "docs" / "pull-requests.md"
WHOLE = """
currency: EUR
engines:
  one: {perMinute: 0.02, perJob: 1}
categories:
  Speaker Detection: {perJob: "0.5"}
"""


def prices(tmp_path: Path, text: str) -> Prices:
    file = tmp_path / "prices.yaml"
    file.write_text(text)
    return Prices.read(file)


def test_an_engine_goes_before_its_category(tmp_path: Path) -> None:
    found = prices(tmp_path, WHOLE)
    categories = {"one": "Speaker Detection", "two": "speaker-detection", "three": "Translate"}
    told = [price and price.of(10) for price in (found.price(each, categories) for each in [*categories, "four"])]
    assert told == [Decimal("1.2"), Decimal("0.5"), None, None]
    assert found.unpriced(["one", "two", "two"]) == ["two"]


def test_without_prices_by_category_no_category_is_asked_for(tmp_path: Path) -> None:
    assert prices(tmp_path, "{currency: $, engines: {one: {perJob: 1}}}").unpriced(["two"]) == []


def test_a_price_by_minute_needs_minutes(tmp_path: Path) -> None:
    found = prices(tmp_path, "{currency: EUR, engines: {a: {perMinute: 1}, b: {perJob: 2}, c: {perMinute: 0}}}").engines
    assert [found[key].of(None) for key in "abc"] == [None, Decimal(2), Decimal(0)]


def test_json_is_read_too(tmp_path: Path) -> None:
    assert prices(tmp_path, '{"currency": "EUR", "engines": {"a": {"perJob": 2}}}').currency == "EUR"
    assert prices(tmp_path, EXAMPLE).currency == "EUR"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "currency is missing"),
        ("[1]", "must hold keys and values"),
        ("currency: [", "is not YAML"),
        ("{currency: EUR, engines: {a: 0.02}}", "engines.a must hold perMinute, perJob, or both"),
        ("{currency: EUR, engines: {a: {}}}", "engines.a needs perMinute, perJob, or both"),
        ("{currency: EUR, engines: {a: {perMinute: much}}}", "engines.a.perMinute must be a number"),
        ("{currency: EUR, engines: {a: {perMinute: -1}}}", "engines.a.perMinute must not be negative"),
        ("{currency: EUR, engines: {a: {perMinute: .inf}}}", "engines.a.perMinute must be a number"),
        ("{currency: EUR, engines: {a: {per_minute: 1}}}", "engines.a.per_minute is not a key of it"),
        ("{currency: EUR, prices: {}}", "prices is not a key of it"),
        ("{currency: '', engines: {}}", "currency must be a currency, such as EUR"),
        ("{currency: EUR, categories: {Translate: {perJob: 1}, translate: {perJob: 2}}}", "several prices"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=r"prices\.yaml") as caught:
        prices(tmp_path, text)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.yaml cannot be read"):
        Prices.read(tmp_path / "none.yaml")


def test_amounts() -> None:
    told = [amount(Decimal(each), "EUR") for each in ("0", "0.05", "0.0342", "1234.567")]
    assert told == ["0.00 EUR", "0.05 EUR", "0.0342 EUR", "1,234.57 EUR"]


def test_the_example_of_the_documents_is_a_file_of_prices(tmp_path: Path) -> None:
    (block,) = re.findall(r"```text\n(currency:.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    found = prices(tmp_path, block)
    assert (found.currency, len(found.engines), list(found.categories)) == ("EUR", 1, ["Translate"])
