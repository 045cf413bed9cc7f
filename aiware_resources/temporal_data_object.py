"""Temporal data objects (TDOs): the containers that media, results and jobs hang on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Required, TypedDict, Unpack

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult

from aiware_resources.api import Api, AssetRecord, TdoRecord
from aiware_resources.reconcile import (
    OWNER_KEY,
    Earlier,
    EntityProvider,
    Identifier,
    Made,
    Mark,
    Observed,
    Path,
    Problem,
    Props,
    Readable,
    Timestamp,
    marked,
    marker_of,
    mocks,
    owned,
    path_text,
    repeat_until_applied,
    unmarked,
)
from aiware_resources.reconcile.adoption import Adoption, Declarable, Declaration, by_id, declaration
from aiware_resources.reconcile.entity import Existing, Fate, Question, Words
from aiware_resources.reconcile.naming import api_properties
from aiware_resources.reconcile.policies import Adoptable, CleanupOption, TdoPolicy
from aiware_resources.reconcile.provider import plain
from aiware_resources.reconcile.unknowns import cut
from aiware_resources.reconcile.values import in_any_order
from aiware_resources.sources import signed
from aiware_resources.tdos.assets import TdoAsset, TdoAssetArgs, asset_problems, file_content, is_file, without_path
from aiware_resources.tdos.content import (
    TDO_CHANGEABLE,
    TDO_SETS,
    ContentTemplateArgs,
    PrimaryAsset,
    PrimaryAssetArgs,
    SourceDataArgs,
    TdoContent,
    content_problems,
    span_problems,
)
from aiware_resources.tdos.removal import NOUN, fate_of_tdo, remove_tdo
from aiware_resources.tdos.uploads import (
    Uploads,
    delete_stale,
    fingerprinted,
    marker_in_details,
    may_have_files,
    missing,
)
from aiware_resources.text.secret_words import is_signed
from aiware_resources.text.times import PointInTime

CREATE_ONLY = ("parentFolderId", "sourceData", "applicationId", "contentTemplates", "addToIndex", "assets")

SOME_HOUR = {"start_date_time": "2026-01-01T00:00:00Z", "stop_date_time": "2026-01-01T01:00:00Z"}
"""A TDO needs a time span; where a recording has none, any will do. It tells nothing of the length of the media."""


class TdoState(TdoContent, Adoptable):
    """The desired state of a TDO (``CreateTDO``, ``UpdateTDO``)."""

    start_date_time: Timestamp
    stop_date_time: Timestamp
    source: str | None = None
    application_id: Identifier | None = None
    primary_asset: list[PrimaryAsset] | None = None
    assets: list[TdoAsset] | None = None
    on_destroy: TdoPolicy | None = None
    cleanup_options: list[CleanupOption] | None = None

    @classmethod
    def canonical(cls, normal: Props) -> Props:
        """The order of assets means nothing, and neither does where the file of one is."""
        return in_any_order(cls.first_form(normal), *TDO_SETS)

    @classmethod
    def first_form(cls, normal: Props) -> Props:
        """Two file assets that differ in where the file is only are equal."""
        if not isinstance(normal.get("assets"), list):
            return normal
        return {**normal, "assets": [without_path(each) if is_file(each) else each for each in normal["assets"]]}

    @classmethod
    def side_by_side(cls, old: Props, new: Props) -> tuple[Props, Props]:
        """Assets stand where the program has them."""
        return cls.first_form(old), cls.first_form(new)


earlier_tdos: Earlier[TdoRecord] = Earlier(lambda record: record.details)
"""The TDOs that earlier runs made; jobs that make one are looked for there as well."""


_LINKS = ("thumbnailUrl", "previewUrl", "sourceImageUrl")


def _declared(provider: Declarable, record: TdoRecord, _: Api) -> Declaration:
    """All that can be changed of one, but links that let in whoever has them (query ``temporalDataObject``)."""
    live = record.properties() | {"details": unmarked(record.details)}
    # A signed link is another one with every look.
    signed = {key for key in _LINKS if is_signed(live.get(key) or "")}
    props = {key: live.get(key) for key in TDO_CHANGEABLE if key not in signed}
    found = declaration(provider, record.id, props, called=record.name, is_marked=marker_of(record.details) is not None)
    # People look for the name first.
    found.arguments = {name: found.arguments[name] for name in sorted(found.arguments, key="name".__ne__)}
    return found


_ADOPTION: Adoption[TdoRecord] = Adoption(
    "tdo", by_id("TDO", "temporalDataObject", lambda api, ids: api.tdos(ids)), _declared
)


class TdoProvider(EntityProvider):
    """Reconciles TDOs through createTDO, updateTDO, deleteTDO and cleanupTDO."""

    kind = "TDO"
    noun = NOUN
    words = Words()
    adoption = _ADOPTION
    question = Question("TDOs", lambda api, now: api.find_tdos(since=now))
    type_name = "aiware:TemporalDataObject"
    model = TdoState
    replaces = frozenset(CREATE_ONLY)
    readable = frozenset(TDO_CHANGEABLE)
    confidential = frozenset(_LINKS)
    write_only = frozenset({"primaryAsset"})
    policies: ClassVar[frozenset[str]] = EntityProvider.policies | {"cleanupOptions"}

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """As for every entity; what the TDO holds is checked when that is new."""
        checked = super().check(_olds, news)
        known, unknown = cut(checked.inputs)
        olds = plain(_olds)
        fresh = {
            key: known[key] for key in ("contentTemplates", "assets") if key in known and olds.get(key) != known[key]
        }
        values, _ = self.schema.validate(fresh, unknown)
        found = content_problems(values.get("contentTemplates"), values.get("assets"), unknown)
        checked.failures.extend(CheckFailure(path_text(each.path), each.reason) for each in found)
        return checked

    def problems(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """aiWARE refuses a TDO that stops before it starts, or lasts longer than a year."""
        yield from span_problems(values.get("startDateTime"), values.get("stopDateTime"), ())
        yield from asset_problems(values.get("assets", []), unknown)

    def replacing(self, paths: Iterable[Path], olds: Props, news: Props) -> list[str]:
        """What cannot be changed in place. Files can: only assets at a uri are made together with the TDO."""
        replaced = super().replacing(paths, olds, news)
        same = self._at_uris(olds) == self._at_uris(news)
        return [key for key in replaced if key != "assets" or not same]

    def observe(self, object_id: str, recorded: Props) -> Observed | None:
        """Reads the TDO (query ``temporalDataObject``)."""
        record = self.api.tdos([object_id]).get(object_id)
        if record is None:
            return None
        live = record.properties()
        declared = recorded.get("details")
        if isinstance(declared, dict):
            live["details"] = _declared_part(unmarked(live.get("details")), declared)
        observed = {key: live.get(key) for key in TDO_CHANGEABLE}
        if _files(recorded) and self._settings.markers:
            observed["assets"] = self._seen_assets(object_id, recorded)
        return Observed(observed)

    def look_at(self, object_id: str) -> Props | None:
        """Reads the TDO (query ``temporalDataObject``), with all its details."""
        record = self.api.tdos([object_id]).get(object_id)
        if record is None:
            return None
        live = record.properties() | {"details": unmarked(record.details)}
        return {key: live.get(key) for key in TDO_CHANGEABLE}

    def make(self, props: Props, mark: Mark | None) -> Made:
        """Creates the TDO (mutation ``createTDO``)."""
        content = {key: props[key] for key in (*TDO_CHANGEABLE, *CREATE_ONLY) if key in props}
        if _files(props):
            content["assets"] = [asset for asset in props["assets"] if not is_file(asset)]
        return Made(self.api.create_tdo(signed({**content, **_details(marked(props.get("details"), mark))})).id)

    def make_once(self, props: Props) -> Made:
        """As for every entity; then names the primary assets (mutation ``updateTDO``), also of a TDO that was found."""
        made = super().make_once(props)
        if props.get("primaryAsset"):
            content = {"id": made.id, "primaryAsset": props["primaryAsset"]}
            repeat_until_applied(lambda: self.api.update_tdo(content), lambda: False)
        return made

    def find(self, props: Props, mark: Mark | None, since: datetime, *, lost: bool) -> Made | None:
        """By the marker in ``details``; without markers by content, just after an answer was lost."""
        place = id(self.api)
        if lost:
            listed = self.api.tdos_created_since(since)
            matching: Iterable[TdoRecord] = earlier_tdos.new_in(
                place, (each for each in listed if self._is_like(each, props, mark))
            )
        elif mark is not None:
            held = owned.held_by(self.holder(props))
            left = earlier_tdos.left_behind(
                place, lambda: self.api.tdos_created_since(since), mark, held, self.api.tdos
            )
            matching = [] if left is None else [left]
        else:
            return None
        certain = mark is not None
        return next((Made(each.id, certain=certain) for each in matching if owned.claim(each.id)), None)

    def change(self, object_id: str, olds: Props, news: Props, changed: frozenset[str]) -> Props:
        """Changes the TDO in place (mutation ``updateTDO``); a property taken out of the program is cleared."""
        content = {key: news.get(key) for key in changed & {*TDO_CHANGEABLE, "primaryAsset"}}
        if "details" in content:
            content["details"] = self._merged_details(object_id, olds, news)
        if content:
            repeat_until_applied(lambda: self.api.update_tdo({"id": object_id, **content}), lambda: False)
        if _files(olds) and not _files(news):
            # As long as there are files, the program sees to them.
            delete_stale(self.api, str(olds.get(OWNER_KEY)), list(self.api.assets(object_id)), [])
        return {}

    def remove(self, object_id: str, props: Props, policy: str) -> None:
        """Deletes the TDO with its content, removes its content only, or leaves it without its marker."""
        remove_tdo(self.api, object_id, policy, props.get("cleanupOptions"))

    def fate_given_up(self, recorded: Props) -> Fate:
        """What `remove` does."""
        return fate_of_tdo(self.destroy_policy(recorded), recorded)

    def existing(self, api: Api) -> Iterable[Existing]:
        """All TDOs (query ``temporalDataObjects``)."""
        for each in api.find_tdos():
            is_ours = marker_of(each.details) is not None
            yield Existing(self.noun, each.id, each.name or "", each.created_date_time, is_ours)

    def _at_uris(self, props: Props) -> Any:
        """The assets at uris, in normal form; what is unknown counts as different from all."""
        assets = props.get("assets")
        if assets is not None and not isinstance(assets, list):
            return object()
        return self.schema.normal({"assets": [asset for asset in assets or [] if not is_file(asset)]})["assets"]

    def _seen_assets(self, object_id: str, recorded: Props) -> list[Any]:
        """The recorded assets; a file that aiWARE does not have (any more) goes without its content."""
        there = list(self.api.assets(object_id))
        return [asset if _is_there(asset, recorded, there) else _gone(asset) for asset in recorded["assets"]]

    def _is_like(self, record: TdoRecord, props: Props, mark: Mark | None) -> bool:
        if mark is not None:
            return mark.is_on(record.details)
        live = record.properties()
        return not any(self._differs(key, props[key], live.get(key)) for key in TDO_CHANGEABLE if key in props)

    def _merged_details(self, object_id: str, olds: Props, news: Props) -> Props | None:
        """The details to send: engines and this library keep entries of their own there, which stay."""
        record = self.api.tdos([object_id]).get(object_id)
        live = record.details if record and isinstance(record.details, dict) else {}
        dropped = (olds.get("details") or {}).keys()
        kept = {key: value for key, value in live.items() if key not in dropped}
        return {**kept, **(news.get("details") or {})}


def _files(props: Props) -> list[Any]:
    assets = props.get("assets")
    return [asset for asset in assets if is_file(asset)] if isinstance(assets, list) else []


def _is_there(asset: Any, recorded: Props, there: Sequence[AssetRecord]) -> bool:
    if not is_file(asset):
        return True
    return not missing([marker_in_details(str(recorded.get(OWNER_KEY)), file_content(asset))], there)


def _gone(asset: Props) -> Props:
    return {key: value for key, value in asset.items() if key != "sha256"}


def _details(details: Any) -> Props:
    return {} if details is None else {"details": details}


def _declared_part(live: Any, declared: dict[str, Any]) -> Any:
    """The part of the live details that the program declares: engines add entries of their own."""
    return {key: live[key] for key in declared if key in live} if isinstance(live, dict) else live


class TemporalDataObjectArgs(TypedDict, total=False):
    """The arguments of a TDO.

    Attributes:
        start_date_time: When the recording starts: ISO 8601 text, seconds or milliseconds since the epoch, or a
            ``datetime`` or ``date``. Without a time zone it is UTC; a date is its first moment.
        stop_date_time: When it ends; later than the start, by a year at most.
        name: For people.
        description: For people.
        source: Where the recording comes from.
        status: Free text; ``downloaded`` when left out.
        is_public: Whether other organizations may read it.
        details: Any JSON object. Engines add entries of their own beside it, which stay, and are not drift.
        thumbnail_url: A small picture.
        preview_url: A preview.
        source_image_url: A picture of the source.
        primary_asset: Which of its assets are the primary ones.
        parent_folder_id: The folder to file it in. Replaces.
        source_data: Where it came from. Replaces.
        application_id: For internal systems only. Replaces.
        content_templates: Structured data attached to it. Replaces.
        add_to_index: Whether to put it into the search index. Replaces.
        assets: Its assets: those at a ``uri`` are made with it, and a change of them replaces; a ``file`` of this
            machine is uploaded, and new content makes a new asset in place. Give jobs ``triggers=tdo.assets`` to have
            them run again then.
        adopt: Id of an existing TDO to take over instead of creating one.
        on_destroy: ``delete`` (default), ``cleanup`` or ``retain`` (default of an adopted TDO).
        cleanup_options: What ``cleanup`` removes: storage, searchIndex, engineResults; by default the first two.
    """

    start_date_time: Required[pulumi.Input[PointInTime]]
    stop_date_time: Required[pulumi.Input[PointInTime]]
    name: pulumi.Input[str] | None
    description: pulumi.Input[str] | None
    source: pulumi.Input[str] | None
    status: pulumi.Input[str] | None
    is_public: pulumi.Input[bool] | None
    details: pulumi.Input[dict[str, Any]] | None
    thumbnail_url: pulumi.Input[str] | None
    preview_url: pulumi.Input[str] | None
    source_image_url: pulumi.Input[str] | None
    primary_asset: pulumi.Input[Sequence[pulumi.Input[PrimaryAssetArgs]]] | None
    parent_folder_id: pulumi.Input[str] | None
    source_data: pulumi.Input[SourceDataArgs] | None
    application_id: pulumi.Input[str] | None
    content_templates: pulumi.Input[Sequence[pulumi.Input[ContentTemplateArgs]]] | None
    add_to_index: pulumi.Input[bool] | None
    assets: pulumi.Input[Sequence[pulumi.Input[TdoAssetArgs]]] | None
    adopt: pulumi.Input[str] | None
    on_destroy: pulumi.Input[TdoPolicy] | None
    cleanup_options: pulumi.Input[Sequence[CleanupOption]] | None


class TemporalDataObject(Readable, module="aiware", name="TemporalDataObject"):
    """A temporal data object: the container that media, engine results and jobs hang on.

    What depends on a TDO waits until its files are uploaded.

    Attributes:
        uploads: Each file that was uploaded: assetId, file, size in bytes, sha256 in hexadecimal.
    """

    uploads: pulumi.Output[list[dict[str, Any]]]
    name: pulumi.Output[str | None]
    start_date_time: pulumi.Output[str]
    stop_date_time: pulumi.Output[str]

    provider = TdoProvider
    args = TemporalDataObjectArgs

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[TemporalDataObjectArgs],
    ) -> None:
        """Declares a TDO (``createTDO``, ``updateTDO``; schema.graphql, types CreateTDO and UpdateTDO)."""
        assets = fingerprinted(arguments.get("assets"))
        super().__init__(resource_name, {**arguments, "assets": assets}, opts)
        if mocks.are_set():
            return
        if may_have_files(assets):
            # As the program says, not as recorded: a file that was only moved changes nothing in the state.
            declared = api_properties(TdoState, {"assets": assets})["assets"]
            uploads = Uploads(self, resource_name, pulumi.Output.from_input(declared))
            self.uploads = uploads.output
            self._resolve_after(uploads.done)
        else:
            self.uploads = pulumi.Output.from_input([])


__all__ = ["TdoProvider", "TdoState", "TemporalDataObject", "TemporalDataObjectArgs"]
