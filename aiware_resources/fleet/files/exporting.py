"""Exporting the captions of thousands of entries: many TDOs in a request, down to one where a request cannot be used.

aiWARE documents neither how many TDOs a request may have, nor how the files of several are called. So a request that is
refused, that fails, that says less than was asked, or whose files cannot be distinguished is made again for fewer TDOs,
in the end for one file of one TDO, which cannot be mistaken. What fails then is a failure of that entry alone.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiware_resources.api import Api, ExportRecord, Unread, download
from aiware_resources.api.statuses import EXPORT_READY
from aiware_resources.errors import (
    AiwareError,
    AnswerLost,
    ApiError,
    AuthenticationFailed,
    CapacityExceeded,
    ConfigurationError,
    DownloadFailed,
    NotAllowed,
    NotImplementedByServer,
    NotSent,
    RateLimited,
    ServerFailure,
    WrongUrl,
)
from aiware_resources.files.archives import unpack
from aiware_resources.files.downloads import is_archive, scratch, writing
from aiware_resources.fleet.files.archives import assigned, by_ending, ending_of
from aiware_resources.fleet.files.formats import Caption, configurations
from aiware_resources.fleet.files.shelf import New, Shelf
from aiware_resources.fleet.parallel import first_line, in_parallel
from aiware_resources.settings import Settings
from aiware_resources.waiting.outcomes import LONGEST

AT_ONCE = 50
"""How many TDOs a request has at first."""
OPEN = 4
"""How many requests are made side by side."""
_ATTEMPTS = 2
"""How often a request is made before it is made for fewer: a result may be exportable some time after its job."""
_LAST_ATTEMPTS = 3
"""How often it is made for one file of one TDO."""
_PAUSE = 3.0
"""Seconds before a request is made again."""

_HOPELESS = (AuthenticationFailed, ConfigurationError, NotAllowed, NotImplementedByServer, WrongUrl)
"""Errors that every further request would meet as well."""
_PASSING = (NotSent, RateLimited)
"""Errors that say nothing about the request."""
_MAY_BE_OVER = (AnswerLost, ServerFailure)
"""Errors that may, and may not, be about the request."""


@dataclass(frozen=True)
class Source:
    """What the captions of an entry are made of.

    Attributes:
        tdo_id: The TDO of its job.
        run: Its job, and how often it was started again.
        stem: The path of its files without the ending.
    """

    tdo_id: str
    run: str
    stem: str

    def file(self, caption: Caption) -> str:
        """The path of one of its files, in the fleet's folder."""
        return f"{self.stem}.{caption.ending}"

    def request(self, caption: Caption) -> str:
        """What that file comes from."""
        return f"{self.run} {caption.sign}"


@dataclass(frozen=True)
class Batch:
    """What one request asks for: these captions of these entries.

    Attributes:
        keys: The entries.
        captions: The captions.
        attempts: How often it was asked for.
        due: When it is to be asked for, by the monotonic clock.
        not_shown_since: Since when aiWARE has not shown the request.
    """

    keys: tuple[str, ...]
    captions: tuple[Caption, ...]
    attempts: int = 0
    due: float = 0.0
    not_shown_since: float | None = None

    @property
    def is_one_file(self) -> bool:
        """Whether it cannot be made smaller."""
        return len(self.keys) * len(self.captions) == 1

    def smaller(self) -> list[Batch]:
        """Halves of it."""
        if len(self.keys) > 1:
            middle = len(self.keys) // 2
            return [Batch(self.keys[:middle], self.captions), Batch(self.keys[middle:], self.captions)]
        return [Batch(self.keys, (caption,)) for caption in self.captions]


