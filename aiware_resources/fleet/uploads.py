"""Files of this machine for the jobs of a fleet: each in a TDO of its own, uploaded once.

A TDO is made with the mark of its entry, gets the file as an asset that names its content, and then a job. So whenever
a run is killed, the next one knows what is there, and goes on from it. A job is submitted on whole files only.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiware_resources.api import Api, AssetRecord, JobRecord, LocalFile, TdoRecord
from aiware_resources.errors import NotFound, UploadFailed
from aiware_resources.fleet.entries import marker
from aiware_resources.fleet.local_files import Content, LocalMedia, md5_of
from aiware_resources.fleet.plan import Wanted
from aiware_resources.fleet.removal import Removal
from aiware_resources.reconcile import Holder, Mark, Props, marked, owned, resource_hash, resource_of, send_once
from aiware_resources.reconcile.left_behind import latest
from aiware_resources.reconcile.once import LOOKS
from aiware_resources.reconcile.ownership import created_since, turn
from aiware_resources.sources import RemoteFile, signed
from aiware_resources.tdos.assets import file_content, unreadable
from aiware_resources.tdos.removal import remove_tdo
from aiware_resources.tdos.uploads import Wanted as WantedAsset
from aiware_resources.tdos.uploads import delete_stale, marker_in_details, uploaded_by
from aiware_resources.text.times import format_time, parse_time

log = logging.getLogger("aiware")

_START = datetime(2026, 1, 1, tzinfo=UTC)
"""A TDO needs a time span; where a recording has none, any will do."""
_HOUR = timedelta(hours=1)
_TELL_EVERY = 30.0
"""Seconds between two messages about how far it is."""
_PAUSE = 0.5
"""Seconds before a file is looked for again, doubled with each further look."""
_MB = 1_000_000


@dataclass(frozen=True)
class Ready:
    """What a job can be submitted with.

    Attributes:
        job: The job, on the TDO that holds the file.
        content: The file in it.
        is_own: Whether that TDO is known to be the entry's.
    """

    job: Props
    content: Content
    is_own: bool


class Uploads:
    """Sees to it that TDOs have the files of entries.

    Args:
        api: Where to.
        fleet: The fleet.
        marking: What its marks name.
        markers: Whether TDOs and assets carry marks; without them, only answers lost in this run are looked for.
        since: What an interrupted run has made is not older than this, by aiWARE's clock.
        removal: What is done with TDOs that an interrupted run has left, and that are not of use any more.
    """

    def __init__(
        self, api: Api, fleet: Holder, marking: Holder, *, markers: bool, since: datetime, removal: Removal
    ) -> None:
        self._api = api
        self._fleet = fleet
        self._marking = marking
        self._markers = markers
        self._since = since
        self._removal = removal
        self._left: dict[str, list[TdoRecord]] = {}
        self._jobs: Mapping[str, Sequence[JobRecord]] = {}
        self._listed: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self.begun: dict[str, str] = {}
        """The TDOs of entries, by key: those that are known to be theirs."""
        self._sent: dict[str, tuple[int, int]] = {}
        self._told = time.monotonic()

    def look(self, wanted: Sequence[Wanted], jobs: Mapping[str, Sequence[JobRecord]]) -> None:
        """Finds what an interrupted run has left: the TDOs of entries, one listing for all.

        Args:
            wanted: The entries.
            jobs: The jobs of entries that were created since then, by key.
        """
        if not self._markers or not any(each.file for each in wanted):
            return
        self._jobs = jobs
        keys = {resource_hash(self._marking, each.key): each for each in wanted}
        listed: set[str] = set()
        for record in self._api.tdos_created_since(self._since):
            each = keys.get(resource_of(record.details) or "")
            if each is None:
                continue
            listed.add(record.id)
            is_recorded = each.replaced is not None and each.replaced.target_id == record.id
            if not is_recorded and not owned.has(record.id):
                self._left.setdefault(each.key, []).append(record)
        self._listed = frozenset(listed)

    def mark(self, wanted: Wanted) -> Mark:
        """What the TDO of an entry carries, whatever is in its file: an interrupted upload may go on with another."""
        name = marker(self._marking.owner, wanted.key, wanted.product)
        return Mark(name, resource_hash(self._marking, wanted.key))

    def taken(self, wanted: Wanted, tdo_id: str, file: LocalMedia) -> Content:
        """What was uploaded for the job that an interrupted run has submitted for this very file."""
        self._clear(wanted, tdo_id)
        found = uploaded_by(self._owner(wanted), self._api.assets(tdo_id))
        md5 = found.file_data.md5sum if found is not None and found.file_data is not None else None
        return replace(file.content, md5=md5 or md5_of(file.path, file.content))

    def ready(self, wanted: Wanted, file: LocalMedia) -> Ready:
        """Uploads the file of an entry, where aiWARE does not have it yet.

        Raises:
            UploadFailed: It cannot be read, or is another one than the plan was made for.
            ApiError: aiWARE refuses the TDO or the file, or cannot be reached.
        """
        local = _read(file)
        tdo_id, is_own, is_new = self._tdo(wanted, file)
        if is_own:
            self.begun[wanted.key] = tdo_id
        asset = self._asset(wanted, local, tdo_id, is_new=is_new and is_own)
        link = self._link(asset) if file.by_address else ""
        job = {key: value for key, value in file.job_at(link).items() if key != "target"}
        return Ready({**job, "targetId": tdo_id}, replace(file.content, md5=local.md5), is_own)

    # --- TDOs ------------------------------------------------------------------------------------------------------

    def _tdo(self, wanted: Wanted, file: LocalMedia) -> tuple[str, bool, bool]:
        """The TDO of an entry; whether it is known to be the entry's; and whether it is new."""
        mark = self.mark(wanted)
        known = None if wanted.tdo_id is None else self._api.tdos([wanted.tdo_id]).get(wanted.tdo_id)
        if known is not None and (mark.is_on(known.details) or not self._markers):
            self._clear(wanted, known.id)
            return known.id, True, False
        has_job = {record.target_id for record in self._jobs.get(wanted.key, ())}
        left = [each for each in self._left.get(wanted.key, ()) if mark.is_on(each.details) and each.id not in has_job]
        found = latest(left)
        if found is not None and owned.claim(found.id):
            self._clear(wanted, found.id)
            owned.add(found.id, self._fleet)
            return found.id, True, False
        self._clear(wanted, None)
        return *self._made(wanted, file, mark if self._markers else None), True

    def _clear(self, wanted: Wanted, except_id: str | None) -> None:
        """Removes what an interrupted run has left for an entry, and what is not of use any more."""
        if self._marking != self._fleet:
            # Another shard may hold it.
            return
        records = {record.target_id: record for record in self._jobs.get(wanted.key, ())}
        for tdo in self._left.pop(wanted.key, ()):
            if tdo.id != except_id:
                self._removal.clear(self._api, tdo.id, records.get(tdo.id))

    def _made(self, wanted: Wanted, file: LocalMedia, mark: Mark | None) -> tuple[str, bool]:
        content = _content(wanted, file, mark)
        with turn(None if mark else ("TDO", content["name"])):
            since = created_since(self._api, datetime.now(UTC), is_marked=mark is not None)
            found: list[TdoRecord] = []

            def look() -> TdoRecord | None:
                found.extend(
                    record
                    for record in self._api.tdos_created_since(since)
                    if record.id not in self._listed and _is_like(record, content, mark) and owned.claim(record.id)
                )
                return found[0] if found else None

            made = send_once(lambda: self._api.create_tdo(signed(content)), look)
            owned.add(made.id, self._fleet)
            # One that only looks like the entry's may be somebody else's: it is never deleted.
            return made.id, mark is not None or not found

    # --- their assets ----------------------------------------------------------------------------------------------

    def _owner(self, wanted: Wanted) -> str:
        return f"{self._marking.owner}/{wanted.key}"

    def _asset(self, wanted: Wanted, file: LocalFile, tdo_id: str, *, is_new: bool) -> AssetRecord:
        content = file_content(
            {"assetType": "media", "file": str(file.path), "sha256": file.sha256, "setAsPrimary": True}
        )
        owner = self._owner(wanted)
        asset = WantedAsset(content, file, marker_in_details(owner, content), self._markers)
        there = [] if is_new else list(self._api.assets(tdo_id))
        whole = next((each for each in there if asset.is_like(each) and _is_whole(each, file)), None)
        try:
            found = whole or asset.upload(self._api, tdo_id, lambda gone, of: self._progress(wanted.key, gone, of))
        except UploadFailed:
            self._give_up(wanted.key, tdo_id, is_new=is_new)
            raise
        finally:
            with self._lock:
                self._sent.pop(wanted.key, None)
        if there:
            delete_stale(self._api, owner, there, [found])
        return found

    def _link(self, asset: AssetRecord) -> str:
        """The signed address of a file; a server may show what was made just now some seconds later."""
        for number in range(LOOKS):
            with suppress(NotFound):
                if link := self._api.asset_link(asset.id).signed_uri:
                    return link
            time.sleep(_PAUSE * 2**number)
        if link := self._api.asset_link(asset.id).signed_uri:
            return link
        raise UploadFailed(
            f"its file is uploaded as asset {asset.id}, and aiWARE gives no address for it.",
            remedy="Run `pulumi up` again: it goes on from there.",
        )

    def _give_up(self, key: str, tdo_id: str, *, is_new: bool) -> None:
        """Removes the new TDO of a file that cannot be read any more: nothing may ever be done with it."""
        if is_new:
            remove_tdo(self._api, tdo_id, "delete", None)
            del self.begun[key]

    def _progress(self, key: str, gone: int, of: int) -> None:
        with self._lock:
            self._sent[key] = gone, of
            if time.monotonic() - self._told >= _TELL_EVERY:
                self._told = time.monotonic()
                sent, all_of_it = (sum(each) // _MB for each in zip(*self._sent.values(), strict=True))
                log.warning(
                    "fleet %s: uploading %s: %d of %d MB", self._fleet.name, ", ".join(self._sent), sent, all_of_it
                )


def _read(file: LocalMedia) -> LocalFile:
    try:
        read = LocalFile.read(file.path)
        now = Content.of(file.path)
    except OSError as error:
        if isinstance(file.path, RemoteFile):
            raise UploadFailed(f"{error}.", remedy="Run `pulumi up` again.") from error
        reason = unreadable(str(file.path), file.path)
        raise UploadFailed(f"its file {reason}.", remedy="Run `pulumi up` again then.") from error
    if now.stamp != file.content.stamp or read.size != now.size:
        raise UploadFailed(
            f"its file {file.path} has changed since the update began.",
            remedy="Run it again once the file is complete.",
        )
    return read


def _is_whole(asset: AssetRecord, file: LocalFile) -> bool:
    """Whether aiWARE has all of a file, as far as it tells."""
    size = None if asset.file_data is None else asset.file_data.size
    return size is None or size == file.size


def _content(wanted: Wanted, file: LocalMedia, mark: Mark | None) -> Props:
    """The ``CreateTDO`` of an entry: what the template says of its target, a name and a time span."""
    target: dict[str, Any] = file.job_at("")["target"]
    own = {key: value for key, value in target.items() if key != "assets" and value is not None}
    if assets := target["assets"][:-1]:
        own["assets"] = assets
    start, stop = (None if own.get(key) is None else parse_time(own[key]) for key in ("startDateTime", "stopDateTime"))
    start = start or (stop - _HOUR if stop else _START)
    span = {"startDateTime": format_time(start), "stopDateTime": format_time(stop or start + _HOUR)}
    details = marked(own.get("details"), mark)
    return {"name": wanted.key, **own, **span, **({} if details is None else {"details": details})}


def _is_like(record: TdoRecord, content: Props, mark: Mark | None) -> bool:
    return mark.is_on(record.details) if mark is not None else record.name == content["name"]
