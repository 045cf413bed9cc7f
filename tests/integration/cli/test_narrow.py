"""Lists at narrow terminals: no id and no status is cut."""

from __future__ import annotations

import json

import pytest

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import make_cluster, request_export, submit

LONG = "the meeting of the council of the city on Tuesday evening"


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("what", ["jobs", "tdos", "exports", "clusters", "engines"])
def test_no_id_and_no_status_is_cut(aiware: Aiware, local: Local, what: str, columns: int) -> None:
    make_cluster(local, LONG)
    submit(local, name=LONG)
    request_export(local, local.only("tdos")["id"], "vtt")
    records = json.loads(aiware(what, "list", "--json").stdout)
    output = aiware(what, "list", columns=columns).output
    words = output.split()
    for record in records:
        assert record["id"] in words
        assert (record.get("status") or record["state"]) in words
    assert records
    assert "…" not in output
    assert max(map(len, output.splitlines())) <= columns


@pytest.mark.parametrize("columns", [40, 80])
def test_no_id_of_a_task_is_cut(aiware: Aiware, local: Local, columns: int) -> None:
    job = submit(local)
    output = "".join(aiware(*command, job, columns=columns).output for command in [("jobs", "show"), ("results",)])
    tasks = local.only("jobs")["tasks"]["records"]
    assert {task["id"] for task in tasks} <= set(output.split())
    assert output.split().count("complete") == len(tasks)
    assert "…" not in output
