"""`aiware convert`: a program declares the job that it is made of, and is laid out as ruff does."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, parse, value_from_ast_untyped

from aiware_resources.api.edge.submission import Submission
from aiware_resources.cli.conversion import convert, stand_in
from aiware_resources.cli.documents import Wanted, documents
from aiware_resources.cli.documents.edge import as_cloud_job
from tests.contracts.documents import RIGHT
from tests.support import forks
from tests.support.conversion import NAMED_CORRELATIONS, normal
from tests.support.edge import GOLDEN, golden, named_by_place
from tests.support.offline import declare_each

ROOT = Path(__file__).resolve().parents[3]
MUTATION = ROOT / "tests" / "contracts" / "calls" / "06-create-job.graphql"
RUFF = Path(sys.executable).with_name("ruff")


def declared_in(folder: Path) -> dict[str, dict[str, Any]]:
    """What the jobs of the programs in a folder would be created with, by the names of their files."""
    ran = forks.run(declare_each, folder)
    assert ran.code == 0, ran.errors
    found = {}
    for name, resources in json.loads(ran.output).items():
        (job,) = resources
        found[name] = {key: item for key, item in job["inputs"].items() if not key.startswith("__")}
    return found


def engines_of(job: dict[str, Any]) -> list[Any]:
    return [task["engineId"] for task in job["tasks"]]


def write(folder: Path, content: Any, name: str) -> None:
    """Converts a job into a program."""
    file = folder / f"{name}.json"
    file.write_text(json.dumps(content))
    jobs = [job for document in documents(Wanted([file])) for job in document.jobs]
    (folder / f"{name}.py").write_text(convert(jobs).source, encoding="utf-8")


def test_every_document_is_what_its_program_declares(tmp_path: Path) -> None:
    for number, document in enumerate(RIGHT):
        write(tmp_path, document.job, f"a{number}")
    found = declared_in(tmp_path)
    for number, document in enumerate(RIGHT):
        declared = found[f"a{number}"]
        assert normal(declared) == normal(document.job), document.name
        assert engines_of(declared) == engines_of(document.job), document.name
    subprocess.run([RUFF, "format", "--check", "--isolated", "--line-length", "120", tmp_path], check=True)
    subprocess.run([RUFF, "check", "--isolated", "--select", "I,F", tmp_path], check=True)


def test_the_jobs_of_the_seed(tmp_path: Path) -> None:
    for file in (MUTATION, GOLDEN):
        jobs = [job for document in documents(Wanted([file])) for job in document.jobs]
        (tmp_path / f"{file.stem}.py").write_text(convert(jobs).source)
    write(tmp_path, {"jobs": [NAMED_CORRELATIONS]}, "named")
    found = declared_in(tmp_path)
    (operation,) = parse(MUTATION.read_text()).definitions
    assert isinstance(operation, OperationDefinitionNode)
    (field,) = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    (argument,) = field.arguments or ()
    assert normal(found[MUTATION.stem]) == normal(value_from_ast_untyped(argument.value))
    edge = Submission(found[GOLDEN.stem], "owner", "organization").request()
    assert named_by_place(edge) == golden()
    assert normal(found["named"]) == normal(as_cloud_job(NAMED_CORRELATIONS))


RUN = """mutation Run($tdo: ID!, $hooks: [String], $retries: Int = 2, $data: JSONData!) {
  createJob(input: {targetId: $tdo, notificationUris: $hooks, retries: $retries,
    tasks: [{engineId: "a", payload: {apiKey: "sekrit", data: $data}}]}) { id }
}"""
CONFIG = """config:
  converted:tdo: "7"
  converted:hooks: ["https://hooks.test/a"]
  converted:data: {a: {b: [1, true, "x"]}}
  converted:run-job-api-key: sekrit
"""


def test_configuration_stands_for_variables_and_secrets(tmp_path: Path) -> None:
    (tmp_path / "run.graphql").write_text(RUN)
    (tmp_path / "Pulumi.yaml").write_text("name: converted\nruntime: python\n")
    (tmp_path / "Pulumi.local.yaml").write_text(CONFIG)
    (document,) = documents(Wanted([tmp_path / "run.graphql"], stand=stand_in))
    source = convert(document.jobs).source
    assert "sekrit" not in source
    (tmp_path / "program.py").write_text(source)
    payload = {"apiKey": "sekrit", "data": {"a": {"b": [1, True, "x"]}}}
    wanted = {"targetId": "7", "notificationUris": ["https://hooks.test/a"], "retries": 2}
    found = declared_in(tmp_path)["program"]
    assert normal(found) == normal({**wanted, "tasks": [{"engineId": "a", "payload": payload}]})


ENGINES = [
    "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255",
    "352556c7-de07-4d55-b33f-74b1cf237f25",
    "8bdb0e3b-ff28-4f6e-a3ba-887bd06e6440",
    "8eccf9cc-6b6d-4d7d-8cb3-7ebf4950c5f3",
    "045e675b-ed7c-43bf-8300-a2f2102f57a4",
    "mine",
]
PAYLOADS = [
    None,
    {},
    {"url": "https://media.test/a.mp4"},
    {"url": "u", "class": 1},
    {"ffmpegTemplate": "audio", "customFFMPEGProperties": {"chunkSizeInSeconds": "20"}},
    {"ffmpegTemplate": "frame", "url": "u"},
    {"ffmpegTemplate": "video", "customFFMPEGProperties": {"a": 1}},
    ["text", {"name": "x" * 100}],
]
PREFERENCES = [None, {"parentCompleteBeforeStarting": True}, {"priority": -5, "maxEngines": 2}]
MODES = [None, "chunk", "chunk", "stream"]


def any_graph(chance: random.Random) -> dict[str, Any]:
    """Any graph without a circle, whose folders are joined in any way that their modes allow."""
    tasks: list[dict[str, Any]] = []
    routes = []
    for index in range(chance.randint(1, 6)):
        reads, writes = chance.choice(MODES), chance.choice(MODES)
        folders = [
            {"referenceId": f"{kind}{index}", "mode": mode, "type": kind}
            for kind, mode in (("input", reads), ("output", writes))
            if mode
        ]
        given = {
            "payload": chance.choice(PAYLOADS),
            "executionPreferences": chance.choice(PREFERENCES),
            "isClone": chance.choice([None, None, None, None, True]),
        }
        task = {key: item for key, item in given.items() if item is not None}
        tasks.append({"engineId": chance.choice(ENGINES), "ioFolders": folders, **task})
        for parent in range(index):
            writers = [each["mode"] for each in tasks[parent]["ioFolders"] if each["type"] == "output"]
            if reads in writers and chance.random() < 0.6:
                routes.append(
                    {"parentIoFolderReferenceId": f"output{parent}", "childIoFolderReferenceId": f"input{index}"}
                )
    return {"targetId": "1", "tasks": tasks, "routes": routes}


def test_any_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whether these jobs make sense is another matter.
    monkeypatch.setattr("aiware_resources.cli.conversion.program.problems_of", lambda *_: [])
    jobs = [any_graph(random.Random(seed)) for seed in range(120)]  # noqa: S311 - no secrets
    for number, job in enumerate(jobs):
        write(tmp_path, job, f"a{number}")
    found = declared_in(tmp_path)
    for number, job in enumerate(jobs):
        assert normal(found[f"a{number}"]) == normal(job)
    subprocess.run([RUFF, "format", "--check", "--isolated", "--line-length", "120", tmp_path], check=True)
