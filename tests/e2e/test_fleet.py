"""A fleet from the shell: what the preview says, what runs, and what is left when a process is killed on the way."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil
import pytest

from aiware_resources import engines
from aiware_resources.fleet.packing import unpacked
from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
import json

from aiware_resources import JobFleet, JobTemplate, media_key, media_value
from aiware_resources.fleet import packing

packing.LEAST = 4  # so large a fleet is given to the engine in another form
media = json.loads(open("media.json").read())
fleet = JobFleet(
    "interviews",
    template=JobTemplate(
        dag=pipelines.translation(media_value("url")),
        target={"name": f"Interview {media_key()}", "details": {"place": media_value("place")}},
    ),
    media=media,
    concurrency=4,
)
export = TemporalDataObject(
    "after", start_date_time=0, stop_date_time=1, opts=pulumi.ResourceOptions(depends_on=[fleet])
)
pulumi.export("counts", fleet.counts)
pulumi.export("jobs", fleet.jobs)
pulumi.export("media", fleet.media)
"""
FAILING = {engines.TRANSLATE_SPANISH_TO_ENGLISH: {"fail": {"reason": "invalid_data", "message": "noise"}}}
HEALTHY = {engines.TRANSLATE_SPANISH_TO_ENGLISH: None}

Media = dict[str, dict[str, str]]


def entries(*keys: str) -> Media:
    return {key: {"url": f"https://media.test/{key}.txt", "place": "Rome"} for key in keys}


def declare(project: Project, media: Media) -> None:
    (project.folder / "media.json").write_text(json.dumps(media))


def expect_declared(project: Project, local: Local, media: Media) -> None:
    """Each entry has one job, the one that is recorded, and its TDO; beside them there is nothing."""
    outputs = project.state()["JobFleet interviews"]["outputs"]
    assert isinstance(outputs["jobs"], str) == (len(media) >= 4)
    recorded = unpacked(outputs)["jobs"]
    targets = {key: text.split(" ")[1] for key, text in recorded.items()}
    tdos = {tdo["name"]: tdo["id"] for tdo in local.objects()["tdos"] if tdo["name"]}
    assert tdos == {f"Interview {key}": target for key, target in targets.items()}
    assert recorded.keys() == media.keys()
    live = {job["id"]: job for job in local.objects()["jobs"] if job["targetId"] in tdos.values()}
    assert sorted(live) == sorted(text.split(" ")[0] for text in recorded.values())


def test_a_fleet_from_preview_to_destroy(project: Project, local: Local) -> None:
    project.program(PROGRAM)
    declare(project, entries("ep-1", "ep-2", "ep-3"))
    local.behave(engines=FAILING)
    failed = project.up(fails=True).output
    assert "fleet interviews: submits ep-1, ep-2, ep-3 (3)" in failed
    assert "3 of 3 jobs failed: ep-1, ep-2, ep-3 (3)." in failed
    assert "ep-2: failed: invalid_data: noise" in failed
    local.behave(engines=HEALTHY)
    assert project.pulumi("preview").output.count("    fleet interviews: runs again ep-1, ep-2, ep-3 (3)\n") == 1
    project.up()
    assert local.mutations() == {"createJob": 3, "retryJob": 3, "createTDO": 1}
    expect_declared(project, local, entries("ep-1", "ep-2", "ep-3"))
    before = project.outputs()
    assert before["counts"] == {"complete": 3}

    changed = entries("ep-2", "ep-3", "ep-4")
    changed["ep-3"]["place"] = "Paris"
    declare(project, changed)
    assert "fleet interviews: submits ep-4; resubmits ep-3; removes ep-1" in project.up().output
    assert local.mutations() == {"createJob": 5, "retryJob": 3, "createTDO": 1, "deleteTDO": 2}
    expect_declared(project, local, changed)
    after = project.outputs()["jobs"]
    assert after["ep-2"] == before["jobs"]["ep-2"]
    assert after["ep-3"]["job_id"] != before["jobs"]["ep-3"]["job_id"]

    local.fault({"graphqlError": "invalid_input"}, operation="createJob")
    changed |= entries("ep-5", "ep-6")
    declare(project, changed)
    refused = project.up(fails=True).output
    assert "aiWARE did not take all that was asked of it; 1 not done: ep-" in refused
    assert "createJob" in refused
    project.up()
    expect_declared(project, local, changed)
    assert project.preview() == {}
    assert project.outputs()["media"] == changed
    assert project.outputs()["jobs"]["ep-2"] == before["jobs"]["ep-2"]
    listed = json.loads(project.aiware("fleets", "list", "--json").stdout)
    assert listed == [{"name": "interviews", "jobs": 5, "failed": 0, "notDone": 0}]
    project.destroy()
    assert local.objects()["tdos"] == []


def test_a_mistake_in_one_entry_shows_in_the_preview(project: Project, local: Local) -> None:
    project.program(PROGRAM)
    declare(project, entries("ep-1", "ep-2") | {"ep-3": {"uri": "https://media.test/3", "place": "Rome"}})
    output = project.pulumi("preview", fails=True).output
    assert "media.ep-3.url" in output
    assert "template.tasks[0].payload.url uses it" in output
    assert "did you mean url?" in output
    assert local.mutations() == {}


