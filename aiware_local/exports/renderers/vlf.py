"""Veritone standard: the `series` of an engine's output, and nothing else of it."""

from __future__ import annotations

import json

from aiware_local.storage.records import Record


def render_vlf(document: Record) -> bytes:
    """A JSON file with the `series` of a vtn-standard document."""
    text = json.dumps({"series": document.get("series") or []}, ensure_ascii=False, indent=2)
    # Half of a surrogate pair, which JSON can hold and UTF-8 cannot, is written as JSON's own escape.
    return text.encode("utf-8", "backslashreplace") + b"\n"
