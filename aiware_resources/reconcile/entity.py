"""What an entity says of itself, besides how it is reconciled: reports and commands ask it, and name no entity.

Most of it is data: a noun, words, how it is adopted, what `aiware doctor` asks. The methods are for what data cannot
say; their defaults are right for an entity that is one object in aiWARE, and for resources of other packages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from aiware_resources.api import Api
from aiware_resources.reconcile.adoption import Adoption
from aiware_resources.reconcile.paths import Path
from aiware_resources.reconcile.schema import Schema

Props = dict[str, Any]

FAILURE = "failure"
"""The fact of why an object failed."""


@dataclass(frozen=True)
class Observed:
    """What aiWARE says of an object.

    Attributes:
        properties: Live values under the names of the desired properties. Names left out cannot be observed.
        failure: What made the object fail, where it did: recorded, and acted on by ``diff``.
        facts: What to record beside the desired state; ``None`` removes a fact.
    """

    properties: Props
    failure: Props | None = None
    facts: Props = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """An object that now is the resource's.

    Attributes:
        id: Its id in aiWARE.
        facts: Identity to record beside the desired state.
        certain: Whether it is known to be the resource's; else it was only found to look like it.
    """

    id: str
    facts: Props = field(default_factory=dict)
    certain: bool = True


class Verb(Enum):
    """What happens to an object in aiWARE."""

    RUN = "run"
    DELETE = "delete"
    CLEAN_UP = "cleanUp"
    CANCEL = "cancel"
    CREATE = "create"
    REQUEST = "request"
    ADOPT = "adopt"
    CHANGE = "change"
    PUT_BACK = "putBack"
    RECORD = "record"
    FORGET = "forget"


@dataclass(frozen=True)
class Effect:
    """What happens to objects of one kind in aiWARE.

    Attributes:
        verb: What.
        noun: The kind: ``TDO``.
        count: How many.
    """

    verb: Verb
    noun: str
    count: int = 1


@dataclass(frozen=True)
class Fate:
    """What happens to a resource.

    Attributes:
        says: In words.
        effects: What happens to objects in aiWARE.
        notes: What else there is to know, a sentence each.
    """

    says: str
    effects: tuple[Effect, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PropertyChange:
    """A property that changes.

    Attributes:
        path: Where: ``tasks[2].payload.url``.
        old: Its value now; ``ABSENT`` when it has none.
        new: Its value then; ``ABSENT`` when it has none, an ``Unknown`` when it is not known yet.
        note: What follows from the change, in a few words; may be empty.
    """

    path: str
    old: Any
    new: Any
    note: str = ""


@dataclass(frozen=True)
class DriftedProperty:
    """A property that is another in aiWARE than was recorded.

    Attributes:
        path: Where.
        recorded: As Pulumi left it.
        live: As aiWARE has it now.
        then: What the update makes of it, in words; empty where no update is planned.
    """

    path: str
    recorded: Any
    live: Any
    then: str = ""


@dataclass(frozen=True)
class Existing:
    """An object that aiWARE has.

    Attributes:
        noun: What it is: ``cluster`` or ``TDO``.
        id: Its id.
        name: Its name; empty when it has none.
        created: When it was created, where aiWARE says so.
        is_ours: Whether this library made it: it carries an ownership marker.
    """

    noun: str
    id: str
    name: str
    created: datetime | None
    is_ours: bool = False


FORGOTTEN = ("is only forgotten: aiWARE keeps it", Verb.FORGET)
DELETED = ("is DELETED", Verb.DELETE)


@dataclass(frozen=True)
class Words:
    """What a report says of an object, and counts it as.

    Attributes:
        made: Of a new one.
        given_up: Of one that the program does not declare any more, by destroy policy.
        replaced: Of one whose place another takes; empty where the one is given up and the other made.
    """

    made: tuple[str, Verb] = ("is created", Verb.CREATE)
    given_up: Mapping[str, tuple[str, Verb]] = field(default_factory=lambda: {"delete": DELETED, "retain": FORGOTTEN})
    replaced: str = ""


@dataclass(frozen=True)
class Question:
    """What `aiware doctor` asks, to see whether a token may read objects of a kind.

    Attributes:
        plural: What they are: ``clusters``.
        ask: Asks for the first ones; given the API, and the present moment, since when alone is looked.
    """

    plural: str
    ask: Callable[[Api, datetime], Iterable[object]]


class Entity:
    """What reports and commands ask of an entity."""

    kind: ClassVar[str] = "other resource"
    """What people call the object, for messages: ``export request``."""
    noun: ClassVar[str] = "other resource"
    """What reports count it as: ``export``."""
    words: ClassVar[Words] = Words()
    """What happens to it."""
    adoption: ClassVar[Adoption[Any] | None] = None
    """How `aiware adopt` declares one that is there; ``None`` when it cannot."""
    question: ClassVar[Question | None] = None
    """What `aiware doctor` asks; ``None`` when another entity's question says it all."""
    policies: ClassVar[frozenset[str]] = frozenset()
    """Properties that say how this library treats the object: recorded, never sent."""
    secrets: ClassVar[frozenset[str]] = frozenset()
    """Properties that are secret whatever the program says."""
    entries: ClassVar[str | None] = None
    """The property of an entity that stands for many objects whose values are compared entry by entry."""
    writes: ClassVar[str | None] = None
    """The property that says where an update writes files; ``None`` where it writes none."""
    folders: ClassVar[Sequence[str]] = ()
    """The properties that name folders with files of each entry, and a manifest of them."""
    condition: ClassVar[Any] = None
    """What is awaited of one that makes files and runs no job: a `Condition` of `aiware_resources.waiting`."""

    @property
    def schema(self) -> Schema | None:
        """Its properties; ``None`` for a resource of another package."""
        return None

    # --- what happens to it ------------------------------------------------------------------------------------------

    def fate_made(self, inputs: Mapping[str, Any]) -> Fate:
        """What it means to make one."""
        if adopted := inputs.get("adopt"):
            which = "the one of this name" if adopted is True else f"{self.noun} {adopted}"
            return Fate(f"takes over {which}", (Effect(Verb.ADOPT, self.noun),))
        says, verb = self.words.made
        return Fate(says, (Effect(verb, self.noun),))

    def fate_given_up(self, recorded: Props) -> Fate:
        """What it means that the program does not declare it any more: what ``on_destroy`` says."""
        says, verb = self.words.given_up.get(self.destroy_policy(recorded), DELETED)
        return Fate(says, (Effect(verb, self.noun),))

    def fate_replaced(self, recorded: Props, inputs: Props, gone: Fate) -> Fate:
        """What it means that another takes its place.

        Args:
            recorded: What is recorded of it.
            inputs: What the program says of the other.
            gone: What happens to it.
        """
        made = self.fate_made(inputs)
        if self.words.replaced:
            # Its own record is of no account; what it made is, and what is deleted with it.
            effects = tuple(each for each in gone.effects if each.noun != self.noun or each.verb is Verb.DELETE)
            is_deleted = any(each.noun == self.noun for each in effects)
            notes = (*([f"The earlier {self.noun} {gone.says}."] if is_deleted else []), *gone.notes)
            return Fate(made.says if inputs.get("adopt") else self.words.replaced, (*made.effects, *effects), notes)
        first = " first" if self.deletes_before_replace(recorded, inputs) else ""
        says = f"is replaced by another; the old one {gone.says}{first}"
        return Fate(says, (*gone.effects, *made.effects), gone.notes)

    def fate_changed(self, recorded: Props, before: Props, inputs: Props, changed: Sequence[str]) -> Fate:
        """What it means that it changes in place.

        Args:
            recorded: What is recorded of it, just refreshed.
            before: What the program said of it.
            inputs: What the program says now.
            changed: The properties that differ.
        """
        if FAILURE in recorded and self.acts_on_failure(recorded, inputs):
            failed = self.failure_in_words(recorded)
            return Fate("failed, and runs again", (Effect(Verb.RUN, self.noun),), (failed,))
        if changed and all(key in self.policies or self.without_effect([(key,)]) for key in changed):
            return Fate("changes on record only", (Effect(Verb.RECORD, self.noun),))
        return Fate("changes in place", (Effect(Verb.CHANGE, self.noun),))

    def failure_in_words(self, recorded: Mapping[str, Any]) -> str:
        """Why it has failed, as a sentence; empty when it has not."""
        failure = recorded.get(FAILURE)
        if not isinstance(failure, Mapping) or not failure:
            return ""
        reason = ": ".join(str(failure[key]) for key in ("reason", "message") if failure.get(key))
        return f"In aiWARE it is {failure.get('status', 'failed')}{f' ({reason})' if reason else ''}."

    # --- what there is to show ---------------------------------------------------------------------------------------

    def graph(self, properties: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Its tasks and routes, as a job has them; ``None`` for an entity without a task graph."""
        return None

    def shown(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is listed of a new one; what is drawn, or compared by entry, is left out."""
        return inputs

    def entry_changes(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Sequence[PropertyChange]:
        """How the values of entries differ between the inputs then and now."""
        return ()

    def entry_drift(
        self, recorded: Props, live: Props, wanted: Props | None, *, with_failures: bool
    ) -> Sequence[DriftedProperty]:
        """Which entries are not as they were recorded.

        Args:
            recorded: What is recorded.
            live: The same, as aiWARE has it now.
            wanted: What the program says; ``None`` where no update is planned.
            with_failures: Whether entries that have failed count.
        """
        return ()

    def made_with_it(self, recorded: Props) -> Iterable[str]:
        """The ids of other objects that exist because of it, and are the resource's too."""
        return ()

    def jobs_in(self, object_id: str, recorded: Mapping[str, Any]) -> Mapping[str, str]:
        """The ids of the jobs that it stands for, by entry; that of a job itself under an empty key."""
        return {}

    def left_undone(self, recorded: Mapping[str, Any]) -> str:
        """What the last update could not do for it, though others were done; empty when all was."""
        return ""

    def existing(self, api: Api) -> Iterable[Existing]:
        """The objects of this kind that aiWARE has, where a stack may have lost one."""
        return ()

    # --- how it is reconciled, as far as a report tells it -----------------------------------------------------------

    def replacing(self, paths: Iterable[Path], olds: Props, news: Props) -> list[str]:
        """Which of the differences ask for a new object."""
        return []

    def without_effect(self, paths: Iterable[Path]) -> str | None:
        """Which of the differences are recorded only, for the people who read the preview."""
        return None

    def deletes_before_replace(self, olds: Props, news: Props) -> bool | None:
        """Whether a replacement has to delete the old object first."""
        return None

    def acts_on_failure(self, olds: Props, news: Props) -> bool:
        """Whether a recorded failure asks for an update in place."""
        return False

    def destroy_policy(self, props: Props, default: str = "delete") -> str:
        """What happens to the object when its resource is destroyed."""
        return default
