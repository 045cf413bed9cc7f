"""Files that a program keeps: fetched when they are missing, left alone when they are there."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiware_resources.api import Progress, download
from aiware_resources.errors import DownloadFailed
from aiware_resources.files.manifest import Origin, origin_of, record_origin
from aiware_resources.settings import Settings

_ZIP = b"PK\x03\x04"
"""How a zip begins; one that was cut short has no list of its files at its end."""


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

    def properties(self) -> dict[str, Any]:
        """The file as a plain value: path, size, sha256."""
        return {"path": str(self.path), "size": self.size, "sha256": self.sha256}


def keep(settings: Settings, uri: str, destination: Path, identity: str, progress: Progress | None = None) -> File:
    """Sees to it that the file of a request is there: downloads it unless it is there already.

    Args:
        settings: The stack's settings.
        uri: Signed link to the content.
        destination: Where the file belongs.
        identity: The request that the content is of.
        progress: Is told how many bytes have come, and of how many.

    Raises:
        DownloadFailed: When it could not be fetched or written, or is a zip of several files.
    """
    there = kept(destination, identity)
    if there is not None:
        return there
    file = fetch(settings, uri, destination, progress)
    with writing(destination):
        record_origin(destination, Origin(request=identity, size=file.size, sha256=file.sha256))
    return file


def fetch(settings: Settings, uri: str, destination: Path, progress: Progress | None = None) -> File:
    """Downloads a file, whole or not at all; one that is there is replaced.

    Args:
        settings: The stack's settings.
        uri: Signed link to the content.
        destination: Where the file belongs.
        progress: Is told how many bytes have come, and of how many.

    Raises:
        DownloadFailed: When it could not be fetched or written, or is a zip of several files.
    """
    with writing(destination), scratch(destination.parent) as folder:
        fetched = download(settings, uri, folder / destination.name, progress=progress)
        if is_archive(fetched.path):
            raise DownloadFailed(
                f"{destination} would be a zip: aiWARE made several files, not one.",
                remedy="Name a folder to unpack them into, by a slash at the end.",
            )
        fetched.path.replace(destination)
    return File(destination, fetched.size, fetched.sha256)


def kept(path: Path, identity: str) -> File | None:
    """The file at a path if it is that of a request, as it was downloaded; ``None`` when it is not."""
    origin = origin_of(path)
    if origin is None or origin.request != identity:
        return None
    there = existing(path)
    return there if there is not None and (there.size, there.sha256) == (origin.size, origin.sha256) else None


def existing(path: Path) -> File | None:
    """The file at a path, or ``None`` when there is none."""
    return described(path) if path.is_file() else None


def described(path: Path) -> File:
    """Reads what a file is.

    Raises:
        OSError: When it cannot be read.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return File(path, path.stat().st_size, digest)


def content_at(path: Path, content: bytes) -> File:
    """The file that a path would be with this content."""
    return File(path, len(content), hashlib.sha256(content).hexdigest())


def write(destination: Path, content: bytes) -> File:
    """Sees to it that a file has this content: writes it when it is missing or different, whole or not at all.

    Raises:
        DownloadFailed: When it could not be written.
    """
    wanted = content_at(destination, content)
    if existing(destination) == wanted:
        return wanted
    with writing(destination), scratch(destination.parent) as folder:
        part = folder / destination.name
        part.write_bytes(content)
        part.replace(destination)
    return wanted


def is_archive(path: Path) -> bool:
    """Whether a file is a zip of files; a docx, which is a zip by its make, does not count as one.

    Raises:
        DownloadFailed: When it is a part of a zip, or a damaged one.
    """
    with path.open("rb") as file:
        is_zip = file.read(len(_ZIP)) == _ZIP
    if not is_zip and not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" not in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DownloadFailed(
            f"What aiWARE sent is a zip, or a document made like one, that is cut short or damaged: {error}.",
            remedy="Run it again, which fetches it again; if it stays so, request the export again.",
        ) from error


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A hidden folder inside of another, for files in the making; it vanishes with what is left in it.

    Raises:
        OSError: When it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=folder) as name:
        yield Path(name)


@contextmanager
def writing(destination: Path) -> Iterator[None]:
    """Turns what the file system says while something is written into an error that names it.

    Raises:
        DownloadFailed: When it could not be written.
    """
    try:
        yield
    except OSError as error:
        raise DownloadFailed(
            f"{destination} could not be written: {error.strerror or error}.",
            remedy="Check the folder's permissions and the free space.",
        ) from error
