"""What a fleet gives once its jobs have ended: how many ended how, each entry's job and TDO, what failed and why."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import is_dry_run

from aiware_resources.catalogue.allowed_engines import going_to_allow
from aiware_resources.errors import AiwareError
from aiware_resources.fleet.condition import FleetCondition, FleetRecord
from aiware_resources.fleet.entries import JOBS, MEDIA, TEMPLATE, Entry, recorded_entries
from aiware_resources.fleet.files.files import DOWNLOAD_TO, RESULTS_TO, FleetFiles
from aiware_resources.fleet.files.formats import EXPORTS, captions_of
from aiware_resources.fleet.files.names import stems
from aiware_resources.fleet.packing import COUNT, is_packed, packed_if_large, parts_left_as_they_were, unpacked
from aiware_resources.fleet.reading import NEWEST, OPEN, known_complete, seen_keys
from aiware_resources.fleet.unfinished import UNDONE, Unfinished
from aiware_resources.jobs.results import Result, read_results, shown
from aiware_resources.reconcile import OWNER_KEY, RERUNS, EntityProvider, EntityResource, RunsJobs, mocks
from aiware_resources.reconcile.recency import SUBMITTED
from aiware_resources.settings import Settings
from aiware_resources.waiting import Completion, Seen, Waiting
from aiware_resources.waiting.completion import resolved

_OF_FILES = (EXPORTS, DOWNLOAD_TO, RESULTS_TO, TEMPLATE, MEDIA, OWNER_KEY, "onDestroy", "onDestroyTarget")
"""The properties that say which files a fleet has."""


class FleetOutputs(RunsJobs, EntityResource):
    """The outputs of a fleet.

    Attributes:
        jobs: Each entry's ``job_id`` and ``target_id``, by key: ``fleet.jobs["ep-3"]["target_id"]``.
        counts: How many jobs ended in each status: ``{"complete": 9998, "failed": 2}``.
        failures: Why jobs failed, by key; with ``allow_failure``, since otherwise the run ends with them.
        caption_files: The path of each entry's captions, by key and ending: ``fleet.caption_files["ep-3"]["vtt"]``; of
            complete jobs, and ``None`` without ``exports``.
    """

    id: pulumi.Output[str]
    jobs: pulumi.Output[dict[str, dict[str, str | None]]]
    counts: pulumi.Output[dict[str, int]]
    failures: pulumi.Output[dict[str, str]]
    caption_files: pulumi.Output[dict[str, dict[str, str]] | None]

    def results(self, key: str, engine_id: str | None = None) -> pulumi.Output[list[Result]]:
        """The engines' results for one entry, as vtn-standard documents (query ``engineResults``).

        Args:
            key: The entry's key.
            engine_id: Only the results of this engine.

        Returns:
            As `Job.results`; unknown in a preview as long as the fleet is not complete.
        """
        if mocks.are_set():
            return mocks.invoke("getEngineResults", {"fleetId": self.id, "key": key, "engineId": engine_id}, [])
        return self._completion.derived(self._results(key, engine_id))

    async def _job_runs(self, target_ids: frozenset[str]) -> Any:
        """The runs of the jobs on these TDOs; of all jobs where none is on one of them."""
        entries = await self._entries()
        if entries is None:
            return UNKNOWN
        reruns = await self._recorded[RERUNS].future() or {}
        runs = {key: (entry.job_id, int(reruns.get(key, 0))) for key, entry in entries.items()}
        concerned = [runs[key] for key, entry in entries.items() if entry.target_id in target_ids]
        return dict(concerned or runs.values())

    def __init__(
        self,
        resource_name: str,
        arguments: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
        hidden: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        hidden = {} if mocks.are_set() else {**hidden, **going_to_allow(arguments.get("cluster_id"))}
        self._left_as_they_were = parts_left_as_they_were(opts.ignore_changes or ()) if opts is not None else []
        # A transformation may add ignore_changes later, which only shows in what the engine makes of it.
        if not mocks.are_set() and isinstance(media := arguments.get(MEDIA), Mapping):
            hidden = {**hidden, COUNT: len(media)}
        super().__init__(resource_name, arguments, opts, hidden)
        if mocks.are_set():
            return
        if MEDIA in self.__dict__:
            self.__dict__[MEDIA] = self.__dict__[MEDIA].apply(lambda media: unpacked({MEDIA: media})[MEDIA])
        waiting = Waiting(*(arguments.get(key) for key in ("wait", "timeout", "allow_failure")))
        self._fleet_name = resource_name
        recorded = ("jobs", UNDONE, OPEN, NEWEST, RERUNS, SUBMITTED)
        self._waiting = waiting
        self._recorded: Mapping[str, pulumi.Output[Any]] = {key: self.__dict__[key] for key in recorded}
        self._completion = Completion(self, resource_name, self._condition, waiting)
        self.jobs = self._completion.derived(self._ids())
        self.counts = self._completion.output(lambda seen: seen.known(lambda fleet: dict(fleet.counts)))
        self.failures = self._completion.output(lambda seen: seen.known(lambda fleet: dict(fleet.failures)))
        self.caption_files = self._completion.derived(self._caption_files())
        self._resolve_after(self._completion.seen, asyncio.ensure_future(self._told()))

    def _declared(self, provider: EntityProvider, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        props = super()._declared(provider, name, arguments)
        props = props if mocks.are_set() else packed_if_large(props)
        if is_packed(props) and self._left_as_they_were:
            raise pulumi.RunError(
                f"JobFleet {name}: ignore_changes names {self._left_as_they_were[0]}, and Pulumi sees the entries of "
                "so large a fleet as one text, of which it cannot leave a part as it was. Give the entry the values "
                "that it had, or name media as a whole."
            )
        return props

    async def _told(self) -> None:
        """Ends a run that waited for nothing with what it could not do; one that waits has been told by then."""
        await self._completion.seen
        undone = Unfinished.parse(await self._recorded[UNDONE].future())
        if undone and not is_dry_run():
            await (await self._completion.monitor).fail(self._fleet_name, self._completion.row, undone.error())

    async def _condition(self) -> FleetCondition:
        undone = Unfinished.parse(await self._recorded[UNDONE].future())
        entries = await self._entries()
        facts = {key: await self._recorded[key].future() for key in (OPEN, NEWEST, SUBMITTED)}
        settings = (await self._completion.monitor).settings
        return FleetCondition(
            self._fleet_name,
            entries,
            undone,
            known_complete(entries or {}, facts[OPEN]),
            seen=seen_keys(entries or {}, facts, settings.purged_after),
            not_found_grace=settings.not_found_grace,
            files=await self._files(settings, entries or {}),
            # What is recorded stays declared, also while its file is written again.
            declared=frozenset({*(await self._property(MEDIA) or ()), *(entries or ())}),
        )

    async def _files(self, settings: Settings, entries: Mapping[str, Entry]) -> FleetFiles | None:
        """The files that are made in this run: none in a preview, nor in a run that does not wait."""
        if is_dry_run() or not await resolved(self._waiting.wait, settings.wait):
            return None
        props = {key: await self._property(key) for key in _OF_FILES}
        if not (props[EXPORTS] or props[RESULTS_TO]):
            return None
        reruns, loop = await self._recorded[RERUNS].future() or {}, asyncio.get_running_loop()
        try:
            return FleetFiles.of(
                settings,
                props,
                entries,
                reruns,
                lambda message: loop.call_soon_threadsafe(self._completion.row.warn, message),
            )
        except AiwareError as error:
            failure = error
        never: FleetFiles = await (await self._completion.monitor).fail(self._fleet_name, self._completion.row, failure)
        return never

    async def _property(self, key: str) -> Any:
        return await self.__dict__[key].future() if key in self.__dict__ else None

    async def _caption_files(self) -> Any:
        seen: Seen[FleetRecord] = await self._completion.seen
        entries, exports, folder = (
            await self._entries(),
            await self._property(EXPORTS),
            await self._property(DOWNLOAD_TO),
        )
        if not exports or not folder:
            return None
        if not seen.is_done or entries is None:
            return UNKNOWN
        captions = captions_of(exports, await self._property(TEMPLATE) or {})
        failures = {} if seen.record is None else seen.record.failures
        names = stems({*(await self._property(MEDIA) or ()), *entries})
        return {
            key: {each.ending: str(Path(folder) / f"{names[key]}.{each.ending}") for each in captions}
            for key in entries
            if key not in failures
        }

    async def _entries(self) -> Mapping[str, Entry] | None:
        jobs = await self._recorded["jobs"].future()
        # In a preview of an update the jobs are not known yet.
        return None if jobs is None and is_dry_run() else recorded_entries(unpacked({JOBS: jobs}))

    async def _ids(self) -> Any:
        await self._completion.seen
        entries = await self._entries()
        if entries is None:
            return UNKNOWN
        return {key: {"job_id": entry.job_id, "target_id": entry.target_id} for key, entry in entries.items()}

    async def _results(self, key: str, engine_id: str | None) -> Any:
        seen: Seen[FleetRecord] = await self._completion.seen
        entries = await self._entries()
        if not seen.is_done or entries is None:
            return UNKNOWN
        return shown(await read_results(entries[key].job_id, await self._completion.monitor), engine_id)
