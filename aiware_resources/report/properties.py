"""Which properties of a resource change, as its provider counts change, at the places where people look for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

from pulumi.output import Unknown

from aiware_resources.reconcile import ApiModel, EntityProvider, Path, is_within, path_text
from aiware_resources.reconcile.compare import ABSENT, Difference, differences, plain_differences, value_at
from aiware_resources.reconcile.entity import Entity, PropertyChange
from aiware_resources.reconcile.unknowns import NOT_KNOWN
from aiware_resources.reconcile.values import OrderFree
from aiware_resources.report.masking import SECRET, has_secret, masked

_SORTED = get_args(OrderFree[list[str]])[1]
"""What tells a list whose order does not matter from others."""

REPLACES = "replaces"

ROUTES = "routes"
"""Compared in an order of their own, so their numbers are not those of the program."""


def found_differences(entity: Entity, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """What differs, each path once, in the order of the properties' names."""
    if entity.entries is not None:
        old, new = ({key: value for key, value in side.items() if key != entity.entries} for side in (old, new))
    found = differences(entity.schema, old, new) if entity.schema else _plain_differences(old, new)
    by_path = {each.path: each for each in found}
    return [by_path[path] for path in sorted(by_path, key=_in_order)]


def property_changes(
    entity: Entity, old: Mapping[str, Any], new: Mapping[str, Any], paths: Iterable[Path]
) -> tuple[PropertyChange, ...]:
    """Changes of properties, for people: with the values as the program spells them.

    Args:
        kind: The entity of resource.
        old: Its properties now.
        new: Its properties then.
        paths: The paths that differ.
    """
    shown = dict.fromkeys(_place(entity, path, old, new) for path in paths)
    noted = {place: _note(entity, place, old, new) for place in shown}
    if REPLACES in noted.values():
        # It is made again, with all of them.
        noted = {place: note if note == REPLACES else "" for place, note in noted.items()}
    return tuple(
        PropertyChange(path_text(place), *_veiled(_value(entity, old, place), _value(entity, new, place)), note)
        for place, note in noted.items()
    )


def declared(entity: Entity, inputs: Mapping[str, Any]) -> tuple[PropertyChange, ...]:
    """The properties of a new resource; those left out are shown elsewhere."""
    shown = entity.shown(inputs)
    return tuple(
        PropertyChange(key, ABSENT, _value(entity, shown, (key,))) for key, value in shown.items() if value is not None
    )


def entry_changes(entity: Entity, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[PropertyChange, ...]:
    """How the values of entries change, without their secrets."""
    return tuple(
        replace(each, old=masked(each.old, entity.secrets), new=masked(each.new, entity.secrets))
        for each in entity.entry_changes(old, new)
    )


def unknown_paths(value: Any, above: Path = ()) -> Iterator[Path]:
    """The places that only an update can tell."""
    if isinstance(value, Unknown):
        yield above
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from unknown_paths(item, (*above, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from unknown_paths(item, (*above, index))


def overlaps(path: Path, others: Iterable[Path]) -> bool:
    """Whether a path lies within one of the others, or one of them within it."""
    return any(is_within(path, [other]) or is_within(other, [path]) for other in others)


def _place(entity: Entity, path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> Path:
    """Where a difference is shown: lists of plain values, and lists that grow or shrink, are shown whole."""
    if path[0] in _whole(entity):
        return path[:1]
    for length in range(1, len(path)):
        before, after = value_at(old, path[:length]), value_at(new, path[:length])
        if isinstance(before, list) and isinstance(after, list):
            plain = not any(isinstance(item, dict | list) for item in [*before, *after])
            if plain or len(before) != len(after):
                return path[:length]
    return path


def _whole(entity: Entity) -> frozenset[str]:
    return frozenset({ROUTES}) | _order_free(entity.model) if isinstance(entity, EntityProvider) else frozenset()


def _order_free(model: type[ApiModel]) -> frozenset[str]:
    fields = model.model_fields.items()
    return frozenset(field.alias or name for name, field in fields if _is_order_free(field.annotation, field.metadata))


def _is_order_free(annotation: Any, metadata: Iterable[Any] = ()) -> bool:
    return _SORTED in metadata or any(part == _SORTED or _is_order_free(part) for part in get_args(annotation))


def _note(entity: Entity, path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if path[0] in entity.policies:
        return "recorded only"
    if entity.replacing([path], dict(old), dict(new)):
        return REPLACES
    return "takes effect when it runs next" if entity.without_effect([path]) else ""


def _value(entity: Entity, properties: Mapping[str, Any], path: Path) -> Any:
    return value_at(masked(dict(properties), entity.secrets), path)


def _veiled(old: Any, new: Any) -> tuple[Any, Any]:
    """Two values, neither of which tells what is secret in the other: a list may hold it at another place."""
    lists = isinstance(old, list) and isinstance(new, list)
    return (SECRET, SECRET) if lists and has_secret(old) != has_secret(new) else (old, new)


def _plain_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Differences of a resource that is none of this library's."""
    unknown = list(unknown_paths(dict(new)))
    for path in unknown:
        yield Difference(path, value_at(old, path), NOT_KNOWN)
    yield from (each for each in plain_differences(dict(old), dict(new)) if not overlaps(each.path, unknown))


def _in_order(path: Path) -> list[tuple[int, int, str]]:
    """Numbers in lists count as numbers."""
    return [(0, step, "") if isinstance(step, int) else (1, 0, step) for step in path]
