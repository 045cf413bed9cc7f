"""Which resource holds an object."""

from __future__ import annotations

from aiware_resources.reconcile.holders import Holder, Owned

TDO = Holder("aiware:TemporalDataObject", "project/dev/tdo")
RENAMED = Holder("aiware:TemporalDataObject", "project/dev/renamed")


def test_the_urn_of_a_resource() -> None:
    assert TDO.urn == "urn:pulumi:dev::project::pulumi-python:dynamic/aiware:TemporalDataObject::tdo"
    inside = Holder("aiware:Job", "p/s/with/slashes", "my:Pipeline")
    assert inside.urn == "urn:pulumi:s::p::my:Pipeline$pulumi-python:dynamic/aiware:Job::with/slashes"


def test_another_resource_that_holds_an_object_is_named() -> None:
    owned = Owned()
    owned.add("1", TDO)
    assert owned.other_holder("1", TDO) is None
    assert owned.other_holder("1", RENAMED) == TDO
    assert owned.other_holder("1", RENAMED, TDO) is None
    assert owned.other_holder("2", RENAMED) is None


def test_a_state_of_an_earlier_release_does_not_tell_the_component() -> None:
    owned = Owned()
    inside = Holder(TDO.type_name, TDO.owner, "my:Component")
    owned.add("1", TDO)
    assert owned.other_holder("1", inside) is None
    assert owned.own_holder("1", inside) is None
    owned.renamed("1", TDO, inside)
    assert owned.own_holder("1", inside) == inside
    assert owned.other_holder("1", Holder(TDO.type_name, TDO.owner, "other:Component")) == inside


def test_an_alias_hands_the_object_over() -> None:
    owned = Owned()
    owned.add("1", TDO)
    owned.renamed("1", TDO, RENAMED)
    assert owned.held_by(TDO) == []
    assert owned.held_by(RENAMED) == ["1"]
    assert not owned.is_needed("1", RENAMED)
    # Its outputs are recorded under the earlier name until they change.
    assert not owned.is_needed("1", TDO)
    owned.release("1", TDO)
    assert owned.held_by(RENAMED) == []


def test_what_another_holds_or_took_over_stays() -> None:
    owned = Owned()
    owned.add("1", TDO)
    assert not owned.is_needed("1", TDO)
    owned.add("1", RENAMED)
    assert owned.is_needed("1", TDO)
    owned.release("1", TDO)
    assert not owned.is_needed("1", RENAMED)
    owned.take_over("1", RENAMED)
    assert owned.is_needed("1", RENAMED)


def test_what_was_released_is_not_taken_in_the_same_run() -> None:
    owned = Owned()
    owned.add("1", TDO)
    owned.release("1", TDO)
    assert owned.has("1")
    assert not owned.claim("1")


def test_objects_that_are_known_by_name() -> None:
    owned = Owned()
    one, two = (Holder("aiware:Cluster", f"p/s/{name}", called="pipelines") for name in ("one", "two"))
    owned.add("rt-1", one)
    assert owned.other_called("aiware:Cluster", "pipelines", two) == ("rt-1", one)
    assert owned.other_called("aiware:Cluster", "pipelines", two, one) is None
    assert owned.other_called("aiware:Cluster", "other", two) is None
    owned.renamed("rt-1", one, Holder("aiware:Cluster", "p/s/one", called="other"))
    assert owned.other_called("aiware:Cluster", "pipelines", two) is None


def test_how_to_rename() -> None:
    said = TDO.how_to_rename(RENAMED)
    assert f'aliases=["{TDO.urn}"]' in said
    assert f"pulumi state rename '{TDO.urn}' renamed" in said
    assert "alias" not in TDO.how_to_rename(Holder("aiware:Job", "p/s/job"))


def test_a_name_may_have_a_slash() -> None:
    assert Holder("aiware:Job", "p/s/2026/job").name == "2026/job"
