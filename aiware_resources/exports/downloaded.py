"""Which files an export request makes, and where ``download_to`` puts them: a file, or a folder for several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from aiware_resources.api import Progress
from aiware_resources.files.archives import existing_folder, keep_folder
from aiware_resources.files.downloads import File, keep, kept
from aiware_resources.reconcile import Problem
from aiware_resources.settings import Settings
from aiware_resources.text.words import counted


@dataclass(frozen=True)
class Requested:
    """How many files a request asks for.

    Attributes:
        tdos: Number of TDOs.
        formats: Number of formats, in all configurations.
        media: Whether the media come along.
    """

    tdos: int
    formats: int
    media: bool = False

    @property
    def several(self) -> bool:
        """Whether they come as a zip. How many media a TDO has is not known, so media count as several."""
        return self.media or self.tdos * self.formats > 1

    def __str__(self) -> str:
        media = ", and the media" if self.media else ""
        return f"{counted(self.formats, 'format')} of {counted(self.tdos, 'TDO')}{media}"


@dataclass(frozen=True)
class Place:
    """Where a download goes.

    Attributes:
        path: The file or folder.
        is_folder: Whether it is a folder.
    """

    path: FilePath
    is_folder: bool

    def __str__(self) -> str:
        return str(self.path)

    def keep(self, settings: Settings, uri: str, identity: str, progress: Progress | None = None) -> Sequence[File]:
        """Sees to it that the files are there.

        Raises:
            DownloadFailed: When they could not be fetched or written.
        """
        if self.is_folder:
            return keep_folder(settings, uri, self.path, identity, progress)
        return [keep(settings, uri, self.path, identity, progress)]

    def existing(self, identity: str) -> Sequence[File] | None:
        """The files of a request that are there already; ``None`` when they are not."""
        if self.is_folder:
            return existing_folder(self.path, identity)
        there = kept(self.path, identity)
        return None if there is None else [there]


def place_of(destination: str, requested: Requested) -> Place:
    """Where the files of a request go: into a folder when there are several, or when the name ends in a slash."""
    return Place(FilePath(destination), requested.several or _is_named_as_folder(destination))


def destination_problems(destination: str, requested: Requested) -> Iterable[Problem]:
    """What is wrong with where the files are to go."""
    path = FilePath(destination)
    if requested.several and path.suffix and not _is_named_as_folder(destination):
        yield Problem(
            ("downloadTo",),
            f"names a file, but this request makes several ({requested}): name a folder to unpack them into, such as "
            f'"{path.with_suffix("")}/"; a slash at the end makes any name a folder',
        )
    if not requested.several and not _is_named_as_folder(destination) and path.is_dir():
        yield Problem(
            ("downloadTo",), f'is a folder: name the file, or write "{destination}/" to have it named by aiWARE'
        )


def _is_named_as_folder(destination: str) -> bool:
    return destination.endswith(("/", "\\"))
