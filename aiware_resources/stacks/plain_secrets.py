"""Secrets in the values of a project's own keys that are not encrypted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from aiware_resources.cluster import ClusterProvider
from aiware_resources.reconcile import Path, path_text
from aiware_resources.settings.project import is_encrypted

_SECRETS = ClusterProvider.secrets
"""Arguments that are secret whatever the program says; a stack's file has them in objects."""


def plain_secrets(value: Any, path: Path = (), *, is_secret: bool = False) -> Iterator[Path]:
    """Where secrets stand in plain text: the values of `dockerCredentials` and `serviceToken`, at any depth.

    Args:
        value: A value of a stack's file.
        path: Where it is.
        is_secret: Whether all of it is secret.
    """
    if is_encrypted(value) or value is None or value == "":
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            is_named = isinstance(key, str) and to_camel(key) in _SECRETS
            yield from plain_secrets(item, (*path, key), is_secret=is_secret or is_named)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from plain_secrets(item, (*path, index), is_secret=is_secret)
    elif is_secret:
        yield path


def plain_secret_sentence(namespace: str, path: Path) -> str:
    """What is wrong with a secret in plain text, and what to do about it.

    Args:
        namespace: The namespace of the key: the project's name.
        path: Where it is, the key included.
    """
    return (
        "is a secret, and stands here for everybody to read, as it would in the state and in previews: "
        f"pulumi config set --path --secret '{namespace}:{path_text(path)}'"
    )
