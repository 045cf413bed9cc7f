"""`aiware adopt`, against a local aiWARE. What it writes is tried by the engine in tests/e2e/test_adopt.py."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import make_cluster, make_tdo, request_export, submit

DELETE_CLUSTER = "mutation($id: ID!) { deleteCluster(id: $id) { id } }"


def declared(source: str) -> list[tuple[str, str]]:
    """The resource and the id of each statement."""
    found = []
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            adopt = [ast.literal_eval(each.value) for each in statement.value.keywords if each.arg == "adopt"]
            if adopt:
                found.append((ast.unparse(statement.value.func), adopt[0]))
    return found


def test_the_objects_named_are_declared_each_once(aiware: Aiware, local: Local) -> None:
    first, second = make_cluster(local, "first"), make_cluster(local, "second")
    tdo = make_tdo(local, "council")
    job = submit(local, targetId=tdo, clusterId=first)
    export = request_export(local, tdo, "vtt")
    before = local.mutations()
    result = aiware(
        *("adopt", "--export", export, "--job", job, "--tdo", tdo, "--tdo", tdo, "--cluster", "first"),
        *("--cluster", first, "--all-clusters"),
    )
    assert result.exit_code == 0
    assert declared(result.stdout) == [
        ("Cluster", first),
        ("Cluster", second),
        ("TemporalDataObject", tdo),
        ("Job", job),
        ("ExportRequest", export),
    ]
    assert "target_id=council_tdo.id" in result.stdout
    assert "cluster_id=first_cluster.id" in result.stdout
    assert "sekrit" not in result.output
    assert local.mutations() == before


def test_clusters_that_are_gone_are_not_declared(aiware: Aiware, local: Local) -> None:
    kept, gone = make_cluster(local, "kept"), make_cluster(local, "gone")
    local.graphql(DELETE_CLUSTER, id=gone)
    assert declared(aiware("adopt", "--all-clusters").stdout) == [("Cluster", kept)]


def test_a_new_file_is_written_and_none_overwritten(aiware: Aiware, local: Local, tmp_path: Path) -> None:
    cluster = make_cluster(local, "first")
    file = tmp_path / "adopted.py"
    written = aiware("adopt", "--cluster", "first", "-o", str(file))
    assert (written.exit_code, written.stdout, written.stderr) == (0, "", f"Wrote 1 declaration to {file}.\n")
    assert declared(file.read_text()) == [("Cluster", cluster)]
    file.write_text("mine")
    refused = aiware("adopt", "--cluster", "first", "-o", str(file))
    assert refused.exit_code == 2
    assert "is there already" in refused.stderr
    assert file.read_text() == "mine"


def test_json_tells_what_is_adopted(aiware: Aiware, local: Local) -> None:
    cluster = make_cluster(local, "first")
    found = json.loads(aiware("adopt", "--all-clusters", "--json").stdout)
    assert found["adopted"] == [{"type": "Cluster", "id": cluster, "name": "first"}]
    assert declared(found["program"]) == [("Cluster", cluster)]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "Name what to adopt"),
        (("--all-clusters",), 1, "the organization owns no clusters"),
        (("--cluster", "nobody"), 1, 'no cluster "nobody"'),
        (("--tdo", "1", "--tdo", "2"), 1, "no TDO 1 and no 2 that this token can see"),
        (("--job", "24112609_gonegonego"), 1, "24112609_gonegonego"),
        (("--export", "a2efc2bb-e09f-40bf-a2bc-1d25297ac2f7"), 1, "no export request a2efc2bb"),
    ],
)
def test_what_cannot_be_adopted_is_told(
    aiware: Aiware, local: Local, arguments: tuple[str, ...], code: int, says: str
) -> None:
    result = aiware("adopt", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert says in result.stderr
