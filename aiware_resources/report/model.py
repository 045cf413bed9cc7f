"""A report: what an update would do, and what has drifted, as plain values that all formats are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Self

from aiware_resources.dag.drawing import Drawing
from aiware_resources.reconcile.entity import DriftedProperty, Effect, PropertyChange, Verb
from aiware_resources.report.pulumi_json import name_of, type_of

Action = Literal["create", "adopt", "update", "replace", "delete"]


DESTRUCTIVE = frozenset({Verb.DELETE, Verb.CLEAN_UP})
"""What cannot be undone: content is lost."""


@dataclass(frozen=True)
class NotKnown:
    """A property that only the update can tell.

    Attributes:
        path: Where.
        reason: What has to happen first; may be empty.
    """

    path: str
    reason: str = ""


@dataclass(frozen=True)
class Reason:
    """Why something happens.

    Attributes:
        words: In words.
        change: The property that is the reason, with its values; ``None`` where the words say it all.
        is_cause: Whether something else follows from it; otherwise it is what changes.
    """

    words: str
    change: PropertyChange | None = None
    is_cause: bool = True

    @property
    def label(self) -> str:
        """What stands before it."""
        return "why: " if self.is_cause else ""


@dataclass(frozen=True)
class OfResource:
    """Something that is said of one resource.

    Attributes:
        urn: Which one.
        id: The id of its object in aiWARE; empty when there is none yet.
    """

    urn: str
    id: str

    @property
    def type(self) -> str:
        """Its type without the package: ``Job``."""
        return type_of(self.urn)

    @property
    def name(self) -> str:
        """Its name in the program."""
        return name_of(self.urn)


@dataclass(frozen=True)
class Change(OfResource):
    """What happens to one resource.

    Attributes:
        action: What Pulumi does.
        says: What that means, in words.
        properties: The properties that change.
        effects: What happens to objects in aiWARE.
        notes: What else there is to know, a sentence each.
        not_known: What only the update can tell.
        is_repair: Whether only drift is the reason: the program is as it was.
    """

    action: Action
    says: str
    properties: tuple[PropertyChange, ...] = ()
    effects: tuple[Effect, ...] = ()
    notes: tuple[str, ...] = ()
    not_known: tuple[NotKnown, ...] = ()
    is_repair: bool = False

    @property
    def is_new(self) -> bool:
        """Whether there was no such resource before."""
        return self.action in {"create", "adopt"}

    @property
    def destroys(self) -> bool:
        """Whether content is lost."""
        return any(effect.verb in DESTRUCTIVE for effect in self.effects)


@dataclass(frozen=True)
class Drifted(OfResource):
    """An object that is not as Pulumi left it.

    Attributes:
        noun: What people call it.
        what: ``changed``, ``gone`` (aiWARE does not have it any more), or ``failed``.
        properties: What is another.
        then: What the update does about it, in words; empty where no update is planned.
    """

    noun: str
    what: Literal["changed", "gone", "failed"]
    properties: tuple[DriftedProperty, ...] = ()
    then: str = ""


@dataclass(frozen=True)
class Graph:
    """The task graph of jobs that are new or change.

    Attributes:
        names: The jobs that have this very graph.
        drawing: The graph; what changes is marked.
        is_new: Whether there was none before.
    """

    names: tuple[str, ...]
    drawing: Drawing
    is_new: bool


@dataclass(frozen=True)
class KeptFailure(OfResource):
    """A failed object that the update leaves as it is.

    Attributes:
        reason: Why it failed, as a sentence.
        fails_update: Whether every update ends with this failure: `allow_failure` does not allow it.
    """

    reason: str
    fails_update: bool


@dataclass(frozen=True)
class Run:
    """A job that the update runs.

    Attributes:
        source: Where its recording is, whole; it may be a signed link, so it is never told.
        span: Minutes from the start of its TDO to the end; ``None`` when they are not declared.
        engines: The engines that it is run for.
        tasks: The engines of all its tasks.
        minutes: Minutes of media that it works on; ``None`` when they are not known.
        cost: What it costs; ``None`` when that is not known.
    """

    source: str = field(default="", repr=False)
    span: float | None = None
    engines: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    minutes: float | None = None
    cost: Decimal | None = None


@dataclass(frozen=True)
class Row:
    """What happens to one recording: to its TDO, its jobs and its exports; or to another object.

    Attributes:
        name: What the program calls it.
        noun: What it is: ``recording``, ``cluster``.
        action: What Pulumi does to the whole of it.
        says: What happens, in a few words each; what cannot be undone first, then causes before consequences.
        address: Where the recording is, without secrets; the TDO that holds it where that is all that is known.
        because: Why.
        changes: What happens to each of its objects, causes first; of an entry of a fleet what happens to the fleet.
        runs: The jobs that run.
        fleet: The name of the fleet that it is an entry of.
        destroys: Whether content is lost.
        is_undecided: Whether it is not known yet if, or how many, jobs run.
    """

    name: str
    noun: str
    action: Action
    says: tuple[str, ...]
    address: str = ""
    because: tuple[Reason, ...] = ()
    changes: tuple[Change, ...] = ()
    runs: tuple[Run, ...] = ()
    fleet: str = ""
    destroys: bool = False
    is_undecided: bool = False


@dataclass(frozen=True)
class Estimate:
    """How much media jobs work on, and what that costs.

    Attributes:
        jobs: How many jobs.
        minutes: Minutes of media of those of which it is known.
        unknown_minutes: Of how many it is not.
        cost: What those cost of which it is known.
        unknown_cost: Of how many it is not.
        currency: What the cost is in; empty where there are no prices.
    """

    jobs: int
    minutes: float
    unknown_minutes: int
    cost: Decimal
    unknown_cost: int
    currency: str = ""

    @classmethod
    def of(cls, runs: Sequence[Run], jobs: int, currency: str) -> Self:
        """Adds up jobs; of those that are more than the ones that are told, nothing is known."""
        minutes = [run.minutes for run in runs if run.minutes is not None]
        costs = [run.cost for run in runs if run.cost is not None]
        return cls(jobs, sum(minutes), jobs - len(minutes), sum(costs, Decimal(0)), jobs - len(costs), currency)


@dataclass(frozen=True)
class Origin:
    """The commit that is previewed, and the run of CI that previews it.

    Attributes:
        commit: The commit's hash.
        commit_url: The page of the commit.
        run: What the run is called: ``run 812``.
        run_url: The page of the run.
    """

    commit: str = ""
    commit_url: str = ""
    run: str = ""
    run_url: str = ""


@dataclass(frozen=True)
class Report:
    """All of it.

    Attributes:
        project: Name of the Pulumi project.
        stack: Name of the stack.
        changes: What happens, destructive changes first.
        rows: The same by recording: what cannot be undone first, then causes before consequences.
        drift: What is not as Pulumi left it.
        graphs: Task graphs of new and changed jobs.
        errors: Why the preview failed; then the changes are those found until then.
        warnings: What Pulumi and the program warned of.
        kept_failures: Failed jobs, and fleets with failed jobs, that stay as they are.
        refreshed: Whether aiWARE was read first; otherwise nothing is known of drift.
        origin: The commit, and the run of CI; empty where the environment names none.
        is_estimated: Whether lengths and costs were looked for.
        currency: What costs are in; empty where there are no prices.
    """

    project: str
    stack: str
    changes: tuple[Change, ...] = ()
    rows: tuple[Row, ...] = ()
    drift: tuple[Drifted, ...] = ()
    graphs: tuple[Graph, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    kept_failures: tuple[KeptFailure, ...] = ()
    refreshed: bool = True
    origin: Origin = Origin()
    is_estimated: bool = False
    currency: str = ""

    @property
    def effects(self) -> Counter[tuple[Verb, str]]:
        """How many objects of which kind meet which fate."""
        counted: Counter[tuple[Verb, str]] = Counter()
        for change in self.changes:
            for effect in change.effects:
                counted[effect.verb, effect.noun] += effect.count
        return counted

    @property
    def jobs_to_run(self) -> int:
        """How many jobs the update runs: new ones, replaced ones, failed ones that are retried."""
        return sum(count for (verb, _), count in self.effects.items() if verb is Verb.RUN)

    @property
    def estimate(self) -> Estimate | None:
        """How much media the update works on, and what that costs; ``None`` when no job runs, or nobody looked."""
        if not self.is_estimated or not self.jobs_to_run:
            return None
        return Estimate.of([run for row in self.rows for run in row.runs], self.jobs_to_run, self.currency)
