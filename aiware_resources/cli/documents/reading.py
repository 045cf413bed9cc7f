"""Reading a file: which language it is in, and the jobs in it."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import yaml

from aiware_resources.api.json_text import TooDeep, read_json
from aiware_resources.cli.documents.curl import Body, bodies, is_curl
from aiware_resources.cli.documents.edge import is_edge_job
from aiware_resources.cli.documents.found import Document, FoundJob, Kind, NotReadable, below
from aiware_resources.cli.documents.graphql import Given, Request, Stand, own_name, read_graphql, with_lists
from aiware_resources.cli.documents.places import (
    JsonPlaces,
    Locate,
    Position,
    Source,
    offset_in_string,
    yaml_node,
    yaml_size,
)
from aiware_resources.reconcile import Path, path_text

REMEDY = (
    "Give a createJob input as JSON or YAML; a GraphQL document with createJob or launchSingleEngineJob; a request "
    'with both, {"query": ..., "variables": ...}; a request of aiWARE Edge; commands of curl; or a program.'
)
YAML = (".yaml", ".yml")

_INSIDE = ("input", "variables", "data", "createJob", "job", "jobs")
"""Keys below which a job may be found."""
_SINGLE_ENGINE = ("uploadUrl", "fields")
"""Keys by which the input of a single-engine job is known, beside that of its engine."""
_MOST_VALUES = 1_000_000
"""In YAML, a short file can stand for any number of values."""
_STARTS_JSON = re.compile(r'\s*(\[|\{\s*("|\}))')
_STARTS_YAML = re.compile(r"\s*(#.*\n\s*)*(---|[A-Za-z]\w*:(\s|$))")
_ENCODINGS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class Value:
    """A value as JSON has it, and the way to its places.

    Attributes:
        content: The value.
        locate: Finds the places of its parts.
        inside: Finds the place of a character of a text in it, by the path of the text.
    """

    content: Any
    locate: Locate
    inside: Callable[[Path, int], Position]


def decoded(content: bytes, file: str) -> Source:
    """The text of a file: UTF-8, with a mark of its byte order or without; UTF-16 with one, as PowerShell writes it.

    Raises:
        NotReadable: It is something else, or empty.
    """
    encoding = next((name for mark, name in _ENCODINGS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        start = Source(file, content[: error.start].decode(encoding, "replace"))
        wrong = f"is not {encoding.removesuffix('-sig').upper()} text (byte 0x{content[error.start]:02x})"
        raise NotReadable(start.position(len(start.text)), wrong, remedy="Save it as UTF-8.") from error
    # Python tells neither a carriage return from a line end, as editors do, nor ends a line at one.
    source = Source(file, text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        raise NotReadable(source.position(0), "is empty", remedy=REMEDY)
    return source


def read(source: Source, suffix: str, variables: Sequence[Given], stand: Stand) -> Document:
    """Finds the jobs in a file.

    Args:
        source: The file.
        suffix: The end of its name.
        variables: Values of the variables of a GraphQL document; those in a request come on top.
        stand: Gives what stands for the value of a variable that has none.

    Raises:
        NotReadable: The file is in none of the languages.
    """
    reader = _Reader(source, variables, stand)
    if suffix in YAML:
        reader.values(read_yaml(source))
    elif is_curl(source.text, suffix):
        reader.commands()
    elif _STARTS_JSON.match(source.text):
        reader.values([read_json_value(source)])
    elif source.text.lstrip().startswith("{") or suffix == ".json":
        reader.json_or_graphql()
    elif not suffix and _STARTS_YAML.match(source.text):
        reader.values(read_yaml(source))
    else:
        reader.document(source.text, source.position, "", variables, is_whole=False)
    return reader.found


def read_json_value(source: Source) -> Value:
    """Reads JSON.

    Raises:
        NotReadable: It is not JSON.
    """
    try:
        content = read_json(source.text)
    except json.JSONDecodeError as error:
        raise NotReadable(source.position(error.pos), f"is not JSON: {error.msg}") from error
    except (TooDeep, ValueError) as error:
        raise NotReadable(source.position(0), f"is not JSON: {error}") from error
    return _json(content, source.text, source.position)


def read_yaml(source: Source) -> list[Value]:
    """Reads YAML, one value for each document in it.

    Raises:
        NotReadable: It is not YAML, or holds what JSON cannot.
    """
    found: list[Value] = []
    try:
        for node in yaml.compose_all(source.text, _Loader):
            if yaml_size(node) > _MOST_VALUES:
                raise NotReadable(source.position(0), f"holds more than {_MOST_VALUES:,} values, which no job does")
            # The way through JSON leaves nothing that JSON cannot hold.
            content = read_json(json.dumps(_Loader("").construct_document(node)))
            found.append(_yaml(content, source, node))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"is not YAML that JSON could hold: {error.problem or error.context}"
        raise NotReadable(source.position(mark.index if mark else 0), reason) from error
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise NotReadable(source.position(0), f"is not YAML that JSON could hold: {reason}") from error
    return found


def _json(content: Any, text: str, position: Callable[[int], Position]) -> Value:
    """A value that is written in a text as JSON, whose characters have positions."""
    places = JsonPlaces(text)

    def inside(path: Path, index: int) -> Position:
        return position(offset_in_string(text, places.offset(path), index))

    return Value(content, lambda path: position(places.offset(path)), inside)


def _yaml(content: Any, source: Source, node: yaml.Node) -> Value:
    def locate(path: Path) -> Position:
        return source.position(yaml_node(node, path).start_mark.index)

    return Value(content, locate, lambda path, _: locate(path))


class _Loader(yaml.SafeLoader):
    """Reads plain values as JSON has them: a date, ``yes`` and ``no`` are text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true$|false$"), list("tf"))


