"""Export requests: results of TDOs as captions and other files."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path as FilePath
from typing import Any, ClassVar, Unpack, cast

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, DiffResult
from pulumi.output import UNKNOWN

from aiware_resources.api import Api, ExportRecord, Progress
from aiware_resources.api.file_names import place_problem
from aiware_resources.errors import AdoptionError, DownloadFailed, NotAllowed, NotFound
from aiware_resources.exports.downloaded import Place, Requested, destination_problems, place_of
from aiware_resources.exports.formats import option_problems
from aiware_resources.exports.state import MADE_BY_PROGRAM, ExportRequestArgs, ExportState
from aiware_resources.files.completed import CompletedFiles, Files
from aiware_resources.reconcile import (
    FAILURE,
    RUNS_KEY,
    EntityProvider,
    EntityResource,
    Made,
    Mark,
    Observed,
    Path,
    Problem,
    Props,
    RunsJobs,
    Schema,
    mocks,
    owned,
    seen_jobs,
)
from aiware_resources.reconcile.adoption import Adoption, Declarable, Declaration, by_id, declaration
from aiware_resources.reconcile.entity import Question, Verb, Words
from aiware_resources.reconcile.provider import plain
from aiware_resources.reconcile.runs import differ, shortened
from aiware_resources.settings import Settings
from aiware_resources.waiting import Completion, Condition, Waiting, derived
from aiware_resources.waiting.conditions import ExportCondition

INPUTS = ("includeMedia", "tdoData", "outputConfigurations")


def _declared(provider: Declarable, record: ExportRecord, _: Api) -> Declaration:
    """Declares a request of which aiWARE does not show what it exports (query ``exportRequests``).

    Raises:
        AdoptionError: When it has failed: there is nothing to take over, and a run would request it again.
    """
    if record.status == "failed":
        raise AdoptionError(
            f"export request {record.id} has failed, so there is nothing to adopt.",
            remedy="Declare a new ExportRequest instead; aiWARE has no call to delete the failed one.",
        )
    found = declaration(provider, record.id, {})
    found.notes = ["aiWARE does not show what an export request exports, so neither does this: tdo_data is left out."]
    return found


_ADOPTION: Adoption[ExportRecord] = Adoption(
    "export",
    by_id("export request", "exportRequests", lambda api, ids: api.export_requests(ids)),
    _declared,
)


class ExportProvider(EntityProvider):
    """Makes export requests through createExportRequest. The API cannot change or delete one."""

    kind = "export request"
    noun = "export"
    words = Words(
        ("is requested", Verb.REQUEST),
        dict.fromkeys(("delete", "retain"), ("is only forgotten: aiWARE cannot delete an export request", Verb.FORGET)),
        replaced="is requested again",
    )
    adoption = _ADOPTION
    question = Question("export requests", lambda api, _: api.find_exports())
    writes = "downloadTo"
    condition = ExportCondition()
    type_name = "aiware:ExportRequest"
    model = ExportState
    replaces = frozenset({*INPUTS, "triggers"})
    policies: ClassVar[frozenset[str]] = EntityProvider.policies | {"downloadTo"}

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """As for every entity; only of an adopted request it need not be said what it exports."""
        checked = super().check(_olds, news)
        if not {"tdoData", "adopt"} & checked.inputs.keys():
            checked.failures.append(CheckFailure("tdoData", "is missing"))
        return checked

    def problems(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """Every TDO and every configuration has to name something."""
        for index, tdo in enumerate(values.get("tdoData", [])):
            if tdo.tdo_id is None and tdo.mention_id is None and not _hidden(unknown, "tdoData", index):
                yield Problem(("tdoData", index), "names nothing to export: give tdoId or mentionId")
        for index, configuration in enumerate(values.get("outputConfigurations", [])):
            named = configuration.engine_id or configuration.category_id
            if not named and not _hidden(unknown, "outputConfigurations", index):
                yield Problem(("outputConfigurations", index), "names no results: give engineId or categoryId")
            for place, chosen in enumerate(configuration.formats):
                above = ("outputConfigurations", index, "formats", place, "options")
                yield from option_problems(chosen.extension, chosen.options, above)
        if values.get("tdoData") == []:
            yield Problem(("tdoData",), "needs at least one TDO")
        if "downloadTo" in values and (reason := place_problem(FilePath(values["downloadTo"]))):
            yield Problem(("downloadTo",), reason)
        is_counted = not any(path[0] in INPUTS and path[0] not in values for path in unknown)
        if "downloadTo" in values and is_counted:
            yield from destination_problems(values["downloadTo"], _requested(values))

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """As for every entity; a request whose jobs have run again since is made again.

        A state of an earlier release does not say what a request was made from. That alone is not a change: only a job
        that is known to be later than the request is.
        """
        found = super().diff(_id, _olds, _news)
        olds, news = plain(_olds), plain(_news)
        now, recorded = news.get(RUNS_KEY), olds.get(RUNS_KEY)
        if now is None or news.get("adopt"):
            return found
        if seen_jobs.are_later(now, _id) if recorded is None else differ(recorded, now):
            found.replaces = [*(found.replaces or []), RUNS_KEY]
            found.changes = True
        return found

    def replacing(self, paths: Iterable[Path], olds: Props, news: Props) -> list[str]:
        """Every input, and a failed request too."""
        return [*super().replacing(paths, olds, news), *([FAILURE] if FAILURE in olds else [])]

    def observe(self, object_id: str, recorded: Props) -> Observed | None:
        """Reads the request (query ``exportRequests``); aiWARE tells its status, not its content."""
        record = self.api.export_requests([object_id]).get(object_id)
        if record is None:
            return None
        seen_jobs.created(object_id, record.created_date_time)
        return Observed({}, {"status": record.status} if record.status == "failed" else None)

    def make(self, props: Props, mark: Mark | None) -> Made:
        """Requests the export (mutation ``createExportRequest``)."""
        return Made(self.api.create_export_request({key: props[key] for key in INPUTS if key in props}).id)

    def find(self, props: Props, mark: Mark | None, since: datetime, *, lost: bool) -> Made | None:
        """After a lost answer: the one request of this user created since; what a killed run made is unknowable."""
        if not lost or MADE_BY_PROGRAM.is_set():
            return None
        user = self._user()
        found = [
            record.id
            for record in self.api.exports_created_since(since)
            if not owned.has(record.id) and user in {None, record.requestor_id}
        ]
        return Made(found[0], certain=False) if len(found) == 1 and owned.claim(found[0]) else None

    def mistakable(self, props: Props, mark: Mark | None) -> Hashable | None:
        """The API neither marks a request nor shows its content, so only time distinguishes two of them."""
        return self.kind

    def _user(self) -> str | None:
        """Who asks; ``None`` for the key of an organization, which belongs to no user."""
        try:
            return self.api.me().id
        except (NotFound, NotAllowed):
            return None

    def change(self, object_id: str, olds: Props, news: Props, changed: frozenset[str]) -> Props:
        """Nothing of a request can be changed; policies are recorded."""
        return {}

    def remove(self, object_id: str, props: Props, policy: str) -> None:
        """Forgets the request: the API has no call to delete one."""


def _hidden(unknown: frozenset[Path], key: str, index: int) -> bool:
    return any(path[:2] == (key, index) or path == (key,) for path in unknown)


class ExportRequest(EntityResource, module="aiware", name="ExportRequest"):
    """An export request, and its result: one file, or several.

    Attributes:
        status: The status on completion: ``complete``, or ``downloaded``.
        asset_uri: Signed link to the result, once complete. It expires, so it is looked up on every run, and is in no
            state unless the program exports it. Secret.
        path: The file, or folder of files, that was downloaded; ``None`` without ``download_to``.
        files: Each file that was downloaded: path, size in bytes, sha256 in hexadecimal.
        size: Size of all files together, in bytes.
        sha256: SHA-256 of the file, in hexadecimal; ``None`` when there are several.
    """

    status: pulumi.Output[str]
    asset_uri: pulumi.Output[str]
    path: pulumi.Output[str | None]
    files: pulumi.Output[list[dict[str, Any]] | None]
    size: pulumi.Output[int | None]
    sha256: pulumi.Output[str | None]

    provider = ExportProvider
    args = ExportRequestArgs

    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **arguments: Unpack[ExportRequestArgs]
    ) -> None:
        """Declares an export request (``createExportRequest``; schema.graphql, type CreateExportRequest).

        Every input replaces: the API cannot change a request. When a job that it uses runs again, it is requested again
        too: every job that ``tdo_data`` comes from (``job.target_id``), or that ``depends_on`` in ``opts`` names.
        """
        super().__init__(resource_name, arguments, opts, {RUNS_KEY: _runs(arguments, opts)})
        if mocks.are_set():
            return
        waiting = Waiting(arguments.get("wait"), arguments.get("timeout"))
        completion = Completion(self, resource_name, self._condition, waiting)
        self.status = completion.output(lambda seen: seen.known(lambda record: record.status))
        self.asset_uri = completion.output(lambda seen: seen.when_done(lambda record: record.asset_uri), secret=True)
        kept = CompletedFiles(
            completion,
            type(self).__name__,
            resource_name,
            self._place if "downloadTo" in self.__dict__ else None,
            _fetch,
            _foresee,
        )
        files = kept.start()
        self.path = kept.path(files)
        self.files = kept.output(files, lambda found: [file.properties() for file in found])
        self.size = kept.output(files, lambda found: sum(file.size for file in found))
        self.sha256 = kept.output(files, lambda found: found[0].sha256 if len(found) == 1 else None)
        self._resolve_after(completion.seen, files)

    async def _condition(self) -> Condition[ExportRecord]:
        return ExportCondition()

    async def _place(self) -> Place:
        """Where the files go, which depends on what is asked for; all of it is known on completion."""
        keys = ("downloadTo", "tdoData", "outputConfigurations", "includeMedia")
        given = {key: self.__dict__[key] for key in keys if key in self.__dict__}
        known: Props = await pulumi.Output.all(**given).future() or {}
        values, _ = Schema(ExportState).validate(known, frozenset())
        return place_of(known["downloadTo"], _requested(values))


def _requested(values: Props) -> Requested:
    """How many files validated inputs ask for."""
    formats = sum(len(configuration.formats) for configuration in values.get("outputConfigurations", []))
    return Requested(len(values.get("tdoData", [])), formats, bool(values.get("includeMedia")))


def _runs(arguments: ExportRequestArgs, opts: pulumi.ResourceOptions | None) -> pulumi.Output[Any]:
    """The runs of the jobs that an export uses: those that its arguments come from, or that it depends on."""
    if mocks.are_set():
        return pulumi.Output.from_input(None)
    given = pulumi.Output.all(**{key: value for key, value in arguments.items() if value is not None})
    tdo_data: pulumi.Output[Any] = pulumi.Output.from_input(arguments.get("tdo_data"))
    depends_on: Any = opts._depends_on_list() if opts is not None else []

    async def jobs() -> set[pulumi.Resource]:
        named = await pulumi.Output.from_input(depends_on).future() or []
        return {cast(Any, each) for resource in {*await given.resources(), *named} for each in _jobs_in(resource)}

    async def runs() -> Any:
        target_ids = _target_ids(await tdo_data.future())
        found: dict[str, int] = {}
        for each in await origin:
            now = await cast(Any, each)._job_runs(target_ids)
            if now is UNKNOWN:
                return UNKNOWN
            found |= now
        return dict(shortened(found)) or None

    origin = asyncio.ensure_future(jobs())
    return derived(origin, runs())


def _jobs_in(resource: pulumi.Resource) -> Iterator[RunsJobs]:
    """A resource that runs jobs, or those in a component."""
    if isinstance(resource, RunsJobs):
        yield resource
    elif isinstance(resource, pulumi.ComponentResource):
        for child in resource._childResources:
            yield from _jobs_in(child)


def _target_ids(tdo_data: Any) -> frozenset[str]:
    ids = (each.get("tdo_id") for each in tdo_data or [] if isinstance(each, Mapping))
    return frozenset(str(each) for each in ids if each is not None)


def _fetch(settings: Settings, record: ExportRecord, where: Place, progress: Progress) -> Files:
    there = where.existing(record.id)
    if there is not None:
        return there
    if record.asset_uri is None:
        raise DownloadFailed(
            f"export request {record.id} is {record.status}, but aiWARE gives no link to its file.",
            remedy="Run `pulumi up` again to look for it.",
        )
    return where.keep(settings, record.asset_uri, record.id, progress)


def _foresee(_: Settings, record: ExportRecord, where: Place) -> Files | None:
    return where.existing(record.id)


__all__ = [
    "ExportProvider",
    "ExportRequest",
    "ExportRequestArgs",
    "ExportState",
]
