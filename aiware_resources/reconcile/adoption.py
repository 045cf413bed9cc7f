"""Declaring objects that aiWARE has already: what an entity says of it, and the declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from aiware_resources.api import Api
from aiware_resources.errors import AdoptionError, NotFound
from aiware_resources.reconcile.carrying import null_paths, number_problems
from aiware_resources.reconcile.paths import Path
from aiware_resources.reconcile.paths import text as path_text
from aiware_resources.reconcile.schema import ApiModel, Problem, Schema
from aiware_resources.reconcile.values import whole_numbers

R = TypeVar("R")

_EMPTY: tuple[Any, ...] = (None, [], {}, "", False)
"""What aiWARE has where nothing else was said."""

_MADE = "A Pulumi stack has made this one. Adopt it only where that stack does not hold it any more."


@dataclass(frozen=True)
class Code:
    """An expression that is written as it stands: ``cluster.id``.

    Attributes:
        text: The expression.
    """

    text: str


@dataclass(frozen=True)
class NotTold:
    """Stands for a secret that aiWARE does not show, and that stays as it is unless the program sets it."""


@dataclass
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
        refers: The arguments that hold ids of other objects, and of which resource each is.
        named_after: The argument that names the object after which this one is called, where it has no name.
    """

    resource: str
    kind: str
    object_id: str
    called: str
    arguments: dict[str, Any]
    notes: Sequence[str] = ()
    comments: dict[str, Sequence[str]] = field(default_factory=dict)
    refers: Mapping[str, str] = field(default_factory=dict)
    named_after: str = ""


class Declarable(Protocol):
    """What a declaration asks of the provider of its kind."""

    @property
    def kind(self) -> str: ...
    @property
    def type_name(self) -> str: ...
    @property
    def model(self) -> type[ApiModel]: ...
    @property
    def adoption(self) -> Adoption[Any] | None: ...
    def problems(self, values: dict[str, Any], unknown: frozenset[Path]) -> Iterable[Problem]: ...


@dataclass(frozen=True)
class Adoption(Generic[R]):
    """How `aiware adopt` declares objects of a kind.

    Attributes:
        option: The name of the option, and the end of the names of variables: ``tdo``.
        read: Reads objects by id; raises `NotFound` for one that is not there.
        declare: Declares one, given the provider of its kind and the API that it comes from.
        every: Reads all that the organization owns; ``None`` where only single ones are adopted.
        metavar: What the option takes.
        refers: The arguments that hold ids of other objects, and of which resource each is.
        named_after: The argument that names the object after which one without a name is called.
    """

    option: str
    read: Callable[[Api, Sequence[str]], Iterable[R]]
    declare: Callable[[Declarable, R, Api], Declaration]
    every: Callable[[Api], Iterable[R]] | None = None
    metavar: str = "ID"
    refers: Mapping[str, str] = field(default_factory=dict)
    named_after: str = ""


def by_id(
    kind: str, query: str, read: Callable[[Api, Sequence[str]], Mapping[str, R]]
) -> Callable[[Api, Sequence[str]], list[R]]:
    """Makes a reader that names what is not there.

    Args:
        kind: What people call the objects.
        query: The query that reads them, for errors.
        read: Reads them, and leaves out those that aiWARE does not have.
    """

    def read_all(api: Api, ids: Sequence[str]) -> list[R]:
        found = read(api, ids) if ids else {}
        missing = [id_ for id_ in ids if id_ not in found]
        if missing:
            raise NotFound(
                f"aiWARE has no {kind} {' and no '.join(missing)} that this token can see.",
                remedy="Check the id, and the organization that the token belongs to.",
                operation=query,
                object_id=missing[0],
            )
        return [found[id_] for id_ in ids]

    return read_all


def declaration(
    provider: Declarable,
    object_id: str,
    props: Mapping[str, Any],
    *,
    called: str | None = None,
    is_marked: bool = False,
) -> Declaration:
    """Declares an object as it is.

    Args:
        provider: The provider of its kind.
        object_id: Its id.
        props: What it is, under the API's names.
        called: What it is called in aiWARE.
        is_marked: Whether it carries an ownership marker.

    Raises:
        AdoptionError: When the object is one that a program could not declare: its task graph is broken, for example.
    """
    adoption = provider.adoption
    if adoption is None:
        raise TypeError(f"{provider.kind} cannot be adopted")
    carried, left_out = _without_uncarried(props)
    return Declaration(
        provider.type_name.rpartition(":")[2],
        adoption.option,
        object_id,
        called or "",
        _arguments_of(provider, object_id, carried),
        [*([_MADE] if is_marked else []), *left_out],
        refers=adoption.refers,
        named_after=adoption.named_after,
    )


def _arguments_of(provider: Declarable, object_id: str, props: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments under their Python names; defaults and what is empty are left out."""
    required = {field.alias or name for name, field in provider.model.model_fields.items() if field.is_required()}
    plain: Mapping[str, Any] = whole_numbers(dict(props))
    given = {
        key: value for key, value in plain.items() if value not in _EMPTY or (key in required and value is not None)
    }
    values, problems = Schema(provider.model).validate(given, frozenset())
    found = [*problems, *provider.problems(values, frozenset())]
    if found:
        raise AdoptionError(
            f"{provider.kind} {object_id} cannot be adopted, since no program could declare it as it is: "
            f"{_listed(found)}.",
            remedy="Change it in aiWARE, or leave it out.",
        )
    state = provider.model.model_validate(given)
    arguments: dict[str, Any] = state.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return arguments


def _without_uncarried(props: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
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
