"""What is to be declared of an object: the arguments of its resource, with defaults left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiware_resources.errors import AdoptionError
from aiware_resources.reconcile import EntityProvider, Path, Problem, Schema, path_text
from aiware_resources.reconcile.carrying import null_paths, number_problems
from aiware_resources.reconcile.values import whole_numbers

_EMPTY: tuple[Any, ...] = (None, [], {}, "", False)
"""What aiWARE has where nothing else was said."""

Comments = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Declaration:
    """An object of aiWARE as a program declares it.

    Attributes:
        resource: The resource class: ``TemporalDataObject``.
        kind: What people call it, in variable names: ``tdo``.
        object_id: Its id in aiWARE.
        called: What it is called there; may be empty.
        arguments: The arguments under their Python names, as plain values.
        notes: What whoever pastes it has to know, a line each.
        comments: The same of single arguments.
    """

    resource: str
    kind: str
    object_id: str
    called: str
    arguments: Mapping[str, Any]
    notes: Sequence[str] = ()
    comments: Comments = field(default_factory=dict)


def arguments_of(
    provider: EntityProvider, object_id: str, props: Mapping[str, Any], dispensable: frozenset[Path] = frozenset()
) -> dict[str, Any]:
    """The arguments that declare an object as it is.

    Args:
        provider: The provider of its kind.
        object_id: Its id, for errors.
        props: What it is, under the API's names.
        dispensable: What is required elsewhere, and may be missing here.

    Returns:
        Arguments under their Python names; defaults and what is empty are left out.

    Raises:
        AdoptionError: When the object is one that a program could not declare: its task graph is broken, for example.
    """
    required = {field.alias or name for name, field in provider.model.model_fields.items() if field.is_required()}
    plain: Mapping[str, Any] = whole_numbers(dict(props))
    given = {
        key: value for key, value in plain.items() if value not in _EMPTY or (key in required and value is not None)
    }
    values, problems = Schema(provider.model).validate(given, dispensable)
    found = [*problems, *provider.problems(values, dispensable)]
    if found:
        raise AdoptionError(
            f"{provider.kind} {object_id} cannot be adopted, since no program could declare it as it is: "
            f"{_listed(found)}.",
            remedy="Change it in aiWARE, or leave it out.",
        )
    state = provider.model.model_validate(given)
    arguments: dict[str, Any] = state.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return arguments


def without_uncarried(props: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Properties without what Pulumi cannot carry: large numbers, and keys of free JSON that are null.

    Of details, the whole entry is left out, since the next run would overwrite one that is there in part; of tasks,
    which an adoption does not compare, the key alone; of all else, the property.

    Returns:
        The properties, and a line for people on each part that is left out.
    """
    left_out = {_part(problem.path): _NUMBER for problem in number_problems(props)}
    left_out |= {_part(path): _NULL for path in _nulls(props)}
    kept = dict(props)
    for path in left_out:
        kept = _without(kept, path)
    return kept, [_LEFT_OUT.format(what=path_text(path), why=why) for path, why in left_out.items()]


_LEFT_OUT = "{what} is left out, and stays as it is: it holds {why}, which Pulumi cannot carry."
_NUMBER = "a number of 2**53 or more"
_NULL = "a key that is null"


def _nulls(props: Mapping[str, Any]) -> Iterator[Path]:
    for key in ("details", "jobConfig", "clusterConfig"):
        yield from null_paths(props.get(key), (key,))
    for index, task in enumerate(props.get("tasks") or []):
        yield from null_paths(task.get("payload"), ("tasks", index, "payload"))


def _part(path: Path) -> Path:
    """What is left out for the sake of one value."""
    innermost = max(length for length in range(1, len(path) + 1) if isinstance(path[length - 1], str))
    return path[: {"details": 2, "tasks": innermost}.get(str(path[0]), 1)]


def _without(value: Any, path: Path) -> Any:
    first, *rest = path
    if isinstance(value, dict) and first not in value:  # left out for another reason already
        return value
    if isinstance(value, list):
        return [_without(item, tuple(rest)) if index == first else item for index, item in enumerate(value)]
    if not rest:
        return {key: item for key, item in value.items() if key != first}
    return {**value, first: _without(value[first], tuple(rest))}


def _listed(problems: Iterable[Problem]) -> str:
    return "; ".join(f"{path_text(problem.path)} {problem.reason}" for problem in problems)
