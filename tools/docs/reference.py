"""The reference, in Markdown: what resources and settings take and give, from models, argument lists, docstrings."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Literal, get_origin

from pydantic.fields import FieldInfo

import aiware_resources
from aiware_resources import components
from aiware_resources.reconcile import ApiModel, EntityProvider, EntityResource
from aiware_resources.reconcile.naming import arguments_in
from aiware_resources.settings import Settings
from aiware_resources.settings.keys import key_of, variable_of
from tools.docs.entities import Entity
from tools.docs.markdown import NONE, code, table
from tools.docs.wording import default_told, described, introduction, kind, models_of


def arguments(entity: Entity) -> str:
    """The arguments of a resource, in the order of their list, and below them what those hold."""
    head = ("argument", "type", "default", "change", "meaning")
    parts = [table(head, _arguments(entity))]
    for model in dict.fromkeys(models_of(entity.provider.model)):
        parts += [f"### {model.__name__}Args", *_nested(model)]
    return "\n\n".join(parts)


def outputs(entity: Entity) -> str:
    """The outputs of a resource that are not merely its arguments."""
    return table(("output", "type", "meaning"), _outputs(entity))


def component(made: type[components.Component]) -> str:
    """The arguments of a component, in the order of their list, and its outputs."""
    meaning = described(made.args)
    required = arguments_in(made.args)
    rows = [
        (
            code(name),
            code(_written(hint.__forward_arg__).removesuffix(" | None")),
            _told_default(required[name], meaning[name]),
            meaning[name],
        )
        for name, hint in made.args.__annotations__.items()
    ]
    outputs = [
        (code(name), code(_written(str(inspect.get_annotations(made)[name]))), told)
        for name, told in described(made).items()
    ]
    return "\n\n".join(
        (
            table(("argument", "type", "default", "meaning"), rows),
            table(("output", "type", "meaning"), outputs),
        )
    )


def settings() -> str:
    """Every setting, with its variable of the environment."""
    meaning = described(Settings)
    rows = [
        (code(key_of(name)), code(variable_of(name)), _setting_kind(field), _default(field), meaning[name])
        for name, field in Settings.model_fields.items()
    ]
    return table(("setting", "environment", "type", "default", "meaning"), rows)


def keys(model: type[ApiModel]) -> str:
    """The keys of a list in a stack's file."""
    meaning = described(model)
    rows = [
        (code(field.alias or name), _kind(field), _key_default(field, meaning[name]), meaning[name])
        for name, field in model.model_fields.items()
    ]
    return table(("key", "type", "default", "meaning"), rows)


def _arguments(entity: Entity) -> Iterator[tuple[str, ...]]:
    meaning = described(entity.resource.args)
    provider: EntityProvider = entity.resource.provider()
    for name, is_required in arguments_in(entity.resource.args).items():
        field = provider.model.model_fields.get(name)
        told = meaning[name].removesuffix(" Replaces.")
        if field is None:
            # Not a property of its own: it stands for several, and a change of it is a change of theirs.
            yield code(name), code(name.capitalize()), NONE, "replaces", told
        else:
            default = "required" if is_required else _default(field, told)
            yield code(name), _kind(field), default, _change(provider, field.alias or name), told


def _told_default(is_required: bool, told: str) -> str:
    words = default_told(told)
    return "required" if is_required else code(words) if words else NONE


def _written(annotation: str) -> str:
    """A type of a component's argument or output, as a program sees it."""
    plain = re.sub(r"pulumi\.(Input|Output|(?=ResourceOptions))|Required|pipelines\.", "", annotation)
    while (fewer := re.sub(r"(?<![\w\]])\[((?:[^\[\]]|\[[^\[\]]*\])*)\]", r"\1", plain)) != plain:
        plain = fewer
    return re.sub(r"\w+", lambda found: _TYPES.get(found[0]) or _literal(found[0]), plain)


_TYPES = {"Any": "any JSON", "PointInTime": "time", "Payload": "dict", "Sequence": "list"}


def _literal(name: str) -> str:
    """A type with a name, as its values where it has some."""
    found = getattr(components, name, None)
    return kind(found) if get_origin(found) is Literal else name


def _change(provider: EntityProvider, key: str) -> str:
    if key in provider.policies:
        return "policy"
    if key in provider.replaces:
        return "replaces"
    return "next run" if provider.without_effect([(key,)]) else "in place"


def _nested(model: type[ApiModel]) -> Iterator[str]:
    """What is said of a nested argument; a model can have more keys, which the library fills in."""
    written = getattr(aiware_resources, f"{model.__name__}Args")
    declared, meaning = written.__required_keys__ | written.__optional_keys__, described(written)
    rows = [
        (code(name), _kind(field), _key_default(field, meaning[name]), meaning[name])
        for name, field in model.model_fields.items()
        if name in declared
    ]
    yield introduction(written)
    yield table(("key", "type", "default", "meaning"), rows)


def _outputs(entity: Entity) -> Iterator[tuple[str, ...]]:
    own = [each for each in entity.resource.__mro__ if each.__module__.startswith("aiware_resources.")]
    for declaring in [each for each in own if each is not EntityResource]:
        annotations, meaning = inspect.get_annotations(declaring), described(declaring)
        for name in [each for each in meaning if each in annotations]:
            given = re.sub(r"^pulumi\.Output\[(.*)\]$", r"\1", str(annotations[name]))
            yield code(name), code(given), meaning[name]


def _kind(field: FieldInfo) -> str:
    """The type of a field; one that is described below leads there."""
    written = kind(field.annotation, field.metadata)
    held = re.search(r"\w+Args", written)
    return f"[{code(written)}](#{held[0].lower()})" if held else code(written)


def _setting_kind(field: FieldInfo) -> str:
    written = kind(field.annotation, field.metadata)
    names = {"SecretStr": "str", "float": "number", "int": "whole number", "ByteSize": "size", "tuple": "object"}
    return code(names.get(written, written))


def _key_default(field: FieldInfo, told: str) -> str:
    return "required" if field.is_required() else _default(field, told)


def _default(field: FieldInfo, told: str = "") -> str:
    value = field.get_default(call_default_factory=True) if not field.is_required() else None
    if isinstance(value, bool | int | str):
        return code(value if isinstance(value, str) else json.dumps(value))
    if isinstance(value, float):
        return code(f"{value:g}")
    if isinstance(value, list) and value:
        return code(json.dumps(value))
    words = default_told(told)
    return code(words) if words else NONE
