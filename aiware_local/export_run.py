"""Rendering an export request once its time has come: every file that it asks for, one alone or several in a zip."""

from __future__ import annotations

import json
import logging
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath

from aiware_local.asset_records import assets_of
from aiware_local.captions import render_captions, render_text
from aiware_local.export_formats import FORMATS, layout_of
from aiware_local.installation import Installation
from aiware_local.records import Record
from aiware_local.results import clip, offset_ms, results_of_tdo
from aiware_local.transcripts import words_of

log = logging.getLogger(__name__)

CAPTIONS = frozenset({"vtt", "srt", "ttml"})


@dataclass(frozen=True)
class ExportedFile:
    """A file of an export: its content, or the name of the stored file that holds it."""

    name: str
    content_type: str
    content: bytes = b""
    stored: str | None = None


class ExportError(Exception):
    """The export cannot be made; its status becomes failed."""


def run_export(installation: Installation, export_id: str) -> None:
    """Makes the files of an export request and records whether that worked."""
    export = installation.store.get("export", export_id)
    if export is None:
        return
    try:
        files = _files(installation, export)
        export["_file"] = _pack(installation, export_id, files)
    except (ExportError, OSError) as error:
        log.warning("export %s failed: %s", export_id, error)
        export["_failure"] = str(error)
    export["modifiedDateTime"] = export["_dueAt"]
    installation.store.put("export", export)


def _files(installation: Installation, export: Record) -> list[ExportedFile]:
    files: list[ExportedFile] = []
    for span in export["_tdoData"]:
        tdo = installation.store.get("tdo", span["tdoId"])
        if tdo is None:
            raise ExportError(f"TDO {span['tdoId']} does not exist any more")
        for config in export["_outputConfigurations"]:
            files += _outputs(installation, tdo, span, config, export["_dueAt"])
        if export["_includeMedia"]:
            files += _media_files(installation, tdo)
    if not files:
        raise ExportError("there is nothing to export: no output configuration has a format, and no media is asked for")
    return files


def _outputs(installation: Installation, tdo: Record, span: Record, config: Record, now: float) -> list[ExportedFile]:
    """The files of one output configuration: one for each engine that it names and each format."""
    start = offset_ms(tdo, span.get("startDate"), span.get("startOffsetMs"))
    stop = offset_ms(tdo, span.get("stopDate"), span.get("stopOffsetMs"))
    documents: dict[str, Record] = {}
    for result in results_of_tdo(installation, tdo["id"], now):
        if _is_wanted(installation, result["engineId"], config):
            documents.setdefault(result["engineId"], clip(result["jsondata"], start, stop))
    if not documents:
        wanted = config.get("engineId") or config.get("categoryId")
        raise ExportError(f"TDO {tdo['id']} has no results of {wanted}")
    return [
        _rendered(document, chosen, f"{tdo['id']}_{engine_id}" if len(documents) > 1 else tdo["id"])
        for engine_id, document in documents.items()
        for chosen in config["formats"]
    ]


def _is_wanted(installation: Installation, engine_id: str, config: Record) -> bool:
    if config.get("engineId") is not None:
        return bool(engine_id == config["engineId"])
    engine = installation.catalogue.engine(engine_id)
    return engine is not None and engine["categoryId"] == config["categoryId"]


def _rendered(document: Record, chosen: Record, stem: str) -> ExportedFile:
    extension, options = chosen["extension"], chosen["options"]
    name = f"{stem}.{options['fileExtension'].lstrip('.')}"
    content_type = FORMATS[extension].content_type
    if extension == "vlf":
        content = json.dumps({"series": document.get("series", [])}, ensure_ascii=False, indent=2)
        return ExportedFile(name, content_type, content.encode())
    words = words_of(document)
    if not words:
        raise ExportError(f"{extension} needs a transcript, and there are no words in the results of {stem}")
    if extension in CAPTIONS:
        return ExportedFile(name, content_type, render_captions(words, layout_of(options), extension).encode())
    if extension == "txt":
        return ExportedFile(name, content_type, render_text(words, layout_of(options)).encode())
    raise ExportError(f"the local aiWARE does not render {extension} yet")


def _media_files(installation: Installation, tdo: Record) -> list[ExportedFile]:
    media = [asset for asset in assets_of(installation.store, tdo["id"]) if asset["assetType"] == "media"]
    return [
        ExportedFile(PurePosixPath(asset["name"] or asset["id"]).name, asset["contentType"], stored=asset["_file"])
        for asset in media
        if asset["_file"] is not None
    ]


def _pack(installation: Installation, export_id: str, files: list[ExportedFile]) -> Record:
    """Stores the one file, or a zip of all, and says what it is."""
    stored = f"{export_id}.export"
    if len(files) > 1:
        _zip(installation, stored, files)
        return {"file": stored, "name": f"{export_id}.zip", "contentType": "application/zip"}
    only = files[0]
    if only.stored is not None:
        installation.files.link(only.stored, stored)
    else:
        installation.files.write(stored, only.content)
    return {"file": stored, "name": only.name, "contentType": only.content_type}


def _zip(installation: Installation, stored: str, files: list[ExportedFile]) -> None:
    used: Counter[str] = Counter()
    with zipfile.ZipFile(installation.files.path(stored), "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            used[file.name] += 1
            path = PurePosixPath(file.name)
            name = file.name if used[file.name] == 1 else f"{path.stem}_{used[file.name]}{path.suffix}"
            if file.stored is not None:
                archive.write(installation.files.path(file.stored), name)
            else:
                archive.writestr(name, file.content)
