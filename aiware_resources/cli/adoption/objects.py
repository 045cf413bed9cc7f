"""Which objects are adopted: an option for each kind that says how, and reading those that the options name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import click

from aiware_resources.api import Api
from aiware_resources.entities import ENTITIES
from aiware_resources.reconcile import EntityProvider
from aiware_resources.reconcile.adoption import Adoption, Declaration


def _adoptions() -> Iterator[tuple[EntityProvider, Adoption[Any]]]:
    """The kinds that can be adopted; those that others refer to come first."""
    for entity in ENTITIES:
        provider = entity.provider()
        if provider.adoption is not None:
            yield provider, provider.adoption


@cache
def options() -> tuple[click.Option, ...]:
    """The options that name objects."""
    return tuple(option for provider, adoption in _adoptions() for option in _options(provider.kind, adoption))


def _options(kind: str, adoption: Adoption[Any]) -> Iterator[click.Option]:
    name, article = adoption.option, "an" if kind[0] in "aeiou" else "a"
    said = f"Adopt {article} {kind}; can be given several times."
    yield click.Option([f"--{name}", name], metavar=adoption.metavar, multiple=True, help=said)
    if adoption.every is not None:
        said = f"Adopt every {kind} that the organization owns."
        yield click.Option([f"--all-{name}s", _every(adoption)], is_flag=True, help=said)


def _every(adoption: Adoption[Any]) -> str:
    return f"every_{adoption.option}"


def declared(api: Api, wanted: Mapping[str, Any]) -> Iterator[Declaration]:
    """Reads objects and says how each is declared, each once.

    Args:
        api: Where they are.
        wanted: The values of `options`.

    Raises:
        NotFound: There is no such object that this token can see.
        AdoptionError: One cannot be declared as it is.
        ApiError: If they could not be read.
    """
    for provider, adoption in _adoptions():
        records = [*adoption.read(api, list(dict.fromkeys(wanted[adoption.option])))]
        if adoption.every is not None and wanted[_every(adoption)]:
            records += adoption.every(api)
        for record in {each.id: each for each in records}.values():
            yield adoption.declare(provider, record, api)
