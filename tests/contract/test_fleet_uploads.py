"""Fleets with files of this machine, through the real provider host: each is uploaded once, into a TDO of its own."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aiware_resources import JobTemplate, engines, media_key, media_value, pipelines
from aiware_resources.job_fleet import JobFleetProvider
from tests.contract.fleets import FAILING, Start, job_ids, settled
from tests.support.host import Host, HostError
from tests.support.local import Local
from tests.support.sftp import PASSWORD, sftp

PROVIDER = JobFleetProvider()
TEMPLATE = JobTemplate(dag=pipelines.translation(media_value("url")), target={"name": media_key()}).properties
Declare = Callable[..., dict[str, Any]]


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    """Declares a fleet of the files in a folder, as a program does: `check` has seen them."""

    def declared(host: Host, keys: str, olds: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        for key in keys:
            path = tmp_path / f"{key}.txt"
            if not path.exists():
                path.write_text(f"Hola, {key}.\n")
        media = {key: {"file": f"{key}.txt"} for key in keys}
        news = {"__owner": "project/stack/fleet", "__folder": str(tmp_path), "template": TEMPLATE, "media": media}
        return host.checked(PROVIDER, {**news, **more}, olds)

    return declared


def tdo_of(outs: dict[str, Any], key: str) -> str:
    """The TDO of an entry."""
    found: str = outs["jobs"][key].split(" ")[1]
    return found.removeprefix("=")


def uploaded(local: Local, outs: dict[str, Any]) -> dict[str, str]:
    """What each entry's TDO holds as the file that was uploaded, by key; there is nothing else in aiWARE."""
    objects = local.objects()
    tdos = {tdo["id"]: tdo for tdo in objects["tdos"]}
    assert {tdo_of(outs, key) for key in outs["jobs"]} == tdos.keys()
    assert sorted(job_ids(outs).values()) == sorted(job["id"] for job in objects["jobs"])
    found = {}
    for key in outs["jobs"]:
        assets = tdos[tdo_of(outs, key)]["assets"]["records"]
        (asset,) = (each for each in assets if each["name"] == f"{key}.txt")
        found[key] = local.content(asset["signedUri"]).decode()
    return found


def test_each_file_is_uploaded_into_a_tdo_and_worked_on(host: Host, local: Local, declare: Declare) -> None:
    news = declare(host, "abc")
    id_, outs = host.create(PROVIDER, news)
    assert uploaded(local, outs) == {key: f"Hola, {key}.\n" for key in "abc"}
    assert local.mutations() == {"createTDO": 3, "createAsset": 3, "createJob": 3}
    assert {job["status"] for job in local.objects()["jobs"]} == {"complete"}
    assert {tdo["name"] for tdo in local.objects()["tdos"]} == set("abc")
    assert settled(host, outs, declare(host, "abc", news))
    assert "signature" not in str(outs) + str(news)
    host.delete(PROVIDER, id_, outs)
    assert local.objects()["tdos"] == []


def test_files_on_an_sftp_server_are_uploaded(local: Local, declare: Declare, tmp_path: Path) -> None:
    settings = {"aiware:endpoint": f"{local.server.url}/v3/graphql", "aiware:token": local.token}
    with sftp(tmp_path) as port:
        host = Host(settings, {"FSSPEC_SFTP_PASSWORD": PASSWORD})
        try:
            media = {key: {"file": f"sftp://me@127.0.0.1:{port}/{key}.txt"} for key in "abc"}
            given = {**declare(host, "abc"), "media": media}
            news = host.checked(PROVIDER, given)
            _, outs = host.create(PROVIDER, news)
            assert uploaded(local, outs) == {key: f"Hola, {key}.\n" for key in "abc"}
            assert settled(host, outs, host.checked(PROVIDER, given, news))
            (tmp_path / "b.txt").write_text("Adios.\n")
            host.update(PROVIDER, "fleet", outs, host.checked(PROVIDER, given, news))
            assert local.mutations() == {"createTDO": 4, "createAsset": 4, "createJob": 4, "deleteTDO": 1}
        finally:
            assert "Traceback" not in host.close()


@pytest.mark.parametrize("operation", ["createTDO", "createAsset", "createJob"])
@pytest.mark.parametrize("markers", ["true", "false"])
def test_lost_answers_make_nothing_twice(
    start: Start, local: Local, declare: Declare, operation: str, markers: str
) -> None:
    host = start(markers=markers)
    local.fault({"dropResponse": True}, operation=operation, times=2)
    _, outs = host.create(PROVIDER, declare(host, "ab", concurrency=1))
    assert uploaded(local, outs).keys() == set("ab")
    assert local.mutations() == {"createTDO": 2, "createAsset": 2, "createJob": 2}


