"""How much one update may run: jobs, and minutes of media."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock
from typing import Any

from pulumi.output import Unknown

from aiware_resources.estimates.prices import Prices, amount
from aiware_resources.estimates.spans import span
from aiware_resources.fleet.plan import plan
from aiware_resources.policies.declared import Declared, Objection, called
from aiware_resources.policies.state import Recorded, RecordedStack
from aiware_resources.reconcile import FAILURE
from aiware_resources.reconcile.entity import Effect, Fate, Verb
from aiware_resources.report import work
from aiware_resources.report.estimate import cost_of
from aiware_resources.report.model import Run
from aiware_resources.report.properties import found_differences
from aiware_resources.settings.keys import key_of
from aiware_resources.temporal_data_object import TdoProvider
from aiware_resources.text.words import counted

TARGET_ID, TARGET = "targetId", "target"
_NAMED = 3
_SET_PRICES = f"set {key_of('prices')}"

Sources = Mapping[str, Mapping[str, list[str]]]
"""For each resource, the URNs of the resources that each of its properties comes from."""

Measure = Callable[[Iterable[str]], Mapping[str, float]]
"""Gives the minutes of media that it could measure, by their addresses."""


@dataclass(frozen=True)
class Limits:
    """What one update may run at most.

    Attributes:
        jobs: Jobs; ``None`` for any number.
        minutes: Minutes of media; ``None`` for any number.
        unknown_minutes: What media count as whose length is not said; ``None`` when that is an objection.
        cost: What the jobs cost; ``None`` for any amount.
    """

    jobs: int | None = None
    minutes: float | None = None
    unknown_minutes: float | None = None
    cost: Decimal | None = None

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Limits:
        """Reads them from the configuration of the policy."""
        cost = config.get("cost")
        amount = None if cost is None else Decimal(str(cost))
        return cls(config.get("jobs"), config.get("mediaMinutes"), config.get("unknownMinutes"), amount)

    def __bool__(self) -> bool:
        return self.jobs is not None or self.minutes is not None or self.cost is not None


@dataclass
class Update:
    """What an update runs, as far as its resources are declared.

    Attributes:
        limits: What it may run.
        jobs: For each resource, the jobs that run because of it, each as its properties.
        tdos: The TDOs that the program declares, by URN.
        recorded: What the update began with.
        measure: Measures media, by their addresses; ``None`` where only what is declared counts.
    """

    limits: Limits = field(default_factory=Limits)
    jobs: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    tdos: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    recorded: RecordedStack = field(default_factory=lambda: RecordedStack([]))
    measure: Measure | None = None
    _measured: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, resource: Declared, limits: Limits, recorded: RecordedStack) -> Iterator[Objection]:
        """Notes a resource that is about to be made or changed.

        Args:
            resource: The resource.
            limits: What the update may run.
            recorded: What the update began with.

        Returns:
            What speaks against it: it is the first whose jobs are too many.
        """
        self.limits, self.recorded = limits, recorded
        if isinstance(resource.entity, TdoProvider):
            self.tdos[resource.urn] = resource.properties
        running = list(running_jobs(resource, recorded.known_as([resource.urn, *resource.aliases])))
        if not running:
            return
        with self._lock:
            earlier = sum(len(jobs) for urn, jobs in self.jobs.items() if urn != resource.urn)
            self.jobs[resource.urn] = running
        total = earlier + len(running)
        if limits.jobs is not None and earlier <= limits.jobs < total:
            yield resource.objection(
                f"with it, this update runs {counted(total, 'job')} or more, and may run {limits.jobs:,} at most. Run "
                "fewer at a time, or raise `jobs` of the policy update-limits."
            )

    def minutes(self, sources: Sources) -> Iterator[Objection]:
        """What speaks against the whole update: the media that its jobs work on are too long."""
        allowed, assumed = self.limits.minutes, self.limits.unknown_minutes
        if allowed is None:
            return
        self._measure()
        told: dict[str, float] = {}
        for urn, jobs in sorted(self.jobs.items()):
            found = [self._minutes(urn, job, sources) for job in jobs]
            unknown = sum(each is None for each in found)
            if any(isinstance(each, Unknown) for each in found):
                yield Objection(
                    f"{called(urn)}: the length of its media is not known yet, so the end of `pulumi up` checks it",
                    is_known=False,
                )
            elif unknown and assumed is None:
                yield Objection(
                    f"{called(urn)}: the length of the media of {counted(unknown, 'job')} is not given. Give the TDO a "
                    "start and a stop, or say what such media count as: `unknownMinutes` of the policy update-limits."
                )
            told[urn] = sum(assumed or 0 if each is None else each for each in found if not isinstance(each, Unknown))
        total = sum(told.values())
        if total > allowed:
            most = sorted(told, key=lambda urn: -told[urn])[:_NAMED]
            named = ", ".join(f"{called(urn)} ({told[urn]:,.4g})" for urn in most)
            more = f", and {counted(len(told) - _NAMED, 'resource')} more" if len(told) > _NAMED else ""
            yield Objection(
                f"The jobs of this update work on {total:,.6g} minutes of media, and may work on {allowed:,.6g} at "
                f"most: {named}{more}. Run fewer at a time, or raise `mediaMinutes` of the policy update-limits."
            )

    def costs(self, sources: Sources, prices: Prices | None, categories: Mapping[str, str]) -> Iterator[Objection]:
        """What speaks against the whole update: its jobs cost too much.

        Args:
            sources: What the properties of resources come from.
            prices: What engines cost; ``None`` where nobody says.
            categories: The names of engines' categories, by id.
        """
        allowed = self.limits.cost
        if allowed is None or not self.jobs:
            return
        if prices is None:
            yield Objection(f"The jobs of this update have no prices, so what they cost is not known: {_SET_PRICES}.")
            return
        self._measure()
        total = Decimal(0)
        for urn, jobs in sorted(self.jobs.items()):
            minutes = [self._minutes(urn, job, sources) for job in jobs]
            if any(isinstance(each, Unknown) for each in minutes):
                yield Objection(
                    f"{called(urn)}: the length of its media is not known yet, so the end of `pulumi up` checks "
                    "what it costs",
                    is_known=False,
                )
                continue
            found = [self._cost(*each, prices, categories) for each in zip(jobs, minutes, strict=True)]
            if unknown := found.count(None):
                yield Objection(
                    f"{called(urn)}: the cost of {counted(unknown, 'job')} is not known. Give the TDO a start and a "
                    "stop, or set `unknownMinutes` of the policy update-limits; and give each engine a price."
                )
            total += sum((each for each in found if each is not None), Decimal(0))
        if total > allowed:
            yield Objection(
                f"The jobs of this update cost about {amount(total, prices.currency)}, and may cost "
                f"{amount(allowed, prices.currency)} at most. Run fewer at a time, or raise `cost` of the policy "
                "update-limits."
            )

    def engines(self) -> list[str]:
        """The engines of the jobs that run, each once."""
        found = (id_ for jobs in self.jobs.values() for job in jobs for id_ in work.all_engine_ids(_tasks(job)))
        return list(dict.fromkeys(found))

    def _cost(
        self, job: Mapping[str, Any], minutes: float | None, prices: Prices, categories: Mapping[str, str]
    ) -> Decimal | None:
        counted_as = self.limits.unknown_minutes if minutes is None else minutes
        run = Run(engines=work.engine_ids(_tasks(job)), tasks=work.all_engine_ids(_tasks(job)))
        return cost_of(run, counted_as, prices, categories)

    def _measure(self) -> None:
        """Measures the media of all jobs, once."""
        if self.measure is not None and not self._measured:
            found = (work.address(job) for jobs in self.jobs.values() for job in jobs)
            self._measured = dict(self.measure([each for each in found if each]))

    def _minutes(self, urn: str, job: Mapping[str, Any], sources: Sources) -> Any:
        """Minutes of a job's media; ``None`` when that is not said, an ``Unknown`` until it is known."""
        if (own := work.address(job)) in self._measured:
            return self._measured[own]
        if TARGET_ID not in job:
            return span(job.get(TARGET))
        named = [*sources.get(urn, {}).get(TARGET_ID, []), *sources.get(urn, {}).get("template", [])]
        for source in named:
            if source in self.tdos:
                return span(self.tdos[source])
            if source in self.jobs:
                # The TDO that another job works on, or makes.
                return self._minutes(source, self.jobs[source][0], sources)
        id_ = job[TARGET_ID]
        held = next((each for each in self.recorded.by_urn.values() if each.id == id_), None)
        if held is not None:
            return span(self.tdos.get(held.urn, held.outputs))
        return id_ if isinstance(id_, Unknown) else None


