"""The pages hold what they show when they come, and nothing that they must not show."""

from __future__ import annotations

import httpx

from tests.integration.console.conftest import Served
from tests.support.local import Local
from tests.support.objects import BROKEN, submit


def test_the_first_page_lists_the_jobs(served: Served, local: Local) -> None:
    job_id = submit(local, name="the transcription of the council")
    said = served.page("/")
    assert "the transcription of the council" in said
    assert f"/environment/jobs/{job_id}" in said
    assert local.token not in said


def test_the_list_is_filtered_by_the_api(served: Served, local: Local) -> None:
    fine = submit(local)
    local.behave(engines=BROKEN)
    broken = submit(local)
    said = served.page("/environment/jobs?status=failed")
    assert broken in said
    assert fine not in said


def test_a_job_is_shown_with_graph_log_and_reason(served: Served, local: Local) -> None:
    local.behave(engines=BROKEN)
    said = served.page(f"/environment/jobs/{submit(local)}")
    assert "flowchart LR" in said
    assert ":::failed" in said
    assert "invalid_data: no speech in it" in said
    assert local.token not in said


def test_what_aiware_does_not_have_is_said(served: Served, local: Local) -> None:
    assert "nothing" in served.page("/environment/jobs/nothing")


def test_an_aiware_that_cannot_be_asked_is_said(served: Served, local: Local) -> None:
    local.fault({"status": 401}, operation="jobs", times=10)
    said = served.page("/environment/jobs?cluster=rt-1")
    assert "The token is wrong" in said
    local.clear_faults()


def test_a_browser_without_the_key_gets_nothing(served: Served) -> None:
    for path in ("/", "/environment/jobs", "/_nicegui_ws/socket.io/?EIO=4&transport=polling"):
        assert httpx.get(served.url + path, trust_env=False).status_code == 403


def test_pages_name_no_other_host(served: Served, local: Local) -> None:
    answer = served.client.get("/environment/jobs")
    assert "https://" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_place_that_is_not_there_is_not_found(served: Served) -> None:
    assert served.client.get("/nowhere/jobs").status_code == 404
