"""The properties that an entity may have: checking what a program says, and the normal form for comparing it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from aiware_resources.reconcile.addresses import unsigned
from aiware_resources.reconcile.paths import Path, is_within
from aiware_resources.text.words import did_you_mean

INTERNAL_PREFIX = "__"
"""Keys that the engine and this library keep for themselves, and that displays hide, start so."""


class ApiModel(BaseModel):
    """Base of everything that goes into aiWARE: snake_case in Python, the API's camelCase in state and on the wire."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=False, validate_by_alias=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, values: Any) -> Any:
        """An optional property that is null counts as left out, as it does for aiWARE."""
        if not isinstance(values, dict) or None not in values.values():
            return values
        known = {field.alias for field in cls.model_fields.values()}
        return {key: value for key, value in values.items() if value is not None or key not in known}

    @classmethod
    def canonical(cls, normal: dict[str, Any]) -> dict[str, Any]:
        """What the normal form of several properties together is, where it is more than that of each."""
        return normal

    @classmethod
    def first_form(cls, normal: dict[str, Any]) -> dict[str, Any]:
        """The same as the releases before form 2 had it. What they left is known by it, so it never changes."""
        return normal

    @classmethod
    def side_by_side(cls, old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Properties that differ, put so that what differs in them is found at the places of the new ones."""
        return old, new

    @classmethod
    def problems_together(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """What is wrong with properties that are each fine by themselves.

        Args:
            values: Validated values of the properties that are fine and complete, by the API's names.
        """
        yield from ()


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a resource's properties.

    Attributes:
        path: Where.
        reason: What is wrong, and what to do about it.
    """

    path: Path
    reason: str

    @property
    def sentence(self) -> str:
        """The reason as the end of a sentence."""
        return self.reason if self.reason.endswith((".", "?")) else f"{self.reason}."


class Schema:
    """The properties of one entity, taken from its desired-state model."""

    def __init__(self, model: type[ApiModel]) -> None:
        self._model = model

    @cached_property
    def properties(self) -> frozenset[str]:
        """The names of all properties, in camelCase."""
        return frozenset(self._adapters)

    @cached_property
    def _adapters(self) -> dict[str, TypeAdapter[Any]]:
        return {
            field.alias or name: TypeAdapter(_annotation(field.annotation, field.metadata))
            for name, field in self._model.model_fields.items()
        }

    def _inner_names(self, key: str) -> frozenset[str]:
        """The names that a property may have inside, at any depth."""
        field = next(field for name, field in self._model.model_fields.items() if (field.alias or name) == key)
        return frozenset(_names(field.annotation, frozenset()))

    @cached_property
    def _required(self) -> list[str]:
        return [field.alias or name for name, field in self._model.model_fields.items() if field.is_required()]

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        fields = self._model.model_fields.items()
        return {
            field.alias or name: field.get_default(call_default_factory=True)
            for name, field in fields
            if not field.is_required()
        }

    def validate(self, props: Mapping[str, Any], unknown: frozenset[Path]) -> tuple[dict[str, Any], list[Problem]]:
        """Checks every known property.

        Args:
            props: The properties without their unknown parts.
            unknown: The paths of the unknown parts; a failure at or below one of them is none.

        Returns:
            The validated values of the properties that are fine and complete, and the problems of the others.
        """
        values: dict[str, Any] = {}
        problems = [
            Problem((key,), "is missing") for key in self._required if key not in props and (key,) not in unknown
        ]
        for key, value in props.items():
            if key.startswith(INTERNAL_PREFIX) or value is None:
                continue
            if key not in self._adapters:
                problems.append(Problem((key,), _no_such(key, self.properties)))
                continue
            try:
                values[key] = self._adapters[key].validate_python(value)
            except ValidationError as error:
                found = list(_problems(key, error, value, self._inner_names(key)))
                problems += [problem for problem in found if not is_within(problem.path, unknown)]
        problems += self._model.problems_together(values)
        return values, problems

    def normal(self, props: Mapping[str, Any]) -> dict[str, Any]:
        """The properties in normal form: what means the same is the same.

        Defaults are filled in, spellings leveled, what has no order is in the one order, addresses go without their
        signatures, and there is nothing that is null. A value that does not validate stays as it is, so that a live
        object with an odd value can still be compared.

        This is form 2. Markers and fingerprints are made of it, so it changes only together with a further form in
        `earlier_forms`.
        """
        return self._form(self.leveled(props))

    def earlier_forms(self, props: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The properties in the normal forms of earlier releases, newest first: what they left is known by these."""
        yield self._model.first_form(self.leveled(props))

    def leveled(self, props: Mapping[str, Any]) -> dict[str, Any]:
        """The properties with defaults filled in and spellings leveled, each by itself."""
        given = {key: self._leveled(key, value) for key, value in props.items() if key in self.properties}
        return {**self._leveled_defaults, **{key: value for key, value in given.items() if value is not None}}

    @cached_property
    def _leveled_defaults(self) -> dict[str, Any]:
        """The defaults that are not null, leveled: found out once, since each entry of a fleet asks for them."""
        leveled = {key: self._leveled(key, None) for key in self.properties}
        return {key: value for key, value in leveled.items() if value is not None}

    def differing(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The properties that differ in normal form, of each side, put so that they can be compared place by place."""
        if self._are_written_alike(old, new):
            return {}, {}
        before, after = self.leveled(old), self.leveled(new)
        was, will = self._form(before), self._form(after)
        if was == will:
            return {}, {}
        keys = {key for key in was.keys() | will.keys() if was.get(key) != will.get(key)}
        sides = self._model.side_by_side(before, after)
        left, right = ({key: unsigned(side[key]) for key in keys & side.keys()} for side in sides)
        return left, right

    def _are_written_alike(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """Whether the properties are equal as they are: most are, and to put them in normal form takes long.

        Not by Python's own comparison, for which true is 1.
        """
        left, right = (
            json.dumps({key: side[key] for key in self.properties & side.keys()}, sort_keys=True, default=repr)
            for side in (old, new)
        )
        return left == right

    def _form(self, leveled: dict[str, Any]) -> dict[str, Any]:
        form: dict[str, Any] = self._model.canonical(unsigned(leveled))
        return form

    def _leveled(self, key: str, value: Any) -> Any:
        value = self._defaults.get(key) if value is None else value
        if value is None:
            return None
        adapter = self._adapters[key]
        try:
            valid = adapter.validate_python(value)
        except ValidationError:
            return value
        return adapter.dump_python(valid, mode="json", by_alias=True, exclude_none=True)


_OBJECT = "must be an object"
_REASONS = {
    "missing": "is missing",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "list_type": "must be a list",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
}
"""Plain words for what pydantic finds, where its own speak of Python."""


def _annotation(annotation: Any, metadata: list[Any]) -> Any:
    return Annotated[annotation, *metadata] if metadata else annotation


def _names(annotation: Any, above: frozenset[Any]) -> Iterator[str]:
    for inner in get_args(annotation):
        yield from _names(inner, above)
    if isinstance(annotation, type) and issubclass(annotation, ApiModel) and annotation not in above:
        for name, field in annotation.model_fields.items():
            yield field.alias or name
            yield from _names(field.annotation, above | {annotation})


def _problems(key: str, error: ValidationError, value: Any, names: frozenset[str]) -> Iterator[Problem]:
    reasons: dict[Path, list[str]] = {}
    for details in error.errors(include_url=False, include_input=False):
        reasons.setdefault(_path(key, details, value), []).append(_reason(details, names))
    for path, found in reasons.items():
        # A value that may be one of several things has a reason for each.
        yield Problem(path, ", or ".join(dict.fromkeys(found)))


def _path(key: str, details: ErrorDetails, value: Any) -> Path:
    """The path in the user's own value: pydantic's location also names union members, which are not a part of it."""
    path: list[str | int] = [key]
    for step in details["loc"]:
        inside_dict = isinstance(value, dict) and isinstance(step, str)
        inside_list = isinstance(value, list) and isinstance(step, int)
        missing_here = details["type"] == "missing" and step == details["loc"][-1]
        if inside_dict and (step in value or missing_here):
            path.append(step)
            value = value.get(step)
        elif inside_list and int(step) < len(value):
            path.append(step)
            value = value[int(step)]
    return tuple(path)


def _reason(details: ErrorDetails, names: frozenset[str]) -> str:
    kind, message = details["type"], details["msg"]
    if kind == "extra_forbidden":
        return _no_such(str(details["loc"][-1]), names)
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind in {"literal_error", "enum"}:
        return f"must be {details['ctx']['expected']}"
    return _REASONS.get(kind, re.sub(r"^\w+ should ", "must ", message))


def _no_such(key: str, known: frozenset[str]) -> str:
    return f"is not known here: {did_you_mean(key, known, 'check its spelling')}"
