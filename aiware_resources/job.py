"""Jobs: tasks, each run by an engine, against one TDO."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeVar, cast

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult
from pydantic import Field

from aiware_resources import dag as graphs
from aiware_resources import payloads
from aiware_resources.api import JobRecord
from aiware_resources.job_outputs import TARGET_TDO, JobOutputs
from aiware_resources.policies import Adoptable, Awaited, CleanupOption, TdoPolicy
from aiware_resources.reconcile import (
    ADOPTED,
    FAILURE,
    ApiModel,
    Earlier,
    EntityProvider,
    EntityResource,
    Identifier,
    Made,
    Observed,
    Path,
    Problem,
    Props,
    is_within,
    marked,
    marker_of,
    owned,
    path_text,
    repeat_until_applied,
    send_once,
)
from aiware_resources.reconcile.compare import changed_paths
from aiware_resources.tdo_content import Target, TargetArgs, span_problems
from aiware_resources.temporal_data_object import remove_tdo
from aiware_resources.waiting import Waiting
from aiware_resources.waiting.conditions import JOB_FAILED, failing_task

JOB_OVER = frozenset({"complete", *JOB_FAILED})

RAN_ON = "ranOn"
"""The cluster that the job was submitted to."""

PRODUCES = ("targetId", "target", "tasks", "routes", "isReprocessJob", "scheduledJobId", "jobTemplateId", "skipDecider")
RUNS = ("clusterId", "notificationUris", "jobConfig", "retries", "name", "status", "organizationId")

T = TypeVar("T")

OnFailure = Literal["retry", "replace", "keep"]


class JobState(Adoptable, Awaited):
    """The desired state of a job (``CreateJob``)."""

    tasks: list[graphs.Task]
    routes: list[graphs.Route] = Field(default_factory=list)
    target_id: Identifier | None = None
    target: Target | None = None
    cluster_id: Identifier | None = None
    name: str | None = None
    status: str | None = None
    retries: int = 0
    is_reprocess_job: bool = False
    job_config: dict[str, Any] | None = None
    notification_uris: list[str] | None = None
    scheduled_job_id: Identifier | None = None
    job_template_id: Identifier | None = None
    skip_decider: bool | None = None
    organization_id: Identifier | None = None
    triggers: Any = None
    on_destroy: Literal["cancel", "retain"] | None = None
    on_destroy_target: TdoPolicy | None = None
    cleanup_options: list[CleanupOption] | None = None
    on_failure: OnFailure = "retry"
    allow_failure: bool = False
    results_to: Identifier | None = None

    @classmethod
    def canonical(cls, normal: Props) -> Props:
        """Two graphs that differ in the names of their folders only are equal."""
        return graphs.canonical_graph(normal)


_earlier: Earlier[JobRecord] = Earlier(lambda record: marker_of(record.job_config))


class JobProvider(EntityProvider):
    """Submits jobs through createJob, and retries, cancels and reads them. Never waits."""

    kind = "job"
    model: ClassVar[type[ApiModel]] = JobState
    replaces = frozenset({*PRODUCES, "triggers"})
    policies: ClassVar[frozenset[str]] = EntityProvider.policies | {
        "onDestroyTarget",
        "cleanupOptions",
        "onFailure",
        "allowFailure",
        "resultsTo",
    }
    facts = frozenset({ADOPTED, RAN_ON, TARGET_TDO})
    makes_tdo: ClassVar[str] = "target"
    """The property that lets the job make a TDO for itself."""
    runs: ClassVar[frozenset[str]] = frozenset(RUNS)
    """Properties that say where and how the job runs: they have no effect before it runs next."""

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """As for every entity; what is going to run is held against the engine catalogue as well."""
        checked = super().check(_olds, news)
        if self._settings.validate_engines and self._will_run(_olds, checked.inputs):
            found = self.unsuitable(checked.inputs)
            checked.failures.extend(CheckFailure(path_text(problem.path), problem.reason) for problem in found)
        return checked

    def problems(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """The task graph, and exactly one TDO to work on."""
        given = [key for key in ("targetId", "target") if key in values or is_within((key,), unknown)]
        if len(given) == 2:
            yield Problem(
                ("targetId",), "is given beside target: name an existing TDO, or describe a new one, not both"
            )
        hidden = any(path[0] == "target" for path in unknown)
        if not given and not hidden:
            yield Problem(("targetId",), "is missing: name an existing TDO, or describe a new one in target")
        target: Target | None = values.get("target")
        if target is not None:
            yield from span_problems(target.start_date_time, target.stop_date_time, ("target",))
        if "tasks" in values:
            yield from graphs.problems(values["tasks"], values.get("routes", []), unknown)

    def unsuitable(self, inputs: Props) -> Iterable[Problem]:
        """What does not suit the engines, as the engine catalogue has them."""
        return payloads.problems(self._settings, inputs)

    def replacing(self, paths: Iterable[Path], olds: Props, news: Props) -> list[str]:
        """What the job produces re-runs it; where and how it runs does not. A failed job may have to run anew."""
        produces = [path for path in paths if path[0] in self.replaces and "executionPreferences" not in path]
        if FAILURE in olds and self._runs_anew(olds, news):
            return [*{str(path[0]) for path in produces}, FAILURE]
        return [str(path[0]) for path in produces]

    def acts_on_failure(self, olds: Props, news: Props) -> bool:
        """A failed job is retried in place unless ``on_failure`` says otherwise."""
        return FAILURE in olds and _on_failure(news) != "keep"

    def observe(self, object_id: str, recorded: Props) -> Observed | None:
        """Reads the job (query ``job``); one whose record was purged stays, as long as its TDO is there."""
        record = self.api.jobs([object_id]).get(object_id)
        target_id = recorded.get(TARGET_TDO) or recorded.get("targetId")
        if record is None:
            return Observed({}) if target_id and self.api.tdos([target_id]) else None
        if TARGET_TDO in recorded and record.target is None:
            return None
        return Observed({}, _failure(record) if record.status in JOB_FAILED else None)

    def make(self, props: Props, mark: str | None) -> Made:
        """Submits the job (mutation ``createJob``); it starts at once, and nobody waits for it here."""
        content = {key: props[key] for key in (*PRODUCES, *RUNS) if key in props}
        config = marked(props.get("jobConfig"), mark)
        if config is not None:
            content["jobConfig"] = config
        if "target" in content:
            content["target"] = _marked_target(content["target"], mark)
        return self._made(self.api.create_job(content), props)

    def find(self, props: Props, mark: str | None, since: datetime, *, lost: bool) -> Made | None:
        """By the marker in ``jobConfig``; without markers by content, just after an answer was lost."""
        cluster_id, target_id = props.get("clusterId"), props.get("targetId")

        def listing() -> Iterable[JobRecord]:
            narrowed = {"cluster_id": cluster_id} if cluster_id else {"target_id": target_id}
            return self.api.jobs_created_since(since, **narrowed)

        matching: Iterable[JobRecord]
        if lost:
            matching = (each for each in listing() if _is_like(each, props, mark))
        elif mark is not None:
            place = (id(self.api), cluster_id or target_id)
            matching = (each for each in _earlier.find(place, listing, mark) if each.status not in JOB_FAILED)
        else:
            return None
        return next((self._made(each, props) for each in matching if owned.claim(each.id)), None)

    def change(self, object_id: str, olds: Props, news: Props, changed: frozenset[str]) -> Props:
        """Retries a failed job in place (mutation ``retryJob``); all else is recorded for its next run."""
        if FAILURE in olds and _on_failure(news) == "retry":
            send_once(lambda: self.api.retry_job(object_id), lambda: self._restarted(object_id))
        return {}

    def without_effect(self, paths: Iterable[Path]) -> str | None:
        """Which differences have no effect before the job runs next."""
        later = {str(path[0]) for path in paths if path[0] in self.runs}
        later |= {"executionPreferences" for path in paths if "executionPreferences" in path}
        return ", ".join(sorted(later)) or None

    def remove(self, object_id: str, props: Props, policy: str) -> None:
        """Cancels the job if it is unfinished (mutation ``cancelJob``), and treats the TDO that it made."""
        record = self.api.jobs([object_id]).get(object_id)
        unfinished = record is not None and record.status not in JOB_OVER
        if unfinished and policy == "cancel":
            repeat_until_applied(lambda: self.api.cancel_job(object_id), lambda: self._is_over(object_id))
        if TARGET_TDO in props:
            target_policy = props.get("onDestroyTarget") or ("retain" if policy == "retain" else "delete")
            remove_tdo(self.api, props[TARGET_TDO], target_policy, props.get("cleanupOptions"))

    def unlike(self, object_id: str, props: Props) -> str | None:
        """A job is what its engines and its TDO are."""
        job = self.api.job_details(object_id)
        declared = sorted(str(task.get("engineId")) for task in props["tasks"])
        actual = sorted(str(task.engine_id) for task in job.tasks)
        if declared != actual:
            return f"its engines are {', '.join(actual)}, the program's {', '.join(declared)}"
        if props.get("targetId", job.target_id) != job.target_id:
            return f"it works on TDO {job.target_id}, the program names {props['targetId']}"
        return None

    def destroy_policy(self, props: Props, default: str = "cancel") -> str:
        """What ``on_destroy`` says; ``cancel`` when it says nothing."""
        return super().destroy_policy(props, default)

    def _will_run(self, olds: Props, news: Props) -> bool:
        """Whether the job is going to be submitted; one that ran already may outlive its engines."""
        if not olds:
            return not news.get("adopt")
        if FAILURE not in olds and all(olds.get(key) == news.get(key) for key in self.replaces):
            # Nearly always; comparing in normal form takes its time with hundreds of jobs.
            return False
        return bool(self.replacing(changed_paths(self._schema, olds, news), olds, news))

    def _runs_anew(self, olds: Props, news: Props) -> bool:
        """Whether a failed job is submitted anew: a cancelled one, and one on an earlier cluster, cannot be retried."""
        elsewhere = RAN_ON in olds and news.get("clusterId") != olds[RAN_ON]
        policy = _on_failure(news)
        return policy == "replace" or (policy == "retry" and (elsewhere or olds[FAILURE].get("status") == "cancelled"))

    def _made(self, record: JobRecord, props: Props) -> Made:
        facts = {RAN_ON: props["clusterId"]} if "clusterId" in props else {}
        return Made(record.id, facts | ({TARGET_TDO: record.target_id} if self.makes_tdo in props else {}))

    def _is_over(self, object_id: str) -> bool:
        record = self.api.jobs([object_id]).get(object_id)
        return record is None or record.status in JOB_OVER

    def _restarted(self, object_id: str) -> JobRecord | None:
        record = self.api.jobs([object_id]).get(object_id)
        return record if record is not None and record.status not in JOB_FAILED else None


def _on_failure(news: Props) -> str:
    return str(news.get("onFailure") or "retry")


def _failure(record: JobRecord) -> Props:
    """What is recorded of a failed job."""
    task = failing_task(record)
    failure = {"status": record.status}
    if task is not None:
        failure |= {
            "task": task.id,
            "engine": task.engine_id,
            "reason": task.failure_reason,
            "message": task.failure_message,
        }
    return {key: value for key, value in failure.items() if value is not None}


def _marked_target(target: Props, mark: str | None) -> Props:
    details = marked(target.get("details"), mark)
    return target if details is None else {**target, "details": details}


def _is_like(record: JobRecord, props: Props, mark: str | None) -> bool:
    """Whether a job is the one that was submitted: by marker, else by cluster, target, engines and payloads."""
    if mark is not None:
        return marker_of(record.job_config) == mark
    wanted = [(task.get("engineId"), task.get("payload") or {}) for task in props["tasks"]]
    found = [(task.engine_id, task.payload or {}) for task in record.tasks]
    places = record.cluster_id == props.get("clusterId", record.cluster_id)
    return (
        places
        and record.target_id == props.get("targetId", record.target_id)
        and sorted(wanted, key=str) == sorted(found, key=str)
    )


class Job(JobOutputs, EntityResource, module="aiware", name="Job"):
    """A job: tasks, each run by an engine, against one TDO.

    What depends on a job waits for its completion.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        dag: graphs.Dag | None = None,
        tasks: pulumi.Input[Sequence[pulumi.Input[graphs.TaskArgs]]] | None = None,
        routes: pulumi.Input[Sequence[pulumi.Input[graphs.RouteArgs]]] | None = None,
        target_id: pulumi.Input[str] | None = None,
        target: pulumi.Input[TargetArgs] | None = None,
        cluster_id: pulumi.Input[str] | None = None,
        name: pulumi.Input[str] | None = None,
        status: pulumi.Input[str] | None = None,
        retries: pulumi.Input[int] | None = None,
        is_reprocess_job: pulumi.Input[bool] | None = None,
        job_config: pulumi.Input[dict[str, Any]] | None = None,
        notification_uris: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        scheduled_job_id: pulumi.Input[str] | None = None,
        job_template_id: pulumi.Input[str] | None = None,
        skip_decider: pulumi.Input[bool] | None = None,
        organization_id: pulumi.Input[str] | None = None,
        triggers: pulumi.Input[Any] | None = None,
        adopt: pulumi.Input[str] | None = None,
        on_destroy: pulumi.Input[Literal["cancel", "retain"]] | None = None,
        on_destroy_target: pulumi.Input[TdoPolicy] | None = None,
        cleanup_options: pulumi.Input[Sequence[CleanupOption]] | None = None,
        on_failure: pulumi.Input[OnFailure] | None = None,
        allow_failure: pulumi.Input[bool] | None = None,
        results_to: pulumi.Input[str] | None = None,
        wait: pulumi.Input[bool] | None = None,
        timeout: pulumi.Input[float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares a job (``createJob``; schema.graphql, type CreateJob).

        Only a change of what a job produces re-runs it. Where and how it runs (``cluster_id``, ``name``, ``retries``,
        ``job_config``, ``notification_uris``, execution preferences) is recorded, and takes effect when it runs next.

        Args:
            resource_name: Name of the resource in the program.
            dag: A task graph that gives tasks and routes; those written by hand are added to it. Replaces.
            tasks: The tasks: engine, payload, ioFolders. Replaces.
            routes: How data goes from output folders to input folders. Replaces.
            target_id: An existing TDO to work on; this or ``target``. Replaces.
            target: A new TDO that the job makes for itself. Replaces.
            cluster_id: Where to run; without it the organisation's default cluster, if it has one.
            name: Shown in lists; not unique. Older installations do not know it.
            status: Initial status; for platform components.
            retries: How often aiWARE repeats the job by itself.
            is_reprocess_job: Set it when the TDO holds ingested media already. Replaces.
            job_config: Any JSON object; for platform components mostly.
            notification_uris: Webhooks called about this job.
            scheduled_job_id: The scheduled job that this one belongs to. Replaces.
            job_template_id: A template to take the tasks from. Replaces.
            skip_decider: For platform components only. Replaces.
            organization_id: For platform components only.
            triggers: Any value; when it changes, the job runs anew.
            adopt: Id of an existing job to take over instead of submitting one.
            on_destroy: ``cancel`` (default; only if unfinished) or ``retain`` (default of an adopted job).
            on_destroy_target: What becomes of a TDO made through ``target``: ``delete`` (default; ``retain`` when the
                job is retained), ``cleanup`` or ``retain``.
            cleanup_options: What ``cleanup`` removes: storage, searchIndex, engineResults; by default the first two.
            on_failure: What the next ``pulumi up`` does with a failed job: ``retry`` in place (default), ``replace`` it
                by a new one, or ``keep`` it.
            allow_failure: Whether dependents run, and the update succeeds, although the job failed.
            results_to: Folder to write what the engines found out into, on ``up``: one vtn-standard document an engine,
                ``<engine id>.json``, and ``<engine id>.2.json`` and so on for its further time spans; written when
                missing or different. Give each job a folder of its own.
            wait: Whether to wait for completion; by default as ``aiware:wait`` says.
            timeout: Longest wait in seconds; by default ``aiware:jobTimeout``.
            opts: Pulumi's resource options.
        """
        if dag is not None:
            tasks, routes = _joined(dag.tasks, tasks), _joined(dag.routes, routes)
        arguments = {key: value for key, value in locals().items() if key in JobState.model_fields}
        super().__init__(JobProvider(), resource_name, arguments, opts)
        self._await(resource_name, Waiting(wait, timeout, allow_failure))


def _joined(built: Sequence[T], written: pulumi.Input[Sequence[pulumi.Input[T]]] | None) -> Any:
    """What a graph gives, and what is written by hand beside it."""
    if written is None:
        return list(built)
    return pulumi.Output.from_input(cast(Any, written)).apply(lambda known: [*built, *known])


__all__ = ["Job", "JobProvider", "JobState", "OnFailure"]
