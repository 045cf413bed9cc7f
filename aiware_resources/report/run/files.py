"""The files that a resource wrote, as far as they are on this machine and as they were written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from aiware_resources.files.archives import existing_folder
from aiware_resources.files.downloads import File as OnDisk
from aiware_resources.files.downloads import kept
from aiware_resources.files.manifest import names_of
from aiware_resources.report.run.model import File

_CAPTIONS = frozenset({".ass", ".dfxp", ".sbv", ".smi", ".srt", ".ttml", ".txt", ".vtt"})
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
            first_lines=_first_lines(each.path) if each.path.suffix.lower() in _CAPTIONS else (),
        )
        for each in _on_disk(place, identity)
    ]


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
