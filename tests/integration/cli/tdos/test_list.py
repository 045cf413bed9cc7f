"""`aiware tdos list`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import make_tdo


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
