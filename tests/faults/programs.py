"""What the programs of the fault suite declare, and how that changes."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from aiware_resources import engines

Api = Literal["cloud", "edge"]

SECRET = "sekrit-of-the-fault-suite"
"""A secret of the program; it must show nowhere in clear."""

FILE = "notes.txt"
"""A file of the project's folder that TDOs upload."""

CAPTIONS, FOUND = "out/captions", "out/found"
"""Where fleets write captions, and what engines have found."""

TALKS = "talks"
"""The folder with the files that fleets upload."""

_SHARE = {"cloud": 0.7, "edge": 0.4}
"""The share of programs that have a fleet."""

TALK_LINES = 3_000
"""Lines of such a file: some ten kilobytes, which take several pieces on their way."""

SPAN = "start_date_time=1574311000, stop_date_time=1574315000"


@dataclass(frozen=True)
class ClusterSpec:
    """A cluster; another memory size replaces it, another tag does not."""

    resource: str
    name: str
    memory: str = "1gb"
    tag: str = "one"

    def source(self) -> str:
        """Its declaration."""
        return (
            f'{self.resource} = Cluster("{self.resource}", name="{self.name}", allowed_engines=["all"], '
            f'tags=["{self.tag}"], memory_size="{self.memory}", '
            f'docker_credentials=pulumi.Output.secret({{"password": "{SECRET}"}}))'
        )


@dataclass(frozen=True)
class TdoSpec:
    """A TDO; another title changes it in place."""

    resource: str
    title: str
    has_file: bool = False
    policy: str = "delete"

    def source(self) -> str:
        """Its declaration."""
        assets = f', assets=[{{"file": "{FILE}", "asset_type": "text"}}]' if self.has_file else ""
        return (
            f'{self.resource} = TemporalDataObject("{self.resource}", name="{self.title}", {SPAN}, '
            f'details={{"kept": True}}, on_destroy="{self.policy}"{assets})'
        )


@dataclass(frozen=True)
class JobSpec:
    """A job; another trigger replaces it.

    Attributes:
        resource: Its name in the program.
        on: The TDO that it works on; ``None`` for one that it makes for itself.
        cluster: The cluster that it runs on.
        media: What it works on.
        fails_on: The engine that fails it at first.
        on_failure: What is done then.
        trigger: Its trigger.
        api: The API that it is sent to.
    """

    resource: str
    on: str | None
    cluster: str | None
    media: str
    fails_on: str | None = None
    on_failure: str = "retry"
    trigger: int = 1
    api: Api = "cloud"

    def source(self) -> str:
        """Its declaration."""
        graph = "stream_transcription" if self.media.endswith("mp4") else "translation"
        cluster = "" if self.cluster is None else f", cluster_id={self.cluster}.id"
        return (
            f'{self.resource} = Job("{self.resource}", dag=pipelines.{graph}("https://media.test/{self.media}"), '
            f'{self._target()}{cluster}, on_failure="{self.on_failure}", triggers={self.trigger})'
        )

    def _target(self) -> str:
        if self.api == "edge":
            return f'on_destroy="delete", results_to="out/{self.resource}"'
        return "target={}" if self.on is None else f"target_id={self.on}.id"


@dataclass(frozen=True)
class ExportSpec:
    """An export of what a job found out."""

    resource: str
    job: str
    extension: str

    def source(self) -> str:
        """Its declaration."""
        return (
            f'{self.resource} = ExportRequest("{self.resource}", tdo_data=[{{"tdo_id": {self.job}.target_id}}], '
            'output_configurations=[{"engine_id": engines.GOOGLE_SPEECH_TO_TEXT, '
            f'"formats": [{{"extension": "{self.extension}"}}]}}], download_to="out/{self.resource}.{self.extension}")'
        )


@dataclass(frozen=True)
class FleetSpec:
    """A fleet, with a job and a TDO for each of its keys; one of speech makes captions, and writes what was found.

    On Edge, it has no TDOs and no captions.
    """

    resource: str
    cluster: str | None
    keys: tuple[str, ...]
    has_files: bool = False
    api: Api = "cloud"
    uploads: bool = False

    @property
    def media(self) -> dict[str, dict[str, str]]:
        """Its entries: at addresses, or files of this machine."""
        ending = "mp4" if self.has_files and self.api == "cloud" else "txt"
        name, place = ("file", TALKS) if self.uploads else ("url", "https://media.test")
        return {key: {name: f"{place}/{key}.{ending}"} for key in self.keys}

    def source(self) -> str:
        """Its declaration."""
        if self.api == "edge":
            return self._on_edge()
        graph = "stream_transcription" if self.has_files else "translation"
        files = f', exports=["vtt"], download_to="{CAPTIONS}", results_to="{FOUND}"' if self.has_files else ""
        cluster = "" if self.cluster is None else f", cluster_id={self.cluster}.id"
        return (
            "from aiware_resources import JobFleet, JobTemplate, media_value\n"
            f'{self.resource} = JobFleet("{self.resource}", media={self.media!r}{cluster}{files}, '
            f'template=JobTemplate(dag=pipelines.{graph}(media_value("url")), target={{}}))'
        )

    def _on_edge(self) -> str:
        files = f', results_to="{FOUND}"' if self.has_files else ""
        return (
            "from aiware_resources import JobFleet, JobTemplate, media_value\n"
            f'{self.resource} = JobFleet("{self.resource}", media={self.media!r}{files}, on_destroy="delete", '
            'template=JobTemplate(dag=pipelines.translation(media_value("url"))))'
        )


