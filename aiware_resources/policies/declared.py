"""A resource as a policy sees it, and what a policy says about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pulumi.output import Unknown

from aiware_resources.entities import entity_of
from aiware_resources.fleet.entity import FleetEntity
from aiware_resources.fleet.entries import MEDIA, TEMPLATE, is_unknown, jobs_of
from aiware_resources.job import JobProvider
from aiware_resources.reconcile.entity import Entity
from aiware_resources.reconcile.paths import Path, text
from aiware_resources.report.pulumi_json import STACK, State, name_of, type_of


@dataclass(frozen=True)
class Objection:
    """What speaks against a resource.

    Attributes:
        says: The resource, what is wrong, and what to do.
        is_known: Whether it is so; otherwise a value is not known yet, and only the update can tell.
    """

    says: str
    is_known: bool = True


@dataclass(frozen=True)
class Declared:
    """A resource that a program declares.

    Attributes:
        urn: Its URN.
        type: Its type, such as ``pulumi-python:dynamic/aiware:Job``.
        properties: Its properties under the API's names, without Pulumi's own; what a preview does not know yet is an
            ``Unknown``.
        is_protected: Whether Pulumi refuses to delete it.
        aliases: The URNs that it had before, where it was moved or renamed.
    """

    urn: str
    type: str
    properties: Mapping[str, Any]
    is_protected: bool = False
    aliases: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        urn: str,
        type_: str,
        inputs: Mapping[str, Any],
        *,
        is_protected: bool = False,
        aliases: Sequence[str] = (),
    ) -> Declared:
        """Reads what the engine sends of it."""
        return cls(urn, type_, State(type=type_, inputs=dict(inputs)).inputs, is_protected, aliases)

    @cached_property
    def entity(self) -> Entity:
        """What it is in aiWARE; a bare entity for a resource of another package."""
        return entity_of(self.type)

    @property
    def is_stack(self) -> bool:
        """Whether it is the stack itself, which is declared before anything else."""
        return self.type == STACK

    @property
    def is_ours(self) -> bool:
        """Whether it is an object in aiWARE."""
        return self.entity.schema is not None

    @property
    def is_fleet(self) -> bool:
        """Whether it stands for many jobs."""
        return isinstance(self.entity, FleetEntity)

    @property
    def place(self) -> tuple[str, str]:
        """Its project and its stack."""
        stack, project = self.urn.removeprefix("urn:pulumi:").split("::")[:2]
        return project, stack

    @property
    def called(self) -> str:
        """What people call it: ``Job city-council``."""
        return called(self.urn)

    def objection(self, says: str) -> Objection:
        """Something that speaks against it."""
        return Objection(f"{self.called}: {says}")

    def not_known(self, where: str) -> Objection:
        """Something that a preview cannot tell."""
        return Objection(f"{self.called}: {where} is not known yet, so `pulumi up` checks it", is_known=False)

    def jobs(self) -> Iterator[Part]:
        """The jobs that it stands for; none, one, or one for each entry of a fleet."""
        if self.is_fleet:
            if is_unknown(self.properties):
                where = MEDIA if isinstance(self.properties.get(MEDIA), Unknown) else TEMPLATE
                yield Part({where: self.properties[where]})
            else:
                yield from (Part(job, key) for key, job in jobs_of(self.properties))
        elif isinstance(self.entity, JobProvider):
            yield Part(self.properties)


@dataclass(frozen=True)
class Part:
    """The properties of a job.

    Attributes:
        properties: As a ``Job`` or ``SingleEngineJob`` has them.
        entry: The key of the fleet's entry that asks for it; empty for a job that is a resource.
    """

    properties: Mapping[str, Any]
    entry: str = ""

    def where(self, path: Path) -> str:
        """Names a place in it."""
        return f"{text(path)} of the entry {self.entry}" if self.entry else text(path)


def called(urn: str) -> str:
    """What people call a resource: ``Job city-council``."""
    return f"{type_of(urn)} {name_of(urn)}"


def shortened(objections: Iterable[Objection], most: int = 5) -> Iterator[Objection]:
    """The first ones of many, of a fleet of thousands for one; of the others, how many there are."""
    found = list(objections)
    for is_known in (True, False):
        same = [each for each in found if each.is_known is is_known]
        yield from same[: most - 1] if len(same) > most else same
        if len(same) > most:
            yield replace(same[most - 1], says=f"{same[most - 1].says} (and {len(same) - most:,} more like this)")
