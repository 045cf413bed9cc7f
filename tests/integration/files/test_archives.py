"""Folders that a program keeps: unpacked whole, left alone when they are there, and nothing leaves the folder."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from aiware_resources.errors import DownloadFailed
from aiware_resources.files import archives
from aiware_resources.files.archives import NOTE, existing_folder, keep_folder
from aiware_resources.files.downloads import keep
from aiware_resources.settings import Settings
from tests.integration.files.test_downloads import FileServer

SETTINGS = Settings(max_retries=0)
FILES = {"1.vtt": b"WEBVTT\n", "1.srt": b"1\n", "media/1.mp4": b"\x00" * 1000}


def zipped(files: dict[str, bytes] | list[tuple[zipfile.ZipInfo, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return made.getvalue()


@pytest.fixture
def server() -> Iterator[FileServer]:
    running = FileServer()
    running.content = zipped(FILES)
    yield running
    running.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out" / "captions"


def below(folder: Path) -> dict[str, bytes]:
    """All files below a folder, but for the note."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != NOTE]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def refused(server: FileServer, folder: Path) -> str:
    with pytest.raises(DownloadFailed) as caught:
        keep_folder(SETTINGS, server.uri, folder, "e")
    assert "sekrit" not in str(caught.value)
    assert below(folder) == {}
    return str(caught.value)


def test_a_zip_is_unpacked(server: FileServer, folder: Path) -> None:
    files = keep_folder(SETTINGS, server.uri, folder, "e")
    assert below(folder) == FILES
    assert [file.path.relative_to(folder).as_posix() for file in files] == sorted(FILES)
    assert [file.size for file in files] == [len(FILES[name]) for name in sorted(FILES)]
    assert existing_folder(folder, "e") == files
    ordinary = folder.parent / "ordinary"
    ordinary.touch()
    assert {file.path.stat().st_mode for file in files} == {ordinary.stat().st_mode}


def test_what_is_there_is_left_alone(server: FileServer, folder: Path) -> None:
    first = keep_folder(SETTINGS, server.uri, folder, "e")
    server.asked.clear()
    assert keep_folder(SETTINGS, server.uri, folder, "e") == first
    assert server.asked == []


@pytest.mark.parametrize(
    "harm", ["gone", "shorter", "edited", "note gone", "note broken", "note odd", "another request", "of 0.1.0"]
)
def test_what_is_not_there_as_it_should_be_is_fetched_again(server: FileServer, folder: Path, harm: str) -> None:
    keep_folder(SETTINGS, server.uri, folder, "e")
    (folder / "mine.txt").write_text("not from aiWARE")
    if harm == "gone":
        (folder / "1.srt").unlink()
    elif harm == "shorter":
        (folder / "1.srt").write_bytes(b"")
    elif harm == "edited":
        (folder / "1.srt").write_bytes(b"2\n")
    elif harm.startswith("note"):
        odd = '{"identity": "e", "files": [5, {"size": 1}, {"path": 7}]}'
        (folder / NOTE).write_text({"note broken": "{", "note odd": odd}.get(harm, "[]"))
    elif harm == "of 0.1.0":
        note = json.loads((folder / NOTE).read_text())
        for each in note["files"]:
            del each["sha256"]
        (folder / NOTE).write_text(json.dumps(note))
    server.asked.clear()
    keep_folder(SETTINGS, server.uri, folder, "f" if harm == "another request" else "e")
    assert "GET" in server.asked
    assert below(folder) == {**FILES, "mine.txt": b"not from aiWARE"}


def test_a_single_file_is_put_into_the_folder_as_it_is(server: FileServer, folder: Path) -> None:
    server.content = b"WEBVTT\n"
    files = keep_folder(SETTINGS, server.uri, folder, "e")
    assert below(folder) == {"e": b"WEBVTT\n"}
    assert existing_folder(folder, "e") == files


def test_a_docx_is_a_file_although_it_is_a_zip(server: FileServer, folder: Path) -> None:
    server.content = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
    keep_folder(SETTINGS, server.uri, folder, "e")
    assert below(folder) == {"e": server.content}
    assert keep(SETTINGS, server.uri, folder / "a.docx", "e").size == len(server.content)


def test_several_files_where_one_was_asked_for_are_refused(server: FileServer, folder: Path) -> None:
    with pytest.raises(DownloadFailed, match=r"captions\.vtt would be a zip.* Name a folder"):
        keep(SETTINGS, server.uri, folder / "captions.vtt", "e")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../a", "/etc/a", "a/../../b", "..", "c:/a", "a\\..\\..\\b"])
