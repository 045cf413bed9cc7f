"""Files that a program keeps: fetched when they are missing, left alone when they are there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiware_resources.api import download, remote_size
from aiware_resources.settings import Settings


@dataclass(frozen=True)
class File:
    """A file on disk.

    Attributes:
        path: Where it is.
        size: Its size in bytes.
        sha256: Its SHA-256, in hexadecimal.
    """

    path: Path
    size: int
    sha256: str


def keep(settings: Settings, uri: str, destination: Path) -> File:
    """Sees to it that a file is there: downloads it when it is missing or not of the size that the server tells.

    Args:
        settings: The stack's settings.
        uri: Signed link to the content.
        destination: Where the file belongs.

    Raises:
        DownloadFailed: When it could not be fetched or written.
    """
    there = existing(destination)
    if there is not None and there.size == remote_size(settings, uri):
        return there
    fetched = download(settings, uri, destination)
    return File(fetched.path, fetched.size, fetched.sha256)


def existing(path: Path) -> File | None:
    """The file at a path, or ``None`` when there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return File(path, path.stat().st_size, digest)
