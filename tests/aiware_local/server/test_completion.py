"""What is completed by compiled selections is what graphql-core makes of it; what goes wrong, only that says."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_local.server import graphql
from tests.aiware_local.support import Local, transcription_job

URL = "https://media.example/talk.mp3"
READ = """
query($id: ID!, $since: DateTime, $most: Int) {
  first: job(id: $id) { ...JobFields kind: __typename }
  again: job(id: $id) { ... on Job { name ...JobFields } target { isPublic assets { ... on Page { count } } } }
  jobs(limit: $most, dateTimeFilter: [{field: createdDateTime, fromDateTime: $since}]) {
    __typename
    ... on Page { offset count }
    records { id status routes { parentIoFolderReferenceId options } tasks(limit: $most) { records { order } } }
  }
  engines(limit: 2) { records { id name category { type { name } } } }
  me { id organization { id seats } }
}
fragment JobFields on Job {
  id status createdDateTime clusterId
  target { id startDateTime assets { records { id assetType fileData { size } jsondata } } }
  tasks(offset: 0, limit: 30) { records { ...TaskFields } }
}
fragment TaskFields on Task { id status completedDateTime payload output engine { id } ioFolders { mode type } }
"""


async def _both(local: Local, monkeypatch: pytest.MonkeyPatch, query: str, **variables: Any) -> tuple[Any, Any]:
    """The answer, and that of graphql-core alone."""
    ours = (await local.post(query, **variables)).json()
    with monkeypatch.context() as patched:
        patched.setattr(graphql, "_operation", lambda *_: None)
        return ours, (await local.post(query, **variables)).json()


async def test_an_answer_is_that_of_graphql_core(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.delattr(graphql, "execute")
        job = await local.run_transcription(URL, name="A talk")
        await local.ask(READ, id=job["id"], since=0)
    ours, theirs = await _both(local, monkeypatch, READ, id=job["id"], since=0, most=3)
    assert "errors" not in ours
    assert ours["data"]["first"]["kind"] == "Job"
    assert ours["data"]["jobs"]["records"][0]["status"] == "complete"
    assert repr(ours) == repr(theirs)  # in the same order


@pytest.mark.parametrize(
    "selection",
    [
        'target { id primaryAsset(assetType: "film") { id } }',
        "id @skip(if: false) name @include(if: false)",
        "id tasks(limit: 0) { count }",
    ],
)
async def test_what_is_out_of_the_ordinary_is_for_graphql_core(
    local: Local, monkeypatch: pytest.MonkeyPatch, selection: str
) -> None:
    job = await local.new_job(target={}, **transcription_job(URL))
    query = f"query($id: ID!) {{ one: job(id: $id) {{ {selection} }} two: job(id: $id) {{ id }} me {{ id }} }}"
    ours, theirs = await _both(local, monkeypatch, query, id=job["id"])
    assert ours["data"]["two"] == {"id": job["id"]}
    assert ours == theirs


async def test_a_mutation_whose_answer_has_an_error_is_executed_once(local: Local) -> None:
    query = 'mutation($i: CreateJob) { createJob(input: $i) { id target { primaryAsset(assetType: "film") { id } } } }'
    answer = (await local.post(query, i={"target": {}, **transcription_job(URL)})).json()
    assert [error["path"] for error in answer["errors"]] == [["createJob", "target", "primaryAsset"]]
    jobs = (await local.http.get("/_local/objects")).json()["jobs"]
    assert [job["id"] for job in jobs] == [answer["data"]["createJob"]["id"]]
    assert (await local.http.get("/_local/requests")).json()["totals"] == {"createJob": 1}


async def test_what_json_can_say_is_answered_as_it_is(local: Local) -> None:
    nested: list[Any] = []
    for _ in range(300):
        nested = [nested]
    config = {
        "a": [1e22, 5e-324, -0.0, 10**30, 1795924517.967, True, None],
        "\U0001f600 \u2028": '\0 "',
        "deep": nested,
    }
    query = "mutation($i: CreateJob) { createJob(input: $i) { jobConfig } }"
    answer = await local.ask(query, i={**transcription_job(URL), "target": {}, "jobConfig": config})
    assert repr(answer["createJob"]["jobConfig"]) == repr(config)
