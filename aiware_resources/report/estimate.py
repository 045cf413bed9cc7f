"""How long the media are that jobs work on, and what that costs, in a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from aiware_resources.estimates.prices import Prices, amount
from aiware_resources.estimates.spans import is_document
from aiware_resources.report.model import Estimate, Report, Row, Run
from aiware_resources.text.words import duration

UNKNOWN = "unknown"
NONE = "none"
"""How much media jobs on documents work on."""
_MINUTE = 60


def sources_of(report: Report) -> list[str]:
    """Where the media are that jobs work on, whole; each once."""
    return list(dict.fromkeys(run.source for row in report.rows for run in row.runs if run.source))


def engines_of(report: Report) -> list[str]:
    """The engines of all tasks of the jobs that run, each once."""
    return list(dict.fromkeys(id_ for row in report.rows for run in row.runs for id_ in run.tasks))


def estimated(
    report: Report,
    measured: Mapping[str, float],
    prices: Prices | None,
    categories: Mapping[str, str],
    unknown_minutes: float | None = None,
) -> Report:
    """A report with the length of the media of each job, and its cost.

    Args:
        report: The report.
        measured: Minutes of media that were measured, by where they are; of others, the times of their TDOs count.
        prices: What engines cost; ``None`` where nobody says.
        categories: The names of engines' categories, by id.
        unknown_minutes: What media of unknown length count as, for what they cost.
    """

    def run(each: Run) -> Run:
        minutes = 0.0 if is_document(each.source) else measured.get(each.source, each.span)
        counted = unknown_minutes if minutes is None else minutes
        return replace(each, minutes=minutes, cost=cost_of(each, counted, prices, categories))

    rows = tuple(replace(row, runs=tuple(map(run, row.runs))) for row in report.rows)
    return replace(report, rows=rows, is_estimated=True, currency=prices.currency if prices else "")


def of_rows(rows: Sequence[Row], currency: str) -> Estimate:
    """What the jobs of some rows work on, and cost."""
    runs = [run for row in rows for run in row.runs]
    return Estimate.of(runs, len(runs), currency)


def media_words(found: Estimate) -> str:
    """How much media: ``12 min 0 s``, ``at least 12 min 0 s, 3 of 5 unknown``, ``unknown``."""
    if found.unknown_minutes >= found.jobs:
        return UNKNOWN
    if not found.minutes and not found.unknown_minutes:
        return NONE
    return _words(duration(found.minutes * _MINUTE), found.unknown_minutes, found.jobs)


def cost_words(found: Estimate) -> str:
    """What it costs: ``12.40 EUR``, ``at least 12.40 EUR, 3 of 5 unknown``, ``unknown``."""
    if found.unknown_cost >= found.jobs:
        return UNKNOWN
    return _words(amount(found.cost, found.currency), found.unknown_cost, found.jobs)


def facts(found: Estimate) -> Iterator[tuple[str, str]]:
    """What there is to tell of lengths and costs, each with its name."""
    yield "media", media_words(found)
    if found.currency:
        yield "cost", cost_words(found)


def run_words(found: Estimate) -> str:
    """What follows on ``5 jobs will run``; empty when nothing is known."""
    parts = []
    if found.unknown_minutes < found.jobs and (found.minutes or found.unknown_minutes):
        least = "at least " if found.unknown_minutes else ""
        parts.append((f"on {least}{duration(found.minutes * _MINUTE)} of media", found.unknown_minutes))
    if found.currency and found.unknown_cost < found.jobs:
        least = "at least" if found.unknown_cost else "about"
        parts.append((f"for {least} {amount(found.cost, found.currency)}", found.unknown_cost))
    if len({unknown for _, unknown in parts}) == 1:
        # The same of both: it is said once.
        parts = [(" ".join(text for text, _ in parts), parts[0][1])]
    told = (f" {text}{f' ({unknown:,} of {found.jobs:,} unknown)' if unknown else ''}" for text, unknown in parts)
    return "".join(told)


def _words(known: str, unknown: int, of: int) -> str:
    return f"at least {known}, {unknown:,} of {of:,} unknown" if unknown else known


def cost_of(run: Run, minutes: float | None, prices: Prices | None, categories: Mapping[str, str]) -> Decimal | None:
    """What a job costs: its tasks, those of engines without a price left out where they only serve the others.

    Args:
        run: The job.
        minutes: Minutes of its media; ``None`` when they are not known.
        prices: What engines cost; ``None`` where nobody says.
        categories: The names of engines' categories, by id.

    Returns:
        The cost; ``None`` when it is not known.
    """
    if prices is None or not run.engines:
        return None
    total = Decimal(0)
    for engine in run.tasks:
        price = prices.price(engine, categories)
        if price is None and engine in run.engines:
            return None
        cost = price.of(minutes) if price is not None else Decimal(0)
        if cost is None:
            return None
        total += cost
    return total
