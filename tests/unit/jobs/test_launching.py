"""A launched single-engine job is noted on its TDO, against an API that does not show the TDO."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.job import JobProvider
from aiware_resources.jobs.removal import TARGET_TDO
from aiware_resources.reconcile import Made, Mark
from aiware_resources.reconcile.recency import SUBMITTED
from aiware_resources.single_engine_job import SingleEngineJobProvider


class Server:
    """Shows no TDO."""

    def tdos(self, _: Any) -> dict[str, Any]:
        return {}


def test_a_job_that_is_not_noted_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = Made("26_a", {TARGET_TDO: "9", SUBMITTED: "2026-03-02T12:00:00+00:00"})
    monkeypatch.setattr("aiware_resources.reconcile.once.time.sleep", lambda _: None)
    monkeypatch.setattr(JobProvider, "make_once", lambda *_: made)
    monkeypatch.setattr(SingleEngineJobProvider, "mark", lambda *_: Mark("a" * 16, "b" * 16))
    monkeypatch.setattr(SingleEngineJobProvider, "api", Server())
    assert SingleEngineJobProvider().make_once({"uploadUrl": "https://media.test/a.mp4"}) is made
    (said,) = caplog.messages
    assert said.startswith("job 26_a could not be noted on TDO 9: ")
    assert said.endswith("aiWARE does not show the TDO, or its details are not a JSON object.")
