"""`aiware convert`: what programs say besides graphs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import Aiware
from tests.support.edge import GOLDEN
from tests.support.markdown import blocks
from tests.unit.cli.conversion.documents import SPEECH, URL, Converted, flat, job

ROOT = Path(__file__).resolve().parents[4]


def test_the_page_shows_what_is_written(converted: Converted) -> None:
    page = ROOT / "docs" / "converting.md"
    (document,), (program,) = blocks(page, "graphql"), blocks(page, "python")
    setting = "pulumi config set tdo VALUE --stack <stack>"
    says = f"city-council: Its variables are in the stack's configuration:\ncity-council: {setting}\n"
    assert converted(document, "create-job.graphql", says=says) == (
        program.removeprefix("from __future__ import annotations\n\n")
    )


def test_names_come_from_the_document(converted: Converted) -> None:
    text = """mutation Weekly {
  first: createJob(input: {targetId: "1", tasks: [{engineId: "e"}]}) { id }
  createJob(input: {targetId: "2", tasks: [{engineId: "e"}], name: "City Council, März"}) { id }
}
mutation Daily { createJob(input: {target: {name: "pulumi"}, tasks: [{engineId: "e"}]}) { id } }
mutation Again { createJob(input: {target: {name: "first"}, tasks: [{engineId: "e"}]}) { id } }
"""
    program = converted(text, "a.graphql")
    heads = [line for line in program.splitlines() if " = Job(" in line]
    assert [line.partition(", t")[0] for line in heads] == [
        'first_job = Job("first"',
        "city_council_märz_job = Job(",
        'pulumi_job = Job("pulumi"',
        'first_job_2 = Job("first-2"',
    ]


def test_single_engine_jobs(converted: Converted) -> None:
    text = """mutation {
  launchSingleEngineJob(input: {engineId: "%s", uploadUrl: "u", fields: [
    {fieldName: "clusterId", fieldValue: "rt-1"}, {fieldName: "priority", fieldValue: "-5"},
    {fieldName: "language", fieldValue: "en"}]}) { id }
}"""
    assert converted(text % SPEECH, "launch.graphql") == (
        "from aiware_resources import SingleEngineJob, engines\n\n"
        "launch_job = SingleEngineJob(\n"
        '    "launch",\n'
        '    cluster_id="rt-1",\n'
        "    priority=-5,\n"
        "    engine_id=engines.SPEECHMATICS_ENGLISH,\n"
        '    upload_url="u",\n'
        '    fields={"language": "en"},\n'
        ")\n"
    )


def test_variables_without_values_are_configuration(aiware: Aiware, tmp_path: Path) -> None:
    text = """mutation Run($tdo: ID!, $hooks: [String], $retries: Int, $clone: Boolean!,
    $engine: ID = "e", $data: JSONData) {
  createJob(input: {targetId: $tdo, notificationUris: $hooks, retries: $retries,
    tasks: [{engineId: $engine, isClone: $clone, payload: $data}]}) { id }
}"""
    (tmp_path / "run.graphql").write_text(text)
    result = aiware("convert", str(tmp_path / "run.graphql"))
    assert "import pulumi\n\nfrom aiware_resources import Job\n\nconfig = pulumi.Config()\n" in result.stdout
    for said in (
        'target_id=config.require("tdo")',
        'notification_uris=config.get_object("hooks")',
        'retries=config.get_int("retries")',
        '"is_clone": config.require_bool("clone")',
        '"payload": config.get_object("data")',
        '"engine_id": "e"',
        "# pulumi config set tdo VALUE --stack <stack>\n",
        "# pulumi config set --path hooks.NAME VALUE --stack <stack>\n",
    ):
        assert said in result.stdout
    assert "run: pulumi config set tdo VALUE --stack <stack>\n" in result.stderr
    (tmp_path / "values.json").write_text('{"tdo": "7", "clone": true}')
    given = aiware("convert", str(tmp_path / "run.graphql"), "--variables", str(tmp_path / "values.json")).stdout
    assert 'target_id="7"' in given


def test_secrets_are_not_written(aiware: Aiware, tmp_path: Path) -> None:
    content = job(
        {"engineId": "e", "payload": {"apiKey": "sekrit", "login": {"password": "sekrit"}, "n": 1}}, name="a b"
    )
    (tmp_path / "a.json").write_text(json.dumps(content))
    result = aiware("convert", str(tmp_path / "a.json"))
    assert "sekrit" not in result.output
    assert '"apiKey": config.require_secret("a-b-job-api-key")' in result.stdout
    for command in ("api-key", "password"):
        assert f"# pulumi config set --secret a-b-job-{command} --stack <stack>\n" in result.stdout
        assert f"a-b: pulumi config set --secret a-b-job-{command} --stack <stack>\n" in result.stderr


def test_secrets_in_text_and_headers_are_not_written(aiware: Aiware, tmp_path: Path) -> None:
    link = f"{URL}?X-Amz-Signature=abc"
    content = job(
        {"engineId": "a", "payloadString": json.dumps({"a": [{"apiKey": "sekrit"}]})},
        {"engineId": "b", "payload": {"headers": [{"auth": "Bearer sekrit-sekrit"}]}},
        {"engineId": "c", "payloadString": json.dumps({"url": link})},
    )
    (tmp_path / "a.json").write_text(json.dumps(content))
    result = aiware("convert", str(tmp_path / "a.json"))
    assert "sekrit" not in result.output
    assert '"payload_string": config.require_secret("a-job-payload-string")' in result.stdout
    assert '"auth": config.require_secret("a-job-auth")' in result.stdout
    assert "a: Whoever reads this program can open the links in this job" in result.stderr


CURL = """#!/bin/sh
curl -X POST https://api.veritone.com/v3/graphql -H 'Authorization: Bearer sekrit' \\
  --data '{"query": "mutation { createJob(input: {targetId: \\"1\\", tasks: [{engineId: \\"e\\"}]}) { id } }"}'
