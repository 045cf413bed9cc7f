"""The arguments of constructors, and the way from Python's names to the API's.

What there is to give, what it means and what is required is one typed list (PEP 692) for each constructor. A type
checker holds a program to it. At run time Python takes any keyword, so what is written wrong is refused here.

Arguments are snake_case in Python, nested ones too; properties in state, previews and requests are the API's own
camelCase. Which keys are names and which are somebody's data (the keys of a payload) only the model knows, so the
translation follows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pulumi
from pydantic.alias_generators import to_camel, to_snake

from aiware_resources.reconcile.schema import ApiModel
from aiware_resources.text.times import format_time, parse_time
from aiware_resources.text.words import did_you_mean


def api_properties(model: type[ApiModel], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Translates a resource's arguments.

    Args:
        model: The entity's desired-state model.
        arguments: Python arguments; ``None`` means not given. Values may be or contain Outputs at any depth.

    Returns:
        Properties under the API's names.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    return {_key(model, name): _value(_annotation(model, name), value) for name, value in given.items()}


def python_arguments(model: type[ApiModel], properties: Mapping[str, Any]) -> dict[str, Any]:
    """Translates properties back, as far as the model knows them.

    Args:
        model: The entity's desired-state model.
        properties: Properties under the API's names; what is null is left out.
    """
    names = {field.alias or name: name for name, field in model.model_fields.items()}
    return {
        names.get(key, key): _argument(_annotation(model, names.get(key, key)), value)
        for key, value in properties.items()
        if value is not None
    }


def _argument(annotation: Any, value: Any) -> Any:
    for kind in _alternatives(annotation):
        if isinstance(value, Mapping) and isinstance(kind, type) and issubclass(kind, ApiModel):
            return python_arguments(kind, value)
        if isinstance(value, list) and get_origin(kind) is list:
            return [_argument(get_args(kind)[0], item) for item in value]
    return value


@cache
def python_name(key: str) -> str:
    """The Python name of a property."""
    return key if key.startswith("_") else to_snake(key)


@cache
def _key(model: type[ApiModel], name: str) -> str:
    field = model.model_fields.get(to_snake(name))
    return field.alias if field and field.alias else to_camel(name)


@cache
def _annotation(model: type[ApiModel], name: str) -> Any:
    field = model.model_fields.get(to_snake(name))
    return field.annotation if field else None


def _value(annotation: Any, value: Any) -> Any:
    if isinstance(value, pulumi.Output):
        return value.apply(lambda resolved: _value(annotation, resolved))
    for kind in _alternatives(annotation):
        if kind is datetime and isinstance(value, date):
            # Pulumi carries text only.
            return format_time(parse_time(value))
        if isinstance(value, Mapping) and isinstance(kind, type) and issubclass(kind, ApiModel):
            return api_properties(kind, value)
        if isinstance(value, list | tuple) and get_origin(kind) is list:
            return [_value(get_args(kind)[0], item) for item in value]
    return value


def _alternatives(annotation: Any) -> list[Any]:
    """The members of a union, without their annotations."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return [kind for member in get_args(annotation) for kind in _alternatives(member)]
    return [annotation]


@cache
def arguments_in(args: type) -> Mapping[str, bool]:
    """The arguments in a list, in its order, and whether each is required.

    Args:
        args: The list, a ``TypedDict``.
    """
    # The annotations are text, which __required_keys__ does not look into, and pulumi.Input cannot be evaluated.
    return {name: hint.__forward_arg__.startswith("Required[") for name, hint in args.__annotations__.items()}


def check_arguments(what: str, args: type, given: Mapping[str, Any]) -> None:
    """Checks that a constructor is called as its list says.

    Args:
        what: What is made, for errors: ``Cluster``.
        args: The list.
        given: The arguments.

    Raises:
        TypeError: When an argument is not in the list, or a required one is missing.
    """
    known = arguments_in(args)
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known, "check its spelling.")
            raise TypeError(f"{what}() got an unexpected keyword argument '{name}': {hint}")
    missing = [f"'{name}'" for name, is_required in known.items() if is_required and name not in given]
    if missing:
        raise TypeError(f"{what}() is missing required keyword arguments: {', '.join(missing)}")
