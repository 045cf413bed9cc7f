"""Entries whose media is a file to upload: which file it is, and whether it is the one that was uploaded.

The path of a file says only where it is at the moment. What an entry works on is the content, which is known by size
and time of change as long as both are the same. Where only the time differs, the content is read: copying files runs
nothing again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pulumi.output import Unknown

from aiware_resources.api import LocalFile
from aiware_resources.fleet.parallel import in_parallel
from aiware_resources.fleet.template import Template
from aiware_resources.reconcile import Props
from aiware_resources.reconcile.holders import OWNER_KEY
from aiware_resources.reconcile.unknowns import NOT_KNOWN
from aiware_resources.sources import RemoteFile, whole_seconds
from aiware_resources.tdos.assets import unreadable
from aiware_resources.text.times import format_time, parse_time

FILE = "file"
"""The value of an entry that is the path of a file to upload, unless the template uses a value of this name."""
URL = "url"
"""The value that stands for the address of the uploaded file in a template."""
SEEN = "__file"
"""The value that `check` adds: the content of the file. Names that begin so are kept from Pulumi's displays."""
FOLDER = "__folder"
"""The property that names the folder in which the program runs; `check` takes it out."""
STAMPS = "__stamps"
"""The property that says how the files of a listing are that are elsewhere; `check` takes it out."""
UPLOADED = "aiware-upload:"
"""Stands for the address of an uploaded file in what a job produces: aiWARE gives another address every time."""

_SECOND = 10**9
"""Nanoseconds of one."""
_AT_A_TIME = 4
"""So many files are read side by side."""


@dataclass(frozen=True)
class Content:
    """The content of a file.

    Attributes:
        size: Its size in bytes.
        modified: When the file was changed last, in nanoseconds since the epoch.
        md5: The MD5 of what is in it, by which aiWARE knows contents too; ``None`` when it has not been read.
    """

    size: int
    modified: int
    md5: str | None = None

    @staticmethod
    def of(path: Path | RemoteFile) -> Content:
        """How a file is at the moment, without reading it.

        Raises:
            OSError: It cannot be read.
        """
        if isinstance(path, RemoteFile):
            return Content(*path.stat())
        if not path.is_file():
            # To open a pipe would wait for somebody who writes to it.
            raise FileNotFoundError(path)
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
        return Content(found.st_size, found.st_mtime_ns)

    @staticmethod
    def parse(text: str) -> Content:
        """Reads what was recorded."""
        size, modified, md5 = text.split(".")
        return Content(int(size), int(modified), None if md5 == "-" else md5)

    def text(self) -> str:
        """As it is recorded."""
        return f"{self.size}.{self.modified}.{self.md5 or '-'}"

    @property
    def stamp(self) -> str:
        """What it is known by as long as it is not read."""
        return f"{self.size}.{self.modified}"

    def is_now(self, now: Content, path: Path | RemoteFile) -> bool:
        """Whether a file that is to be uploaded has this content; it is read only where nothing else tells."""
        if self.size != now.size:
            return False
        if self.modified == now.modified and None in {self.md5, now.md5}:
            return True
        return self.md5 is not None and self.md5 == (now.md5 or md5_of(path, now))


_read: dict[tuple[Path | RemoteFile, str], str] = {}
"""The MD5 of files that this process has read, by path, size and time."""


def md5_of(path: Path | RemoteFile, content: Content) -> str | None:
    """Reads a file through, once a process; ``None`` where it cannot be read."""
    known = _read.get((path, content.stamp))
    if known is None:
        try:
            known = LocalFile.read(path).md5
        except OSError:
            return None
        _read[path, content.stamp] = known
    return known


@dataclass(frozen=True)
class LocalMedia:
    """The file of an entry.

    Attributes:
        path: Where it is.
        content: Its content, as `check` saw it.
        job_at: Makes the entry's job, given the address of the file.
        by_address: Whether the job has the address; otherwise it works on the media of its TDO.
    """

    path: Path | RemoteFile
    content: Content
    job_at: Callable[[str], Props] = field(compare=False)
    by_address: bool = True


_folders: dict[str, Path] = {}
"""The folders in which programs run, by the owner of a fleet: a provider may run elsewhere."""


def path_of(owner: Any, file: str) -> Path | RemoteFile:
    """Where a file of a fleet is."""
    if "://" in file:
        return RemoteFile(file)
    return _folders.get(str(owner), Path()) / file


def file_of(values: Any, template: Template) -> Any:
    """The file that an entry names, or something unknown that may be one; ``None`` for an entry without."""
    if not isinstance(values, Mapping) or FILE not in values or FILE in template.uses:
        return None
    file = values[FILE]
    return file if isinstance(file, str | Unknown) else None


