"""Python source for plain values and calls, laid out as ruff (and Black) would, at 120 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from aiware_resources.reconcile.adoption import Code

WIDTH = 120
_INDENT = "    "


@dataclass(frozen=True)
class Argument:
    """A keyword argument.

    Attributes:
        name: Its name.
        value: What is given.
        comment: The lines above it.
    """

    name: str
    value: Any
    comment: Sequence[str] = ()


@dataclass(frozen=True)
class Call:
    """A call, as a value.

    Attributes:
        function: What is called.
        given: The arguments that are given by their place.
        named: Those that are given by their names.
    """

    function: str
    given: Sequence[Any] = ()
    named: Mapping[str, Any] | None = None

    def arguments(self) -> list[tuple[str, Any]]:
        """All arguments, each with the text before it."""
        return [("", value) for value in self.given] + [
            (f"{name}=", value) for name, value in (self.named or {}).items()
        ]


@dataclass(frozen=True)
class Chain:
    """Values joined by ``>>``; an item of a list, or an argument that is given by its place.

    Attributes:
        links: The values, two at least.
    """

    links: Sequence[Any]


def assignment(variable: str, function: str, first: str, arguments: Sequence[Argument]) -> str:
    """A call with text as its first argument, whose result is given a name.

    Args:
        variable: The name.
        function: What is called.
        first: The first argument.
        arguments: The others.
    """
    head = f"{variable} = {function}("
    given = [_literal(first), *(f"{each.name}={_flat(each.value)}" for each in arguments)]
    in_a_line = ", ".join(given)
    if not any(each.comment for each in arguments):
        if cell_len(f"{head}{in_a_line})") <= WIDTH:
            return f"{head}{in_a_line})"
        if cell_len(f"{_INDENT}{in_a_line}") <= WIDTH:
            return f"{head}\n{_INDENT}{in_a_line}\n)"
    lines = [f"{_INDENT}{_literal(first)},"]
    for each in arguments:
        lines += [f"{_INDENT}# {line}" for line in each.comment]
        lines.append(f"{_INDENT}{_laid_out(f'{each.name}=', each.value, 1)}")
    return "\n".join([head, *lines, ")"])


def named(variable: str, value: Any) -> str:
    """A statement that gives a value a name."""
    return _laid_out(f"{variable} = ", value, 0, "")


def codes(value: Any) -> Iterator[str]:
    """The expressions inside a value, and the functions that it calls."""
    if isinstance(value, Code):
        yield value.text
    elif isinstance(value, Call):
        yield value.function
        for _, item in value.arguments():
            yield from codes(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from codes(item)
    elif isinstance(value, list | tuple | Chain):
        for item in value.links if isinstance(value, Chain) else value:
            yield from codes(item)


def _laid_out(before: str, value: Any, depth: int, after: str = ",") -> str:
    """A value between what is before and after it on its line: in this line where it fits, otherwise an item a line."""
    flat = _flat(value)
    if cell_len(f"{_INDENT * depth}{before}{flat}{after}") <= WIDTH:
        return before + flat + after
    inner, outer = _INDENT * (depth + 1), _INDENT * depth
    if isinstance(value, Chain):
        first, *rest, last = value.links
        links = [_laid_out(before, first, depth, ""), *(_laid_out(">> ", link, depth, "") for link in rest)]
        return f"\n{outer}".join([*links, _laid_out(">> ", last, depth, after)])
    if isinstance(value, Call):
        return _call_laid_out(before, value, depth, after)
    if isinstance(value, Mapping) and value:
        items = [_laid_out(f"{_literal(key)}: ", item, depth + 1) for key, item in value.items()]
        return "\n".join([f"{before}{{", *(f"{inner}{item}" for item in items), f"{outer}}}{after}"])
    if isinstance(value, list | tuple) and value:
        items = [_laid_out("", item, depth + 1) for item in value]
        return "\n".join([f"{before}[", *(f"{inner}{item}" for item in items), f"{outer}]{after}"])
    return before + flat + after


def _call_laid_out(before: str, call: Call, depth: int, after: str) -> str:
    inner, arguments = _INDENT * (depth + 1), call.arguments()
    head, tail = f"{before}{call.function}(", f"{_INDENT * depth}){after}"
    if not arguments:
        return f"{head}){after}"
    in_a_line = ", ".join(name + _flat(value) for name, value in arguments)
    if cell_len(inner + in_a_line) <= WIDTH:
        return f"{head}\n{inner}{in_a_line}\n{tail}"
    # After a single argument there is no comma.
    comma = "," if len(arguments) > 1 else ""
    lines = [inner + _laid_out(name, value, depth + 1, comma) for name, value in arguments]
    return "\n".join([head, *lines, tail])


def _flat(value: Any) -> str:
    if isinstance(value, Call):
        return f"{value.function}({', '.join(name + _flat(item) for name, item in value.arguments())})"
    if isinstance(value, Chain):
        return " >> ".join(map(_flat, value.links))
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_literal(key)}: {_flat(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flat, value))}]"
    return value.text if isinstance(value, Code) else _literal(value)


def _literal(value: Any) -> str:
    """A value that is not a collection: text in double quotes, unless single ones need fewer escapes."""
    if not isinstance(value, str):
        # ruff writes 1e+16 as 1e16.
        return repr(value).replace("e+", "e")
    quote = "'" if value.count('"') > value.count("'") else '"'
    # Each by itself, since what repr escapes depends on the quotes in the whole.
    return quote + "".join(f"\\{each}" if each == quote else _escaped(each) for each in value) + quote


def _escaped(character: str) -> str:
    return character if character in "'\"" else repr(character)[1:-1]
