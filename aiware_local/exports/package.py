"""The files of an export: one alone as it is, several in a zip."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from aiware_local.installation.installation import Installation
from aiware_local.storage.files import BLOCK
from aiware_local.storage.records import Record

_UNSAFE = re.compile(r"[^\w.() -]")
"""What some file system or other would not take in a name."""


@dataclass(frozen=True)
class ExportedFile:
    """A file of an export: its content, or the name of the stored file that holds it."""

    name: str
    content_type: str
    content: bytes = b""
    stored: str | None = None


def pack(installation: Installation, export: Record, files: list[ExportedFile]) -> Record:
    """Stores the one file, or a zip of all, and says what it is."""
    export_id = export["id"]
    stored = f"{export_id}.export"
    named = list(_with_own_names(files))
    if len(named) > 1:
        _zip(installation, stored, named, datetime.fromtimestamp(export["_dueAt"], UTC))
        return {"file": stored, "name": f"{export_id}.zip", "contentType": "application/zip"}
    only = named[0]
    if only.stored is not None:
        installation.files.link(only.stored, stored)
    else:
        installation.files.write(stored, only.content)
    return {"file": stored, "name": only.name, "contentType": only.content_type}


def _with_own_names(files: Iterable[ExportedFile]) -> Iterable[ExportedFile]:
    """The files, no two of one name: in the order of the request, so that the same request gives the same names."""
    used: set[str] = set()
    for file in files:
        wanted = PurePosixPath(_UNSAFE.sub("_", file.name))
        name, number = str(wanted), 1
        # Some file systems do not tell capitals from small letters.
        while name.casefold() in used:
            number += 1
            name = f"{wanted.stem}_{number}{wanted.suffix}"
        used.add(name.casefold())
        yield replace(file, name=name)


def _zip(installation: Installation, stored: str, files: Iterable[ExportedFile], made: datetime) -> None:
    with zipfile.ZipFile(installation.files.path(stored), "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, made.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            if file.stored is None:
                archive.writestr(entry, file.content, zipfile.ZIP_DEFLATED)
                continue
            # Media is compressed already.
            with (
                installation.files.path(file.stored).open("rb") as source,
                archive.open(entry, "w", force_zip64=True) as target,
            ):
                shutil.copyfileobj(source, target, BLOCK)
