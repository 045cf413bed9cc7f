"""`aiware validate`: jobs in files, without aiWARE."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiware_resources import engines
from aiware_resources.cli.documents import Wanted, documents
from tests.support.command import Aiware
from tests.support.edge import GOLDEN
from tests.support.objects import job_input
from tests.unit.cli.validating import DOCUMENT, MUTATION, SHORT, Written, offline, problems, written

__all__ = ["offline", "written"]


PIECES = [
    "{", "}", "[", "]", '"tasks": ', '"engineId"', ": ", ", ", "null", "1e999", '"query": ', '"taskRoutes": ', "#",
    "createJob", "(input: ", ")", "mutation ", "$x", "tasks: ", '"', "\\", "\n", "curl -d ", "'",
    "&a ", "*a", "- ", "\ufeff",
]  # fmt: skip
"""Parts of files, for files that are not right."""


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
    said = "2 jobs, nothing wrong: one, two" if isinstance(content, list) else "1 job, nothing wrong"
    assert (result.exit_code, result.output) == (0, f"{file}: {said}.\n")
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


def test_a_value_stands_for_a_list_of_one(aiware: Aiware, written: Written) -> None:
    hook = "https://hooks.example/records"
    task: dict[str, Any] = {"engineId": engines.SPEECHMATICS_ENGLISH, "notificationUris": hook}
    folder = {"referenceId": "in", "mode": "chunk", "type": "input"}
    target = {"assets": {"assetType": "media", "uri": "https://media.example/a.mp4"}}
    assert problems(aiware, written({"target": target, "tasks": task, "notificationUris": hook})) == {}
    wrong = {"targetId": "1", "tasks": task | {"ioFolders": folder | {"mode": "streem"}}}
    for file in (written(wrong), written(yaml.safe_dump(wrong), "job.yaml")):
        (place,) = problems(aiware, file)
        assert place == "tasks[0].ioFolders[0].mode"


@pytest.mark.parametrize(
    ("payload", "wrong"),
    [
        ({"ffmpegTemplate": "Audio"}, ["ffmpegTemplate"]),
        ({"ffmpegTemplate": ["audio"]}, ["ffmpegTemplate"]),
        ({"customFFMPEGProperties": {"chunkSizeInSeconds": -5}}, ["customFFMPEGProperties.chunkSizeInSeconds"]),
        ({"customFFMPEGProperties": {"chunkSizeInSeconds": "0.5"}}, ["customFFMPEGProperties.chunkSizeInSeconds"]),
        ({"ffmpegTemplate": "rawchunk", "customFFMPEGProperties": {"chunkSizeInSeconds": "20"}}, []),
        ({"customFFMPEGProperties": "text"}, ["customFFMPEGProperties"]),
    ],
)
def test_media_are_cut_as_is_documented(
    aiware: Aiware, written: Written, payload: dict[str, Any], wrong: list[str]
) -> None:
    job = {"targetId": "1", "tasks": [{"engineId": engines.CHUNK, "payload": payload}]}
    assert list(problems(aiware, written(job))) == [f"tasks[0].payload.{name}" for name in wrong]


def test_times_are_no_numbers_in_quotes(aiware: Aiware, written: Written) -> None:
    preferences = {"dueDateTime": "1574311000"}
    task = {"engineId": engines.SPEECHMATICS_ENGLISH, "executionPreferences": preferences, "payload": preferences}
    job = {"target": {"startDateTime": "1574311000", "stopDateTime": 1574311000}, "tasks": [task]}
    found = problems(aiware, written(job))
    assert set(found) == {"target.startDateTime", "tasks[0].executionPreferences.dueDateTime"}
    assert all(reason.endswith("write it without quotes, or as ISO 8601") for reason in found.values())


def test_each_problem_has_its_path(aiware: Aiware, written: Written) -> None:
    found = problems(aiware, written({"input": broken()}))
    assert found["input.cluster_id"] == "is not something that createJob takes: did you mean clusterId?"
    assert found["input.onDestroy"].startswith("is not something that createJob takes: it takes ")
    assert found["input.retries"] == "must be a whole number"
    assert "'stream' or 'chunk'" in found["input.tasks[0].ioFolders[0].mode"]
    assert found["input.tasks[1].payloads"].startswith("is not known here: ")
    assert "does not end before it starts" in found["input.target.stopDateTime"]
    # A graph is looked at as a whole when its parts are right.
    repaired = broken()
    repaired["tasks"][0]["ioFolders"][0]["mode"] = "stream"
    del repaired["tasks"][1]["payloads"]
    graph = problems(aiware, written([repaired]))
    assert graph["[0].tasks[3].engineId"] == "is missing: every task needs the id of its engine"
    assert 'no task has a folder "nowhere"' in graph["[0].routes[0].childIoFolderReferenceId"]


def test_it_is_told_in_lines(aiware: Aiware, written: Written) -> None:
    file = written({"tasks": [{"engineId": engines.PLAYBACK}], "retries": "often", "targetId": "1"})
    result = aiware("validate", str(file))
    assert result.exit_code == 1
    assert result.stdout == f"{file}:1:78: retries: must be a whole number\n"
    assert result.stderr == f"{file}: 1 problem in 1 job.\n"


def test_one_tdo_at_most(aiware: Aiware, written: Written) -> None:
    job = {key: value for key, value in job_input().items() if key != "target"}
    assert list(problems(aiware, written({**job, "targetId": "1", "target": {}}))) == ["targetId"]
    assert problems(aiware, written(job)) == {}


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ('{"tasks": [', "a.json", ":1:12: is not JSON: Expecting value."),
        ('{"tasks": [\n  {]', "a.json", ":2:4: is not JSON: "),
        ("query {\n", "a.graphql", ":2:1: is not a GraphQL document: Expected Name, found <EOF>."),
        ({"a": 1}, "a.json", ": describes no job. Give "),
        ("{ createJob(", "a.json", ":1:3: is not JSON: Expecting property name enclosed in double quotes; and at "),
        ("a: 1\nb: [", "a.yaml", ":2:5: is not YAML that JSON could hold: "),
        (" \n", "a.json", ":1:1: is empty. Give "),
        ("{a(b: " + "[" * 2000, "a.graphql", "is nested too deep"),
    ],
)
def test_what_cannot_be_read(aiware: Aiware, written: Written, content: Any, name: str, says: str) -> None:
    result = aiware("validate", str(written(content, name)))
    assert result.exit_code == 1
    assert says in result.stdout
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xef\xbb\xbf%s", None),
        ("%s".encode("utf-16"), None),
        (b'%s\r\n, "name": "\xe9"}', ":2:12: is not UTF-8 text (byte 0xe9). Save it as UTF-8."),
        (b"%s\r\n\r\n x", ":3:2: is not JSON: Extra data."),
    ],
)
def test_encodings_and_line_ends(aiware: Aiware, tmp_path: Path, content: bytes, says: str | None) -> None:
    job = json.dumps(job_input())
    file = tmp_path / "job.json"
    if content.startswith(b"\xff\xfe"):
        file.write_bytes(job.encode("utf-16"))
    else:
        text = job[:-1] if b"name" in content else job
        file.write_bytes(content.replace(b"%s", text.encode()))
    result = aiware("validate", str(file))
    assert (result.stdout == f"{file}: 1 job, nothing wrong.\n") is (says is None)
    assert says is None or says in result.stdout


def test_a_huge_file_is_not_read(aiware: Aiware, tmp_path: Path) -> None:
    file = tmp_path / "huge.json"
    with file.open("wb") as huge:
        huge.truncate(200 << 20)
    result = aiware("validate", str(file))
    assert result.stdout == f"{file}: is larger than 32 MB, which no job is.\n"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=60),
        st.binary(max_size=40),
        st.builds(lambda parts: "".join(parts), st.lists(st.sampled_from(PIECES), max_size=12)),
    ),
    st.sampled_from(["json", "graphql", "yaml", "sh", "txt"]),
)
def test_anything_ends_in_a_sentence(aiware: Aiware, tmp_path: Path, content: str | bytes, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    result = aiware("validate", str(file))
    assert result.exit_code in (0, 1)
    assert result.stdout.startswith(str(file))


def test_a_short_yaml_file_that_stands_for_much(aiware: Aiware, written: Written) -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{level}: &a{level} [{', '.join(f'*a{level - 1}' for _ in range(10))}]" for level in range(1, 9)]
    result = aiware("validate", str(written("\n".join(lines), "a.yaml")))
    assert ":1:1: holds more than 1,000,000 values" in result.stdout


LAUNCH = """mutation {
  launchSingleEngineJob(input: {engineId: "e", %s, fields: [
    {fieldName: "priority", fieldValue: "%s"}, {fieldName: "x", fieldValue: "1"}
  ]}) { id }
}
"""


def test_single_engine_jobs(aiware: Aiware, written: Written) -> None:
    assert problems(aiware, written(LAUNCH % ('uploadUrl: "u"', "-5"), "a.graphql")) == {}
    assert problems(aiware, written({"input": {"engineId": "e", "uploadUrl": "u", "clusterId": "rt-1"}})) == {}
    file = written(LAUNCH % ('uploadUrl: "u", targetId: "1", retries: 1', "often"), "a.graphql")
    lines = aiware("validate", str(file)).stdout.splitlines()
    assert [line.split(": ")[0].removeprefix(f"{file}:") for line in lines] == ["2:88", "3:41", "2:74"]
    assert "launchSingleEngineJob.fields[0].fieldValue: must be a whole number" in lines[1]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ([{"fieldName": "a", "fieldValue": 5}], "fields[0].fieldValue: must be text"),
        ([{"fieldValue": "x"}], "fields[0].fieldName: is missing"),
        (["x"], "fields[0]: must be an object"),
        ([{"fieldName": "a", "value": "x"}], "fields[0].value: is not known here: did you mean fieldValue?"),
        ({"fieldName": "a", "fieldValue": None}, ""),
    ],
)
def test_fields_of_single_engine_jobs(aiware: Aiware, written: Written, fields: Any, problem: str) -> None:
    result = aiware("validate", str(written({"engineId": "e", "uploadUrl": "u", "fields": fields})))
    assert (problem in result.stdout, result.exit_code) == (True, 1 if problem else 0)


EDGE: dict[str, Any] = {
    "tasks": [
        {
            "correlationTaskId": "translate",
            "engineId": engines.TRANSLATE_SPANISH_TO_ENGLISH,
            "taskPayloadJSON": '{"url":"https://media.test/es.txt"}',
            "ioFolders": [{"correlationID": "translated", "mode": "chunk", "type": "output"}],
        },
        {
            "correlationTaskId": "store",
            "engineId": engines.OUTPUT_WRITER,
            "ioFolders": [{"correlationID": "toStore", "mode": "chunk", "type": "input"}],
        },
    ],
    "taskRoutes": [
        {"taskChildId": "translate"},
        {
            "taskParentId": "translate",
            "taskParentOutputId": "translated",
            "taskChildId": "store",
            "taskChildInputId": "toStore",
        },
    ],
}


def test_jobs_of_edge(aiware: Aiware, written: Written) -> None:
    assert problems(aiware, GOLDEN) == {}
    assert problems(aiware, written({"jobs": [EDGE]})) == {}
    assert problems(aiware, written(EDGE)) == {}


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("tasks", 0, "engineID"), "x", "tasks[0].engineID: is not known here: did you mean engineId?"),
        (("tasks", 0, "taskPayloadJSON"), "{", "tasks[0].taskPayloadJSON: must be JSON as text: "),
        (
            ("tasks", 1, "correlationTaskId"),
            "translate",
            'tasks[1].correlationTaskId: "translate" is the id of tasks[0]',
        ),
        (
            ("taskRoutes", 1, "taskParentId"),
            "nobody",
            'taskRoutes[1].taskParentId: no task has the correlationTaskId "',
        ),
        (("taskRoutes", 1, "taskChildInputId"), "x", "taskRoutes[1].taskChildInputId: tasks[1] has no folder with the"),
        (
            ("taskRoutes", 1, "taskParentOutputId"),
            None,
            "taskRoutes[1].taskParentOutputId: is null, which aiWARE Edge does not take",
        ),
        (("tasks", 1, "ioFolders", 0, "mode"), "stream", "taskRoutes[1]: "),
        (("jobStatus",), "odd", "jobStatus: must be one of "),
        (("coreRecordingID",), "7", "coreRecordingID: must be a whole number"),
        (("tasks", 0, "engineId"), "speech", "tasks[0].engineId: must be a UUID"),
        (("tasks", 0, "dueDateTime"), "2026-01-01", "tasks[0].dueDateTime: must be a time with its zone"),
        (("tasks", 0, "maxRetries"), -1, "tasks[0].maxRetries: "),
        (("tasks", 0, "numChunksPerWorkItem"), -1, "tasks[0].numChunksPerWorkItem: is -1: give 0 or more"),
        (("taskRoutes", 0), {"taskChildId": "store"}, "tasks[0]: no route leads to it: add an entry of taskRoutes"),
        (("taskRoutes", 1), {"taskChildId": "translate"}, "taskRoutes[1]: says a second time that its task is a first"),
        (("taskRoutes", 0, "taskChildInputId"), "x", "taskRoutes[0].taskChildInputId: joins no folders without a"),
        (("jobConfigJSON",), "{", "jobConfigJSON: must be JSON as text"),
    ],
)
def test_mistakes_in_jobs_of_edge(
    aiware: Aiware, written: Written, path: tuple[Any, ...], value: Any, problem: str
) -> None:
    job = copy.deepcopy(EDGE)
    inner: Any = job
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    result = aiware("validate", str(written({"jobs": [job]})))
    assert result.exit_code == 1
    assert f": jobs[0].{problem}" in result.stdout.splitlines()[0]


def test_what_is_probably_not_meant_is_a_warning(aiware: Aiware, written: Written) -> None:
    folders = [{"referenceId": "a", "mode": "chunk", "type": "input"}]
    file = written({"targetId": "1", "tasks": [{"engineId": "e", "ioFolders": folders}]})
    result = aiware("validate", str(file))
    assert (result.exit_code, result.stdout) == (0, f"{file}: 1 job, nothing wrong.\n")
    assert result.stderr.startswith(f"Warning: {file}:1:61: tasks[0].ioFolders[0]: no route leads to the input folder")
    found = json.loads(aiware("validate", str(file), "--json").stdout)
    assert [warning["path"] for warning in found["warnings"]] == ["tasks[0].ioFolders[0]"]


def test_several_files_and_folders(aiware: Aiware, written: Written, tmp_path: Path) -> None:
    (tmp_path / "inner" / "node_modules").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    right = written(job_input(), "right.json")
    wrong = written({**job_input(), "retries": "often"}, "inner/wrong.json")
    broken = written('{"engineId": ', "inner/broken.json")
    for name in ("inner/package.json", "inner/node_modules/job.json", ".hidden/job.json", "notes.yaml"):
        written("{", name)
    query = written(SHORT, "query.gql")
    program = written(
        "from aiware_resources import Job\n\ndef declare():\n    Job('never', targt_id='1')\n", "module.py"
    )
    assert program.exists()
    result = json.loads(aiware("validate", str(tmp_path), str(right), "--json").stdout)
    assert [each["file"] for each in result["files"]] == [str(each) for each in (broken, wrong, query, right, right)]
    assert [each["valid"] for each in result["files"]] == [False, False, True, True, True]
    assert {problem["file"] for problem in result["problems"]} == {str(broken), str(wrong)}
    assert (result["valid"], result["jobs"], "file" in result) == (False, 3, False)
    empty = tmp_path / "empty"
    empty.mkdir()
    nothing = aiware("validate", str(empty))
    assert (nothing.exit_code, f"{empty} has no file that describes jobs" in nothing.stderr) == (1, True)
    assert aiware("validate").exit_code == 2


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
    (file,) = documents(Wanted([written(content, "job.yml")]))
    assert file.jobs[0].properties["tasks"][0]["payload"].items() >= {"language": "no", "date": "2026-01-31"}.items()


def test_places_in_yaml(aiware: Aiware, written: Written) -> None:
    job = yaml.safe_dump({"targetId": "1", "tasks": [{"engineId": "e"}]})
    result = aiware("validate", str(written(f"{job}retries: often\n---\n{job}retrys: 1\n", "job.yaml")))
    assert [line.partition(": ")[0].rpartition("yaml")[2] for line in result.stdout.splitlines()] == [":4:10", ":9:9"]
    typed = aiware("validate", "-", typed=job)
    assert typed.stdout == "-: 1 job, nothing wrong.\n"


@pytest.mark.parametrize("content", ["a: [", "&a [*a]", "!!python/object:os.system {}", "? {a: 1}\n: 2"])
def test_what_is_not_yaml(aiware: Aiware, written: Written, content: str) -> None:
    result = aiware("validate", str(written(content, "job.yaml")))
    assert result.exit_code == 1
    assert "is not YAML that JSON could hold" in result.stdout
