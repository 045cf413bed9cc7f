"""Captions of many entries, from servers of several kinds."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from aiware_resources.api import Api, Downloaded, ExportRecord, Unread
from aiware_resources.errors import (
    AnswerLost,
    ApiError,
    CapacityExceeded,
    DownloadFailed,
    InvalidInput,
    NotAllowed,
    NotSent,
    ServerFailure,
)
from aiware_resources.fleet.files import exporting
from aiware_resources.fleet.files import shelf as shelves
from aiware_resources.fleet.files.exporting import Exporting, Source
from aiware_resources.fleet.files.formats import Caption, captions_of
from aiware_resources.fleet.files.shelf import Shelf
from aiware_resources.settings import Settings

Content = dict[str, str]
"""The files of an archive."""


@dataclass
class Server:
    """A server of exports.

    Attributes:
        most: How many TDOs it takes in a request.
        refuses: What it says of more.
        called: How it calls a file, by TDO and ending.
        without: TDOs that it leaves out of an archive, though not of one of their own.
        never: TDOs whose exports fail.
        requests: How many TDOs each request had.
        errors: What the next requests are answered with.
        spoils: What it does to the next archives.
        asked: How often each TDO was exported.
    """

    most: int = 1000
    refuses: ApiError = field(default_factory=lambda: InvalidInput("too many"))
    called: Callable[[str, str], str] = field(default=lambda tdo, ending: f"{tdo}.{ending}")
    without: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    requests: list[int] = field(default_factory=list)
    errors: list[ApiError] = field(default_factory=list)
    spoils: list[Callable[[Content], Content | None]] = field(default_factory=list)
    exports: dict[str, Content | None] = field(default_factory=dict)

    def create_export_request(self, input: Mapping[str, Any]) -> ExportRecord:  # noqa: A002 - as in Api
        if self.errors:
            raise self.errors.pop(0)
        tdos = [each["tdoId"] for each in input["tdoData"]]
        self.requests.append(len(tdos))
        if len(tdos) > self.most:
            raise self.refuses
        assert len(set(tdos)) == len(tdos)
        endings = [
            each.get("options", {}).get("fileExtension", each["extension"])
            for configuration in input["outputConfigurations"]
            for each in configuration["formats"]
        ]
        id_ = f"export-{len(self.exports)}"
        left_out = self.without if len(tdos) > 1 else frozenset()
        content: Content | None = {
            self.called(tdo, ending): f"{tdo} {ending}" for tdo in tdos if tdo not in left_out for ending in endings
        }
        if content is not None and self.spoils:
            content = self.spoils.pop(0)(content)
        self.exports[id_] = None if self.never.intersection(tdos) else content
        return self._record(id_, "incomplete")

    def export_requests(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, ExportRecord]:
        return {id_: self._record(id_, "failed" if self.exports[id_] is None else "complete") for id_ in ids}

    def _record(self, id_: str, status: str) -> ExportRecord:
        return ExportRecord.model_validate({"id": id_, "status": status, "assetUri": f"https://x.test/{id_}"})

    def download(self, _: Settings, uri: str, destination: Path) -> Downloaded:
        content = self.exports[uri.rpartition("/")[2]]
        assert content is not None
        if not content:
            raise DownloadFailed("it is cut off")
        if len(content) == 1:
            ((name, text),) = content.items()
            destination.write_text(text)
        else:
            name = "all.zip"
            with zipfile.ZipFile(destination, "w") as archive:
                for each, text in content.items():
                    archive.writestr(each, text)
        return Downloaded(destination, destination.stat().st_size, "", Path(name).name)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(exporting, "download", made.download)
    monkeypatch.setattr(exporting, "_PAUSE", 0.0)
    monkeypatch.setattr(shelves, "_claimed", {})
    return made


def sources(count: int) -> dict[str, Source]:
    return {f"k{n:03}": Source(f"{1000 + n}", f"job-{n}+0", f"k{n:03}") for n in range(count)}


BOTH = captions_of([{"extension": "vtt"}, {"extension": "srt"}], {})


def made(
    server: Server, folder: Path, of: Mapping[str, Source], captions: Sequence[Caption] = BOTH
) -> tuple[Exporting, dict[str, str]]:
    """Exports everything; gives the files, and checks that each is its entry's."""
    work = Exporting(Settings(), Shelf(folder, "p/s/f"), captions, of)
    work.add(of)
    for _ in range(500):
        if not work.left:
            break
        work.step(cast(Api, server), is_last=True)
    assert not work.left
    files = {path.name: path.read_text() for path in folder.glob("[!.]*")}
    for name, text in files.items():
        stem, ending = name.split(".")
        assert text == f"{of[stem].tdo_id} {ending}"
    return work, files


def test_many_entries_share_a_request(server: Server, tmp_path: Path) -> None:
    work, files = made(server, tmp_path, sources(120))
    assert len(files) == 240
    assert server.requests == [50, 50, 20]
    assert not work.failures
    # Made once: what is there is not made again.
    again, _ = made(server, tmp_path, sources(120))
    assert not again.failures
    assert len(server.requests) == 3
    (tmp_path / "k007.srt").unlink()
    made(server, tmp_path, sources(120))
    assert server.requests[3:] == [1]


