"""Objects in aiWARE that no stack of the backend owns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aiware_resources.api import Api
from aiware_resources.entities import ENTITIES, entity_of
from aiware_resources.reconcile.entity import Existing


def owned_ids(resources: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The ids of all objects that a stack's state holds: its resources, and what exists because of them."""
    for resource in resources:
        if resource.get("id"):
            yield str(resource["id"])
        yield from entity_of(str(resource.get("type"))).made_with_it(resource.get("outputs") or {})


def unmanaged(api: Api, owned: frozenset[str]) -> list[Existing]:
    """The objects that are none of the owned ones, of the kinds that a stack can lose.

    Args:
        api: Where to look.
        owned: The ids of what stacks own.
    """
    return [each for resource in ENTITIES for each in resource.provider().existing(api) if each.id not in owned]
