"""Files of this machine as assets of a TDO: uploaded by the program, known in aiWARE by a marker in their details."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import is_dry_run

from aiware_resources.api import Api, AssetRecord, LocalFile, Progress, connect
from aiware_resources.errors import AiwareError, NotFound, UploadFailed
from aiware_resources.reconcile import OWNER_KEY, Props, marked, marker_of, repeat_until_applied, send_once
from aiware_resources.tdos.assets import file_content, is_file
from aiware_resources.waiting import Monitor, Row, derived, monitor_of, of_run

SHA256 = "sha256"
"""The property of an asset that tells the content of its file; the program fills it in."""


def marker_in_details(owner: str, asset: Mapping[str, Any]) -> str:
    """The marker of an uploaded asset: whose it is, and what it is.

    Args:
        owner: ``project/stack/name`` of the resource.
        asset: The asset in normal form, which tells its name, type and content.
    """
    content = json.dumps(asset, sort_keys=True)
    return f"{_owner_part(owner)}.{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def missing(marks: Iterable[str], there: Sequence[AssetRecord]) -> set[str]:
    """Those of the markers that no asset carries; who once uploaded it makes no difference."""
    contents = {_content_part(mark) for mark in map(_marker, there) if mark is not None}
    return {mark for mark in marks if _content_part(mark) not in contents}


@dataclass(frozen=True)
class Wanted:
    """A file that a TDO is to have as an asset.

    Attributes:
        asset: The asset in normal form.
        file: The file.
        mark: Its marker.
        marked: Whether it is to carry the marker in aiWARE; without, it is known by type, name and MD5.
    """

    asset: Props
    file: LocalFile
    mark: str
    marked: bool

    def is_like(self, record: AssetRecord) -> bool:
        """Whether an asset in aiWARE is this file."""
        if self.marked:
            return not missing([self.mark], [record])
        facts = record.file_data
        named = (record.asset_type, record.name) == (self.asset["assetType"], self.asset["name"])
        return named and facts is not None and facts.md5sum == self.file.md5

    def among(self, records: Iterable[AssetRecord]) -> AssetRecord | None:
        """The asset in aiWARE that is this file, if there is one."""
        return next(filter(self.is_like, records), None)

    def upload(self, api: Api, tdo_id: str, progress: Progress) -> AssetRecord:
        """Uploads it (mutation ``createAsset``); after a lost answer only if it did not arrive.

        Raises:
            UploadFailed: When the file cannot be read.
            ApiError: When aiWARE refuses it, or cannot be reached.
        """
        content = {key: value for key, value in self.asset.items() if key != SHA256}
        details = marked(content.get("details"), self.mark if self.marked else None)
        if details is not None:
            content["details"] = details
        return send_once(
            lambda: api.upload_asset({**content, "containerId": tdo_id}, self.file, progress),
            lambda: self.among(api.assets(tdo_id)),
        )


class Uploads:
    """Sees to it that a TDO has its files, on ``up``; a preview looks which are there, and changes nothing.

    Args:
        resource: The TDO.
        name: Its name in the program.
        assets: Its assets under the API's names, once they are known.
    """

    def __init__(self, resource: pulumi.CustomResource, name: str, assets: pulumi.Output[Sequence[Props]]) -> None:
        self._resource = resource
        self._name = name
        self._assets = assets
        self._id = resource.id
        self._owner: pulumi.Output[str] = resource.__dict__[OWNER_KEY]
        self._row = Row(resource.urn)
        self._monitor = monitor_of(resource)
        self.done = asyncio.ensure_future(self._upload())

    @property
    def output(self) -> pulumi.Output[Any]:
        """The uploaded assets: assetId, file, size, sha256."""
        return derived(self._resource, self.done)

    async def _upload(self) -> Any:
        tdo_id, assets = await self._id.future(), await self._assets.future()
        if not tdo_id or assets is None:
            return UNKNOWN
        files = [asset for asset in assets if is_file(asset)]
        if not files:
            # The last one that was taken out, the provider has deleted.
            return []
        try:
            return await self._reconciled(tdo_id, files, str(await self._owner.future()))
        except AiwareError as error:
            failure = error
        return await (await self._monitor).fail(self._name, self._row, failure)

    async def _reconciled(self, tdo_id: str, assets: Sequence[Props], owner: str) -> Any:
        monitor = await self._monitor
        there = await monitor.call(lambda api: _listed(api, tdo_id))
        files = [await _read(asset["file"]) for asset in assets]
        marked = monitor.settings.markers
        pairs = zip(map(file_content, assets), files, strict=True)
        wanted = [Wanted(asset, file, marker_in_details(owner, asset), marked) for asset, file in pairs]
        if is_dry_run():
            found = [each.among(there) for each in wanted]
            return UNKNOWN if None in found else [_shown(*pair) for pair in zip(files, found, strict=True)]
        uploaded = [await self._uploaded(monitor, tdo_id, each, there) for each in wanted]
        await monitor.call(lambda api: delete_stale(api, owner, there, uploaded))
        return [_shown(*pair) for pair in zip(files, uploaded, strict=True)]

    async def _uploaded(
        self, monitor: Monitor, tdo_id: str, wanted: Wanted, there: Sequence[AssetRecord]
    ) -> AssetRecord:
        found = wanted.among(there)
        if found is not None:
            return found
        api = connect(monitor.settings)
        doing = f"uploading {wanted.file.path}"
        return await monitor.transfer(lambda tell: wanted.upload(api, tdo_id, tell), self._row, doing)


def may_have_files(assets: Any) -> bool:
    """Whether some of a resource's assets are files, or may turn out to be."""
    if isinstance(assets, list | tuple):
        return any(isinstance(asset, pulumi.Output) or is_file(asset) for asset in assets)
    return isinstance(assets, pulumi.Output)