"""


def test_headers_of_curl_are_not_written(converted: Converted) -> None:
    program = converted(CURL, "run.sh")
    assert program == (
        "from aiware_resources import Job, pipelines\n\n"
        'run_job = Job("run", target_id="1", dag=pipelines.one_engine("e"))\n'
    )


def test_signed_links_stay_and_are_told(converted: Converted) -> None:
    link = f"{URL}?X-Amz-Signature=abc"
    note = "Whoever reads this program can open the links in this job: they are signed, or have a password in them."
    program = converted(job({"engineId": "e", "payload": {"url": link}}), says=f"job: {note}\n")
    assert f"# {note}\njob = Job(" in program
    assert link in program


def test_what_pulumi_cannot_carry(converted: Converted) -> None:
    content = job(
        {"engineId": "e", "payload": {"a": None, "b": 2**60}},
        jobConfig={"x": {"y": None}},
        routes="",
        target={"name": None, "details": {"z": None}},
    )
    del content["targetId"]
    text = "A payload is text here, since Pulumi carries neither keys that are null nor numbers of 2**53 or more."
    left = "Left out, since Pulumi does not carry keys that are null: "
    says = f"job: {text}\njob: {left}jobConfig.x.y.\njob: {left}target.details.z.\n"
    program = converted(content, says=says)
    assert '"payload_string": \'{"a": null, "b": 1152921504606846976}\'' in program
    assert 'target={"details": {}}' in program
    assert 'job_config={"x": {}}' in program


EDGE = {
    "internalOrganizationID": "8d0f6f0a-7b3f-4f0e-9d0c-6c1d2a17532e",
    "coreRecordingID": 7,
    "dueDateTime": "2026-01-01T00:00:00Z",
    "jobConfigJSON": '{"a": 1}',
    "tasks": [
        {
            "engineId": SPEECH,
            "correlationTaskId": "only",
            "numChunksPerWorkItem": 3,
            "payloadJSON": "{}",
            "taskPayloadJSON": '{"url": "u"}',
            "taskStatus": "queued",
        }
    ],
    "taskRoutes": [{"taskChildId": "only", "syncEnabled": True}],
}


def test_what_a_program_cannot_say_of_a_job_of_edge_is_told(converted: Converted) -> None:
    said = [
        "Runs on aiWARE Edge: pulumi config set aiware:api edge --stack <stack>",
        *(
            f"Left out, since a program does not say it: {what}."
            for what in (
                "internalOrganizationID: the setting aiware:organizationId says it",
                "dueDateTime: the due time of a job is the latest of those of its tasks",
                "tasks[0].numChunksPerWorkItem",
                "tasks[0].taskStatus: every task begins as pending",
                "tasks[0].payloadJSON: it differs from taskPayloadJSON",
                "taskRoutes[0].syncEnabled",
            )
        ),
    ]
    program = converted({"jobs": [EDGE]}, says="".join(f"job: {line}\n" for line in said))
    graph = 'dag=pipelines.one_engine(engines.SPEECHMATICS_ENGLISH, payload={"url": "u"})'
    assert flat(f'Job("job", target_id="7", {graph}, job_config={{"a": 1}})') in flat(program)


def test_a_file_is_written_once(aiware: Aiware, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(job({"engineId": "e"})))
    output = tmp_path / "main.py"
    result = aiware("convert", str(tmp_path / "a.json"), "-o", str(output))
    assert (result.output, result.exit_code) == (f"Wrote 1 job to {output}.\n", 0)
    assert output.read_text(encoding="utf-8") == aiware("convert", str(tmp_path / "a.json")).stdout
    assert aiware("convert", str(tmp_path / "a.json"), "-o", str(output)).exit_code == 2


def test_as_json(aiware: Aiware, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(job({"engineId": "e"})))
    found = json.loads(aiware("convert", str(tmp_path), str(GOLDEN), "--json").stdout)
    assert found["jobs"] == [{"type": "Job", "name": "a"}, {"type": "Job", "name": "edge-translation-job"}]
    assert found["notes"][0]["job"] == "edge-translation-job"
    assert found["program"].startswith("from __future__")


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (json.dumps(job({"engineId": "e"}, retries="often")), "a.json", "a.json:1:74: retries: must be a whole number"),
        ("mutation { createJob { id } }", "a.graphql", "a.graphql:1:12: createJob: has no input"),
        ("{ me { id } }", "a.graphql", "describes no job"),
        (
            "mutation($i: CreateJob!) { createJob(input: $i) { id } }",
            "a.graphql",
            "is a variable whose value is not in",
        ),
        ("x = 1", "a.py", "is a program already"),
        ("{", "a.json", "is not JSON"),
    ],
)
def test_what_is_not_converted(aiware: Aiware, tmp_path: Path, content: str, name: str, says: str) -> None:
    (tmp_path / name).write_text(content)
    result = aiware("convert", str(tmp_path / name))
    assert (result.exit_code, result.stdout) == (1, "")
    assert says in result.stderr
