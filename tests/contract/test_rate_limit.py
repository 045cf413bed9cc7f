"""What the program learns of a rate limit holds for the provider host, a process of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from aiware_resources import errors
from aiware_resources.api import close_connections, connect
from aiware_resources.settings import Settings
from aiware_resources.temporal_data_object import TdoProvider
from tests.support.host import Host
from tests.support.local import Local

TDO = {"__owner": "project/stack/tdo", "startDateTime": 1574311000, "stopDateTime": 1574315000}
SECONDS = 3


@pytest.fixture(autouse=True)
def _shared_by_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def came(local: Local, field: str) -> float:
    """When the first request for a root field came."""
    requests = json.loads(local.request_log())["requests"]
    return min(datetime.fromisoformat(each["time"]).timestamp() for each in requests if field in each["fields"])


def test_a_process_waits_as_long_as_another_one_was_told_to(
    local: Local, start: Callable[..., Host], tmp_path: Path
) -> None:
    assert os.environ["XDG_RUNTIME_DIR"] == str(tmp_path)
    host = start()
    local.fault({"status": 429, "retryAfter": SECONDS}, operation="me")
    program = connect(Settings(endpoint=f"{local.server.url}/v3/graphql", token=local.token, max_retries=0))
    try:
        with pytest.raises(errors.RateLimited):
            program.me()
    finally:
        close_connections()
    host.create(TdoProvider(), TDO)
    assert came(local, "createTDO") - came(local, "me") >= SECONDS


def test_a_change_that_is_put_off_more_often_than_retries_are_allowed_is_made_once(
    local: Local, start: Callable[..., Host]
) -> None:
    local.fault({"status": 429, "retryAfter": 0}, operation="createTDO", times=5)
    start(maxRetries="1").create(TdoProvider(), TDO)
    assert len(local.objects()["tdos"]) == 1
