"""What aiWARE Edge answers, and the records that the rest of the library knows made of it.

Edge spells one name in several ways (`internalOrganizationId` where it means `internalOrganizationID`, `correlationID`
and `correlationId`), from route to route and from version to version; so names are compared without regard to case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from aiware_resources.api.json_text import read_json
from aiware_resources.api.records import (
    CatalogueEngineRecord,
    CategoryRecord,
    CategoryTypeRecord,
    EngineCategoryRecord,
    EngineFieldRecord,
    EngineRecord,
    IoFolderRecord,
    JobRecord,
    Moment,
    Record,
    RouteRecord,
    TaskRecord,
    UserRecord,
)
from aiware_resources.api.statuses import EDGE_STATUSES


def _parsed(value: Any) -> Any:
    """The value of a JSON text; a text that is not JSON stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        return read_json(value)
    except ValueError:
        return value


def _listed(value: Any) -> Any:
    return [item for item in value if item is not None] if isinstance(value, list) else value or []


_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
_UNSET_YEAR = 1970
"""A time that is not set is written as the first moment of the year 1, or as 0."""


def _moment(value: Any) -> Any:
    """A time; nothing for one that is not set or cannot be read: what happened does not hang on when it did."""
    if value is None or isinstance(value, bool):
        return None
    try:
        moment = _MOMENT.validate_python(value)
    except (ValidationError, OverflowError):
        return None
    return moment if moment.year > _UNSET_YEAR else None


JsonText = Annotated[Any, BeforeValidator(_parsed)]
"""A field that holds JSON as text."""

Time = Annotated[Moment | None, BeforeValidator(_moment)]
"""A point in time, in UTC; None where it is not set."""


class EdgeRecord(Record):
    """Base of what Edge answers; names are compared in lower case."""

    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", ""), populate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _without_case(cls, value: Any) -> Any:
        return {str(key).lower(): item for key, item in value.items()} if isinstance(value, Mapping) else value


