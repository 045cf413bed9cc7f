"""What is to be declared of an object: the arguments of its resource, with defaults left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiware_resources.errors import AdoptionError
from aiware_resources.reconcile import EntityProvider, Path, Problem, Schema, path_text
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


def _listed(problems: Iterable[Problem]) -> str:
    return "; ".join(f"{path_text(problem.path)} {problem.reason}" for problem in problems)
