"""Storages that fsspec knows: S3, Google Cloud Storage, Azure, SFTP, folders of this machine, and others."""

from __future__ import annotations

import io
import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlsplit

from aiware_resources.api.redaction import without_query
from aiware_resources.errors import SourceError
from aiware_resources.sources.items import Item, in_utc

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_EXTRAS = {
    **dict.fromkeys(("s3", "s3a"), "s3"),
    **dict.fromkeys(("gs", "gcs"), "gcs"),
    **dict.fromkeys(("az", "abfs", "abfss"), "azure"),
    **dict.fromkeys(("sftp", "ssh"), "sftp"),
}
"""The extra of this package that each kind of address needs."""

ON_SFTP = frozenset(name for name, extra in _EXTRAS.items() if extra == "sftp")
"""The kinds of address that are read by SFTP."""

SIGNED = frozenset(_EXTRAS) - ON_SFTP
"""The kinds of address that are signed for aiWARE, which cannot read them as they are."""

_LOCAL = frozenset({"file", "local"})
"""The kinds of address that are files of this machine."""

_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    # The signature of today's regions; the earlier one is valid in some only.
    "s3": {"config_kwargs": {"signature_version": "s3v4"}},
}
_MODIFIED = ("LastModified", "last_modified", "mtime", "updated", "modified")
_PAGE = 1000
_PATIENCE = 60.0
"""Seconds for which an SFTP server may say nothing."""
_AHEAD = 64
"""How many blocks of a file are asked for before they are needed."""
_SECOND = 10**9
"""Nanoseconds of one."""

# What it says of a connection that fails, with a traceback, goes to whoever asks for it; the error says the reason.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

_opened: dict[tuple[str, str, int | None], AbstractFileSystem] = {}
_opening = threading.Lock()


def scheme_of(address: str) -> str:
    """The kind of an address: ``s3``, or ``file`` for a path."""
    scheme, found, _ = address.partition("://")
    return scheme.lower() if found else "file"


