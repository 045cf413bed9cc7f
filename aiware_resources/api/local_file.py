"""A file that is to be uploaded: what is in it, and reading it once more while it is sent."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, Protocol, cast

from aiware_resources import errors
from aiware_resources.api.transport import FilePart

Progress = Callable[[int, int], None]
"""Is told how many bytes have gone, and of how many."""

_BLOCK = 1 << 20


class Place(Protocol):
    """Where a file is: a path, or an address in a storage that this process can read."""

    def open(self, mode: Literal["rb"], /) -> IO[bytes]:
        """Opens the file for reading."""


@dataclass(frozen=True)
class LocalFile:
    """A file as it was when it was read.

    Attributes:
        path: Where it is.
        size: Its size in bytes.
        sha256: Its SHA-256, in hexadecimal.
        md5: Its MD5, in hexadecimal; aiWARE knows contents by it.
    """

    path: Path | Place
    size: int
    sha256: str
    md5: str

    @classmethod
    def read(cls, path: Path | Place) -> LocalFile:
        """Reads a file through, in constant memory.

        Raises:
            OSError: If it cannot be read.
        """
        sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                sha256.update(block)
                md5.update(block)
                size += len(block)
        return cls(path, size, sha256.hexdigest(), md5.hexdigest())

    def part(self, name: str, content_type: str | None, progress: Progress | None = None) -> FilePart:
        """The file as the part of a request.

        Args:
            name: What to call it.
            content_type: Its MIME type; None to tell it by the name.
            progress: Is told how far the sending is.
        """
        return FilePart(name, content_type, lambda: cast(IO[bytes], _Sent(self, progress)))


class _Sent(io.RawIOBase):
    """The file while it is sent.

    What goes out must be what was read before: else the request is broken off before its end, and so never applied.
    """

    def __init__(self, file: LocalFile, progress: Progress | None) -> None:
        super().__init__()
        self._stream = file.path.open("rb")
        self._file = file
        self._progress = progress
        self._sha256 = hashlib.sha256()
        self._gone = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """The HTTP library rewinds what it is about to send, and asks for its size so."""
        if whence == io.SEEK_END:
            # That of a connection that was lost is 0, by SFTP.
            return self._file.size + offset
        self._sha256, self._gone = hashlib.sha256(), 0
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Where the reading is."""
        return self._stream.tell()

    def fileno(self) -> int:
        """The descriptor of a file of this machine, which tells its size."""
        return self._stream.fileno()

    def close(self) -> None:
        """Ends the reading."""
        self._stream.close()
        super().close()

    def read(self, size: int | None = -1, /) -> bytes:
        """Reads the next block.

        Raises:
            UploadFailed: At the end, if the content is not what it was.
        """
        block = self._stream.read(-1 if size is None else size) or b""
        self._sha256.update(block)
        self._gone += len(block)
        is_over = not block or self._gone > self._file.size
        if is_over and self._sha256.hexdigest() != self._file.sha256:
            raise errors.UploadFailed(
                f"{self._file.path} changed while it was uploaded.", remedy="Run it again once the file is complete."
            )
        if self._progress is not None and block:
            self._progress(self._gone, self._file.size)
        return block
