"""The template of a fleet: one job, with placeholders, texts that stand for the values of an entry.

A text that is one placeholder and nothing else becomes the value itself, a number or an object too; inside a longer
text a placeholder becomes the value written out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Unpack

from pulumi.output import Unknown

from aiware_resources.jobs.state import JobArgs, JobState, with_graph
from aiware_resources.reconcile import Path
from aiware_resources.reconcile.naming import api_properties, check_arguments

_PLACEHOLDER = re.compile(r"\$\{media(?:\.([^{}]*))?\}")

Values = Mapping[str, Any]
"""The values of one entry."""


def media_value(name: str) -> str:
    """A placeholder for a value of each entry, to be used in a `JobTemplate`, alone or inside a longer text.

    Args:
        name: The name of the value; every entry of the fleet's ``media`` needs it.

    Raises:
        ValueError: When the name is empty, or has braces in it.
    """
    if not name or "{" in name or "}" in name:
        raise ValueError(f"{name!r} cannot be the name of a value: it must be text without braces.")
    return f"${{media.{name}}}"


def media_key() -> str:
    """A placeholder for the key of each entry, to be used in a `JobTemplate`, alone or inside a longer text."""
    return "${media}"


class JobTemplate:
    """What the jobs of a fleet have in common. Any text in it may be or hold `media_value` and `media_key`."""

    def __init__(self, **arguments: Unpack[JobArgs]) -> None:
        """Describes the jobs of a fleet (``createJob``; schema.graphql, type CreateJob).

        Everything means what it means for a `Job`. For each entry, only a change of what its job produces re-runs it.

        Args:
            arguments: See `JobArgs`: those that say what the jobs are. Where they run (``cluster_id``), and how the
                fleet treats them (``on_failure`` and so on), is said of the fleet.
        """
        check_arguments(type(self).__name__, JobArgs, arguments)
        given = {key: value for key, value in with_graph(arguments).items() if key in JobState.model_fields}
        self.properties: dict[str, Any] = api_properties(JobState, given)


@dataclass(frozen=True)
class Template:
    """A value with placeholders at any depth, ready to be expanded many times.

    Attributes:
        uses: The names of the values that it needs, each with the path of its first placeholder.
        expand: Makes the value for an entry, given its key and values. Parts without a placeholder are shared between
            what it makes: change none of them. What is unknown stays so, and makes a text around it unknown.
        is_whole: Whether all of it is known; otherwise there may be placeholders that cannot be seen yet.
    """

    uses: Mapping[str, Path]
    expand: Callable[[str, Values], Any]
    is_whole: bool = True


def compiled(value: Any) -> Template:
    """Finds the placeholders of a value."""
    uses: dict[str, Path] = {}
    for path, name in _names(value, ()):
        uses.setdefault(name, path)
    return Template(uses, _compiled(value) or (lambda key, values: value))


def _names(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield from ((path, found[1]) for found in _PLACEHOLDER.finditer(value) if found[1] is not None)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _names(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _names(item, (*path, index))


def _compiled(value: Any) -> Callable[[str, Values], Any] | None:
    """Makes what expands a value; ``None`` when there is nothing in it to expand."""
    if isinstance(value, str):
        return _compiled_text(value)
    if isinstance(value, dict):
        return _compiled_dict(value)
    if isinstance(value, list):
        inner = _compiled_dict(dict(enumerate(value)))
        return None if inner is None else (lambda key, values: list(inner(key, values).values()))
    return None


def _compiled_dict(value: dict[Any, Any]) -> Callable[[str, Values], dict[Any, Any]] | None:
    parts = {name: part for name, item in value.items() if (part := _compiled(item)) is not None}
    if not parts:
        return None
    return lambda key, values: {**value, **{name: part(key, values) for name, part in parts.items()}}


def _compiled_text(text: str) -> Callable[[str, Values], Any] | None:
    found = list(_PLACEHOLDER.finditer(text))
    if not found:
        return None
    if len(found) == 1 and found[0][0] == text:
        name = found[0][1]
        return lambda key, values: _value(name, key, values)
    # Literal pieces and names take turns.
    pieces = _PLACEHOLDER.split(text)

    def expand(key: str, values: Values) -> Any:
        filled = [_value(piece, key, values) if index % 2 else piece for index, piece in enumerate(pieces)]
        unknown = next((piece for piece in filled if isinstance(piece, Unknown)), None)
        return "".join(map(_written, filled)) if unknown is None else unknown

    return expand


def _value(name: str | None, key: str, values: Values) -> Any:
    return key if name is None else values.get(name)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
