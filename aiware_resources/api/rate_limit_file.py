"""Where what is known of a rate limit is kept: in a small file that the processes of this user share, or in memory.

The file lies in a folder of the user's own, is named by a hash, and holds numbers only. It is a help, not a need: where
the folder cannot be used, and on Windows, each process keeps its own numbers.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import stat
import sys
import tempfile
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from aiware_resources.api.rate_limit import CELLS, RateLimit

_SIZE = CELLS * 8
_SUFFIX = ".rate-limit.1"
"""The number changes whenever the cells mean something else."""

_UNUSED = 86_400.0
"""Seconds after which a file is of no use to anybody."""


class Store(Protocol):
    """Keeps what is known.

    Attributes:
        file: Where; None when only this process knows.
    """

    file: Path | None

    def locked(self) -> AbstractContextManager[RateLimit]:
        """What is known, for one thread of one process at a time."""


class InMemory:
    """Keeps it for this process."""

    def __init__(self) -> None:
        self.file: Path | None = None
        self._lock = threading.Lock()
        self._known = RateLimit(array("d", bytes(_SIZE)))

    @contextmanager
    def locked(self) -> Iterator[RateLimit]:
        """What is known, for one thread at a time."""
        with self._lock:
            yield self._known


if sys.platform == "win32":

    def open_store(folder: Path | None, host: str, secret: str) -> Store:
        """Keeps what is known in this process."""
        return InMemory()

else:
    import fcntl

    class InFile:
        """Keeps it for all processes of this user.

        Args:
            path: The file; made where there is none.

        Raises:
            OSError: If the file cannot be used.
        """

        def __init__(self, path: Path) -> None:
            self.file: Path | None = path
            self._lock = threading.Lock()
            self._descriptor = _opened(path)
            self._memory = mmap.mmap(self._descriptor, _SIZE)
            self._known = RateLimit(memoryview(self._memory).cast("d"))

        @contextmanager
        def locked(self) -> Iterator[RateLimit]:
            """What is known, for one thread of one process at a time."""
            with self._lock:
                # A process that dies lets go of its lock.
                fcntl.flock(self._descriptor, fcntl.LOCK_EX)
                try:
                    yield self._known
                finally:
                    fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def open_store(folder: Path | None, host: str, secret: str) -> Store:
        """Keeps what is known of a token at a server, shared where that is possible.

        Args:
            folder: Where to keep it; None for this process only.
            host: The server.
            secret: The token.
        """
        if folder is None:
            return InMemory()
        name = hashlib.sha256(f"{host}\n{secret}".encode()).hexdigest()[:32]
        try:
            return InFile(folder / f"{name}{_SUFFIX}")
        except OSError:
            return InMemory()

    def _opened(path: Path) -> int:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode) or about.st_uid != os.getuid():
                raise PermissionError(f"{path} is not a file of this user.")
            if about.st_size < _SIZE:
                # Written, not only made longer: a full disk is an error here, and would be a crash later.
                os.pwrite(descriptor, bytes(_SIZE - about.st_size), about.st_size)
            os.utime(descriptor)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor


def shared_folder() -> Path | None:
    """The folder of this user for what lasts as long as the machine runs; None where there is no safe one."""
    if sys.platform == "win32":
        return None
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(runtime, "aiware") if runtime else Path(tempfile.gettempdir(), f"aiware-{os.getuid()}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o077:
        # Anybody could have put it there.
        return None
    _tidy(folder)
    return folder


def _tidy(folder: Path) -> None:
    """Removes files that nobody has opened for a day; who has one open still keeps it."""
    for file in folder.glob(f"*{_SUFFIX}"):
        # Another process may tidy as well.
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > _UNUSED:
                file.unlink()
