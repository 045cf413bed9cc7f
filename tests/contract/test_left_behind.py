"""What an earlier run made without coming to know of it: what is taken, what is left alone, and what is done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aiware_resources import engines, pipelines
from aiware_resources.cluster import ClusterProvider
from aiware_resources.export_request import ExportProvider
from aiware_resources.job import JobProvider, JobState
from aiware_resources.reconcile import marker_in
from aiware_resources.reconcile.naming import api_properties
from aiware_resources.reconcile.ownership import MARGIN
from aiware_resources.temporal_data_object import TdoProvider
from tests.support.host import Host, HostError
from tests.support.local import Local

CLUSTER: dict[str, Any] = {
    "__owner": "project/stack/cluster",
    "name": "transcription",
    "allowedEngines": ["all"],
    "dockerCredentials": {"password": "p"},
    "tags": ["a"],
}
TDO: dict[str, Any] = {
    "__owner": "project/stack/tdo",
    "name": "plain",
    "startDateTime": 1574311000,
    "stopDateTime": 1574315000,
}
GRAPH = pipelines.transcription("https://media.test/a.mp4")
JOB: dict[str, Any] = {
    "__owner": "project/stack/job",
    **api_properties(JobState, {"tasks": list(GRAPH.tasks), "routes": list(GRAPH.routes), "target": {}}),
}
BROKEN = {engines.SPEECHMATICS_ENGLISH: {"fail": {"reason": "internal_error", "message": "broken"}}}

NextRun = Callable[..., Host]


def pass_the_margin() -> None:
    """Lets so much time go by that aiWARE's clock tells what was made before from what is made now."""
    time.sleep(2 * MARGIN.total_seconds())


@pytest.fixture
def next_run(shared_local: Local, local: Local, tmp_path: Path) -> Iterator[NextRun]:
    """Starts provider hosts, as further runs of the same stack; `backend` names another state."""
    started: list[Host] = []

    def start(backend: Path = tmp_path, **settings: str) -> Host:
        (backend / ".pulumi").mkdir(exist_ok=True, parents=True)
        config = {"aiware:endpoint": f"{shared_local.server.url}/v3/graphql", "aiware:token": shared_local.token}
        named = {f"aiware:{key}": value for key, value in settings.items()}
        started.append(Host(config | named, {"PULUMI_BACKEND_URL": backend.as_uri()}))
        return started[-1]

    yield start
    for each in started:
        each.close()


def test_a_provider_process_ends_with_its_engine(next_run: NextRun) -> None:
    """Else it would go on creating what the next run creates too."""
    run = next_run()
    run.read(TdoProvider(), "1", TDO)
    run.lose_engine()
    assert run.wait() != 0


@pytest.mark.parametrize(
    ("provider", "props", "kind"),
    [(ClusterProvider(), CLUSTER, "clusters"), (TdoProvider(), TDO, "tdos"), (JobProvider(), JOB, "jobs")],
)
def test_what_a_killed_run_made_is_taken(
    next_run: NextRun, local: Local, provider: Any, props: dict[str, Any], kind: str
) -> None:
    made, _ = next_run().create(provider, props)
    taken, outs = next_run().create(provider, props)
    assert taken == made == local.only(kind)["id"]
    assert not outs.get("adopted")


@pytest.mark.parametrize("action", [{"refuse": True}, {"dropResponse": True}], ids=str)
def test_a_lost_answer_takes_no_job_that_was_there_before(
    next_run: NextRun, local: Local, action: dict[str, Any]
) -> None:
    """Going back to an earlier declaration runs the job again, also when an answer is lost."""
    tdo, _ = next_run().create(TdoProvider(), TDO)
    job = {**{key: value for key, value in JOB.items() if key != "target"}, "targetId": tdo}
    first = next_run()
    earlier, outs = first.create(JobProvider(), job)
    first.delete(JobProvider(), earlier, {**outs, "onDestroy": "retain"})
    local.fault(action, operation="createJob")
    made, _ = next_run().create(JobProvider(), job)
    assert {each["id"] for each in local.objects()["jobs"]} == {earlier, made}
    assert made != earlier


def test_what_another_state_made_is_never_taken(next_run: NextRun, local: Local, tmp_path: Path) -> None:
    """Two clones of one repository: project, stack and names are the same."""
    mine, theirs = next_run(tmp_path / "mine"), next_run(tmp_path / "theirs")
    mine.create(ClusterProvider(), CLUSTER)
    with pytest.raises(HostError, match="is called"):
        theirs.create(ClusterProvider(), CLUSTER)
    assert mine.create(TdoProvider(), TDO)[0] != theirs.create(TdoProvider(), TDO)[0]
    assert mine.create(JobProvider(), JOB)[0] != theirs.create(JobProvider(), JOB)[0]


def test_a_cluster_that_was_let_go_is_not_taken_again(next_run: NextRun, local: Local) -> None:
    first = next_run()
    made, outs = first.create(ClusterProvider(), CLUSTER)
    assert marker_in(local.only("clusters")["tags"]) is not None
    first.delete(ClusterProvider(), made, {**outs, "onDestroy": "retain"})
    assert local.only("clusters")["tags"] == ["a"]
    with pytest.raises(HostError, match=f'adopt="{made}"'):
        next_run().create(ClusterProvider(), CLUSTER)


