"""`aiware validate`: jobs in documents of GraphQL, in requests, and in commands of curl."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiware_resources.cli.documents import Position, Wanted, documents
from aiware_resources.cli.documents.graphql import Given
from tests.contracts.documents import RIGHT, Document
from tests.support.command import Aiware
from tests.support.objects import job_input
from tests.unit.cli.validating import DOCUMENT, SHORT, Written, offline, problems, written

__all__ = ["offline", "written"]


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
