"""Which files of a fleet are removed, and when its results count as there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from aiware_resources.api import Api, EngineResultRecord
from aiware_resources.errors import InvalidInput, NotFound, NotSent
from aiware_resources.fleet.entries import Entry
from aiware_resources.fleet.files import shelf as shelves
from aiware_resources.fleet.files.files import FleetFiles
from aiware_resources.settings import Settings

TEMPLATE = {"tasks": [{"engineId": "8eccf9cc-6b6d-4d7d-8cb3-7ebf4950c5f3"}]}


class Results:
    """Answers with the results of jobs.

    Args:
        documents: How many each job has.
    """

    def __init__(self, **documents: int) -> None:
        self.documents = documents
        self.errors: list[Exception] = []
        self.asked: list[str] = []

    def engine_results(self, *, job_id: str) -> list[EngineResultRecord]:
        self.asked.append(job_id)
        if self.errors:
            raise self.errors.pop()
        return [
            EngineResultRecord.model_validate({"engineId": f"e{number}", "jsondata": {"of": job_id}})
            for number in range(self.documents[job_id])
        ]


@pytest.fixture(autouse=True)
def claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "_claimed", {})


def files(out: Path, jobs: dict[str, str], warn: Callable[[str], object] = print, **more: Any) -> FleetFiles:
    entries = {key: Entry(job, f"tdo-{key}", owns_target=True, product="p") for key, job in jobs.items()}
    props = {"__owner": "p/s/f", "template": TEMPLATE, "media": dict.fromkeys(jobs), "resultsTo": str(out), **more}
    return FleetFiles.of(Settings(), props, entries, {}, warn)


def done(made: FleetFiles, api: Results, *keys: str) -> FleetFiles:
    made.add(keys)
    made.step(cast(Api, api), is_last=False)
    return made


def there(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*.json"))


def test_results_are_written_once_and_awaited(tmp_path: Path) -> None:
    api = Results(j1=2, j2=0)
    made = done(files(tmp_path, {"a": "j1", "b": "j2"}), api, "a", "b")
    assert (there(tmp_path), made.left) == (["a/e0.json", "a/e1.json"], 1)
    api.documents["j2"] = 1
    done(made, api)
    assert (there(tmp_path), made.left) == (["a/e0.json", "a/e1.json", "b/e0.json"], 0)
    asked = len(api.asked)
    assert done(files(tmp_path, {"a": "j1", "b": "j2"}), api, "a", "b").left == 0
    assert len(api.asked) == asked
    (tmp_path / "a/e1.json").unlink()
    done(files(tmp_path, {"a": "j1", "b": "j2"}), api, "a", "b")
    assert api.asked[asked:] == ["j1"]


def test_results_that_cannot_be_read(tmp_path: Path) -> None:
    api = Results(j1=1, j2=1, j3=1)
    api.errors = [NotSent("?"), NotFound("gone"), InvalidInput("no")]
    made = files(tmp_path, {"a": "j1", "b": "j2", "c": "j3"})
    for _ in range(3):
        done(made, api, *"abc")
    assert sorted(made.failures.values()) == ["results: aiWARE does not know its job any more", "results: no"]
    assert len(there(tmp_path)) == 1


@pytest.mark.parametrize(
    ("more", "left"), [({}, ["a/e0.json"]), ({"onDestroyTarget": "retain"}, ["a/e0.json", "b/e0.json"])]
)
def test_the_files_of_a_removed_entry_follow_its_tdo(tmp_path: Path, more: dict[str, Any], left: list[str]) -> None:
    api = Results(j1=1, j2=1)
    done(files(tmp_path, {"a": "j1", "b": "j2"}), api, "a", "b")
    made = done(files(tmp_path, {"a": "j1"}, **more), api, "a")
    made.sweep({"a"}, {"a": "complete"})
    assert there(tmp_path) == left


def test_a_file_of_an_earlier_job_does_not_stand_for_one_that_failed(tmp_path: Path) -> None:
    api = Results(j1=1, j2=1)
    done(files(tmp_path, {"a": "j1", "b": "j2"}), api, "a", "b")
    made = files(tmp_path, {"a": "j3", "b": "j2"})
    made.sweep({"a", "b"}, {"a": "failed", "b": "failed"})
    assert there(tmp_path) == ["b/e0.json"]
    # An entry whose job could not be submitted has none yet, and is declared all the same.
    files(tmp_path, {}).sweep({"b"}, {})
    assert there(tmp_path) == ["b/e0.json"]


def test_a_file_of_an_earlier_job_does_not_stay_beside_those_of_the_present_one(tmp_path: Path) -> None:
    api = Results(j1=4, k1=2, j2=1, k2=1)
    warned: list[str] = []
    done(files(tmp_path, {"a": "j1", "b": "k1"}), api, "a", "b")
    (tmp_path / "a/e2.json").write_text("changed by hand")
    (tmp_path / "a/e3.json").unlink()
    (tmp_path / "a/mine.json").write_text("not the fleet's")
    # The second job of b is complete, and its results cannot be read: the earlier ones are all there is.
    made = files(tmp_path, {"a": "j2", "b": "k2"}, warned.append)
    done(made, api, "a")
    api.errors = [NotFound("gone")]
    done(made, api, "b")
    made.sweep({"a", "b"}, {"a": "complete", "b": "complete"})
    assert there(tmp_path) == ["a/e0.json", "a/e2.json", "a/mine.json", "b/e0.json", "b/e1.json"]
    assert [message.rpartition(": ")[2] for message in warned] == [str(tmp_path / "a/e2.json")]
    # What is not listed any more is nobody's: it stays, and is said once.
    made = done(files(tmp_path, {"a": "j2", "b": "k2"}, warned.append), api, "a", "b")
    made.sweep({"a", "b"}, {"a": "complete", "b": "complete"})
    assert there(tmp_path) == ["a/e0.json", "a/e2.json", "a/mine.json", "b/e0.json"]
    assert len(warned) == 1


def test_captions_of_a_format_that_is_not_declared_any_more_go_with_their_job(tmp_path: Path) -> None:
    shelf = shelves.Shelf(tmp_path, "p/s/f")
    (tmp_path / "content").write_text("1")
    shelf.put([shelves.New("a.srt", "a", "j1+0 srt", tmp_path / "content")])
    api = Results(j1=1, j2=1)
    done(files(tmp_path, {"a": "j1"}), api, "a").sweep({"a"}, {"a": "complete"})
    assert (tmp_path / "a.srt").exists()
    done(files(tmp_path, {"a": "j2"}), api, "a").sweep({"a"}, {"a": "complete"})
    assert not (tmp_path / "a.srt").exists()
