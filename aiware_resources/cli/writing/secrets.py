"""Secrets: a program reads them from the stack's configuration, and says how to set them there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic.alias_generators import to_snake

from aiware_resources.cli.writing.names import Names, words
from aiware_resources.reconcile.adoption import Code
from aiware_resources.text.commands import config_set

LEFT_OUT = "Left out is what may be a secret. Set it before the first `pulumi up`:"

IsSecret = Callable[[str | int | None, Any], bool]
"""Says of a value, and the key that it is found under, whether it is a secret."""


@dataclass
class Secrets:
    """The keys of the stack's configuration that a program reads its secrets from.

    Attributes:
        is_secret: Says what is a secret.
    """

    is_secret: IsSecret
    _keys: Names = field(default_factory=Names)

    def key(self, owner: str, name: str, otherwise: str) -> str:
        """A free key, which takes plain letters only.

        Args:
            owner: The variable of the object whose secret it is.
            name: What the secret is called.
            otherwise: The key where these have other letters.
        """
        readable = f"{owner}_{words(to_snake(name))}"
        plain = readable if readable.isascii() else otherwise
        return self._keys.unique(plain.replace("_", "-"), "-")

    def taken_out(self, name: str | int, value: Any, key: Callable[[str], str], commands: list[str]) -> Any:
        """A value with its secrets replaced by the stack's configuration.

        Args:
            name: What the value is called.
            value: The value.
            key: Gives a key for a secret of some name.
            commands: Takes the commands that set the secrets.
        """
        if self.is_secret(name, value):
            secret, is_text = key(str(name)), isinstance(value, str)
            commands.append(config_set(secret) if is_text else set_object(secret))
            return Code(f'config.require_secret{"" if is_text else "_object"}("{secret}")')
        if isinstance(value, Mapping):
            return {inner: self.taken_out(inner, item, key, commands) for inner, item in value.items()}
        if isinstance(value, list):
            return [self.taken_out(index, item, key, commands) for index, item in enumerate(value)]
        return value


def set_object(key: str) -> str:
    """The command that sets one value of a secret that is an object."""
    return config_set(f"{key}.NAME", is_path=True)
