"""Makes the files of an export request when it is due: one alone as it is, several in a zip."""

from __future__ import annotations

import logging
import re
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from aiware_local.exports.formats import FORMATS, layout_of
from aiware_local.exports.renderers import RENDERERS, render_vlf
from aiware_local.exports.source import ExportError, Source, engines_of, source_of
from aiware_local.installation.installation import Installation
from aiware_local.storage.files import BLOCK
from aiware_local.storage.store import Record
from aiware_local.tdos.records import assets_of
from aiware_local.tdos.transcripts import is_empty_transcript

_UNSAFE = re.compile(r"[^\w.() -]")
"""What some file system or other would not take in a name."""
log = logging.getLogger(__name__)


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


def run_export(installation: Installation, export_id: str) -> None:
    """Makes the files of an export request and records whether that worked."""
    export = installation.store.get("export", export_id)
    if export is None:
        return
    try:
        export["_file"] = pack(installation, export, _files(installation, export))
    except (ExportError, OSError) as error:
        log.warning("export %s failed: %s", export_id, error)
        export["_failure"] = str(error)
    export["modifiedDateTime"] = export["_dueAt"]
    installation.store.put("export", export)


def _files(installation: Installation, export: Record) -> list[ExportedFile]:
    files: list[ExportedFile] = []
    configs = export["_outputConfigurations"]
    for span in export["_tdoData"]:
        tdo = installation.store.get("tdo", span["tdoId"])
        if tdo is None:
            raise ExportError(f"TDO {span['tdoId']} does not exist any more")
        source = source_of(installation, tdo, span, configs, export["_dueAt"])
        files += _outputs(installation, source, configs)
        if export["_includeMedia"]:
            files += _media_files(installation, tdo)
    if not files:
        raise ExportError("there is nothing to export: no output configuration has a format, and no media is asked for")
    return files


def _outputs(installation: Installation, source: Source, configs: list[Record]) -> list[ExportedFile]:
    """The files of all output configurations: one for each engine that they name and each format."""
    asked: list[tuple[str, Record]] = []
    for config in configs:
        engines = engines_of(installation, config, source.documents)
        if config["formats"] and not engines:
            wanted = config.get("engineId") or config.get("categoryId")
            raise ExportError(f"TDO {source.tdo_id} has no results of {wanted}")
        asked += [(engine_id, chosen) for engine_id in engines for chosen in config["formats"]]
    several = len({engine_id for engine_id, _ in asked}) > 1
    return [
        _rendered(source, engine_id, chosen, f"{source.tdo_id}_{engine_id}" if several else source.tdo_id)
        for engine_id, chosen in asked
    ]


def _rendered(source: Source, engine_id: str, chosen: Record, stem: str) -> ExportedFile:
    extension, options = chosen["extension"], chosen["options"]
    name = f"{stem}.{options['fileExtension'].removeprefix('.')}"
    content_type = FORMATS[extension].content_type
    document = source.documents[engine_id]
    if extension == "vlf":
        return ExportedFile(name, content_type, render_vlf(document))
    words = source.words(document)
    if not words and not is_empty_transcript(document):
        raise ExportError(f"{extension} needs a transcript, and there are no words in the results of {stem}")
    return ExportedFile(name, content_type, RENDERERS[extension](words, layout_of(options)))


def _media_files(installation: Installation, tdo: Record) -> list[ExportedFile]:
    media = [asset for asset in assets_of(installation.store, tdo["id"]) if asset["assetType"] == "media"]
    return [
        ExportedFile(
            f"{tdo['id']}_{PurePosixPath(asset['name'] or asset['id']).name}",
            asset["contentType"],
            stored=asset["_file"],
        )
        for asset in media
        if asset["_file"] is not None
    ]
