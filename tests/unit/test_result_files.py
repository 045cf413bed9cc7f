"""Engine results as files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aiware_resources.api import EngineResultRecord
from aiware_resources.downloads import existing
from aiware_resources.errors import DownloadFailed
from aiware_resources.result_files import documents, foresee_documents, write_documents


def result(engine_id: str, start: int | None = 0, document: object = None, asset_id: str = "") -> EngineResultRecord:
    content = {"series": [], "from": start} if document is None else document
    return EngineResultRecord(
        tdo_id="1", engine_id=engine_id, jsondata=content, start_offset_ms=start, asset_id=asset_id
    )


def test_each_engine_has_its_document() -> None:
    named = documents([result("b", 5, {"text": "¿qué?"}), result("a")])
    assert list(named) == ["a.json", "b.json"]
    assert json.loads(named["b.json"]) == {"text": "¿qué?"}
    assert "¿qué?".encode() in named["b.json"]


def test_time_spans_of_an_engine_are_numbered_in_their_order() -> None:
    named = documents([result("a", 2000), result("a", 0), result("b"), result("a", 1000)])
    assert {name: json.loads(content)["from"] for name, content in named.items()} == {
        "a.json": 0,
        "a.2.json": 1000,
        "a.3.json": 2000,
        "b.json": 0,
    }


def test_results_without_a_document_are_left_out() -> None:
    none = EngineResultRecord(tdo_id="1", engine_id="a", jsondata=None)
    assert documents([none]) == {}


@pytest.mark.parametrize(
    ("engine_id", "name"),
    [("insert-into-index", "insert-into-index.json"), ("../../etc/x", "_._.._etc_x.json"), (".hidden", "_hidden.json")],
)
def test_an_engine_id_never_leaves_the_folder(engine_id: str, name: str) -> None:
    assert list(documents([result(engine_id)])) == [name]


def test_files_are_written_when_missing_or_different(tmp_path: Path) -> None:
    records, folder = [result("a"), result("b")], tmp_path / "out"
    foreseen = foresee_documents(records, folder)
    assert not folder.exists()
    files = write_documents(records, folder)
    assert files == foreseen
    assert [existing(file.path) for file in files] == files
    (folder / "a.json").write_text("else")
    untouched = (folder / "b.json").stat().st_mtime_ns
    write_documents(records, folder)
    assert [existing(file.path) for file in files] == files
    assert (folder / "b.json").stat().st_mtime_ns == untouched
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", "b.json"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DownloadFailed, match=r"file/a\.json could not be written: "):
        write_documents([result("a")], tmp_path / "file")