def test_another_format_is_made_beside_the_others(server: Server, tmp_path: Path) -> None:
    made(server, tmp_path, sources(3))
    more = captions_of([{"extension": "vtt"}, {"extension": "txt"}], {})
    _, files = made(server, tmp_path, sources(3), more)
    assert len(files) == 9
    wider = captions_of([{"extension": "vtt", "options": {"maxCharacterPerLine": 80}}], {})
    made(server, tmp_path, sources(3), wider)
    same = captions_of([{"extension": "vtt", "options": {"maxCharacterPerLine": 80, "linesPerScreen": 2}}], {})
    made(server, tmp_path, sources(3), same)
    assert server.requests == [3, 3, 3]


@pytest.mark.parametrize("refusal", [InvalidInput("too many"), CapacityExceeded("too many"), ServerFailure("what?")])
def test_a_server_that_takes_few_tdos_in_a_request(server: Server, tmp_path: Path, refusal: ApiError) -> None:
    server.most, server.refuses = 7, refusal
    work, files = made(server, tmp_path, sources(60))
    assert (len(files), work.failures) == (120, {})
    assert len(server.requests) < 40


@pytest.mark.parametrize(
    "called",
    [
        lambda tdo, ending: f"exports/{tdo}/captions.{ending}",
        lambda tdo, ending: f"Town hall {tdo}_c0e55cde.{ending.upper()}",
        lambda tdo, ending: f"Recording no {int(tdo) * 7}.{ending}",
        lambda tdo, ending: f"{'same' if ending == 'vtt' else tdo}.{ending}",
        lambda tdo, ending: f"{int(tdo) * 7}.{ending}.txt",
    ],
)
def test_servers_call_files_as_they_like(server: Server, tmp_path: Path, called: Callable[[str, str], str]) -> None:
    server.called = called
    work, files = made(server, tmp_path, sources(9))
    assert (len(files), work.failures) == (18, {})


def test_what_is_missing_in_an_archive_is_asked_for_again(server: Server, tmp_path: Path) -> None:
    server.without = frozenset({"1003", "1017"})
    work, files = made(server, tmp_path, sources(30))
    assert (len(files), work.failures) == (60, {})
    server.spoils = [lambda content: dict(list(content.items())[:5])]
    work, files = made(server, tmp_path / "more", sources(30))
    assert (len(files), work.failures) == (60, {})


def test_an_entry_that_cannot_be_exported_holds_up_no_other(server: Server, tmp_path: Path) -> None:
    server.never = frozenset({"1003", "1017"})
    work, files = made(server, tmp_path, sources(30))
    assert len(files) == 56
    assert work.failures.keys() == {"k003", "k017"}
    assert work.failures["k003"].startswith("vtt: export request export-")
    assert "; srt: export request export-" in work.failures["k003"]


def test_an_archive_that_is_cut_off_is_made_again(server: Server, tmp_path: Path) -> None:
    server.spoils = [lambda content: {}, lambda content: None]
    work, files = made(server, tmp_path, sources(4))
    assert (len(files), work.failures) == (8, {})


def test_answers_that_are_lost(server: Server, tmp_path: Path) -> None:
    server.errors = [AnswerLost("?"), NotSent("?"), ServerFailure("?")]
    work, files = made(server, tmp_path, sources(4))
    assert (len(files), work.failures) == (8, {})


def test_what_may_not_be_done_ends_it(server: Server, tmp_path: Path) -> None:
    server.errors = [NotAllowed("you may not")]
    work, files = made(server, tmp_path, sources(200))
    assert not files
    assert work.failures == dict.fromkeys(sources(200), "you may not")
    assert server.requests == []


def test_entries_that_share_a_tdo_are_in_different_requests(server: Server, tmp_path: Path) -> None:
    of = {key: Source("77", f"job-{key}+0", key) for key in "abc"}
    work, files = made(server, tmp_path, of)
    assert (len(files), work.failures) == (6, {})


def test_several_files_where_one_was_asked_for(server: Server, tmp_path: Path) -> None:
    server.spoils = [lambda content: {f"{n}{name}": text for n in "ab" for name, text in content.items()}] * 9
    work, files = made(server, tmp_path, sources(1))
    assert not files
    assert work.failures["k000"].count("name the engine whose results you want") == 2


def test_a_file_of_somebody_else_is_left_alone(server: Server, tmp_path: Path) -> None:
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "k001.vtt").write_text("1001 vtt ")
    work = Exporting(Settings(), Shelf(tmp_path, "p/s/f"), BOTH, sources(3))
    work.add(sources(3))
    while work.left:
        work.step(cast(Api, server), is_last=True)
    assert (tmp_path / "k001.vtt").read_text() == "1001 vtt "
    assert list(work.failures) == ["k001"]


def test_without_a_tdo_nothing_is_requested(server: Server, tmp_path: Path) -> None:
    work, files = made(server, tmp_path, {"a": Source("", "job+0", "a")})
    assert (files, server.requests, work.failures) == ({}, [], {"a": "has no TDO to export from"})


def test_a_folder_that_cannot_be_written_ends_it(server: Server, tmp_path: Path) -> None:
    work = Exporting(Settings(), Shelf(tmp_path / "out", "p/s/f"), BOTH, sources(500))
    (tmp_path / "out").write_text("")
    work.add(sources(500))
    while work.left:
        work.step(cast(Api, server), is_last=True)
    assert work.failures.keys() == sources(500).keys()
    assert len(server.requests) <= 4
