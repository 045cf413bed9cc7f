"""What the request log keeps of a request's query and body where it is told to: nothing that is secret."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from starlette.datastructures import QueryParams

SECRETS = frozenset({"password", "token", "serviceToken", "dockerCredentials"})
"""The names of values that are never kept."""
HIDDEN = "***"


def recorded(query: QueryParams, content: bytes, *, is_secret: bool = False) -> dict[str, Any]:
    """The query parameters and the JSON body, as an entry of the request log has them.

    Args:
        query: the query parameters.
        content: the body; one that is not JSON is left out.
        is_secret: leave the body out altogether, since there may be secrets anywhere in it.
    """
    entry: dict[str, Any] = {"query": _without_secrets(dict(query))}
    if content and not is_secret:
        with suppress(ValueError, RecursionError):
            body = _without_secrets(json.loads(content))
            json.dumps(body, ensure_ascii=False).encode()  # fails for halves of characters, which cannot be answered
            entry["body"] = body
    return entry


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: HIDDEN if key in SECRETS else _without_secrets(item) for key, item in value.items()}
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value
