"""`aiware tdos delete`."""

from __future__ import annotations

import json

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import make_tdo


def test_it_asks_first(aiware: Aiware, local: Local) -> None:
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


def test_yes_does_not_ask(aiware: Aiware, local: Local) -> None:
    tdo = make_tdo(local)
    done = aiware("tdos", "delete", "--yes", tdo, "--json")
    assert (json.loads(done.stdout), done.stderr) == ([{"id": tdo, "deleted": True}], "")


def test_one_mistyped_id_deletes_nothing(aiware: Aiware, local: Local) -> None:
    tdo = make_tdo(local)
    result = aiware("tdos", "delete", "--yes", tdo, "1", "2")
    assert result.exit_code == 1
    assert result.stderr == "Error: aiWARE has no TDO 1 and no TDO 2 that this token can see. Check the ids.\n"
    assert local.only("tdos")["id"] == tdo


def test_a_lost_answer_is_no_failure(aiware: Aiware, local: Local) -> None:
    tdo = make_tdo(local)
    local.fault({"dropResponse": True}, operation="deleteTDO")
    assert aiware("tdos", "delete", "--yes", tdo).exit_code == 0
    assert local.mutations()["deleteTDO"] == 1
