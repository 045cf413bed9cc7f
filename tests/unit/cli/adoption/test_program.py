"""Programs written for records, without aiWARE."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from aiware_resources import Cluster, ExportRequest, Job, TemporalDataObject, engines
from aiware_resources.api import ClusterRecord, ExportRecord, JobRecord, TdoRecord
from aiware_resources.cli.adoption import program
from aiware_resources.errors import AdoptionError
from aiware_resources.reconcile import EntityResource, with_marker
from aiware_resources.reconcile.adoption import Declaration

CLUSTER: dict[str, Any] = {"id": "rt-1", "name": "prod", "status": "active", "allowedEngines": ["b", "a"], "type": "RT"}
TDO: dict[str, Any] = {
    "id": "46",
    "name": "council",
    "startDateTime": "2026-01-01T00:00:00.000Z",
    "stopDateTime": "2026-01-01T01:00:00.000Z",
    "status": "downloaded",
}
JOB: dict[str, Any] = {
    "id": "j_1",
    "status": "complete",
    "targetId": "46",
    "clusterId": "rt-1",
    "tasks": [
        {
            "id": "t1",
            "engineId": engines.WEBSTREAM_ADAPTER,
            "payload": {"url": "https://media.test/a.mp4", "seconds": 20.0},
            "ioFolders": [{"referenceId": "a", "mode": "stream", "type": "output"}],
        },
        {
            "id": "t2",
            "engineId": "my-engine",
            "payload": {},
            "ioFolders": [{"referenceId": "b", "mode": "stream", "type": "input"}],
        },
    ],
    "routes": [{"parentIoFolderReferenceId": "a", "childIoFolderReferenceId": "b"}],
}


def cluster(**more: Any) -> ClusterRecord:
    return ClusterRecord.model_validate({**CLUSTER, **more})


def tdo(**more: Any) -> TdoRecord:
    return TdoRecord.model_validate({**TDO, **more})


def job(**more: Any) -> JobRecord:
    return JobRecord.model_validate({**JOB, **more})


def declared(resource: type[EntityResource], record: Any) -> Declaration:
    provider = resource.provider()
    assert provider.adoption is not None
    api: Any = SimpleNamespace()
    return provider.adoption.declare(provider, record, api)


of_cluster = partial(declared, Cluster)
of_tdo = partial(declared, TemporalDataObject)
of_job = partial(declared, Job)
of_export = partial(declared, ExportRequest)


def test_objects_refer_to_each_other_by_variable() -> None:
    assert program([of_cluster(cluster()), of_tdo(tdo()), of_job(job())]) == (
        "from __future__ import annotations\n"
        "\n"
        "import pulumi\n"
        "\n"
        "from aiware_resources import Cluster, Job, TemporalDataObject, engines\n"
        "\n"
        "config = pulumi.Config()\n"
        "\n"
        "prod_cluster = Cluster(\n"
        '    "prod",\n'
        '    adopt="rt-1",\n'
        '    name="prod",\n'
        '    allowed_engines=["a", "b"],\n'
        "    # aiWARE does not show its credentials, and they stay as they are. To change them:\n"
        "    # pulumi config set --path --secret prod-cluster-docker-credentials.NAME --stack <stack>\n"
        '    docker_credentials=config.get_secret_object("prod-cluster-docker-credentials"),\n'
        '    type="RT",\n'
        '    status="active",\n'
        ")\n"
        "council_tdo = TemporalDataObject(\n"
        '    "council",\n'
        '    adopt="46",\n'
        '    name="council",\n'
        '    start_date_time="2026-01-01T00:00:00.000Z",\n'
        '    stop_date_time="2026-01-01T01:00:00.000Z",\n'
        ")\n"
        "council_job = Job(\n"
        '    "council",\n'
        '    adopt="j_1",\n'
        "    target_id=council_tdo.id,\n"
        "    cluster_id=prod_cluster.id,\n"
        "    tasks=[\n"
        "        {\n"
        '            "engine_id": engines.WEBSTREAM_ADAPTER,\n'
        '            "payload": {"url": "https://media.test/a.mp4", "seconds": 20},\n'
        '            "io_folders": [{"reference_id": "a", "mode": "stream", "type": "output"}],\n'
        "        },\n"
        '        {"engine_id": "my-engine", "io_folders": '
        '[{"reference_id": "b", "mode": "stream", "type": "input"}]},\n'
        "    ],\n"
        '    routes=[{"parent_io_folder_reference_id": "a", "child_io_folder_reference_id": "b"}],\n'
        ")\n"
    )


def test_what_is_not_adopted_is_named_by_its_id() -> None:
    source = program([of_job(job())])
    assert '    target_id="46",\n    cluster_id="rt-1",\n' in source
    assert 'j_1_job = Job(\n    "j-1",\n' in source
    assert "import pulumi\n" not in source


@pytest.mark.parametrize(
    ("size", "written"),
    [(20 << 30, '"20gb"'), (2 << 40, '"2tb"'), (1500 << 20, '"1500mb"'), (1_000_000, "1000000")],
)
def test_sizes_are_written_as_people_do(size: int, written: str) -> None:
    source = program([of_cluster(cluster(memorySizeBytes=size))])
    assert f"memory_size={written}," in source


def test_what_moves_by_itself_and_what_is_empty_is_left_out() -> None:
    source = program(
        [
            of_cluster(
                cluster(
                    status="online",
                    tags=[],
                    bypassAllowedEngines=False,
                    paused=False,
                    organizationId="7",
                    collaborators={"records": [{"organizationId": "7", "permission": "owner"}]},
                )
            ),
            of_tdo(
                tdo(
                    details={"pulumiMarker": "abc"},
                    isPublic=False,
                    thumbnailUrl="https://media.test/a.png?expires=1&signature=abc",
                    previewUrl="https://media.test/a.png",
                )
            ),
        ]
    )
    for word in ("tags", "bypass", "paused", "organization", "collaborators", "details", "public", "thumbnail"):
        assert word not in source
    assert 'preview_url="https://media.test/a.png"' in source
    assert 'status="online"' in source


def test_what_a_stack_made_is_told() -> None:
    note = "# A Pulumi stack has made this one. Adopt it only where that stack does not hold it any more.\n"
    marked = [
        of_cluster(cluster(tags=with_marker(["a"], "0123456789abcdef"))),
        of_tdo(tdo(details={"pulumiMarker": "abc"})),
        of_job(job(jobConfig={"pulumiMarker": "abc"})),
    ]
    for declaration in marked:
        source = program([declaration])
        assert f"\n{note}" in source
        assert "abc" not in source
        assert "0123456789abcdef" not in source
    assert note not in program([of_cluster(cluster()), of_tdo(tdo()), of_job(job())])


def test_a_paused_cluster_says_so_by_paused_alone() -> None:
    source = program([of_cluster(cluster(status="paused", paused=True))])
    assert "paused=True" in source
    assert "status=" not in source


def test_a_broken_cluster_is_not_waited_for() -> None:
    source = program([of_cluster(cluster(status="failure"))])
    assert (
        "    # It is in the state failure, which would end every run with an error: so it is not waited for.\n"
        in source
    )
    assert "    wait=False,\n" in source
    assert "status=" not in source


def test_a_failed_job_is_neither_run_again_nor_fails_the_run() -> None:
    source = program([of_job(job(status="cancelled"))])
    assert "    # It has ended as cancelled." in source
    assert '    on_failure="keep",\n    allow_failure=True,\n)\n' in source


def test_secrets_come_from_the_stack() -> None:
    payload = {
        "url": "https://media.test/a.mp4?sig=abc-1",
        "login": {"password": "abc-2"},
        "keys": [{"apiKey": "abc-3"}],
    }
    tasks = [{**JOB["tasks"][0], "payload": payload}, JOB["tasks"][1]]
    source = program(
        [
            of_job(job(tasks=tasks, jobConfig={"credentials": {"a": "abc-4"}})),
            of_tdo(tdo(id="99", details={"token": "abc-5"})),
        ]
    )
    assert "abc" not in source
    for key in ("url", "password", "api-key"):
        assert f"    # pulumi config set --secret j-1-job-{key} --stack <stack>\n" in source
        assert f'config.require_secret("j-1-job-{key}")' in source
    assert "    # pulumi config set --path --secret j-1-job-credentials.NAME --stack <stack>\n" in source
    assert 'job_config={"credentials": config.require_secret_object("j-1-job-credentials")},' in source
    assert 'details={"token": config.require_secret("council-tdo-token")},' in source


def test_keys_of_the_stack_have_plain_letters_only() -> None:
    source = program([of_tdo(tdo(name="市议会", details={"token": "abc", "password": "abc"}))])
    assert '"token": config.require_secret("tdo-46-secret")' in source
    assert '"password": config.require_secret("tdo-46-secret-2")' in source


def test_equal_names_become_different_ones() -> None:
    source = program([of_tdo(tdo()), of_tdo(tdo(id="47")), of_tdo(tdo(id="48", name="Council!"))])
    for number, name in (("46", "council"), ("47", "council-2"), ("48", "council-3")):
        assert f"{name.replace('council', 'council_tdo').replace('-', '_')} = TemporalDataObject(" in source
        assert f'    "{name}",\n    adopt="{number}",\n' in source


@pytest.mark.parametrize(
    "name", ["config", "pulumi", "engines", "Cluster", "annotations"], ids=lambda each: f"called-{each}"
)
def test_nothing_hides_an_import(name: str) -> None:
    source = program([of_cluster(cluster(name=name)), of_job(job(name=name))])
    namespace = {"__builtins__": __builtins__}
    # Imports alone: the statements would need a Pulumi program around them.
    head, _, statements = source.partition("config = pulumi.Config()\n")
    exec(compile(head, "<imports>", "exec"), namespace)  # noqa: S102 - our own output
    variables = [line.partition(" = ")[0] for line in statements.splitlines() if line[:1].isalpha()]
    assert not {*variables} & {*namespace, "config"}


def test_nothing_is_imported_for_what_a_text_says() -> None:
    source = program([of_tdo(tdo(description="see config.yaml and engines.CHUNK"))])
    assert "import pulumi" not in source
    assert "from aiware_resources import TemporalDataObject\n" in source


def test_an_export_is_declared_by_its_id() -> None:
    record = ExportRecord.model_validate({"id": "a2ef-1", "status": "complete"})
    assert program([of_export(record)]).endswith(
        "# aiWARE does not show what an export request exports, so neither does this: tdo_data is left out.\n"
        'a2ef_1_export = ExportRequest("a2ef-1", adopt="a2ef-1")\n'
    )


@pytest.mark.parametrize(
    ("declare", "says"),
    [
        (
            lambda: of_export(ExportRecord.model_validate({"id": "e", "status": "failed"})),
            "export request e has failed",
        ),
        (lambda: of_cluster(cluster(name=None)), "cluster rt-1 cannot be adopted.*name is missing"),
        (lambda: of_cluster(cluster(type="new")), "type must be 'ami', 'RT' or 'OnPrem'"),
        (lambda: of_job(job(routes=[{"parentIoFolderReferenceId": "a", "childIoFolderReferenceId": "x"}])), "routes"),
        (lambda: of_tdo(tdo(stopDateTime="2001-01-01T00:00:00Z")), "stopDateTime is earlier than startDateTime"),
    ],
)
def test_what_no_program_could_declare_is_refused(declare: Any, says: str) -> None:
    with pytest.raises(AdoptionError, match=says) as refused:
        declare()
    assert refused.value.remedy


BIG = 9007199254740993


def test_what_pulumi_cannot_carry_is_left_out_and_said() -> None:
    made = of_tdo(tdo(details={"big": {"n": [BIG]}, "odd": [{"x": None}], "fine": {"a": [None, 1]}}))
    assert made.arguments["details"] == {"fine": {"a": [None, 1]}}
    assert list(made.notes) == [
        "details.big is left out, and stays as it is: it holds a number of 2**53 or more, which Pulumi cannot carry.",
        "details.odd is left out, and stays as it is: it holds a key that is null, which Pulumi cannot carry.",
    ]
    assert f"# {made.notes[0]}" in program([made])
    payload = {"url": "u", "seeds": [{"seed": 1e300, "a": 1}], "none": None}
    made = of_job(
        job(tasks=[{**JOB["tasks"][0], "payload": payload}, JOB["tasks"][1]], jobConfig={"a": BIG, "b": None})
    )
    assert made.arguments["tasks"][0]["payload"] == {"url": "u", "seeds": [{"a": 1}]}
    assert "job_config" not in made.arguments
    assert [note.split(" ")[0] for note in made.notes] == [
        "tasks[0].payload.seeds[0].seed",
        "jobConfig",
        "tasks[0].payload.none",
    ]
    assert "cluster_config" not in of_cluster(cluster(clusterConfig={"a": {"b": -BIG}})).arguments


def test_what_is_in_a_provider_is_declared_so() -> None:
    written = program([of_tdo(tdo())], "news-desk")
    assert "import pulumi\n\nfrom aiware_resources import Provider, TemporalDataObject\n" in written
    assert '\nnews_desk_provider = Provider("news-desk", endpoint=..., token=...)\n' in written
    assert "opts=pulumi.ResourceOptions(provider=news_desk_provider)" in written
