"""Records: what aiWARE answers about its objects, typed.

Field names are snake_case here and camelCase in the API. Values that the API may extend (statuses, failure reasons)
stay text, so that a value unknown to this library does no harm. Times that are desired state stay as aiWARE spells
them; times that only happen (created, started) are parsed, in UTC.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from aiware_resources.api.redaction import without_query


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _listed(value: Any) -> Any:
    """The records of a page, or a plain list, or nothing; without the nulls that stand for what may not be seen."""
    records = value.get("records") if isinstance(value, Mapping) else value
    return [record for record in records or [] if record is not None] if isinstance(records, list | None) else value


def _text(value: Any) -> str | None:
    """A text in one line, cut off where it is long; nothing for anything else."""
    if not isinstance(value, str):
        return None
    visible = "".join(letter if letter.isprintable() else " " for letter in value)
    return textwrap.shorten(without_query(visible), LONGEST_NOTE, placeholder=" ...") or None


def _without_links(value: str | None) -> str | None:
    """A message that may quote the signed link that a task has read: it goes into states and outputs."""
    return None if value is None else without_query(value)


LONGEST_NOTE = 200
"""Characters of a note that are shown."""

Note = Annotated[str | None, BeforeValidator(_text)]
"""What somebody wrote for people; whatever else is there instead does no harm."""

Moment = Annotated[datetime, AfterValidator(_in_utc)]
"""A point in time, in UTC."""


class Record(BaseModel):
    """Base of all records: immutable, tolerant of fields it does not know, silent about values in errors."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )

    def properties(self) -> dict[str, Any]:
        """The record as plain JSON values under the API's own names."""
        return self.model_dump(mode="json", by_alias=True)


class CollaboratorRecord(Record):
    """An organization that a cluster is shared with."""

    organization_id: str
    permission: str


class SubscriptionRecord(Record):
    """A user who is told about a cluster's state."""

    user_id: str
    is_active: bool = True


class ClusterRecord(Record):
    """A cluster: a place where jobs run. Sizes are in bytes."""

    id: str
    name: str | None = None
    type: str | None = None
    organization_id: str | None = None
    allowed_engines: list[str] | None = None
    container_tag: str | None = None
    paused: bool | None = None
    memory_size_bytes: float | None = None
    storage_size_bytes: float | None = None
    bypass_allowed_engines: bool | None = None
    collaborators: Annotated[list[CollaboratorRecord], BeforeValidator(_listed)] = Field(default_factory=list)
    subscriptions: Annotated[list[SubscriptionRecord], BeforeValidator(_listed)] = Field(default_factory=list)
    tags: list[str] | None = None
    status: str
    target_status: str | None = None
    cluster_config: Any = None
    media_storage: str | None = None
    media_storage_path: str | None = None
    restart_time_utc: str | None = Field(default=None, alias="restartTimeUTC")
    created_date_time: Moment | None = None
    deleted_date_time: Moment | None = None


class FolderRecord(Record):
    """A folder that a TDO is filed in."""

    id: str
    tree_object_id: str


class SourceDataRecord(Record):
    """Where a TDO came from."""

    task_id: str | None = None
    source_id: str | None = None
    scheduled_job_id: str | None = None


class TdoRecord(Record):
    """A temporal data object: the container that assets and engine results hang on."""

    id: str
    name: str | None = None
    description: str | None = None
    start_date_time: str | None = None
    stop_date_time: str | None = None
    source: str | None = None
    status: str | None = None
    is_public: bool | None = None
    details: Any = None
    thumbnail_url: str | None = None
    preview_url: str | None = None
    source_image_url: str | None = None
    organization_id: str | None = None
    folders: Annotated[list[FolderRecord], BeforeValidator(_listed)] = Field(default_factory=list)
    source_data: SourceDataRecord | None = None
    created_date_time: Moment | None = None
    modified_date_time: Moment | None = None


class AssetFileRecord(Record):
    """Facts about an asset's file; size in bytes, which aiWARE leaves out from 2 GiB on."""

    md5sum: str | None = None
    size: int | None = None


class AssetSourceRecord(Record):
    """Where an asset came from."""

    engine_id: str | None = None


class AssetRecord(Record):
    """An asset: a file that a TDO holds, or a reference to one; the signed link is a secret, read one by one."""

    id: str
    name: str | None = None
    asset_type: str | None = None
    content_type: str | None = None
    details: Any = None
    container_id: str | None = None
    created_date_time: Moment | None = None
    file_data: AssetFileRecord | None = None
    source_data: AssetSourceRecord | None = None
    signed_uri: str | None = Field(default=None, repr=False)


class EngineRecord(Record):
    """An engine, as far as a task names it."""

    id: str | None = None
    name: str | None = None


class TaskLogRecord(Record):
    """The log of a task; the address may be signed and is a secret then."""

    uri: str | None = Field(default=None, repr=False)
    text: str | None = None