@pytest.mark.parametrize(
    ("refused", "repeated"),
    [
        ("createAsset", {"createTDO": 2, "createAsset": 2, "createJob": 2}),
        ("createJob", {"createTDO": 2, "createAsset": 2, "createJob": 2}),
        (None, {"createTDO": 2, "createAsset": 2, "createJob": 2}),
    ],
)
def test_the_next_run_goes_on_where_one_was_killed(
    start: Start, local: Local, declare: Declare, refused: str | None, repeated: dict[str, int]
) -> None:
    """Nothing of the first run was recorded."""
    if refused is not None:
        local.fault({"graphqlError": "not_allowed"}, operation=refused)
    first = start()
    first.create(PROVIDER, declare(first, "a"))
    host = start()
    news = declare(host, "ab")
    _, outs = host.create(PROVIDER, news)
    assert uploaded(local, outs).keys() == set("ab")
    assert local.mutations() == repeated
    assert settled(host, outs, declare(host, "ab", news))


def test_a_file_that_is_shown_some_seconds_late_is_waited_for(host: Host, local: Local, declare: Declare) -> None:
    local.fault({"lag": 0.4})
    _, outs = host.create(PROVIDER, declare(host, "ab"))
    assert outs["jobs"].keys() == set("ab")
    local.clear_faults()
    assert uploaded(local, outs).keys() == set("ab")


def test_no_job_is_submitted_on_a_file_without_an_address(host: Host, local: Local, declare: Declare) -> None:
    local.behave(dialect={"without": ["signedUri"]})
    news = declare(host, "a")
    id_, outs = host.create(PROVIDER, news)
    assert (outs["jobs"], "aiWARE gives no address for it" in str(outs["undone"])) == ({}, True)
    local.behave(dialect={})
    after = host.update(PROVIDER, id_, outs, news)
    assert uploaded(local, after) == {"a": "Hola, a.\n"}
    assert local.mutations() == {"createTDO": 1, "createAsset": 1, "createJob": 1}


def test_an_upload_that_was_cut_off_is_made_again(start: Start, local: Local, declare: Declare) -> None:
    """The engine is killed while files are on their way, and the provider host ends with it."""
    first, others = start(), "abcd"
    news = declare(first, others, concurrency=2)
    local.fault({"delaySeconds": 1.5}, operation="createAsset", times=2, after=2)

    def create() -> None:
        with contextlib.suppress(HostError):
            first.create(PROVIDER, news)

    submitting = threading.Thread(target=create)
    submitting.start()
    deadline = time.monotonic() + 30
    while any("delaySeconds" in each["action"] for each in local.faults()) and time.monotonic() < deadline:
        time.sleep(0.02)
    first.lose_engine()
    first.wait()
    submitting.join()
    host = start()
    # What the server has whole by then is not sent again.
    time.sleep(1.5)
    _, outs = host.create(PROVIDER, declare(host, others))
    assert uploaded(local, outs).keys() == set(others)
    assert local.mutations() == {"createTDO": 4, "createAsset": 4, "createJob": 4}


@pytest.mark.parametrize("refused", ["createAsset", "createJob", None])
def test_a_file_that_was_changed_after_a_kill_is_uploaded_anew(
    start: Start, local: Local, declare: Declare, tmp_path: Path, refused: str | None
) -> None:
    if refused is not None:
        local.fault({"graphqlError": "not_allowed"}, operation=refused)
    first = start()
    first.create(PROVIDER, declare(first, "a"))
    (tmp_path / "a.txt").write_text("Adiós.\n")
    host = start()
    _, outs = host.create(PROVIDER, declare(host, "a"))
    # The job on what was there before has nothing to show for itself.
    jobs = local.objects()["jobs"]
    assert [job["id"] for job in jobs if job["targetId"] == outs["jobs"]["a"].split(" ")[1]] == [job_ids(outs)["a"]]
    assert [tdo["id"] for tdo in local.objects()["tdos"]] == [outs["jobs"]["a"].split(" ")[1]]
    (asset,) = (each for each in local.only("tdos")["assets"]["records"] if each["name"] == "a.txt")
    assert local.content(asset["signedUri"]).decode() == "Adiós.\n"


def test_only_another_content_runs_a_job_again(host: Host, local: Local, declare: Declare, tmp_path: Path) -> None:
    news = declare(host, "ab")
    id_, outs = host.create(PROVIDER, news)
    for key in "ab":
        os.utime(tmp_path / f"{key}.txt", (1, 1))
    touched = declare(host, "ab", news)
    assert settled(host, outs, touched)
    (tmp_path / "b.txt").write_text("Hola, c.\n")
    changed = declare(host, "ab", touched)
    assert changed["media"]["a"] == touched["media"]["a"]
    assert not settled(host, outs, changed)
    after = host.update(PROVIDER, id_, outs, changed)
    assert job_ids(after)["a"] == job_ids(outs)["a"]
    assert job_ids(after)["b"] != job_ids(outs)["b"]
    assert local.mutations() == {"createTDO": 3, "createAsset": 3, "createJob": 3, "deleteTDO": 1}
    assert settled(host, after, declare(host, "ab", changed))