def test_a_job_is_taken_only_with_the_tdo_that_it_made(next_run: NextRun, local: Local) -> None:
    """A destroy deletes that TDO, or removes its marker: the job belongs to nobody then, and runs again."""
    made = set()
    for policy in ("retain", "cleanup", "delete"):
        run = next_run()
        id_, outs = run.create(JobProvider(), JOB)
        run.delete(JobProvider(), id_, {**outs, "onDestroyTarget": policy})
        made.add(id_)
    made.add(next_run().create(JobProvider(), JOB)[0])
    assert len(made) == len(local.objects()["jobs"]) == 4


def test_a_failed_job_is_taken_with_its_tdo_rather_than_left_behind(next_run: NextRun, local: Local) -> None:
    local.behave(engines=BROKEN)
    made, _ = next_run().create(JobProvider(), JOB)
    assert local.only("jobs")["status"] == "failed"
    assert next_run().create(JobProvider(), JOB)[0] == made
    local.behave(engines={engines.SPEECHMATICS_ENGLISH: None})


def test_of_failed_jobs_on_one_tdo_the_newest_is_taken(next_run: NextRun, local: Local) -> None:
    """The earlier ones were replaced; a cancelled one was destroyed."""
    local.behave(engines=BROKEN)
    run = next_run()
    tdo, _ = run.create(TdoProvider(), TDO)
    job = {**{key: value for key, value in JOB.items() if key != "target"}, "targetId": tdo, "onFailure": "replace"}
    first, outs = run.create(JobProvider(), job)
    run.delete(JobProvider(), first, outs)
    second, outs = run.create(JobProvider(), job)
    later = next_run()
    assert later.create(JobProvider(), job)[0] == second != first
    assert later.create(JobProvider(), job)[0] not in {first, second}
    local.behave(engines={engines.SPEECHMATICS_ENGLISH: None}, jobSeconds=60)
    run = next_run()
    third, outs = run.create(JobProvider(), {**job, "triggers": 2})
    run.delete(JobProvider(), third, outs)
    assert next_run().create(JobProvider(), {**job, "triggers": 2})[0] != third


def test_a_retry_is_not_repeated_because_the_job_failed_again(next_run: NextRun, local: Local) -> None:
    local.behave(engines=BROKEN)
    run = next_run()
    id_, outs = run.create(JobProvider(), JOB)
    read = run.read(JobProvider(), id_, outs)
    local.fault({"dropResponse": True}, operation="retryJob")
    run.update(JobProvider(), id_, read.outs, JOB)
    assert (local.mutations()["retryJob"], local.only("jobs")["status"]) == (1, "failed")
    local.behave(engines={engines.SPEECHMATICS_ENGLISH: None})


def test_a_job_that_ends_while_it_is_cancelled_is_fine(next_run: NextRun, local: Local) -> None:
    local.behave(jobSeconds=0.5)
    run = next_run()
    id_, outs = run.create(JobProvider(), JOB)
    local.fault({"delaySeconds": 1}, operation="cancelJob")
    run.delete(JobProvider(), id_, outs)
    assert local.objects()["tdos"] == []


def test_what_fails_after_the_creation_does_not_create_again(next_run: NextRun, local: Local) -> None:
    named = {**TDO, "primaryAsset": [{"id": "not-an-asset", "assetType": "media"}]}
    for _ in range(2):
        with pytest.raises(HostError, match="not-an-asset"):
            next_run().create(TdoProvider(), named)
    assert local.mutations()["createTDO"] == 1


def test_somebody_elses_is_not_taken_for_ones_own(next_run: NextRun, local: Local) -> None:
    """Without markers, what was made before is not what an answer was lost of, however equal it is."""
    run = next_run(markers="false")
    local.graphql(
        "mutation($input: CreateTDO) { createTDO(input: $input) { id } }",
        input={key: value for key, value in TDO.items() if key != "__owner"},
    )
    theirs = local.only("tdos")["id"]
    pass_the_margin()
    local.fault({"refuse": True}, operation="createTDO")
    local.fault({"status": 502}, operation="createTDO", after=1)
    mine, _ = run.create(TdoProvider(), TDO)
    assert mine != theirs
    assert len(local.objects()["tdos"]) == 2


def test_what_was_found_by_its_looks_is_left_on_destroy(next_run: NextRun, local: Local) -> None:
    run = next_run(markers="false")
    for provider, props, kind in ((TdoProvider(), TDO, "tdos"), (ClusterProvider(), CLUSTER, "clusters")):
        local.fault({"dropResponse": True}, operation=f"create{'Cluster' if kind == 'clusters' else 'TDO'}")
        id_, outs = run.create(provider, props)
        assert outs["adopted"] is True
        run.delete(provider, id_, outs)
        assert local.only(kind)["id"] == id_
        run.delete(provider, id_, {**outs, "onDestroy": "delete"})
        assert local.objects()[kind] == []


def test_an_export_of_somebody_else_is_not_taken(next_run: NextRun, local: Local) -> None:
    run = next_run()
    tdo, _ = run.create(TdoProvider(), TDO)
    request = {"__owner": "project/stack/export", "tdoData": [{"tdoId": tdo}]}
    theirs, _ = next_run().create(ExportProvider(), request)
    pass_the_margin()
    local.fault({"refuse": True}, operation="createExportRequest")
    mine, _ = run.create(ExportProvider(), request)
    assert mine != theirs
    local.fault({"dropResponse": True}, operation="createExportRequest")
    third, _ = run.create(ExportProvider(), request)
    assert {mine, theirs, third} == {each["id"] for each in local.objects()["exports"]}
