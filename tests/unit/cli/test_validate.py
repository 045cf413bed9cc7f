"""`aiware validate`: jobs in files, without aiWARE."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiware_resources import engines
from aiware_resources.cli.documents import Position, Wanted, documents
from aiware_resources.cli.documents.graphql import Given
from tests.contracts.documents import RIGHT, Document
from tests.support.command import Aiware
from tests.support.edge import GOLDEN
from tests.support.objects import job_input

ROOT = Path(__file__).parents[3]
MUTATION = ROOT / "tests" / "contracts" / "calls" / "06-create-job.graphql"
DOCUMENT = "mutation($input: CreateJob) { createJob(input: $input) { id } }"

Written = Callable[..., Path]

PIECES = [
    "{", "}", "[", "]", '"tasks": ', '"engineId"', ": ", ", ", "null", "1e999", '"query": ', '"taskRoutes": ', "#",
    "createJob", "(input: ", ")", "mutation ", "$x", "tasks: ", '"', "\\", "\n", "curl -d ", "'",
    "&a ", "*a", "- ", "\ufeff",
]  # fmt: skip
"""Parts of files, for files that are not right."""


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a file: text as it is, anything else as JSON."""

    def write(content: Any, name: str = "job.json") -> Path:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
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
    file = written({"tasks": [{"engineId": engines.PLAYBACK}], "retries": "often", "target": {}})
    result = aiware("validate", str(file))
    assert result.exit_code == 1
    assert result.stdout == f"{file}:1:78: retries: must be a whole number\n"
    assert result.stderr == f"{file}: 1 problem in 1 job.\n"


def test_one_tdo_at_most(aiware: Aiware, written: Written) -> None:
    job = {key: value for key, value in job_input().items() if key != "target"}
    assert list(problems(aiware, written({**job, "targetId": "1", "target": {}}))) == ["targetId"]
    assert problems(aiware, written(job)) == {}


INLINE = """query Others { jobs { records { id } } }

mutation Run($tdo: ID!, $engine: ID = "e") {
  first: createJob(input: {targetId: $tdo, tasks: [{engineId: $engine}], retries: "often"}) { id }
  ...Second
}

fragment Second on Mutation {
  createJob(input: {
    targetId: "1", target: {}, tasks: [{engineId: "e", payload: {a: 1}}]
  }) { id }
}
"""


def test_jobs_written_out_in_a_document(aiware: Aiware, written: Written) -> None:
    file = written(INLINE, "run.graphql")
    found = problems(aiware, file)
    assert list(found) == ["Run.first.retries", "Run.createJob.targetId"]
    lines = aiware("validate", str(file)).stdout.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [f"{file}:4:83", f"{file}:10:15"]
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
        ("query { job(id: $id) { id } }", "1:17", "Variable '$id' is not defined"),
        ("query A($id: ID!) {\n job(id: 1) { id } }", "1:9", "Variable '$id' is never used in operation 'A'."),
        ("query { job(id: 1) {\n ...Fields } }", "2:5", "Unknown fragment 'Fields'."),
        ("query { job(id: 1, id: 2) { id } }", "1:13", "There can be only one argument named 'id'."),
        ("mutation { createJob { id } }", "1:12", "createJob: has no input"),
        ("mutation { a: createJob(input: 3) { id } }", "1:32", "a.input: must be an object"),
    ],
)
def test_documents_without_a_job(aiware: Aiware, written: Written, document: str, path: str, message: str) -> None:
    file = written(document, "a.graphql")
    result = aiware("validate", str(file))
    assert result.stdout.startswith(f"{file}:{path}: {message}")
    assert result.exit_code == 1


def test_a_right_document_without_a_job(aiware: Aiware, written: Written) -> None:
    file = written("query { jobs { records { id } } }", "a.graphql")
    assert aiware("validate", str(file)).output == (
        f"{file}: the syntax is right; there is no createJob in it, whose input could be validated.\n"
    )


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


