"""Which entity of the library a Pulumi type is."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass
from functools import cache

import aiware_resources
from aiware_resources.export_request import ExportProvider
from aiware_resources.job import JobProvider
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.reconcile import EntityProvider, EntityResource, Schema
from aiware_resources.reconcile.provider import schema_of

PREFIX = "pulumi-python:dynamic/aiware:"
OTHER = "other resource"


@dataclass(frozen=True)
class Kind:
    """A kind of resource.

    Attributes:
        name: Its type without the package: ``Job``.
        noun: What people call one.
        provider: The provider that knows its properties; ``None`` for a resource of another package.
    """

    name: str
    noun: str
    provider: EntityProvider | None

    @property
    def schema(self) -> Schema | None:
        """The properties of the entity."""
        return schema_of(self.provider.model) if self.provider else None

    @property
    def is_fleet(self) -> bool:
        """Whether it stands for many jobs, and is compared entry by entry."""
        return isinstance(self.provider, JobFleetProvider)

    @property
    def secrets(self) -> frozenset[str]:
        """Properties that are secret whatever the program says."""
        return self.provider.secrets if self.provider else frozenset()


def kind_of(type_: str) -> Kind:
    """The kind of a Pulumi type, such as ``pulumi-python:dynamic/aiware:Job``."""
    if type_.startswith(PREFIX) and (found := _entities().get(type_.removeprefix(PREFIX))):
        return found
    return Kind(type_.rpartition(":")[2], OTHER, None)


@cache
def _entities() -> dict[str, Kind]:
    resources = [item for name in aiware_resources.__all__ if _is_resource(item := getattr(aiware_resources, name))]
    return {resource.__name__: _kind(resource) for resource in resources}


def _is_resource(item: object) -> bool:
    return inspect.isclass(item) and issubclass(item, EntityResource)


def _kind(resource: type[EntityResource]) -> Kind:
    """The provider of an entity stands beside it, in the same file."""
    module = sys.modules[resource.__module__]
    (provider,) = (
        item
        for _, item in inspect.getmembers(module, inspect.isclass)
        if issubclass(item, EntityProvider) and item.__module__ == module.__name__
    )
    made: EntityProvider = provider()
    nouns = ((JobProvider, "job"), (ExportProvider, "export"))
    noun = next((noun for of, noun in nouns if isinstance(made, of)), made.kind)
    return Kind(resource.__name__, noun, made)
