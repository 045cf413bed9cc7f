"""Commands that a message tells people to run: for the stack at hand, and never with a secret among the arguments."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_named: ContextVar[str | None] = ContextVar("stack", default=None)
_through: ContextVar[str | None] = ContextVar("provider", default=None)
_UNSET = "stack"
"""What Pulumi's SDK calls the stack outside a program."""
UNKNOWN = "<stack>"
"""Stands for the name of a stack that is not known."""


@contextmanager
def about(stack: str | None) -> Iterator[None]:
    """Sets the stack that commands are for, in this thread or task; a program's stack needs no mention."""
    before = _named.set(stack)
    try:
        yield
    finally:
        _named.reset(before)


@contextmanager
def through(provider: str | None) -> Iterator[None]:
    """Sets the explicit provider whose aiWARE commands are for, in this thread or task; ``None`` for the stack's."""
    before = _through.set(provider)
    try:
        yield
    finally:
        _through.reset(before)


def aiware(*words: str) -> str:
    """A command of ``aiware`` for the stack at hand, in backticks: ```aiware jobs logs 42 -s prod```."""
    stack, provider = _stack(), _through.get()
    options = ["--provider", provider] if provider else []
    return f"`{' '.join(['aiware', *options, *words, *(['-s', stack] if stack else [])])}`"


def config_set(key: str, value: str | None = None, *, is_path: bool = False) -> str:
    """The command that sets a key of the stack at hand: ``pulumi config set aiware:api edge --stack prod``.

    Args:
        key: The key.
        value: The value; ``None`` for a secret, for which Pulumi asks.
        is_path: Whether the key leads into an object.
    """
    options = [*(["--path"] if is_path else []), *(["--secret"] if value is None else [])]
    given = [] if value is None else [value]
    return " ".join(["pulumi config set", *options, key, *given, "--stack", _stack() or UNKNOWN])


def _stack() -> str | None:
    # Whoever runs no program has not imported Pulumi, which takes most of a second.
    pulumi = sys.modules.get("pulumi.runtime.settings")
    return _named.get() or (pulumi.SETTINGS.stack if pulumi and pulumi.SETTINGS.stack != _UNSET else None)
