"""Folders that a program keeps: several files that come as one zip, unpacked so that none leaves the folder."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from aiware_resources.api import Progress, download
from aiware_resources.api.file_names import clean_name, name_problem, portable_name, same_name
from aiware_resources.errors import DownloadFailed
from aiware_resources.files.downloads import File, described, existing, is_archive, scratch, write, writing
from aiware_resources.files.manifest import LOCK, MANIFEST
from aiware_resources.settings import Settings

NOTE = ".aiware-export.json"
"""Says in the folder what was unpacked into it, and for which request: by that it is known whether it is there."""
_OWN_NAMES = frozenset({NOTE, MANIFEST, LOCK})

MOST_FILES = 10_000
MOST_GROWTH = 100
"""How many times its own size a zip may unpack to; text shrinks to a twentieth at the best."""
FREE_GROWTH = 64 << 20
"""What a zip may unpack to in any case, in bytes."""

_BLOCK = 1 << 20
_ENCRYPTED = 0x1
_SHOWN = 80


def keep_folder(
    settings: Settings, uri: str, folder: Path, identity: str, progress: Progress | None = None
) -> list[File]:
    """Sees to it that the files of a request are there: downloads and unpacks them unless they are.

    A single file, which comes as it is, is put into the folder under the name that the server gives it. Files that are
    in the folder already and do not come again are left alone.

    Args:
        settings: The stack's settings.
        uri: Signed link to the zip.
        folder: Where the files belong.
        identity: The request that the files are of; those of another request are fetched again.
        progress: Is told how many bytes have come, and of how many.

    Returns:
        The files, in the order of their paths.

    Raises:
        DownloadFailed: When they could not be fetched, unpacked or written.
    """
    there = existing_folder(folder, identity)
    if there is not None:
        return there
    with writing(folder), scratch(folder) as inside:
        whole = download(settings, uri, inside / "whole", progress=progress)
        unpacked = inside / "files"
        if is_archive(whole.path):
            paths = unpack(whole.path, unpacked, str(folder), settings.max_download_size)
        else:
            is_free = whole.name is not None and same_name(whole.name) not in _OWN_NAMES
            paths = [Path(whole.name if whole.name and is_free else clean_name(identity) or "export")]
            unpacked.mkdir()
            whole.path.replace(unpacked / paths[0])
        files = sorted((_moved(unpacked, folder, path) for path in paths), key=lambda file: file.path)
    note = {"identity": identity, "size": whole.size, "files": _listed(folder, files)}
    write(folder / NOTE, f"{json.dumps(note, indent=2)}\n".encode())
    return files


def existing_folder(folder: Path, identity: str) -> list[File] | None:
    """The files that were unpacked into a folder for a request; ``None`` when one is not as it was unpacked."""
    note = _note(folder)
    if note.get("identity") != identity:
        return None
    try:
        there = [existing(folder / each["path"]) for each in note["files"]]
    except (KeyError, TypeError, ValueError):
        return None
    files = [file for file in there if file is not None]
    # A note of an earlier release has no hashes, so it is equal to none.
    return files if _listed(folder, files) == note["files"] else None


def unpack(archive: Path, folder: Path, shown: str, most: int) -> list[Path]:
    """Unpacks a zip.

    Args:
        archive: The zip.
        folder: A new folder for its files.
        shown: What to call the place in errors.
        most: How many bytes it may unpack to.

    Returns:
        The paths of the files, relative to the folder.

    Raises:
        DownloadFailed: When the zip is damaged, or not safe: nothing that leaves the folder, no link, nothing
            encrypted, no name twice, none that misleads, no more than a zip of its size can hold in earnest.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = list(_members(opened, archive.stat().st_size, most))
            _check_space(folder, sum(member.file_size for member, _ in members))
            for member, path in members:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(member) as source, target.open("xb") as file:
                    shutil.copyfileobj(source, file, _BLOCK)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise _refused(shown, f"it is damaged ({error})") from error
    except _Unsafe as error:
        raise _refused(shown, str(error)) from None
    return [path for _, path in members]


class _Unsafe(Exception):
    """Why a zip is not unpacked."""


def _check_space(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder.parent).free
    if size > free:
        raise _Unsafe(f"its files have {size} bytes, and {free} are free")


def _members(archive: zipfile.ZipFile, size: int, most: int) -> Iterator[tuple[zipfile.ZipInfo, Path]]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    grown = sum(member.file_size for member in members)
    if not members:
        raise _Unsafe("it holds no file")
    if grown > most:
        raise _Unsafe(f"its files have {grown} bytes, which is more than aiware:maxDownloadSize allows")
    if len(members) > MOST_FILES:
        raise _Unsafe(f"it holds {len(members)} files, and {MOST_FILES} are the most")
    if grown > FREE_GROWTH + MOST_GROWTH * size:
        raise _Unsafe(f"it would grow from {size} to {grown} bytes")
    names: set[str] = set()
    for member in members:
        # Some file systems take two spellings of a name for one.
        name = same_name(str(PurePosixPath(member.filename)))
        if name in names:
            raise _Unsafe(f"it holds {member.filename!r} twice")
        names.add(name)
    for member in members:
        path = _safe_path(member)
        if path != Path(member.filename):
            while same_name(path.as_posix()) in names:
                path = path.with_stem(f"{path.stem}_")
            names.add(same_name(path.as_posix()))
        yield member, path


def _safe_path(member: zipfile.ZipInfo) -> Path:
    """Where a file of a zip is to be in the folder: where the zip says, by names that every platform takes."""
    path = PurePosixPath(member.filename)
    outside = path.is_absolute() or PureWindowsPath(member.filename).is_absolute() or ".." in path.parts
    if outside or "\\" in member.filename or not path.parts:
        raise _Unsafe(f"{member.filename!r} would leave the folder")
    # What follows a NUL is cut off the name that Python tells.
    if problem := name_problem(member.orig_filename):
        raise _Unsafe(f"{_shortened(member.orig_filename)} {problem}")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise _Unsafe(f"{member.filename!r} is not a plain file, but a link or a device")
    if member.flag_bits & _ENCRYPTED:
        raise _Unsafe(f"{member.filename!r} is encrypted")
    parts = [portable_name(part) for part in path.parts]
    if not _OWN_NAMES.isdisjoint(map(same_name, parts)):
        raise _Unsafe(f"{member.filename!r} is a name that is kept for something else")
    return Path(*parts)


def _shortened(name: str) -> str:
    return repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}...")


def _moved(source: Path, folder: Path, path: Path) -> File:
    """Puts an unpacked file in its place, also where an older one is."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.parent.resolve().is_relative_to(folder.resolve()):
        raise _refused(str(folder), f"{path.parent} is a link out of the folder")
    (source / path).replace(target)
    return described(target)


def _note(folder: Path) -> dict[str, Any]:
    """What the folder says was unpacked into it; nothing when it does not, or not readably."""
    try:
        note = json.loads((folder / NOTE).read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) and isinstance(note.get("files"), list) else {}


def _listed(folder: Path, files: Sequence[File]) -> list[dict[str, Any]]:
    return [
        {"path": file.path.relative_to(folder).as_posix(), "size": file.size, "sha256": file.sha256} for file in files
    ]


def _refused(place: str, reason: str) -> DownloadFailed:
    return DownloadFailed(
        f"The zip of exported files was not unpacked into {place}: {reason}.",
        remedy="Fetch it from asset_uri by other means if you trust it.",
    )
