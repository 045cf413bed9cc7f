"""An object belongs to one resource, through the real provider host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiware_resources import engines
from aiware_resources.cluster import ClusterProvider
from aiware_resources.export_request import ExportProvider
from aiware_resources.job import JobProvider
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.single_engine_job import SingleEngineJobProvider
from aiware_resources.temporal_data_object import TdoProvider
from tests.contract.fleets import fleet
from tests.support.host import Host, HostError
from tests.support.local import Local

Start = Callable[..., Host]

CLUSTER: dict[str, Any] = {"name": "pipelines", "allowedEngines": ["all"], "dockerCredentials": {}}
TDO: dict[str, Any] = {"startDateTime": 1574311000, "stopDateTime": 1574315000}
JOB: dict[str, Any] = {"tasks": [{"engineId": engines.SPEECHMATICS_ENGLISH}], "target": {"name": "made by the job"}}
LAUNCH: dict[str, Any] = {"engineId": engines.SPEECHMATICS_ENGLISH, "uploadUrl": "https://media.test/a.mp4"}


def of(name: str, /, **props: Any) -> dict[str, Any]:
    return {"__owner": f"project/stack/{name}", **props}


def urn(type_: str, name: str, above: str = "") -> str:
    return f"urn:pulumi:stack::project::{above}pulumi-python:dynamic/aiware:{type_}::{name}"


def export_of(run: Host) -> dict[str, Any]:
    tdo, _ = run.create(TdoProvider(), of("exported", **TDO))
    return {"tdoData": [{"tdoId": tdo}]}


@pytest.mark.parametrize(
    ("provider", "props", "type_"),
    [
        (ClusterProvider(), lambda _: CLUSTER, "Cluster"),
        (TdoProvider(), lambda _: TDO, "TemporalDataObject"),
        (JobProvider(), lambda _: JOB, "Job"),
        (SingleEngineJobProvider(), lambda _: LAUNCH, "SingleEngineJob"),
        (ExportProvider(), export_of, "ExportRequest"),
    ],
)
def test_what_the_state_holds_is_not_adopted(
    start: Start, local: Local, provider: Any, props: Callable[[Host], dict[str, Any]], type_: str
) -> None:
    run = start()
    declared = props(run)
    id_, outs = run.create(provider, of("old", **declared))
    later = start()
    later.read(provider, id_, outs)
    made = local.mutations()
    renamed = of("new", **declared, adopt=id_)
    (reason,) = later.check(provider, renamed).values()
    held = urn(type_, "old")
    assert f"{id_}, which {held} of this stack holds already" in reason
    assert f'aliases=["{held}"]' in reason
    assert f"`pulumi state rename '{held}' new`" in reason
    with pytest.raises(HostError, match="of this stack holds already"):
        later.create(provider, renamed)
    # The resource itself may name its own object; an alias makes it the same resource.
    assert later.check(provider, of("old", **declared, adopt=id_), of("old", **declared)) == {}
    assert later.check(provider, renamed, of("old", **declared)) == {}
    assert later.diff(provider, id_, outs, of("new", **declared)) == (False, [], False)
    assert later.check(provider, renamed) == {}
    (reason,) = later.check(provider, of("old", **declared, adopt=id_)).values()
    assert urn(type_, "new") in reason
    assert local.mutations() == made


def test_a_resource_that_was_renamed_is_deleted_by_what_is_recorded_of_it(start: Start, local: Local) -> None:
    id_, outs = start().create(TdoProvider(), of("old", **TDO))
    later = start()
    later.read(TdoProvider(), id_, outs)
    # A refresh compares what it has read with the inputs, which have the new name; the outputs still have the old one.
    assert later.diff(TdoProvider(), id_, outs, of("new", **TDO)) == (False, [], False)
    later.delete(TdoProvider(), id_, outs)
    assert local.objects()["tdos"] == []


def test_two_resources_of_one_program_do_not_adopt_one_object(start: Start, local: Local) -> None:
    id_, _ = start().create(TdoProvider(), of("by-hand", **TDO))
    run = start()
    assert run.check(TdoProvider(), of("one", **TDO, adopt=id_)) == {}
    assert run.check(TdoProvider(), of("one", **TDO, adopt=id_)) == {}
    (reason,) = run.check(TdoProvider(), of("two", **TDO, adopt=id_)).values()
    assert urn("TemporalDataObject", "one") in reason


def test_a_resource_in_a_component_is_named_by_its_urn(start: Start) -> None:
    run = start()
    inside = {**of("tdo", **TDO), "__parent": "my:Library$my:Shelf"}
    id_, outs = run.create(TdoProvider(), inside)
    later = start()
    later.read(TdoProvider(), id_, outs)
    (reason,) = later.check(TdoProvider(), of("new", **TDO, adopt=id_)).values()
    assert urn("TemporalDataObject", "tdo", "my:Library$my:Shelf$") in reason


def test_a_job_of_a_fleet_is_not_adopted(start: Start) -> None:
    run = start()
    _, outs = run.create(JobFleetProvider(), fleet("ab"))
    later = start()
    later.read(JobFleetProvider(), "project/stack/fleet", outs)
    job = outs["jobs"]["a"].split(" ")[0]
    (reason,) = later.check(JobProvider(), of("new", **JOB, adopt=job)).values()
    assert urn("JobFleet", "fleet") in reason
    assert "pulumi state delete" in reason


def test_what_a_resource_took_over_outlives_the_one_that_held_it(start: Start, local: Local) -> None:
    """Without a refresh nobody knows at the adoption who holds the object."""
    id_, outs = start().create(TdoProvider(), of("old", **TDO))
    run = start()
    adopted, renamed = run.create(TdoProvider(), of("new", **TDO, adopt=id_))
    run.delete(TdoProvider(), id_, outs)
    assert local.only("tdos")["id"] == adopted == id_
    # The run after one that was interrupted between the two.
    later = start()
    later.diff(TdoProvider(), id_, renamed, of("new", **TDO, adopt=id_))
    later.delete(TdoProvider(), id_, outs)
    assert local.only("tdos")["id"] == id_
    later.delete(TdoProvider(), id_, {**renamed, "onDestroy": "delete"})
    assert local.objects()["tdos"] == []


def test_what_a_replacement_took_for_left_behind_is_not_deleted(start: Start, local: Local) -> None:
    """``--replace`` without a refresh: what the state holds cannot be told from what an interrupted run left."""
    id_, outs = start().create(TdoProvider(), of("tdo", **TDO))
    run = start()
    assert run.create(TdoProvider(), of("tdo", **TDO))[0] == id_
    run.delete(TdoProvider(), id_, outs)
    assert local.only("tdos")["id"] == id_


# --- clusters, which are known by their names -------------------------------------------------------------------------


@pytest.mark.parametrize("adopt", [{}, {"adopt": True}])
def test_a_name_that_the_state_holds_is_not_taken(start: Start, local: Local, adopt: dict[str, Any]) -> None:
    id_, outs = start().create(ClusterProvider(), of("old", **CLUSTER))
    later = start()
    later.read(ClusterProvider(), id_, outs)
    (reason,) = later.check(ClusterProvider(), of("new", **CLUSTER, **adopt)).values()
    held = urn("Cluster", "old")
    assert f"{held} of this stack holds already" in reason
    assert f"`pulumi state rename '{held}' new`" in reason
    with pytest.raises(HostError, match=held):
        later.create(ClusterProvider(), of("new", **CLUSTER, **adopt))
    # A cluster that takes another name first makes room for it.
    later.diff(ClusterProvider(), id_, outs, of("old", **{**CLUSTER, "name": "another"}))
    assert later.check(ClusterProvider(), of("new", **CLUSTER, **adopt)) == {}
    assert len(local.objects()["clusters"]) == 1


def test_no_message_recommends_to_adopt_what_a_stack_has_made(start: Start) -> None:
    start().create(ClusterProvider(), of("old", **CLUSTER))
    with pytest.raises(HostError, match="is called") as refused:
        start().create(ClusterProvider(), of("new", **CLUSTER))
    assert "adopt" not in str(refused.value)
    assert "pulumi state rename" in str(refused.value)


def test_a_replacement_of_the_same_name_makes_room_first(start: Start, local: Local) -> None:
    """``--replace`` and ``state taint``: the engine makes the new cluster first, whatever the provider prefers."""
    id_, outs = start().create(ClusterProvider(), of("c", **CLUSTER))
    run = start()
    run.read(ClusterProvider(), id_, outs)
    assert run.check(ClusterProvider(), of("c", **CLUSTER)) == {}
    new, _ = run.create(ClusterProvider(), of("c", **CLUSTER))
    assert local.only("clusters")["id"] == new != id_
    run.delete(ClusterProvider(), id_, outs)
    assert local.only("clusters")["id"] == new


@pytest.mark.parametrize("kept", [{"onDestroy": "retain"}, {"adopted": True}])
def test_a_cluster_that_stays_in_aiware_cannot_make_room(start: Start, local: Local, kept: dict[str, Any]) -> None:
    id_, outs = start().create(ClusterProvider(), of("c", **CLUSTER))
    run = start()
    run.read(ClusterProvider(), id_, {**outs, **kept})
    with pytest.raises(HostError, match="Give the cluster another name"):
        run.create(ClusterProvider(), of("c", **CLUSTER))
    assert local.only("clusters")["id"] == id_


def test_a_terminated_cluster_does_not_hold_its_name(start: Start, local: Local) -> None:
    id_, outs = start().create(ClusterProvider(), of("c", **CLUSTER))
    local.graphql("mutation($id: ID!) { updateCluster(input: {id: $id, status: terminated}) { id } }", id=id_)
    run = start()
    assert run.read(ClusterProvider(), id_, outs).id == ""
    with pytest.raises(HostError, match="nothing to adopt"):
        run.create(ClusterProvider(), of("c", **CLUSTER, adopt=True))
    new, _ = run.create(ClusterProvider(), of("c", **CLUSTER))
    assert new != id_
    assert run.create(ClusterProvider(), of("c", **CLUSTER, adopt=True))[0] == new
