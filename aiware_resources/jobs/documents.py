"""Engine results as files: one vtn-standard document for each engine and time span.

When a job's documents count as there: `DocumentsCondition`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from aiware_resources.api import Api, EngineResultRecord, JobRecord, Unread
from aiware_resources.api.file_names import portable_name
from aiware_resources.engines import OUTPUT_WRITER
from aiware_resources.errors import DownloadFailed, JobFailed
from aiware_resources.files.downloads import File, content_at, write, writing
from aiware_resources.files.manifest import Origin, record_request
from aiware_resources.waiting.watch import Done, Failed, NotKnown, Pending, Verdict

_NOT_IN_NAMES = re.compile(r"[^\w.-]|^\.")
_LONGEST_NAME = 120
"""Bytes of a file's name, without what numbers it and says its type. File systems take about twice as many."""


class DocumentsCondition:
    """The documents of a complete job are awaited until aiWARE lists them.

    aiWARE may list a document some time after it has called the job complete. They count as there when as many are
    listed as `results_to` expects. On Edge that is one for each output writer of the job, and one where it has none:
    only outputs are left of an Edge job. In the cloud it is one where the job has an output writer, else none. Empty
    files do not count. Until then, the job's `timeout` goes on.

    Attributes:
        expected: How many documents there have to be.
    """

    kind = "result of job"

    def __init__(self, expected: int) -> None:
        self.expected = expected

    def read(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, list[str]]:
        """Lists the names of documents (Edge: get_job_outputs; cloud: query ``engineResults``)."""
        return api.documents(ids, unread)

    def judge(self, object_id: str, record: list[str] | None) -> Verdict[list[str]]:
        """What is listed; ``None`` when aiWARE does not show the job any more, complete as it was."""
        if record is None:
            return NotKnown(
                JobFailed(f"aiWARE does not show job {object_id} any more, nor its results.", object_id=object_id)
            )
        if len(record) >= self.expected:
            return Done(record)
        listed = "no document" if not record else f"{len(record)} of {self.expected} documents"
        return Pending(f"complete, {listed} listed yet", "complete")

    def explain(self, api: Api, object_id: str, failed: Failed[list[str]]) -> Verdict[list[str]]:
        """Nothing of this kind fails but by its time."""
        return failed


def output_writers(job: JobRecord) -> int:
    """How many output writers a job has."""
    return sum(task.engine_id == OUTPUT_WRITER for task in job.tasks)


def documents(records: Iterable[EngineResultRecord]) -> dict[str, bytes]:
    """The documents by file name: ``<engine id>.json``; of several time spans the further ones are numbered from 2.

    A document that names no engine keeps the name that it has in aiWARE, as far as it can be one of a file. Names that
    would be the same file are numbered as well, also where file systems do not tell upper from lower case.

    Raises:
        DownloadFailed: When aiWARE tells of a result and gives no document.
    """
    named: dict[str, bytes] = {}
    taken: set[str] = set()
    for record in sorted(records, key=_place):
        # The document of an output file is what the file holds, null as well.
        if record.jsondata is None and record.name is None:
            raise _without_document(record)
        stem = _stem(record.engine_id or (record.name or "").removesuffix(".json") or "result")
        numbers = ("" if number == 1 else f".{number}" for number in range(1, len(taken) + 2))
        names = (portable_name(f"{stem}{number}.json") for number in numbers)
        name = next(name for name in names if name.casefold() not in taken)
        taken.add(name.casefold())
        named[name] = _text(record)
    return named


def write_documents(records: Iterable[EngineResultRecord], folder: Path, job_id: str | None = None) -> Sequence[File]:
    """Writes the documents into a folder, those that are missing or different.

    Args:
        records: The results.
        folder: Where to write them.
        job_id: The job whose results they all are, for the manifest of the folder to say so.

    Raises:
        DownloadFailed: When one is not there or could not be written.
    """
    files = [write(folder / name, content) for name, content in documents(records).items()]
    if job_id is not None and files:
        origins = {file.path.name: Origin(request=job_id, size=file.size, sha256=file.sha256) for file in files}
        with writing(folder):
            record_request(folder, job_id, origins)
    return files


def foresee_documents(records: Iterable[EngineResultRecord], folder: Path) -> Sequence[File]:
    """The files that `write_documents` would leave, whether they are there or not."""
    return [content_at(folder / name, content) for name, content in documents(records).items()]


def _stem(name: str) -> str:
    """A name that a file can have; a long one is cut, and told from others by the end of its hash."""
    safe = _NOT_IN_NAMES.sub("_", name)
    if len(safe.encode("utf-8", "replace")) <= _LONGEST_NAME:
        return safe
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{safe.encode('utf-8', 'replace')[: _LONGEST_NAME - 9].decode('utf-8', 'ignore')}-{digest}"


def _text(record: EngineResultRecord) -> bytes:
    try:
        return f"{json.dumps(record.jsondata, indent=2, ensure_ascii=False)}\n".encode()
    except UnicodeEncodeError:
        # Half a character, which JSON can name and UTF-8 cannot.
        return f"{json.dumps(record.jsondata, indent=2)}\n".encode()


def _without_document(record: EngineResultRecord) -> DownloadFailed:
    of = ", ".join(part for part in (record.engine_id and f"engine {record.engine_id}", record.asset_id) if part)
    return DownloadFailed(
        f"aiWARE tells of a result ({of or 'of an engine that it does not name'}) and gives no document of it.",
        remedy="Run it again; where it stays so, leave results_to away and read the asset in aiWARE.",
    )


def _place(record: EngineResultRecord) -> tuple[str, int, int, str]:
    return (
        record.engine_id or record.name or "",
        record.start_offset_ms or 0,
        record.stop_offset_ms or 0,
        record.asset_id or record.name or "",
    )
