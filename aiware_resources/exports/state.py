"""What a program says of an export request, and whether it makes others for its fleets."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, TypedDict

import pulumi
from pydantic import Field, field_serializer

from aiware_resources.exports.formats import Extension, completed
from aiware_resources.reconcile import ApiModel, Count, Flag, Identifier, Props, Timestamp
from aiware_resources.reconcile.policies import Adoptable, Awaited
from aiware_resources.reconcile.values import in_any_order
from aiware_resources.text.times import PointInTime

MADE_BY_PROGRAM = threading.Event()
"""Set in a provider's process when a fleet asks for captions.

The program requests them, in a process of its own. So after a lost answer, a request of this user that no resource
holds may be one of these, and none can be taken for the lost one.
"""


class ExportedTdo(ApiModel):
    """A TDO to export, or a part of it (``CreateExportRequestForTDO``); offsets in milliseconds."""

    tdo_id: Identifier | None = None
    mention_id: Identifier | None = None
    start_offset_ms: Count | None = None
    stop_offset_ms: Count | None = None
    start_date: Timestamp | None = None
    stop_date: Timestamp | None = None


class Format(ApiModel):
    """A file to make (``CreateExportRequestFormatConfig``)."""

    extension: Extension
    options: dict[str, Any] = Field(default_factory=dict)

    @field_serializer("options", when_used="json")
    def _in_normal_form(self, options: dict[str, Any]) -> dict[str, Any]:
        return completed(self.extension, options)


class OutputConfiguration(ApiModel):
    """What to make of the results of an engine or a category (``CreateExportRequestOutputConfig``)."""

    engine_id: Identifier | None = None
    category_id: Identifier | None = None
    formats: list[Format]


class ExportState(Adoptable, Awaited):
    """The desired state of an export request (``CreateExportRequest``)."""

    tdo_data: list[ExportedTdo] | None = None
    include_media: Flag = False
    output_configurations: list[OutputConfiguration] = Field(default_factory=list)
    triggers: Any = None
    download_to: Identifier | None = None

    @classmethod
    def canonical(cls, normal: Props) -> Props:
        """What is exported, from what and as what, are sets."""
        made = [
            in_any_order(each, "formats") if isinstance(each, dict) else each
            for each in normal.get("outputConfigurations", [])
        ]
        return in_any_order({**normal, "outputConfigurations": made}, "tdoData", "outputConfigurations")


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
    start_date: pulumi.Input[PointInTime]
    stop_date: pulumi.Input[PointInTime]


class FormatArgs(TypedDict, total=False):
    """A file to make.

    Attributes:
        extension: ``txt``, ``docx``, ``txtAvid``, ``srt``, ``ttml``, ``vtt`` or ``vlf``.
        options: Options of the format, such as ``maxCharacterPerLine``; its keys are the API's own. One at its default
            is the same as one left out.
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


class ExportRequestArgs(TypedDict, total=False):
    """The arguments of an export request.

    Attributes:
        tdo_data: The TDOs to export; an adopted request may leave them out, since aiWARE does not show them.
        output_configurations: Which results to export, and as what.
        include_media: Whether to add the media; can make the export very large.
        triggers: Any value; when it changes, the export is requested again. Jobs need none.
        download_to: Where to write the result on ``up``, unless the unchanged file of this request is there: a file; or
            a folder, if several formats or TDOs, or the media, make several files (a zip, which is unpacked), or if the
            name ends in a slash. Nothing else in the folder is touched.
        adopt: Id of an existing request to take over instead of making one.
        wait: Whether to wait until it is complete; by default as ``aiware:wait`` says.
        timeout: Longest wait in seconds; by default ``aiware:jobTimeout``.
    """

    tdo_data: pulumi.Input[Sequence[pulumi.Input[ExportedTdoArgs]]] | None
    output_configurations: pulumi.Input[Sequence[pulumi.Input[OutputConfigurationArgs]]] | None
    include_media: pulumi.Input[bool] | None
    triggers: pulumi.Input[Any] | None
    download_to: pulumi.Input[str] | None
    adopt: pulumi.Input[str] | None
    wait: pulumi.Input[bool] | None
    timeout: pulumi.Input[float] | None
