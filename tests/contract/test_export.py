"""Export requests through the real provider host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiware_resources import engines
from aiware_resources.export_request import ExportProvider
from aiware_resources.job import JobProvider
from tests.support.host import UNKNOWN_VALUE, Host, HostError
from tests.support.local import Local

PROVIDER = ExportProvider()


def export(tdo_id: str, **more: Any) -> dict[str, Any]:
    formats = [{"extension": "vtt", "options": {"maxCharacterPerLine": 32}}]
    return {
        "__owner": "project/stack/export",
        "tdoData": [{"tdoId": tdo_id}],
        "outputConfigurations": [{"engineId": engines.SPEECHMATICS_ENGLISH, "formats": formats}],
        **more,
    }


@pytest.fixture
def tdo(local: Local) -> str:
    made: str = local.graphql(
        "mutation { createTDO(input: {startDateTime: 1574311000, stopDateTime: 1574315000}) { id } }"
    )["createTDO"]["id"]
    return made


def test_an_export_round_trips(host: Host, local: Local, tdo: str) -> None:
    local.behave(exportSeconds=60)
    assert host.check(PROVIDER, export(tdo)) == {}
    id_, outs = host.create(PROVIDER, export(tdo))
    assert host.read(PROVIDER, id_, outs).outs == outs
    assert host.diff(PROVIDER, id_, outs, export(tdo)) == (False, [], False)
    host.delete(PROVIDER, id_, outs)
    assert local.only("exports")["id"] == id_
    assert host.read(PROVIDER, "a2efc2bb-e09f-40bf-a2bc-1d25297ac2f7", outs).id == ""


def test_a_failed_export_is_requested_again(host: Host, local: Local, tdo: str) -> None:
    id_, outs = host.create(PROVIDER, export(tdo))
    assert local.only("exports")["status"] == "failed"
    read = host.read(PROVIDER, id_, outs)
    assert read.outs["failure"] == {"status": "failed"}
    assert host.diff(PROVIDER, id_, read.outs, export(tdo)) == (True, ["failure"], False)


@pytest.mark.parametrize(
    ("change", "replaces"),
    [
        ({"includeMedia": True}, ["includeMedia"]),
        ({"tdoData": [{"tdoId": "2"}]}, ["tdoData"]),
        ({"outputConfigurations": []}, ["outputConfigurations"]),
        ({"triggers": "x"}, ["triggers"]),
        ({"downloadTo": "elsewhere.vtt"}, []),
    ],
)
def test_every_input_replaces(host: Host, change: dict[str, Any], replaces: list[str]) -> None:
    found = host.diff(PROVIDER, "1", export("1"), export("1", **change))[1]
    assert sorted(set(found)) == replaces


@pytest.mark.parametrize("action", [{"dropResponse": True}, {"refuse": True}])
def test_a_lost_answer_makes_no_second_request(host: Host, local: Local, tdo: str, action: dict[str, Any]) -> None:
    first, _ = host.create(PROVIDER, export(tdo))
    local.fault(action, operation="createExportRequest")
    second, _ = host.create(PROVIDER, export(tdo))
    assert {first, second} == {each["id"] for each in local.objects()["exports"]}


def test_an_unknown_tdo_is_an_error(host: Host, local: Local) -> None:
    with pytest.raises(HostError, match="not_found"):
        host.create(PROVIDER, export("1"))


def test_adoption(host: Host, local: Local, tdo: str) -> None:
    local.behave(exportSeconds=60)
    id_, _ = host.create(PROVIDER, export(tdo))
    assert host.create(PROVIDER, export(tdo, adopt=id_))[0] == id_
    with pytest.raises(HostError, match="has no export request"):
        host.create(PROVIDER, export(tdo, adopt="a2efc2bb-e09f-40bf-a2bc-1d25297ac2f7"))


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"tdoData": []}, "tdoData", "at least one TDO"),
        ({"tdoData": [{"startOffsetMs": 1}]}, "tdoData[0]", "names nothing to export"),
        ({"outputConfigurations": [{"formats": []}]}, "outputConfigurations[0]", "names no results"),
        (
            {"outputConfigurations": [{"engineId": "1", "formats": [{"extension": "vtx"}]}]},
            "outputConfigurations[0].formats[0].extension",
            "'vtt'",
        ),
    ],
)
def test_bad_input(host: Host, change: dict[str, Any], path: str, says: str) -> None:
    problems = host.check(PROVIDER, export("1", **change))
    assert list(problems) == [path]
    assert says in problems[path]


def with_options(extension: str, options: Any) -> dict[str, Any]:
    formats = [{"extension": "srt"}, {"extension": extension, "options": options}]
    return export("1", outputConfigurations=[{"engineId": engines.SPEECHMATICS_ENGLISH, "formats": formats}])


@pytest.mark.parametrize(
    ("extension", "options", "says"),
    [
        (
            "txt",
            {"linesPerScreen": 2},
            "is not an option of txt, which has maxCharacterPerLine, newLineOnPunctuation, ",
        ),
        ("vtt", {"linesPerScreen": 0}, "must be a whole number, 1 or more"),
        ("vtt", {"linesPerScreen": "two"}, "must be a whole number, 1 or more"),
        ("vtt", {"linesPerScreen": 1.5}, "must be a whole number, 1 or more"),
    ],
)
def test_options_of_a_format(host: Host, extension: str, options: dict[str, Any], says: str) -> None:
    problems = host.check(PROVIDER, with_options(extension, options))
    assert list(problems) == ["outputConfigurations[0].formats[1].options.linesPerScreen"]
    assert says in problems["outputConfigurations[0].formats[1].options.linesPerScreen"]


def test_all_wrong_options_are_told_at_once(host: Host) -> None:
    options = {"withSpeakerData": "yes", "maxCharacterPerLines": 3, "fileExtension": "../x"}
    problems = host.check(PROVIDER, with_options("vtt", options))
    assert {path.rsplit(".", 1)[1] for path in problems} == set(options)


def test_the_server_refuses_what_check_refuses(host: Host, local: Local, tdo: str) -> None:
    wrong = export(tdo)
    wrong["outputConfigurations"][0]["formats"][0]["options"] = {"linesPerScreen": 0}
    with pytest.raises(HostError, match=r"outputConfigurations\[0\]\.formats\[0\]\.options\.linesPerScreen"):
        host.create(PROVIDER, wrong)


@pytest.mark.parametrize(
    "options", [{}, {"linesPerScreen": 2, "newLineOnPunctuation": False}, {"fileExtension": "vtt"}]
)
def test_an_option_at_its_default_is_no_change(host: Host, options: dict[str, Any]) -> None:
    left_out, given = with_options("vtt", {}), with_options("vtt", options)
    without = with_options("vtt", {})
    del without["outputConfigurations"][0]["formats"][1]["options"]
    for before, after in ((left_out, given), (given, left_out), (without, given)):
        assert host.diff(PROVIDER, "1", before, after) == (False, [], False)
    changed = with_options("vtt", {**options, "linesPerScreen": 3})
    assert host.diff(PROVIDER, "1", given, changed)[:2] == (True, ["outputConfigurations"])


def test_an_unknown_option_is_no_problem(host: Host) -> None:
    assert host.check(PROVIDER, with_options("vtt", {"linesPerScreen": UNKNOWN_VALUE, "withSpeakerData": True})) == {}
    assert host.check(PROVIDER, with_options("vtt", UNKNOWN_VALUE)) == {}


def test_everything_may_be_unknown(host: Host) -> None:
    assert host.check(PROVIDER, export(UNKNOWN_VALUE)) == {}
    assert host.check(PROVIDER, {"tdoData": UNKNOWN_VALUE, "outputConfigurations": UNKNOWN_VALUE}) == {}


def test_only_an_adopted_request_may_leave_out_what_it_exports(
    host: Host, start: Callable[..., Host], local: Local, tdo: str
) -> None:
    assert host.check(PROVIDER, {"triggers": 1}) == {"tdoData": "is missing"}
    there, _ = start().create(PROVIDER, export(tdo))
    made = local.mutations()
    adopted = {"__owner": "project/stack/other", "adopt": there}
    assert host.check(PROVIDER, adopted) == {}
    id_, outs = host.create(PROVIDER, adopted)
    assert (id_, outs["adopted"]) == (there, True)
    assert host.diff(PROVIDER, id_, host.read(PROVIDER, id_, outs).outs, adopted)[1] == ["failure"]
    assert local.mutations() == made


def runs(**counts: int) -> dict[str, Any]:
    return export("1", __runs=counts)


@pytest.mark.parametrize(
    ("recorded", "now", "changes"),
    [
        ({"a": 0}, {"a": 0}, False),
        ({"a": 0}, {"b": 0}, True),
        ({"a": 0}, {"a": 1}, True),
        ({"a": 1}, {"a": -1}, False),
        ({"a": -1}, {"a": 1}, False),
        ({"a": 0, "b": 0}, {"b": 0, "a": 0}, False),
        ({"a": 0}, {"a": 0, "b": 0}, True),
        ({"a": 0, "b": 0}, {"a": 0}, False),
    ],
)
def test_an_export_follows_the_runs_of_its_jobs(
    host: Host, recorded: dict[str, int], now: dict[str, int], changes: bool
) -> None:
    found = host.diff(PROVIDER, "e", runs(**recorded), runs(**now))
    assert found == (changes, ["__runs"] if changes else [], False)


def test_runs_that_are_not_known_yet_are_others(host: Host) -> None:
    assert host.check(PROVIDER, export("1", __runs=UNKNOWN_VALUE)) == {}
    assert host.diff(PROVIDER, "e", runs(a=0), export("1", __runs=UNKNOWN_VALUE)) == (True, ["__runs"], False)
    assert host.diff(PROVIDER, "e", export("1"), export("1", __runs=UNKNOWN_VALUE)) == (True, ["__runs"], False)


def test_an_adopted_export_follows_nothing(host: Host) -> None:
    assert host.diff(PROVIDER, "e", {**runs(a=0), "adopt": "e"}, {**runs(b=0), "adopt": "e"}) == (False, [], False)


def test_a_job_that_is_not_told_any_more_changes_nothing(host: Host) -> None:
    assert host.diff(PROVIDER, "e", runs(a=0), export("1")) == (False, [], False)


def test_an_export_of_an_earlier_release_is_requested_again_for_a_later_job_only(
    host: Host, local: Local, tdo: str
) -> None:
    job = JobProvider()
    declared = {"__owner": "project/stack/job", "targetId": tdo, "tasks": [{"engineId": engines.SPEECHMATICS_ENGLISH}]}
    first, outs = host.create(job, declared)
    id_, requested = host.create(PROVIDER, export(tdo))
    fresh = Host({"aiware:endpoint": local.server.graphql_url, "aiware:token": local.token}, {})
    try:
        fresh.read(job, first, outs)
        fresh.read(PROVIDER, id_, requested)
        # It exists, and was there before the request.
        assert fresh.diff(PROVIDER, id_, requested, export(tdo, __runs={first: 0})) == (False, [], False)
        assert fresh.diff(PROVIDER, id_, requested, export(tdo, __runs={"unheard of": 0})) == (False, [], False)
        # It has been started again since the state says how often jobs are.
        assert fresh.diff(PROVIDER, id_, requested, export(tdo, __runs={first: 1}))[1] == ["__runs"]
    finally:
        fresh.close()
    # Another one was submitted after the request: by a run that has ended, and by this one.
    second, later = host.create(job, {**declared, "triggers": 2})
    other = Host({"aiware:endpoint": local.server.graphql_url, "aiware:token": local.token}, {})
    try:
        assert other.diff(PROVIDER, id_, requested, export(tdo, __runs={second: 0}))[1] == []
        other.read(job, second, later)
        other.read(PROVIDER, id_, requested)
        assert other.diff(PROVIDER, id_, requested, export(tdo, __runs={second: 0}))[1] == ["__runs"]
    finally:
        other.close()
    assert host.diff(PROVIDER, id_, requested, export(tdo, __runs={second: 0}))[1] == ["__runs"]
