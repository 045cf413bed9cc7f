"""Fleets of jobs: one resource for thousands of jobs that differ in a few values."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, ClassVar, Required, TypedDict, Unpack

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult
from pydantic import Field

from aiware_resources.api.file_names import place_problem
from aiware_resources.catalogue.allowed_engines import ALLOWED_KEY
from aiware_resources.exports.formats import Extension
from aiware_resources.exports.state import MADE_BY_PROGRAM
from aiware_resources.fleet import JobTemplate
from aiware_resources.fleet.admission import admitted, declared, seen_before
from aiware_resources.fleet.adopting import ADOPTED, adoption_problems, without_adopted
from aiware_resources.fleet.checking import problems as fleet_problems
from aiware_resources.fleet.entity import FleetEntity
from aiware_resources.fleet.entries import JOBS, MEDIA, Entry, holder_of, recorded_entries, template_of, used_names
from aiware_resources.fleet.files.files import DOWNLOAD_TO, RESULTS_TO
from aiware_resources.fleet.files.formats import EXPORTS, CaptionFormat, CaptionFormatArgs, caption_problems
from aiware_resources.fleet.handover import (
    RESHARDED,
    UPLOADS,
    handed_over,
    recorded_tdos,
    resharded,
    still_held,
    with_waiting,
)
from aiware_resources.fleet.local_files import FOLDER, may_have_files, with_contents
from aiware_resources.fleet.outputs import FleetOutputs
from aiware_resources.fleet.packing import COUNT, IGNORED, is_packed, lost_entries, packed, unpacked
from aiware_resources.fleet.plan import ADOPT, FAILURES, named, plan
from aiware_resources.fleet.reading import NEWEST, OPEN, Looked, look, open_keys, to_look_at
from aiware_resources.fleet.refreshing import Refreshed
from aiware_resources.fleet.removal import Removal, seen_complete
from aiware_resources.fleet.unfinished import UNDONE, Unfinished
from aiware_resources.fleet.update import (
    CONCURRENCY,
    LEFT,
    Update,
    concurrency_of,
    left_entries,
    own,
)
from aiware_resources.job import JobState, OnDestroy, OnFailure
from aiware_resources.reconcile import (
    OWNER_KEY,
    RERUNS,
    ApiModel,
    EntityProvider,
    Holder,
    Identifier,
    Made,
    Mark,
    Observed,
    Path,
    Problem,
    Props,
    owned,
    path_text,
)
from aiware_resources.reconcile.compare import changed_paths
from aiware_resources.reconcile.holders import PROVIDER_NAME
from aiware_resources.reconcile.policies import Awaited, CleanupOption, TdoPolicy
from aiware_resources.reconcile.provider import is_moved, plain, schema_of
from aiware_resources.reconcile.recency import SUBMITTED, looked_for, now_at
from aiware_resources.shards import SHARD
from aiware_resources.sources import Media
from aiware_resources.waiting.conditions import MISSING

log = logging.getLogger("aiware")

Values = Mapping[str, pulumi.Input[Any]]
"""The values of one entry, by the names that the template uses."""


class JobFleetState(Awaited):
    """The desired state of a fleet: what its jobs have in common, and what differs."""

    template: dict[str, Any]
    media: dict[str, dict[str, Any]]
    cluster_id: Identifier | None = None
    concurrency: Annotated[int, Field(ge=1, le=64)] = CONCURRENCY
    on_destroy: OnDestroy | None = None
    on_destroy_target: TdoPolicy | None = None
    cleanup_options: list[CleanupOption] | None = None
    on_failure: OnFailure = "retry"
    allow_failure: bool = False
    adopt: dict[str, Identifier] | None = Field(default=None, alias=ADOPT)
    exports: list[CaptionFormat] | None = None
    download_to: Identifier | None = None
    results_to: Identifier | None = None

    @classmethod
    def canonical(cls, normal: Props) -> Props:
        """Templates are equal as jobs."""
        template = normal.get("template")
        return {**normal, "template": schema_of(JobState).normal(template)} if isinstance(template, dict) else normal


class JobFleetProvider(FleetEntity, EntityProvider):
    """Submits the jobs of a fleet through createJob, each once, and reconciles them entry by entry. Never waits.

    What the program passes is in the recorded inputs, once. Recorded beside it are one short text for each job, what
    failed, and what could not be done; the media themselves are left out of the outputs.
    """

    type_name = "aiware:JobFleet"
    model: ClassVar[type[ApiModel]] = JobFleetState
    policies: ClassVar[frozenset[str]] = frozenset(
        {
            "concurrency",
            "onDestroy",
            "onDestroyTarget",
            "cleanupOptions",
            "onFailure",
            "allowFailure",
            ADOPT,
            EXPORTS,
            DOWNLOAD_TO,
            RESULTS_TO,
            "wait",
            "timeout",
        }
    )
    facts = frozenset(
        {JOBS, ADOPTED, FAILURES, UNDONE, LEFT, UPLOADS, MISSING, NEWEST, OPEN, RERUNS, RESHARDED, SUBMITTED}
    )

    # --- what the engine calls -------------------------------------------------------------------------------------

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """As for every entity; each entry's job is validated as a `Job` is."""
        as_given, olds = news, plain(unpacked(_olds))
        if lost_entries(_olds, news):
            return CheckResult(news, [CheckFailure("ignoreChanges", IGNORED)])
        news = admitted(olds, {key: value for key, value in unpacked(news).items() if key != COUNT}, _name(news))
        news = with_contents(seen_before(olds, news), news, lambda: template_of(news), str(news.get(OWNER_KEY)))
        checked = super().check(olds, news)
        allowed = checked.inputs.pop(ALLOWED_KEY, None)
        if checked.inputs.get(EXPORTS):
            MADE_BY_PROGRAM.set()
        if _EXPORT_REQUEST not in self.abilities.lacking:
            checked.failures += _incomplete(checked.inputs)
        if not checked.failures:
            found = fleet_problems(self._settings, olds, {**checked.inputs, ALLOWED_KEY: allowed})
            checked.failures.extend(CheckFailure(path_text(problem.path), problem.reason) for problem in found)
        _declared.add(_name(news))
        _recorded_inputs[holder_of(news)] = olds
        media = checked.inputs.get(MEDIA)
        if not _olds and not checked.failures and isinstance(media, dict) and media:
            over = handed_over({}, checked.inputs)
            _tell(news, over.summary())
            _tell(news, f"submits {named(new)}" if (new := sorted(media.keys() - over.taken)) else "")
        return CheckResult(_like(as_given, checked.inputs), checked.failures)

    def problems(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """Captions need a folder, and every file a name of its own."""
        exports = values.get(EXPORTS)
        if without := self.abilities.lacking.get(_EXPORT_REQUEST):
            yield from (Problem((key,), without) for key in (EXPORTS, DOWNLOAD_TO) if values.get(key))
        said = {"onDestroy": values.get("onDestroy")}
        yield from (Problem(path, why) for path, why in self.abilities.objections(said))
        yield from caption_problems(exports or [])
        yield from adoption_problems(values)
        for key in (DOWNLOAD_TO, RESULTS_TO):
            if key in values and (reason := place_problem(FilePath(values[key]))):
                yield Problem((key,), reason)

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Compares entry by entry, without any request, and tells what an update does, with keys."""
        olds, news = plain(unpacked(_olds)), plain(unpacked(_news))
        if is_moved(olds, news):
            return DiffResult(changes=True, replaces=[PROVIDER_NAME])
        own(holder_of(news), recorded_entries(olds).values())
        over = handed_over(olds, news)
        # A refresh, which comes before all that the program declares, gives the recorded inputs.
        found = plan(over.olds, news, over.before(_recorded_inputs.get(holder_of(news), news)))
        others = changed_paths(self.schema, _compared(olds), _compared(news))
        unfinished = Unfinished.parse(olds.get(UNDONE))
        _tell(news, over.summary())
        _tell(news, found.summary() if found else "")
        later = self.without_effect(others)
        if later:
            _tell(news, f"a change of {later} has no effect on a job until it runs next")
        due = found.is_renewal_due or unfinished or olds.get(LEFT) or olds.get(SHARD) != news.get(SHARD)
        return DiffResult(changes=bool(over or found or others or due), replaces=[])

    def create(self, props: Props) -> CreateResult:
        """Submits all jobs, and returns as soon as aiWARE has accepted them."""
        news = plain(unpacked(props))
        made = self.make(news, None)
        return CreateResult(made.id, _like(props, {**_recorded(news), **made.facts}))

    def read(self, id_: str, props: Props) -> ReadResult:
        """Reads the jobs. The inputs stay as they are recorded: they alone hold the media."""
        recorded = plain(unpacked(props))
        observed = self.observe(id_, recorded)
        outs = {**recorded, **observed.properties, **observed.facts, FAILURES: observed.failure}
        return ReadResult(id_, _like(props, _given(outs)))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Submits, starts again and removes what differs; policies are recorded without a call."""
        olds, news = plain(unpacked(_olds)), plain(unpacked(_news))
        facts = self.change(_id, olds, news, frozenset())
        return UpdateResult(_like(_news, {**_recorded(news), **facts}))

    def delete(self, _id: str, _props: Props) -> None:
        """Cancels and removes what the policies say."""
        super().delete(_id, unpacked(_props))

    # --- how -------------------------------------------------------------------------------------------------------

    def observe(self, object_id: str, recorded: Props) -> Observed:
        """Reads the statuses of jobs (query ``job``): failures are told, jobs of which nothing is left are left out.

        Raises:
            ApiError: When none of them could be read.
        """
        entries = recorded_entries(recorded)
        own(holder_of(recorded), entries.values())
        looked_at: Mapping[str, Entry] = entries
        if not self.reads_all:
            has_tdos = self.abilities.has_tdos
            looked_at = to_look_at(entries, recorded.get(OPEN), time.time(), has_tdos=has_tdos)
        looked = self._looked(looked_at, recorded)
        if looked.unread and len(looked.unread) == len(looked_at):
            raise next(iter(looked.unread.values()))
        refreshed = Refreshed.of(looked, entries, recorded, now_at(self.api.url), self._settings)
        for key in refreshed.gone:
            owned.discard(entries[key].job_id)
        if looked.unread:
            log.warning("fleet %s: %s", _name(recorded), refreshed.unread_in_words())
        there = {key: text for key, text in (recorded.get(JOBS) or {}).items() if key not in refreshed.gone}
        facts = {OPEN: open_keys(refreshed.statuses), MISSING: dict(refreshed.missing) or None}
        return Observed({JOBS: there}, dict(refreshed.failures) or None, facts)

    def _looked(self, entries: Mapping[str, Entry], recorded: Props) -> Looked:
        """Looks at the entries, and again at those of which nothing is shown while the fleet is new."""
        looked = Looked(gone=frozenset(entries))

        def look_again() -> Looked | None:
            nonlocal looked
            looked = looked.updated(look(self.api, {key: entries[key] for key in looked.gone}))
            return None if looked.gone else looked

        what = f"all jobs of fleet {_name(recorded)}"
        return looked_for(look_again, what, recorded, self.api.url, self._settings.not_found_grace) or looked

    def make(self, props: Props, mark: Mark | None) -> Made:
        """Submits what the fleet declares; each job has a marker of its own, by which an interrupted run's is known.

        Raises:
            FleetFailed: When aiWARE has accepted none.
        """
        facts = self.change("", {}, props, frozenset())
        undone = Unfinished.parse(facts.get(UNDONE))
        if undone and not facts[JOBS] and not facts.get(UPLOADS):
            raise undone.error()
        return Made(str(props[OWNER_KEY]), facts)

    def find(self, props: Props, mark: Mark | None, since: datetime, *, lost: bool) -> Made | None:
        """There is no object to find: each job is looked for by itself."""
        return None

    def change(self, object_id: str, olds: Props, news: Props, changed: frozenset[str]) -> Props:
        """Does what `plan` says; raises nothing once aiWARE may have accepted a job."""
        over = handed_over(olds, news)
        found = plan(over.olds, news, over.before(_inputs_before(news)))
        facts = with_waiting(Update(self.api, self._settings, over.olds, news).run(found), over, olds)
        return _given({**facts, RESHARDED: resharded(olds, news, over, now_at(self.api.url))})

    def remove(self, object_id: str, props: Props, policy: str) -> None:
        """Cancels unfinished jobs (mutation ``cancelJob``), and treats the TDOs that jobs made.

        Raises:
            FleetFailed: When some could not be treated; all others have been, and the next attempt takes up the rest.
        """
        held = still_held(props)
        own = (entry for key, entry in recorded_entries(props).items() if key not in held)
        entries = {entry.job_id: entry for entry in (*own, *left_entries(props))}
        removal = Removal.of(props, concurrency_of(props), markers=self._settings.markers)
        seen = seen_complete(props, self._settings.purged_after, self.api.url)
        reasons = removal.run(self.api, without_adopted(entries, props, props), seen_complete=seen)
        uploads: Props = props.get(UPLOADS) or {}
        elsewhere = recorded_tdos(props) if uploads else frozenset[str]()
        # Those of jobs are treated with these.
        used = elsewhere | {entry.target_id for entry in recorded_entries(props).values()}
        uploads = {key: tdo_id for key, tdo_id in uploads.items() if tdo_id not in used}
        shared = uploads.keys() if props.get(SHARD) else ()
        undone = Unfinished.of(reasons | removal.run_on_tdos(self.api, uploads, shared))
        if undone:
            raise undone.error()

    def without_effect(self, paths: Iterable[Path]) -> str | None:
        """Which differences have no effect on a job before it runs next."""
        return "clusterId" if any(path[0] == "clusterId" for path in paths) else None


_EXPORT_REQUEST = "export request"


def _incomplete(inputs: Props) -> list[CheckFailure]:
    """Captions without a folder, and a folder without captions."""
    asks, places = bool(inputs.get(EXPORTS)), bool(inputs.get(DOWNLOAD_TO))
    if asks and not places:
        return [CheckFailure(EXPORTS, "needs a folder for the files: give download_to")]
    if places and not asks:
        return [
            CheckFailure(DOWNLOAD_TO, 'is the folder of captions, and none are asked for: give exports, as ["vtt"]')
        ]
    return []


_declared: set[str] = set()
"""The fleets that the program has declared so far."""

_recorded_inputs: dict[Holder, Props] = {}
"""The recorded inputs of these fleets: the engine shows them to ``check`` alone."""


def _inputs_before(news: Props) -> Props:
    return _recorded_inputs.get(holder_of(news), {})


def _tell(props: Props, message: str) -> None:
    """Tells what happens to a fleet.

    A refresh asks for differences too, before the program has said what it declares; those are ignored.
    """
    if message and _name(props) in _declared:
        log.warning("fleet %s: %s", _name(props), message)


def _name(props: Props) -> str:
    return str(props.get(OWNER_KEY, "fleet")).rpartition("/")[2]


def _recorded(news: Props) -> Props:
    """What is recorded of the inputs in the outputs: all but the media, which the recorded inputs hold."""
    return {key: value for key, value in news.items() if key != MEDIA}


def _like(given: Props, props: Props) -> Props:
    """Properties in the form in which the engine has given those of the fleet: thousands of entries as one text."""
    return packed(props) if is_packed(given) else props


def _given(props: Props) -> Props:
    return {key: value for key, value in props.items() if value is not None}


def _compared(props: Props) -> Props:
    """What is compared as a whole, and not entry by entry."""
    return {key: value for key, value in props.items() if key != MEDIA and key not in JobFleetProvider.facts}


def _as_format(given: Any) -> Any:
    """A format with its options; a text names one without."""
    if isinstance(given, pulumi.Output):
        return given.apply(_as_format)
    return {"extension": given} if isinstance(given, str) else given


class JobFleetArgs(TypedDict, total=False):
    """The arguments of a fleet.

    Attributes:
        template: What the jobs have in common, with `media_value` and `media_key` for what differs.
        media: The values of each entry, by a key of your own that stays the same: ``{"ep-1": {"url": ...}}``. The names
            of the values are those that the template uses. A ``file`` of this machine, given instead of a ``url``, is
            uploaded.
        cluster_id: Where to run; without it the organization's default cluster, if it has one.
        concurrency: How many jobs are submitted side by side, 1 to 64; 8 by default.
        on_destroy: What happens to the jobs of removed entries and on destroy: ``cancel`` (default; only unfinished
            ones), ``delete`` (finished ones too; aiWARE Edge only) or ``retain``.
        on_destroy_target: What happens to the TDOs made through the template's ``target``: ``delete`` (default;
            ``retain`` when jobs are retained), ``cleanup`` or ``retain``.
        cleanup_options: What ``cleanup`` removes: storage, searchIndex, engineResults; by default the first two.
        adopt: Jobs that are there already, by the keys of their entries: an entry without a job takes over that one
            instead of running a new one. What is adopted stays on destroy, unless ``on_destroy`` is given.
        exports: Captions to make of every entry, once its job is complete: extensions, or formats with options.
        download_to: The folder for them, written on ``up``: ``<key>.<extension>``.
        results_to: Folder for the engines' results, written on ``up``: ``<key>/<engine>.json``, as those of a job.
        on_failure: What the next ``pulumi up`` does with failed jobs: ``retry`` in place (default), ``replace`` them by
            new ones, or ``keep`` them.
        allow_failure: Whether dependents run, and the update succeeds, although jobs failed.
        wait: Whether to wait for completion; by default as ``aiware:wait`` says.
        timeout: Longest wait for all jobs, in seconds; by default ``aiware:jobTimeout``.
    """

    template: Required[JobTemplate]
    media: Required[pulumi.Input[Mapping[str, pulumi.Input[Values]]]]
    cluster_id: pulumi.Input[str] | None
    concurrency: pulumi.Input[int] | None
    on_destroy: pulumi.Input[OnDestroy] | None
    on_destroy_target: pulumi.Input[TdoPolicy] | None
    cleanup_options: pulumi.Input[list[CleanupOption]] | None
    adopt: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None
    exports: Sequence[pulumi.Input[Extension | CaptionFormatArgs]] | None
    download_to: pulumi.Input[str] | None
    results_to: pulumi.Input[str] | None
    on_failure: pulumi.Input[OnFailure] | None
    allow_failure: pulumi.Input[bool] | None
    wait: pulumi.Input[bool] | None
    timeout: pulumi.Input[float] | None


class JobFleet(FleetOutputs, module="aiware", name="JobFleet"):
    """Thousands of jobs that differ in a few values, as one resource. What depends on a fleet waits for all of them."""

    provider = JobFleetProvider
    args = JobFleetArgs

    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **arguments: Unpack[JobFleetArgs]
    ) -> None:
        """Declares a fleet: a job for each entry of ``media`` (``createJob``; schema.graphql, type CreateJob).

        An update works entry by entry: it submits the jobs of new entries and of those whose job is to produce
        something else, runs failed ones again, and removes those that are not declared any more. Nothing else runs.
        """
        given: dict[str, Any] = {**arguments}
        hidden: dict[str, Any] = {}
        if "template" in arguments:
            given["template"] = arguments["template"].properties
        if isinstance(media := arguments.get("media"), Media):
            given["media"], hidden = declared(media, used_names(given))
        if may_have_files(given.get("media")):
            hidden = {**hidden, FOLDER: str(FilePath.cwd())}
        if arguments.get("exports") is not None:
            given["exports"] = [_as_format(each) for each in arguments["exports"] or ()]
        super().__init__(resource_name, given, opts, hidden)


__all__ = ["JobFleet", "JobFleetArgs", "JobFleetProvider", "JobFleetState"]
