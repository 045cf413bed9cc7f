"""Reading JSON that somebody else has written."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

MOST_NESTED = 100
"""How deep objects and lists may lie inside each other. aiWARE's own are about ten deep; what walks through an answer
afterwards, Pulumi included, is stopped by Python's limit for calls inside calls."""

_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")


class TooDeep(ValueError):
    """JSON is nested deeper than anything that aiWARE makes."""

    def __init__(self) -> None:
        super().__init__(f"objects and lists lie more than {MOST_NESTED} deep inside each other")


def read_json(text: str | bytes) -> Any:
    """Reads JSON.

    Args:
        text: The JSON. Bytes are an answer, and read as far as possible. Text is what somebody sends: NaN and Infinity,
            which only some writers have, and a mark of the byte order are not JSON in it.

    Returns:
        Its value. Halves of characters, which nothing could write again, are replaced by question marks.

    Raises:
        TooDeep: It is nested too deep.
        ValueError: It is not JSON.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        value = json.loads(text, parse_constant=_refuse if isinstance(text, str) else None)
    except RecursionError:
        raise TooDeep from None
    # Counting is quick, and nearly always enough.
    if content.count(b"[") + content.count(b"{") > MOST_NESTED and _is_deep(value):
        raise TooDeep
    if _HALF_CHARACTER.search(content):
        return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON value")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MOST_NESTED + 1):
        containers = [each for each in level if isinstance(each, dict | list)]
        if not containers:
            return False
        level = [item for each in containers for item in (each.values() if isinstance(each, dict) else each)]
    return True
