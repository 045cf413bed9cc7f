"""What must not stand in a program: values that are, or may be, secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_SECRET_KEY = re.compile(
    r"(password|passwd|passphrase|secret|token|apikey|accesskey|secretkey|privatekey|credentials?|authorization"
    r"|signature|sig)$"
)


def is_secret(key: str | int | None, value: Any) -> bool:
    """Whether a value, standing under a key, has to stay out of a program.

    Args:
        key: The key, where there is one; ``apiKey`` and ``Authorization`` tell that a secret follows.
        value: The value; a link can carry a password or a signature.
    """
    if isinstance(key, str) and isinstance(value, str | Mapping | list) and value and _names_a_secret(key):
        return True
    return isinstance(value, str) and is_signed(value)


def is_signed(text: str) -> bool:
    """Whether a text is a link that lets in whoever has it, by a signature, token or password in it."""
    if "://" not in text:
        return False
    try:
        url = urlsplit(text)
        given = parse_qsl(url.query, keep_blank_values=True)
        return url.password is not None or any(_names_a_secret(name) for name, _ in given)
    except ValueError:
        # No link that could be followed, nor one that can be judged: it is better kept back.
        return True


def _names_a_secret(key: str) -> bool:
    return _SECRET_KEY.search(re.sub(r"[-_. ]", "", key.lower())) is not None
