"""An archive over several stacks on a cluster, with its state in S3: a worker is killed; later one shard is added."""

from __future__ import annotations

import json
import os
import runpy
import sys
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support import forks
from tests.support.buckets import Bucket, bucket
from tests.support.forked_python import wait_for_forks
from tests.support.local import Local
from tests.support.project import LONGEST, ROOT, Project, end_all, until

EXAMPLE = ROOT / "examples" / "archive" / "cluster.py"
KEYS = {f"{number}.mp4" for number in range(10)}


@pytest.fixture
def storage(project: Project, local: Local) -> Iterator[Bucket]:
    """A server with a bucket of recordings, and one for the state."""
    with bucket("media") as made:
        made.client.create_bucket(Bucket="state")
        made.put({f"talks/{key}": b"x" for key in KEYS})
        server = made.environment["AWS_ENDPOINT_URL"]
        state = f"s3://state?region=us-east-1&s3ForcePathStyle=true&endpoint={server}"
        project.environment |= made.environment | local.environment | {"PULUMI_BACKEND_URL": state}
        # That is the name of a project's stack, and a cluster has many.
        del project.environment["PULUMI_STACK"]
        yield made


@pytest.fixture
def cluster(project: Project, storage: Bucket) -> Iterator[Any]:
    """Two workers of a cluster."""
    # It takes a while to import, and one test needs it.
    import dask
    from distributed import Client, LocalCluster

    # Started before, it has imported what this project's forks need.
    forkserver.ensure_running()
    forked = dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
    options: dict[str, Any] = {"threads_per_worker": 1, "resources": {"stack": 1}, "dashboard_address": None}
    with forked, LocalCluster(n_workers=2, env=project.environment, **options) as made, Client(made) as client:
        project.environment["DASK_SCHEDULER"] = made.scheduler_address
        yield client


class Run:
    """A run of the example, in a process of its own."""

    def __init__(self, project: Project, log: Path, shards: int) -> None:
        self._log = log
        arguments = (str(project.folder), project.environment, "s3://media/talks", str(shards))
        with log.open("w") as file:
            self._process = forks.start(_run, arguments, file.fileno(), file.fileno())

    def told(self) -> str:
        """What it has printed at its end."""
        self._process.join(LONGEST)
        told = self._log.read_text()
        assert self._process.exitcode == 0, told
        return told


def _run(folder: str, environment: dict[str, str], *arguments: str) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [str(EXAMPLE), *arguments]
    runpy.run_path(str(EXAMPLE), run_name="__main__")


def jobs(storage: Bucket, number: int) -> dict[str, str]:
    """The jobs in the state of a shard."""
    state = storage.client.get_object(Bucket="state", Key=f".pulumi/stacks/talks/talks-{number}.json")
    resources = json.loads(state["Body"].read())["checkpoint"]["latest"]["resources"]
    (found,) = (each["outputs"]["jobs"] for each in resources if each["type"].endswith("JobFleet"))
    return dict(found)


def engines(worker: int) -> list[psutil.Process]:
    return [each for each in psutil.Process(worker).children() if each.name() == "pulumi"]


def test_a_killed_worker_and_one_shard_more(
    project: Project, local: Local, storage: Bucket, cluster: Any, tmp_path: Path
) -> None:
    local.behave(jobSeconds=8)
    running = Run(project, tmp_path / "first.log", 1)
    until(lambda: bool(local.mutations()))
    workers = cluster.run(os.getpid).values()
    (killed,) = (each for each in workers if engines(each))
    # With all that it has started: nobody unlocks the stack.
    end_all([*psutil.Process(killed).children(recursive=True), psutil.Process(killed)])
    told = running.told()
    assert "has ended without unlocking it" in told
    assert "talks-0: {'complete': 10}" in told
    before = jobs(storage, 0)
    assert before.keys() == KEYS

    # Another project in the same backend may have stacks of the same names.
    other = {"Bucket": "state", "Key": ".pulumi/stacks/other/talks-7.json"}
    storage.client.copy_object(**other, CopySource="state/.pulumi/stacks/talks/talks-0.json")
    told = Run(project, tmp_path / "second.log", 2).told()
    moved = jobs(storage, 1)
    assert moved.items() < before.items()
    assert jobs(storage, 0) == {key: text for key, text in before.items() if key not in moved}
    assert local.mutations() == {"createJob": 10}
    assert "No job ran, 10 did not have to." in told
    assert (project.folder / "talks.html").read_text(encoding="utf-8").count("(talks-1)") > 0
    wait_for_forks(30)
