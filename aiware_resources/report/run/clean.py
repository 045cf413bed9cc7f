"""What no page and no file may hold: secrets, and characters that are not text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from aiware_resources.report.masking import SECRET, without_signature

_NAMED = re.compile(
    r"""(\b[\w-]{0,40}(?:token|passw(?:or)?d|passphrase|secret|api[-_]?key|authorization|credentials?)["']?\s*[=:]\s*["']?"""
    r"""(?:bearer\s+|basic\s+)?|\bbearer\s+)[^\s"',;&<>]+""",
    re.IGNORECASE,
)
"""A value under the name of a secret, as logs write it: ``token=...``, ``"apiKey": "..."``, ``Bearer ...``."""
_LONGEST = 4000
"""Characters of a text that are told; a line of a log can have millions."""
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_NOT_TEXT = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML does not allow."""


def clean(value: Any, secrets: Iterable[str]) -> Any:
    """A plain value, with every text in it as it may be told.

    Args:
        value: A value of any shape.
        secrets: Texts that nothing may quote.
    """
    # The longest first: one may be a part of another.
    return _cleaned(value, sorted(secrets, key=len, reverse=True))


def _cleaned(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_cleaned(item, secrets) for item in value)
    return _text(value, secrets) if isinstance(value, str) else value


def _text(text: str, secrets: list[str]) -> str:
    text = _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", _ESCAPES.sub("", text).replace("\r", ""))
    for secret in secrets:
        text = text.replace(secret, SECRET)
    text = _NAMED.sub(rf"\1{SECRET}", without_signature(text))
    # Only then: of a secret that is cut, the rest would not be found.
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text) - _LONGEST:,} characters more)"
