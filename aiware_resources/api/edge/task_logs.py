"""The logs of an Edge job's tasks, each of which comes as a zip.

What is in the zip is specified nowhere: each file in it is taken for a log. A zip comes from a server, so nothing of it
is trusted: names are only shown, and it is unpacked in memory, as far as there is room.
"""

from __future__ import annotations

import io
import logging
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from aiware_resources import errors
from aiware_resources.api.edge.calls import Calls, Operation, Request, is_route_missing, is_unknown
from aiware_resources.api.edge.side_by_side import AT_ONCE
from aiware_resources.api.failures import RequestFailed, malformed
from aiware_resources.api.records import TaskLogRecord, TaskRecord
from aiware_resources.api.transport import Reply
from aiware_resources.settings.endpoints import is_uuid

TASK_LOGS = Operation("getTaskLogs", "GET", "/proc/task/{task}/logs", accept="application/zip, application/json")

MOST_FILES = 100
"""So many files of a zip are read."""
MOST_OF_A_FILE = 1 << 20
"""Bytes of a log that are shown: its end, where failures are."""
MOST_UNPACKED = 256 << 20
"""Bytes that are unpacked of one zip, to get to the ends of its files."""
_LONGEST_DIRECTORY = 4 << 20
"""Bytes that the list of a zip's files may have: it is read as a whole."""

_NOT_BEGUN = ("pending", "queued")
_BLOCK = 1 << 18
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_BYTES, _END_64_BYTES, _LONGEST_COMMENT = 22, 20, 0xFFFF
_CANNOT_BE_READ = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,  # a compression that Python does not know
    OSError,
    RuntimeError,  # encrypted
    ValueError,
    struct.error,
)

logger = logging.getLogger(__name__)


class TaskLogs(Calls):
    """Reads the logs of tasks."""

    def of(self, tasks: Iterable[TaskRecord]) -> list[TaskRecord]:
        """Adds its log to each task that has one; what cannot be read is left out, and told in the library's log."""
        listed = list(tasks)
        if not listed:
            return []
        with ThreadPoolExecutor(min(AT_ONCE, len(listed)), thread_name_prefix="aiware-edge-logs") as threads:
            return list(threads.map(self._with_log, listed))

    def _with_log(self, task: TaskRecord) -> TaskRecord:
        if not is_uuid(task.id) or task.status in _NOT_BEGUN:
            return task
        try:
            text = self._answered(Request(TASK_LOGS, {"task": task.id}), _text)
        except errors.ApiError as error:
            # Older installations have no such route, and a task that never ran has no log.
            if not is_unknown(error) and not is_route_missing(error):
                logger.warning("The log of task %s cannot be read: %s", task.id, error)
            return task
        return task.model_copy(update={"log": TaskLogRecord(text=text)}) if text else task


def _text(reply: Reply) -> str:
    try:
        return unpacked(reply.content)
    except _CANNOT_BE_READ:
        raise RequestFailed(malformed("an answer that is not a zip, or only a part of one")) from None


def unpacked(content: bytes) -> str:
    """The text of all files of a zip, one after another, each below its name where there are several.

    Raises:
        zipfile.BadZipFile: It is not a zip, or not all of one, or its list of files is too long.
    """
    if not content:
        return ""
    _check_directory(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = [entry for entry in archive.infolist() if not entry.is_dir()]
        room, texts = MOST_UNPACKED, []
        for entry in files[:MOST_FILES]:
            text, taken = _file(archive, entry, room)
            room -= taken
            texts.append(f"--- {_shown(entry.filename)} ---\n{text}" if len(files) > 1 else text)
    if len(files) > MOST_FILES:
        texts.append(f"(and {len(files) - MOST_FILES} more files)\n")
    return "".join(texts)


def _check_directory(content: bytes) -> None:
    """Refuses a zip whose list of files is long: making a record of each would take the memory of a large file."""
    end = content.rfind(_END, max(0, len(content) - _END_BYTES - _LONGEST_COMMENT))
    if end < 0:
        raise zipfile.BadZipFile("there is no list of files")
    (size,) = struct.unpack_from("<I", content, end + 12)
    if size > _LONGEST_DIRECTORY or content.startswith(_END_64, max(0, end - _END_64_BYTES)):
        raise zipfile.BadZipFile("the list of files is too long")


def _file(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> tuple[str, int]:
    """The end of a file as text, with a line about what is missing of it; and how many bytes were unpacked."""
    end, taken, note = bytearray(), 0, ""
    try:
        with archive.open(entry) as stream:
            while block := stream.read(_BLOCK):
                taken += len(block)
                end += block
                del end[:-MOST_OF_A_FILE]
                if taken > room:
                    note = "(the rest is too large to be shown)\n"
                    break
    except _CANNOT_BE_READ:
        note = "(the rest cannot be read)\n"
    text = end.decode(errors="replace")
    if taken > len(end):
        text = f"(the last {len(end)} bytes)\n{text.partition(chr(10))[2]}"
    return text + ("" if not text or text.endswith("\n") else "\n") + note, taken


def _shown(name: str) -> str:
    """The name of a file, for people: it may hold anything."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:200]
