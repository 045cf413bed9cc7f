"""The settings of this library in a stack's file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_snake

from aiware_resources.settings import NAMESPACE, Settings
from aiware_resources.settings.project import is_encrypted
from aiware_resources.text.secret_words import names_secret

_ENCRYPTED = "encrypted"
"""Stands for a secret that is there, and is not decrypted."""


def setting_problems(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with the settings of a stack.

    Args:
        config: The keys of this library's namespace, and their values.

    Yields:
        Keys, each with a sentence about it.
    """
    for key, value in config.items():
        if sentence := Settings.unknown(key):
            yield _placed(sentence)
        elif isinstance(value, Mapping | list) and not is_encrypted(value):
            yield key, "must be one value, not several."
        elif names_secret(key) and _is_plain(value):
            yield key, f"is a secret, and stands here for everybody to read: pulumi config set --secret {key}"
    settings, invalid = Settings.validated(_sources(config))
    yield from map(_placed, [*invalid.values(), *settings.conflicts()])


def hints(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a stack does not set, so that it has to come from the environment.

    Args:
        config: The keys of this library's namespace, and their values.

    Yields:
        Keys, each with a sentence about it.
    """
    settings, _ = Settings.validated(_sources(config))
    yield from map(_placed, settings.missing())


def _sources(config: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """Where each setting is set, and the value; of what is encrypted, only that it is there."""
    known = {key: value for key, value in config.items() if Settings.unknown(key) is None}
    plain = {_name(key): (key, value) for key, value in known.items() if _is_plain(value)}
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
