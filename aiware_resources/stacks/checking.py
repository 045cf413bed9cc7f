"""Checks of stack files.

The settings of this library (``aiware:*``), the ``config`` of the project's manifest, and, where the project has one,
the model ``Configuration`` in ``configuration.py`` beside its program say which keys there are, and of what kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic.alias_generators import to_snake

from aiware_resources.errors import ConfigurationError
from aiware_resources.settings import NAMESPACE, Settings
from aiware_resources.settings.keys import key_of
from aiware_resources.settings.project import Project, Stack, is_encrypted
from aiware_resources.stacks.own_keys import OwnKeys
from aiware_resources.text import commands
from aiware_resources.text.secret_words import names_secret
from aiware_resources.text.words import did_you_mean, near

TOP_LEVEL = ("config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt")
"""Keys of Pulumi itself in a stack's file."""

_HEADERS = key_of("headers")
"""The one setting that is an object."""

_ENCRYPTED = "encrypted"
"""Stands for a secret that is there, and is not decrypted."""


@dataclass(frozen=True)
class StackProblem:
    """A problem of a stack's file.

    Attributes:
        file: The file.
        key: Where in it; empty for the file as a whole.
        sentence: What is wrong, and what to do about it.
        is_hint: Whether it is not an error: something that may well be elsewhere.
    """

    file: Path
    key: str
    sentence: str
    is_hint: bool = False


def check_stacks(project: Project, stacks: Sequence[Stack]) -> list[StackProblem]:
    """Checks stack files. No secret is decrypted, and nothing is asked of aiWARE.

    Args:
        project: The project.
        stacks: Which of its stacks.

    Raises:
        ConfigurationError: The project's own files cannot be read.
    """
    own = OwnKeys.of(project)
    return [problem for stack in stacks for problem in _check(project, own, stack)]


def _check(project: Project, own: OwnKeys, stack: Stack) -> Iterator[StackProblem]:
    try:
        content = stack.content()
    except ConfigurationError as error:
        yield StackProblem(stack.file, "", error.message.removeprefix(str(stack.file)).lstrip(", "))
        return
    for key in content:
        if key not in TOP_LEVEL:
            yield StackProblem(stack.file, str(key), _unknown(str(key)))
    config = content.get("config") or {}
    if not isinstance(config, Mapping):
        yield StackProblem(stack.file, "config", "must hold keys and values.")
        return
    full = {str(key) if ":" in str(key) else f"{project.name}:{key}": value for key, value in config.items()}
    namespaces = (NAMESPACE, project.name, "pulumi")
    for key in full:
        namespace, _, name = key.partition(":")
        meant = [] if namespace in namespaces else near(namespace, namespaces)
        # The namespace of another package may be a part of the project's name: that is not a spelling mistake.
        if meant and namespace not in meant[0]:
            sentence = f"{namespace} is not a namespace of this project: did you mean {meant[0]}:{name}?"
            yield StackProblem(stack.file, key, sentence)
    settings = {key: value for key, value in full.items() if key.startswith(f"{NAMESPACE}:")}
    with commands.about(stack.name):
        yield from _told(stack, _setting_problems(settings))
        yield from _told(stack, own.problems(full))
        yield from _told(stack, _hints(settings), is_hint=True)


def _told(stack: Stack, problems: Iterable[tuple[str, str]], *, is_hint: bool = False) -> Iterator[StackProblem]:
    return (StackProblem(stack.file, key, sentence, is_hint) for key, sentence in problems)


def _unknown(key: str) -> str:
    return f"is nothing that a stack's file has: {did_you_mean(key, TOP_LEVEL, 'keys belong under config.')}"


def _setting_problems(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Finds what is wrong with the settings of a stack.

    Args:
        config: The keys of this library's namespace, and their values.

    Yields:
        Keys, each with a sentence about it.
    """
    for key, value in config.items():
        if sentence := Settings.unknown(key):
            yield _placed(sentence)
        elif isinstance(value, list) or (isinstance(value, Mapping) and not is_encrypted(value) and key != _HEADERS):
            yield key, "must be one value, not several."
        elif names_secret(key) and _is_plain(value):
            yield key, f"is a secret, and stands here for everybody to read: {commands.config_set(key)}"
    settings, invalid = Settings.validated(_sources(config))
    yield from map(_placed, [*invalid.values(), *settings.conflicts()])


def _hints(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Finds what a stack does not set, so that it has to come from the environment.

    Args:
        config: The keys of this library's namespace, and their values.

    Yields:
        Keys, each with a sentence about it.
    """
    settings, _ = Settings.validated(_sources(config))
    yield from map(_placed, settings.missing())


def _sources(config: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """Tells where each setting is set, and its value; of what is encrypted, only that it is there."""
    known = {key: value for key, value in config.items() if Settings.unknown(key) is None}
    plain = {_name(key): (key, value) for key, value in known.items() if _is_plain(value)}
    headers = known.get(_HEADERS)
    if isinstance(headers, Mapping) and not is_encrypted(headers):
        told = {name: _ENCRYPTED if is_encrypted(value) else value for name, value in headers.items()}
        plain[_name(_HEADERS)] = (_HEADERS, told)
    secret = {_name(key): (key, _ENCRYPTED) for key, value in known.items() if is_encrypted(value)}
    return plain | {name: source for name, source in secret.items() if names_secret(name)}


def _is_plain(value: Any) -> bool:
    return value is not None and not isinstance(value, Mapping | list) and bool(str(value).strip())


def _name(key: str) -> str:
    return to_snake(key.partition(":")[2])


def _placed(sentence: str) -> tuple[str, str]:
    """The key that a sentence is about, which is the first that it names, and the sentence."""
    named = re.search(rf"{NAMESPACE}:\w+", sentence)
    key = named[0] if named else f"{NAMESPACE}:endpoint"
    return key, sentence.removeprefix(key).strip()
