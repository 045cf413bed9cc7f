"""Inline programs of Pulumi's Automation API: several stacks in one process, one after another and side by side."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.support.local import Local
from tests.support.markdown import blocks
from tests.support.project import ROOT, Project

SERVICE = """
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pulumi
from pulumi import automation as auto

def program() -> None:
    from aiware_resources import Job, TemporalDataObject, engines, get_engine, pipelines

    tdo = TemporalDataObject("tdo", start_date_time=0, stop_date_time=60)
    dag = pipelines.transcription("file:examples/media/city-council.mp4")
    job = Job("job", target_id=tdo.id, dag=dag, results_to=f"results/{pulumi.get_stack()}")
    pulumi.export("status", job.status)
    pulumi.export("engine", get_engine(engines.SPEECHMATICS_ENGLISH)["name"])

def stack(name: str, **config: str) -> auto.Stack:
    options = auto.LocalWorkspaceOptions(project_settings=auto.ProjectSettings("inline", "python"))
    made = auto.create_or_select_stack(name, project_name="inline", program=program, opts=options)
    made.set_all_config({f"aiware:{key}": auto.ConfigValue(value) for key, value in config.items()})
    return made

def up(stack: auto.Stack, times: int) -> list[object]:
    return [stack.up(refresh=done > 0).summary.resource_changes for done in range(times)]

one = stack("one", endpoint="local", pollInterval="0.2")
two = stack("two", endpoint="local", wait="false")
told = {"first": up(one, 1)}
with ThreadPoolExecutor(2) as threads:
    beside = [threads.submit(up, one, 1), threads.submit(up, two, 2)]
told |= {"one": beside[0].result(), "two": beside[1].result()}
told["statuses"] = [each.outputs()["status"].value for each in (one, two)]
told["destroyed"] = [each.destroy().summary.resource_changes for each in (one, two)]
told["threads"] = [each.name for each in threading.enumerate() if each.name.startswith("aiware-")]
json.dump(told, sys.stdout)
"""
"""Two stacks: one waits for its job, the other's settings say not to."""


def test_stacks_in_one_process(project: Project, local: Local) -> None:
    local.behave(jobSeconds=5, clusterSeconds=0)
    told = served(project)
    created, same = {"create": 3}, {"same": 3}
    assert (told["first"], told["one"], told["two"]) == ([created], [same], [created, same])
    assert told["statuses"][0] == "complete"
    assert [each["delete"] for each in told["destroyed"]] == [3, 3]
    assert local.objects()["tdos"] == []
    assert told["threads"] == []


def test_the_example_runs_two_stacks_and_tells_their_progress(project: Project, local: Local) -> None:
    local.behave(jobSeconds=2)
    source = (ROOT / "examples" / "automation" / "two_stacks.py").read_text(encoding="utf-8")
    assert source in blocks(ROOT / "docs" / "automation.md", "python")
    told = ran(project, source).splitlines()
    assert told[-1] == "succeeded succeeded"
    assert {line.partition(": running, ")[0] for line in told if ": running, " in line} == {"council", "mayor"}
    assert ran(project, source).splitlines() == ["succeeded succeeded"]
    assert sorted(tdo["name"] for tdo in local.objects()["tdos"]) == ["council", "mayor"]


def served(project: Project) -> dict[str, Any]:
    """Runs the service, and returns what it tells."""
    told: dict[str, Any] = json.loads(ran(project, SERVICE))
    return told


def ran(project: Project, source: str) -> str:
    """Runs a Python program, and returns what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=project.folder,
        env=project.environment | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
