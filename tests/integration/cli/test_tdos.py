"""`aiware tdos`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import make_tdo, submit


def test_they_are_listed_newest_first(aiware: Aiware, local: Local) -> None:
    assert aiware("tdos", "list").output == "There are no such TDOs.\n"
    first, second = make_tdo(local, "council"), make_tdo(local)
    _, *rows = aiware("tdos", "list").output.splitlines()
    assert [row.split()[:-2] for row in rows] == [
        [second, "downloaded", "2023-11-14", "22:13"],
        [first, "council", "downloaded", "2023-11-14", "22:13"],
    ]


def test_since_and_limit(aiware: Aiware, local: Local) -> None:
    ids = [make_tdo(local) for _ in range(32)]
    ids.reverse()
    short = aiware("tdos", "list", "--since", "1h", "--json")
    assert [tdo["id"] for tdo in json.loads(short.stdout)] == ids[:30]
    assert short.stderr == "These are the newest 30; --limit shows more.\n"
    long = aiware("tdos", "list", "--limit", "32", "--json")
    assert ([tdo["id"] for tdo in json.loads(long.stdout)], long.stderr) == (ids, "")
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert json.loads(aiware("tdos", "list", "--since", later, "--json").stdout) == []


def test_it_is_shown_with_its_assets(aiware: Aiware, local: Local, tmp_path: Path) -> None:
    tdo = make_tdo(local, "council")
    empty = aiware("tdos", "show", tdo).output
    assert empty.startswith(f"id: {tdo}\nname: council\nstatus: downloaded\n")
    assert empty.endswith("It holds no assets.\n")
    file = tmp_path / "interview.mp4"
    file.write_bytes(b"content")
    asset = json.loads(aiware("assets", "upload", tdo, str(file), "--json").stdout)["id"]
    assert asset in aiware("tdos", "show", tdo, columns=80).output
    shown = aiware("tdos", "show", tdo, "--json").output
    assert [each["id"] for each in json.loads(shown)["assets"]] == [asset]
    assert "signature" not in shown


def test_no_address_of_a_picture_is_signed(aiware: Aiware, local: Local) -> None:
    update = "mutation($input: UpdateTDO) { updateTDO(input: $input) { id } }"
    tdo = make_tdo(local)
    signed = "https://media.test/a%20b.png?X-Amz-Signature=sekrit"
    local.graphql(update, input={"id": tdo, "thumbnailUrl": signed, "previewUrl": signed, "sourceImageUrl": signed})
    shown = aiware("tdos", "show", tdo, "--json").stdout
    listed = aiware("tdos", "list", "--json").stdout
    assert json.loads(shown)["thumbnailUrl"] == "https://media.test/a%20b.png"
    assert "sekrit" not in shown + listed + aiware("tdos", "show", tdo).stdout


def test_one_that_is_not_there(aiware: Aiware, local: Local) -> None:
    result = aiware("tdos", "show", "1")
    assert result.exit_code == 1
    assert result.stderr == "Error: aiWARE has no TDO 1 that this token can see. Check the id.\n"


def test_deletion_asks_first(aiware: Aiware, local: Local) -> None:
    tdo, other = make_tdo(local, "council"), make_tdo(local)
    question = f'Delete TDO {tdo} "council", TDO {other} with all assets and results? There is no way back. [y/N]: '
    refused = aiware("tdos", "delete", tdo, other, typed="n\n")
    assert refused.exit_code == 1
    assert refused.stderr.startswith(question)
    assert len(local.objects()["tdos"]) == 2
    # Nobody there to answer means no.
    assert aiware("tdos", "delete", tdo).exit_code == 1
    assert len(local.objects()["tdos"]) == 2
    done = aiware("tdos", "delete", tdo, other, typed="y\n")
    assert (done.exit_code, done.stdout) == (0, f"TDO {tdo} is deleted.\nTDO {other} is deleted.\n")
    assert local.objects()["tdos"] == []


def test_deletion_with_yes_does_not_ask(aiware: Aiware, local: Local) -> None:
    tdo = make_tdo(local)
    done = aiware("tdos", "delete", "--yes", tdo, "--json")
    assert (json.loads(done.stdout), done.stderr) == ([{"id": tdo, "deleted": True}], "")


def test_one_mistyped_id_deletes_nothing(aiware: Aiware, local: Local) -> None:
    tdo = make_tdo(local)
    result = aiware("tdos", "delete", "--yes", tdo, "1", "2")
    assert result.exit_code == 1
    assert result.stderr == "Error: aiWARE has no TDO 1 and no TDO 2 that this token can see. Check the ids.\n"
    assert local.only("tdos")["id"] == tdo


def test_a_lost_answer_to_a_deletion_is_not_a_failure(aiware: Aiware, local: Local) -> None:
    tdo = make_tdo(local)
    local.fault({"dropResponse": True}, operation="deleteTDO")
    assert aiware("tdos", "delete", "--yes", tdo).exit_code == 0
    assert local.mutations()["deleteTDO"] == 1


@pytest.fixture
def tdo(local: Local) -> str:
    """A TDO with results."""
    submit(local)
    found: str = local.only("tdos")["id"]
    return found


def test_cleanup_asks_first(aiware: Aiware, local: Local, tdo: str) -> None:
    refused = aiware("tdos", "cleanup", tdo, typed="n\n")
    assert refused.exit_code == 1
    assert refused.stderr.startswith(
        f'Remove the stored files and search data of TDO {tdo} "council"? There is no way back. [y/N]: '
    )
    assert "cleanupTDO" not in local.mutations()
    done = aiware("tdos", "cleanup", tdo, typed="y\n")
    assert (done.exit_code, done.stdout) == (0, f"TDO {tdo} is cleaned up.\n")
    assert local.only("tdos")["id"] == tdo


def test_what_is_removed_can_be_chosen(aiware: Aiware, local: Local, tdo: str) -> None:
    job = local.only("jobs")["id"]
    assert json.loads(aiware("results", job, "--json").stdout)
    options = ("--option", "engineResults", "--option", "storage")
    done = aiware("tdos", "cleanup", "--yes", *options, tdo, "--json")
    assert (json.loads(done.stdout), done.stderr) == ([{"id": tdo, "removed": ["engineResults", "storage"]}], "")
    assert json.loads(aiware("results", job, "--json").stdout) == []


def test_another_option_is_wrong_usage(aiware: Aiware, tdo: str) -> None:
    assert aiware("tdos", "cleanup", "--yes", "--option", "all", tdo).exit_code == 2


def test_cleanup_of_one_that_is_not_there(aiware: Aiware, local: Local, tdo: str) -> None:
    assert aiware("tdos", "cleanup", "--yes", tdo, "1").exit_code == 1
    assert "cleanupTDO" not in local.mutations()
