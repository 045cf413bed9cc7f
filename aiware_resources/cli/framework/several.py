"""Doing the same to several objects: one failure does not keep the others from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from aiware_resources.cli.framework.printing import print_json
from aiware_resources.errors import AiwareError, ConfigurationError, RunFailed

Act = Callable[[str], dict[str, Any]]
"""Does something to the object with this id, and returns what to tell of it in JSON beside the id."""


def to_each(ids: Iterable[str], act: Act, done: Callable[[str], str], *, as_json: bool) -> None:
    """Does something to each object, and prints what was done.

    Args:
        ids: Their ids; each is treated once.
        act: What to do.
        done: The sentence that says of an id that it was done.
        as_json: Whether to print JSON instead.

    Raises:
        RunFailed: Several of them failed.
        AiwareError: One of them failed.
    """
    treated: list[dict[str, Any]] = []
    failures: list[AiwareError] = []
    for id_ in dict.fromkeys(ids):
        try:
            treated.append({"id": id_, **act(id_)})
        except ConfigurationError:
            # It is the same for all of them.
            raise
        except AiwareError as error:
            failures.append(error)
        else:
            if not as_json:
                click.echo(done(id_))
    if as_json:
        print_json(treated)
    end_with(failures)


def end_with(failures: Sequence[AiwareError]) -> None:
    """Raises what failed, if anything did.

    Raises:
        RunFailed: Several things failed.
        AiwareError: One did.
    """
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise RunFailed(failures)
