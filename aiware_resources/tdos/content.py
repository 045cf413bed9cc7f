"""What a TDO is made of, whether the program makes it or a job does through ``target``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict

import pulumi

from aiware_resources.reconcile import ApiModel, Flag, Identifier, Path, Problem, Timestamp, is_within
from aiware_resources.tdos.assets import Asset, AssetArgs, AssetFacts
from aiware_resources.text.times import PointInTime

LONGEST = timedelta(days=366)
"""aiWARE takes TDOs of a year at most."""


PRIMARY_TYPES = ("media", "transcript")
"""The types of asset of which a TDO has a primary one."""

TDO_SETS = ("assets", "contentTemplates", "primaryAsset", "cleanupOptions")
"""The lists of a TDO whose order does not matter."""

TDO_CHANGEABLE = (
    *("name", "description", "startDateTime", "stopDateTime", "source", "status", "isPublic", "details"),
    *("thumbnailUrl", "previewUrl", "sourceImageUrl"),
)
"""The properties of a TDO that `updateTDO` changes."""


class SourceData(ApiModel):
    """Where a TDO came from (``SetTDOSourceData``)."""

    task_id: Identifier | None = None
    source_id: Identifier | None = None
    scheduled_job_id: Identifier | None = None


class ContentTemplate(ApiModel):
    """Structured data attached to a TDO (``CreateTDOContentTemplateWithTDO``)."""

    schema_id: Identifier
    sdo_id: Identifier | None = None
    data: Any = None


class PrimaryAsset(ApiModel):
    """Which asset is the primary one of its type (``SetPrimaryAsset``)."""

    id: Identifier
    asset_type: Literal["media", "transcript"]


class TdoContent(ApiModel):
    """What a TDO is made of, whoever makes it."""

    start_date_time: Timestamp | None = None
    stop_date_time: Timestamp | None = None
    status: str = "downloaded"
    name: str | None = None
    description: str | None = None
    is_public: Flag | None = None
    parent_folder_id: Identifier | None = None
    source_data: SourceData | None = None
    details: dict[str, Any] | None = None
    content_templates: list[ContentTemplate] | None = None
    add_to_index: Flag = False
    thumbnail_url: str | None = None
    preview_url: str | None = None
    source_image_url: str | None = None


class Target(TdoContent):
    """What a TDO that a job makes is made of (``CreateTDOInJob``)."""

    assets: list[Asset] | None = None


def span_problems(start: datetime | None, stop: datetime | None, path: Path) -> Iterable[Problem]:
    """What is wrong with the time span of a TDO."""
    if start is None or stop is None:
        return
    if stop < start:
        yield Problem(
            (*path, "stopDateTime"),
            f"is earlier than startDateTime ({start.isoformat()}): a TDO does not end before it starts",
        )
    elif stop - start > LONGEST:
        yield Problem(
            (*path, "stopDateTime"), f"is {(stop - start).days} days after startDateTime; aiWARE takes a year at most"
        )


def content_problems(
    templates: Sequence[ContentTemplate] | None,
    assets: Sequence[AssetFacts] | None,
    unknown: frozenset[Path],
    above: Path = (),
) -> Iterable[Problem]:
    """What is wrong with the structured data and the assets of a TDO.

    Args:
        templates: The structured data.
        assets: The assets.
        unknown: Paths of what is not known yet.
        above: Where both stand.
    """
    for index, template in enumerate(templates or ()):
        place: Path = (*above, "contentTemplates", index)
        given = [key for key, value in (("sdoId", template.sdo_id), ("data", template.data)) if value is not None]
        hidden = [key for key in ("sdoId", "data") if is_within((*place, key), unknown)]
        if len(given) == 2:
            yield Problem((*place, "data"), "is given beside sdoId: give one of the two")
        elif not given and not hidden:
            yield Problem(place, "has no content: give data, or the sdoId of what is there already")
    for index, asset in enumerate(assets or ()):
        if asset.set_as_primary and asset.asset_type not in PRIMARY_TYPES:
            reason = f"cannot be set for an asset of type {asset.asset_type}: leave it out"
            yield Problem((*above, "assets", index, "setAsPrimary"), reason)


class SourceDataArgs(TypedDict, total=False):
    """Where a TDO came from; only for engines and adapters that create TDOs.

    Attributes:
        task_id: The task that made it.
        source_id: The source it was taken from.
        scheduled_job_id: The scheduled job that made it.
    """

    task_id: pulumi.Input[str]
    source_id: pulumi.Input[str]
    scheduled_job_id: pulumi.Input[str]


class ContentTemplateArgs(TypedDict, total=False):
    """Structured data attached to a TDO.

    Attributes:
        schema_id: The schema of the data.
        sdo_id: An existing structured data object; give this or ``data``.
        data: The data.
    """

    schema_id: pulumi.Input[str]
    sdo_id: pulumi.Input[str]
    data: pulumi.Input[Any]


class PrimaryAssetArgs(TypedDict):
    """Which asset is the primary one of its type.

    Attributes:
        id: The asset.
        asset_type: ``media`` or ``transcript``.
    """

    id: pulumi.Input[str]
    asset_type: pulumi.Input[str]


class TargetArgs(TypedDict, total=False):
    """The TDO that a job makes for itself; times as ISO 8601 text, seconds or milliseconds since the epoch.

    Attributes:
        start_date_time: When the recording starts; a ``datetime`` or ``date`` too, in UTC where it has no time zone.
        stop_date_time: When it ends; not before the start, and a year later at most.
        status: Free text; ``downloaded`` when left out.
        name: For people.
        description: For people.
        is_public: Whether other organizations may read it.
        parent_folder_id: The folder to file it in.
        source_data: Where it came from.
        details: Any JSON object.
        content_templates: Structured data attached to it.
        add_to_index: Whether to put it into the search index.
        thumbnail_url: A small picture.
        preview_url: A preview.
        source_image_url: A picture of the source.
        assets: Assets to make with it, by uri.
    """

    start_date_time: pulumi.Input[PointInTime]
    stop_date_time: pulumi.Input[PointInTime]
    status: pulumi.Input[str]
    name: pulumi.Input[str]
    description: pulumi.Input[str]
    is_public: pulumi.Input[bool]
    parent_folder_id: pulumi.Input[str]
    source_data: pulumi.Input[SourceDataArgs]
    details: pulumi.Input[dict[str, Any]]
    content_templates: pulumi.Input[Sequence[pulumi.Input[ContentTemplateArgs]]]
    add_to_index: pulumi.Input[bool]
    thumbnail_url: pulumi.Input[str]
    preview_url: pulumi.Input[str]
    source_image_url: pulumi.Input[str]
    assets: pulumi.Input[Sequence[pulumi.Input[AssetArgs]]]