class IoFolderRecord(Record):
    """An input or output folder of a task."""

    reference_id: str | None = None
    mode: str | None = None
    type: str | None = None


class TaskRecord(Record):
    """One engine run inside a job. Payload, output, folders and log are filled by `job_details` only.

    The description is what the task says of itself.
    """

    id: str
    description: Note = None
    status: str | None = None
    engine_id: str | None = None
    engine: EngineRecord | None = None
    failure_reason: str | None = None
    failure_message: Annotated[str | None, AfterValidator(_without_links)] = None
    created_date_time: Moment | None = None
    queued_date_time: Moment | None = None
    started_date_time: Moment | None = None
    completed_date_time: Moment | None = None
    payload: Any = None
    output: Any = None
    io_folders: Annotated[list[IoFolderRecord], BeforeValidator(_listed)] = Field(default_factory=list)
    log: TaskLogRecord | None = None


class RouteRecord(Record):
    """An edge of a job's task graph: from a parent's output folder to a child's input folder."""

    parent_io_folder_reference_id: str | None = None
    child_io_folder_reference_id: str | None = None


class TargetRecord(Record):
    """The TDO that a job works on, as far as it still exists. Only lists of jobs have its name."""

    id: str
    name: str | None = None


class JobRecord(Record):
    """A job: tasks run against one TDO. Config and routes are filled where the call says so.

    `target_id` stays when the TDO has been deleted; `target` is None then. `status_detail` is the API's own word for
    the status, where that is another one.
    """

    id: str
    name: str | None = None
    status: str | None = None
    status_detail: str | None = None
    target_id: str | None = None
    cluster_id: str | None = None
    target: TargetRecord | None = None
    created_date_time: Moment | None = None
    job_config: Any = None
    tasks: Annotated[list[TaskRecord], BeforeValidator(_listed)] = Field(default_factory=list)
    routes: Annotated[list[RouteRecord], BeforeValidator(_listed)] = Field(default_factory=list)


class ExportRecord(Record):
    """An export request. `asset_uri` is a signed link, hence a secret; None until complete."""

    id: str
    status: str
    asset_uri: str | None = Field(default=None, repr=False)
    organization_id: str | None = None
    requestor_id: str | None = None
    created_date_time: Moment | None = None
    modified_date_time: Moment | None = None


class EngineResultRecord(Record):
    """What one engine found in one time span of a TDO, as a vtn-standard document. Offsets are in milliseconds.

    An output file of an Edge job has a `name`, and an engine where its document names one.
    """

    tdo_id: str | None = None
    engine_id: str | None = None
    name: str | None = None
    jsondata: Any = None
    start_offset_ms: int | None = None
    stop_offset_ms: int | None = None
    asset_id: str | None = None
    user_edited: bool | None = None
    task_id: str | None = None


class OrganizationRecord(Record):
    """The organization of a user."""

    id: str
    name: str | None = None


class UserRecord(Record):
    """The user behind a token."""

    id: str
    name: str
    email: str | None = None
    organization_id: str | None = None
    organization: OrganizationRecord | None = None


class PicklistOptionRecord(Record):
    """One value of a picklist: ``key`` is the label for people, ``value`` goes into the payload."""

    key: str | None = None
    value: str


class EngineFieldRecord(Record):
    """A custom field: a key of the engine's payload, and which values it takes.

    Defaults are text whatever the type is. A name with dots is that of a field inside an object of the payload.
    """

    name: str
    type: str
    label: str | None = None
    info: str | None = None
    required: bool | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    default_value: str | None = None
    default_values: Annotated[list[str], BeforeValidator(_listed)] = Field(default_factory=list)
    options: Annotated[list[PicklistOptionRecord], BeforeValidator(_listed)] = Field(default_factory=list)


class CategoryTypeRecord(Record):
    """What kind of engines a category holds: ``Cognition``, ``Ingestion``, ``Aggregator``."""

    name: str | None = None


class CategoryRecord(Record):
    """A category, as far as an engine names it. ``category_type`` is a short key such as ``transcript``."""

    id: str
    name: str | None = None
    category_type: str | None = None
    type: CategoryTypeRecord | None = None


class EngineCategoryRecord(CategoryRecord):
    """A category of engines: what they are good for."""

    description: str | None = None
    total_engines: int | None = None


class CatalogueEngineRecord(Record):
    """An engine, as the catalogue describes it."""

    id: str
    name: str | None = None
    description: str | None = None
    state: str | None = None
    mode: str | None = None
    category: CategoryRecord | None = None
    library_required: bool | None = None
    fields: Annotated[list[EngineFieldRecord], BeforeValidator(_listed)] = Field(default_factory=list)
    supported_input_formats: Annotated[list[str], BeforeValidator(_listed)] = Field(default_factory=list)
    output_formats: Annotated[list[str], BeforeValidator(_listed)] = Field(default_factory=list)