def _tasks(job: Mapping[str, Any]) -> Any:
    """The tasks of a job; of a single-engine job the one of its engine."""
    return job.get("tasks") or [{"engineId": job.get("engineId")}]


def running_jobs(resource: Declared, recorded: Recorded | None) -> Iterator[Mapping[str, Any]]:
    """The jobs that run because a resource is made or changed. Values that are not known yet count as changes.

    Args:
        resource: The resource.
        recorded: What is recorded of it; ``None`` when it is new.
    """
    if recorded is not None and not _may_differ(resource, recorded):
        return
    if resource.is_fleet:
        yield from _running_entries(resource, recorded)
        return
    for job in resource.jobs():
        if any(effect.verb is Verb.RUN for effect in _effects(resource, recorded)):
            yield job.properties


def _may_differ(resource: Declared, recorded: Recorded) -> bool:
    """Nearly always it does not; comparing in normal form takes its time with hundreds of jobs."""
    # A fleet's own word for it is in the plural.
    failed = any(recorded.outputs.get(fact) for fact in (FAILURE, f"{FAILURE}s"))
    return failed or recorded.inputs != resource.properties


def _running_entries(resource: Declared, recorded: Recorded | None) -> Iterator[Mapping[str, Any]]:
    outputs, inputs = (recorded.outputs, recorded.inputs) if recorded else ({}, None)
    found = plan(outputs, resource.properties, inputs)
    yield from (each.job for each in [*found.added, *found.changed, *found.failed])
    undecided = frozenset(found.undecided)
    if undecided or found.all_undecided:
        yield from (each.properties for each in resource.jobs() if found.all_undecided or each.entry in undecided)


def _effects(resource: Declared, recorded: Recorded | None) -> tuple[Effect, ...]:
    entity, inputs = resource.entity, dict(resource.properties)
    if recorded is None:
        return entity.fate_made(inputs).effects
    olds = recorded.outputs
    paths = [each.path for each in found_differences(entity, olds, inputs)]
    if entity.replacing(paths, olds, inputs):
        return entity.fate_replaced(olds, inputs, Fate("")).effects
    return entity.fate_changed(olds, recorded.inputs, inputs, [str(path[0]) for path in paths]).effects
