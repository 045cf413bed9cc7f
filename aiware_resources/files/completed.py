"""Files of an object that is complete, written to disk.

The program writes them, on ``up`` only, and nothing of it is in the state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import is_dry_run

from aiware_resources.api import Progress
from aiware_resources.errors import AiwareError, DownloadFailed
from aiware_resources.files.downloads import File, kept
from aiware_resources.files.manifest import names_of
from aiware_resources.reconcile.recency import SUBMITTED
from aiware_resources.settings import Settings
from aiware_resources.waiting import Completion, Seen, of_run

R = TypeVar("R")
D = TypeVar("D")

Files = Sequence[File]

_ATTEMPTS = 3
"""How often what is listed and cannot be read is read in a run that does not wait."""


@dataclass(frozen=True)
class CompletedFiles(Generic[R, D]):
    """The files that follow the completion of one resource.

    Attributes:
        completion: The resource's completion.
        kind: The resource's type: ``ExportRequest``.
        name: The resource's name in the program.
        destination: Resolves to where the user wants the files; ``None`` when there are to be none.
        fetch: Sees to it that the files are there, or finds that there are none yet (``None``).
        foresee: Finds in a preview, which writes nothing, what the files are; ``None`` when that cannot be known.
        ready: Waits on ``up`` until there are files; says whether there are.
    """

    completion: Completion[R]
    kind: str
    name: str
    destination: Callable[[], Awaitable[D]] | None
    fetch: Callable[[Settings, R, D, Progress], Files | None]
    foresee: Callable[[Settings, R, D], Files | None]
    ready: Callable[[R], Awaitable[bool]] | None = None

    def start(self) -> asyncio.Future[Any]:
        """Begins to wait for the completion, and fetches the files then.

        Returns:
            The files; ``None`` when none are asked for, ``UNKNOWN`` while they cannot be had.
        """
        return asyncio.ensure_future(self._files())

    def output(self, files: Awaitable[Any], pick: Callable[[Files], Any]) -> pulumi.Output[Any]:
        """An output picked from the files."""

        async def picked() -> Any:
            found = await files
            return found if found is None or found is UNKNOWN else pick(found)

        return self.completion.derived(picked())

    def path(self, files: Awaitable[Any]) -> pulumi.Output[Any]:
        """Where the files are. Known in a preview even where another machine has them: so this shows no drift."""

        async def known() -> Any:
            found = await files
            seen: Seen[R] = await self.completion.seen
            if self.destination is None or (found is UNKNOWN and not seen.is_done):
                return found
            return str(await self.destination())

        return self.completion.derived(known())

    async def _files(self) -> Any:
        if self.destination is None:
            return None
        seen: Seen[R] = await self.completion.seen
        if not seen.is_done:
            return UNKNOWN
        destination = await self.destination()
        if seen.record is None:
            return await self._remaining(Path(str(destination)))
        return await self._fetched(seen.record, destination)

    async def _remaining(self, place: Path) -> None:
        """What aiWARE does not know any more cannot be fetched: what is there stays, and what is missing is told."""
        object_id = await self.completion.resource.id.future() or ""
        if (
            is_dry_run()
            or _has_files_of(place, object_id)
            or (_is_in_use(place) and await self._is_of_earlier_release())
        ):
            return
        failure = DownloadFailed(
            f"{place} is missing or not as job {object_id} left it, and aiWARE does not know any more what belongs "
            "there: it has removed the record.",
            remedy="Restore it; or other `triggers` run the job again; or declare no files of it.",
        )
        await (await self.completion.monitor).fail(self.name, self.completion.row, failure)

    async def _is_of_earlier_release(self) -> bool:
        """Whether the object was submitted by a release that wrote files without a manifest."""
        submitted = self.completion.resource.__dict__.get(SUBMITTED)
        return submitted is not None and await submitted.future() is None

    async def _fetched(self, record: R, destination: D) -> Any:
        monitor, holder = await self.completion.monitor, f"{self.kind} {self.name}"
        try:
            _claim(str(destination), holder)
            found = await self._found(record, destination)
            for file in found or ():
                _claim(str(file.path), holder)
        except AiwareError as error:
            failure = error
        else:
            return UNKNOWN if found is None else found
        return await monitor.fail(self.name, self.completion.row, failure)

    async def _found(self, record: R, destination: D) -> Files | None:
        monitor, row = await self.completion.monitor, self.completion.row
        settings = monitor.settings
        if is_dry_run():
            return await monitor.call(lambda _: self.foresee(settings, record, destination))
        # What is listed may not be readable yet; as long as the run waits, the time for that is limited by `ready`.
        attempts = 0
        while True:
            attempts += 1
            found = await monitor.transfer(
                lambda tell: self.fetch(settings, record, destination, tell), row, f"downloading {destination}"
            )
            if found is not None or self.ready is None or not await self.ready(record):
                return found
            if attempts == _ATTEMPTS and not self.completion.is_waited_for:
                row.warn(
                    f"aiWARE lists files for {destination} that cannot be read yet: the next `pulumi up` looks again."
                )
                return None
            await asyncio.sleep(settings.poll_interval)


def _has_files_of(place: Path, object_id: str) -> bool:
    """Whether a folder has all files that its manifest says are of an object, as they were written."""
    names = names_of(place, object_id)
    return bool(names) and all(kept(place / name, object_id) for name in names)


def _is_in_use(place: Path) -> bool:
    return place.is_file() or (place.is_dir() and any(place.iterdir()))


class _Claims(dict[Path, str]):
    """Where the resources of a run put their files."""


def _claim(place: str, holder: str) -> None:
    """Notes that a resource writes there; two in one place would overwrite each other's files, run after run.

    Raises:
        DownloadFailed: When another resource does.
    """
    first = of_run(_Claims).setdefault(Path(place).resolve(), holder)
    if first != holder:
        raise DownloadFailed(
            f"{place} is where {first} puts its files too.", remedy="Give each resource a place of its own."
        )
