"""The folder of a fleet's files, and its manifest: one line for each file, so that thousands cost no more than a few.

A line is written before its file is put in place. So a file that no line tells of is somebody else's, and is never
overwritten or removed; after a kill in between, the line does not fit the file, which is then fetched again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from aiware_resources.api.file_names import same_name
from aiware_resources.errors import DownloadFailed
from aiware_resources.files.downloads import described, writing

MANIFEST = ".aiware-fleet.jsonl"
LOCK = f"{MANIFEST}.lock"
_LONGEST_LOCK = 60.0
"""Seconds to wait for the lock, which is held for milliseconds."""
_MOST_OUTDATED = 1000
"""So many lines that later ones replace may stay in the manifest."""


_turns = threading.Lock()

_claimed: dict[tuple[Path, str], str] = {}
"""Which fleet of this process writes which file."""


class Line(BaseModel, frozen=True):
    """What the manifest says of a file.

    Attributes:
        file: Its path in the folder, with slashes.
        fleet: Whose it is: ``project/stack/name``.
        key: The entry that it is of; empty for a file that was removed.
        request: What it came from: the job, how often it was started again, and what was asked for.
        size: Its size in bytes.
        sha256: Its SHA-256, in hexadecimal.
    """

    file: str
    fleet: str
    key: str
    request: str = ""
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class New:
    """A file to be put in place.

    Attributes:
        file: Its path in the folder, with slashes.
        key: The entry that it is of.
        request: What it came from.
        content: Where it is now, in the same file system.
    """

    file: str
    key: str
    request: str
    content: Path


class Shelf:
    """The files of one fleet in a folder.

    Args:
        folder: The folder; it need not exist.
        fleet: Whose files they are: ``project/stack/name``.
    """

    def __init__(self, folder: Path, fleet: str) -> None:
        self.folder = folder
        self._fleet = fleet
        self._lines, outdated = _read(folder)
        if outdated > _MOST_OUTDATED and outdated > len(self._lines):
            self._rewrite()

    def has(self, file: str, request: str) -> bool:
        """Whether a file is there as it came from a request; what another fleet wrote for it is taken over."""
        line = self._lines.get(file)
        if line is None or line.request != request or not self._is_unchanged(line):
            return False
        if line.fleet == self._fleet:
            return True
        with writing(self.folder), _locked(self.folder):
            self._append([line.model_copy(update={"fleet": self._fleet})])
        # Its owner may have removed it until then.
        return self._is_unchanged(line)

    def lines(self) -> list[Line]:
        """What is known of the fleet's own files."""
        return [line for line in self._lines.values() if line.fleet == self._fleet]

    def written(self) -> list[Line]:
        """What is known of all files in the folder, those of other fleets included."""
        return list(self._lines.values())

    def put(self, files: Sequence[New]) -> dict[str, str]:
        """Puts files in place, each whole or not at all.

        Returns:
            Why some of them were not, by path: what is there is somebody else's.

        Raises:
            DownloadFailed: When they could not be written.
        """
        refused: dict[str, str] = {}
        lines: list[tuple[New, Line]] = []
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            for new in files:
                file = described(new.content)
                line = Line(
                    file=new.file,
                    fleet=self._fleet,
                    key=new.key,
                    request=new.request,
                    size=file.size,
                    sha256=file.sha256,
                )
                reason = self._objection(line)
                if reason is None:
                    lines.append((new, line))
                else:
                    refused[new.file] = reason
            with _locked(self.folder):
                self._append([line for _, line in lines])
                # Another fleet may remove folders in which it leaves nothing.
                for new, _ in lines:
                    target = self.folder / new.file
                    target.parent.mkdir(parents=True, exist_ok=True)
                    new.content.replace(target)
        return refused

    def remove(self, lines: Iterable[Line]) -> list[Path]:
        """Removes files of the fleet that are as they were written, and forgets the others.

        Returns:
            The others, so far as they are there: somebody has changed them.

        Raises:
            DownloadFailed: When one could not be removed.
        """
        changed = []
        with writing(self.folder), _locked(self.folder):
            now, _ = _read(self.folder)
            # Another fleet may have taken one over meanwhile.
            own = [line for line in lines if now.get(line.file) == line]
            for line in own:
                path = self.folder / line.file
                if self._is_unchanged(line):
                    path.unlink(missing_ok=True)
                    self._remove_empty(path.parent)
                elif path.exists():
                    changed.append(path)
            self._append([Line(file=line.file, fleet=self._fleet, key="") for line in own])
        return changed

    def _remove_empty(self, folder: Path) -> None:
        """Removes the folders of a key in which nothing is left."""
        with suppress(OSError):
            while folder != self.folder:
                folder.rmdir()
                folder = folder.parent

    def _objection(self, line: Line) -> str | None:
        """Why a file is not put in place; ``None`` when nothing stands against it."""
        target = self.folder / line.file
        if not target.parent.resolve().is_relative_to(self.folder.resolve()):
            return f"{target.parent} is a link out of the folder"
        if target.is_dir():
            return f"{target} is a folder: move it away, or give another download_to"
        if target.parent.exists() and not target.parent.is_dir():
            return f"{target.parent} is a file, and not a folder: move it away, or give another folder"
        first = _claimed.setdefault((target.parent.resolve(), same_name(target.name)), self._fleet)
        if first != self._fleet:
            return f"{target} is a file of the fleet {first} too: give each a folder of its own"
        known = self._lines.get(line.file)
        if (known is not None and known.fleet == self._fleet) or not (target.exists() or target.is_symlink()):
            return None
        if target.is_file() and (target.stat().st_size, described(target).sha256) == (line.size, line.sha256):
            return None
        return f"{target} is there already, and is not this fleet's: move it away, or give another download_to"

    def _is_unchanged(self, line: Line) -> bool:
        path = self.folder / line.file
        try:
            return path.stat().st_size == line.size and described(path).sha256 == line.sha256
        except OSError:
            return False

    def _append(self, lines: Sequence[Line]) -> None:
        """Adds lines to the manifest, which is locked."""
        text = "".join(f"{line.model_dump_json()}\n" for line in lines)
        with (self.folder / MANIFEST).open("a+b") as file:
            # A killed run may have left half a line.
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - 1, 0))
            is_whole = file.read(1) in {b"", b"\n"}
            file.write(("" if is_whole else "\n").encode() + text.encode())
            file.flush()
            os.fsync(file.fileno())
        for line in lines:
            if line.key:
                self._lines[line.file] = line
            else:
                self._lines.pop(line.file, None)

    def _rewrite(self) -> None:
        """Writes the manifest again without what is outdated."""
        with writing(self.folder), _locked(self.folder):
            self._lines, _ = _read(self.folder)
            part = self.folder / f"{MANIFEST}.part"
            part.write_text("".join(f"{line.model_dump_json()}\n" for line in self._lines.values()), encoding="utf-8")
            part.replace(self.folder / MANIFEST)


