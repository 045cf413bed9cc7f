"""The entities that the library has, as the pages and the registry name their parts."""

from __future__ import annotations

from dataclasses import dataclass

from aiware_resources.entities import ENTITIES
from aiware_resources.reconcile import EntityProvider, EntityResource


@dataclass(frozen=True)
class Entity:
    """A kind of aiWARE object that a program can declare.

    Attributes:
        name: The resource class's name, such as `TemporalDataObject`.
        module: The module that holds it, without the package: `temporal_data_object`.
        resource: The resource class.
        provider: Its provider class.
    """

    name: str
    module: str
    resource: type[EntityResource]
    provider: type[EntityProvider]

    @property
    def page(self) -> str:
        """The name of its page in docs/."""
        return f"{self.module.replace('_', '-')}.md"

    @property
    def provider_path(self) -> str:
        """The import path of its provider, as users' states hold it."""
        return f"{self.provider.__module__}.{self.provider.__name__}"


def entities() -> list[Entity]:
    """Every entity, in the order of their names."""
    return [
        Entity(each.__name__, each.__module__.rpartition(".")[2], each, each.provider)
        for each in sorted(ENTITIES, key=lambda each: each.__name__)
    ]
