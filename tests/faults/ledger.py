"""What the state and aiWARE hold, and what must be true of the two."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiware_resources import engines
from tests.faults.programs import (
    CAPTIONS,
    FOUND,
    SECRET,
    Api,
    ClusterSpec,
    ExportSpec,
    FleetSpec,
    JobSpec,
    Scene,
    Spec,
    TdoSpec,
)
from tests.support.local import Local
from tests.support.project import Project

KINDS: dict[str, str] = {
    "Cluster": "clusters",
    "TemporalDataObject": "tdos",
    "Job": "jobs",
    "ExportRequest": "exports",
}
FLEET = "JobFleet"
"""The type of a resource, and where the local aiWARE lists its objects."""
TYPES: dict[type[Spec], str] = {
    ClusterSpec: "Cluster",
    TdoSpec: "TemporalDataObject",
    JobSpec: "Job",
    ExportSpec: "ExportRequest",
    FleetSpec: "JobFleet",
}

DELETED: dict[Api, Sequence[str]] = {"cloud": ("clusters", "tdos"), "edge": ("jobs",)}
"""What is deleted on destroy. The cloud keeps records of jobs; Edge knows no TDOs, though jobs get some behind it."""

_EXPORT = "mutation ($input: CreateExportRequest!) { createExportRequest(input: $input) { id } }"
_RESULTS = "query ($job: ID!) { engineResults(jobId: $job) { records { engineId } } }"
_NOT_NOTED = "job {} stays in aiWARE, and that could not be noted"
PAGE = 50
FINISHED = frozenset({"complete", "failed", "cancelled", "aborted", "rejected"})

Objects = dict[str, dict[str, dict[str, Any]]]
"""The objects of aiWARE by kind and id."""


class Ledger:
    """Keeps account of what has ever been in the state, and of what was in aiWARE before.

    Args:
        project: The project whose state it is.
        local: Its aiWARE.
        api: The API that it talks to: by that go the ids of jobs.
    """

    def __init__(self, project: Project, local: Local, api: Api) -> None:
        self._api = api
        self._project = project
        self._local = local
        self._known: dict[str, set[str]] = {kind: set() for kind in KINDS.values()}
        self._foreign: Objects = {kind: {} for kind in KINDS.values()}
        self._said: list[str] = []

    def before(self) -> None:
        """Notes that what is in aiWARE now, and is not the stack's, must stay as it is."""
        mine = self._current()
        with self._plainly():
            there = self._objects()
        for kind, objects in there.items():
            self._foreign[kind] |= {id_: each for id_, each in objects.items() if id_ not in mine[kind]}

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Lets aiWARE say how things are without its dialect, and without conditions."""
        dialect, faults = self._local.behaviour().get("dialect", {}), self._local.faults()
        self._local.behave(dialect={})
        self._local.clear_faults()
        yield
        self._local.behave(dialect=dialect)
        self._local.set_faults(faults)

    def ids(self, kind: str) -> list[str]:
        """The ids of the objects of a kind that the state holds."""
        return sorted(self._current()[kind])

    def known(self, kind: str) -> frozenset[str]:
        """The ids of the objects of a kind that the state has ever held."""
        return frozenset(self._known[kind])

    def id_of(self, kind: str, name: str) -> str | None:
        """The id that the state has for a resource."""
        ids = (each["id"] for each in self._resources() if _type_and_name(each) == (kind, name))
        return next(ids, None)

    def note(self, output: str) -> None:
        """Notes what the state holds after a command, and what the command said."""
        self._said.append(output)
        for kind, ids in self._current().items():
            self._known[kind] |= ids

    # --- what must be true -------------------------------------------------------------------------------------------

    def problems(self, scene: Scene) -> list[str]:
        """What is wrong once a program has settled."""
        with self._plainly():
            return [
                *self._declared(scene),
                *self._strangers(),
                *self._running(),
                *self._early_exports(scene),
                *self._written(scene),
                *self._disturbed(),
                *self._leaks(),
            ]

    def problems_after_destroy(self) -> list[str]:
        """What is wrong once all was destroyed."""
        left = [f"{each['urn']} is still in the state" for each in self._resources()]
        with self._plainly():
            return [*left, *self._running(), *self._strangers(), *self._disturbed(), *self._leaks()]

    def taken_again(self, jobs: Iterable[JobSpec], earlier: Collection[str]) -> list[str]:
        """Which resources have one of the jobs that were there earlier, though theirs were to run.

        Going back to an earlier declaration runs a job, unless it could not be noted that the job was released.
        """
        ids = {job.resource: self.id_of("Job", job.resource) for job in jobs}
        said = "\n".join(self._said)
        return [
            f"{name} was to run, and has job {id_} again"
            for name, id_ in ids.items()
            if id_ in earlier and _NOT_NOTED.format(id_) not in said
        ]

    def surplus_exports(self) -> int:
        """How many export requests the state has never known: the API leaves no way to recognize one."""
        return len(self._mine("exports").keys() - self._known["exports"])

    def _declared(self, scene: Scene) -> Iterable[str]:
        declared = Counter((TYPES[type(spec)], spec.resource) for spec in scene.specs)
        recorded = Counter(_type_and_name(each) for each in self._resources())
        if declared != recorded:
            yield f"declared and recorded differ: {declared - recorded} is missing, {recorded - declared} is too much"
        live = self._objects()
        for each in self._resources():
            if _type_and_name(each)[0] == FLEET:
                yield from _fleet_problems(each, live, has_tdos=self._api == "cloud")
                continue
            kind = KINDS[_type_and_name(each)[0]]
            found = live[kind].get(each["id"])
            if found is None:
                yield f"{each['urn']} is {each['id']} in the state, which aiWARE does not have"
            elif kind in {"jobs", "exports"} and found["status"] != "complete":
                yield f"{each['urn']} ({each['id']}) is {found['status']}, not complete"
            elif kind == "tdos":
                yield from self._files(each, found)
        ids = Counter(each["id"] for each in self._resources())
        yield from (f"{id_} is held by {count} resources" for id_, count in ids.items() if count > 1)

    def _files(self, resource: dict[str, Any], tdo: dict[str, Any]) -> Iterable[str]:
        wanted = len([asset for asset in resource["inputs"].get("assets") or [] if "file" in asset])
        uploaded = [asset for asset in tdo["assets"]["records"] if asset["name"] == "notes.txt"]
        if len(uploaded) != wanted:
            yield f"TDO {tdo['id']} has {len(uploaded)} uploaded files, not {wanted}"

    def _strangers(self) -> Iterable[str]:
        """Objects that no state has known, and live ones that none knows any more. Records of jobs and exports stay."""
        current = self._current()
        for kind in DELETED[self._api]:
            for id_ in self._mine(kind).keys() - current[kind]:
                yield f"orphan: {kind} {id_} is unknown to the state"
        for id_ in self._mine("jobs").keys() - self._known["jobs"]:
            yield f"duplicate: job {id_} has never been in the state"

    def _running(self) -> Iterable[str]:
        """Jobs that go on, and that no state holds."""
        current = self._current()["jobs"]
        for id_, job in self._mine("jobs").items():
            if id_ not in current and job["status"] not in FINISHED:
                yield f"running: job {id_} is {job['status']}, and the state does not hold it"

    def _early_exports(self, scene: Scene) -> Iterable[str]:
        """Exports that were requested before their job was complete."""
        objects = self._local.objects()
        jobs = {job["id"]: _ended(job) for job in objects["jobs"]}
        made = {export["id"]: export["createdDateTime"] for export in objects["exports"]}
        for spec in scene.exports:
            export_id, job_id = self.id_of("ExportRequest", spec.resource), self.id_of("Job", spec.job)
            ended = jobs.get(job_id or "")
            if export_id in made and (ended is None or made[export_id] < ended):
                yield f"early export: {export_id} was requested at {made[export_id]}, {job_id} ended at {ended}"
        # those of interrupted runs, too: whatever a TDO's export was for, some job on it was complete by then
        ends: dict[str, list[str]] = {}
        for job in objects["jobs"]:
            if job["status"] == "complete":
                ends.setdefault(job["targetId"], []).append(_ended(job) or "")
        for request in self._local.requests("createExportRequest"):
            values = (request.get("body") or {}).get("variables") or {}
            for span in (values.get("input") or {}).get("tdoData") or []:
                known = ends.get(str(span["tdoId"]), [])
                if self._is_mine(str(span["tdoId"])) and not any(end <= request["time"] for end in known):
                    yield f"early export: one of TDO {span['tdoId']} was requested at {request['time']}, before any job"

    def _is_mine(self, tdo_id: str) -> bool:
        """Whether a TDO is the stack's and there; what became of the jobs of one that is gone cannot be told."""
        return tdo_id in self._mine("tdos")

    def _written(self, scene: Scene) -> Iterable[str]:
        """Files that are not those of the declaration."""
        exports = {export["id"]: export for export in self._local.objects()["exports"]}
        for spec in scene.exports:
            place = self._project.folder / "out" / f"{spec.resource}.{spec.extension}"
            export = exports.get(self.id_of("ExportRequest", spec.resource) or "")
            if export is not None and export["assetUri"]:
                yield from _file_problems(place, self._local.content(export["assetUri"]))
        for fleet in scene.fleets:
            yield from self._uploaded(fleet) if fleet.uploads else ()
            if fleet.has_files:
                yield from self._fleet_results(fleet) if self._api == "edge" else self._fleet_files(fleet)
        for job in scene.jobs if self._api == "edge" else ():
            yield from self._wrong_results(f"out/{job.resource}", self.id_of("Job", job.resource) or "")

    def _wrong_results(self, place: str, job_id: str) -> Iterable[str]:
        """Says so where a folder does not hold the documents of a job of Edge."""
        folder = self._project.folder / place
        found = [json.loads(path.read_text()) for path in sorted(folder.glob("[!.]*.json"))]
        wanted = self._edge_documents(job_id)
        if sorted(map(json.dumps, found)) != sorted(map(json.dumps, wanted)):
            yield f"wrong file: {folder} has {len(found)} documents, which are not the {len(wanted)} of its job"

    def _fleet_results(self, fleet: FleetSpec) -> Iterable[str]:
        """Results that are not those of the fleet's entries on Edge, and files of entries that are gone."""
        (recorded,) = (each for each in self._resources() if _type_and_name(each) == (FLEET, fleet.resource))
        entries = _entries(recorded)
        for key, text in entries.items():
            yield from self._wrong_results(f"{FOUND}/{key}", text.split(" ")[0])
        folders = {path.parent.name for path in (self._project.folder / FOUND).glob("[!.]*/[!.]*")}
        if folders != entries.keys():
            yield f"wrong files of the fleet: those of {sorted(folders)}, not of {sorted(entries)}"

    def _uploaded(self, fleet: FleetSpec) -> Iterable[str]:
        """Says so where the TDO of an entry does not hold its file, whole and once."""
        (recorded,) = (each for each in self._resources() if _type_and_name(each) == (FLEET, fleet.resource))
        if recorded["outputs"].get("uploads"):
            yield f"files of the fleet wait for their jobs: {recorded['outputs']['uploads']}"
        tdos = {each["id"]: each for each in self._local.objects()["tdos"]}
        for key, text in _entries(recorded).items():
            path = self._project.folder / fleet.media[key]["file"]
            assets = (tdos.get(text.split(" ")[1]) or {"assets": {"records": []}})["assets"]["records"]
            contents = [self._local.content(each["signedUri"]) for each in assets if each["name"] == path.name]
            if contents != [path.read_bytes()]:
                yield f"wrong upload: the TDO of {key} has {len(contents)} files of {sorted(map(len, contents))} bytes"

    def _fleet_files(self, fleet: FleetSpec) -> Iterable[str]:
        """Captions and results that are not those of the fleet's entries, and files of entries that are gone."""
        (recorded,) = (each for each in self._resources() if _type_and_name(each) == (FLEET, fleet.resource))
        wanted: dict[str, bytes | None] = {}
        for key, text in _entries(recorded).items():
            job_id, tdo_id, *_ = text.split(" ")
            wanted[f"{CAPTIONS}/{key}.vtt"] = self._captions(tdo_id)
            found = self._local.graphql(_RESULTS, job=job_id)["engineResults"]["records"]
            wanted |= {f"{FOUND}/{key}/{each['engineId']}.json": None for each in found}
        folders = [self._project.folder / name for name in (CAPTIONS, FOUND)]
        paths = (path for folder in folders for path in folder.rglob("[!.]*") if path.is_file())
        there = {path.relative_to(self._project.folder).as_posix(): path.read_bytes() for path in paths}
        if there.keys() != wanted.keys():
            yield f"wrong files of the fleet: {sorted(there)}, not {sorted(wanted)}"
        for name in there.keys() & wanted.keys():
            if wanted[name] not in {None, there[name]}:
                yield f"wrong file: {name} is not what its TDO says"

    def _captions(self, tdo_id: str) -> bytes:
        """What an export of a TDO holds."""
        configuration = {"engineId": engines.GOOGLE_SPEECH_TO_TEXT, "formats": [{"extension": "vtt"}]}
        content = {"tdoData": [{"tdoId": tdo_id}], "outputConfigurations": [configuration]}
        seconds = self._local.behaviour()["exportSeconds"]
        self._local.behave(exportSeconds=0)
        made = self._local.graphql(_EXPORT, input=content)["createExportRequest"]["id"]
        found = self._local.graphql("query ($id: ID!) { exportRequest(id: $id) { assetUri } }", id=made)
        self._local.behave(exportSeconds=seconds)
        return self._local.content(found["exportRequest"]["assetUri"])

    def _edge_documents(self, job_id: str) -> list[Any]:
        outputs = self._local.edge("GET", f"/proc/job/{job_id}/outputs")["outputs"]["outputs"]
        paths = [f"/proc/job/{job_id}/output/{output['name']}" for output in outputs]
        return [json.loads(self._local.edge("GET", path)["output"]["contents"]) for path in paths]

    def _disturbed(self) -> Iterable[str]:
        """What was there before, and is gone or changed."""
        live = self._objects()
        for kind, objects in self._foreign.items():
            for id_, was in objects.items():
                now = live[kind].get(id_)
                if now is None:
                    yield f"foreign {kind} {id_} is gone"
                elif now != was:
                    yield f"foreign {kind} {id_} is changed: {sorted(key for key in was if was[key] != now.get(key))}"

    def _leaks(self) -> Iterable[str]:
        # a user's name is none: an error says whose login was refused
        secrets = {SECRET, *(value for key, value in self._local.credentials.items() if key != "userName")}
        state = Path(self._project.folder, "state")
        texts = {str(path): path.read_text(errors="replace") for path in state.rglob("*") if path.is_file()}
        texts |= {f"command {number}": said for number, said in enumerate(self._said)}
        texts["the log of the local aiWARE"] = self._local.log
        for place, text in texts.items():
            if any(secret in text for secret in secrets) or "signature=" in text:
                yield f"a secret stands in {place}"

    # --- what there is -----------------------------------------------------------------------------------------------

    def _mine(self, kind: str) -> dict[str, dict[str, Any]]:
        """What is in aiWARE and was not there before."""
        return {id_: each for id_, each in self._objects()[kind].items() if id_ not in self._foreign[kind]}

    def _objects(self) -> Objects:
        live = {kind: [_without_links(each) for each in found] for kind, found in self._local.objects().items()}
        if self._api == "edge":
            live["jobs"] = [_edge_job(each) for each in self._edge_jobs()]
        return {kind: {each["id"]: each for each in found} for kind, found in live.items()}

    def _edge_jobs(self) -> Iterable[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            query = {"offset": len(found), "limit": PAGE}
            page = self._local.edge("GET", "/proc/jobs", params=query)["result"]
            found += page
            if len(page) < PAGE:
                return found

    def _current(self) -> dict[str, set[str]]:
        """The ids in the state, by kind; the TDOs that jobs made for themselves count."""
        ids: dict[str, set[str]] = {kind: set() for kind in KINDS.values()}
        for each in self._resources(deleted=True):
            kind = _type_and_name(each)[0]
            if kind == FLEET:
                jobs = [*_entries(each).values(), *(each["outputs"].get("left") or [])]
                ids["jobs"] |= {text.split(" ")[0] for text in jobs}
                ids["tdos"] |= {text.split(" ")[1] for text in jobs}
                continue
            ids[KINDS[kind]].add(each["id"])
            target = each.get("outputs", {}).get("targetTdoId")
            if target is not None:
                ids["tdos"].add(target)
        return ids

    def _resources(self, *, deleted: bool = False) -> list[dict[str, Any]]:
        """The resources in the state's file; with those that are still to be deleted."""
        found = [each for each in self._project.resources() if "dynamic/aiware" in each["type"]]
        return [each for each in found if deleted or not each.get("delete")]


def _ended(job: dict[str, Any]) -> str | None:
    """When the last task of a job came to its end; ``None`` while one goes on."""
    ends = [task["completedDateTime"] for task in job["tasks"]["records"]]
    return None if None in ends else max(ends)


def _file_problems(place: Path, wanted: bytes) -> Iterable[str]:
    if not place.is_file():
        yield f"wrong file: {place} is missing"
    elif place.read_bytes() != wanted:
        yield f"wrong file: {place} is not what its export has"


def _type_and_name(resource: dict[str, Any]) -> tuple[str, str]:
    return resource["type"].rpartition(":")[2], resource["urn"].rpartition("::")[2]


def _entries(fleet: dict[str, Any]) -> dict[str, str]:
    """The recorded jobs of a fleet by key: job, TDO and more, in one text."""
    found: dict[str, str] = fleet["outputs"].get("jobs") or {}
    return found


def _fleet_problems(fleet: dict[str, Any], live: Objects, *, has_tdos: bool) -> Iterable[str]:
    """What is wrong with the jobs of a fleet that has settled."""
    entries = _entries(fleet)
    if entries.keys() != fleet["inputs"]["media"].keys():
        yield f"the fleet has {sorted(entries)}, and declared are {sorted(fleet['inputs']['media'])}"
    for key, text in entries.items():
        job_id, tdo_id, *_ = text.split(" ")
        status = live["jobs"].get(job_id, {}).get("status")
        if status != "complete" or (has_tdos and tdo_id not in live["tdos"]):
            there = "there" if tdo_id in live["tdos"] else "not there"
            yield f"{key} of the fleet: job {job_id} is {status}, its TDO is {there}"
    if len({text.split(" ")[0] for text in entries.values()}) != len(entries):
        yield f"entries of the fleet share a job: {entries}"


def _edge_job(job: dict[str, Any]) -> dict[str, Any]:
    """A job as Edge shows it, under the names that the cloud has for the same."""
    return {"id": job["internalJobID"], "status": job["jobStatus"], "createdDateTime": job["createdDateTime"]}


def _without_links(item: Any) -> Any:
    """An object without its signed links, which are new with every look, and without what tasks left in the TDO."""
    if isinstance(item, dict):
        return {key: _without_links(value) for key, value in item.items() if key != "tasks"}
    if isinstance(item, list):
        return [_without_links(value) for value in item]
    return None if isinstance(item, str) and "signature=" in item else item
