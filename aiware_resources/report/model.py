"""A report: what an update would do, and what has drifted, as plain values that all formats are made from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

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
    """

    source: str = field(default="", repr=False)
    span: float | None = None
    engines: tuple[str, ...] = ()


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