TRANSFORMATION = """
def leave(given):
    left = pulumi.ResourceOptions(ignore_changes=["media.ep-1"])
    return pulumi.ResourceTransformationResult(given.props, pulumi.ResourceOptions.merge(given.opts, left))
"""


def test_no_entry_is_lost_where_pulumi_is_to_leave_a_part_as_it_was(project: Project, local: Local) -> None:
    project.program(PROGRAM)
    declare(project, entries("ep-1", "ep-2", "ep-3", "ep-4"))
    project.up()
    project.program(
        PROGRAM.replace("    concurrency=4,\n", "    opts=pulumi.ResourceOptions(ignore_changes=['media.ep-1']),\n")
    )
    told = project.up(fails=True).output
    assert "JobFleet interviews: ignore_changes names media.ep-1, and Pulumi sees" in told
    # What a transformation adds, the program does not see.
    project.program(
        TRANSFORMATION
        + PROGRAM.replace("    concurrency=4,\n", "    opts=pulumi.ResourceOptions(transformations=[leave]),\n")
    )
    declare(project, entries("ep-1", "ep-2", "ep-3"))
    assert "ignoreChanges value {<nil>} has a problem: names a part of media" in project.up(fails=True).output
    assert local.mutations() == {"createJob": 4, "createTDO": 1}


# --- kills ------------------------------------------------------------------------------------------------------------

SEEDS = range(int(os.environ.get("FLEET_KILLS", "2")))
"""`FLEET_KILLS=50 pytest tests/e2e/test_fleet.py` kills more often."""

VICTIMS = {"engine": "pulumi up", "provider host": "-m pulumi.dynamic", "program": "pulumi-language-python-exec"}


@dataclass
class Kills:
    """Kills processes of an ``up`` when aiWARE has accepted so many jobs, and cleans up what outlives its engine."""

    project: Project
    local: Local
    orphans: list[psutil.Process] = field(default_factory=list)

    def up_until(self, jobs: int, victim: str) -> bool:
        """Runs an ``up``, kills a process of it on the way, and says whether there was one to kill."""
        with self.project.start("up", "--yes", "--skip-preview") as up:
            killed = self._kill_when(up, jobs, victim)
            up.wait(120)
        return killed

    def _kill_when(self, up: subprocess.Popen[str], jobs: int, victim: str) -> bool:
        deadline = time.monotonic() + 120
        while up.poll() is None and time.monotonic() < deadline:
            if self.local.calls().get("createJob", 0) >= jobs:
                family = [*psutil.Process(up.pid).children(recursive=True), psutil.Process(up.pid)]
                self.orphans += family
                chosen = [process for process in family if VICTIMS[victim] in _command(process)]
                for process in chosen:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()
                return bool(chosen)
            time.sleep(0.01)
        return False

    def end(self) -> None:
        """Ends what is left of the killed runs."""
        for process in self.orphans:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(self.orphans, timeout=30)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


@pytest.fixture
def kills(project: Project, local: Local) -> Iterator[Kills]:
    made = Kills(project, local)
    yield made
    made.end()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_kill_loses_no_job_and_doubles_none(project: Project, local: Local, kills: Kills, seed: int) -> None:
    """Even seeds kill while the fleet is made, odd ones while it changes."""
    chance = random.Random(seed)  # noqa: S311 - it only picks moments
    project.program(PROGRAM)
    local.fault({"delaySeconds": 0.02}, operation="createJob", times=10_000)
    media = entries(*(f"k{number:02}" for number in range(24)))
    declare(project, media)
    if seed % 2:
        project.up()
        before = len(media)
        media = changed(media, chance)
        declare(project, media)
    else:
        before = 0
    new = sum(values["place"] == "Paris" for values in media.values()) if seed % 2 else len(media)
    told = kill_and_settle(project, local, kills, chance, before, before + new)
    expect_declared(project, local, media)
    assert local.calls()["createJob"] == before + new, f"seed {seed}: {told}"
    assert project.preview() == {}


def changed(media: Media, chance: random.Random) -> Media:
    """Some entries are gone, some are changed, some are new; what is to be submitted is in Paris."""
    gone, moved = chance.sample(sorted(media), 4), chance.sample(sorted(media), 4)
    kept = {
        key: {**values, "place": "Paris"} if key in moved else values
        for key, values in media.items()
        if key not in gone
    }
    new = entries(*(f"n{number:02}" for number in range(8)))
    return kept | {key: {**values, "place": "Paris"} for key, values in new.items()}


def kill_and_settle(project: Project, local: Local, kills: Kills, chance: random.Random, low: int, high: int) -> str:
    """Kills a process somewhere on the way from so many jobs to so many, then runs ``up`` until all is well."""
    victim, at = chance.choice(sorted(VICTIMS)), chance.randint(low, high - 1)
    killed = kills.up_until(at, victim)
    for _ in range(4):
        project.pulumi("cancel", "--yes", fails=None)
        if project.up(fails=None).code == 0:
            return f"{victim} {'killed' if killed else 'had ended'} at {at} jobs"
    raise AssertionError(f"it did not settle after {victim} was killed at {at} jobs: {project.up(fails=True).output}")
