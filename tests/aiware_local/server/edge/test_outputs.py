"""The outputs of a job on Edge: names, contents, downloads."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable

import pytest

from aiware_local.server.edge.ids import internal_job_id, job_id_of
from tests.aiware_local.edge_support import TASK_IDS, Edge, translation_job
from tests.aiware_local.support import TRANSLATION, Local

NAME = re.compile(r"vtn-standard-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json")
MEDIA = "https://media.example/a.mp4"


def _reading(url: str) -> dict[str, object]:
    """A translation job of the text at a URL."""
    job = translation_job()
    payload = json.dumps({"url": url})
    job["tasks"][0] |= {"payloadJSON": payload, "taskPayloadJSON": payload}
    return job


async def _text(edge: Edge, job_id: str) -> str:
    (output,) = await edge.outputs(job_id)
    contents = (await edge.get(f"/proc/job/{job_id}/output/{output['name']}"))["output"]["contents"]
    text: str = json.loads(contents)["object"][0]["text"]
    return text


async def test_outputs_come_with_the_end(local: Local, edge: Edge) -> None:
    job_id = await edge.new_job()
    assert await edge.outputs(job_id) == []
    local.clock.advance(1.5)
    assert await edge.outputs(job_id) == []
    local.clock.advance(1)
    (output,) = await edge.outputs(job_id)
    assert set(output) == {"name", "size", "created"}
    assert NAME.fullmatch(output["name"])
    assert await edge.outputs(job_id) == [output]


@pytest.mark.usefixtures("without_apertium")
async def test_contents_and_download_are_the_same(local: Local, edge: Edge) -> None:
    (local.media_root / "carta.txt").write_text("¿Qué tal? " * 20_000, encoding="utf-8")
    (job_id,) = await edge.create(_reading("carta.txt"))
    local.clock.advance(100)
    (listed,) = await edge.outputs(job_id)
    output = (await edge.get(f"/proc/job/{job_id}/output/{listed['name']}"))["output"]
    assert output == {**listed, "contents": output["contents"], "contentsValid": True}
    pieces = await edge.get(f"/proc/job/{job_id}/download/{listed['name']}")
    assert len(pieces) > 1
    content = b"".join(base64.b64decode(piece, validate=True) for piece in pieces)
    assert content == base64.b64decode("".join(pieces), validate=True)
    assert content.decode() == output["contents"]
    assert len(content) == listed["size"]
    assert json.loads(content)["sourceEngineId"] == TRANSLATION


@pytest.mark.usefixtures("without_apertium")
async def test_text_of_a_file(local: Local, edge: Edge) -> None:
    (local.media_root / "hola.txt").write_text("Hola, mundo.", encoding="utf-8")
    (job_id,) = await edge.create(_reading("file:hola.txt"))
    local.clock.advance(100)
    assert await _text(edge, job_id) == "[simulated translation] Hola, mundo."


async def test_text_out_of_reach_is_simulated(local: Local, edge: Edge) -> None:
    job_id = await edge.new_job()
    local.clock.advance(100)
    assert await _text(edge, job_id) == (
        "[simulated translation] This text stands for that of spanish.txt: it is simulated."
    )


async def test_every_job_has_its_own_outputs(local: Local, edge: Edge) -> None:
    tdo = await local.new_tdo()
    first, second = await edge.create(*[translation_job(coreRecordingID=int(tdo)) for _ in range(2)])
    local.clock.advance(100)
    (one,), (other,) = await edge.outputs(first), await edge.outputs(second)
    assert one["name"] != other["name"]
    assert (await edge.refused("GET", f"/proc/job/{first}/output/{other['name']}"))[0] == 404


async def test_outputs_of_a_transcription_of_graphql(local: Local, edge: Edge) -> None:
    job = await local.run_transcription(MEDIA)
    job_id = internal_job_id(job["id"])
    (output,) = await edge.outputs(job_id)
    contents = (await edge.get(f"/proc/job/{job_id}/output/{output['name']}"))["output"]["contents"]
    assert json.loads(contents)["validationContracts"] == ["transcript"]


async def test_unknown_names(local: Local, edge: Edge) -> None:
    job_id = await edge.new_job()
    local.clock.advance(100)
    (output,) = await edge.outputs(job_id)
    for name in ("none.json", f"{output['name']}.json", output["name"].removesuffix(".json")):
        for what in ("output", "download"):
            refusal = await edge.refused("GET", f"/proc/job/{job_id}/{what}/{name}")
            assert refusal == (404, f"There is no output {name}.")


@pytest.mark.parametrize(
    "mutation",
    [
        lambda tdo: f'mutation {{ deleteTDO(id: "{tdo}") {{ id }} }}',
        lambda tdo: f'mutation {{ cleanupTDO(id: "{tdo}", options: [storage]) {{ id }} }}',
    ],
)
async def test_outputs_go_with_the_assets(local: Local, edge: Edge, mutation: Callable[[int], str]) -> None:
    job_id = await edge.new_job()
    local.clock.advance(100)
    (output,) = await edge.outputs(job_id)
    await local.ask(mutation((await edge.detail(job_id))["coreRecordingId"]))
    assert await edge.outputs(job_id) == []
    assert (await edge.refused("GET", f"/proc/job/{job_id}/output/{output['name']}"))[0] == 404
    assert await edge.status(job_id) == "complete"


async def test_contents_that_are_no_text(local: Local, edge: Edge) -> None:
    job_id = await edge.new_job()
    local.clock.advance(100)
    (output,) = await edge.outputs(job_id)
    (asset,) = local.installation.store.scan("asset")
    local.installation.files.write(asset["_file"], b"\xff\xfe")
    found = (await edge.get(f"/proc/job/{job_id}/output/{output['name']}"))["output"]
    assert (found["contents"], found["contentsValid"], found["size"]) == ("", False, 2)
    assert await edge.get(f"/proc/job/{job_id}/download/{output['name']}") == ["//4="]


async def test_two_results_of_one_writer(local: Local, edge: Edge) -> None:
    """The writer collects from two translations, and both are outputs."""
    job = translation_job()
    third, output, input_ = (f"44444444-0000-4000-8000-00000000000{digit}" for digit in "abc")
    job["tasks"].append({**job["tasks"][0], "correlationTaskId": third})
    job["tasks"][2]["ioFolders"] = [{"correlationID": output, "mode": "chunk", "type": "output"}]
    job["tasks"][1]["ioFolders"].append({"correlationID": input_, "mode": "chunk", "type": "input"})
    job["taskRoutes"] += [
        {"taskChildId": third},
        {
            "taskParentId": third,
            "taskParentOutputId": output,
            "taskChildId": TASK_IDS[1],
            "taskChildInputId": input_,
        },
    ]
    (job_id,) = await edge.create(job)
    local.clock.advance(100)
    assert len({output["name"] for output in await edge.outputs(job_id)}) == 2
    assert (await local.job(str(job_id_of(job_id))))["status"] == "complete"
