"""Names under which secrets stand, and links that let in whoever has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MASK = "[secret]"
"""What Pulumi writes instead of a value that it knows to be secret, and so does this library."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi knows what stands for a value in a state, such as one that is encrypted."""
IN_CLEAR = "plaintext"
"""The key of such a value in JSON, where a state is written with its secrets."""

_SECRET = re.compile(
    r"(password|passwd|passphrase|secret|token|apikey|accesskey|secretkey|privatekey|credentials?|authorization"
    r"|signature|sig)$"
)
_OPENS = re.compile(r"sig$|signature|token|credential|secret|password|policy|expires|key")
"""Parts of the names of parameters by which a link is signed."""


def names_secret(name: str) -> bool:
    """Says whether a secret stands under a name, however that is spelled: ``apiKey``, ``oauth_client_secret``."""
    return _SECRET.search(re.sub(r"[-_. ]", "", name.lower())) is not None


def is_secret(key: str | int | None, value: Any) -> bool:
    """Says whether a value must not be written where others read it: by its key, or because it is a signed link.

    Args:
        key: The key that the value stands under, where there is one.
        value: The value.
    """
    if isinstance(key, str) and isinstance(value, str | Mapping | list) and value and names_secret(key):
        return True
    return isinstance(value, str) and is_signed(value)


def is_signed_query(query: str) -> bool:
    """Says whether the query of a link holds a signature, a token or a password."""
    return any(_OPENS.search(name.lower()) for name, _ in parse_qsl(query, keep_blank_values=True))


def is_signed(text: str) -> bool:
    """Says whether a text is a link that lets in whoever has it, by a signature, token or password in it."""
    if "://" not in text:
        return False
    try:
        url = urlsplit(text)
        return url.password is not None or is_signed_query(url.query)
    except ValueError:
        # Not a link that could be followed, and so not one that can be judged: it is better hidden.
        return True
