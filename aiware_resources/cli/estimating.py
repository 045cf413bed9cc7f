"""What `aiware preview` tells of the length of media and of costs, and the limits on them."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from aiware_resources.errors import AiwareError, ConfigurationError
from aiware_resources.settings.keys import key_of, variable_of
from aiware_resources.text.words import counted

if TYPE_CHECKING:
    from aiware_resources.cli.framework.session import Session
    from aiware_resources.estimates.prices import Prices
    from aiware_resources.report import Report
    from aiware_resources.report.model import Row

log = logging.getLogger("aiware")

PRICES = "prices"
_NAMED = 5
"""So many recordings are named in a message."""


@dataclass(frozen=True)
class Limits:
    """What an update may run at most; ``None`` for any amount.

    Attributes:
        jobs: Jobs.
        minutes: Minutes of media.
        cost: What the jobs cost.
        unknown_minutes: What media of unknown length count as; ``None`` when they are not within any limit.
    """

    jobs: int | None = None
    minutes: float | None = None
    cost: Decimal | None = None
    unknown_minutes: float | None = None

    def objections(self, report: Report) -> Iterator[str]:
        """What is beyond the limits, a sentence each."""
        if self.jobs is None and self.minutes is None and self.cost is None:
            return
        undecided = [row for row in report.rows if row.is_undecided]
        if undecided:
            yield (
                f"What {_names(undecided)} will run is not known before the update, so no limit can be checked. Leave "
                "out the limits, or give the program values that a preview knows."
            )
        if self.jobs is not None and report.jobs_to_run > self.jobs:
            yield f"{counted(report.jobs_to_run, 'job')} would run; --max-jobs allows {self.jobs:,}."
        if self.minutes is not None:
            yield from self._of_minutes(report, self.minutes)
        if self.cost is not None:
            yield from self._of_cost(report, self.cost)

    def _of_minutes(self, report: Report, most: float) -> Iterator[str]:
        runs = [run for row in report.rows for run in row.runs]
        unknown = [row for row in report.rows if any(run.minutes is None for run in row.runs)]
        if unknown and self.unknown_minutes is None:
            yield (
                f"The length of the media of {_names(unknown)} is unknown, so --max-minutes does not allow it. Give "
                "their TDOs a start and a stop, or say what such media count as: --unknown-minutes."
            )
        total = sum(self.unknown_minutes or 0 if run.minutes is None else run.minutes for run in runs)
        if total > most:
            yield f"The jobs would work on {round(total, 1):,} minutes of media; --max-minutes allows {most:,g}."

    def _of_cost(self, report: Report, most: Decimal) -> Iterator[str]:
        from aiware_resources.estimates.prices import amount

        if not report.jobs_to_run:
            return
        if not report.currency:
            yield f"Without prices the cost is unknown, so --max-cost does not allow it. {_GIVE_PRICES}"
            return
        unknown = [row for row in report.rows if any(run.cost is None for run in row.runs)]
        if unknown:
            yield (
                f"The cost of {_names(unknown)} is unknown, so --max-cost does not allow it: the length of the media "
                "is unknown (--unknown-minutes says what it counts as), or an engine has no price."
            )
        total = sum((run.cost for row in report.rows for run in row.runs if run.cost is not None), Decimal(0))
        if total > most:
            yield (
                f"The jobs would cost about {amount(total, report.currency)}; --max-cost allows "
                f"{amount(most, report.currency)}."
            )


_GIVE_PRICES = f"Name a file of prices: {key_of(PRICES)}, {variable_of(PRICES)}, or --prices."


def estimated(
    report: Report, session: Session, prices_given: Path | None, unknown_minutes: float | None, *, measure: bool
) -> Report:
    """A report with lengths and costs.

    Args:
        report: The report.
        session: Whom to ask for the categories of engines, where prices are by category.
        prices_given: The file of prices; by default the one that the stack names.
        unknown_minutes: What media of unknown length count as, for what they cost.
        measure: Whether media are measured.

    Raises:
        ConfigurationError: The file of prices cannot be used.
    """
    from aiware_resources.estimates.lengths import measured
    from aiware_resources.report import estimate

    folder = project_folder()
    prices = read_prices(prices_given or prices_of(folder, report.stack))
    lengths = measured(estimate.sources_of(report), folder) if measure else {}
    categories = categories_of(estimate.engines_of(report), session, prices) if prices is not None else {}
    return estimate.estimated(report, lengths, prices, categories, unknown_minutes)


def project_folder() -> Path | None:
    """The folder of the project around the working folder, if there is one."""
    from aiware_resources.settings.project import Project

    try:
        return Project.around(Path.cwd()).folder
    except ConfigurationError:
        return None


def prices_of(folder: Path | None, stack: str | None) -> Path | None:
    """The file of prices that a stack names, or else the environment; relative to the folder of the project."""
    from aiware_resources.settings.project import Project

    named = os.environ.get(variable_of(PRICES), "").strip()
    if folder is not None and stack:
        try:
            config = Project(folder).stack(stack).content().get("config")
        except ConfigurationError:
            config = None  # it may be a stack without a file, and whoever reads it says what is wrong with it
        value = config.get(key_of(PRICES)) if isinstance(config, Mapping) else None
        named = value.strip() if isinstance(value, str) and value.strip() else named
    return prices_file(named, folder) if named else None


def prices_file(named: str, folder: Path | None) -> Path:
    """A file that is named from the folder of the project."""
    return (folder or Path.cwd()) / Path(named).expanduser()


def read_prices(file: Path | None) -> Prices | None:
    """Reads a file of prices.

    Raises:
        ConfigurationError: It cannot be used.
    """
    from aiware_resources.estimates.prices import Prices

    return None if file is None else Prices.read(file)


def categories_of(engines: Iterable[str], session: Session, prices: Prices) -> dict[str, str]:
    """The categories of engines without a price of their own; none where aiWARE does not tell.

    Args:
        engines: The engines, by id.
        session: Whom to ask.
        prices: What engines cost.
    """
    from aiware_resources.catalogue.lookups import Catalogue

    wanted = prices.unpriced(engines)
    if not wanted:
        return {}
    try:
        found = Catalogue(session.api()).engines_by_id(wanted)
    except AiwareError as error:
        log.warning("Prices by category do not count, since aiWARE does not tell the categories of engines: %s", error)
        return {}
    return {id_: each.category.name for id_, each in found.items() if each.category and each.category.name}


def _names(rows: Sequence[Row]) -> str:
    names = [f"{row.fleet} {row.name}".strip() for row in rows]
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
