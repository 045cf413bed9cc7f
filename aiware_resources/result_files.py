"""Engine results as files: one vtn-standard document for each engine and time span."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from aiware_resources.api import EngineResultRecord
from aiware_resources.downloads import File, content_at, write

_NOT_IN_NAMES = re.compile(r"[^\w.-]|^\.")


def documents(records: Iterable[EngineResultRecord]) -> dict[str, bytes]:
    """The documents by file name: ``<engine id>.json``; of several time spans the further ones are numbered from 2.

    A document that names no engine keeps the name that it has in aiWARE.

    Results without a document are left out.
    """
    named: dict[str, bytes] = {}
    counts: dict[str, int] = {}
    for record in sorted(records, key=_place):
        if record.jsondata is None:
            continue
        stem = _NOT_IN_NAMES.sub("_", record.engine_id or (record.name or "result").removesuffix(".json"))
        counts[stem] = counts.get(stem, 0) + 1
        name = stem if counts[stem] == 1 else f"{stem}.{counts[stem]}"
        named[f"{name}.json"] = f"{json.dumps(record.jsondata, indent=2, ensure_ascii=False)}\n".encode()
    return named


def write_documents(records: Iterable[EngineResultRecord], folder: Path) -> Sequence[File]:
    """Writes the documents into a folder, those that are missing or different.

    Raises:
        DownloadFailed: When one could not be written.
    """
    return [write(folder / name, content) for name, content in documents(records).items()]


def foresee_documents(records: Iterable[EngineResultRecord], folder: Path) -> Sequence[File]:
    """The files that `write_documents` would leave, whether they are there or not."""
    return [content_at(folder / name, content) for name, content in documents(records).items()]


def _place(record: EngineResultRecord) -> tuple[str, int, int, str]:
    return (
        record.engine_id or record.name or "",
        record.start_offset_ms or 0,
        record.stop_offset_ms or 0,
        record.asset_id or "",
    )
