"""Failures that nobody foresaw, and values that are none."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from aiware_local.engines import roles
from aiware_local.engines.run import Run
from tests.aiware_local.support import Local, one_task


async def test_unforeseen_failure_is_logged_and_answered_by_its_id(
    local: Local, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret inside")

    await local.new_tdo()
    monkeypatch.setattr(local.installation.store, "scan", broken)
    with caplog.at_level(logging.ERROR):
        entry = await local.refused("{ jobs { count } }")
    assert entry["name"] == "internal_error"
    assert "secret" not in entry["message"]
    assert entry["data"]["errorId"] in caplog.text
    assert "the secret inside" in caplog.text


async def test_disk_that_fails_fails_the_task(
    local: Local, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: Run) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(roles, "ROLES", dict.fromkeys(roles.ROLES, broken))
    job = await local.new_job(target={}, **one_task("insert-into-index"))
    local.clock.advance(100)
    (task,) = (await local.job(job["id"]))["tasks"]["records"]
    assert (task["status"], task["failureReason"]) == ("failed", "system_error")
    assert "No space left on device" in task["failureMessage"]
    assert job["id"] in caplog.text


@pytest.mark.parametrize("value", ["25:00", "noon", 5])
async def test_times_of_day(local: Local, value: Any) -> None:
    query = "mutation($i: CreateCluster!) { createCluster(input: $i) { restartTimeUTC } }"
    values = {"name": "a", "allowedEngines": [], "dockerCredentials": {}, "restartTimeUTC": "23:59:59"}
    assert (await local.ask(query, i=values))["createCluster"] == {"restartTimeUTC": "23:59:59"}
    assert (await local.post(query, i={**values, "restartTimeUTC": value})).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "mutation { userLogin { token } }",
        "mutation { updateTDO { id } }",
        "mutation { createTDOWithAsset { id } }",
        "mutation { createTDO { id } }",
        "mutation { createJob { id } }",
    ],
)
async def test_input_that_the_schema_lets_be_left_out(local: Local, query: str) -> None:
    assert (await local.refused(query))["name"] == "invalid_input"


async def test_file_as_text_is_refused(local: Local) -> None:
    query = 'mutation { createAsset(input: {containerId: 1, assetType: "media", file: "a"}) { id } }'
    assert (await local.post(query)).status_code == 400
