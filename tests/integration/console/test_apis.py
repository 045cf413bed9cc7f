"""The pages show the same of both APIs, however a server spells its answers; and say what an API does not have."""

from __future__ import annotations

import re
from typing import Any

import pytest

from aiware_resources import engines
from tests.integration.console.conftest import Served
from tests.support.local import Local
from tests.support.objects import BROKEN, submit

DIALECTS: list[dict[str, Any]] = [
    {},
    {"ids": "number", "times": "offset", "empty": "null", "extraFields": True},
    {"times": "milliseconds", "empty": "absent", "pageSize": 7, "without": ["createdDateTime", "count"]},
]


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
@pytest.mark.parametrize("place", ["environment", "edge"])
def test_jobs_are_shown(served: Served, local: Local, place: str, dialect: dict[str, Any]) -> None:
    local.behave(engines=BROKEN)
    submit(local)
    local.behave(engines={engines.SPEECHMATICS_ENGLISH: None}, dialect=dialect)
    for _ in range(8):
        submit(local)
    listed = served.page(f"/{place}/jobs")
    assert (listed.count('"tone":"done"'), listed.count('"tone":"failed"')) == (8, 1)
    failed = served.page(f"/{place}/jobs?status=failed")
    (job_id,) = re.findall(rf'"/{place}/jobs/([^"?]+)"', failed)
    said = served.page(f"/{place}/jobs/{job_id}")
    assert "no speech in it" in said
    assert ":::failed" in said
    assert local.token not in said


def test_engines_are_shown(served: Served, local: Local) -> None:
    assert "ffmpegTemplate" in served.page(f"/edge/engines/{engines.CHUNK}")


@pytest.mark.parametrize("page", ["recordings", "exports", "clusters"])
def test_edge_says_what_it_does_not_have(served: Served, local: Local, page: str) -> None:
    assert "aiWARE Edge has no" in served.page(f"/edge/{page}")