def job_with_file(template: Template, key: str, values: Mapping[str, Any], address: Any) -> Props:
    """The job of an entry with a file: its TDO holds the file as an asset.

    As long as a part of the template is not known, which may use the value for something else, the TDO is not either.
    """
    job: Props = template.expand(key, {**values, URL: address})
    if not template.is_whole:
        return job if "targetId" in job else {"target": NOT_KNOWN, **job}
    target = job.get("target")
    if isinstance(target, Unknown):
        return job
    target = target if isinstance(target, Mapping) else {}
    return {**job, "target": {**target, "assets": [*(target.get("assets") or []), _asset(address)]}}


def _asset(address: Any) -> Props:
    return {"assetType": "media", "uri": address}


def address_of(file: Any) -> Any:
    """How a file is called in reports, and where its length is measured."""
    return f"file:{quote(file)}" if isinstance(file, str) and "://" not in file else file


def why_unreadable(file: str, place: Path | RemoteFile) -> str:
    """Why a file cannot be read, and what to do.

    Args:
        file: As the program names it.
        place: Where that is.
    """
    if isinstance(place, Path):
        return unreadable(file, place)
    try:
        place.stat()
    except OSError as error:
        return f"cannot be read: {error}"
    return f"could not be read ({file}): run it again"


def with_contents(olds: Mapping[str, Any], news: Props, template: Callable[[], Template], owner: str) -> Props:
    """Notes the contents of files in a declaration.

    A file that is not there any more counts as it was seen last: what was uploaded is not needed again.

    Args:
        olds: The inputs of the last run.
        news: What the program declares.
        template: Gives the template.
        owner: The owner of the fleet.
    """
    news = dict(news)
    folder, stamps = news.pop(FOLDER, None), news.pop(STAMPS, None) or {}
    if isinstance(folder, str):
        _folders[owner] = Path(folder)
    media = news.get("media")
    if not isinstance(media, dict):
        return news
    named = {key: values for key, values in media.items() if _may_name(values)}
    if not named:
        return news
    compiled, before = template(), olds.get("media") or {}

    def noted(key: str) -> tuple[str, Content | None]:
        file = file_of(named[key], compiled)
        recorded = (before.get(key) or {}).get(SEEN)
        known = Content.parse(recorded) if isinstance(recorded, str) else None
        return key, _content(path_of(owner, file), known, stamps.get(key)) if isinstance(file, str) else None

    found = {key: content for key, content in in_parallel(noted, sorted(named), _AT_A_TIME) if content is not None}
    seen = {key: {**named[key], SEEN: content.text()} for key, content in found.items()}
    return {**news, "media": {**media, **seen}}


def _may_name(values: Any) -> bool:
    """Whether an entry may name a file; one that stays as it is recorded, since its file is written again, has more."""
    return isinstance(values, dict) and FILE in values and SEEN not in values


def stamps_of(media: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """How the files of a listing are that are elsewhere, by key: to ask for each once more would take its time."""
    return {
        key: f"{values['size']}.{whole_seconds(parse_time(values['modified']))}"
        for key, values in media.items()
        if "://" in str(values.get(FILE)) and values.get("size") and values.get("modified")
    }


def _content(path: Path | RemoteFile, known: Content | None, stamp: str | None = None) -> Content | None:
    try:
        now = Content.of(path) if stamp is None else Content.parse(f"{stamp}.-")
    except OSError:
        return known
    if known is None or known.size != now.size:
        return now
    return known if known.modified == now.modified else replace(now, md5=md5_of(path, now))


def in_words(values: Any) -> Any:
    """The values of an entry for people: with what is known of its file instead of what is recorded of it."""
    if not isinstance(values, Mapping) or not isinstance(values.get(SEEN), str):
        return values
    content = Content.parse(values[SEEN])
    changed = datetime.fromtimestamp(content.modified / _SECOND, UTC)
    said = f"{content.size:,} bytes, written {format_time(changed)}"
    return {**{name: value for name, value in values.items() if name != SEEN}, "content": said}


def may_have_files(media: Any) -> bool:
    """Whether entries, as a program gives them, name files, or may turn out to."""
    if not isinstance(media, Mapping):
        return media is not None
    return any(FILE in each if isinstance(each, Mapping) else True for each in media.values())


def files_of(props: Mapping[str, Any], template: Callable[[], Template]) -> dict[str, LocalMedia]:
    """The files of entries by key, where `check` has seen them."""
    media = props.get("media")
    if not isinstance(media, dict):
        return {}
    named = {key: values for key, values in media.items() if isinstance(values, dict) and SEEN in values}
    if not named:
        return {}
    compiled, owner = template(), props.get(OWNER_KEY)
    by_address = URL in compiled.uses

    def made(key: str, values: Props) -> LocalMedia:
        job_at: Callable[[str], Props] = lambda address: job_with_file(compiled, key, values, address)  # noqa: E731
        return LocalMedia(path_of(owner, values[FILE]), Content.parse(values[SEEN]), job_at, by_address)

    return {key: made(key, values) for key, values in named.items()}
