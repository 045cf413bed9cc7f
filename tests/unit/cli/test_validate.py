"""`aiware validate`: jobs in files, without aiWARE."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from aiware_resources import engines
from aiware_resources.cli import job_files
from tests.support.command import Aiware
from tests.support.objects import job_input

ROOT = Path(__file__).parents[3]
MUTATION = ROOT / "tests" / "contracts" / "calls" / "06-create-job.graphql"
DOCUMENT = "mutation($input: CreateJob) { createJob(input: $input) { id } }"

Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a file: text as it is, anything else as JSON."""

    def write(content: Any, name: str = "job.json") -> Path:
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    return write


@pytest.fixture(autouse=True)
def _offline(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """aiWARE is out of reach, and the settings are of no use."""
    monkeypatch.setenv("AIWARE_ENDPOINT", "https://aiware.example/v3/graphql")
    monkeypatch.setenv("AIWARE_API", "edge")


def problems(aiware: Aiware, file: Path, *more: str) -> dict[str, str]:
    """What is said to be wrong, by path."""
    result = aiware("validate", str(file), *more, "--json")
    found = json.loads(result.stdout)
    assert (found["valid"], result.exit_code) == ((True, 0) if not found["problems"] else (False, 1))
    return {problem["path"]: problem["message"] for problem in found["problems"]}


@pytest.mark.parametrize(
    "content",
    [
        job_input(),
        {"input": job_input(targetId="1")},
        {"query": DOCUMENT, "variables": {"input": job_input()}},
        [job_input(name="one"), job_input(name="two")],
    ],
)
def test_right_ones_in_every_shape(aiware: Aiware, written: Written, data: Path, content: Any) -> None:
    file = written(content)
    result = aiware("validate", str(file))
    jobs = "2 jobs" if isinstance(content, list) else "1 job"
    assert (result.exit_code, result.output) == (0, f"{file}: {jobs}, nothing wrong.\n")
    assert not data.exists()


def test_the_documents_own_job_is_right(aiware: Aiware) -> None:
    assert problems(aiware, MUTATION) == {}


def broken() -> dict[str, Any]:
    """A job with a mistake of each kind."""
    job = copy.deepcopy(job_input())
    job["target"] |= {"startDateTime": "2026-01-02T00:00:00Z", "stopDateTime": "2026-01-01T00:00:00Z"}
    job["tasks"][0]["ioFolders"][0]["mode"] = "streem"
    del job["tasks"][3]["engineId"]
    job["routes"][0]["childIoFolderReferenceId"] = "nowhere"
    job["tasks"][1]["payloads"] = {}
    return {**job, "cluster_id": "rt-1", "onDestroy": "retain", "retries": "often"}


def test_each_problem_has_its_path(aiware: Aiware, written: Written) -> None:
    found = problems(aiware, written({"input": broken()}))
    assert found["input.cluster_id"] == "is not something that createJob takes: did you mean clusterId?"
    assert found["input.onDestroy"].startswith("is not something that createJob takes: it takes ")
    assert found["input.retries"] == "must be a whole number"
    assert "'stream' or 'chunk'" in found["input.tasks[0].ioFolders[0].mode"]
    assert found["input.tasks[1].payloads"].startswith("is not known here: ")
    assert "ends after it starts" in found["input.target.stopDateTime"]
    # A graph is looked at as a whole when its parts are right.
    repaired = broken()
    repaired["tasks"][0]["ioFolders"][0]["mode"] = "stream"
    del repaired["tasks"][1]["payloads"]
    graph = problems(aiware, written([repaired]))
    assert graph["[0].tasks[3].engineId"] == "is missing: every task needs the id of its engine"
    assert 'no task has a folder "nowhere"' in graph["[0].routes[0].childIoFolderReferenceId"]


def test_it_is_told_in_lines(aiware: Aiware, written: Written) -> None:
    file = written({"tasks": [{"engineId": engines.PLAYBACK}], "retries": "often", "target": {}})
    result = aiware("validate", str(file))
    assert result.exit_code == 1
    assert result.stdout == f"{file}: retries: must be a whole number\n"
    assert result.stderr == "1 problem in 1 job.\n"


@pytest.mark.parametrize("given", [{}, {"targetId": "1", "target": {}}])
def test_exactly_one_tdo(aiware: Aiware, written: Written, given: dict[str, Any]) -> None:
    job = {key: value for key, value in job_input().items() if key != "target"}
    assert list(problems(aiware, written({**job, **given}))) == ["targetId"]


INLINE = """query Others { jobs { records { id } } }

mutation Run($tdo: ID!, $engine: ID = "e") {
  first: createJob(input: {targetId: $tdo, tasks: [{engineId: $engine}], retries: "often"}) { id }
  createJob(input: {tasks: [{engineId: "e", payload: {a: 1}}]}) { id }
}
"""


def test_jobs_written_out_in_a_document(aiware: Aiware, written: Written) -> None:
    file = written(INLINE, "run.graphql")
    found = problems(aiware, file)
    assert list(found) == ["first (line 4).retries", "createJob (line 5).targetId"]
    # Variables without a value are not checked.
    said = aiware("validate", str(file))
    assert f"{file}: nothing is known of $tdo" in said.stderr
    assert json.loads(aiware("validate", str(file), "--json").stdout)["unknownVariables"] == ["tdo"]


def test_variables_from_a_file(aiware: Aiware, written: Written) -> None:
    document = written(DOCUMENT, "job.graphql")
    assert problems(aiware, document) == {}
    right = written({"input": job_input()}, "right.json")
    assert problems(aiware, document, "--variables", str(right)) == {}
    wrong = written({"input": {**job_input(), "retries": "often"}}, "wrong.json")
    assert list(problems(aiware, document, "--variables", str(wrong))) == ["variables.input.retries"]
    for content in ("[1]", "no JSON"):
        assert aiware("validate", str(document), "--variables", str(written(content, "v.json"))).exit_code == 2


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        ("query { job(id: $id) { id } }", "line 1", "Variable '$id' is not defined"),
        ("query A($id: ID!) {\n job(id: 1) { id } }", "line 1", "Variable '$id' is never used in operation 'A'."),
        ("query { job(id: 1) { ...Fields } }", "line 1", "Unknown fragment 'Fields'."),
        ("query { job(id: 1, id: 2) { id } }", "line 1", "There can be only one argument named 'id'."),
    ],
)
def test_documents_without_a_job(aiware: Aiware, written: Written, document: str, path: str, message: str) -> None:
    found = problems(aiware, written(document, "a.graphql"))
    assert list(found) == [path]
    assert message in found[path]


