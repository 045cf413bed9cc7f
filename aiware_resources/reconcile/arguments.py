"""The arguments of a constructor: one typed list (PEP 692), which says what there is, what it means, what is required.

A type checker holds a program to the list. At run time Python would take any keyword, so what is written wrong is
refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from aiware_resources.text.words import did_you_mean


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
