"""Inline programs of Pulumi's Automation API: several stacks in one process, one after another and side by side."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aiware_resources import engines
from tests.support.local import Local
from tests.support.markdown import blocks
from tests.support.project import ROOT, Project, until

EXAMPLES = ROOT / "examples" / "automation"

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
    dag = pipelines.transcription("file:examples/media/interview.mp4")
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
    source = (EXAMPLES / "two_stacks.py").read_text(encoding="utf-8")
    assert source in blocks(ROOT / "docs" / "automation.md", "python")
    told = ran(project, source).splitlines()
    assert told[-1] == "succeeded succeeded"
    assert {line.partition(": running, ")[0] for line in told if ": running, " in line} == {"council", "mayor"}
    assert ran(project, source).splitlines() == ["succeeded succeeded"]
    assert sorted(tdo["name"] for tdo in local.objects()["tdos"]) == ["council", "mayor"]


LOOP = """
import asyncio
import json
import signal
import sys
import threading
from functools import partial

from pulumi import automation as auto

def program(name: str) -> None:
    from aiware_resources import Job, pipelines

    Job("job", target={"name": name}, dag=pipelines.transcription("https://media.test/a.mp4"))

def stack(name: str) -> auto.Stack:
    options = auto.LocalWorkspaceOptions(project_settings=auto.ProjectSettings("inline", "python"))
    made = auto.create_or_select_stack(name, "inline", partial(program, name), opts=options)
    made.set_config("aiware:pollInterval", auto.ConfigValue("0.2"))
    return made

async def main() -> dict[str, object]:
    loop, handler = asyncio.get_running_loop(), signal.getsignal(signal.SIGINT)
    one = stack("one")
    blocking = one.up().summary.resource_changes
    beside = await asyncio.gather(*(asyncio.to_thread(each.up, refresh=True) for each in (one, stack("two"))))
    return {
        "changes": [blocking, *(each.summary.resource_changes for each in beside)],
        "loop": asyncio.get_running_loop() is loop and not hasattr(loop, "_aiware_run"),
        "signals": signal.getsignal(signal.SIGINT) is handler,
        "threads": [each.name for each in threading.enumerate() if each.name.startswith("aiware-")],
    }

json.dump(asyncio.run(main()), sys.stdout)
"""
"""In a notebook and in a service, an event loop runs in the main thread."""


def test_stacks_run_where_an_event_loop_does(project: Project, local: Local) -> None:
    local.behave(jobSeconds=0)
    told = json.loads(ran(project, LOOP))
    created, same = {"create": 2}, {"same": 2}
    assert told == {"changes": [created, same, created], "loop": True, "signals": True, "threads": []}


class Service:
    """The service of the examples, at a socket."""

    def __init__(self, project: Project) -> None:
        # The path of a socket is short.
        self._folder = tempfile.TemporaryDirectory()
        socket = f"{self._folder.name}/socket"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--app-dir", str(EXAMPLES), "--uds", socket, "service:app"],
            cwd=project.folder,
            env=project.environment | {"PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        )
        until(Path(socket).exists)
        self._http = httpx.Client(base_url="http://service", transport=httpx.HTTPTransport(uds=socket), timeout=240)

    def ask(self, **body: str) -> contextlib.AbstractContextManager[httpx.Response]:
        return self._http.stream("POST", "/transcripts", json=body)

    def told(self, **body: str) -> list[Any]:
        """The lines of a whole answer."""
        with self.ask(**body) as answer:
            assert answer.status_code == 200, answer.read()
            return [json.loads(line) for line in answer.iter_lines()]

    def stop(self) -> str:
        """Ends it as a service manager does, and returns what it logged."""
        self._http.close()
        self._process.terminate()
        _, log = self._process.communicate(timeout=240)
        self._folder.cleanup()
        return log


@pytest.fixture
def service(project: Project) -> Iterator[Service]:
    started = Service(project)
    yield started
    assert "Traceback" not in started.stop()


def test_the_service_streams_progress_and_an_update_outlives_its_request(
    project: Project, local: Local, service: Service
) -> None:
    url = "https://media.test/a.mp4"
    local.behave(jobSeconds=3)
    with service.ask(name="council", url=url) as left:
        assert left.status_code == 200
        assert "message" in json.loads(next(left.iter_lines()))
    with service.ask(name="council", url=url) as refused:
        assert (refused.status_code, json.loads(refused.read())["errors"]) == (
            409,
            ["The transcription of council is running."],
        )
    with service.ask(name="../council", url=url) as refused:
        assert refused.status_code == 422
        assert json.loads(refused.read())["errors"][0]["loc"] == ["name"]
    *progress, done = service.told(name="mayor", url=url)
    assert any(line["message"].startswith("running, 0 of ") for line in progress)
    ids = {tdo["name"]: tdo["id"] for tdo in local.objects()["tdos"]}
    assert done == {"result": "succeeded", "tdo": ids["mayor"]}

    local.behave(engines={engines.SPEECHMATICS_ENGLISH: {"fail": {"reason": "invalid_data", "message": "no speech"}}})
    failed = service.told(name="noise", url=url)[-1]
    assert failed["result"] == "failed"
    assert any("no speech" in error for error in failed["errors"])
    # The first update has gone on without its request.
    assert service.told(name="council", url=url)[-1] == {"result": "succeeded", "tdo": ids["council"]}
    assert len(local.objects()["jobs"]) == 3


def test_an_orchestrator_runs_stacks(project: Project, local: Local) -> None:
    local.behave(jobSeconds=0)
    source = (EXAMPLES / "dagster_assets.py").read_text(encoding="utf-8")
    project.environment |= {"DAGSTER_HOME": "", "DAGSTER_DISABLE_TELEMETRY": "true"}
    done = ran(project, source)
    assert done == ""
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
