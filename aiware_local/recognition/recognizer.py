"""Has recordings recognized by a few listeners, which are started when they are needed."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

MODULE = "moonshine_voice"
INSTALL = "pip install 'aiware-pipelines[speech]'"
LISTENERS = 2
"""How many recordings are recognized at a time; the others wait."""
STARTS = 2
"""How often the recognition of a recording is started, when the listener ends in the middle of it."""
LONGEST_LINE = 2**20
"""Bytes of an answer: the words of a piece are far fewer."""


class CannotListen(Exception):
    """Nothing can be recognized here; the text says why."""


class NotHeard(Exception):
    """This recording cannot be recognized; the text says why, as the end of a sentence about it."""


class ListenerEnded(Exception):
    """A listener has ended in the middle of its work."""


@dataclass(frozen=True)
class SaidWord:
    """A recognized word, its milliseconds from the start, and its speaker where speakers were distinguished."""

    text: str
    start_ms: int
    stop_ms: int
    speaker: str | None = None


@dataclass(frozen=True)
class Heard:
    """What was recognized.

    Attributes:
        words: The words; none in a recording in which nobody speaks.
        seconds: How long the recording is.
        took: How many seconds its recognition took.
        by: By what: the package, its version and the model.
    """

    words: list[SaidWord]
    seconds: float
    took: float
    by: str


class Recognizer:
    """Recognizes recordings, some at a time. Its listeners end with it, and with this process in whatever way."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(LISTENERS)
        self._idle: list[_Listener] = []

    async def recognize(self, ffmpeg: str, path: Path, *, speakers: bool = False) -> Heard:
        """Recognizes the English speech in a recording.

        Args:
            ffmpeg: The program that reads its sound.
            path: The recording.
            speakers: Whether to distinguish speakers.

        Raises:
            CannotListen: The package is not installed, or cannot be used on this machine.
            NotHeard: The file is not a recording, has no sound or is damaged.
            ListenerEnded: The listener has ended in the middle of it, twice.
        """
        if find_spec(MODULE) is None:
            raise CannotListen(f"moonshine-voice is not installed ({INSTALL})")
        request = {"ffmpeg": ffmpeg, "path": str(path), "speakers": speakers}
        async with self._turns:
            for start in range(1, STARTS + 1):
                listener = await self._listener()
                try:
                    heard = await listener.hear(request)
                except ListenerEnded:
                    log.warning("a listener ended in the middle of its work (start %d of %d)", start, STARTS)
                    await listener.stop()
                    if start == STARTS:
                        raise
                except NotHeard:
                    self._idle.append(listener)
                    raise
                except BaseException:
                    await listener.stop()
                    raise
                else:
                    self._idle.append(listener)
                    return heard
        raise AssertionError("the last start returns or raises")

    async def _listener(self) -> _Listener:
        """One that has nothing to do, or a new one. Those that were not needed for a while have ended."""
        while self._idle:
            listener = self._idle.pop()
            if not listener.has_ended:
                return listener
            await listener.stop()
        return await _Listener.started()

    async def close(self) -> None:
        """Ends the listeners that have nothing to do; those at work end when their recognition is cancelled."""
        while self._idle:
            await self._idle.pop().stop()


class _Listener:
    """A process of `aiware_local.recognition.listener`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._by = ""

    @classmethod
    async def started(cls) -> _Listener:
        """Starts one; it loads its model by itself."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aiware_local.recognition.listener"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
            # An interrupted server ends it in its own time, without a traceback.
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        return cls(process)

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.returncode is not None

    async def hear(self, request: dict[str, Any]) -> Heard:
        """Has a recording recognized; errors as those of `Recognizer.recognize`."""
        words: list[SaidWord] = []
        if self._process.stdin is None:
            raise ListenerEnded
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            await self._process.stdin.drain()
        except OSError as error:
            raise ListenerEnded from error
        while True:
            match await self._answer():
                case {"ready": {"package": package, "version": version, "model": model}}:
                    self._by = f"{package} {version}, model {model}"
                case {"unavailable": why}:
                    raise CannotListen(why)
                case {"words": said}:
                    words += [SaidWord(*word) for word in said]
                case {"failed": why}:
                    raise NotHeard(why)
                case {"done": {"seconds": seconds, "took": took}}:
                    return Heard(words, seconds, took, self._by)

    async def _answer(self) -> Any:
        line = b"" if self._process.stdout is None else await self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise ListenerEnded
        return json.loads(line)

    async def stop(self) -> None:
        """Ends it, whatever it does."""
        if not self.has_ended:
            # It may have ended by itself a moment ago.
            try:
                self._process.kill()
            except ProcessLookupError:
                log.debug("listener %d has ended already", self._process.pid)
        # Its pipes are read to the end, which closes them.
        await self._process.communicate()
