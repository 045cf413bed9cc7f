"""Temporal data objects (TDOs): the containers that media, results and jobs hang on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

import pulumi

from aiware_resources.api import CloudApi, TdoRecord
from aiware_resources.policies import Adoptable, CleanupOption, TdoPolicy
from aiware_resources.reconcile import (
    Earlier,
    EntityProvider,
    EntityResource,
    Identifier,
    Made,
    Observed,
    Path,
    Problem,
    Props,
    Timestamp,
    marked,
    marker_of,
    owned,
    repeat_until_applied,
    unmarked,
)
from aiware_resources.tdo_content import (
    AssetArgs,
    ContentTemplateArgs,
    PrimaryAsset,
    PrimaryAssetArgs,
    SourceDataArgs,
    Target,
    span_problems,
)

CREATE_ONLY = ("parentFolderId", "sourceData", "applicationId", "contentTemplates", "addToIndex", "assets")
CHANGEABLE = (
    "name",
    "description",
    "startDateTime",
    "stopDateTime",
    "source",
    "status",
    "isPublic",
    "details",
    "thumbnailUrl",
    "previewUrl",
    "sourceImageUrl",
)


class TdoState(Target, Adoptable):
    """The desired state of a TDO (``CreateTDO``, ``UpdateTDO``)."""

    start_date_time: Timestamp
    stop_date_time: Timestamp
    source: str | None = None
    application_id: Identifier | None = None
    primary_asset: list[PrimaryAsset] | None = None
    on_destroy: TdoPolicy | None = None
    cleanup_options: list[CleanupOption] | None = None


_earlier: Earlier[TdoRecord] = Earlier(lambda record: marker_of(record.details))


class TdoProvider(EntityProvider):
    """Reconciles TDOs through createTDO, updateTDO, deleteTDO and cleanupTDO."""

    kind = "TDO"
    model = TdoState
    replaces = frozenset(CREATE_ONLY)
    policies: ClassVar[frozenset[str]] = EntityProvider.policies | {"cleanupOptions"}

    def problems(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """aiWARE refuses a TDO that stops before it starts, or lasts longer than a year."""
        return span_problems(values.get("startDateTime"), values.get("stopDateTime"), ())

    def observe(self, object_id: str, recorded: Props) -> Observed | None:
        """Reads the TDO (query ``temporalDataObject``)."""
        record = self.api.tdos([object_id]).get(object_id)
        if record is None:
            return None
        live = record.properties()
        declared = recorded.get("details")
        if isinstance(declared, dict):
            live["details"] = _declared_part(unmarked(live.get("details")), declared)
        return Observed({key: live.get(key) for key in CHANGEABLE})

    def make(self, props: Props, mark: str | None) -> Made:
        """Creates the TDO (mutation ``createTDO``), then names its primary assets (``updateTDO``)."""
        content = {key: props[key] for key in (*CHANGEABLE, *CREATE_ONLY) if key in props}
        record = self.api.create_tdo({**content, **_details(marked(props.get("details"), mark))})
        if props.get("primaryAsset"):
            self.api.update_tdo({"id": record.id, "primaryAsset": props["primaryAsset"]})
        return Made(record.id)

    def find(self, props: Props, mark: str | None, since: datetime, *, lost: bool) -> Made | None:
        """By the marker in ``details``; without markers by content, just after an answer was lost."""
        if lost:
            recent = self.api.tdos_created_since(since)
            matching: Iterable[TdoRecord] = (each for each in recent if self._is_like(each, props, mark))
        elif mark is not None:
            matching = _earlier.find(id(self.api), lambda: self.api.tdos_created_since(since), mark)
        else:
            return None
        return next((Made(each.id) for each in matching if owned.claim(each.id)), None)

    def change(self, object_id: str, olds: Props, news: Props, changed: frozenset[str]) -> Props:
        """Changes the TDO in place (mutation ``updateTDO``); a property taken out of the program is cleared."""
        content = {key: news.get(key) for key in changed & {*CHANGEABLE, "primaryAsset"}}
        if "details" in content:
            content["details"] = self._merged_details(object_id, olds, news)
        if content:
            repeat_until_applied(lambda: self.api.update_tdo({"id": object_id, **content}), lambda: False)
        return {}

    def remove(self, object_id: str, props: Props, policy: str) -> None:
        """Deletes the TDO with its content, removes its content only, or lets go of it."""
        remove_tdo(self.api, object_id, policy, props.get("cleanupOptions"))

    def _is_like(self, record: TdoRecord, props: Props, mark: str | None) -> bool:
        if mark is not None:
            return marker_of(record.details) == mark
        live = record.properties()
        return not any(self._differs(key, props[key], live.get(key)) for key in CHANGEABLE if key in props)

    def _merged_details(self, object_id: str, olds: Props, news: Props) -> Props | None:
        """The details to send: engines and this library keep entries of their own there, which stay."""
        record = self.api.tdos([object_id]).get(object_id)
        live = record.details if record and isinstance(record.details, dict) else {}
        dropped = (olds.get("details") or {}).keys()
        kept = {key: value for key, value in live.items() if key not in dropped}
        return {**kept, **(news.get("details") or {})}


def remove_tdo(api: CloudApi, tdo_id: str, policy: str, options: Sequence[str] | None) -> None:
    """Does to a TDO what a destroy policy says.

    ``delete`` is final (``deleteTDO``); ``cleanup`` removes content and keeps the TDO (``cleanupTDO``, by default
    storage and searchIndex). A TDO that stays is let go of: its ownership marker is removed, so that no later run takes
    it for something that it left half-made.
    """
    if policy == "delete":
        repeat_until_applied(lambda: api.delete_tdo(tdo_id), lambda: not api.tdos([tdo_id]))
        return
    if policy == "cleanup":
        repeat_until_applied(lambda: api.cleanup_tdo(tdo_id, options), lambda: False)
    record = api.tdos([tdo_id]).get(tdo_id)
    if record is not None and marker_of(record.details) is not None:
        content = {"id": tdo_id, "details": unmarked(record.details)}
        repeat_until_applied(lambda: api.update_tdo(content), lambda: False)


def _details(details: Any) -> Props:
    return {} if details is None else {"details": details}


def _declared_part(live: Any, declared: dict[str, Any]) -> Any:
    """The part of the live details that the program declares: engines add entries of their own."""
    return {key: live[key] for key in declared if key in live} if isinstance(live, dict) else live


class TemporalDataObject(EntityResource, module="aiware", name="TemporalDataObject"):
    """A temporal data object: the container that media, engine results and jobs hang on."""

    name: pulumi.Output[str | None]
    start_date_time: pulumi.Output[str]
    stop_date_time: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        start_date_time: pulumi.Input[str | int],
        stop_date_time: pulumi.Input[str | int],
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        source: pulumi.Input[str] | None = None,
        status: pulumi.Input[str] | None = None,
        is_public: pulumi.Input[bool] | None = None,
        details: pulumi.Input[dict[str, Any]] | None = None,
        thumbnail_url: pulumi.Input[str] | None = None,
        preview_url: pulumi.Input[str] | None = None,
        source_image_url: pulumi.Input[str] | None = None,
        primary_asset: pulumi.Input[Sequence[pulumi.Input[PrimaryAssetArgs]]] | None = None,
        parent_folder_id: pulumi.Input[str] | None = None,
        source_data: pulumi.Input[SourceDataArgs] | None = None,
        application_id: pulumi.Input[str] | None = None,
        content_templates: pulumi.Input[Sequence[pulumi.Input[ContentTemplateArgs]]] | None = None,
        add_to_index: pulumi.Input[bool] | None = None,
        assets: pulumi.Input[Sequence[pulumi.Input[AssetArgs]]] | None = None,
        adopt: pulumi.Input[str] | None = None,
        on_destroy: pulumi.Input[TdoPolicy] | None = None,
        cleanup_options: pulumi.Input[Sequence[CleanupOption]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares a TDO (``createTDO``, ``updateTDO``; schema.graphql, types CreateTDO and UpdateTDO).

        Args:
            resource_name: Name of the resource in the program.
            start_date_time: When the recording starts: ISO 8601 text, or seconds or milliseconds since the epoch.
            stop_date_time: When it ends; later than the start, by a year at most.
            name: For people.
            description: For people.
            source: Where the recording comes from.
            status: Free text; ``downloaded`` when left out.
            is_public: Whether other organisations may read it.
            details: Any JSON object. Entries that engines add are no drift.
            thumbnail_url: A small picture.
            preview_url: A preview.
            source_image_url: A picture of the source.
            primary_asset: Which of its assets are the primary ones.
            parent_folder_id: The folder to file it in. Replaces.
            source_data: Where it came from. Replaces.
            application_id: For internal systems only. Replaces.
            content_templates: Structured data attached to it. Replaces.
            add_to_index: Whether to put it into the search index. Replaces.
            assets: Assets to make with it, by uri. Replaces.
            adopt: Id of an existing TDO to take over instead of creating one.
            on_destroy: ``delete`` (default), ``cleanup`` or ``retain`` (default of an adopted TDO).
            cleanup_options: What ``cleanup`` removes: storage, searchIndex, engineResults; by default the first two.
            opts: Pulumi's resource options.
        """
        arguments = {key: value for key, value in locals().items() if key in TdoState.model_fields}
        super().__init__(TdoProvider(), resource_name, arguments, opts)


__all__ = ["TdoProvider", "TdoState", "TemporalDataObject", "remove_tdo"]
