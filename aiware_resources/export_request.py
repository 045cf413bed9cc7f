"""Export requests: results of TDOs as captions and other files."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path as FilePath
from typing import Any, ClassVar, Literal, TypedDict

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import is_dry_run
from pydantic import Field

from aiware_resources.api import ExportRecord
from aiware_resources.downloads import File, existing, keep
from aiware_resources.errors import AiwareError
from aiware_resources.policies import Adoptable, Awaited
from aiware_resources.reconcile import (
    CLOCK_SKEW,
    FAILURE,
    ApiModel,
    EntityProvider,
    EntityResource,
    Identifier,
    Made,
    Observed,
    Path,
    Problem,
    Props,
    Timestamp,
    owned,
)
from aiware_resources.waiting import Completion, Condition, Seen, Waiting
from aiware_resources.waiting.conditions import ExportCondition

Extension = Literal["txt", "docx", "txtAvid", "srt", "ttml", "vtt", "vlf"]
INPUTS = ("includeMedia", "tdoData", "outputConfigurations")


class ExportedTdo(ApiModel):
    """A TDO to export, or a part of it (``CreateExportRequestForTDO``); offsets in milliseconds."""

    tdo_id: Identifier | None = None
    mention_id: Identifier | None = None
    start_offset_ms: int | None = None
    stop_offset_ms: int | None = None
    start_date: Timestamp | None = None
    stop_date: Timestamp | None = None


class Format(ApiModel):
    """A file to make (``CreateExportRequestFormatConfig``)."""

    extension: Extension
    options: dict[str, Any] = Field(default_factory=dict)


class OutputConfiguration(ApiModel):
    """What to make of the results of an engine or a category (``CreateExportRequestOutputConfig``)."""

    engine_id: Identifier | None = None
    category_id: Identifier | None = None
    formats: list[Format]


class ExportState(Adoptable, Awaited):
    """The desired state of an export request (``CreateExportRequest``)."""

    tdo_data: list[ExportedTdo]
    include_media: bool = False
    output_configurations: list[OutputConfiguration] = Field(default_factory=list)
    triggers: Any = None
    download_to: Identifier | None = None


_one_at_a_time = threading.Lock()
"""The API neither marks an export request nor tells its content: after a lost answer it is known by having been created
since. So that this says which one it is, a provider process makes one at a time."""


class ExportProvider(EntityProvider):
    """Makes export requests through createExportRequest. The API cannot change or delete one."""

    kind = "export request"
    model = ExportState
    replaces = frozenset({*INPUTS, "triggers"})
    policies: ClassVar[frozenset[str]] = EntityProvider.policies | {"downloadTo"}

    def problems(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """Every TDO and every configuration has to name something."""
        for index, tdo in enumerate(values.get("tdoData", [])):
            if tdo.tdo_id is None and tdo.mention_id is None and not _hidden(unknown, "tdoData", index):
                yield Problem(("tdoData", index), "names nothing to export: give tdoId or mentionId")
        for index, configuration in enumerate(values.get("outputConfigurations", [])):
            named = configuration.engine_id or configuration.category_id
            if not named and not _hidden(unknown, "outputConfigurations", index):
                yield Problem(("outputConfigurations", index), "names no results: give engineId or categoryId")
        if values.get("tdoData") == []:
            yield Problem(("tdoData",), "needs at least one TDO")

    def replacing(self, paths: Iterable[Path], olds: Props, news: Props) -> list[str]:
        """Every input, and a failed request too."""
        return [*super().replacing(paths, olds, news), *([FAILURE] if FAILURE in olds else [])]

    def observe(self, object_id: str, recorded: Props) -> Observed | None:
        """Reads the request (query ``exportRequests``); aiWARE tells its status, not its content."""
        record = self.api.export_requests([object_id]).get(object_id)
        if record is None:
            return None
        return Observed({}, {"status": record.status} if record.status == "failed" else None)

    def make(self, props: Props, mark: str | None) -> Made:
        """Requests the export (mutation ``createExportRequest``)."""
        return Made(self.api.create_export_request({key: props[key] for key in INPUTS if key in props}).id)

    def find(self, props: Props, mark: str | None, since: datetime, *, lost: bool) -> Made | None:
        """After a lost answer: the one request created since that is nobody's; what a killed run made is unknowable."""
        if not lost:
            return None
        sent = since + CLOCK_SKEW
        found = [record.id for record in self.api.exports_created_since(sent) if not owned.has(record.id)]
        return Made(found[0]) if len(found) == 1 and owned.claim(found[0]) else None

    def change(self, object_id: str, olds: Props, news: Props, changed: frozenset[str]) -> Props:
        """Nothing of a request can be changed; policies are recorded."""
        return {}

    def remove(self, object_id: str, props: Props, policy: str) -> None:
        """Forgets the request: the API has no call to delete one."""

    def make_once(self, props: Props) -> Made:
        """Makes the request, while no other thread of this process makes one."""
        with _one_at_a_time:
            made = super().make_once(props)
            owned.add(made.id)
            return made


def _hidden(unknown: frozenset[Path], key: str, index: int) -> bool:
    return any(path[:2] == (key, index) or path == (key,) for path in unknown)


class ExportedTdoArgs(TypedDict, total=False):
    """A TDO to export, or a part of it.

    Attributes:
        tdo_id: The TDO; this or ``mention_id``.
        mention_id: A mention.
        start_offset_ms: Start of the part, in milliseconds.
        stop_offset_ms: End of the part, in milliseconds.
        start_date: Start of the part as a point in time; wins over ``start_offset_ms``.
        stop_date: End of the part as a point in time; wins over ``stop_offset_ms``.
    """

    tdo_id: pulumi.Input[str]
    mention_id: pulumi.Input[str]
    start_offset_ms: pulumi.Input[int]
    stop_offset_ms: pulumi.Input[int]
    start_date: pulumi.Input[str | int]
    stop_date: pulumi.Input[str | int]


