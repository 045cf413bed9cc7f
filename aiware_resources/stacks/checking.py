"""Holding stack files against what may stand in them.

Which keys there are, and of what kind, say the settings of this library (``aiware:*``), the ``config`` of the project's
manifest, and, where the project has one, the model ``Configuration`` in ``configuration.py`` beside its program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiware_resources.errors import ConfigurationError
from aiware_resources.settings import NAMESPACE
from aiware_resources.settings.project import Project, Stack
from aiware_resources.stacks.own_keys import OwnKeys
from aiware_resources.stacks.setting_keys import hints, setting_problems
from aiware_resources.text.words import did_you_mean, near

TOP_LEVEL = ("config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt")
"""What Pulumi itself knows in a stack's file."""


@dataclass(frozen=True)
class StackProblem:
    """Something about a stack's file.

    Attributes:
        file: The file.
        key: Where in it; empty for the file as a whole.
        sentence: What is wrong, and what to do about it.
        is_hint: Whether it is no error: something that may well be elsewhere.
    """

    file: Path
    key: str
    sentence: str
    is_hint: bool = False


def check_stacks(project: Project, stacks: Sequence[Stack]) -> list[StackProblem]:
    """Holds stack files against what may stand in them. No secret is decrypted, and nothing is asked of aiWARE.

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
    yield from _told(stack, setting_problems(settings))
    yield from _told(stack, own.problems(full))
    yield from _told(stack, hints(settings), is_hint=True)


def _told(stack: Stack, problems: Iterable[tuple[str, str]], *, is_hint: bool = False) -> Iterator[StackProblem]:
    return (StackProblem(stack.file, key, sentence, is_hint) for key, sentence in problems)


def _unknown(key: str) -> str:
    return f"is nothing that a stack's file has: {did_you_mean(key, TOP_LEVEL, 'keys belong under config.')}"
