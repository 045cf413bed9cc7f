"""Export requests through the real provider host."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources import engines
from aiware_resources.export_request import ExportProvider
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


def test_a_failed_export_is_requested_anew(host: Host, local: Local, tdo: str) -> None:
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


def test_everything_may_be_unknown(host: Host) -> None:
    assert host.check(PROVIDER, export(UNKNOWN_VALUE)) == {}
    assert host.check(PROVIDER, {"tdoData": UNKNOWN_VALUE, "outputConfigurations": UNKNOWN_VALUE}) == {}
