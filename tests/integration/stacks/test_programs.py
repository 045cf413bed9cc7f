"""The shipped program, run for the stacks that are shipped and for some with mistakes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from aiware_resources.api.edge import EDGE
from aiware_resources.cli.offline import Declared
from aiware_resources.cluster import ClusterProvider
from aiware_resources.job import JobProvider
from aiware_resources.temporal_data_object import TdoProvider
from aiware_resources.text.times import parse_time
from tests.support import forks
from tests.support.offline import declare

ROOT = Path(__file__).resolve().parents[3]
RECORDINGS = [
    {"name": "new", "url": "https://media.test/a.mp4", "formats": ["vtt", "srt"]},
    {"name": "there", "tdoId": "460907869"},
]
DOCUMENTS = [{"name": "letter", "url": "https://media.test/a.txt"}]


def config_of(stack: str) -> dict[str, Any]:
    content = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = content["config"]
    return found


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The shipped program, for stacks that have recordings of each kind."""
    for name in ("__main__.py", "configuration.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "stacks").mkdir()
    for stack in ("prod", "staging"):
        config = config_of(stack) | {"aiware-pipelines:recordings": RECORDINGS, "documents": DOCUMENTS}
        (tmp_path / "stacks" / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": config}))
    return tmp_path


def declared_in(program: Path, stack: str) -> list[Declared]:
    ran = forks.run(declare, program, stack)
    assert ran.code == 0, ran.errors
    return [Declared(**each) for each in json.loads(ran.output)]


PROVIDERS = {"Cluster": ClusterProvider(), "TemporalDataObject": TdoProvider(), "Job": JobProvider()}


def may_delete(declared: Declared) -> bool:
    """Whether taking a resource out of the program, replacing it, or destroying the stack may delete something."""
    kind = declared.kind.rpartition(":")[2]
    if declared.protected or kind == "ExportRequest":
        # Pulumi refuses to delete the first; the API has no call to delete the second.
        return False
    own_tdo = declared.properties.get("onDestroyTarget", "retain")
    return PROVIDERS[kind].destroy_policy(declared.properties) != "retain" or own_tdo != "retain"


def test_prod_never_deletes(program: Path) -> None:
    declared = declared_in(program, "prod")
    kinds = sorted(each.kind.rpartition(":")[2] for each in declared)
    assert kinds == ["Cluster", *["ExportRequest"] * 3, *["Job"] * 3, "TemporalDataObject"]
    assert [each.name for each in declared if may_delete(each)] == []
    # What Pulumi protects, the provider would not delete either.
    assert {each.properties["onDestroy"] for each in declared if each.protected} == {"retain"}


def test_another_stack_would_be_found_to_delete(program: Path) -> None:
    assert {each.name for each in declared_in(program, "staging") if may_delete(each)} == {
        "cluster",
        "letter",
        "new",
        "there",
    }


CLUSTER: dict[str, Any] = {"name": "a", "allowedEngines": ["all"]}


def test_a_program_with_a_misspelled_setting_creates_nothing(program: Path) -> None:
    file = program / "stacks" / "Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("aiware:endpoint", "aiware:endpont"))
    refused = forks.run(declare, program, "prod")
    assert (refused.code, refused.output) == (1, "")
    assert "aiware:endpont is not a setting: did you mean aiware:endpoint?" in refused.errors


def test_a_program_takes_times_without_quotes(program: Path) -> None:
    file = program / "stacks" / "Pulumi.staging.yaml"
    config = yaml.safe_load(file.read_text())["config"]
    del config["aiware-pipelines:recordings"]
    text = yaml.safe_dump({"config": config})
    times = "start: 2026-03-02T09:00:00Z, stop: 2026-03-03"
    file.write_text(f"{text}  aiware-pipelines:recordings:\n  - {{name: a, url: u, {times}}}\n")
    (tdo,) = (each for each in declared_in(program, "staging") if each.kind.endswith(":TemporalDataObject"))
    given = [parse_time(tdo.properties[key]) for key in ("startDateTime", "stopDateTime")]
    assert given == [parse_time("2026-03-02T09:00:00Z"), parse_time("2026-03-03T00:00:00Z")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"recordings": [{"name": "../../escape", "url": "u"}]}, "recordings[0].name must be the name of a file"),
        ({"recordings": [{"name": "a", "url": "u", "formats": ["vtt", "vtt"]}]}, "formats lists vtt more than once"),
        (
            {"recordings": [{"name": "a", "url": "u"}], "documents": [{"name": "a", "url": "u"}]},
            "documents[0].name is the name of the recording a too",
        ),
        ({"cluster": {**CLUSTER, "serviceToken": "sekrit"}}, "--secret 'aiware-pipelines:cluster.serviceToken'"),
    ],
)
def test_the_program_refuses_what_the_check_finds(program: Path, change: dict[str, Any], says: str) -> None:
    file = program / "stacks" / "Pulumi.staging.yaml"
    config = yaml.safe_load(file.read_text())["config"]
    changed = {f"aiware-pipelines:{key}": value for key, value in change.items()}
    file.write_text(yaml.safe_dump({"config": {**config, **changed}}))
    refused = forks.run(declare, program, "staging")
    assert (refused.code, refused.output) == (1, "")
    assert says in refused.errors
    assert "sekrit" not in refused.errors
    assert "ValidationError" not in refused.errors


def test_resources_of_one_name_are_told_apart_by_their_components(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: mine\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(
        "import pulumi\n"
        "from aiware_resources import TemporalDataObject\n"
        "for name, is_safe in ('one', True), ('two', False):\n"
        "    component = pulumi.ComponentResource(f'mine:index:{name}', name)\n"
        "    opts = pulumi.ResourceOptions(parent=component, protect=is_safe)\n"
        "    TemporalDataObject('tdo', opts, name=name, start_date_time=0, stop_date_time=1)\n"
    )
    ran = forks.run(declare, tmp_path, None)
    assert ran.code == 0, ran.errors
    found = [(each["inputs"]["name"], each["properties"]["name"], each["protected"]) for each in json.loads(ran.output)]
    assert sorted(found) == [("one", "one", True), ("two", "two", False)]


def test_the_stack_edge_declares_what_edge_has() -> None:
    config = config_of("edge")
    assert (config["aiware:api"], config["aiware:endpoint"]) == ("edge", "local")
    declared = declared_in(ROOT, "edge")
    assert {each.kind.rpartition(":")[2] for each in declared} == {"Job"}
    for job, document in zip(declared, config["aiware-pipelines:documents"], strict=True):
        assert list(EDGE.objections(job.properties)) == []
        assert job.properties["tasks"][0]["payload"] == {"url": document["url"]}
        assert job.properties["resultsTo"] == f"out/edge/{document['name']}"
