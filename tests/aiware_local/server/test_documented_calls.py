"""The calls of the page "Working with Jobs", one after another, against the local aiWARE.

The folder `tests/contracts/calls` holds them.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse

from aiware_local.installation.auth import USER_NAME
from tests.aiware_local.support import SPEECHMATICS, TRANSLATION, Local
from tests.support.project import ROOT

BLOCKS = sorted((ROOT / "tests" / "contracts" / "calls").glob("*.graphql"))
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def _block(name: str, **replacements: str) -> str:
    (path,) = (block for block in BLOCKS if block.stem.endswith(name))
    text = path.read_text(encoding="utf-8")
    for old, new in replacements.items():
        assert old in text
        text = text.replace(old, new)
    return text


def _require_shape(selections: SelectionSetNode, answer: Any) -> None:
    """Every object of the answer has exactly the fields that were asked for."""
    for part in answer if isinstance(answer, list) else [answer]:
        if part is None:
            continue
        fields = [field for field in selections.selections if isinstance(field, FieldNode)]
        assert set(part) == {field.name.value for field in fields}
        for field in fields:
            if field.selection_set is not None:
                _require_shape(field.selection_set, part[field.name.value])


async def _run(local: Local, text: str) -> Any:
    data = await local.ask(text)
    (operation,) = parse(text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    _require_shape(operation.selection_set, data)
    return data


async def test_login(local: Local) -> None:
    password = local.installation.tokens.credentials.password
    text = _block("user-login", **{"jdoe@mycompany.com": USER_NAME, "Password123": password})
    response = await local.http.post("/v3/graphql", json={"query": text})
    token = response.json()["data"]["userLogin"]["token"]
    assert len(token) == 36
    assert str(uuid.UUID(token)) == token


async def test_choosing_an_engine(local: Local) -> None:
    categories = (await _run(local, _block("engine-categories")))["engineCategories"]["records"]
    assert {category["type"]["name"] for category in categories} == {"Cognition"}
    engines = (await _run(local, _block("03-engines")))["engines"]
    assert engines["count"] == len(engines["records"]) == 2
    spanish = next(engine for engine in engines["records"] if engine["id"] == TRANSLATION)
    field = spanish["fields"][1]
    assert (field["name"], field["type"], field["options"]) == (
        "target",
        "Picklist",
        [{"key": "English", "value": "en"}],
    )


async def test_from_cluster_to_captions_and_away(local: Local) -> None:
    assert (await _run(local, _block("04-clusters")))["clusters"]["records"] == []
    cluster = (await _run(local, _block("create-cluster")))["createCluster"]["id"]
    listed = (await _run(local, _block("04-clusters")))["clusters"]["records"]
    assert [record["name"] for record in listed] == ["myTeam1"]

    job = (await _run(local, _block("create-job", _YOUR_CLUSTER_ID=cluster)))["createJob"]
    assert job["clusterId"] == cluster
    assert [task["status"] for task in job["tasks"]["records"]] == ["pending"] * 5
    assert len(job["routes"]) == 4

    status = _block("job-status", **{"19093817_Mdsq3lksrB": job["id"]})
    seen = []
    for _ in range(42):
        read = (await _run(local, status))["job"]
        seen.append(read["status"])
        local.clock.advance(0.05)
    assert list(dict.fromkeys(seen)) == ["pending", "queued", "running", "complete"]
    assert ISO.fullmatch(read["createdDateTime"])
    assert all(task["log"]["text"] for task in read["tasks"]["records"])

    results = (await _run(local, _block("engine-results", YOUR_JOB_ID=job["id"])))["engineResults"]["records"]
    assert [result["engineId"] for result in results] == [SPEECHMATICS]
    assert results[0]["jsondata"]["series"]

    tdo = job["targetId"]
    ids = {"431011721": tdo, "71ab1ba9-e0b8-4215-b4f9-0fc1a1d2b44d": SPEECHMATICS}
    export = (await _run(local, _block("create-export-request", **ids)))["createExportRequest"]
    assert (export["status"], export["assetUri"]) == ("incomplete", None)
    assert ISO.fullmatch(export["createdDateTime"])
    poll = _block("10-export-request", **{"a2efc2bb-e09f-40bf-a2bc-1d25297ac2f7": export["id"]})
    assert (await _run(local, poll))["exportRequest"] == {
        "status": "incomplete",
        "assetUri": None,
        "requestorId": export["requestorId"],
    }
    local.clock.advance(1)
    done = (await _run(local, poll))["exportRequest"]
    assert done["status"] == "complete"
    assert (await local.http.get(done["assetUri"])).text.startswith("WEBVTT")

    cleaned = (await _run(local, _block("cleanup-tdo", **{"44512341": tdo})))["cleanupTDO"]
    assert cleaned == {"id": tdo, "message": f"Data deleted from {tdo}:  storage,engineResults"}
    deleted = (await _run(local, _block("delete-tdo", **{"44512341": tdo})))["deleteTDO"]
    assert deleted == {"id": tdo, "message": f"TemporalDataObject {tdo} was deleted."}
    assert (await local.refused(_block("delete-tdo", **{"44512341": tdo})))["name"] == "not_found"
