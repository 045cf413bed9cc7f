"""The entities that the library has, found by looking through its modules."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import aiware_resources
from aiware_resources.reconcile import EntityProvider, EntityResource


@dataclass(frozen=True)
class Entity:
    """A kind of aiWARE object that a program can declare.

    Attributes:
        name: The resource class's name, such as `TemporalDataObject`.
        module: The module that holds it, without the package: `temporal_data_object`.
        resource: The resource class.
        provider: The provider class beside it.
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
    """Every entity, in the order of the modules' names."""
    names = [module.name for module in pkgutil.iter_modules(aiware_resources.__path__)]
    modules = [importlib.import_module(f"aiware_resources.{name}") for name in names]
    return [_entity(module, resource) for module in modules for resource in _classes(module, EntityResource)]


def _entity(module: ModuleType, resource: type[Any]) -> Entity:
    providers = _classes(module, EntityProvider)
    if len(providers) != 1:
        raise TypeError(f"{module.__name__} must hold one provider beside {resource.__name__}, not {providers}")
    return Entity(resource.__name__, module.__name__.rpartition(".")[2], resource, providers[0])


def _classes(module: ModuleType, base: type[Any]) -> list[type[Any]]:
    """The classes that are defined in a module itself and derive from another."""
    return [
        item
        for _, item in inspect.getmembers(module, inspect.isclass)
        if issubclass(item, base) and item is not base and item.__module__ == module.__name__
    ]