def test_a_file_that_changes_or_vanishes_before_it_is_uploaded_keeps_back_no_other(
    host: Host, local: Local, declare: Declare, tmp_path: Path
) -> None:
    news = declare(host, "abc")
    (tmp_path / "a.txt").unlink()
    (tmp_path / "b.txt").write_text("It goes on.\n")
    id_, outs = host.create(PROVIDER, news)
    assert outs["jobs"].keys() == {"c"}
    reasons = outs["undone"]["reasons"]
    assert "a.txt does not exist" in reasons["a"] or "does not exist" in reasons["a"]
    assert "b.txt has changed since the update began" in reasons["b"]
    assert local.mutations() == {"createTDO": 1, "createAsset": 1, "createJob": 1}
    after = host.update(PROVIDER, id_, outs, declare(host, "abc", news))
    assert uploaded(local, after)["b"] == "It goes on.\n"
    assert settled(host, after, declare(host, "abc", news))


def test_a_file_that_is_gone_after_it_was_uploaded_is_not_needed_again(
    host: Host, local: Local, declare: Declare, tmp_path: Path
) -> None:
    news = declare(host, "a")
    _, outs = host.create(PROVIDER, news)
    (tmp_path / "a.txt").unlink()
    assert settled(host, outs, host.checked(PROVIDER, {**news, "media": {"a": {"file": "a.txt"}}}, news))
    missing = {**news, "__folder": str(tmp_path), "media": {"b": {"file": "b.txt"}}}
    assert "does not exist (b.txt" in host.check(PROVIDER, missing)["media.b.file"]


def test_a_failed_job_runs_again_on_the_file_that_is_there(host: Host, local: Local, declare: Declare) -> None:
    local.behave(engines=FAILING)
    news = declare(host, "ab", concurrency=1)
    id_, outs = host.create(PROVIDER, news)
    after = host.update(PROVIDER, id_, host.read(PROVIDER, id_, outs).outs, news)
    # The link that the job was submitted with may not be valid any more.
    assert local.mutations() == {"createTDO": 2, "createAsset": 2, "createJob": 3}
    assert after["jobs"]["a"].split(" ")[1:] == outs["jobs"]["a"].split(" ")[1:]
    assert settled(host, after, news)
    host.delete(PROVIDER, id_, after)
    assert local.objects()["tdos"] == []


def test_a_failure_does_not_quote_the_address_of_the_file(host: Host, local: Local, declare: Declare) -> None:
    local.fault({"status": 503}, operation="download")
    id_, outs = host.create(PROVIDER, declare(host, "a"))
    failures = host.read(PROVIDER, id_, outs).outs["failures"]
    assert "url_error: http://127.0.0.1" in failures["a"]
    assert "signature" not in failures["a"]


def test_a_failed_job_on_its_tdos_media_is_retried_in_place(host: Host, local: Local, declare: Declare) -> None:
    failing = {"fail": {"reason": "invalid_data", "message": "noise"}, "failTimes": 1}
    template = JobTemplate(dag=pipelines.one_engine(engines.ENTITY_EXTRACTION)).properties
    local.behave(engines={engines.ENTITY_EXTRACTION: failing})
    news = declare(host, "a", template=template)
    id_, outs = host.create(PROVIDER, news)
    host.update(PROVIDER, id_, host.read(PROVIDER, id_, outs).outs, news)
    assert local.mutations() == {"createTDO": 1, "createAsset": 1, "createJob": 1, "retryJob": 1}


def test_what_a_destroy_left_is_not_taken_again(start: Start, local: Local, declare: Declare) -> None:
    first = start()
    news = declare(first, "a", onDestroyTarget="retain")
    id_, outs = first.create(PROVIDER, news)
    first.delete(PROVIDER, id_, outs)
    host = start()
    _, again = host.create(PROVIDER, declare(host, "a"))
    assert again["jobs"]["a"].split(" ")[:2] != outs["jobs"]["a"].split(" ")[:2]
    assert len(local.objects()["tdos"]) == 2


def test_a_replacement_of_the_fleet_takes_none_of_its_tdos(host: Host, local: Local, declare: Declare) -> None:
    news = declare(host, "ab")
    id_, outs = host.create(PROVIDER, news)
    _, again = host.create(PROVIDER, news)
    host.delete(PROVIDER, id_, outs)
    assert {tdo["id"] for tdo in local.objects()["tdos"]} == {text.split(" ")[1] for text in again["jobs"].values()}


def test_what_cannot_be_a_file_is_refused(host: Host, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hola.\n")
    media: dict[str, Any] = {"a": {"file": "a.txt", "url": "https://media.test/a.txt"}, "b": {"file": 7}}
    news = {"__owner": "project/stack/fleet", "__folder": str(tmp_path), "template": TEMPLATE, "media": media}
    found = host.check(PROVIDER, news)
    assert "is given beside file" in found["media.a.url"]
    assert "is not a path" in found["media.b.file"]
    on_one = {**TEMPLATE, "targetId": "1"}
    del on_one["target"]
    found = host.check(PROVIDER, {**news, "template": on_one, "media": {"a": {"file": "a.txt"}}})
    assert "each gets a TDO of its own" in found["template.targetId"]