@contextmanager
def told(address: str) -> Iterator[None]:
    """Tells what keeps a storage from being read, in the words of this library.

    Raises:
        SourceError: In place of what the packages of the storages raise.
    """
    try:
        yield
    except SourceError:
        raise
    except ImportError as error:
        extra = _EXTRAS.get(scheme_of(address))
        missing = f"pip install 'aiware-pipelines[{extra}]'" if extra else f"Install what it needs: {error}."
        raise SourceError(f"{address} cannot be read: a package is missing.", remedy=missing) from error
    except FileNotFoundError as error:
        raise SourceError(
            f"{address} is not there, or these credentials do not show it.",
            remedy="Check the name of the bucket or folder.",
        ) from error
    except PermissionError as error:
        raise SourceError(
            f"{address} may not be read with these credentials.",
            remedy="Allow them to list the bucket or folder, and to read what is in it; or use others.",
        ) from error
    except Exception as error:  # each package has errors of its own
        # A connection that was lost is of no use any more.
        _opened.pop(_place(address), None)
        raise SourceError(f"{address} cannot be read: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    # Some packages quote the address that they asked, with its signature.
    text = without_query(str(error)).strip().splitlines()
    return f"{type(error).__name__}: {text[0].rstrip(' :') if text else 'no reason was given'}"


def _place(address: str) -> tuple[str, str, int | None]:
    """What addresses have in common that one storage serves."""
    scheme = scheme_of(address)
    # A connection serves one thread at a time; buckets have no connection of that kind.
    thread = None if scheme in SIGNED else threading.get_ident()
    return scheme, urlsplit(address).netloc if "://" in address else "", thread


def opened(address: str) -> tuple[AbstractFileSystem, str]:
    """The storage of an address, and the path in it. A storage is opened once: that takes time."""
    from fsspec.core import url_to_fs

    scheme, key = scheme_of(address), _place(address)
    with _opening:
        if key not in _opened:
            options = _OPTIONS.get("s3" if scheme == "s3a" else scheme, {})
            # What others put there in the meantime is to be seen. Other storages have no such option.
            caching = {"use_listings_cache": False} if scheme in SIGNED else {}
            caching |= {"skip_instance_cache": True} if scheme in _EXTRAS else {}
            _opened[key] = url_to_fs(address, **options, **caching)[0]
            if scheme in ON_SFTP:
                # Else it would wait for ever for a server that says nothing more.
                _opened[key].ftp.get_channel().settimeout(_PATIENCE)
        storage = _opened[key]
    return storage, str(storage._strip_protocol(address))


def files_in(address: str) -> Iterator[Item]:
    """Lists the files below an address: those of S3 page by page, others folder by folder. Holds no more than that.

    Raises:
        SourceError: It cannot be listed, or not to its end.
    """
    with told(address):
        storage, top = opened(address)
        top = top.rstrip("/")
        if not top and scheme_of(address) in SIGNED:
            raise SourceError(f"{address} names no bucket.")
        is_local = scheme_of(address) in _LOCAL
        place = top if is_local and "://" in address else Path(address).expanduser().as_posix()
        base = (place if is_local else address).rstrip("/")
        is_uploaded = scheme_of(address) not in SIGNED
        found = _in_bucket(storage, top) if scheme_of(address) in {"s3", "s3a"} else _in_folders(storage, top)
        for path, size, modified in found:
            # The name of an object may begin with a slash.
            within = path[len(top) :].removeprefix("/")
            if not within:
                raise SourceError(f"{address} is a file.", remedy="Name the folder, and the file as the pattern.")
            yield Item(within, f"{base}/{within}", within, size, in_utc(modified), is_uploaded=is_uploaded)


def _in_bucket(storage: Any, top: str) -> Iterator[tuple[str, int, Any]]:
    bucket, _, prefix = top.partition("/")
    asked: dict[str, Any] = {"Bucket": bucket, "Prefix": f"{prefix}/" if prefix else "", "MaxKeys": _PAGE}
    while True:
        page = storage.call_s3("list_objects_v2", **asked)
        for each in page.get("Contents", ()):
            if not each["Key"].endswith("/"):
                yield f"{bucket}/{each['Key']}", each["Size"], each["LastModified"]
        if not page.get("IsTruncated"):
            return
        asked["ContinuationToken"] = page["NextContinuationToken"]


def _in_folders(storage: AbstractFileSystem, top: str) -> Iterator[tuple[str, int | None, Any]]:
    # fsspec's own walk leaves out folders that it may not read: an error would pass for recordings that were removed.
    real = getattr(getattr(storage, "ftp", None), "normalize", os.path.realpath)
    folders, seen = [top], {str(real(top))}
    while folders:
        folder = folders.pop()
        for each in storage.ls(folder, detail=True):
            path = str(each["name"]).rstrip("/")
            is_link = each.get("islink") or each["type"] == "link"
            found = _behind(storage, path) if is_link else each
            if found is None or found["type"] == "other":
                # A pipe or a device, for example.
                continue
            if found["type"] != "directory":
                modified = next((found[name] for name in _MODIFIED if found.get(name) is not None), None)
                yield path, found.get("size"), modified
            elif path != folder and (place := real(path) if is_link else path) not in seen:
                # A link may lead back up.
                seen.add(place)
                folders.append(path)


def _behind(storage: AbstractFileSystem, path: str) -> Mapping[str, Any] | None:
    """What a link leads to.

    One that leads nowhere may stand for a disk that is not mounted. Programs make such links under names with a dot,
    to say that they use a file: there is nothing behind these.

    Raises:
        SourceError: It leads nowhere.
    """
    try:
        found: Mapping[str, Any] = storage.info(path)
    except FileNotFoundError as error:
        if path.rpartition("/")[2].startswith("."):
            return None
        raise SourceError(
            f"{path} is a link to something that is not there.", remedy="Mount that, or remove the link."
        ) from error
    return found


@contextmanager
def open_file(address: str) -> Iterator[IO[bytes]]:
    """Opens a file for reading.

    Raises:
        SourceError: It cannot be read.
    """
    with told(address):
        storage, path = opened(address)
        with storage.open(path, "rb") as file:
            yield file


def whole_seconds(moment: datetime) -> int:
    """A moment in nanoseconds since the epoch, as exact as every storage tells it."""
    return int(moment.timestamp()) * _SECOND


@dataclass(frozen=True)
class RemoteFile:
    """A file in a storage.

    Attributes:
        address: Where it is.
    """

    address: str

    def __str__(self) -> str:
        return self.address

    def open(self, mode: Literal["rb"] = "rb", /) -> IO[bytes]:
        """Opens it for reading.

        Raises:
            OSError: It cannot be read.
        """
        with self.told():
            storage, path = opened(self.address)
            file: Any = storage.open(path, mode)
            if hasattr(file, "prefetch"):
                # SFTP waits for each block otherwise.
                file.prefetch(max_concurrent_requests=_AHEAD)
        return cast(IO[bytes], _Reading(self, file))

    def stat(self) -> tuple[int, int]:
        """Its size in bytes, and when it was changed last, in nanoseconds since the epoch; 0 where that is not told.

        Raises:
            OSError: It cannot be read.
        """
        with self.told():
            storage, path = opened(self.address)
            found = storage.info(path)
            if found["type"] == "directory":
                raise SourceError(f"{self.address} is a folder: name a file.")
        modified = in_utc(next((found[name] for name in _MODIFIED if found.get(name) is not None), None))
        return int(found["size"] or 0), 0 if modified is None else whole_seconds(modified)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Raises what goes wrong as an error of a file, as a file of this machine does."""
        try:
            if urlsplit(self.address).password:
                raise SourceError("it is given with a password, which the state would show")
            with told(self.address):
                yield
        except SourceError as error:
            raise OSError(str(error).rstrip(".")) from error


class _Reading(io.RawIOBase):
    """A file in a storage while it is read: what goes wrong is an error of a file."""

    def __init__(self, place: RemoteFile, file: IO[bytes]) -> None:
        super().__init__()
        self._place = place
        self._file = file

    def read(self, size: int | None = -1, /) -> bytes:
        with self._place.told():
            return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        with self._place.told():
            self._file.seek(offset, whence)
        return self.tell()

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        # Over a connection that was lost, some cannot be closed. Whether all was read, the reading has told.
        with suppress(Exception):
            self._file.close()
        super().close()
