"""The body of createJob."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from aiware_local.server.edge.values import Body, Count, DateTime, Int32, Int64, JobStatus, JsonText, Uuid


class CreateFolder(Body):
    """An io folder; the contract requires nothing of it, but without these three no route can reach it."""

    correlation_id: Annotated[Uuid, Field(alias="correlationID")]
    mode: Literal["stream", "chunk"]
    type: Literal["input", "output"]
    options: Annotated[JsonText | None, Field(alias="optionsJSON")] = None


class CreateTask(Body):
    """A task."""

    engine_id: Annotated[Uuid, Field(alias="engineId")]
    correlation_task_id: Annotated[Uuid | None, Field(alias="correlationTaskId")] = None
    core_task_id: Annotated[str | None, Field(alias="coreTaskId")] = None
    due_date_time: Annotated[DateTime | None, Field(alias="dueDateTime")] = None
    io_folders: Annotated[list[CreateFolder], Field(alias="ioFolders", default_factory=list)]
    max_engines: Annotated[Count | None, Field(alias="maxEngines")] = None
    max_processing_seconds: Annotated[Int64 | None, Field(alias="maxProcessingSecondsPerWorkItem")] = None
    max_retries: Annotated[Count | None, Field(alias="maxRetries")] = None
    max_wait_seconds: Annotated[Int64 | None, Field(alias="maxWaitSecondsForChunk")] = None
    chunks_per_work_item: Annotated[Int64 | None, Field(alias="numChunksPerWorkItem")] = None
    parallel_processing: Annotated[bool | None, Field(alias="parallelProcessing")] = None
    waits_for_parents: Annotated[bool | None, Field(alias="parentMustBeCompleteBeforeStarting")] = None
    payload: Annotated[JsonText | None, Field(alias="payloadJSON")] = None
    priority: Int32 | None = None
    output_uris: Annotated[list[str] | None, Field(alias="sendOutputToUris")] = None
    task_payload: Annotated[JsonText | None, Field(alias="taskPayloadJSON")] = None
    task_status: Annotated[JobStatus | None, Field(alias="taskStatus")] = None


class CreateRoute(Body):
    """A route between two tasks, or to a root task. The counts and times of the contract are for reading only."""

    parent: Annotated[Uuid | None, Field(alias="taskParentId")] = None
    parent_output: Annotated[Uuid | None, Field(alias="taskParentOutputId")] = None
    child: Annotated[Uuid, Field(alias="taskChildId")]
    child_input: Annotated[Uuid | None, Field(alias="taskChildInputId")] = None
    endpoint: Uuid | None = None
    sync_enabled: Annotated[bool | None, Field(alias="syncEnabled")] = None
    sync_timeout: Annotated[Count | None, Field(alias="syncTimeoutInSeconds")] = None
    callback_enabled: Annotated[bool | None, Field(alias="chunkCallbackEnabled")] = None
    child_input_count: Annotated[int | None, Field(alias="taskChildInputCount")] = None
    child_input_remaining: Annotated[int | None, Field(alias="taskChildInputRemainingCount")] = None
    child_engines: Annotated[int | None, Field(alias="taskChildNumEngines")] = None
    parent_output_count: Annotated[int | None, Field(alias="taskParentOutputCount")] = None
    first_write: Annotated[DateTime | None, Field(alias="firstWriteDateTime")] = None
    last_write: Annotated[DateTime | None, Field(alias="lastWriteDateTime")] = None


class CreateJob(Body):
    """A job."""

    organization_id: Annotated[Uuid, Field(alias="internalOrganizationID")]
    core_id: Annotated[Uuid | None, Field(alias="coreID")] = None
    core_job_id: Annotated[str | None, Field(alias="coreJobID")] = None
    core_recording_id: Annotated[Int64 | None, Field(alias="coreRecordingID")] = None
    core_source_id: Annotated[Int64 | None, Field(alias="coreSourceID")] = None
    current_retries: Annotated[Count | None, Field(alias="currentRetries")] = None
    due_date_time: Annotated[DateTime | None, Field(alias="dueDateTime")] = None
    job_config: Annotated[JsonText | None, Field(alias="jobConfigJSON")] = None
    job_status: Annotated[JobStatus | None, Field(alias="jobStatus")] = None
    output_uris: Annotated[list[str] | None, Field(alias="sendOutputToUris")] = None
    routes: Annotated[list[CreateRoute], Field(alias="taskRoutes", default_factory=list)]
    tasks: Annotated[list[CreateTask], Field(default_factory=list)]


class CreateJobs(Body):
    """The whole body: jobs that are made together, all or none."""

    jobs: Annotated[list[CreateJob], Field(default_factory=list)]
