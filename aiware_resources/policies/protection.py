"""Stacks in which nothing is deleted or replaced.

A policy is told what an update leaves, not what it deletes. So the refusal is Pulumi's own, of what is protected; the
policies see to it that everything is, in the program and in the state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from aiware_resources.entities import entity_of
from aiware_resources.policies.declared import Declared, Objection, called
from aiware_resources.policies.state import RecordedStack
from aiware_resources.reconcile.entity import Entity, Verb

_RETAIN = "retain"
_NAMED = 5
_OF_FLEETS = ("onDestroy", "onDestroyTarget")


def is_protected(place: tuple[str, str], stacks: Collection[str]) -> bool:
    """Whether nothing may be deleted in a stack.

    Args:
        place: Its project and its name.
        stacks: Names of protected stacks: ``prod``, or ``project/prod``.
    """
    return place[1] in stacks or "/".join(place) in stacks


def objections(resource: Declared, *, may_forget: bool = False) -> Iterator[Objection]:
    """What lets Pulumi delete or replace an object of a protected stack, now or later.

    Args:
        resource: The resource.
        may_forget: Whether Pulumi may delete and replace resources whose objects stay in aiWARE.
    """
    if not resource.is_ours:
        return
    stays = may_forget and not resource.is_fleet and _is_kept(resource.entity, resource.properties)
    if not resource.is_protected and not stays:
        yield resource.objection(
            "is not protected, and nothing may be deleted or replaced in this stack. Declare it with "
            "opts=pulumi.ResourceOptions(protect=True), so that Pulumi refuses to."
        )
    if resource.is_fleet:
        # That an entry is left out changes the fleet in place, which Pulumi does not refuse.
        policies = [resource.properties.get(key) for key in _OF_FLEETS]
        if policies[0] != _RETAIN or policies[1] not in {None, _RETAIN}:
            yield resource.objection(
                "the jobs of entries that leave it, or their TDOs, would be given up, and nothing may be deleted in "
                'this stack. Declare it with on_destroy="retain", and no other on_destroy_target.'
            )


def recorded_objections(recorded: RecordedStack, *, may_forget: bool = False) -> Iterator[Objection]:
    """What Pulumi may delete without asking the policies: objects that the program does not declare any more.

    Args:
        recorded: What the update begins with.
        may_forget: Whether Pulumi may delete and replace resources whose objects stay in aiWARE.
    """
    open_ = [each for each in recorded.by_urn.values() if not each.protect and entity_of(each.type).schema]
    bare = [each.urn for each in open_ if not (may_forget and _is_kept(entity_of(each.type), each.outputs))]
    if bare:
        more = f", and {len(bare) - _NAMED:,} more" if len(bare) > _NAMED else ""
        yield Objection(
            f"The state holds objects that are not protected yet: {', '.join(map(called, bare[:_NAMED]))}{more}. "
            "Pulumi would delete those that the program does not declare any more, and nothing may be deleted in this "
            "stack. Protect them: pulumi state protect --all"
        )


def _is_kept(entity: Entity, properties: Mapping[str, Any]) -> bool:
    """Whether all that it stands for stays in aiWARE when Pulumi deletes it."""
    return all(effect.verb is Verb.FORGET for effect in entity.fate_given_up(dict(properties)).effects)
