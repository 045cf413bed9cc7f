"""What a reference page has to say of an entity, taken from its resource class, its model and its provider."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

import aiware_resources
from aiware_resources.reconcile import ApiModel, ByteSize, EntityProvider, EntityResource, Timestamp
from tests.support.entities import Entity

NO_ARGUMENTS = ("self", "resource_name", "opts")
BAR = "\\|"
"""A bar that does not end a cell."""


@dataclass(frozen=True)
class Argument:
    """A row of the table of arguments.

    Attributes:
        name: The Python name.
        kind: Its type, and whether it is required.
        change: What a change does: `in place`, `replaces`, `next run`, `policy`.
    """

    name: str
    kind: str
    change: str

    def row(self) -> str:
        """The row as it stands in a page, without the meaning."""
        kind, comma, required = self.kind.partition(", ")
        return f"| `{self.name}` | `{kind.replace('|', BAR)}`{comma}{required} | {self.change} | ... |"


def arguments(entity: Entity) -> list[Argument]:
    """The arguments of a resource, in the order of its signature."""
    parameters = inspect.signature(entity.resource).parameters
    return [
        _argument(entity, name, is_required=parameter.default is inspect.Parameter.empty)
        for name, parameter in parameters.items()
        if name not in NO_ARGUMENTS
    ]


def nested(entity: Entity) -> dict[str, dict[str, str]]:
    """The nested arguments of a resource: for each `...Args`, the type of every key."""
    models = dict.fromkeys(_models_of(entity.provider.model))
    return {f"{model.__name__}Args": _keys(model) for model in models}


def outputs(entity: Entity) -> list[str]:
    """The outputs that a resource class declares."""
    own = [each for each in entity.resource.__mro__ if each.__module__.startswith("aiware_resources.")]
    classes = [each for each in own if each is not EntityResource]
    return [name for each in classes for name in inspect.get_annotations(each) if not name.startswith("_")]


def _argument(entity: Entity, name: str, *, is_required: bool) -> Argument:
    provider: EntityProvider = entity.provider()
    field = provider.model.model_fields.get(name)
    if field is None:
        # Not a property of its own: it stands for several, and a change of it is a change of theirs.
        return Argument(name, name.capitalize(), "replaces")
    kind = describe(field.annotation, field.metadata) + (", required" if is_required else "")
    return Argument(name, kind, _change(provider, field.alias or name))


def _change(provider: EntityProvider, key: str) -> str:
    if key in provider.policies:
        return "policy"
    if key in provider.replaces:
        return "replaces"
    return "next run" if provider.without_effect([(key,)]) else "in place"


def _keys(model: type[ApiModel]) -> dict[str, str]:
    """The keys that a program may give; a model can have more, which the library fills in."""
    arguments = getattr(aiware_resources, f"{model.__name__}Args")
    declared = arguments.__required_keys__ | arguments.__optional_keys__
    return {name: _kind(field) for name, field in model.model_fields.items() if name in declared}


def _kind(field: FieldInfo) -> str:
    return describe(field.annotation, field.metadata) + (", required" if field.is_required() else "")


def describe(annotation: Any, metadata: Any = ()) -> str:
    """A type as the pages write it: `list[TaskArgs]`, `"a" | "b"`, `time`, `size`."""
    if _marks(Timestamp) in metadata:
        return "time"
    if _marks(ByteSize) in metadata:
        return "size"
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return describe(inner[0], inner[1:])
    if origin in {Union, UnionType}:
        return " | ".join(describe(each) for each in inner if each is not NoneType)
    if origin is Literal:
        return " | ".join(f'"{each}"' for each in inner)
    if origin is list:
        return f"list[{describe(inner[0])}]"
    if annotation is Any:
        return "any JSON"
    if isinstance(annotation, type) and issubclass(annotation, ApiModel):
        return f"{annotation.__name__}Args"
    return str((origin or annotation).__name__)


def _marks(kind: Any) -> Any:
    """What tells an annotated type from others with the same Python type: the validator that reads it."""
    return get_args(kind)[1]


def _models_of(model: type[ApiModel], above: frozenset[type[ApiModel]] = frozenset()) -> Iterator[type[ApiModel]]:
    """The models inside a model, at any depth; one that holds itself is met once."""
    for field in model.model_fields.values():
        for kind in _parts(field.annotation):
            if isinstance(kind, type) and issubclass(kind, ApiModel) and kind not in above:
                yield kind
                yield from _models_of(kind, above | {kind})


def _parts(annotation: Any) -> Iterator[Any]:
    inner = get_args(annotation)
    if inner and get_origin(annotation) is not Literal:
        for each in inner:
            yield from _parts(each)
    else:
        yield annotation
