"""Fleets of an archive in several stacks: whatever is killed, each entry has one job, which runs once."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.shards import Shard, shard_of
from tests.contract.fleets import fleet, job_ids
from tests.support.host import Host
from tests.support.local import Local

PROVIDER = JobFleetProvider()
PULUMI = """#!/bin/sh
# Stands for `pulumi stack ls --json --project project` and `pulumi stack export --stack NAME`.
cd "{states}" || exit 1
test "$2" = ls && test "$5" = project && exec cat stacks.json
exec cat "${{4##*/}}.json"
"""


class Archive:
    """Stacks, and what each has recorded; updates are those of the provider, and stacks are files."""

    def __init__(self, folder: Path, local: Local) -> None:
        self.states: dict[int, dict[str, Any]] = {}
        self._folder = folder
        program = folder / "bin" / "pulumi"
        program.parent.mkdir()
        program.write_text(PULUMI.format(states=folder))
        program.chmod(0o755)
        path = os.pathsep.join([str(program.parent), os.environ["PATH"]])
        self._environment = {"PATH": path, "PULUMI_BACKEND_URL": "s3://states"}
        self._config = {"aiware:endpoint": f"{local.server.url}/v3/graphql", "aiware:token": local.token}

    def update(self, index: int, count: int, keys: list[str], *, is_killed: bool = False) -> None:
        """Updates a stack; killed, nothing of what it did is recorded."""
        self._write()
        news = {
            **fleet(key for key in keys if shard_of(key, count) == index),
            "__owner": f"project/talks-{index}/fleet",
            "__shard": Shard("talks", index, count).properties(),
        }
        host = Host(self._config, self._environment)
        olds = self.states.get(index)
        if olds is None:
            outs = host.create(PROVIDER, news)[1]
        elif host.diff(PROVIDER, "fleet", olds, news)[0]:
            outs = host.update(PROVIDER, "fleet", olds, news)
        else:
            outs = olds
        assert "Traceback" not in host.close()
        if not is_killed:
            self.states[index] = outs

    def destroy(self, index: int) -> None:
        """Destroys a stack."""
        self._write()
        host = Host(self._config, self._environment)
        host.delete(PROVIDER, "fleet", self.states.pop(index))
        assert "Traceback" not in host.close()

    def jobs(self) -> Mapping[int, set[str]]:
        """The keys that each stack has."""
        return {index: set(job_ids(outs)) for index, outs in self.states.items()}

    def _write(self) -> None:
        urn = "urn:pulumi:{}::project::pulumi-python:dynamic/aiware:JobFleet::fleet"
        for index, outs in self.states.items():
            name = f"talks-{index}"
            resource = {"urn": urn.format(name), "type": "pulumi-python:dynamic/aiware:JobFleet", "outputs": outs}
            (self._folder / f"{name}.json").write_text(json.dumps({"deployment": {"resources": [resource]}}))
        names = [{"name": f"organization/project/talks-{index}"} for index in self.states]
        (self._folder / "stacks.json").write_text(json.dumps(names))


@pytest.mark.parametrize("seed", range(int(os.environ.get("FAULT_SEEDS", "1"))))
def test_no_job_runs_again_with_other_shards(tmp_path: Path, local: Local, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - which runs are killed
    archive = Archive(tmp_path, local)
    keys = [f"ep-{number}" for number in range(24)]
    for count in (2, 3, 2):
        stacks = [*range(count), *archive.states.keys() - range(count)]
        before = set().union(*archive.jobs().values())
        for index in chance.choices(stacks, k=len(stacks)):
            archive.update(index, count, keys, is_killed=chance.random() < 0.5)
            assert set().union(*archive.jobs().values()) >= before, "an entry is in no state"
        for _ in range(2):
            for index in stacks:
                archive.update(index, count, keys)
        wanted = {index: {key for key in keys if shard_of(key, count) == index} for index in stacks}
        assert archive.jobs() == wanted
        for index in archive.states.keys() - range(count):
            archive.destroy(index)
    assert local.mutations() == {"createJob": len(keys)}
    assert len(local.objects()["tdos"]) == len(keys)


def test_a_destroy_leaves_the_jobs_that_another_shard_has(tmp_path: Path, local: Local) -> None:
    archive = Archive(tmp_path, local)
    keys = [f"ep-{number}" for number in range(6)]
    archive.update(0, 1, keys)
    archive.update(1, 2, keys)
    archive.destroy(0)
    taken = archive.jobs()[1]
    assert 0 < len(taken) < 6
    assert local.mutations() == {"createJob": 6, "deleteTDO": 6 - len(taken)}


def test_an_entry_that_is_gone_goes_whichever_stack_has_it(tmp_path: Path, local: Local) -> None:
    archive = Archive(tmp_path, local)
    keys = [f"ep-{number}" for number in range(6)]
    archive.update(0, 1, keys)
    for _ in range(2):
        for index in (0, 1):
            archive.update(index, 2, [])
    assert archive.jobs() == {0: set(), 1: set()}
    assert local.mutations() == {"createJob": 6, "deleteTDO": 6}


def test_what_a_killed_shard_has_submitted_is_taken_by_the_next_one(tmp_path: Path, local: Local) -> None:
    archive = Archive(tmp_path, local)
    keys = [f"ep-{number}" for number in range(6)]
    archive.update(1, 2, keys, is_killed=True)
    archive.update(0, 2, keys)
    # As if it had submitted its last job long after the other one was killed.
    archive.states[0]["newest"] = "2100-01-01T00:00:00+00:00"
    archive.update(0, 1, keys)
    assert archive.jobs() == {0: set(keys)}
    assert local.mutations() == {"createJob": 6}
