"""Jobs: tasks, each run by an engine, against one TDO."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path as FilePath
from typing import Any, ClassVar, Unpack

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult

from aiware_resources import dag as graphs
from aiware_resources.api import JobRecord
from aiware_resources.api.file_names import place_problem
from aiware_resources.api.statuses import JOB_FAILED
from aiware_resources.catalogue import payloads
from aiware_resources.catalogue.allowed_engines import ALLOWED_KEY
from aiware_resources.dag import RUNNING
from aiware_resources.errors import ApiError
from aiware_resources.jobs import actions, checks
from aiware_resources.jobs.outputs import JobOutputs
from aiware_resources.jobs.records import adoption, failure_of, is_like, work_of
from aiware_resources.jobs.removal import TARGET_TDO, WORDS, fate_of_job, remove_job
from aiware_resources.jobs.state import PRODUCES, RUNS, JobArgs, JobState, OnDestroy, OnFailure, with_graph
from aiware_resources.reconcile import (
    ADOPTED,
    FAILURE,
    LOOK_BACK,
    OWNER_KEY,
    RERUNS,
    ApiModel,
    Earlier,
    EntityProvider,
    Made,
    Mark,
    Observed,
    Path,
    Problem,
    Props,
    Readable,
    is_within,
    marked,
    owned,
    path_text,
    resource_hash,
    resource_hashes,
    seen_jobs,
)
from aiware_resources.reconcile.addresses import signed_again
from aiware_resources.reconcile.adoption import Adoption
from aiware_resources.reconcile.compare import changed_paths
from aiware_resources.reconcile.entity import Fate, Question
from aiware_resources.reconcile.left_behind import is_released, note_released
from aiware_resources.reconcile.recency import SUBMITTED, now_at, seconds_since, submitted_now
from aiware_resources.reconcile.unknowns import cut
from aiware_resources.sources import holds_private, signed
from aiware_resources.tdos.content import Target, span_problems
from aiware_resources.waiting.conditions import COMPLETE, MISSING, is_seen_complete

log = logging.getLogger("aiware")

IN_GRAPH = frozenset({"tasks", "routes"})

RAN_ON = "ranOn"
"""The cluster that the job was submitted to."""

_earlier: Earlier[JobRecord] = Earlier(lambda record: record.job_config)


class JobProvider(EntityProvider):
    """Submits jobs through createJob, and retries, cancels and reads them. Never waits."""

    kind = "job"
    noun = "job"
    words = WORDS
    adoption: ClassVar[Adoption[Any] | None] = adoption
    question = Question("jobs", lambda api, now: api.find_jobs(since=now))
    writes = "resultsTo"
    type_name = "aiware:Job"
    model: ClassVar[type[ApiModel]] = JobState
    replaces = frozenset({*PRODUCES, "triggers"})
    readable: ClassVar[frozenset[str]] = frozenset({"name", "targetId", "clusterId"})
    policies: ClassVar[frozenset[str]] = EntityProvider.policies | {
        "onDestroyTarget",
        "cleanupOptions",
        "onFailure",
        "allowFailure",
        "resultsTo",
    }
    facts = frozenset({ADOPTED, COMPLETE, MISSING, RAN_ON, RERUNS, SUBMITTED, TARGET_TDO})
    makes_tdo: ClassVar[str] = "target"
    """The property that lets the job make a TDO for itself."""
    runs: ClassVar[frozenset[str]] = frozenset(RUNS)
    """Properties that say where and how the job runs: they have no effect before it runs next."""

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """As for every entity; what is going to run is checked against the engine catalogue as well."""
        checked = super().check(_olds, news)
        allowed = checked.inputs.pop(ALLOWED_KEY, None)
        if self.kind in self.abilities.lacking:
            return checked
        known, unknown = cut(checked.inputs)
        checked.failures.extend(CheckFailure(path_text(path), why) for path, why in self.abilities.objections(known))
        found: list[Problem] = []
        if self._will_run(_olds, checked.inputs):
            values, wrong = self.schema.validate(known, unknown)
            found += self.unfit(values, unknown)
            # What is wrong by itself is not among the values, and would seem to be missing.
            for each in () if wrong else self.odd(values, unknown):
                log.warning("warning: %s: %s: %s", _called(checked.inputs), path_text(each.path), each.reason)
            if self._settings.validate_engines:
                found += self.unsuitable({**checked.inputs, ALLOWED_KEY: allowed})
        told = {failure.property for failure in checked.failures}
        for problem in found:
            if path_text(problem.path) not in told:
                told.add(path_text(problem.path))
                checked.failures.append(CheckFailure(path_text(problem.path), problem.reason))
        return checked

    def problems(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """The task graph, and one TDO to work on at most."""
        if "resultsTo" in values and (reason := place_problem(FilePath(values["resultsTo"]))):
            yield Problem(("resultsTo",), reason)
        given = [key for key in ("targetId", "target") if key in values or is_within((key,), unknown)]
        if len(given) == 2:
            yield Problem(
                ("targetId",), "is given beside target: name an existing TDO, or describe a new one, not both"
            )
        target: Target | None = values.get("target")
        if target is not None:
            yield from span_problems(target.start_date_time, target.stop_date_time, ("target",))
        if "tasks" in values:
            yield from graphs.problems(values["tasks"], values.get("routes", []), unknown)

    def unfit(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """What is wrong with a job that is going to be submitted, without asking aiWARE."""
        return checks.problems(values, unknown)

    def odd(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """What of a job that is going to be submitted is probably not meant."""
        return checks.oddities(values, unknown, needs_tdo=self._has_tdos)

    def unsuitable(self, inputs: Props) -> Iterable[Problem]:
        """What does not suit the engines, as the engine catalogue has them."""
        return payloads.problems(self._settings, *cut(inputs))

    def replacing(self, paths: Iterable[Path], olds: Props, news: Props) -> list[str]:
        """What the job produces re-runs it; where and how it runs does not. A failed job may have to run again."""
        produces = [path for path in paths if path[0] in self.replaces and not _says_how_a_task_runs(path)]
        if FAILURE in olds and self._runs_again(olds, news):
            return [*{str(path[0]) for path in produces}, FAILURE]
        return [str(path[0]) for path in produces]

    def acts_on_failure(self, olds: Props, news: Props) -> bool:
        """A failed job is retried unless ``on_failure`` says otherwise."""
        return FAILURE in olds and _on_failure(news) != "keep"

    def observe(self, object_id: str, recorded: Props) -> Observed | None:
        """Reads the job (query ``job``), and whether it is complete; see `_not_shown` for one that is not there."""
        record = self.api.jobs([object_id]).get(object_id)
        if record is None:
            return self._not_shown(recorded)
        if TARGET_TDO in recorded and record.target is None:
            return None
        created = record.created_date_time or now_at(self.api.url)
        facts = {
            COMPLETE: True if record.status == "complete" else None,
            SUBMITTED: recorded.get(SUBMITTED) or created.isoformat(),
            MISSING: None,
        }
        seen_jobs.created(object_id, record.created_date_time)
        if record.status is None:
            # An answer in which it is missing says nothing about the job: it stays as it is recorded.
            return Observed({}, recorded.get(FAILURE), facts | {COMPLETE: recorded.get(COMPLETE)})
        if FAILURE in recorded and record.status not in JOB_FAILED:
            # Somebody else has started it again, or a run of this stack that was killed.
            facts[RERUNS] = _reruns(recorded) + 1
        return Observed({}, failure_of(record) if record.status in JOB_FAILED else None, facts)

    def look_at(self, object_id: str) -> Props | None:
        """Reads where the job runs (query ``job``); the rest is read with its status."""
        record = self.api.jobs([object_id]).get(object_id)
        if record is None:
            return None
        return {"name": record.name, "targetId": record.target_id, "clusterId": record.cluster_id}

    def _not_shown(self, recorded: Props) -> Observed | None:
        """What happens to a job that aiWARE does not show.

        Without its TDO nothing is left of it. With it, where it needs none, or where there are none, a job seen
        complete stays: its record was purged. Any other is neither complete nor surely deleted: with its TDO it stays
        at first, so that the waiting looks for it and then fails by name; it is gone when a later refresh, after
        `aiware:notFoundGrace`, does not find it either.
        """
        if recorded.get("adopt") and not recorded.get(ADOPTED):
            return None
        target_id = recorded.get(TARGET_TDO) or recorded.get("targetId")
        works_without = self._has_tdos and target_id is None
        has_target = works_without or self.api.has_target(target_id)
        now = now_at(self.api.url)
        if (has_target or not self._has_tdos) and is_seen_complete(recorded, self._settings.purged_after, now):
            return Observed({}, facts={COMPLETE: True, MISSING: None})
        if not has_target:
            return None
        since = recorded.get(MISSING)
        missing = seconds_since(since, now)
        if missing is not None and missing >= self._settings.not_found_grace:
            return None
        return Observed({}, recorded.get(FAILURE), {MISSING: since or now.isoformat()})

    def make(self, props: Props, mark: Mark | None) -> Made:
        """Submits the job (mutation ``createJob``); it starts at once, and nobody waits for it here."""
        content = {key: props[key] for key in (*PRODUCES, *RUNS) if key in props}
        config = marked(props.get("jobConfig"), mark)
        if config is not None:
            content["jobConfig"] = config
        if "target" in content:
            content["target"] = _marked_target(content["target"], mark)
        # Sent, and not recorded: a name says what lists show, and nothing about the work.
        name = self.holder(props).name
        return self._made(self.api.create_job(signed(content), owner=props.get(OWNER_KEY), default_name=name), props)

    def find(self, props: Props, mark: Mark | None, since: datetime, *, lost: bool) -> Made | None:
        """By the marker in ``jobConfig``; without markers by content, just after an answer was lost."""
        cluster_id, target_id = props.get("clusterId"), props.get("targetId")

        def listing() -> Iterable[JobRecord]:
            narrowed = {"cluster_id": cluster_id} if cluster_id else {"target_id": target_id}
            return self.api.jobs_created_since(since, by_marker=mark is not None, **narrowed)

        matching: Iterable[JobRecord]
        place = (id(self.api), cluster_id or target_id)
        if lost:
            matching = _earlier.new_in(place, (each for each in listing() if is_like(each, props, mark)))
        elif mark is not None:
            held = owned.held_by(self.holder(props))
            left = _earlier.left_behind(place, listing, mark, held, self.api.jobs)
            matching = [left] if left is not None and self._is_unfinished_create(left, props, mark) else []
        else:
            return None
        found = next((self._made(each, props) for each in matching if owned.claim(each.id)), None)
        return found and replace(found, certain=mark is not None)

    def other_explanation(self) -> str:
        """Where there are no TDOs, nothing notes that a job was released."""
        left = ", or which was left when the stack was destroyed; other `triggers` run a new one"
        return "" if self._has_tdos else left

    def mistakable(self, props: Props, mark: Mark | None) -> Hashable | None:
        """Without markers, jobs are distinguished by engines and payloads."""
        return None if mark else (self.kind, str(work_of(props)))

    def change(self, object_id: str, olds: Props, news: Props, changed: frozenset[str]) -> Props:
        """Retries a failed job in place (mutation ``retryJob``); all else is recorded for its next run.

        The addresses that it was submitted with stay on record: whether a retry would use an outdated one depends on
        them.
        """
        signed = self._signed_again(olds, news)
        kept = {key: olds[key] for key in signed if not self._differs(key, olds[key], news[key])}
        if FAILURE not in olds:
            return kept
        if _on_failure(news) != "retry":
            # It stays failed.
            return kept | {FAILURE: olds[FAILURE]}
        actions.retry(self.api, object_id, self.api.jobs([object_id]).get(object_id))
        restarted = {COMPLETE: None, MISSING: None, SUBMITTED: submitted_now(self.api.url), RERUNS: _reruns(olds) + 1}
        return kept | restarted

    def without_effect(self, paths: Iterable[Path]) -> str | None:
        """Which differences have no effect before the job runs next."""
        later = {str(path[0]) for path in paths if path[0] in self.runs}
        later |= {key for key in RUNNING for path in paths if path[0] == "tasks" and key in path[2:]}
        return ", ".join(sorted(later)) or None

    def remove(self, object_id: str, props: Props, policy: str) -> None:
        """Cancels the job if it is unfinished (mutation ``cancelJob``), and treats the TDO that it made."""
        left = remove_job(self.api, object_id, props, policy)
        if left is not None:
            self._note_released(left, props)

    def fate_given_up(self, recorded: Props) -> Fate:
        """What `remove` does."""
        return fate_of_job(super().fate_given_up(recorded), recorded, self.destroy_policy(recorded))

    def made_with_it(self, recorded: Props) -> Iterable[str]:
        """The TDO that the job made for itself."""
        return [str(recorded[TARGET_TDO])] if recorded.get(TARGET_TDO) else []

    def jobs_in(self, object_id: str, recorded: Mapping[str, Any]) -> Mapping[str, str]:
        """Itself."""
        return {"": object_id}

    def graph(self, properties: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The tasks and routes."""
        return properties

    def shown(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        """All but the graph, which is drawn."""
        return {key: value for key, value in inputs.items() if key not in IN_GRAPH}

    def mismatch(self, object_id: str, props: Props) -> str | None:
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

    @property
    def _has_tdos(self) -> bool:
        """Whether the API has TDOs to read, and to write notes on."""
        return self.abilities.has_tdos

    def _will_run(self, olds: Props, news: Props) -> bool:
        """Whether the job is going to be submitted; one that ran already may outlive its engines."""
        if not olds:
            return not news.get("adopt")
        if FAILURE not in olds and all(olds.get(key) == news.get(key) for key in self.replaces):
            # Nearly always; comparing in normal form takes its time with hundreds of jobs.
            return False
        return bool(self.replacing(changed_paths(self.schema, olds, news), olds, news))

    def _runs_again(self, olds: Props, news: Props) -> bool:
        """Whether a failed job is resubmitted: a cancelled one, and one on an earlier cluster, cannot be retried.

        Neither can any where the API has no call for it, nor one whose addresses have a new signature, or get one with
        each submission: it would use the earlier ones.
        """
        elsewhere = RAN_ON in olds and news.get("clusterId") != olds[RAN_ON]
        outdated = elsewhere or holds_private(news) or bool(self._signed_again(olds, news))
        cannot = not self.abilities.retries_in_place or outdated or olds[FAILURE].get("status") == "cancelled"
        policy = _on_failure(news)
        return policy == "replace" or (policy == "retry" and cannot)

    def _signed_again(self, olds: Props, news: Props) -> list[str]:
        """The properties that say what the job works on, and differ in the signature of an address."""
        both = self.replaces & olds.keys() & news.keys()
        return [key for key in sorted(both) if any(True for _ in signed_again(olds[key], news[key]))]

    def _made(self, record: JobRecord, props: Props) -> Made:
        seen_jobs.submitted(record.id)
        created = record.created_date_time or now_at(self.api.url)
        facts = {SUBMITTED: created.isoformat()} | ({RAN_ON: props["clusterId"]} if "clusterId" in props else {})
        return Made(record.id, facts | ({TARGET_TDO: record.target_id} if self.makes_tdo in props else {}))

    def _is_unfinished_create(self, job: JobRecord, props: Props, mark: Mark) -> bool:
        """Whether the newest job of this resource, which no resource holds, is what an interrupted run left.

        A destroy deletes the TDO that a job made, or takes its mark off. A job on another's TDO it cancels, or notes on
        that TDO.
        """
        # On Edge, a job may name a recording, which only the cloud has.
        target_id = job.target_id if self._has_tdos else None
        target = self.api.tdos([target_id]).get(target_id) if target_id else None
        if self.makes_tdo in props:
            return target is not None and mark.is_on(target.details)
        if job.status == "cancelled":
            return False
        return target is None or not is_released(target.details, resource_hashes(self.holder(props)), job)

    def _note_released(self, record: JobRecord, props: Props) -> None:
        """Notes on the TDO of a job that the job does not belong to the stack any more."""
        holder = self.holder(props)
        has_successor = set(owned.made_by(holder)) - {record.id}
        if self.mark(props) is None or props.get(ADOPTED) or record.target_id is None or has_successor:
            return
        if not self._has_tdos:
            return
        try:
            note_released(self.api, record.target_id, {resource_hash(holder): record})
        except ApiError as error:
            log.warning(
                "job %s stays in aiWARE, and that could not be noted on TDO %s: an equal declaration within %d days "
                "takes it instead of running a new one, unless `triggers` differ: %s",
                record.id,
                record.target_id,
                LOOK_BACK.days,
                error.message,
            )


def _reruns(recorded: Props) -> int:
    return int(recorded.get(RERUNS) or 0)


def _says_how_a_task_runs(path: Path) -> bool:
    return path[0] == "tasks" and not RUNNING.isdisjoint(path[2:])


def _called(inputs: Props) -> str:
    return str(inputs.get(OWNER_KEY, "job")).rpartition("/")[2]


def _on_failure(news: Props) -> str:
    return str(news.get("onFailure") or "retry")


def _marked_target(target: Props, mark: Mark | None) -> Props:
    details = marked(target.get("details"), mark)
    return target if details is None else {**target, "details": details}


class Job(Readable, JobOutputs, module="aiware", name="Job"):
    """A job: tasks, each run by an engine, against one TDO.

    What depends on a job waits for its completion.
    """

    provider = JobProvider
    args = JobArgs

    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **arguments: Unpack[JobArgs]
    ) -> None:
        """Declares a job (``createJob``; schema.graphql, type CreateJob).

        Only a change of what a job produces re-runs it. Where and how it runs (``cluster_id``, ``name``, ``retries``,
        ``job_config``, ``notification_uris``, execution preferences) is recorded, and takes effect when it runs next.
        """
        super().__init__(resource_name, with_graph(arguments), opts)


__all__ = [
    "PRODUCES",
    "RUNS",
    "Job",
    "JobArgs",
    "JobProvider",
    "JobState",
    "OnDestroy",
    "OnFailure",
    "is_like",
    "with_graph",
]
