"""The reference, in Markdown: the functions that a program can call, and the engine ids that it can name."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import aiware_resources
from aiware_resources import dag, engines, pipelines
from tools.docs.entities import entities
from tools.docs.markdown import NONE, code, table
from tools.docs.wording import described, introduction, returned


def functions() -> str:
    """What `aiware_resources` itself has: look-ups, results, placeholders of a fleet."""
    return _sections(_public(aiware_resources, aiware_resources.__all__))


def graphs() -> str:
    """The ready graphs."""
    return _sections(_public(pipelines, vars(pipelines)))


def nodes() -> str:
    """The nodes that task graphs are made of."""
    found = _public(dag, dag.__all__)
    return _sections({name: each for name, each in found.items() if each.__annotations__["return"] == "Node"})


def methods() -> str:
    """What resources can be asked besides their outputs."""
    found = {
        f"{entity.name}.{name}": method
        for entity in entities()
        for owner in entity.resource.__mro__
        if owner.__module__.startswith("aiware_resources.")
        for name, method in vars(owner).items()
        if inspect.isfunction(method) and not name.startswith("_")
    }
    return _sections(found)


def engine_ids() -> str:
    """The engines that have a name in `aiware_resources.engines`."""
    told = _told_below(Path(inspect.getfile(engines)))
    rows = [(code(name), code(getattr(engines, name)), told[name]) for name in _engine_names()]
    return table(("name", "id", "what it is"), rows)


def _public(module: ModuleType, names: Iterable[str]) -> dict[str, Callable[..., Any]]:
    """The functions among the names of a module; of one without a list of its names, those that it defines."""
    found = {name: getattr(module, name) for name in names if inspect.isfunction(getattr(module, name))}
    own = {
        name: each for name, each in found.items() if hasattr(module, "__all__") or each.__module__ == module.__name__
    }
    return {name: each for name, each in own.items() if not name.startswith("_")}


def _sections(found: Mapping[str, Callable[..., Any]]) -> str:
    return "\n\n".join(part for name, function in found.items() for part in _section(name, function))


def _section(name: str, function: Callable[..., Any]) -> Iterable[str]:
    yield f"### {name}"
    yield introduction(function)
    rows = _arguments(function)
    if rows:
        yield table(("argument", "type", "default", "meaning"), rows)
    if gives := returned(function):
        yield f"Gives: {gives}"


def _arguments(function: Callable[..., Any]) -> list[tuple[str, ...]]:
    meaning = described(function)
    given = [each for each in inspect.signature(function).parameters.values() if each.name != "self"]
    return [(*_named(each), meaning.get(each.name, NONE)) for each in given]


def _named(given: inspect.Parameter) -> tuple[str, str, str]:
    """Name, type and default of an argument."""
    if given.kind is inspect.Parameter.VAR_KEYWORD:
        return code(f"**{given.name}"), code(_kind(str(given.annotation))), NONE
    return code(given.name), code(_kind(str(given.annotation))), _default(given.default)


def _kind(annotation: str) -> str:
    """A type as a program sees it, which may give an output wherever it may give a value."""
    plain = re.sub(r"pulumi\.Input\[((?:[^\[\]]|\[[^\[\]]*\])*)\]", r"\1", annotation)
    return plain.removesuffix(" | None") if plain == annotation else _kind(plain)


def _default(value: Any) -> str:
    if value is inspect.Parameter.empty:
        return "required"
    named = [name for name in _engine_names() if getattr(engines, name) == value]
    shown = value if isinstance(value, str) else repr(value)
    return NONE if value is None else code(f"engines.{named[0]}" if named else shown)


def _engine_names() -> list[str]:
    return [name for name, value in vars(engines).items() if name.isupper() and isinstance(value, str)]


def _told_below(file: Path) -> dict[str, str]:
    """The text below each constant of a module."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return {
        above.targets[0].id: str(below.value.value)
        for above, below in itertools.pairwise(body)
        if isinstance(above, ast.Assign)
        and isinstance(above.targets[0], ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
    }
