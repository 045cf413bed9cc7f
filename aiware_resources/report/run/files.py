"""The files that a resource wrote, as far as they are on this machine and as they were written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from aiware_resources.errors import DownloadFailed
from aiware_resources.files.archives import existing_folder
from aiware_resources.files.downloads import File as OnDisk
from aiware_resources.files.downloads import kept
from aiware_resources.files.manifest import names_of
from aiware_resources.fleet.files.shelf import lines_of
from aiware_resources.report.run.model import File, Folder

_CAPTIONS = frozenset({".ass", ".dfxp", ".sbv", ".smi", ".srt", ".ttml", ".txt", ".vtt"})
LISTED = 20
"""So many files of a fleet's folder are listed."""
_READ = 4096
_LINES = 8
_LONGEST = 160


def files_of(source: str, place: Path, identity: str) -> list[File]:
    """The files that a resource wrote.

    Args:
        source: The name of the resource.
        place: Where it writes: a file or a folder.
        identity: The id of its object, which the manifest names.
    """
    return [
        File(
            path=str(each.path),
            source=source,
            size=each.size,
            sha256=each.sha256,
            first_lines=_first_lines(each.path) if _has_text(each.path) else (),
        )
        for each in _on_disk(place, identity)
    ]


def folder_of(source: str, place: Path, owner: str) -> Folder | None:
    """The files of a fleet in a folder, by its manifest; ``None`` where it tells of none.

    Args:
        source: The name of the fleet.
        place: The folder.
        owner: Whose the files are, as the manifest says.
    """
    try:
        lines = sorted(lines_of(place, owner), key=lambda line: line.file)
    except DownloadFailed:
        return None
    inside = place.resolve()
    lines = [
        line for line in lines if (inside / line.file).is_relative_to(inside) and ".." not in Path(line.file).parts
    ]
    there = [line for line in lines if _size(place / line.file) == line.size]
    first = (
        File(
            path=str(place / line.file),
            source=f"{source}[{line.key}]",
            size=line.size,
            sha256=line.sha256,
            first_lines=_first_lines(place / line.file) if _has_text(place / line.file) else (),
        )
        for line in there[:LISTED]
    )
    return (
        Folder(
            path=str(place),
            files=len(there),
            size=sum(line.size for line in there),
            endings=dict(sorted(Counter(Path(line.file).suffix.lstrip(".") for line in there).items())),
            missing=len(lines) - len(there),
            first=tuple(first),
        )
        if lines
        else None
    )


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _has_text(path: Path) -> bool:
    return path.suffix.lower() in _CAPTIONS


def _on_disk(place: Path, identity: str) -> Sequence[OnDisk]:
    try:
        if not place.is_dir():
            found = [kept(place, identity)]
        elif unpacked := existing_folder(place, identity):
            return unpacked
        else:
            found = [kept(place / name, identity) for name in sorted(names_of(place, identity))]
    except OSError:
        return []
    return [each for each in found if each is not None]


def _first_lines(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        text = file.read(_READ).decode("utf-8-sig", "replace")
    lines = (line.strip() for line in text.splitlines())
    return tuple(line[:_LONGEST] for line in islice(filter(None, lines), _LINES))