SHORT = "{\n  clusters {\n    records { id name }\n  }\n}\n"


@pytest.mark.parametrize("name", ["a.graphql", "a.json", "a.txt"])
def test_a_query_in_short_form_is_graphql(aiware: Aiware, written: Written, name: str) -> None:
    result = aiware("validate", str(written(SHORT, name)))
    assert (result.exit_code, "the syntax is right" in result.stdout) == (0, True)


def test_a_job_in_short_form(aiware: Aiware, written: Written) -> None:
    file = written(
        '{ createJob(input: {targetId: "1", tasks: [{engineId: "e"}], retries: "often"}) { id } }', "a.graphql"
    )
    assert list(problems(aiware, file)) == ["createJob.retries"]


def test_each_operation_is_checked_and_named(aiware: Aiware, written: Written) -> None:
    job = 'createJob(input: {targetId: "1", tasks: [{engineId: "e"}]%s}) { id }'
    text = "mutation A {\n %s\n}\nmutation B {\n %s\n}\n"
    right = aiware("validate", str(written(text % (job % "", job % ', name: "mine"'), "a.graphql")))
    assert right.stdout.endswith("a.graphql: 2 jobs, nothing wrong: A, mine.\n")
    wrong = problems(aiware, written(text % (job % "", job % ", retries: A"), "a.graphql"))
    assert list(wrong) == ["B.createJob.retries"]


REQUEST = "mutation($hooks: [String], $tdo: ID!) {\n createJob(input: {targetId: $tdo, tasks: [{engineId: %s}], "
REQUEST += "notificationUris: $hooks}) { id } }"


def test_a_request_is_as_curl_sends_it(aiware: Aiware, written: Written) -> None:
    content = {"query": REQUEST % '"e"', "variables": {"tdo": "1"}}
    assert problems(aiware, written(content)) == {}
    assert aiware("validate", str(written(content))).stderr == ""
    # The places are those in the file, also of what is written inside of a JSON string.
    file = written({"query": REQUEST % '"e", type: 1', "variables": {"hooks": [3], "tdo": "1"}})
    lines = aiware("validate", str(file)).stdout.splitlines()
    places = [line.partition(": ")[0] for line in lines]
    text = file.read_text()
    at = [text.index(": 1}], not") + 3, text.index("3]") + 1]
    assert sorted(places) == sorted(f"{file}:1:{column}" for column in at)


CURL = """#!/bin/sh
# It isn't much.
curl -X POST https://api.veritone.com/v3/graphql -H "Authorization: Bearer $TOKEN" \\
  --data '{"query": "mutation { createJob(input: {targetId: \\"1\\", tasks: [{engineId: \\"e\\"}]%s}) { id } }"}'
$ curl -F query='mutation { createJob(input: {targetId: "1", tasks: [{engineId: "e"}]%s}) { id } }' https://a.test
curl -s https://a.test && curl --url https://a.test/proc/job/create "--data={\\"jobs\\": [{\\"taskRoutes\\": []}]}"
"""


def test_commands_of_curl(aiware: Aiware, written: Written) -> None:
    text = CURL % (", retries: A", ", name: 3")
    result = aiware("validate", str(written(text, "run.sh")))
    lines = text.splitlines()
    found = [line.partition("run.sh:")[2] for line in result.stdout.splitlines()]
    assert found == [
        f"4:{lines[3].index(': A}') + 3}: query.createJob.retries: must be a whole number",
        f"5:{lines[4].index(': 3}') + 3}: createJob.name: must be text",
        "6:1: jobs[0].tasks: is missing",
    ]
    right = aiware("validate", "-", typed="\n".join((CURL % ("", "")).splitlines()[2:5]))
    assert (right.stdout, right.exit_code) == ("-: 2 jobs, nothing wrong: job, job.\n", 0)
    broken = aiware("validate", "-", typed="curl -d '{")
    assert broken.stdout == "-:1:1: is not a script that can be read: No closing quotation.\n"
    assert ":1:12: is not JSON: " in aiware("validate", "-", typed="curl -d '{ '").stdout