class FormatArgs(TypedDict, total=False):
    """A file to make.

    Attributes:
        extension: ``txt``, ``docx``, ``txtAvid``, ``srt``, ``ttml``, ``vtt`` or ``vlf``.
        options: Options of the format, such as ``maxCharacterPerLine``; its keys are the API's own.
    """

    extension: pulumi.Input[Extension]
    options: pulumi.Input[dict[str, Any]]


class OutputConfigurationArgs(TypedDict, total=False):
    """What to make of the results of an engine or a category.

    Attributes:
        engine_id: The engine; this or ``category_id``.
        category_id: All engines of a category.
        formats: The files to make; may be empty.
    """

    engine_id: pulumi.Input[str]
    category_id: pulumi.Input[str]
    formats: pulumi.Input[Sequence[pulumi.Input[FormatArgs]]]


class ExportRequest(EntityResource, module="aiware", name="ExportRequest"):
    """An export request, and the file that comes of it.

    Attributes:
        status: The status on completion.
        asset_uri: Signed link to the result, once complete. Secret.
        path: Where the file was downloaded to; ``None`` without ``download_to``.
        size: Its size in bytes.
        sha256: Its SHA-256, in hexadecimal.
    """

    status: pulumi.Output[str]
    asset_uri: pulumi.Output[str]
    path: pulumi.Output[str | None]
    size: pulumi.Output[int | None]
    sha256: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        tdo_data: pulumi.Input[Sequence[pulumi.Input[ExportedTdoArgs]]],
        output_configurations: pulumi.Input[Sequence[pulumi.Input[OutputConfigurationArgs]]] | None = None,
        include_media: pulumi.Input[bool] | None = None,
        triggers: pulumi.Input[Any] | None = None,
        download_to: pulumi.Input[str] | None = None,
        adopt: pulumi.Input[str] | None = None,
        wait: pulumi.Input[bool] | None = None,
        timeout: pulumi.Input[float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares an export request (``createExportRequest``; schema.graphql, type CreateExportRequest).

        Every input replaces: the API cannot change a request.

        Args:
            resource_name: Name of the resource in the program.
            tdo_data: The TDOs to export.
            output_configurations: Which results to export, and as what.
            include_media: Whether to add the media; can make the export very large.
            triggers: Any value; when it changes, the export is requested anew.
            download_to: File to write the result to, on ``up``, whenever it is not there or not of the same size.
            adopt: Id of an existing request to take over instead of making one.
            wait: Whether to wait until it is complete; by default as ``aiware:wait`` says.
            timeout: Longest wait in seconds; by default ``aiware:jobTimeout``.
            opts: Pulumi's resource options.
        """
        arguments = {key: value for key, value in locals().items() if key in ExportState.model_fields}
        super().__init__(ExportProvider(), resource_name, arguments, opts)
        completion = Completion(self, resource_name, _condition, Waiting(wait, timeout))
        self.status = completion.output(lambda seen: seen.known(lambda record: record.status))
        self.asset_uri = completion.output(lambda seen: seen.when_done(lambda record: record.asset_uri), secret=True)
        download = _Download(completion, resource_name, download_to)
        file = asyncio.ensure_future(download.file())
        self.path = completion.derived(download.path(file))
        self.size = completion.derived(_of(file, lambda kept: kept.size))
        self.sha256 = completion.derived(_of(file, lambda kept: kept.sha256))
        self.__dict__["urn"] = completion.urn(after=file)


@dataclass(frozen=True)
class _Download:
    """The download that follows the completion of an export."""

    completion: Completion[ExportRecord]
    name: str
    destination: pulumi.Input[str] | None

    async def file(self) -> Any:
        """The downloaded file, ``None`` when none is asked for, ``UNKNOWN`` while it cannot be had."""
        if self.destination is None:
            return None
        seen: Seen[ExportRecord] = await self.completion.seen
        destination = await self._destination()
        if not seen.is_done or seen.record is None or seen.record.asset_uri is None or destination is None:
            return UNKNOWN
        if is_dry_run():
            return existing(destination) or UNKNOWN
        return await self._keep(seen.record.asset_uri, destination)

    async def path(self, file: Awaitable[Any]) -> Any:
        """Where the file is. Known in a preview even where another machine keeps it, so that this shows no drift."""
        kept = await file
        if kept is not UNKNOWN:
            return str(kept.path) if isinstance(kept, File) else None
        seen: Seen[ExportRecord] = await self.completion.seen
        destination = await self._destination()
        return str(destination) if seen.is_done and destination is not None else UNKNOWN

    async def _destination(self) -> FilePath | None:
        given = await pulumi.Output.from_input(self.destination).future()
        return FilePath(given) if given else None

    async def _keep(self, uri: str, destination: FilePath) -> File:
        monitor = self.completion.monitor
        with monitor.under_way.work():
            try:
                return await monitor.call(lambda _: keep(monitor.settings, uri, destination))
            except AiwareError as error:
                failure = error
        never: File = await monitor.fail(self.name, self.completion.row, failure)
        return never


async def _of(file: asyncio.Future[Any], pick: Any) -> Any:
    kept = await file
    return pick(kept) if isinstance(kept, File) else kept


async def _condition() -> Condition[ExportRecord]:
    return ExportCondition()


__all__ = [
    "ExportProvider",
    "ExportRequest",
    "ExportState",
    "ExportedTdoArgs",
    "FormatArgs",
    "OutputConfigurationArgs",
]
