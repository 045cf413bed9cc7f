"""Secrets never appear in a report.

Pulumi masks what it knows to be secret. What only this library knows is masked here: properties that its entities hold
for secret, keys that carry credentials, and links that are signed or hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pulumi.output import Unknown

from aiware_resources.text.secret_words import MASK, is_signed_query, names_secret

SECRET = MASK

# Schemes are short; without a limit, a long text of words and hyphens would take time by the square of its length.
_LINK = re.compile(r"\b([a-z][a-z0-9+.-]{0,30}://)([^\s/@'\"<>]*@)?([^\s?'\"<>]*)(\?[^\s'\"<>]*)?", re.IGNORECASE)


def masked(value: Any, secrets: Iterable[str] = ()) -> Any:
    """The value without its secrets.

    Args:
        value: A value of any shape.
        secrets: Keys, at any depth, whose values are secret.
    """
    return _masked(value, frozenset(secrets))


def clear_secrets(value: Any, secrets: Iterable[str] = ()) -> set[str]:
    """The texts that `masked` masks, which no message may quote either."""
    return {text for text in _clear(value, frozenset(secrets), hidden=False) if text != SECRET}


def without_signature(text: str) -> str:
    """A text without the passwords and signatures of the links in it."""
    return _LINK.sub(_safe_link, text)


def has_secret(value: Any) -> bool:
    """Whether something in the value is masked."""
    if isinstance(value, dict):
        return any(has_secret(item) for item in value.values())
    if isinstance(value, list):
        return any(has_secret(item) for item in value)
    return isinstance(value, str) and SECRET in value


def _masked(value: Any, secrets: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {
            key: SECRET if _is_secret(key, secrets) and not _is_nothing(item) else _masked(item, secrets)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_masked(item, secrets) for item in value]
    return without_signature(value) if isinstance(value, str) else value


def _clear(value: Any, secrets: frozenset[str], *, hidden: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _clear(item, secrets, hidden=hidden or _is_secret(key, secrets))
    elif isinstance(value, list):
        for item in value:
            yield from _clear(item, secrets, hidden=hidden)
    elif hidden and isinstance(value, str):
        yield value


def _is_secret(key: Any, secrets: frozenset[str]) -> bool:
    return isinstance(key, str) and (key in secrets or names_secret(key))


def _is_nothing(value: Any) -> bool:
    return value is None or isinstance(value, Unknown | bool | int | float)


def _safe_link(found: re.Match[str]) -> str:
    scheme, user, rest, query = found[1], found[2] or "", found[3], found[4] or ""
    if ":" in user:
        user = f"{SECRET}@"
    if is_signed_query(query[1:]):
        query = f"?{SECRET}"
    return f"{scheme}{user}{rest}{query}"
