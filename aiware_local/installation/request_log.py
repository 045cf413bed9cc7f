"""What was asked of the API: counts by root field, and the latest requests.

Never a token; a query or a body only where the behavior says to record requests, and nothing secret of these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from starlette.datastructures import QueryParams

from aiware_local.installation.scalars import format_datetime
from aiware_local.storage.store import Store

KEPT = 10_000
"""How many of the latest requests are stored; the totals count all."""
HTTP = " http"
"""The row of the totals that counts HTTP requests; no field's name starts with a space."""
SECRETS = frozenset({"password", "token", "serviceToken", "dockerCredentials"})
"""The names of values that are never stored."""
HIDDEN = "***"


class RequestLog:
    """Counts and lists requests, in the store, so that they outlive a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        now: float,
        operation: str | None,
        fields: Mapping[str, int],
        executed: Mapping[str, int],
        status: int | None,
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Notes one HTTP request to the API.

        Args:
            now: when it came, in seconds since the epoch.
            operation: the name of the GraphQL operation, if it has one; the operationId of Edge.
            fields: the root fields that it asked for, and how often each; on Edge the operationId.
            executed: those that were executed; a request that was refused executes none.
            status: the HTTP status of the answer, None if the connection was cut.
            more: what else the entry says.
        """
        entry = {"time": format_datetime(now), "operation": operation, "fields": dict(fields), "status": status, **more}
        connection = self._store.connection
        with self._store.transaction():
            cursor = connection.execute("INSERT INTO requests (body) VALUES (?)", (json.dumps(entry),))
            for field, count in {**executed, HTTP: 1}.items():
                connection.execute(
                    "INSERT INTO executions VALUES (?, ?) "
                    "ON CONFLICT (field) DO UPDATE SET count = count + excluded.count",
                    (field, count),
                )
            if cursor.lastrowid and cursor.lastrowid % 1000 == 0:
                connection.execute("DELETE FROM requests WHERE sequence <= ?", (cursor.lastrowid - KEPT,))

    def report(self) -> dict[str, Any]:
        """The answer of `GET /_local/requests`."""
        connection = self._store.connection
        totals = dict(connection.execute("SELECT field, count FROM executions ORDER BY field").fetchall())
        rows = connection.execute("SELECT body FROM requests ORDER BY sequence DESC LIMIT ?", (KEPT,)).fetchall()
        http = totals.pop(HTTP, 0)
        return {"totals": totals, "http": http, "requests": [json.loads(body) for (body,) in reversed(rows)]}

    def clear(self) -> None:
        """Forgets everything."""
        self._store.connection.execute("DELETE FROM requests")
        self._store.connection.execute("DELETE FROM executions")


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
