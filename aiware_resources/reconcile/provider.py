"""What the dynamic providers of all entities share.

The engine calls these methods in a provider process of its own, from up to four threads, after unpickling the provider
by reference; so a provider holds nothing but what ``configure`` gives it there. The import path of a provider class is
part of every user's state: never rename or move one.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, Self

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from aiware_resources.api import Abilities, Api, abilities_of, connect
from aiware_resources.errors import AdoptionError, InvalidInput, NotFound
from aiware_resources.reconcile import ownership
from aiware_resources.reconcile.addresses import signed_again
from aiware_resources.reconcile.carrying import number_problems
from aiware_resources.reconcile.compare import changed_paths, plain_differences
from aiware_resources.reconcile.entity import FAILURE, Entity, Made, Observed, Props
from aiware_resources.reconcile.holders import OWNER_KEY, PROVIDER_NAME, Holder, owned
from aiware_resources.reconcile.once import send_once
from aiware_resources.reconcile.ownership import Mark
from aiware_resources.reconcile.paths import Path, text
from aiware_resources.reconcile.provider_host import tell_errors_by_their_messages
from aiware_resources.reconcile.pulumi_processes import end_with_engine, look_less_for_garbage
from aiware_resources.reconcile.recency import SUBMITTED, looked_for, submitted_now
from aiware_resources.reconcile.schema import INTERNAL_PREFIX, ApiModel, Problem, Schema
from aiware_resources.reconcile.unknowns import cut
from aiware_resources.reconcile.values import whole_numbers
from aiware_resources.settings import Settings
from aiware_resources.settings.keys import PROVIDER_KEY as EXPLICIT_KEY
from aiware_resources.settings.keys import key_of
from aiware_resources.text import commands

log = logging.getLogger("aiware")

PROVIDER_KEY = "__provider"
ADOPTED = "adopted"
READ_KEY = "__read"
"""The property of a resource that is only read (``get``): `ASKED` by a program, `FOUND` in a state."""
ASKED, FOUND = "asked", "found"

schema_of = cache(Schema)


class EntityProvider(Entity, ResourceProvider):
    """Reconciles one kind of aiWARE object with its desired state."""

    serialize_as_secret_always = False

    type_name: ClassVar[str]
    """The type of the resource, as ``Resource`` registers it under ``pulumi-python:dynamic/``."""
    model: ClassVar[type[ApiModel]]
    """The desired state."""
    replaces: ClassVar[frozenset[str]] = frozenset()
    """Properties that cannot be changed in place."""
    policies: ClassVar[frozenset[str]] = frozenset({"adopt", "onDestroy", "wait", "timeout"})
    facts: ClassVar[frozenset[str]] = frozenset({ADOPTED, SUBMITTED})
    reads_all = False
    """Whether `read` looks at all of an object that stands for thousands; a refresh may look at a sample of it."""
    """What is recorded beside the desired state, and carried along by updates."""
    readable: ClassVar[frozenset[str]] = frozenset()
    """What ``get`` reads of an object; empty where it reads none."""
    confidential: ClassVar[frozenset[str]] = frozenset()
    """What of that is secret, since others wrote it and it may let in whoever reads it."""
    write_only: ClassVar[frozenset[str]] = frozenset()
    """Properties that aiWARE takes and does not answer: an adoption sends them, since they may differ."""

    _settings: Settings = Settings()
    """Until the engine configures the provider, the defaults."""

    # --- what an entity says of itself -----------------------------------------------------------------------------

    def problems(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """What is wrong with properties that are each fine by themselves.

        Args:
            values: Validated values of the known properties.
            unknown: Paths of what is not known yet.
        """
        return ()

    @abstractmethod
    def observe(self, object_id: str, recorded: Props) -> Observed | None:
        """Reads the live object; ``None`` when aiWARE does not have it (any more)."""

    @abstractmethod
    def make(self, props: Props, mark: Mark | None) -> Made:
        """Creates the object and returns at once, however long its work takes."""

    @abstractmethod
    def find(self, props: Props, mark: Mark | None, since: datetime, *, lost: bool) -> Made | None:
        """Looks for what an earlier attempt at ``make`` created.

        Args:
            props: The desired state.
            mark: The mark that it carries, when markers are on.
            since: It was created no earlier than this.
            lost: Whether the attempt was made just now by this process, and its answer got lost.
        """

    def look_at(self, object_id: str) -> Props | None:
        """Reads what is `readable` of an object that the program does not manage; ``None`` when it is not there."""
        return None

    def mistakable(self, props: Props, mark: Mark | None) -> Hashable | None:
        """What this object has in common with all from which it cannot be told in aiWARE.

        Such objects are created one after another, so that what is found after a lost answer is what was asked for.

        Returns:
            ``None`` when it can be told from every other, by its marker.
        """
        return None if mark else self.kind

    @abstractmethod
    def change(self, object_id: str, olds: Props, news: Props, changed: frozenset[str]) -> Props:
        """Changes the object in place.

        Args:
            object_id: Its id.
            olds: The recorded state.
            news: The desired state.
            changed: The properties that differ, policies left out.

        Returns:
            Facts to record.
        """

    @abstractmethod
    def remove(self, object_id: str, props: Props, policy: str) -> None:
        """Deletes the object, or what the policy says instead."""

    def replacing(self, paths: Iterable[Path], olds: Props, news: Props) -> list[str]:
        """Which of the differences ask for a new object."""
        return [str(path[0]) for path in paths if path[0] in self.replaces]

    def adoptable_id(self, props: Props) -> str:
        """The id of the object to take over."""
        return str(props["adopt"])

    def other_explanation(self) -> str:
        """How else than by an interrupted run an object with the resource's marker may have been left, for people."""
        return ""

    def called(self, props: Props) -> str | None:
        """The name by which aiWARE knows the object, where it is known by its name."""
        return None

    def mismatch(self, object_id: str, props: Props) -> str | None:
        """How an object that cannot be changed differs from what the program says; ``None`` when it may be adopted."""
        return None

    # --- what the engine calls -------------------------------------------------------------------------------------

    def configure(self, req: ConfigureRequest) -> None:
        """Takes the settings of the stack, or of an explicit provider. Called once in each provider process."""
        end_with_engine()
        look_less_for_garbage()
        tell_errors_by_their_messages()
        keys = [*map(key_of, Settings.model_fields), EXPLICIT_KEY]
        self._settings = Settings.from_mapping({key: req.config.get(key) for key in keys})

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """Validates everything known and tolerates what is not."""
        inputs = {key: value for key, value in plain(news).items() if value is not None}
        if self.kind in self.abilities.lacking:
            return CheckResult(inputs, [CheckFailure("", self.abilities.lacking[self.kind])])
        known, unknown = cut(inputs)
        values, problems = self.schema.validate(known, unknown)
        olds = plain(_olds)
        # What aiWARE has taken already is not held to a rule that came later.
        problems = [each for each in problems if not _is_recorded(each, olds, inputs)]
        with commands.about(self.holder(inputs).stack):
            found = [*number_problems(known), *problems, *self.problems(values, unknown)]
        found += self.held_already(olds, inputs)
        return CheckResult(inputs, [CheckFailure(text(problem.path), problem.reason) for problem in found])

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Compares the desired with the recorded state, in normal form and without any request."""
        olds, news = plain(_olds), plain(_news)
        if is_moved(olds, news):
            return DiffResult(changes=True, replaces=[PROVIDER_NAME])
        owned.renamed(_id, self.holder(olds), self.holder({**news, ADOPTED: olds.get(ADOPTED)}))
        paths = changed_paths(self.schema, olds, news)
        replaces = sorted(set(self.replacing(paths, olds, news)))
        if _names_another(news.get("adopt"), _id, olds.get("adopt")):
            replaces.append("adopt")
        later = None if replaces else self.without_effect(paths)
        if later:
            log.warning("%s: a change of %s has no effect until it runs next", news.get(OWNER_KEY), later)
        signed = ", ".join(sorted(text(path) for path in signed_again(olds, news))) if paths or replaces else ""
        if signed:
            log.warning("%s: of %s only the signature differs", news.get(OWNER_KEY), signed)
        return DiffResult(
            changes=bool(paths or replaces) or self.acts_on_failure(olds, news),
            replaces=replaces,
            delete_before_replace=self.deletes_before_replace(olds, news) if replaces else None,
        )

    def create(self, props: Props) -> CreateResult:
        """Creates the object once, or takes over the one that ``adopt`` names."""
        props = plain(props)
        made = self._adopt(props) if props.get("adopt") else self.make_once(props)
        owned.make(made.id, self.holder({**props, **made.facts}))
        return CreateResult(made.id, {**props, SUBMITTED: submitted_now(self.api.url), **made.facts})

    def read(self, id_: str, props: Props) -> ReadResult:
        """Reads the live object, and gives its desired-state properties as they are in aiWARE now."""
        recorded = plain(props)
        if READ_KEY in recorded:
            return self._read_only(id_, recorded[READ_KEY])
        owned.add(id_, self.holder(recorded))
        # Not shown yet is not the same as gone.
        grace = self._settings.not_found_grace
        live = looked_for(lambda: self.observe(id_, recorded), f"{self.kind} {id_}", recorded, self.api.url, grace)
        if live is None:
            # Should it be there after all, the look before its creation takes it.
            owned.discard(id_)
            return ReadResult("", {}, {})
        recorded.pop(FAILURE, None)
        recorded |= live.facts
        for key in live.properties.keys() & recorded.keys():
            if self._differs(key, recorded[key], live.properties[key]):
                recorded[key] = live.properties[key]
        if live.failure is not None:
            recorded[FAILURE] = live.failure
        outs = {key: value for key, value in recorded.items() if value is not None}
        inputs = {key: value for key, value in outs.items() if key not in {*self.facts, SUBMITTED}}
        return ReadResult(id_, outs, inputs)

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Changes the object in place; policies are recorded without a call."""
        olds, news = plain(_olds), plain(_news)
        keys = frozenset(str(path[0]) for path in changed_paths(self.schema, olds, news))
        carried = {key: olds[key] for key in {*self.facts, SUBMITTED} if key in olds}
        facts = self.change(_id, olds, news, keys - self.policies)
        return UpdateResult({**news, **carried, **facts})

    def delete(self, _id: str, _props: Props) -> None:
        """Does what ``on_destroy`` says; an object that is gone already is not an error.

        An object that another resource holds as well, or that one took over in this run, stays.
        """
        props = plain(_props)
        holder = self.holder(props)
        if owned.is_needed(_id, holder):
            log.warning("%s %s stays: a resource of this stack holds it", self.kind, _id)
            owned.release(_id, holder)
            return
        try:
            self.remove(_id, props, self.destroy_policy(props))
        except NotFound:
            log.debug("%s %s was gone already", self.kind, _id)
        owned.release(_id, holder)

    # --- how ---------------------------------------------------------------------------------------------------------

    @property
    def api(self) -> Api:
        """The API of the stack's aiWARE."""
        return connect(self._settings)

    @property
    def abilities(self) -> Abilities:
        """What the API of the stack's aiWARE can do; known without a request."""
        return abilities_of(self._settings)

    def with_settings(self, settings: Settings) -> Self:
        """The provider as a provider process has it, for a look at what it says of an object."""
        self._settings = settings
        return self

    def destroy_policy(self, props: Props, default: str = "delete") -> str:
        """What ``on_destroy`` says; an adopted object is retained unless it says otherwise."""
        adopted = props.get("adopt") or props.get(ADOPTED)
        return str(props.get("onDestroy") or ("retain" if adopted else default))

    def holder(self, props: Props) -> Holder:
        """The resource that has these properties, for the register of what is held."""
        return Holder.of(self.type_name, props, called=self.called(props), policy=self.destroy_policy(props))

    def held_already(self, olds: Props, news: Props) -> Iterable[Problem]:
        """An object belongs to one resource: another that holds it is named before anything is done."""
        adopt = news.get("adopt")
        if not isinstance(adopt, str) or adopt == olds.get("adopt"):
            return
        new = self.holder(news)
        other = owned.other_holder(adopt, new, self.holder(olds))
        if other is None:
            owned.add(adopt, new)
        else:
            yield Problem(("adopt",), f"names {self.held_by(adopt, other, new)}")

    def held_by(self, object_id: str, other: Holder, new: Holder) -> str:
        """Says of an object who holds it, and what to do."""
        return (
            f"{self.kind} {object_id}, which {other.urn} of this stack holds already, and an object belongs to one "
            f"resource. {other.how_to_rename(new)}"
        )

    def _read_only(self, object_id: str, asked: str) -> ReadResult:
        """What a program gets of an object that the stack does not hold: nothing may ever be done to it."""
        if self.kind in self.abilities.lacking:
            raise InvalidInput(self.abilities.lacking[self.kind])
        found = self.look_at(object_id)
        if found is not None:
            return ReadResult(object_id, {**found, READ_KEY: FOUND})
        if asked == FOUND:
            # A refresh. If the program still asks for it, that is the error.
            return ReadResult("", {}, {})
        raise NotFound(
            f"aiWARE has no {self.kind} {object_id} that this token can see, so get() cannot read it.",
            remedy="Check the id, and the organization that the token belongs to.",
        )

    @property
    def schema(self) -> Schema:
        """The properties of the entity."""
        return schema_of(self.model)

    def _differs(self, key: str, recorded: Any, live: Any) -> bool:
        """Whether a live value is another than the recorded one, in normal form."""
        return self.schema.normal({key: recorded}).get(key) != self.schema.normal({key: live}).get(key)

    def make_once(self, props: Props) -> Made:
        """Creates the object, unless an earlier attempt did so already."""
        mark = self.mark(props)
        with ownership.turn(self.mistakable(props, mark)):
            started = datetime.now(UTC)
            made = self.find(props, mark, ownership.left_since(self.api, started), lost=False)
            if made is not None:
                said = f"took {self.kind} {made.id}, which an interrupted run of this stack had made already"
                log.warning("%s%s", said, self.other_explanation())
                owned.take_over(made.id, self.holder(props))
            else:
                made = send_once(lambda: self.make(props, mark), lambda: self._found(props, mark, started))
            owned.add(made.id, self.holder(props))
        return made if made.certain else self._taken_over(made)

    def mark(self, props: Props) -> Mark | None:
        """What the resource writes on its object, and knows it by; ``None`` without markers."""
        if not self._settings.markers:
            return None
        # An earlier release's marker is another one, and so are those of its interrupted runs.
        marker, *earlier = ownership.markers(self.schema, props, self.policies | self.secrets)
        holder = self.holder(props)
        return Mark(marker, ownership.resource_hash(holder), frozenset((*earlier, *ownership.earlier_hashes(holder))))

    def _found(self, props: Props, mark: Mark | None, started: datetime) -> Made | None:
        """Looks for what an attempt of just now created."""
        is_marked = self.mistakable(props, mark) is None
        return self.find(props, mark, ownership.created_since(self.api, started, is_marked=is_marked), lost=True)

    def _taken_over(self, made: Made) -> Made:
        """An object that was found to look like the resource's: treated as adopted, in case it is somebody else's."""
        log.warning(
            "took %s %s: the answer to its creation was lost, and it is like what was asked for. It counts as adopted, "
            "so a destroy leaves it unless on_destroy says otherwise",
            self.kind,
            made.id,
        )
        return replace(made, facts={**made.facts, ADOPTED: True})

    def _adopt(self, props: Props) -> Made:
        """Takes over an existing object and brings it to the desired state."""
        object_id = self.adoptable_id(props)
        new = self.holder(props)
        other = owned.other_holder(object_id, new)
        if other is not None:
            raise AdoptionError(f"adopt= names {self.held_by(object_id, other, new)}")
        live = self.observe(object_id, props)
        if live is None:
            raise AdoptionError(
                f"aiWARE has no {self.kind} {object_id} that this token can see, so it cannot be adopted.",
                remedy="Check the id given in adopt=, and the organization that the token belongs to.",
            )
        mismatch = self.mismatch(object_id, props)
        if mismatch:
            raise AdoptionError(
                f"{self.kind} {object_id} cannot be adopted: {mismatch}.",
                remedy="Declare it as it is in aiWARE, or leave adopt= away to create a new object.",
            )
        desired = self.schema.normal({key: props[key] for key in live.properties if key in props})
        actual = self.schema.normal({key: value for key, value in live.properties.items() if key in props})
        paths = sorted({each.path for each in plain_differences(actual, desired)}, key=str)
        fixed = self.replacing(paths, live.properties, props)
        if fixed:
            raise AdoptionError(
                f"{self.kind} {object_id} cannot be adopted: {', '.join(sorted(set(fixed)))} differ from what the "
                "program says, and aiWARE cannot change them in place.",
                remedy="Declare them as they are in aiWARE, or leave adopt= away to create a new object.",
            )
        write_only = {key for key in self.write_only if props.get(key)}
        facts = self.change(object_id, live.properties, props, frozenset({str(path[0]) for path in paths} | write_only))
        owned.take_over(object_id, new)
        return Made(object_id, {**facts, ADOPTED: True})


def plain(props: Mapping[str, Any]) -> Props:
    """Properties as the program gave them: whole numbers again, without the engine's own keys."""
    own = {key: value for key, value in props.items() if key != PROVIDER_KEY}
    plain: Props = whole_numbers(own)
    return plain


def is_moved(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Whether a resource is to be in the aiWARE of another provider, which has none of its object.

    Pulumi asks the dynamic provider whether that takes a new object, and takes its silence for a no.
    """
    return bool(olds.get(PROVIDER_NAME) != news.get(PROVIDER_NAME))


def _is_recorded(problem: Problem, olds: Props, inputs: Props) -> bool:
    """Whether a value that is wrong in itself is the one of the last run."""
    key = str(problem.path[0]) if problem.path else ""
    return key in olds and olds[key] == inputs.get(key)


def _names_another(adopt: Any, object_id: str, before: Any) -> bool:
    """Whether ``adopt`` now names another object than the resource holds."""
    return isinstance(adopt, str) and adopt != object_id and adopt != before


__all__ = ["ADOPTED", "FAILURE", "INTERNAL_PREFIX", "EntityProvider", "Made", "Observed", "Props"]
