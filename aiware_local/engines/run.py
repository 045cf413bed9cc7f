"""One run of an engine: what it sees of its job, and what it leaves behind."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from aiware_local.installation.errors import FailureReason, RunError
from aiware_local.installation.installation import Installation
from aiware_local.installation.media import Media, is_blank
from aiware_local.storage.store import Record, from_text, to_text
from aiware_local.tdos.records import newest_asset
from aiware_local.tdos.transcripts import VTN_SCHEMA

HINT = "pip install 'aiware-pipelines[engines]' makes it real"
"""What the log adds where a library is missing and an engine is simulated."""
SIMULATED = "simulated"
"""The field of a task's output, and the key of a result's tag, that says why something is simulated."""


def extra(module: str) -> Any | None:
    """A module of the `engines` extra, with which engines do real work; None where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


class Run:
    """A run of one task.

    Args:
        installation: where it runs.
        job: the job's record.
        order: which of its tasks.

    Attributes:
        output: becomes the task's output, unless the run leaves a document.
        media: the media that the run passes on to the tasks after it.
        document: the name of the stored vtn-standard document that the run made.
        chunks: the pieces that the run has cut media into: startOffsetMs, stopOffsetMs, bytes, and the stored file.
        simulated: why what the run made is simulated; None where it is real.
        ended_at: when the run's own work ended, in seconds since the epoch, if that is when its task ends; None if the
            task ends when its plan says.
    """

    def __init__(self, installation: Installation, job: Record, order: int) -> None:
        self.installation = installation
        self.job = job
        self.task: Record = job["_tasks"][order]
        self.payload: dict[str, Any] = self.task["payload"] if isinstance(self.task["payload"], dict) else {}
        self.output: dict[str, Any] = {}
        self.media: Media | None = None
        self.document: str | None = None
        self.chunks: list[Record] = []
        self.simulated: str | None = None
        self.ended_at: float | None = None
        self._notes: list[str] = []

    @property
    def engine(self) -> Record:
        """The engine that runs.

        Raises:
            RunError: system_dependency_missing, if the catalogue has lost it since the job was made.
        """
        engine = self.installation.catalogue.engine(self.task["engineId"])
        if engine is None:
            message = f"Engine {self.task['engineId']} is not in the catalogue any more."
            raise RunError(FailureReason.SYSTEM_DEPENDENCY_MISSING, message)
        return engine

    @property
    def tdo_id(self) -> str:
        """The TDO that the job works on.

        Raises:
            RunError: invalid_data, if the job has none.
        """
        if not self.has_tdo:
            raise RunError(FailureReason.INVALID_DATA, f"{self.engine['name']} needs a TDO, and the job has none.")
        return str(self.job["targetId"])

    @property
    def has_tdo(self) -> bool:
        """Whether the job works on a TDO."""
        return self.job["targetId"] is not None

    def note(self, text: str) -> None:
        """Adds a line to the task's log."""
        self._notes.append(text)

    def simulate(self, why: str, note: str) -> None:
        """Marks what the run makes as simulated, and says so in the task's log.

        Args:
            why: The reason in a few words, such as `yake is not installed`; shown beside the task.
            note: The line of the log.
        """
        self.simulated = self.simulated or why
        self.note(note)

    def require_tdo(self) -> Record:
        """The TDO's record.

        Raises:
            RunError: api_not_found, if it has been deleted meanwhile.
        """
        tdo = self.installation.store.get("tdo", self.tdo_id)
        if tdo is None:
            raise RunError(FailureReason.API_NOT_FOUND, f"The target TDO {self.tdo_id} does not exist any more.")
        return tdo

    def result(self, failure: Record | None) -> Record:
        """The result as the task's record holds it."""
        return {
            "output": None if failure else self._marked_output(),
            "log": self._notes,
            "failure": failure,
            "media": None if failure or self.media is None else self.media.as_record(),
            "document": None if failure else self.document,
            "chunks": [] if failure else self.chunks,
            "simulated": None if failure else self.simulated,
            "endedAt": self.ended_at,
            "collected": False,
        }

    def _marked_output(self) -> dict[str, Any]:
        return self.output if self.simulated is None else {**self.output, SIMULATED: self.simulated}

    def upstream(self, wanted: Callable[[Record], bool]) -> Iterator[Record]:
        """The tasks before this one whose results are wanted: on every path the nearest."""
        seen: set[int] = set()
        waiting = list(self.task["_parents"])
        while waiting:
            order = waiting.pop(0)
            if order in seen:
                continue
            seen.add(order)
            task = self._in_place_of(order)
            if task["_result"] is not None and wanted(task["_result"]):
                yield task
            else:
                waiting += task["_parents"]

    def _in_place_of(self, order: int) -> Record:
        """The task, or the standby task that took over when it failed."""
        tasks = self.job["_tasks"]
        result = tasks[order]["_result"]
        standbys = [other["order"] for other in tasks if other["_standbyFor"] == order]
        if standbys and result is not None and result["failure"]:
            return self._in_place_of(standbys[0])
        task: Record = tasks[order]
        return task

    def upstream_documents(self) -> list[tuple[Record, Record]]:
        """The nearest tasks before this one that made vtn-standard documents, and the documents."""
        return [
            (task, read_document(self.installation, task["_result"]["document"]))
            for task in self.upstream(has_document)
        ]

    async def find_media(self, *, of_tdo: bool) -> Media:
        """The media to work on: that of payload.url, else of the tasks before, else (if allowed) of the TDO.

        Raises:
            RunError: it cannot be fetched, or there is none.
        """
        if not is_blank(self.payload.get("url")):
            return await self.installation.media.fetch(self.payload["url"], f"{self.task['id']}.media")
        for task in self.upstream(lambda result: result["media"] is not None):
            return Media(**task["_result"]["media"])
        is_sought = of_tdo and self.has_tdo
        asset = newest_asset(self.installation.store, self.require_tdo(), "media") if is_sought else None
        if asset is not None:
            return _media_of_asset(asset)
        raise RunError(FailureReason.INVALID_DATA, self._no_media(of_tdo))

    def keep_document(self, document: Record) -> None:
        """Stores a vtn-standard document as what this run made."""
        name = f"{self.task['id']}.vtn.json"
        self.installation.files.write(name, to_text(document).encode())
        self.document = name

    def keep_result(self, contract: str | None, **content: object) -> None:
        """Stores what this run found as a vtn-standard document, under its validation contract where it has one."""
        contracts = {} if contract is None else {"validationContracts": [contract]}
        self.keep_document({"schemaId": VTN_SCHEMA, **contracts, "sourceEngineId": self.task["engineId"], **content})

    def path(self, name: str) -> Path:
        """Where a stored file is."""
        return self.installation.files.path(name)

    def _no_media(self, of_tdo: bool) -> str:
        places = "its payload has no url, no task before it passes media on"
        if of_tdo:
            places += f", and TDO {self.tdo_id} has no media asset" if self.has_tdo else ", and the job has no TDO"
        return f"{self.engine['name']} has no media to work on: {places}."


def has_document(result: Record) -> bool:
    """Whether a run has left a vtn-standard document."""
    return result["document"] is not None


def read_document(installation: Installation, name: str) -> Record:
    """A stored vtn-standard document."""
    document: Record = from_text(installation.files.path(name).read_bytes())
    return document


def _media_of_asset(asset: Record) -> Media:
    return Media(
        url=asset["fileData"].get("originalFileUri") or asset["id"],
        name=asset["name"] or asset["id"],
        content_type=asset["contentType"],
        file=asset["_file"],
        size=asset["fileData"].get("size"),
        md5=asset["fileData"].get("md5sum"),
        sidecar=asset["_sidecar"],
    )
