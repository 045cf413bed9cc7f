"""`aiware tdos show`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import make_tdo


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
