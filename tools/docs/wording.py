"""What docstrings say of arguments, and types, as the pages write them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from docstring_parser import DocstringStyle, parse

from aiware_resources.reconcile import ApiModel, ByteSize, Timestamp


def described(documented: Any) -> dict[str, str]:
    """What the docstring of a class or function says of each of its attributes or arguments, in Markdown."""
    found = parse(_docstring(documented), style=DocstringStyle.GOOGLE)
    return {each.arg_name: _markdown(each.description or "") for each in found.params}


def introduction(documented: Any) -> str:
    """The first paragraph of a docstring, in Markdown."""
    return _markdown(parse(_docstring(documented), style=DocstringStyle.GOOGLE).short_description or "")


def returned(function: Any) -> str:
    """What a docstring says of what a function returns, in Markdown."""
    found = parse(_docstring(function), style=DocstringStyle.GOOGLE).returns
    return _markdown(found.description or "") if found else ""


def default_told(description: str) -> str | None:
    """The default that a description tells: ``delete`` (default), or: by default as ``aiware:wait`` says."""
    found = re.search(r"`([^`]+)`(?: in place)? \(default|by default (?:as )?`([^`]+)`", description)
    return (found[1] or found[2]) if found else None


def kind(annotation: Any, metadata: Any = ()) -> str:
    """A type: `list[TaskArgs]`, `"a" | "b"`, `time`, `size`."""
    if _validator(Timestamp) in metadata:
        return "time"
    if _validator(ByteSize) in metadata:
        return "size"
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return kind(inner[0], inner[1:])
    if origin in {Union, UnionType}:
        return " | ".join(kind(each) for each in inner if each is not NoneType)
    if origin is Literal:
        return " | ".join(f'"{each}"' for each in inner)
    if origin is list:
        return f"list[{kind(inner[0])}]"
    if annotation is Any:
        return "any JSON"
    if isinstance(annotation, type) and issubclass(annotation, ApiModel):
        return f"{annotation.__name__}Args"
    return str((origin or annotation).__name__)


def models_of(model: type[ApiModel], above: frozenset[type[ApiModel]] = frozenset()) -> Iterator[type[ApiModel]]:
    """The models inside a model, at any depth; one that holds itself is met once."""
    for field in model.model_fields.values():
        for part in _parts(field.annotation):
            if isinstance(part, type) and issubclass(part, ApiModel) and part not in above:
                yield part
                yield from models_of(part, above | {part})


def _docstring(documented: Any) -> str:
    return inspect.getdoc(documented) or ""


def _markdown(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("``", "`")


def _validator(annotated: Any) -> Any:
    """What tells an annotated type from others with the same Python type: the validator that reads it."""
    return get_args(annotated)[1]


def _parts(annotation: Any) -> Iterator[Any]:
    inner = get_args(annotation)
    if inner and get_origin(annotation) is not Literal:
        for each in inner:
            yield from _parts(each)
    else:
        yield annotation