class JobIds(EdgeRecord):
    """The ids of submitted jobs (`CreateJobResponse`); a single one in older descriptions."""

    internal_job_ids: list[str] = Field(validation_alias=AliasChoices("internaljobids", "internaljobid"))

    @model_validator(mode="before")
    @classmethod
    def _in_a_list(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {key: [item] if isinstance(item, str) else item for key, item in value.items()}


class JobStatus(EdgeRecord):
    """The status of a job (`JobStatus`)."""

    internal_job_id: str
    job_status: str

    def job(self) -> JobRecord:
        """The job, of which no more than this is known."""
        return JobRecord(
            id=self.internal_job_id, status=known_status(self.job_status), status_detail=own_status(self.job_status)
        )


class IoFolder(EdgeRecord):
    """A folder of a task (`TaskIOInfo`)."""

    id: str | None = None
    correlation_id: str | None = None
    mode: str | None = None
    type: str | None = None


class TaskDetail(EdgeRecord):
    """A task of a job (`TaskDetail`)."""

    internal_task_id: str | None = None
    engine_id: str | None = None
    engine_name: str | None = None
    task_status: str | None = None
    failure_reason: str | None = None
    failure_detail: str | None = None
    payload_json: JsonText = None
    task_payload_json: JsonText = None
    task_output_json: JsonText = Field(default=None, validation_alias=AliasChoices("taskoutputson", "taskoutputjson"))
    io_folders: Annotated[list[IoFolder], BeforeValidator(_listed)] = Field(default_factory=list)
    created_date_time: Time = None
    scheduled_date_time: Time = None
    started_date_time: Time = None
    completed_date_time: Time = None

    def task(self) -> TaskRecord:
        """The task as the rest of the library knows it."""
        reason = self.failure_reason if self.failure_reason != "none" else None
        return TaskRecord(
            id=self.internal_task_id or "",
            status=known_status(self.task_status),
            engine_id=self.engine_id,
            engine=EngineRecord(id=self.engine_id, name=self.engine_name),
            failure_reason=reason or None,
            failure_message=self.failure_detail or None,
            created_date_time=self.created_date_time,
            queued_date_time=self.scheduled_date_time,
            started_date_time=self.started_date_time,
            completed_date_time=self.completed_date_time,
            payload=self.payload_json if self.payload_json is not None else self.task_payload_json,
            output=self.task_output_json,
            io_folders=[
                IoFolderRecord(reference_id=folder.correlation_id, mode=folder.mode, type=folder.type)
                for folder in self.io_folders
            ],
        )


class TaskRoute(EdgeRecord):
    """A route between two tasks (`TaskRouteDetail`); one without a parent marks a root of the graph."""

    task_parent_id: str | None = None
    task_parent_output_id: str | None = None
    task_child_id: str | None = None
    task_child_input_id: str | None = None


class JobDetail(EdgeRecord):
    """A job with everything that Edge tells of it (`JobDetail`)."""

    internal_job_id: str
    core_job_id: str | None = None
    core_recording_id: str | None = None
    job_status: str | None = None
    job_config_json: JsonText = None
    created_date_time: Time = None
    tasks: Annotated[list[TaskDetail], BeforeValidator(_listed)] = Field(default_factory=list)
    task_routes: Annotated[list[TaskRoute], BeforeValidator(_listed)] = Field(default_factory=list)

    def job(self) -> JobRecord:
        """The job as the rest of the library knows it."""
        # Routes may name folders by the ids that Edge has given them.
        names = {folder.id: folder.correlation_id for task in self.tasks for folder in task.io_folders}
        return JobRecord(
            id=self.internal_job_id,
            status=known_status(self.job_status),
            status_detail=own_status(self.job_status),
            # Edge writes 0 for a job that is about no recording.
            target_id=self.core_recording_id if self.core_recording_id not in ("", "0") else None,
            created_date_time=self.created_date_time,
            job_config=self.job_config_json,
            tasks=[task.task() for task in self.tasks],
            routes=[
                RouteRecord(
                    parent_io_folder_reference_id=names.get(route.task_parent_output_id, route.task_parent_output_id),
                    child_io_folder_reference_id=names.get(route.task_child_input_id, route.task_child_input_id),
                )
                for route in self.task_routes
                if route.task_parent_id
            ],
        )


class Output(EdgeRecord):
    """A file that a job has made (`JobOutput`). Lists of outputs go without the contents."""

    name: str
    size: int | None = None
    contents: Any = None
    contents_valid: bool | None = None

    @property
    def is_document(self) -> bool:
        """Whether it is a JSON document, as the results of engines are; an empty file is not written to its end."""
        return self.name.lower().endswith(".json") and self.size != 0


class Outputs(EdgeRecord):
    """The files that a job has made so far (`JobOutputs`)."""

    internal_job_id: str | None = None
    outputs: Annotated[list[Output], BeforeValidator(_listed)]

    @model_validator(mode="before")
    @classmethod
    def _in_an_object(cls, value: Any) -> Any:
        return {"outputs": value} if isinstance(value, list) else value


class Category(EdgeRecord):
    """A category of engines (`EngineCategoryDetail`)."""

    engine_category_id: str
    engine_category_name: str | None = None
    engine_category_type: str | None = None

    def category(self) -> EngineCategoryRecord:
        """The category as the rest of the library knows it."""
        return EngineCategoryRecord(
            id=self.engine_category_id,
            name=self.engine_category_name,
            category_type=self.engine_category_type,
            type=CategoryTypeRecord(name=self.engine_category_type),
        )


class Engine(EdgeRecord):
    """An engine (`EngineDetail`)."""

    engine_id: str
    engine_name: str | None = None
    engine_category_id: str | None = None
    engine_state: str | None = None
    engine_type: str | None = None
    fields_json: JsonText = None

    def engine(self, category: EngineCategoryRecord | None) -> CatalogueEngineRecord:
        """The engine as the rest of the library knows it.

        Args:
            category: Its category, if that is known.
        """
        return CatalogueEngineRecord(
            id=self.engine_id,
            name=self.engine_name,
            state=self.engine_state,
            mode=self.engine_type,
            category=CategoryRecord.model_validate(category.model_dump()) if category else None,
            fields=self._fields(),
        )

    def _fields(self) -> list[EngineFieldRecord]:
        """The fields of its payload. `fieldsJSON` is not specified: what has a name and a type is one."""
        listed = self.fields_json if isinstance(self.fields_json, list) else []
        described = [each for each in listed if isinstance(each, Mapping) and {"name", "type"} <= each.keys()]
        return [EngineFieldRecord.model_validate(each) for each in described]


class User(EdgeRecord):
    """The user who has logged in (`UserDetail`)."""

    user_id: str | None = None
    user_name: str | None = None
    email: str | None = None
    internal_organization_id: str | None = None

    def user(self) -> UserRecord:
        """The user as the rest of the library knows them."""
        return UserRecord(
            id=self.user_id or "",
            name=self.user_name or "",
            email=self.email,
            organization_id=self.internal_organization_id,
        )


def known_status(status: str | None) -> str | None:
    """A job's or task's status, as the rest of the library knows it."""
    return EDGE_STATUSES.get(status.lower(), status.lower()) if status else None


def own_status(status: str | None) -> str | None:
    """Edge's own word for a status, where the rest of the library has another one."""
    return status.lower() if status and status.lower() != known_status(status) else None
