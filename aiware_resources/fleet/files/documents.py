"""The results of a fleet's jobs as files: ``<key>/<engine>.json`` for each engine and time span."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aiware_resources.api import Api, EngineResultRecord
from aiware_resources.errors import AiwareError, NotFound, NotSent, RateLimited, ServerFailure
from aiware_resources.files.downloads import scratch, writing
from aiware_resources.fleet.files.shelf import New, Shelf
from aiware_resources.fleet.parallel import first_line, in_parallel
from aiware_resources.jobs.documents import documents

_AT_A_TIME = 8
_ROUND = 200
"""So many entries are treated before it is told how far it is."""
_PASSING = (NotSent, RateLimited, ServerFailure)
_ATTEMPTS = 8
"""How often results that cannot be read are asked for; each time comes with a poll of the fleet."""


@dataclass(frozen=True)
class Job:
    """A job whose results are to be written.

    Attributes:
        job_id: Its id.
        run: The same, and how often it was started again.
        stem: The folder of its files, in the fleet's folder.
    """

    job_id: str
    run: str
    stem: str

    @property
    def request(self) -> str:
        """What its files come from."""
        return f"{self.run} results"


@dataclass
class Documents:
    """Writes the results of jobs as these are complete.

    Attributes:
        shelf: Where the files go.
        jobs: The job of each entry.
        expected: How many documents a job has at least once it is complete.
        failures: Why results are not there, by key.
    """

    shelf: Shelf
    jobs: Mapping[str, Job]
    expected: int
    failures: dict[str, str] = field(default_factory=dict)
    _waiting: dict[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """Of how many entries results are still to be written."""
        return len(self._waiting)

    def add(self, keys: Iterable[str]) -> None:
        """Takes entries whose jobs are complete; what is there already is not read again."""
        added = [key for key in keys if key in self.jobs]
        known: dict[str, list[str]] = {}
        for line in self.shelf.written():
            known.setdefault(line.request, []).append(line.file)
        for key in added:
            request = self.jobs[key].request
            files = known.get(request, [])
            if not files or len(files) < self.expected or not all(self.shelf.has(file, request) for file in files):
                self._waiting[key] = 0

    def step(self, api: Api, *, is_last: bool) -> bool:
        """Reads and writes what is waiting, a part of it at a time; says whether it has got any further."""
        before = self.left
        chosen = list(self._waiting)[:_ROUND]
        for _ in in_parallel(lambda key: self._attempt(api, key), chosen, _AT_A_TIME):
            pass
        return self.left != before

    def _attempt(self, api: Api, key: str) -> None:
        try:
            found = api.engine_results(job_id=self.jobs[key].job_id)
            if len(found) < self.expected:
                # aiWARE may list a document some time after its job: the time of the waiting goes on.
                return
            self._write(key, found)
        except _PASSING as error:
            self._waiting[key] += 1
            if self._waiting[key] < _ATTEMPTS:
                return
            self.failures[key] = f"results: {first_line(error)}"
        except NotFound:
            self.failures[key] = "results: aiWARE does not know its job any more"
        except AiwareError as error:
            self.failures[key] = f"results: {first_line(error)}"
        del self._waiting[key]

    def _write(self, key: str, found: list[EngineResultRecord]) -> None:
        job = self.jobs[key]
        with writing(self.shelf.folder), scratch(self.shelf.folder) as inside:
            new = []
            for name, content in documents(found).items():
                (inside / name).write_bytes(content)
                new.append(New(f"{job.stem}/{name}", key, job.request, inside / name))
            refused = self.shelf.put(new)
        if refused:
            self.failures[key] = f"results: {next(iter(refused.values()))}"
