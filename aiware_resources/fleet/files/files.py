"""All files of a fleet: its captions and results, made as its jobs are complete, and removed with their entries."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiware_resources.api import Api, abilities_of
from aiware_resources.engines import OUTPUT_WRITER
from aiware_resources.errors import AiwareError
from aiware_resources.fleet.entries import MEDIA, TEMPLATE, Entry
from aiware_resources.fleet.files.documents import Documents, Job
from aiware_resources.fleet.files.exporting import Exporting, Source
from aiware_resources.fleet.files.formats import EXPORTS, captions_of
from aiware_resources.fleet.files.names import stems
from aiware_resources.fleet.files.shelf import Line, Shelf
from aiware_resources.fleet.parallel import first_line
from aiware_resources.fleet.plan import named
from aiware_resources.fleet.removal import Removal
from aiware_resources.reconcile import OWNER_KEY, Props
from aiware_resources.settings import Settings

DOWNLOAD_TO = "downloadTo"
RESULTS_TO = "resultsTo"

_LONGEST_STEP = 10.0
"""Seconds after which a step ends, so that it is told how far it is."""
_PAUSE = 0.25
"""Seconds between two looks at export requests within a step, at first."""


@dataclass
class FleetFiles:
    """The files of a fleet in one run.

    Attributes:
        entries: The entries whose jobs were submitted.
        failures: Why files of entries are not there, by key.
    """

    entries: Mapping[str, Entry]
    _makers: Sequence[Exporting | Documents]
    _shelves: Sequence[Shelf]
    _removes: bool
    _runs: Mapping[str, str]
    _warn: Callable[[str], object]
    failures: dict[str, str] = field(default_factory=dict)
    _added: set[str] = field(default_factory=set)
    _is_swept: bool = False

    @staticmethod
    def of(
        settings: Settings,
        props: Props,
        entries: Mapping[str, Entry],
        reruns: Mapping[str, Any],
        warn: Callable[[str], object],
    ) -> FleetFiles:
        """The files that the properties of a fleet ask for.

        Args:
            settings: The stack's settings.
            props: The fleet's properties.
            entries: The entries whose jobs were submitted.
            reruns: How often jobs were started again, by key.
            warn: Takes a warning; called from any thread.

        Raises:
            DownloadFailed: When the folder's manifest cannot be read.
        """
        names = stems({*(props.get(MEDIA) or ()), *entries})
        runs = {key: f"{entry.job_id}+{int(reruns.get(key, 0))}" for key, entry in entries.items()}
        owner = str(props.get(OWNER_KEY))
        makers: list[Exporting | Documents] = []
        shelves: dict[Path, Shelf] = {}

        def shelf(folder: str) -> Shelf:
            path = Path(folder)
            if path not in shelves:
                shelves[path] = Shelf(path, owner)
            return shelves[path]

        if props.get(EXPORTS) and props.get(DOWNLOAD_TO):
            sources = {key: Source(entry.target_id or "", runs[key], names[key]) for key, entry in entries.items()}
            captions = captions_of(props[EXPORTS], props.get(TEMPLATE) or {})
            makers.append(Exporting(settings, shelf(props[DOWNLOAD_TO]), captions, sources))
        if props.get(RESULTS_TO):
            jobs = {key: Job(entry.job_id, runs[key], names[key]) for key, entry in entries.items()}
            makers.append(Documents(shelf(props[RESULTS_TO]), jobs, _expected(settings, props.get(TEMPLATE) or {})))
        removes = Removal.of(props, 1).target_policy == "delete"
        return FleetFiles(entries, makers, list(shelves.values()), removes, runs, warn)

    @property
    def left(self) -> int:
        """How many files are still to be made, as far as is known."""
        return sum(each.left for each in self._makers)

    def add(self, complete: Iterable[str]) -> None:
        """Takes entries whose jobs are complete."""
        new = [key for key in complete if key not in self._added]
        self._added.update(new)
        for each in self._makers:
            each.add(new)

    def step(self, api: Api, *, is_last: bool) -> None:
        """Goes on making files for a while.

        Args:
            api: Where the jobs are.
            is_last: Whether all jobs have ended.
        """
        end = time.monotonic() + (_LONGEST_STEP if is_last else 0.0)
        pause = _PAUSE
        try:
            while True:
                moved = [each.step(api, is_last=is_last) for each in self._makers]
                if not self.left or time.monotonic() >= end:
                    break
                if any(moved):
                    pause = _PAUSE
                    continue
                time.sleep(pause)
                pause = min(pause * 2, 2.0)
        except AiwareError as error:
            # What is wrong concerns none of the entries alone.
            self.failures[""] = first_line(error)
        for each in self._makers:
            for key, reason in each.failures.items():
                self.failures[key] = reason

    def sweep(self, declared: Collection[str], statuses: Mapping[str, str]) -> None:
        """Removes, once, what is of an entry that was removed, or of an earlier job of one that is declared.

        A file that is not as it was written stays, which is said. These stay too: those of removed entries where the
        fleet's policy keeps what jobs have made, those of an entry whose new files could not be made, and those that
        were made of the present job for another declaration, as with an export request.

        Args:
            declared: The keys of all entries that the program declares.
            statuses: The status of each entry's job.
        """
        if self._is_swept:
            return
        self._is_swept = True
        changed: list[str] = []
        try:
            for shelf in self._shelves:
                outdated = [line for line in shelf.lines() if self._is_outdated(line, declared, statuses)]
                changed += map(str, shelf.remove(outdated))
        except AiwareError as error:
            self.failures[""] = first_line(error)
        if changed:
            self._warn(
                "Files of earlier jobs or of removed entries stay, since they were changed after they were written: "
                f"{named(changed)}"
            )

    def _is_outdated(self, line: Line, declared: Collection[str], statuses: Mapping[str, str]) -> bool:
        if line.key not in declared:
            return self._removes
        if line.key not in self.entries:
            return False
        if line.request.startswith(f"{self._runs[line.key]} "):
            return False
        # Until the files of a complete job are there, those of the earlier one are better than none.
        return statuses.get(line.key) != "complete" or self.failures.keys().isdisjoint({line.key, ""})


def _expected(settings: Settings, template: Mapping[str, Any]) -> int:
    """How many documents each job has at least, as `Job` expects it."""
    tasks = [task for task in template.get("tasks") or [] if isinstance(task, Mapping)]
    writers: int = sum(task.get("engineId") == OUTPUT_WRITER for task in tasks)
    return max(1, writers) if abilities_of(settings).lists_documents else min(1, writers)
