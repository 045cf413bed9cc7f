"""`aiware jobs list`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from aiware_resources import engines
from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import BROKEN, make_cluster, make_tdo, submit


def listed(aiware: Aiware, *arguments: str) -> list[str]:
    """The ids that are listed."""
    result = aiware("jobs", "list", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return [job["id"] for job in json.loads(result.stdout)]


def test_they_are_listed_newest_first(aiware: Aiware, local: Local) -> None:
    assert aiware("jobs", "list").output == "There are no such jobs.\n"
    first, second = submit(local, name="one [red]"), submit(local)
    (on_first,) = [job["targetId"] for job in local.objects()["jobs"] if job["id"] == first]
    head, *rows = aiware("jobs", "list", columns=200).output.splitlines()
    assert head.split() == ["id", "name", "status", "tasks", "done", "TDO", "created", "(UTC)"]
    assert [row.split()[0] for row in rows] == [second, first]
    assert re.fullmatch(rf"{first}  one \[red\]  complete  5 of 5 +{on_first}  \d{{4}}-\d\d-\d\d \d\d:\d\d *", rows[1])


def test_a_narrow_terminal_cuts_no_id(aiware: Aiware, local: Local) -> None:
    job = submit(local, name="a name that is much too long for a narrow terminal")
    output = aiware("jobs", "list", columns=80).output
    assert job in output
    assert local.only("tdos")["id"] in output
    assert max(map(len, output.splitlines())) <= 80
    assert "…" not in output


def test_filters_are_those_of_the_api(aiware: Aiware, local: Local) -> None:
    tdo, cluster = make_tdo(local), make_cluster(local, "c")
    done, on_tdo, on_cluster = submit(local), submit(local, targetId=tdo), submit(local, clusterId=cluster)
    local.behave(engines=BROKEN)
    failed = submit(local)
    assert listed(aiware, "--status", "failed") == [failed]
    assert listed(aiware, "--status", "failed", "--status", "complete") == [failed, on_cluster, on_tdo, done]
    assert listed(aiware, "--status", "running") == []
    # No job of the cloud API is ever aborted; asking it for them would be a mistake in the document.
    assert listed(aiware, "--status", "aborted") == []
    assert listed(aiware, "--status", "aborted", "--status", "failed") == [failed]
    assert listed(aiware, "--tdo", tdo) == [on_tdo]
    assert listed(aiware, "--cluster", cluster) == [on_cluster]
    assert len(listed(aiware, "--engine", engines.SPEECHMATICS_ENGLISH)) == 4
    assert listed(aiware, "--engine", engines.GOOGLE_SPEECH_TO_TEXT) == []


@pytest.mark.parametrize(("since", "count"), [("1h", 1), ("2w", 1), ("2020-01-31", 1)])
def test_since(aiware: Aiware, local: Local, since: str, count: int) -> None:
    submit(local)
    assert len(listed(aiware, "--since", since)) == count
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert listed(aiware, "--since", later) == []


def test_the_limit_goes_beyond_a_page(aiware: Aiware, local: Local) -> None:
    ids = [submit(local) for _ in range(33)]
    ids.reverse()
    short = aiware("jobs", "list", "--json")
    assert [job["id"] for job in json.loads(short.stdout)] == ids[:30]
    assert short.stderr == "These are the newest 30; --limit shows more.\n"
    assert aiware("-q", "jobs", "list").stderr == ""
    assert listed(aiware, "--limit", "2") == ids[:2]
    long = aiware("jobs", "list", "-n", "100", "--json")
    assert [job["id"] for job in json.loads(long.stdout)] == ids
    assert long.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--status", "done"), "'done' is not one of 'pending'"),
        (("--since", "yesterday"), "'yesterday' is neither a span, such as 30m, 12h, 2d or 1w, nor a time"),
        (("--since", "999999999999w"), "is longer ago than there is time"),
        (("--limit", "0"), "0 is not in the range x>=1"),
    ],
)
def test_wrong_usage(aiware: Aiware, arguments: tuple[str, ...], says: str) -> None:
    result = aiware("jobs", "list", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
