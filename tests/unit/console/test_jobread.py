"""What the page of a job is told holds no secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from aiware_resources.api import Abilities, Api, JobRecord, TdoRecord, Unread
from aiware_resources.console.jobread import LOG, JobView, read_job
from aiware_resources.dag.mermaid import mermaid
from aiware_resources.errors import NotImplementedByServer
from tests.unit.console.made import job

SIGNED = "https://s3.test/media.mp4?X-Amz-Signature=abcdef0123"


def task(number: int, status: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"task{number}",
        "engineId": f"e{number}",
        "engine": {"name": f"Engine {number}"},
        "status": status,
        **more,
    }


class OneJob:
    """An API with one job."""

    def __init__(self, record: JobRecord, *, has_tdos: bool = True, retries: bool = True) -> None:
        self.record = record
        self.has_tdos = has_tdos
        self.abilities = Abilities("test", retries_in_place=retries)

    def job_details(self, _: str) -> JobRecord:
        return self.record

    def tdos(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, TdoRecord]:
        if not self.has_tdos:
            raise NotImplementedByServer("It has no TDOs.")
        return {id_: TdoRecord(id=id_, name="council") for id_ in ids}


def read(api: OneJob, *secrets: str) -> JobView:
    return read_job(cast(Api, api), "j1", secrets)


def test_no_secret_of_payloads_outputs_logs_or_settings_is_shown() -> None:
    tasks = [
        task(1, "complete", payload={"url": SIGNED, "apiKey": "pay-secret"}, output={"password": "out-secret"}),
        task(
            2,
            "failed",
            failureReason="invalid_data",
            failureMessage="refused pay-secret",
            log={"uri": SIGNED, "text": "out-secret, my-token, Bearer other-token, password=typed"},
        ),
    ]
    view = read(
        OneJob(job(1, "failed", tasks=tasks, jobConfig={"clientSecret": "conf-secret", "x": "pay-secret"})), "my-token"
    )
    told = repr(view)
    for secret in ("pay-secret", "out-secret", "conf-secret", "my-token", "other-token", "typed", "abcdef0123"):
        assert secret not in told
    assert "https://s3.test/media.mp4" in told
    assert view.tasks[1].reason == "invalid_data: refused [secret]"


def test_the_graph_says_how_each_task_is() -> None:
    tasks = [
        task(1, "complete", ioFolders=[{"referenceId": "a", "mode": "stream", "type": "output"}]),
        task(2, "running", ioFolders=[{"referenceId": "b", "mode": "stream", "type": "input"}]),
    ]
    routes = [{"parentIoFolderReferenceId": "a", "childIoFolderReferenceId": "b"}]
    drawn = mermaid([read(OneJob(job(1, "running", tasks=tasks, routes=routes))).drawing])
    assert 't0["Engine 1"]:::complete' in drawn
    assert 't1["Engine 2"]:::running' in drawn
    assert "t0 -->|stream| t1" in drawn


def test_of_a_long_log_the_end_is_told() -> None:
    lines = "\n".join(f"line {number}" for number in range(LOG + 7))
    (only,) = read(OneJob(job(1, tasks=[task(1, "complete", log={"text": lines})]))).tasks
    assert (only.log.splitlines()[0], only.left_out) == ("line 7", 7)


def test_only_a_failed_job_is_retried_and_only_where_the_api_does() -> None:
    assert read(OneJob(job(1, "failed"))).can_be_retried
    assert not read(OneJob(job(1, "complete"))).can_be_retried
    assert not read(OneJob(job(1, "failed"), retries=False)).can_be_retried


def test_without_tdos_a_recording_is_called_by_its_id() -> None:
    assert read(OneJob(job(1))).target == "council"
    assert read(OneJob(job(1), has_tdos=False)).target == "t1"
    assert read(OneJob(job(1, target=None))).target is None
