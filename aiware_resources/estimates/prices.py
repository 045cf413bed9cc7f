"""What engines cost, by a file of the user's (`aiware:prices`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from aiware_resources.errors import ConfigurationError
from aiware_resources.settings.project import read_yaml

EXAMPLE = "{currency: EUR, categories: {Transcription: {perMinute: 0.02}}}"
"""A whole file of prices."""

_SMALL = Decimal("0.1")

Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class Price(BaseModel):
    """What an engine costs.

    Attributes:
        per_minute: For each minute of media.
        per_job: For each job.
    """

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    per_minute: Amount | None = None
    per_job: Amount | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.per_minute is None and self.per_job is None:
            raise ValueError("needs perMinute, perJob, or both")
        return self

    def of(self, minutes: float | None) -> Decimal | None:
        """The price of one job; ``None`` where that depends on a length that is not known."""
        if self.per_minute and minutes is None:
            return None
        return (self.per_job or Decimal(0)) + (self.per_minute or Decimal(0)) * Decimal(str(minutes or 0))


class Prices(BaseModel):
    """A file of prices.

    Attributes:
        currency: What they are in: ``EUR``.
        engines: The prices of engines, by id.
        categories: Those of all other engines of a category, by the name that aiWARE gives it.
    """

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    currency: Annotated[str, Field(pattern=r"^\S{1,8}$")]
    engines: dict[str, Price] = Field(default_factory=dict)
    categories: dict[str, Price] = Field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Self:
        """Reads a file, YAML or JSON.

        Raises:
            ConfigurationError: It cannot be read, or is not a file of prices; every problem is listed.
        """
        try:
            found = cls.model_validate(read_yaml(file))
        except ValidationError as error:
            problems = [_sentence(each["loc"], each) for each in error.errors(include_url=False)]
            raise ConfigurationError(
                f"{file} is not a file of prices: {'; '.join(problems)}.",
                remedy=f"A whole file looks like this: {EXAMPLE}",
            ) from error
        spelled = Counter(map(_plain, found.categories))
        if twice := [name for name in found.categories if spelled[_plain(name)] > 1]:
            raise ConfigurationError(f"{file} has several prices for one category: {', '.join(twice)}.")
        return found

    def unpriced(self, engines: Iterable[str]) -> list[str]:
        """The engines whose price, if any, depends on their category."""
        return [each for each in dict.fromkeys(engines) if each not in self.engines] if self.categories else []

    def price(self, engine: str, categories: Mapping[str, str]) -> Price | None:
        """The price of an engine; ``None`` when it has none.

        Args:
            engine: Its id.
            categories: The names of engines' categories, by id, where they are known.
        """
        if engine in self.engines:
            return self.engines[engine]
        wanted = _plain(categories.get(engine, ""))
        return next((price for name, price in self.categories.items() if wanted and _plain(name) == wanted), None)


def amount(value: Decimal, currency: str) -> str:
    """Writes an amount of money: ``12.40 EUR``; with more places where it is small."""
    places = 2 if value >= _SMALL or value == round(value, 2) else 4
    return f"{value:,.{places}f} {currency}"


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _sentence(place: tuple[int | str, ...], problem: Mapping[str, Any]) -> str:
    where = ".".join(map(str, place)) or "the file"
    if problem["type"] == "missing":
        return f"{where} is missing"
    if problem["type"] == "extra_forbidden":
        return f"{where} is not a key of it"
    if problem["type"] == "value_error":
        return f"{where} {problem['ctx']['error']}"
    says = {
        "greater_than_equal": "must not be negative",
        "finite_number": "must be a number",
        "decimal_parsing": "must be a number",
        "decimal_type": "must be a number",
        "string_type": "must be text",
        "string_pattern_mismatch": "must be a currency, such as EUR",
        "dict_type": "must hold keys and values",
        "model_type": "must hold perMinute, perJob, or both",
    }
    return f"{where} {says.get(problem['type'], problem['msg'])}"