def write_talks(folder: Path, fleet: FleetSpec) -> None:
    """Writes the files that a fleet uploads, each with another content."""
    (folder / TALKS).mkdir(exist_ok=True)
    for key, values in fleet.media.items():
        (folder / values["file"]).write_text(f"What was said of {key}.\n" * TALK_LINES)


Spec = ClusterSpec | TdoSpec | JobSpec | ExportSpec | FleetSpec


@dataclass(frozen=True)
class Scene:
    """Everything that a program declares."""

    clusters: tuple[ClusterSpec, ...] = ()
    tdos: tuple[TdoSpec, ...] = ()
    jobs: tuple[JobSpec, ...] = ()
    exports: tuple[ExportSpec, ...] = ()
    fleets: tuple[FleetSpec, ...] = ()

    @property
    def specs(self) -> tuple[Spec, ...]:
        """All of it, what others depend on first."""
        return (*self.clusters, *self.tdos, *self.jobs, *self.exports, *self.fleets)

    @property
    def entries(self) -> set[str]:
        """The keys of the fleets."""
        return {key for fleet in self.fleets for key in fleet.keys}

    @property
    def uploads(self) -> set[str]:
        """The keys of fleets that upload files."""
        return {key for fleet in self.fleets if fleet.uploads for key in fleet.keys}

    def source(self) -> str:
        """The program."""
        return "\n".join(spec.source() for spec in self.specs) + "\n"


def first_scene(dice: random.Random, api: Api) -> Scene:
    """What is declared at first: two equal jobs in any case, and a few other things."""
    if api == "edge":
        return Scene(jobs=_edge_jobs(dice), fleets=_fleets(None, dice, api))
    cluster = "cluster" if dice.random() < 0.8 else None
    twins = [JobSpec(f"twin_{side}", "tdo_0", cluster, "twins.txt") for side in ("a", "b")]
    more = [
        JobSpec("own_tdo", None, cluster, "own.txt"),
        JobSpec("spoken", "tdo_1", cluster, "spoken.mp4"),
        JobSpec(
            "flaky",
            dice.choice([None, "tdo_1"]),
            cluster,
            "flaky.mp4",
            fails_on=engines.GOOGLE_SPEECH_TO_TEXT,
            on_failure=dice.choice(["retry", "replace"]),
        ),
    ]
    jobs = (*twins, *dice.sample(more, dice.randint(1, len(more))))
    spoken = [job.resource for job in jobs if job.media.endswith("mp4")]
    formats = dice.sample(["vtt", "srt"], dice.randint(0, 2))
    return Scene(
        clusters=(ClusterSpec("cluster", "faults"),) if cluster else (),
        tdos=tuple(
            TdoSpec(f"tdo_{number}", f"title {number}", has_file=dice.random() < 0.3, policy="delete")
            for number in range(2)
        ),
        jobs=jobs,
        exports=tuple(ExportSpec(f"export_{each}", spoken[0], each) for each in formats) if spoken else (),
        fleets=_fleets(cluster, dice, api),
    )


def _fleets(cluster: str | None, dice: random.Random, api: Api) -> tuple[FleetSpec, ...]:
    if dice.random() >= _SHARE[api]:
        return ()
    keys, has_files = ("k1", "k2", "k3", "k4"), dice.random() < 0.6
    uploads = api == "cloud" and dice.random() > 0.3
    return (FleetSpec("fleet", cluster, keys, has_files=has_files, api=api, uploads=uploads),)


def _edge_jobs(dice: random.Random) -> tuple[JobSpec, ...]:
    twins = [JobSpec(f"twin_{side}", None, None, "twins.txt", api="edge") for side in ("a", "b")]
    more = [JobSpec(f"job_{number}", None, None, f"{number}.txt", api="edge") for number in range(dice.randint(0, 2))]
    flaky = JobSpec("flaky", None, None, "flaky.mp4", fails_on=engines.GOOGLE_SPEECH_TO_TEXT, api="edge")
    return (*twins, *more, *([flaky] if dice.random() < 0.5 else []))


def changed(scene: Scene, dice: random.Random) -> Scene:
    """The next program: some things changed, one removed, one added."""
    clusters = tuple(_changed_cluster(each, dice) for each in scene.clusters)
    tdos = tuple(replace(each, title=f"{each.title}, new") if dice.random() < 0.5 else each for each in scene.tdos)
    jobs = [_changed_job(each, dice) for each in scene.jobs]
    exports = scene.exports
    if dice.random() < 0.6:
        gone = dice.choice(jobs)
        jobs.remove(gone)
        exports = tuple(each for each in exports if each.job != gone.resource)
    cluster = clusters[0].resource if clusters else None
    on = dice.choice([None, "tdo_0"]) if tdos else None
    jobs.append(JobSpec("later", on, cluster, "later.txt", api=jobs[0].api))
    fleets = tuple(replace(each, keys=(*each.keys[1:], "new")) for each in scene.fleets)
    return Scene(clusters, tdos, tuple(jobs), exports, fleets)


def _changed_job(spec: JobSpec, dice: random.Random) -> JobSpec:
    """A job that runs again in some cases, on the same recording or on another one."""
    if spec.media.endswith("mp4") and dice.random() < 0.4:
        return replace(spec, media=f"another-{spec.media}")
    return replace(spec, trigger=2) if dice.random() < 0.3 else spec


def _changed_cluster(spec: ClusterSpec, dice: random.Random) -> ClusterSpec:
    match dice.randrange(4):
        case 0:
            return replace(spec, tag="two")
        case 1:
            return replace(spec, memory="2gb")
        case 2:
            return replace(spec, name="faults, renamed")
        case _:
            return spec