class _Reader:
    """Goes through a file, and collects what it finds."""

    def __init__(self, source: Source, variables: Sequence[Given], stand: Stand) -> None:
        self._source = source
        self._variables = variables
        self._stand = stand
        self._stem = "job" if source.file == "-" else PurePath(source.file).stem
        self.found = Document(source.file)

    def values(self, values: Sequence[Value]) -> None:
        """Values that have been read."""
        for value in values:
            self._value(value, value.content, ())

    def commands(self) -> None:
        """Commands of curl, each with a body, or with a form that has a field ``query``."""
        try:
            found = list(bodies(self._source.text))
        except ValueError as error:
            reason = f"is not a script that can be read: {error}"
            raise NotReadable(self._source.position(0), reason) from error
        for body in found:
            if body.field == "query":
                self.document(body.text, self._place(body), "", self._variables, is_whole=False)
            elif not body.field and body.text.lstrip().startswith(("{", "[")):
                self.values([self._sent(body)])

    def _place(self, body: Body) -> Callable[[int], Position]:
        """Gives the place of a character of a body."""
        return lambda index: self._source.position(body.offset + (index if body.is_literal else 0))

    def _sent(self, body: Body) -> Value:
        """The JSON that is sent."""
        place = self._place(body)
        try:
            content = read_json(body.text)
        except json.JSONDecodeError as error:
            raise NotReadable(place(error.pos), f"is not JSON: {error.msg}") from error
        except ValueError as error:
            raise NotReadable(place(0), f"is not JSON: {error}") from error
        return _json(content, body.text, place)

    def json_or_graphql(self) -> None:
        """A text that may be either: a query in short form begins as JSON does."""
        try:
            self.document(self._source.text, self._source.position, "", self._variables, is_whole=False)
        except NotReadable as no_graphql:
            try:
                value = read_json_value(self._source)
            except NotReadable as no_json:
                first, second = no_json.problem, no_graphql.problem
                reason = f"{first.reason.removesuffix('.')}; and at {second.position} {second.reason.removesuffix('.')}"
                raise NotReadable(first.position, reason, remedy=REMEDY) from no_json
            self.values([value])

    def document(
        self, text: str, position: Callable[[int], Position], place: str, given: Sequence[Given], *, is_whole: bool
    ) -> None:
        """A GraphQL document."""
        read_graphql(Request(text, position, place, given, is_whole, self._stem, self._stand), self.found)

    def _value(self, value: Value, content: Any, path: Path) -> None:
        """A part of a value: a job, something that holds jobs, or a request."""
        if isinstance(content, list):
            for index, item in enumerate(content):
                self._value(value, item, (*path, index))
        elif isinstance(content, dict):
            kind = _kind(content)
            if kind is not None:
                self._job(value, content, path, kind)
            elif isinstance(content.get("query"), str):
                self._request(value, content, path)
            else:
                for key in _INSIDE:
                    self._value(value, content.get(key), (*path, key))

    def _job(self, value: Value, content: Mapping[str, Any], path: Path, kind: Kind) -> None:
        content = content if kind == "Edge job" else with_lists(content)
        name = own_name(content) or self._stem
        self.found.jobs.append(FoundJob(name, kind, path_text(path), content, _from(value.locate, path)))

    def _request(self, value: Value, content: Mapping[str, Any], path: Path) -> None:
        """A request as it is sent: a GraphQL document with its variables."""
        here = path_text(path)
        variables, at = content.get("variables"), (*path, "variables")
        locate = _from(value.locate, at)
        if isinstance(variables, str):
            # Some clients send them as text.
            with suppress(ValueError):
                variables, locate = read_json(variables), lambda _: value.locate(at)
        given = [Given(variables, locate, below(here, "variables"))] if isinstance(variables, Mapping) else []
        query, text = (*path, "query"), content["query"]

        def position(index: int) -> Position:
            return value.inside(query, index)

        is_whole = not self._variables and "variables" in content
        self.document(text, position, below(here, "query"), [*given, *self._variables], is_whole=is_whole)


def _kind(content: Mapping[str, Any]) -> Kind | None:
    """What job an object is, by its shape; ``None`` where it is none."""
    if "tasks" in content or "taskRoutes" in content:
        return "Edge job" if is_edge_job(content) else "job"
    is_single = "engineId" in content and any(key in content for key in _SINGLE_ENGINE)
    return "single-engine job" if is_single else None


def _from(locate: Locate, start: Path) -> Locate:
    return lambda path: locate((*start, *path))
