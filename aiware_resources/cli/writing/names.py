"""Names for the generated code, whatever objects are called in aiWARE: legal, unique, and in any script."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

LONGEST = 60
"""Characters that are taken of an object's name; names in aiWARE can be whole sentences."""

RESERVED = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | frozenset(keyword.softkwlist)
"""What a variable must not be called: Python's own words, and the names of its builtins."""


class Names:
    """Gives out names, each once.

    Args:
        taken: Names that are in use already.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def unique(self, wanted: str, joint: str) -> str:
        """The name that is wanted, with a number behind it where it is taken.

        Args:
            wanted: The name.
            joint: What stands between the name and the number.
        """
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}{joint}{number}"
        self._taken.add(name)
        return name


def words(text: str) -> str:
    """The words of a text as a part of a Python name, joined by underscores; empty when it has none.

    Letters of every script are letters in Python too.
    """
    # The form in which Python compares names.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    legal = "".join(each if f"_{each}".isidentifier() else "_" for each in folded)
    return re.sub("_+", "_", legal).strip("_")[:LONGEST].strip("_")


def variable(text: str, kind: str) -> str:
    """A Python name for an object: its own words and its kind; ``city_council_tdo``.

    Args:
        text: What it is called in aiWARE.
        kind: What it is: ``cluster``, ``tdo``, ``job``, ``export``.
    """
    own = words(text)
    if not own or own == kind:
        return kind
    if not own.isidentifier():
        return f"{kind}_{own}"
    return own if own.endswith(f"_{kind}") else f"{own}_{kind}"
