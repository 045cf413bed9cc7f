"""Engine results as files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aiware_resources.api import EngineResultRecord, JobRecord, TaskRecord
from aiware_resources.engines import OUTPUT_WRITER
from aiware_resources.errors import DownloadFailed
from aiware_resources.files.downloads import existing
from aiware_resources.jobs.documents import (
    DocumentsCondition,
    documents,
    foresee_documents,
    output_writers,
    write_documents,
)
from aiware_resources.waiting.watch import Done, NotKnown, Pending, Verdict


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


def test_a_result_without_a_document_is_told() -> None:
    none = EngineResultRecord(tdo_id="1", engine_id="a", asset_id="1_x", jsondata=None)
    with pytest.raises(DownloadFailed, match="tells of a result \\(engine a, 1_x\\) and gives no document"):
        documents([result("b"), none])


def test_a_file_that_holds_null_is_a_document() -> None:
    assert documents([EngineResultRecord(name="empty.json", jsondata=None)]) == {"empty.json": b"null\n"}


@pytest.mark.parametrize(
    "names",
    [
        ["a/b.json", "a_b.json", "a:b.json", "a_b.2.json"],
        [
            "A.json",
            "a.json",
            "\N{LATIN SMALL LETTER A WITH DIAERESIS}.json",
            "\N{LATIN CAPITAL LETTER A WITH DIAERESIS}.json",
        ],
        [".json", "result.json", "..json"],
        ["x" * 300 + "1.json", "x" * 300 + "2.json"],
        ["\N{HIRAGANA LETTER A}" * 120 + ".json", "\N{HIRAGANA LETTER A}" * 121 + ".json"],
    ],
    ids=lambda names: names[0][:8],
)
def test_no_document_is_lost_to_the_name_of_another(tmp_path: Path, names: list[str]) -> None:
    records = [EngineResultRecord(name=name, jsondata={"of": name}) for name in names]
    files = write_documents(records, tmp_path)
    assert len({file.path.name.casefold() for file in files}) == len(names)
    assert sorted(json.loads(path.read_text())["of"] for path in tmp_path.iterdir()) == sorted(names)
    # The same names every time, in whatever order they come.
    assert sorted(files, key=str) == sorted(write_documents(records[::-1], tmp_path), key=str)


def test_half_a_character_is_written_as_json_names_it() -> None:
    assert documents([EngineResultRecord(name="n.json", jsondata="\ud800")]) == {"n.json": b'"\\ud800"\n'}


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


# --- when documents count as there ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "verdict"),
    [
        ([], Pending("complete, no document listed yet", "complete")),
        (["a.json"], Pending("complete, 1 of 2 documents listed yet", "complete")),
        (["a.json", "b.json"], Done(["a.json", "b.json"])),
        (["a.json", "b.json", "c.json"], Done(["a.json", "b.json", "c.json"])),
    ],
)
def test_documents_count_as_there_when_as_many_are_listed_as_are_expected(
    listed: list[str], verdict: Verdict[list[str]]
) -> None:
    assert DocumentsCondition(2).judge("j", listed) == verdict


def test_a_complete_job_that_is_not_shown_any_more_has_no_documents() -> None:
    verdict = DocumentsCondition(1).judge("j", None)
    assert isinstance(verdict, NotKnown)
    assert "does not show job j any more, nor its results" in str(verdict.error)


def test_output_writers_are_counted() -> None:
    engines = [OUTPUT_WRITER, "another", OUTPUT_WRITER]
    job = JobRecord(id="j", tasks=[TaskRecord(id=str(place), engine_id=id_) for place, id_ in enumerate(engines)])
    assert output_writers(job) == 2
    assert output_writers(JobRecord(id="j")) == 0


def test_a_document_that_is_called_like_a_device_gets_another_name() -> None:
    records = [EngineResultRecord(name=name, jsondata=1) for name in ("con.json", "CON.json", "const.json")]
    assert sorted(documents(records)) == ["_CON.json", "_con.2.json", "const.json"]
