"""The manifest of a folder: what each downloaded file in it came from.

The state does not hold this, since another machine may not have the files. Only a file that is as it was downloaded,
for the same request, is left alone.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from aiware_resources.errors import DownloadFailed

MANIFEST = ".aiware-files.json"
LOCK = f"{MANIFEST}.lock"
"""Held while the manifest changes: several resources, and several processes, may write into one folder."""

_LONGEST_LOCK = 60.0
"""Seconds to wait for the lock, which is held for milliseconds."""


class Origin(BaseModel, frozen=True):
    """What a file came from, and what it was then.

    Attributes:
        request: Id of the export request or job.
        size: Size in bytes.
        sha256: SHA-256, in hexadecimal.
    """

    request: str
    size: int
    sha256: str


def origin_of(file: Path) -> Origin | None:
    """What a file came from; ``None`` when the manifest of its folder does not say, or not readably."""
    try:
        return Origin.model_validate(_entries(file.parent).get(file.name))
    except ValidationError:
        return None


def names_of(folder: Path, request: str) -> list[str]:
    """The names of the files that came from a request, as the manifest of their folder says."""
    names = (name for name in _entries(folder) if "/" not in name)
    return [name for name in names if (origin := origin_of(folder / name)) and origin.request == request]


def record_origin(file: Path, origin: Origin) -> None:
    """Writes into the manifest of a file's folder what the file came from.

    Raises:
        OSError: When it cannot be written.
        DownloadFailed: When another process holds the manifest for too long.
    """
    _change(file.parent, lambda entries: {**entries, file.name: origin.model_dump()})


def record_request(folder: Path, request: str, origins: Mapping[str, Origin]) -> None:
    """Writes into the manifest of a folder which files came from a request: these, by name, and no others.

    Raises:
        OSError: When it cannot be written.
        DownloadFailed: When another process holds the manifest for too long.
    """

    def changed(entries: dict[str, Any]) -> dict[str, Any]:
        others = {name: entry for name, entry in entries.items() if not _is_of(entry, request)}
        return {**others, **{name: origin.model_dump() for name, origin in origins.items()}}

    if changed(_entries(folder)) != _entries(folder):
        _change(folder, changed)


def _is_of(entry: Any, request: str) -> bool:
    return isinstance(entry, dict) and entry.get("request") == request


def _change(folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    try:
        with FileLock(folder / LOCK, timeout=_LONGEST_LOCK):
            entries = change(_entries(folder))
            _write(folder / MANIFEST, f"{json.dumps({'files': entries}, indent=2, sort_keys=True)}\n")
    except Timeout as error:
        raise DownloadFailed(
            f"Files were written into {folder}, but another process holds {folder / LOCK}.",
            remedy="Run `pulumi up` again when that process has ended.",
        ) from error


def _entries(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    entries = content.get("files") if isinstance(content, dict) else None
    return entries if isinstance(entries, dict) else {}


def _write(path: Path, text: str) -> None:
    """Replaces a file as a whole."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