def test_nothing_leaves_the_folder(server: FileServer, folder: Path, name: str) -> None:
    info = zipfile.ZipInfo("x")
    info.filename = name
    server.content = zipped([(zipfile.ZipInfo("fine"), b"x"), (info, b"x")])
    assert "would leave the folder" in refused(server, folder)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["captions"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_or_device_is_refused(server: FileServer, folder: Path, kind: int) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = (kind | 0o777) << 16
    server.content = zipped([(info, b"/etc/passwd")])
    assert "not a plain file" in refused(server, folder)


def test_a_link_that_is_in_the_folder_already_is_not_followed(server: FileServer, folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (folder / "media").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DownloadFailed, match="media is a link out of the folder"):
        keep_folder(SETTINGS, server.uri, folder, "e")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_name_twice_is_refused(server: FileServer, folder: Path) -> None:
    server.content = zipped({"a.vtt": b"x", "A.VTT": b"y"})
    assert "'A.VTT' twice" in refused(server, folder)


def test_names_that_windows_does_not_take_are_changed_and_stay_apart(server: FileServer, folder: Path) -> None:
    server.content = zipped(
        {"a:b.vtt": b"1", "a?b.vtt": b"2", "a_b.vtt": b"3", "CON.srt": b"4", "Part 1./x ": b"5", "talk.mp4": b"6"}
    )
    files = keep_folder(SETTINGS, server.uri, folder, "e")
    assert below(folder) == {
        "a_b_.vtt": b"1",
        "a_b__.vtt": b"2",
        "a_b.vtt": b"3",
        "_CON.srt": b"4",
        "Part 1/x": b"5",
        "talk.mp4": b"6",
    }
    assert existing_folder(folder, "e") == files


def test_two_spellings_of_a_name_are_refused(server: FileServer, folder: Path) -> None:
    server.content = zipped({"\u00dcbung.vtt": b"x", "U\u0308bung.vtt": b"y"})
    assert "bung.vtt' twice" in refused(server, folder)


@pytest.mark.parametrize("name", ["a\nb", "a\u202eb", "\x1b[2J.vtt"])
def test_a_name_that_misleads_is_refused(server: FileServer, folder: Path, name: str) -> None:
    server.content = zipped({name: b"x"})
    said = refused(server, folder)
    assert "a mark that changes the direction of writing" in said
    assert name not in said


def test_a_name_that_python_cuts_at_a_nul_is_refused(server: FileServer, folder: Path) -> None:
    server.content = zipped({"a.vtt?.exe": b"x"}).replace(b"a.vtt?", b"a.vtt\0")
    assert r"'a.vtt\x00.exe' holds a control character" in refused(server, folder)


def test_a_path_of_two_thousand_folders_is_refused(server: FileServer, folder: Path) -> None:
    server.content = zipped({"a/" * 2000 + "b": b"x"})
    said = refused(server, folder)
    assert "lies in 2000 folders, and 64 are the most" in said
    assert len(said) < 500


def test_an_empty_zip_is_refused(server: FileServer, folder: Path) -> None:
    server.content = zipped({})
    assert "it holds no file" in refused(server, folder)


@pytest.mark.parametrize(
    "inner", [{"a.vtt": b"WEBVTT" * 100}, {"[Content_Types].xml": b"<Types/>", "word/a.xml": b"<w/>"}]
)
@pytest.mark.parametrize("left", [4, 30, -1, -22])
def test_a_zip_that_was_cut_short_is_not_a_file(
    server: FileServer, folder: Path, inner: dict[str, bytes], left: int
) -> None:
    server.content = zipped(inner)[:left]
    assert "cut short or damaged" in refused(server, folder)
    with pytest.raises(DownloadFailed, match="cut short or damaged"):
        keep(SETTINGS, server.uri, folder / "captions.vtt", "e")
    assert below(folder) == {}


@pytest.mark.parametrize("name", [NOTE, f"{NOTE}.", ".AIWARE-EXPORT.json"])
def test_a_file_that_the_server_calls_like_the_note_does_not_replace_it(
    server: FileServer, folder: Path, name: str
) -> None:
    server.content, server.name = b"WEBVTT\n", name
    files = keep_folder(SETTINGS, server.uri, folder, "e")
    assert below(folder) == {"e": b"WEBVTT\n"}
    assert existing_folder(folder, "e") == files


def test_a_file_that_the_server_names_oddly_is_put_there_all_the_same(server: FileServer, folder: Path) -> None:
    server.content, server.name = b"WEBVTT\n", f"../a\u202e{'x' * 300}.vtt"
    keep_folder(SETTINGS, server.uri, folder, "e")
    (name,) = below(folder)
    assert name.startswith("a_x")
    assert name.endswith(".vtt")


def test_a_zip_that_would_unpack_to_more_than_is_allowed_is_refused(server: FileServer, folder: Path) -> None:
    with pytest.raises(DownloadFailed, match="its files have 1009 bytes, which is more than aiware:maxDownloadSize"):
        keep_folder(SETTINGS.model_copy(update={"max_download_size": 600}), server.uri, folder, "e")
    assert below(folder) == {}


def test_a_zip_that_does_not_fit_is_refused(server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(free=900)
    monkeypatch.setattr("shutil.disk_usage", lambda path: full)
    assert "its files have 1009 bytes, and 900 are free" in refused(server, folder)


def test_the_name_of_the_note_is_refused(server: FileServer, folder: Path) -> None:
    server.content = zipped({NOTE: b"{}", "a": b""})
    assert "is a name that is kept for something else" in refused(server, folder)
    server.content = zipped({f"{NOTE.upper()}/a": b""})
    assert "is a name that is kept for something else" in refused(server, folder)


def test_a_bomb_is_not_unpacked(server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "FREE_GROWTH", 1000)
    server.content = zipped({"bomb": bytes(10_000_000)})
    assert "it would grow from" in refused(server, folder)


def test_too_many_files_are_not_unpacked(server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 2)
    assert "it holds 3 files, and 2 are the most" in refused(server, folder)


def test_a_damaged_zip_is_told(server: FileServer, folder: Path) -> None:
    content = bytearray(zipped({"a.vtt": b"WEBVTT" * 100}))
    content[38:48] = bytes(10)
    server.content = bytes(content)
    assert "it is damaged" in refused(server, folder)


def test_an_encrypted_zip_is_told(server: FileServer, folder: Path) -> None:
    content = bytearray(zipped({"a.vtt": b"WEBVTT"}))
    # The flag stands at byte 6 of the file's own header, and at byte 8 of its entry in the list at the end.
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    server.content = bytes(content)
    assert "is encrypted" in refused(server, folder)


def test_a_file_where_the_folder_should_be_is_told(server: FileServer, folder: Path) -> None:
    folder.parent.mkdir()
    folder.touch()
    with pytest.raises(DownloadFailed, match="captions could not be written: File exists"):
        keep_folder(SETTINGS, server.uri, folder, "e")
