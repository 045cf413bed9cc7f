"""The calls about thousands of jobs, against a running local aiWARE."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aiware_resources.api import connect
from aiware_resources.api.cloud import CloudApi
from aiware_resources.settings import Settings
from tests.support.local import Local

JOBS = 33
"""More than a page of the default size."""


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    folder: Path = tmp_path_factory.mktemp("fleet-calls")
    server = Local(folder / "data", folder)
    server.behave(jobSeconds=0)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def api(local: Local) -> CloudApi:
    made = connect(Settings(endpoint=f"{local.server.url}/v3/graphql", token=local.token))
    assert isinstance(made, CloudApi)
    return made


@pytest.fixture(scope="module")
def ids(api: CloudApi) -> list[str]:
    tasks = [{"engineId": "95c910f6-4a26-4b66-96cb-488befa86466", "payload": {"url": "https://media.test/a.txt"}}]
    return [
        api.create_job({"tasks": tasks, "target": {}, "jobConfig": {"number": number}}).id for number in range(JOBS)
    ]


def test_states_come_in_batches_and_without_tasks(api: CloudApi, local: Local, ids: list[str]) -> None:
    before = local.http_requests()
    found = api.job_states([*ids, *ids, "24112609_gonegonego"])
    assert local.http_requests() - before == 1
    assert found.keys() == set(ids)
    assert all(job.status == "complete" and job.target is not None and job.tasks == [] for job in found.values())


def test_tdos_are_there_or_not(api: CloudApi, ids: list[str]) -> None:
    targets = [str(job.target_id) for job in api.job_states(ids[:2]).values()]
    api.delete_tdo(targets[0])
    assert api.tdos_there([*targets, "1"]) == {targets[1]}
    assert api.job_states(ids[:1])[ids[0]].target is None


@pytest.mark.parametrize(("refused", "requests"), [(0, 2), (1, 3), (2, 5)])
def test_jobs_with_their_config_come_in_the_largest_pages_that_aiware_takes(
    api: CloudApi, local: Local, ids: list[str], refused: int, requests: int
) -> None:
    if refused:
        local.fault({"graphqlError": "invalid_input"}, operation="jobs", times=refused)
    before = local.http_requests()
    found = list(api.jobs_marked_since(datetime.now(UTC) - timedelta(hours=1)))
    assert [job.id for job in found] == ids[::-1]
    assert [job.job_config["number"] for job in found] == list(range(JOBS))[::-1]
    assert local.http_requests() - before == requests
    assert list(api.jobs_marked_since(datetime.now(UTC) + timedelta(hours=1))) == []