def _read(folder: Path) -> tuple[dict[str, Line], int]:
    """The newest line of each file, and how many lines there are besides."""
    lines: dict[str, Line] = {}
    count = 0
    for line in _lines_in(folder / MANIFEST):
        count += 1
        lines.pop(line.file, None)
        if line.key:
            lines[line.file] = line
    return lines, count - len(lines)


def _lines_in(path: Path) -> Iterator[Line]:
    try:
        with path.open("rb") as file:
            for text in file:
                try:
                    yield Line.model_validate_json(text)
                except ValidationError:
                    # Half a line of a killed run: its file counts as not known.
                    continue
    except FileNotFoundError:
        return
    except OSError as error:
        raise DownloadFailed(
            f"{path} could not be read: {error.strerror or error}.", remedy="Check the folder's permissions."
        ) from error


def lines_of(folder: Path, fleet: str) -> list[Line]:
    """What is known of the files of a fleet in a folder, by reading alone.

    Raises:
        DownloadFailed: The manifest cannot be read.
    """
    return [line for line in _read(folder)[0].values() if line.fleet == fleet]


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        # The threads of this process take turns without polling for the file.
        with _turns, FileLock(folder / LOCK, timeout=_LONGEST_LOCK):
            yield
    except Timeout as error:
        raise DownloadFailed(
            f"{folder / LOCK} is held by another process.", remedy="Run `pulumi up` again when that process has ended."
        ) from error
