"""The manifest of a folder: what each downloaded file in it came from.

The state does not hold this, since another machine may not have the files. Only a file that is as it was downloaded,
for the same request, is left alone.
"""

from __future__ import annotations

import json
import os
import tempfile
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
        request: Id of the export request.
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


def record_origin(file: Path, origin: Origin) -> None:
    """Writes into the manifest of a file's folder what the file came from.

    Raises:
        OSError: When it cannot be written.
        DownloadFailed: When another process holds the manifest for too long.
    """
    try:
        with FileLock(file.parent / LOCK, timeout=_LONGEST_LOCK):
            entries = {**_entries(file.parent), file.name: origin.model_dump()}
            _write(file.parent / MANIFEST, f"{json.dumps({'files': entries}, indent=2, sort_keys=True)}\n")
    except Timeout as error:
        raise DownloadFailed(
            f"{file} was downloaded, but another process holds {file.parent / LOCK}.",
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