def test_a_right_document_without_a_job(aiware: Aiware, written: Written) -> None:
    file = written("query { jobs { records { id } } }", "a.graphql")
    assert aiware("validate", str(file)).output == (
        f"{file}: the syntax is right; there is no createJob in it, whose input could be validated.\n"
    )


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ('{"tasks": [', "a.json", "is not JSON"),
        ("query {", "a.graphql", "line 1: neither JSON nor a GraphQL document: Syntax Error"),
        ({"a": 1}, "a.json", "describes no job"),
        ("mutation { createJob { id } }", "a.graphql", "createJob has no input"),
        ({"jobs": [{"tasks": [], "taskRoutes": []}]}, "a.json", "is a request for aiWARE Edge"),
    ],
)
def test_what_cannot_be_validated(aiware: Aiware, written: Written, content: Any, name: str, says: str) -> None:
    result = aiware("validate", str(written(content, name)))
    assert (result.exit_code, result.stdout) == (1, "")
    assert says in result.stderr


def test_a_file_that_is_not_there_is_wrong_usage(aiware: Aiware) -> None:
    assert aiware("validate", "nowhere.json").exit_code == 2


@pytest.mark.parametrize("command", ["validate", "dag"])
@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_validate_and_dag_read_the_same_files(aiware: Aiware, written: Written, command: str, suffix: str) -> None:
    job = job_input()
    content = json.dumps(job) if suffix == "json" else yaml.safe_dump(job)
    assert aiware(command, str(written(content, f"job.{suffix}"))).exit_code == 0
    assert aiware(command, "-", typed=json.dumps(job)).exit_code == 0
    assert aiware(command, "-", typed="nonsense").exit_code == 1
    variables = written({"input": job}, "variables.json")
    given = aiware(command, str(written(DOCUMENT, "a.graphql")), "--variables", str(variables))
    assert (given.exit_code, given.stderr) == (0, "")


def test_yaml_is_read_as_json_would_be(aiware: Aiware, written: Written) -> None:
    job = job_input()
    job["tasks"][0]["payload"] |= {"language": "XX", "date": "YY"}
    content = yaml.safe_dump(job).replace("XX", "no").replace("YY", "2026-01-31")
    file = job_files.read(written(content, "job.yml"), {})
    assert file.jobs[0].content["tasks"][0]["payload"].items() >= {"language": "no", "date": "2026-01-31"}.items()


@pytest.mark.parametrize("content", ["a: [", "&a [*a]", "!!python/object:os.system {}", "? {a: 1}\n: 2"])
def test_what_is_not_yaml(aiware: Aiware, written: Written, content: str) -> None:
    result = aiware("validate", str(written(content, "job.yaml")))
    assert result.exit_code == 1
    assert "is not YAML that JSON could hold" in result.stderr