def fingerprinted(assets: Any) -> Any:
    """Adds the SHA-256 of its content to each asset that is a file; for one that cannot be read it is empty.

    Args:
        assets: Assets under their Python names, as a program gives them: Outputs or not, at any depth.
    """
    if isinstance(assets, pulumi.Output):
        return assets.apply(fingerprinted)
    if isinstance(assets, list | tuple):
        return [fingerprinted(asset) for asset in assets]
    if not is_file(assets):
        return assets
    path = pulumi.Output.from_input(assets["file"]).apply(os.fspath)
    return {**assets, "file": path, SHA256: path.apply(_sha256)}


async def _sha256(path: str) -> str:
    try:
        return (await _read(path)).sha256
    except UploadFailed:
        # Checking the resource reports it, with the property's path; a null would not get there.
        return ""


class _Reads(dict[Path, asyncio.Future[LocalFile]]):
    """The files that a run has read, or reads."""


async def _read(path: str) -> LocalFile:
    """Reads a file through, once a run."""
    place, reads = Path(path), of_run(_Reads)
    if place not in reads:
        reads[place] = asyncio.ensure_future(asyncio.to_thread(LocalFile.read, place))
    try:
        return await reads[place]
    except OSError as error:
        raise UploadFailed(
            f"{path} could not be read: {error.strerror or error}.", remedy="Check that it is still there."
        ) from error


def _listed(api: Api, tdo_id: str) -> list[AssetRecord]:
    try:
        return list(api.assets(tdo_id))
    except NotFound:
        if not is_dry_run():
            raise
        # To be created again.
        return []


def uploaded_by(owner: str, there: Iterable[AssetRecord]) -> AssetRecord | None:
    """The newest asset that a resource has uploaded, if there is one."""
    marks = ((record, _marker(record)) for record in there)
    return next((record for record, mark in marks if mark and mark.startswith(f"{_owner_part(owner)}.")), None)


def delete_stale(api: Api, owner: str, there: Sequence[AssetRecord], wanted: Sequence[AssetRecord]) -> None:
    """Deletes what the resource uploaded earlier and does not want any more (mutation ``deleteAsset``)."""
    kept = {record.id for record in wanted}
    for record in there:
        mark = _marker(record)
        if record.id not in kept and mark is not None and mark.startswith(f"{_owner_part(owner)}."):
            _delete(api, record.id)


def _delete(api: Api, asset_id: str) -> None:
    try:
        repeat_until_applied(lambda: api.delete_asset(asset_id), lambda: False)
    except NotFound:
        # Gone already, which is what was asked for.
        return


def _shown(file: LocalFile, record: AssetRecord | None) -> dict[str, Any]:
    return {"assetId": record and record.id, "file": str(file.path), "size": file.size, "sha256": file.sha256}


def _marker(record: AssetRecord) -> str | None:
    return marker_of(record.details)


def _owner_part(owner: str) -> str:
    return hashlib.sha256(owner.encode()).hexdigest()[:16]


def _content_part(mark: str) -> str:
    return mark.rpartition(".")[2]
