"""The places of things in a file: the line and column of a character, and of a value in JSON, YAML and GraphQL."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from json.decoder import scanstring  # type: ignore[attr-defined]  # not in its stubs

import yaml

from aiware_resources.reconcile import Path

MOST_BYTES = 32 << 20
"""Larger files are not read: the largest jobs take some hundred kilobytes."""

_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[ \t\n]*")
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)
"""One character of a text in JSON, as it is written."""


@dataclass(frozen=True)
class Position:
    """A place in a file.

    Attributes:
        file: The name of the file.
        line: The line, from 1; ``None`` for the file as a whole.
        column: The column, from 1.
    """

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


Locate = Callable[[Path], Position]
"""Finds the place of a value by its path; of one that is not there, the place of what it is missing in."""


@dataclass(frozen=True)
class Source:
    """The text of a file.

    Attributes:
        file: The name of the file.
        text: The text; its lines end with a line feed.
    """

    file: str
    text: str

    def position(self, offset: int) -> Position:
        """The place of a character."""
        line = bisect_right(self._starts, offset)
        return Position(self.file, line, offset - self._starts[line - 1] + 1)

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]


class JsonPlaces:
    """Where the values of a JSON text begin.

    Args:
        text: The text, which is JSON.
        start: Where the JSON begins.
    """

    def __init__(self, text: str, start: int = 0) -> None:
        self._text = text
        self._start = _skipped(text, start)
        self._members: dict[int, dict[str | int, int]] = {}

    def offset(self, path: Path) -> int:
        """Where a value begins; of one that is not there, where that begins which it is missing in."""
        at = self._start
        for step in path:
            if at not in self._members:
                # Of a key that is there twice, the last one counts.
                self._members[at] = dict(_members(self._text, at))
            if step in self._members[at]:
                at = self._members[at][step]
            elif step != 0:  # A value stands for a list of one.
                return at
        return at


def offset_in_string(text: str, quote: int, index: int) -> int:
    """Where a character of a JSON string is written.

    Args:
        text: The JSON.
        quote: Where the string begins, with its quote.
        index: The number of the character in the string.
    """
    at = quote + 1
    for _ in range(index):
        written = _CHARACTER.match(text, at)
        at = written.end() if written else at
    return at


def yaml_node(node: yaml.Node, path: Path) -> yaml.Node:
    """The part of a YAML document that a path leads to."""
    for step in path:
        inner = None
        if isinstance(node, yaml.MappingNode):
            inner = next((value for key, value in node.value if key.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            inner = node.value[step]
        if inner is None and step != 0:  # A value stands for a list of one.
            return node
        node = inner or node
    return node


def _members(text: str, at: int) -> Iterator[tuple[str | int, int]]:
    """The keys or indices of an object or a list, and where their values begin."""
    if text[at] not in "{[":
        return
    closing = "}" if text[at] == "{" else "]"
    at, index = _skipped(text, at + 1), 0
    while text[at] != closing:
        key: str | int = index
        if closing == "}":
            key, at = scanstring(text, at + 1)
            at = _skipped(text, _skipped(text, at) + 1)
        yield key, at
        _, at = _DECODER.raw_decode(text, at)
        at = _skipped(text, at)
        at = _skipped(text, at + 1) if text[at] == "," else at
        index += 1


def _skipped(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def yaml_size(node: yaml.Node) -> int:
    """How many values a YAML document holds, each as often as something refers to it.

    Raises:
        RecursionError: It holds itself.
    """
    sizes: dict[int, int] = {}

    def size(node: yaml.Node) -> int:
        if id(node) not in sizes:
            inner = node.value if isinstance(node, yaml.CollectionNode) else []
            parts = [part for each in inner for part in (each if isinstance(each, tuple) else (each,))]
            sizes[id(node)] = 1 + sum(map(size, parts))
        return sizes[id(node)]

    return size(node)
