"""Unit tests of a program by Pulumi's own recipe: nothing is asked of aiWARE, and outputs are what the mocks say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pulumi
import pytest

from aiware_resources import (
    Cluster,
    ExportRequest,
    Job,
    JobFleet,
    JobTemplate,
    Provider,
    SingleEngineJob,
    TemporalDataObject,
    engines,
    get_cluster,
    get_clusters,
    get_engine,
    get_engine_categories,
    get_engine_results,
    get_engines,
    get_job,
    get_temporal_data_object,
    pipelines,
)
from tests.support.mocked import UNKNOWN, Run, preview, run

__all__ = ["preview", "run"]

GRAPH = pipelines.transcription("https://media.test/a.mp4")


def everything() -> dict[str, pulumi.Output[Any]]:
    """A program with one resource of each type."""
    cluster = Cluster("cluster", name="nightly", allowed_engines=["all"])
    tdo = TemporalDataObject(
        "tdo", start_date_time=0, stop_date_time=60, assets=[{"asset_type": "media", "file": __file__}]
    )
    job = Job("job", target_id=tdo.id, cluster_id=cluster.id, dag=GRAPH, results_to="results")
    export = ExportRequest(
        "export",
        tdo_data=[{"tdo_id": job.target_id}],
        output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}],
        download_to="captions.vtt",
    )
    single = SingleEngineJob("single", target_id=tdo.id, engine_id=engines.SPEECHMATICS_ENGLISH)
    fleet = JobFleet("fleet", template=JobTemplate(dag=GRAPH), media={"a": {"url": "https://media.test/a.mp4"}})
    return {
        "live_status": cluster.live_status,
        "uploads": tdo.uploads,
        "cluster_id": job.cluster_id,
        "target_id": job.target_id,
        "status": job.status,
        "upper": job.status.apply(str.upper),
        "tasks": job.tasks,
        "result_files": job.result_files,
        "results": job.results(),
        "export": export.status,
        "asset_uri": export.asset_uri,
        "path": export.path,
        "single": single.status,
        "counts": fleet.counts,
        "failures": fleet.failures,
        "jobs": fleet.jobs,
        "fleet": fleet.results("a"),
        "urn": job.urn,
    }


def test_outputs_are_what_the_mocks_say(run: Run, preview: bool, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    says = {
        "Cluster": {"liveStatus": "active"},
        "Job": {"status": "complete", "tasks": [{"id": "t"}]},
        "ExportRequest": {"assetUri": "https://media.test/file"},
        "JobFleet": {"counts": {"complete": 1}, "jobs": {"a": {"job_id": "1"}}},
        "aiware:index:getEngineResults": {"results": [{"tdoId": "1"}]},
    }
    found = run(everything, preview=preview, says=says)
    assert found.pop("urn").endswith("::job")
    assert found == {
        "live_status": "active",
        "uploads": [],
        "cluster_id": "cluster-id",
        "target_id": "tdo-id",
        "status": "complete",
        "upper": "COMPLETE",
        "tasks": [{"id": "t"}],
        "result_files": None,
        "results": [{"tdoId": "1"}],
        "export": None,
        "asset_uri": "https://media.test/file",
        "path": None,
        "single": None,
        "counts": {"complete": 1.0},
        "failures": {},
        "jobs": {"a": {"job_id": "1"}},
        "fleet": [{"tdoId": "1"}],
    }
    assert list(tmp_path.iterdir()) == []


def test_what_has_no_id_in_a_preview_is_not_known(run: Run) -> None:
    def program() -> dict[str, pulumi.Output[Any]]:
        job = Job("job", target={"name": "x"}, dag=GRAPH)
        return {"status": job.status, "target_id": job.target_id, "results": job.results()}

    assert set(run(program, preview=True, has_ids=False).values()) == {UNKNOWN}


def test_what_is_only_read_is_what_the_mocks_say(run: Run, preview: bool) -> None:
    def program() -> dict[str, pulumi.Output[Any]]:
        cluster, job = Cluster.get("cluster", "rt-1"), Job.get("job", "j-1")
        tdo = TemporalDataObject.get("tdo", "7")
        return {
            "id": cluster.id,
            "name": cluster.name,
            "tags": cluster.tags,
            "live_status": cluster.live_status,
            "tdo": tdo.name,
            "description": tdo.description,
            "uploads": tdo.uploads,
            "status": job.status,
            "target_id": job.target_id,
        }

    says = {
        "Cluster": {"name": "nightly", "liveStatus": "active"},
        "TemporalDataObject": {"name": "Interview"},
        "Job": {"status": "complete", "targetId": "7"},
    }
    assert run(program, preview=preview, says=says) == {
        "id": "rt-1",
        "name": "nightly",
        "tags": None,
        "live_status": "active",
        "tdo": "Interview",
        "description": None,
        "uploads": [],
        "status": "complete",
        "target_id": "7",
    }


def test_what_is_only_read_takes_no_arguments(run: Run, preview: bool) -> None:
    by_id = pulumi.ResourceOptions(id="1")
    with pytest.raises(pulumi.RunError, match="takes no arguments beside its id"):
        run(lambda: {"": Job("job", by_id, target_id="7", dag=GRAPH).id}, preview=preview)
    with pytest.raises(pulumi.RunError, match="A SingleEngineJob cannot be read by its id"):
        run(lambda: {"": SingleEngineJob("job", by_id, engine_id="e").id}, preview=preview)


def test_what_cannot_be_imported_is_adopted(run: Run) -> None:
    imported = pulumi.ResourceOptions(import_="7")
    with pytest.raises(pulumi.RunError, match=r'^Job job: Pulumi cannot import it .* adopt="7"'):
        run(lambda: {"": Job("job", imported, target_id="7", dag=GRAPH).id}, preview=True)


def looked_up() -> dict[str, pulumi.Output[Any]]:
    return {
        "engine": get_engine("an engine")["id"],
        "engines": get_engines(name="an engine"),
        "categories": get_engine_categories(),
        "cluster": get_cluster("a cluster")["id"],
        "clusters": get_clusters(),
        "tdo": get_temporal_data_object("a TDO", since=date(2026, 3, 2))["id"],
        "job": get_job("a job", target_id="7")["id"],
        "results": get_engine_results(job_id="1"),
    }


def test_look_ups_ask_the_mocks(run: Run, preview: bool) -> None:
    says: dict[str, Any] = {
        "aiware:index:getEngine": {"id": "e"},
        "aiware:index:getEngines": ({"engines": [{"id": "e"}]}, []),
        "aiware:index:getEngineCategories": {"any name": []},
        "aiware:index:getCluster": {"id": "c"},
        "aiware:index:getClusters": {"clusters": [{"id": "c"}]},
        "aiware:index:getTemporalDataObject": {"id": "t"},
        "aiware:index:getJob": {"id": "j"},
        "aiware:index:getEngineResults": {"results": []},
    }
    assert run(looked_up, preview=preview, says=says) == {
        "engine": "e",
        "engines": [{"id": "e"}],
        "categories": [],
        "cluster": "c",
        "clusters": [{"id": "c"}],
        "tdo": "t",
        "job": "j",
        "results": [],
    }


def test_look_ups_of_which_the_mocks_say_nothing_are_empty(run: Run) -> None:
    found = run(looked_up, preview=False)
    assert found == {
        "engine": None,
        "engines": [],
        "categories": [],
        "cluster": None,
        "clusters": [],
        "tdo": None,
        "job": None,
        "results": [],
    }


def test_what_the_program_itself_gets_wrong_is_refused(run: Run, preview: bool) -> None:
    with pytest.raises(ValueError, match="needs either job_id"):
        run(lambda: {"": get_engine_results()}, preview=preview)
    with pytest.raises(pulumi.RunError, match=r"clusterConfig\.n is null"):
        run(lambda: {"": Cluster("c", name="c", allowed_engines=[], cluster_config={"n": None}).id}, preview=preview)


def test_a_provider_is_declared_and_not_used(run: Run, preview: bool) -> None:
    def program() -> dict[str, pulumi.Output[Any]]:
        news = Provider("news", endpoint="https://nowhere.test/v3/graphql", token="token")
        opts = pulumi.ResourceOptions(provider=news)
        job = Job("job", target={"name": "a"}, dag=GRAPH, opts=opts)
        found = get_engine("an engine", pulumi.InvokeOptions(provider=news))
        return {"status": job.status, "engine": found["name"]}

    said = {"Job": {"status": "complete"}, "aiware:index:getEngine": {"name": "Speech"}}
    assert run(program, preview=preview, says=said) == {"status": "complete", "engine": "Speech"}
