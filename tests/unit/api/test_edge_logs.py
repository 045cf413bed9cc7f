"""The logs of tasks on Edge: zips of which nothing is sure."""

from __future__ import annotations

import contextlib
import io
import logging
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiware_resources.api.edge import task_logs
from aiware_resources.api.edge.task_logs import unpacked
from tests.unit.api.edge_server import JOB, EdgeServer, answer, error

if TYPE_CHECKING:
    from tests.unit.api.conftest import Script

TASK, OTHER = "0c2f6a1e-6a55-4d0e-8d6b-0e4f6d0f3a11", "0c2f6a1e-6a55-4d0e-8d6b-0e4f6d0f3a12"
DETAIL, LOGS = f"GET /proc/job/{JOB}/detail", f"GET /proc/task/{TASK}/logs"


def packed(files: dict[str, Any], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


# --- a zip as text ----------------------------------------------------------------------------------------------------


def test_one_file_is_the_log() -> None:
    assert unpacked(packed({"task.log": "started\nended: ü\n"})) == "started\nended: ü\n"
    assert unpacked(packed({"folder/": "", "folder/task.log": "without an end"})) == "without an end\n"


def test_several_files_are_below_their_names() -> None:
    assert unpacked(packed({"a.log": "one\n", "b/c.log": "two"})) == "--- a.log ---\none\n--- b/c.log ---\ntwo\n"


@pytest.mark.parametrize("content", [b"", packed({}), packed({"empty.log": ""}), packed({"folder/": ""})])
def test_where_nothing_was_logged_there_is_no_text(content: bytes) -> None:
    assert unpacked(content) == ""


def test_names_lead_nowhere_and_are_only_shown() -> None:
    names = ["../../etc/passwd", "/absolute", "C:\\con", "line\nend\x1b[31m", "x" * 500]
    text = unpacked(packed(dict.fromkeys(names, "log\n")))
    assert text.count("log\n") == len(names)
    assert "\x1b" not in text
    assert "--- line?end?[31m ---" in text
    assert max(map(len, text.splitlines())) < 220


def test_files_with_one_name_are_all_shown() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.log", "one\n")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.log", "two\n")
    assert unpacked(content.getvalue()) == "--- a.log ---\none\n--- a.log ---\ntwo\n"


def test_of_a_long_log_the_end_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_logs, "MOST_OF_A_FILE", 100)
    text = unpacked(packed({"a.log": "".join(f"line {number}\n" for number in range(100_000))}))
    assert text.startswith("(the last 100 bytes)\nline 999")
    assert text.endswith("line 99999\n")


def test_what_unpacks_to_too_much_is_not_unpacked_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_logs, "MOST_UNPACKED", 1 << 20)
    text = unpacked(packed({"bomb.log": b"\0" * (64 << 20), "after.log": "small\n"}))
    assert text.count("(the rest is too large to be shown)") == 2
    assert len(text) < 3 << 20


def test_of_many_files_the_first_ones_are_read() -> None:
    text = unpacked(packed({f"{number}.log": "" for number in range(3000)}))
    assert text.count("---\n") == task_logs.MOST_FILES
    assert text.endswith("(and 2900 more files)\n")


def test_a_list_of_files_that_is_too_long_is_not_read() -> None:
    content = packed({f"{'x' * 200}{number}": "" for number in range(20_000)}, zipfile.ZIP_STORED)
    with pytest.raises(zipfile.BadZipFile):
        unpacked(content)


@given(st.binary(max_size=300))
def test_anything_is_a_zip_or_an_error_that_is_expected(content: bytes) -> None:
    with contextlib.suppress(*task_logs._CANNOT_BE_READ):
        unpacked(content)


@given(st.data())
def test_a_zip_that_is_cut_or_damaged_is_text_or_an_error_that_is_expected(data: st.DataObject) -> None:
    content = bytearray(packed({"a.log": "one line\n" * 50, "b.log": "another line\n" * 50}))
    end = data.draw(st.integers(0, len(content)))
    damaged = data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=5))
    for place, byte in damaged:
        content[place] = byte
    try:
        text = unpacked(bytes(content[:end]))
    except task_logs._CANNOT_BE_READ:
        return
    assert len(text) < 10_000


def test_a_file_that_cannot_be_read_holds_up_no_other() -> None:
    whole = packed({"a.log": "one\n" * 100, "b.log": "two\n"}, zipfile.ZIP_STORED)
    content = whole.replace(b"one\n", b"One\n", 1)
    text = unpacked(content)
    assert "(the rest cannot be read)" in text
    assert text.endswith("--- b.log ---\ntwo\n")


@pytest.mark.parametrize(("offset", "value"), [(8, 1), (10, 99)])
def test_a_file_that_is_encrypted_or_compressed_otherwise_says_so(offset: int, value: int) -> None:
    content = bytearray(packed({"a.log": "one\n"}))
    place = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, place + offset, value)
    assert unpacked(bytes(content)) == "(the rest cannot be read)\n"


# --- through the API --------------------------------------------------------------------------------------------------


@pytest.fixture
def server(script: Script) -> EdgeServer:
    tasks = [
        {"internalTaskID": TASK, "engineID": "e", "taskStatus": "failed"},
        {"internalTaskID": OTHER, "engineID": "e", "taskStatus": "pending"},
    ]
    return EdgeServer(script).on(DETAIL, answer(job={"internalJobID": JOB, "jobStatus": "failed", "tasks": tasks}))


def test_the_details_of_a_job_have_the_logs_of_tasks_that_have_begun(server: EdgeServer) -> None:
    server.on(LOGS, httpx.Response(200, content=packed({"a.log": "no speech\n"})))
    first, second = server.api().job_details(JOB).tasks
    assert (first.log and first.log.text, second.log) == ("no speech\n", None)
    assert server.asked() == [DETAIL, LOGS]
    assert server.script.requests[1].headers["Accept"] == "application/zip, application/json"


@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_installation_without_logs_has_none(
    server: EdgeServer, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.on(LOGS, error(status))
    assert server.api().job_details(JOB).tasks[0].log is None
    assert caplog.text == ""


@pytest.mark.parametrize(
    "said",
    [
        error(403),
        httpx.Response(200, content=packed({"a.log": "no speech\n"})[:-30]),
        httpx.Response(200, content=b"no speech\n"),
    ],
)
def test_a_log_that_cannot_be_read_is_told_and_hides_nothing_else(
    server: EdgeServer, said: httpx.Response, caplog: pytest.LogCaptureFixture
) -> None:
    server.on(LOGS, said)
    with caplog.at_level(logging.WARNING):
        job = server.api(max_retries=0).job_details(JOB)
    assert (job.status, job.tasks[0].log) == ("failed", None)
    assert f"The log of task {TASK} cannot be read: " in caplog.text
