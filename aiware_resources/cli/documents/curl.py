"""The requests in commands of curl. Their headers, which hold tokens, are not looked at."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

SCRIPTS = (".sh", ".bash")

_STARTS = re.compile(r"\s*(#.*\n\s*)*(\$\s+)?curl\s")
_COMMAND = re.compile(r"^\s*(\$\s+)?(curl)\s", re.MULTILINE)
_BODY = ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json")
_FORM = ("-F", "--form", "--form-string", "--data-urlencode")


@dataclass(frozen=True)
class Body:
    """What a request sends.

    Attributes:
        text: The text.
        offset: Where it is written.
        is_literal: Whether it is written as it is sent; otherwise the place is that of the command.
        field: The field of a form that it is the value of; empty for a whole body.
    """

    text: str
    offset: int
    is_literal: bool
    field: str = ""


def is_curl(text: str, suffix: str) -> bool:
    """Whether a text is a script with commands of curl, or such a command."""
    return (suffix in SCRIPTS and _COMMAND.search(text) is not None) or _STARTS.match(text) is not None


def bodies(text: str) -> Iterator[Body]:
    """What the commands of curl in a text send.

    Raises:
        ValueError: The text is not one that a shell could read.
    """
    starts = [found.start(2) for found in _COMMAND.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        words = shlex.split(text[start:end], comments=True)
        for option, value in zip(words, [*words[1:], ""], strict=True):
            name, is_joined, joined = option.partition("=")
            if option in _BODY:
                yield _found(text, start, value)
            elif name in _BODY and is_joined:
                yield _found(text, start, joined)
            elif option.startswith("-d") and not option.startswith("--") and len(option) > len("-d"):
                yield _found(text, start, option.removeprefix("-d"))
            elif option in _FORM:
                field, _, content = value.partition("=")
                yield _found(text, start, content, field)


def _found(text: str, start: int, value: str, field: str = "") -> Body:
    at = text.find(value, start)
    return Body(value, at if at >= 0 else start, at >= 0, field)
