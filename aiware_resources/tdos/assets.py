"""The assets of a TDO: at a uri, or files of this machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path as FilePath
from pathlib import PurePath
from typing import Any, Literal, TypedDict

import pulumi

from aiware_resources.reconcile import Address, ApiModel, Count, Flag, Identifier, Path, Problem, is_within


class AssetFile(ApiModel):
    """Facts about an asset's file (``SetAssetFileData``)."""

    md5sum: str | None = None
    size: Count | None = None
    original_file_uri: str | None = None
    mode: Literal["create", "append", "replace"] = "create"
    media_duration_ms: Count | None = None


class AssetSource(ApiModel):
    """Where an asset came from (``SetAssetSourceData``)."""

    name: str | None = None
    task_id: Identifier | None = None
    engine_id: Identifier | None = None
    source_id: Identifier | None = None
    scheduled_job_id: Identifier | None = None
    asset_id: Identifier | None = None


class AssetFacts(ApiModel):
    """What an asset is, wherever its content comes from."""

    asset_type: Identifier
    content_type: str | None = None
    description: str | None = None
    file_data: AssetFile | None = None
    source_data: AssetSource | None = None
    details: Any = None
    name: str | None = None
    set_as_primary: Flag = False
    store_as_reference: Flag = False


class Asset(AssetFacts):
    """An asset made together with a TDO (``CreateAssetInTDO``)."""

    uri: Address


class TdoAsset(AssetFacts):
    """An asset of a TDO: at a uri (``CreateAssetInTDO``), or a file of this machine to upload (``CreateAsset``).

    Attributes:
        file: The file's path, which says only where it is at the moment: what the asset is, ``sha256`` tells.
        sha256: SHA-256 of its content; the program fills it in, and leaves it empty for a file that cannot be read.
    """

    uri: Address | None = None
    file: Identifier | None = None
    sha256: str | None = None


def is_file(asset: Any) -> bool:
    """Whether an asset, as the program gives it, is a file of this machine rather than at a uri."""
    return isinstance(asset, Mapping) and asset.get("file") is not None


def without_path(asset: Mapping[str, Any]) -> dict[str, Any]:
    """A file asset without the place where the file is: what remains says what the asset is, by its name at least."""
    named = {"name": PurePath(str(asset["file"])).name, **asset}
    return {key: value for key, value in named.items() if key != "file"}


def file_content(asset: Mapping[str, Any]) -> dict[str, Any]:
    """What a file asset is, in normal form: all but where the file is."""
    return without_path(TdoAsset.model_validate(asset).model_dump(mode="json", by_alias=True, exclude_none=True))


def asset_problems(assets: Sequence[TdoAsset], unknown: frozenset[Path]) -> Iterable[Problem]:
    """An asset is at a uri, or a file that can be read."""
    for index, asset in enumerate(assets):
        place: Path = ("assets", index)
        given = [key for key in ("uri", "file") if getattr(asset, key) is not None]
        hidden = [key for key in ("uri", "file") if is_within((*place, key), unknown)]
        if len(given) + len(hidden) == 0 and place not in unknown:
            yield Problem(place, "has no content: give uri, or the path of a file of this machine in file")
        elif len(given) == 2:
            yield Problem((*place, "uri"), "is given beside file: an asset has one content, so give one of them")
        elif asset.file is not None and not asset.sha256 and not is_within((*place, "sha256"), unknown):
            yield Problem((*place, "file"), unreadable(asset.file))
        if asset.file is not None and asset.store_as_reference:
            yield Problem((*place, "storeAsReference"), "cannot be set for a file, which is uploaded: leave it out")


def unreadable(path: str, place: FilePath | None = None) -> str:
    """Why a file cannot be read, and what to do.

    Args:
        path: The path that the program gives.
        place: Where that is, for a program that runs elsewhere.
    """
    found = FilePath(path) if place is None else place
    folder = FilePath.cwd() if place is None or found == FilePath(path) else FilePath(str(found).removesuffix(path))
    if found.is_dir():
        return f"is a folder ({path}): name a file"
    if found.exists():
        return f"cannot be read ({path}): check its permissions"
    return f"does not exist ({path}, looked for in {folder}): give a path from the Pulumi project's folder"


class AssetFileArgs(TypedDict, total=False):
    """Facts about an asset's file.

    Attributes:
        md5sum: MD5 of the content.
        size: Size in bytes.
        original_file_uri: Where the file came from.
        mode: ``create`` (default), ``append`` or ``replace``.
        media_duration_ms: Length in milliseconds.
    """

    md5sum: pulumi.Input[str]
    size: pulumi.Input[int]
    original_file_uri: pulumi.Input[str]
    mode: pulumi.Input[str]
    media_duration_ms: pulumi.Input[int]


class AssetSourceArgs(TypedDict, total=False):
    """Where an asset came from.

    Attributes:
        name: Name of the source.
        task_id: The task that made it.
        engine_id: The engine that made it.
        source_id: The source it was taken from.
        scheduled_job_id: The scheduled job that made it.
        asset_id: The asset that it was made of.
    """

    name: pulumi.Input[str]
    task_id: pulumi.Input[str]
    engine_id: pulumi.Input[str]
    source_id: pulumi.Input[str]
    scheduled_job_id: pulumi.Input[str]
    asset_id: pulumi.Input[str]


class AssetArgs(TypedDict, total=False):
    """An asset made together with a TDO.

    Attributes:
        asset_type: ``media``, ``text``, ``vtn-standard``, ``transcript``, ...
        uri: Where its content is.
        content_type: MIME type.
        description: For people.
        file_data: Facts about the file.
        source_data: Where it came from.
        details: Any JSON.
        name: File name.
        set_as_primary: Whether it becomes the primary asset of its type.
        store_as_reference: Whether to keep the uri instead of copying the content.
    """

    asset_type: pulumi.Input[str]
    uri: pulumi.Input[str]
    content_type: pulumi.Input[str]
    description: pulumi.Input[str]
    file_data: pulumi.Input[AssetFileArgs]
    source_data: pulumi.Input[AssetSourceArgs]
    details: pulumi.Input[Any]
    name: pulumi.Input[str]
    set_as_primary: pulumi.Input[bool]
    store_as_reference: pulumi.Input[bool]


class TdoAssetArgs(AssetArgs, total=False):
    """An asset of a TDO: at a ``uri``, or a file of this machine.

    Attributes:
        file: Path of a file to upload, from the Pulumi project's folder; this or ``uri``. New content makes a new
            asset, and deletes the old one, without replacing the TDO.
        asset_type: ``media``, ``text``, ``vtn-standard``, ``transcript``, ...
        uri: Where its content is; this or ``file``. A change replaces the TDO.
        content_type: MIME type.
        description: For people.
        file_data: Facts about the file.
        source_data: Where it came from.
        details: Any JSON.
        name: File name.
        set_as_primary: Whether it becomes the primary asset of its type.
        store_as_reference: Whether to keep the uri instead of copying the content; not for a ``file``.
    """

    file: pulumi.Input[str | PathLike[str]]
