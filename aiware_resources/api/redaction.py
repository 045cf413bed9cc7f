"""Keeping secrets out of what people read: error messages and logs."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from aiware_resources.text.secret_words import names_secret

_URL_WITH_QUERY = re.compile(r"((?:https?|s3)://[^\s?'\"<>]+)\?[^\s'\"<>]*")
_REQUEST_TARGET = re.compile(r"(/[^\s?'\"<>]*)\?[^\s'\"<>]*")
_SHORTEST_SECRET = 4
_MASK = "[secret]"


def without_query(text: str) -> str:
    """Cuts the query off each URL in a text: a signed link is a secret, and its query holds the signature."""
    return _URL_WITH_QUERY.sub(r"\1", text)


def redacted(text: str, variables: Mapping[str, Any]) -> str:
    """Masks in a server's message what the request's variables held as secrets, and cuts signed links.

    GraphQL servers like to quote a refused value in full.
    """
    for secret in sorted(secrets_of(variables), key=len, reverse=True):
        text = text.replace(secret, _MASK)
    return without_query(text)


def secrets_of(value: Any, *, secret: bool = False) -> set[str]:
    """Collects the texts that stand, at any depth, under a key that holds secrets."""
    return {text for text in _secrets(value, secret) if len(text) >= _SHORTEST_SECRET}


def _secrets(value: Any, secret: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secrets(item, secret or names_secret(str(key)))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets(item, secret)
    elif secret and isinstance(value, str):
        yield value


class _QueryFilter(logging.Filter):
    """Rewrites a log record without the queries of the URLs in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _REQUEST_TARGET.sub(r"\1", record.getMessage())
        record.args = ()
        return True


def protect_logs() -> None:
    """Makes httpx and httpcore log URLs without their queries; they log every URL, signed ones too."""
    # A filter works for its own logger only, not for the children: hence each by name.
    names = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks", "httpcore.http2")
    for name in names:
        logger = logging.getLogger(name)
        if not any(isinstance(known, _QueryFilter) for known in logger.filters):
            logger.addFilter(_QueryFilter())
