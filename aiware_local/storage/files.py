"""The contents of assets, results and exports: files in one folder, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

BLOCK = 1 << 20


@dataclass(frozen=True)
class Stored:
    """A stored file: its name in the folder, its size in bytes and its MD5 sum."""

    name: str
    size: int
    md5: str


class Files:
    """A folder of files that are known by name.

    Args:
        folder: where they are; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Where a file is, or would be."""
        return self.folder / name

    def write(self, name: str, content: bytes) -> Stored:
        """Stores bytes under a name."""
        with self.partial(name) as part:
            part.write(content)
            return part.keep()

    def copy(self, name: str, source: Path | BinaryIO) -> Stored:
        """Stores the content of a file, or what is left of a stream, under a name."""
        with self.partial(name) as part:
            if isinstance(source, Path):
                with source.open("rb") as stream:
                    _pour(stream, part)
            else:
                _pour(source, part)
            return part.keep()

    def partial(self, name: str) -> Partial:
        """A file to be written piece by piece."""
        return Partial(self, name)

    def link(self, source: str, name: str) -> None:
        """Stores the same content under another name as well."""
        target = self.path(name)
        try:
            os.link(self.path(source), target)
        except FileExistsError:
            target.unlink(missing_ok=True)
            os.link(self.path(source), target)

    def delete(self, name: str) -> None:
        """Removes a file if it is there."""
        self.path(name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Removes every file."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()


class Partial:
    """A file that is being written; it gets its name when `keep` is called, and is removed otherwise."""

    def __init__(self, files: Files, name: str) -> None:
        self._files = files
        self._name = name
        self._temporary = files.path(f".{name}.{uuid.uuid4().hex}")
        self._stream = self._temporary.open("wb")
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._size = 0
        self._is_kept = False

    def write(self, block: bytes) -> None:
        """Adds bytes at the end."""
        self._stream.write(block)
        self._md5.update(block)
        self._size += len(block)

    def keep(self) -> Stored:
        """Puts the file in its place."""
        self._stream.close()
        self._temporary.replace(self._files.path(self._name))
        self._is_kept = True
        return Stored(self._name, self._size, self._md5.hexdigest())

    def __enter__(self) -> Partial:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_kept:
            self._stream.close()
            self._temporary.unlink(missing_ok=True)


def private_file(path: Path, content: Callable[[], bytes]) -> bytes:
    """The content of a file that its owner alone can read; it is made with the given content if it is not there."""
    if not path.exists():
        temporary = path.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content())
        temporary.replace(path)
    return path.read_bytes()


def _pour(source: BinaryIO, target: Partial) -> None:
    while block := source.read(BLOCK):
        target.write(block)
