"""Headers of one's own, such as an application's id: sent with each request to aiWARE's API, and to nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""The name of a header, as RFC 9110 has it."""
_VALUE = re.compile(r"[!-~]([ \t!-~]*[!-~])?")
"""Visible ASCII, with blanks between. Other characters are read differently by different servers."""

OURS = frozenset(
    {
        "accept",
        "accept-encoding",
        "api_key",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "date",
        "expect",
        "forwarded",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "x-correlation-id",
    }
)
"""Headers that are this library's to set, or the transport's, in small letters."""

_FORM = 'must be an object of names and values, such as {"X-Application-Id": "..."}'


def checked_headers(given: Any) -> tuple[tuple[str, SecretStr], ...]:
    """Checks headers, which are given as an object or as its JSON text, and wraps their values.

    Raises:
        ValueError: They cannot be sent; values are not quoted.
    """
    if isinstance(given, tuple):
        # They have been checked before.
        return given
    entries = _entries(given)
    by_name: dict[str, str] = {}
    for name, value in entries:
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"has {name!r}, which cannot be the name of a header")
        if name.lower() in OURS:
            raise ValueError(f"has {name}, which is not yours to set: aiWARE's API needs it as it is")
        if name.lower() in by_name:
            raise ValueError(f"has {name} twice: capitals do not count")
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError(f"must have a text for {name}")
        by_name[name.lower()] = name
        if not _VALUE.fullmatch(str(value)):
            raise ValueError(
                f"must have visible ASCII characters for {name}, without line ends, and without blanks around them"
            )
    return tuple((name, SecretStr(str(value))) for name, value in entries)


def _entries(given: Any) -> list[tuple[str, Any]]:
    if isinstance(given, Mapping):
        return [(str(name), value) for name, value in given.items()]
    try:
        found = json.loads(str(given), object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        raise ValueError(_FORM) from None
    if not isinstance(found, _Pairs):
        raise ValueError(_FORM)
    return list(found)


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON, in which a name may stand twice."""


Headers = Annotated[tuple[tuple[str, SecretStr], ...], BeforeValidator(checked_headers)]
