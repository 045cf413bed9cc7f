"""How far it is from a call to the HTTP library: who reads or debugs one walks through no more frames than needed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.unit.api.edge_server import JOB, TASKS, EdgeServer, answer

if TYPE_CHECKING:
    from aiware_resources.api import Api
    from tests.unit.api.conftest import Script

MOST = 8
HTTPX = str(Path(httpx.__file__).parent)
CREATED = {"data": {"createJob": {"id": "j1", "status": "pending", "tasks": {"records": []}}}}


def cloud(script: Script) -> Api:
    return script.api()


def edge(script: Script) -> Api:
    return EdgeServer(script).api()


@pytest.mark.parametrize(
    ("api", "answered"),
    [(cloud, httpx.Response(200, json=CREATED)), (edge, answer(success=True, internalJobIDs=[JOB]))],
    ids=["cloud", "edge"],
)
def test_a_job_is_created_within_few_frames(
    script: Script, api: Callable[[Script], Api], answered: httpx.Response
) -> None:
    frames: list[str] = []

    def record(request: httpx.Request) -> httpx.Response:
        frames[:] = [f"{frame.filename}:{frame.function}" for frame in inspect.stack(0)]
        return answered

    script.play(record)
    api(script).create_job(TASKS)
    called = next(index for index, frame in enumerate(frames) if frame.endswith(":create_job"))
    sent = next(index for index in range(called, 0, -1) if frames[index].startswith(HTTPX))
    between = frames[sent + 1 : called + 1]
    assert len(between) <= MOST, "\n".join(reversed(between))
