"""Looking things up by name or id, each once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aiware_resources import catalogue as public
from aiware_resources import engines
from aiware_resources.api import CloudApi
from aiware_resources.api.records import Record
from aiware_resources.catalogue import Catalogue, catalogue_of
from aiware_resources.errors import InvalidInput, NotFound, ServerFailure
from aiware_resources.settings import Connection, Credentials, Settings
from tests.support.local import Local
from tests.support.objects import make_tdo, submit


def new_cluster(local: Local, name: str) -> str:
    made: str = local.graphql(
        'mutation($name: String!) { createCluster(input: {name: $name, allowedEngines: ["all"], dockerCredentials: {}})'
        " { id } }",
        name=name,
    )["createCluster"]["id"]
    return made


def counted(local: Local, ask: Callable[[], object]) -> dict[str, int]:
    """How often each root field was executed meanwhile."""
    before = local.calls()
    ask()
    return {name: count - before.get(name, 0) for name, count in local.calls().items() if count > before.get(name, 0)}


def test_an_engine_by_id_and_by_exact_name(catalogue: Catalogue) -> None:
    by_id = catalogue.engine(engines.CHUNK)
    assert by_id.name == "Chunk"
    assert catalogue.engine("Chunk") == by_id
    assert catalogue.engine("insert-into-index").name == "Insert Into Index"


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("Chunk Agregator", 'Did you mean "Chunk Aggregator" (045e675b'),
        ("chunk", '"Chunk" (8bdb0e3b'),
        ("zzz", "`aiware engines list` shows what there is"),
        (engines.CHUNK[:-1] + "1", "`aiware engines list`"),
    ],
)
def test_no_such_engine(catalogue: Catalogue, wanted: str, says: str) -> None:
    with pytest.raises(NotFound) as caught:
        catalogue.engine(wanted)
    assert f'no engine "{wanted}"' in str(caught.value)
    assert says in str(caught.value)


def test_engines_by_what_they_are(catalogue: Catalogue) -> None:
    translators = catalogue.engines("Translate")
    assert engines.TRANSLATE_SPANISH_TO_ENGLISH in {engine.id for engine in translators}
    assert {engine.category and engine.category.name for engine in translators} == {"Translate"}
    assert {engine.id for engine in catalogue.engines(name="speechmatics")} == {engines.SPEECHMATICS_ENGLISH}
    assert engines.WEBSTREAM_ADAPTER in {engine.id for engine in catalogue.engines(of_type="ingestion")}
    with pytest.raises(InvalidInput, match="The types are Cognition, Ingestion, Aggregator"):
        catalogue.engines(of_type="Cognitive")


def test_categories_of_a_type(catalogue: Catalogue) -> None:
    names = {category.name for category in catalogue.categories("Cognition")}
    assert names >= {"Transcription", "Translate", "Speaker Detection"}
    assert "Adapter" not in names
    assert "Adapter" in {category.name for category in catalogue.categories()}


def test_a_cluster_by_name_and_by_id(local: Local, catalogue: Catalogue) -> None:
    id_ = new_cluster(local, "transcription")
    assert catalogue.cluster("transcription").id == id_
    assert catalogue.cluster(id_).name == "transcription"
    assert [cluster.id for cluster in catalogue.clusters()] == [id_]


def test_no_such_cluster(local: Local, catalogue: Catalogue) -> None:
    id_ = new_cluster(local, "transcription")
    with pytest.raises(NotFound) as caught:
        catalogue.cluster("Transcriptions")
    assert f'no cluster "Transcriptions" that this token can see. Did you mean "transcription" ({id_})?' in str(
        caught.value
    )


def test_several_clusters_of_one_name(local: Local, catalogue: Catalogue) -> None:
    ids = {new_cluster(local, "twin"), new_cluster(local, "twin")}
    with pytest.raises(InvalidInput, match='2 clusters are called "twin"') as caught:
        catalogue.cluster("twin")
    assert all(id_ in str(caught.value) for id_ in ids)


def test_a_tdo_by_its_exact_name(local: Local, catalogue: Catalogue) -> None:
    ids = {name: make_tdo(local, name) for name in ("Council", "council", "Council meeting", *map(str, range(30)))}
    make_tdo(local)

    def twice() -> None:
        # The newest come first, 30 a page.
        assert catalogue.tdo("Council").id == ids["Council"]
        assert catalogue.tdo("council").id == ids["council"]

    assert counted(local, twice) == {"temporalDataObjects": 3}
    assert catalogue.tdo("Council").details is None


def test_no_such_tdo_and_several(local: Local, catalogue: Catalogue) -> None:
    id_ = make_tdo(local, "Interview")
    with pytest.raises(NotFound) as caught:
        catalogue.tdo("interviews")
    assert f'no TDO "interviews" that this token can see. Did you mean "Interview" ({id_})?' in str(caught.value)
    with pytest.raises(NotFound, match="`aiware tdos list` shows what there is"):
        catalogue.tdo("zzz", datetime.now(UTC) + timedelta(days=1))
    for _ in range(11):
        make_tdo(local, "Interview")
    later = Catalogue(catalogue._api)
    with pytest.raises(InvalidInput, match=r'12 TDOs are called "Interview": \d+, (\d+, ){9}and 2 more\.'):
        later.tdo("Interview")


def test_a_job_by_its_exact_name(local: Local, catalogue: Catalogue) -> None:
    tdo = make_tdo(local)
    first, second = submit(local, name="nightly", targetId=tdo), submit(local, name="nightly")
    assert catalogue.job("nightly", target_id=tdo).id == first
    with pytest.raises(InvalidInput, match='2 jobs are called "nightly"') as caught:
        catalogue.job("nightly")
    assert first in str(caught.value)
    assert second in str(caught.value)
    with pytest.raises(NotFound, match=r'no job "Nightly".* Did you mean "nightly"'):
        catalogue.job("Nightly", target_id=tdo)


def test_each_question_is_asked_once(local: Local, catalogue: Catalogue) -> None:
    new_cluster(local, "c")

    def twice() -> None:
        for _ in range(2):
            catalogue.engines("Translate")
            catalogue.categories("Cognition")
            catalogue.clusters()
            catalogue.cluster("c")
            catalogue.engine(engines.CHUNK)

    # Of a list one page more is read, to see that it is over; of objects by their ids, none.
    assert counted(local, twice) == {"engines": 3, "engineCategories": 2, "clusters": 4}


def test_many_threads_share_one_answer(local: Local, catalogue: Catalogue) -> None:
    ids = list(engines.NAMES)

    def ask(_: int) -> int:
        return len(catalogue.engines_by_id(ids))

    def all_at_once() -> None:
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(ask, range(40))) == {len(ids)}

    assert counted(local, all_at_once) == {"engines": 1}


def test_what_failed_is_asked_again(local: Local, catalogue: Catalogue) -> None:
    local.fault({"status": 502}, operation="engines")
    with pytest.raises(ServerFailure):
        catalogue.engine(engines.CHUNK)
    assert catalogue.engine(engines.CHUNK).name == "Chunk"


def test_one_catalogue_for_each_connection() -> None:
    first, second = (CloudApi(Settings(), Connection("https://aiware.test/v3/graphql", Credentials())) for _ in "12")
    assert catalogue_of(first) is catalogue_of(first)
    assert catalogue_of(first) is not catalogue_of(second)


@pytest.mark.parametrize(
    ("find", "described"),
    [
        (lambda catalogue: catalogue.engine("Chunk"), public.Engine),
        (lambda catalogue: catalogue.engine("Chunk").fields[1], public.EngineField),
        (lambda catalogue: catalogue.engine("Chunk").fields[1].options[0], public.PicklistOption),
        (lambda catalogue: catalogue.categories()[0], public.EngineCategory),
        (lambda catalogue: catalogue.clusters()[0], public.ClusterInfo),
    ],
)
def test_programs_get_what_is_described(
    local: Local, catalogue: Catalogue, find: Callable[[Catalogue], Record], described: type[Any]
) -> None:
    new_cluster(local, "c")
    assert find(catalogue).properties().keys() == described.__annotations__.keys()