ENUMS = {("mode", "stream"), ("mode", "chunk"), ("type", "input"), ("type", "output")}


def literal(value: Any, key: str = "") -> str:
    """A value as GraphQL writes it."""
    if isinstance(value, dict):
        return f"{{{' '.join(f'{name}: {literal(item, name)}' for name, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return value if (key, value) in ENUMS else json.dumps(value)


@pytest.mark.parametrize("document", RIGHT, ids=str)
def test_a_document_reads_as_json_does(aiware: Aiware, written: Written, document: Document) -> None:
    text = f"""
        mutation First {{ ...Both }}
        mutation Second($input: CreateJob) {{ createJob(input: $input) {{ id }} }}
        fragment Both on Mutation {{ one: createJob(input: {literal(document.job)}) {{ ...Fields }} }}
        fragment Fields on Job {{ id }}
    """
    file = written(text, "job.graphql")
    variables = Given({"input": document.job}, lambda _: Position("variables.json"))
    (found,) = documents(Wanted([file], variables))
    assert [job.properties for job in found.jobs] == [document.job, document.job]
    assert found.names[0] == "one"
    assert aiware("validate", str(file)).exit_code == 0


LITERALS = """mutation M($tdo: String!, $hooks: [String!], $input: CreateJobInput!, $n: Int!, $id: ID) {
  a: createJob(input: {targetId: $tdo, name: 5, notificationUris: $hooks, tasks: [
    {engineId: mine, ioFolders: [{referenceId: "x", mode: "chunk", type: output}]}
  ]}) { id }
  b: createJob(input: $input) { id }
  c: createJob(input: {targetId: 8, retries: $n, tasks: {engineId: "x", payload: {a: E, b: [1, "x"], c: $id}}}) { id }
  launchSingleEngineJob(input: {engineId: "e", uploadUrl: "u", fields: [{fieldName: "a", fieldValue: 5}]}) { id }
}
"""


def test_literals_are_of_the_types_that_aiware_takes(aiware: Aiware, written: Written) -> None:
    result = aiware("validate", str(written(LITERALS, "a.graphql")))
    found = {line.partition(": ")[0].rpartition("graphql:")[2]: line for line in result.stdout.splitlines()}
    lines = LITERALS.splitlines()
    places = [(1, "$tdo"), (2, "5,"), (3, "mine"), (3, '"chunk"'), (7, "5}")]
    assert set(found) == {f"{line}:{lines[line - 1].index(text) + 1}" for line, text in places}
    assert "used in position expecting type 'ID'" in found[f"1:{lines[0].index('$tdo') + 1}"]
    assert "a.name: must be text" in found[f"2:{lines[1].index('5,') + 1}"]


def test_a_value_stands_for_a_list_of_one(aiware: Aiware, written: Written) -> None:
    text = """mutation { createJob(input: {targetId: 1, notificationUris: "https://hooks.test/a", tasks: {
  engineId: "e", ioFolders: {referenceId: "a", mode: chunk, type: output, options: {a: {b: 1}}}, retries: 1
}}) { id } }"""
    assert list(problems(aiware, written(text, "a.graphql"))) == ["createJob.tasks[0].retries"]
    assert aiware("validate", str(written(text, "a.graphql"))).stdout.partition("graphql:")[2].startswith("2:107: ")


@pytest.mark.parametrize("variables", [{"tdo": "1"}, '{"tdo": "1"}', {"tdo": 1}])
def test_variables_as_clients_send_them(aiware: Aiware, written: Written, variables: Any) -> None:
    file = written({"query": REQUEST % '"e"', "variables": variables})
    result = aiware("validate", str(file))
    assert result.output == f"{file}: 1 job, nothing wrong.\n"


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