@dataclass
class Exporting:
    """Makes the captions of entries as their jobs are complete, each once.

    Attributes:
        settings: The stack's settings.
        shelf: Where the files go.
        captions: What to make.
        sources: The entries.
        failures: Why captions are not there, by key.
    """

    settings: Settings
    shelf: Shelf
    captions: Sequence[Caption]
    sources: Mapping[str, Source]
    failures: dict[str, str] = field(default_factory=dict)
    _waiting: dict[str, tuple[Caption, ...]] = field(default_factory=dict)
    _queue: deque[Batch] = field(default_factory=deque)
    _open: dict[str, Batch] = field(default_factory=dict)
    _at_once: int = AT_ONCE
    _trouble_since: float | None = None

    @property
    def left(self) -> int:
        """How many files are still to be made."""
        waiting = sum(map(len, self._waiting.values()))
        return waiting + sum(len(each.keys) * len(each.captions) for each in (*self._queue, *self._open.values()))

    def add(self, keys: Iterable[str]) -> None:
        """Takes entries whose jobs are complete; what is there already is not made again."""
        for key in keys:
            source = self.sources[key]
            missing = tuple(
                each for each in self.captions if not self.shelf.has(source.file(each), source.request(each))
            )
            if missing and not source.tdo_id:
                self.failures[key] = "has no TDO to export from"
            elif missing:
                self._waiting[key] = missing

    def step(self, api: Api, *, is_last: bool) -> bool:
        """Goes on as far as it can without waiting.

        Args:
            api: Where the jobs are.
            is_last: Whether no more entries come, so that smaller requests do not wait for more.

        Returns:
            Whether it has got any further.
        """
        before = self.left
        try:
            self._gather(is_last=is_last)
            self._request(api)
            self._collect(api)
            self._trouble_since = None
        except _HOPELESS as error:
            self._end(first_line(error))
        except (*_PASSING, ServerFailure) as error:
            now = time.monotonic()
            self._trouble_since = self._trouble_since or now
            if now - self._trouble_since > LONGEST:
                self._end(first_line(error))
        return self.left != before

    def _end(self, reason: str) -> None:
        """Gives up all that is left."""
        left = [*self._waiting, *(key for batch in (*self._queue, *self._open.values()) for key in batch.keys)]
        self.failures |= dict.fromkeys(left, reason)
        self._waiting.clear()
        self._queue.clear()
        self._open.clear()

    # --- requesting ------------------------------------------------------------------------------------------------

    def _gather(self, *, is_last: bool) -> None:
        """Puts entries that lack the same captions together; no TDO is in a request twice."""
        groups: dict[tuple[Caption, ...], list[str]] = {}
        for key, missing in self._waiting.items():
            groups.setdefault(missing, []).append(key)
        for captions, keys in groups.items():
            left = keys
            while len(left) >= self._at_once or (is_last and left):
                chosen: dict[str, str] = {}
                for key in left:
                    if len(chosen) < self._at_once:
                        chosen.setdefault(self.sources[key].tdo_id, key)
                taken = set(chosen.values())
                left = [key for key in left if key not in taken]
                self._queue.append(Batch(tuple(chosen.values()), captions))
                for key in taken:
                    del self._waiting[key]

    def _request(self, api: Api) -> None:
        for _ in range(len(self._queue)):
            if len(self._open) >= OPEN:
                return
            batch = self._queue.popleft()
            if batch.due > time.monotonic():
                self._queue.append(batch)
                continue
            if len(batch.keys) > self._at_once:
                self._queue.extend(batch.smaller())
                continue
            content = {
                "tdoData": [{"tdoId": self.sources[key].tdo_id} for key in batch.keys],
                "outputConfigurations": configurations(batch.captions),
            }
            try:
                # After a lost answer nothing tells what was requested; to request it again runs no engine.
                self._open[api.create_export_request(content).id] = batch
            except (*_HOPELESS, *_PASSING):
                self._queue.appendleft(batch)
                raise
            except _MAY_BE_OVER as error:
                self._again(batch, first_line(error))
            except ApiError as error:
                if isinstance(error, CapacityExceeded) and batch.is_one_file:
                    self._again(batch, first_line(error))
                    continue
                self._in_smaller(batch, first_line(error))
                if len(batch.keys) == self._at_once > 1:
                    # Perhaps it takes no more at a time.
                    self._at_once = max(self._at_once // 2, 1)

    def _again(self, batch: Batch, reason: str) -> None:
        """Makes a request again, after a while; after some attempts for fewer, and at last not any more."""
        attempts = batch.attempts + 1
        if attempts < (_LAST_ATTEMPTS if batch.is_one_file else _ATTEMPTS):
            due = time.monotonic() + _PAUSE * attempts
            self._queue.append(replace(batch, attempts=attempts, due=due, not_shown_since=None))
        else:
            self._in_smaller(batch, reason)

    def _in_smaller(self, batch: Batch, reason: str) -> None:
        if batch.is_one_file:
            self._failed(batch.keys[0], batch.captions[0], reason)
        else:
            self._queue.extendleft(reversed(batch.smaller()))

    def _failed(self, key: str, caption: Caption, reason: str) -> None:
        before = f"{self.failures[key]}; " if key in self.failures else ""
        self.failures[key] = f"{before}{caption.ending}: {reason}"

    # --- collecting ------------------------------------------------------------------------------------------------

    def _collect(self, api: Api) -> None:
        if not self._open:
            return
        unread: Unread = {}
        records = api.export_requests(list(self._open), unread)
        ready: list[tuple[Batch, ExportRecord]] = []
        for id_, batch in list(self._open.items()):
            record = records.get(id_)
            if record is None:
                if id_ not in unread:
                    self._not_shown(id_, batch)
            elif record.status in EXPORT_READY:
                ready.append((batch, record))
                del self._open[id_]
            elif record.status == "failed":
                del self._open[id_]
                reason = f"export request {id_} failed, and aiWARE gives no reason"
                if batch.is_one_file:
                    self._again(batch, reason)
                else:
                    self._in_smaller(batch, reason)
        for _ in in_parallel(lambda each: self._fetch(*each), ready, OPEN):
            pass

    def _not_shown(self, id_: str, batch: Batch) -> None:
        now = time.monotonic()
        since = batch.not_shown_since or now
        self._open[id_] = replace(batch, not_shown_since=since)
        if now - since > self.settings.not_found_grace:
            del self._open[id_]
            self._again(batch, f"aiWARE does not show export request {id_}")

    def _fetch(self, batch: Batch, record: ExportRecord) -> None:
        """Downloads and unpacks the files of a request that is complete."""
        try:
            if record.asset_uri is None:
                raise DownloadFailed(f"aiWARE gives no link to the file of export request {record.id}")
            with writing(self.shelf.folder), scratch(self.shelf.folder) as inside:
                whole = download(self.settings, record.asset_uri, inside / "whole")
                if is_archive(whole.path):
                    root = inside / "files"
                    paths = unpack(whole.path, root, str(self.shelf.folder), self.settings.max_download_size)
                else:
                    root = inside / "single"
                    root.mkdir()
                    paths = [Path(whole.name or "export")]
                    whole.path.replace(root / paths[0])
                self._received(batch, record, root, paths)
        except DownloadFailed as error:
            if isinstance(error.__cause__, OSError):
                # This machine cannot write: neither could it write any other.
                self.failures |= dict.fromkeys(batch.keys, first_line(error))
                self._end(first_line(error))
            else:
                self._again(batch, first_line(error))
        except AiwareError as error:
            self._again(batch, first_line(error))

    def _received(self, batch: Batch, record: ExportRecord, root: Path, paths: Sequence[Path]) -> None:
        endings = {each.ending: each for each in batch.captions}
        if batch.is_one_file:
            # Whatever it is called.
            chosen = [path for path in paths if ending_of(path, endings)] or list(paths)
            found = {(batch.keys[0], batch.captions[0].ending): chosen[0]} if len(chosen) == 1 else None
        elif len(batch.keys) == 1:
            of_one = by_ending(paths, endings)
            found = None if of_one is None else {(batch.keys[0], ending): path for ending, path in of_one.items()}
        else:
            keys = {self.sources[key].tdo_id: key for key in batch.keys}
            of_many = assigned(paths, keys, endings)
            found = (
                None if of_many is None else {(keys[tdo_id], each): path for (tdo_id, each), path in of_many.items()}
            )
        if found is None:
            self._cannot_be_distinguished(batch, record)
            return
        new = {
            (key, ending): New(
                self.sources[key].file(endings[ending]),
                key,
                self.sources[key].request(endings[ending]),
                root / path,
            )
            for (key, ending), path in found.items()
        }
        refused = self.shelf.put(list(new.values()))
        for (key, ending), each in new.items():
            if each.file in refused:
                self._failed(key, endings[ending], refused[each.file])
        self._missing(batch, record, found)

    def _missing(self, batch: Batch, record: ExportRecord, found: Mapping[tuple[str, str], Path]) -> None:
        """Asks again for what a request was to make, and has not."""
        lacking: dict[tuple[Caption, ...], list[str]] = {}
        for key in batch.keys:
            captions = tuple(each for each in batch.captions if (key, each.ending) not in found)
            if captions:
                lacking.setdefault(captions, []).append(key)
        for captions, keys in lacking.items():
            rest = replace(batch, keys=tuple(keys), captions=captions)
            reason = f"export request {record.id} is {record.status}, and holds no file of it"
            self._again(rest, reason) if rest.is_one_file else self._in_smaller(rest, reason)

    def _cannot_be_distinguished(self, batch: Batch, record: ExportRecord) -> None:
        if batch.is_one_file:
            reason = (
                f"export request {record.id} has several files where one was asked for: name the engine whose results "
                "you want with engine_id, beside the extension"
            )
            self._failed(batch.keys[0], batch.captions[0], reason)
        elif len(batch.keys) > 1:
            # The files are called otherwise than by TDOs; those of other requests will be, too.
            self._at_once = 1
            self._queue.extendleft(Batch((key,), batch.captions) for key in reversed(batch.keys))
        else:
            self._in_smaller(batch, "")
