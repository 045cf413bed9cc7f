"""Real processes: started on demand, found, stopped, killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from aiware_local import launcher
from aiware_local.launcher import LauncherError, LocalServer
from tests.aiware_local.edge_support import translation_job
from tests.aiware_local.support import transcription_job


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("AIWARE_LOCAL_PORT", "AIWARE_LOCAL_DATA", "AIWARE_LOCAL_MEDIA_ROOT"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "data"
    yield folder
    launcher.stop(data=folder)


def _ask(server: LocalServer, query: str, **variables: Any) -> Any:
    headers = {"Authorization": f"Bearer {server.token}"}
    body = httpx.post(server.graphql_url, json={"query": query, "variables": variables}, headers=headers).json()
    assert "errors" not in body, body
    return body["data"]


def _kill(server: LocalServer) -> None:
    os.kill(server.pid, signal.SIGKILL)
    os.waitpid(server.pid, 0)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_start_find_and_stop(data: Path) -> None:
    assert launcher.status(data=data) is None
    assert launcher.stop(data=data) is False
    server = launcher.ensure_running(data=data)
    assert server == launcher.status(data=data) == launcher.ensure_running(data=data)
    assert server.graphql_url == f"{server.url}/v3/graphql"
    assert server.edge_url == f"{server.url}/edge/v1"
    assert _ask(server, "{ me { name } }")["me"]["name"] == "admin@local.aiware"
    assert server.token not in repr(server)
    assert launcher.stop(data=data) is True
    assert launcher.status(data=data) is None
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)


def test_a_damaged_database_is_told_with_what_to_do(data: Path) -> None:
    assert launcher.damage(data=data) is None
    launcher.ensure_running(data=data)
    launcher.stop(data=data)
    assert launcher.damage(data=data) is None
    file = data / "aiware.sqlite3"
    whole = file.read_bytes()
    for damaged in (b"not a database" * 1000, whole[: len(whole) // 2], whole[:8192] + bytes(8192) + whole[16384:]):
        file.write_bytes(damaged)
        before = sorted(path.name for path in data.iterdir())
        found = launcher.damage(data=data)
        assert found is not None
        assert f"{file} is damaged" in found
        assert sorted(path.name for path in data.iterdir()) == before
        with pytest.raises(LauncherError) as caught:
            launcher.ensure_running(data=data)
        assert "remove aiware.sqlite3, aiware.sqlite3-wal and aiware.sqlite3-shm there" in str(caught.value)
        assert "Traceback" not in str(caught.value)
    file.unlink()
    assert launcher.ensure_running(data=data).pid


def test_same_port_after_a_restart(data: Path) -> None:
    first = launcher.ensure_running(data=data)
    launcher.stop(data=data)
    second = launcher.ensure_running(data=data)
    assert (second.url, second.token) == (first.url, first.token)
    assert second.pid != first.pid
    launcher.stop(data=data)
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(first.url.rpartition(":")[2])))
        assert launcher.ensure_running(data=data).url != first.url


def test_processes_that_ask_at_once_start_one(data: Path) -> None:
    code = "import sys; from pathlib import Path; from aiware_local import launcher; "
    code += "print(launcher.ensure_running(data=Path(sys.argv[1])).pid)"
    command = [sys.executable, "-c", code, str(data)]

    def ask(_: int) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2]).stdout

    with ThreadPoolExecutor(4) as pool:
        pids = set(pool.map(ask, range(4)))
    assert len(pids) == 1


def test_whoever_starts_it_need_not_wait_for_it(data: Path) -> None:
    """The server holds no pipe of its starter: reading the starter's output to its end must not hang."""
    code = "import sys; from pathlib import Path; from aiware_local import launcher; "
    code += "launcher.ensure_running(data=Path(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(data)],
        check=True,
        capture_output=True,
        timeout=100,
        cwd=Path(__file__).parents[2],
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    server = launcher.status(data=data)
    assert server is not None
    assert os.getsid(server.pid) == server.pid


def test_killed_in_the_middle_of_a_job(data: Path, tmp_path: Path) -> None:
    (tmp_path / "talk.mp4").write_bytes(b"media")
    server = launcher.ensure_running(data=data, media_root=tmp_path)
    httpx.put(
        f"{server.url}/_local/behaviour", headers=server.control_headers, json={"jobSeconds": 3}
    ).raise_for_status()
    create = "mutation($i: CreateJob) { createJob(input: $i) { id targetId } }"
    job = _ask(server, create, i={"target": {}, **transcription_job("talk.mp4")})["createJob"]
    read = "query($id: ID!) { job(id: $id) { status tasks { records { status } } } }"

    def state() -> Any:
        return _ask(server, read, id=job["id"])["job"]

    _until(lambda: any(task["status"] == "complete" for task in state()["tasks"]["records"]))
    _kill(server)
    assert launcher.status(data=data) is None
    server = launcher.ensure_running(data=data, media_root=tmp_path)
    _until(lambda: state()["status"] == "complete")
    tdo = _ask(server, "query($id: ID!) { temporalDataObject(id: $id) { assetCount } }", id=job["targetId"])
    assert tdo["temporalDataObject"]["assetCount"] == 2


def test_note_of_a_process_that_is_gone(data: Path) -> None:
    server = launcher.ensure_running(data=data)
    _kill(server)
    again = launcher.ensure_running(data=data)
    assert again.pid != server.pid
    note = data / launcher.SERVER_FILE
    note.write_text(note.read_text(encoding="utf-8").replace('"instance": "', '"instance": "x'), encoding="utf-8")
    assert launcher.status(data=data) is None
    with pytest.raises(LauncherError, match=r"serves .* already"):
        launcher.ensure_running(data=data)
    os.kill(again.pid, signal.SIGTERM)
    os.waitpid(again.pid, 0)


def test_port_that_is_taken(data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(LauncherError, match=r"cannot be used: .*\. Set AIWARE_LOCAL_PORT to another"):
            launcher.ensure_running(data=data, port=other.getsockname()[1])
    assert launcher.logs_path(data=data).is_file()


def test_settings_of_the_environment(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = _free_port()
    monkeypatch.setenv("AIWARE_LOCAL_DATA", str(data))
    monkeypatch.setenv("AIWARE_LOCAL_PORT", str(port))
    server = launcher.ensure_running()
    assert (server.url, server.data) == (f"http://127.0.0.1:{port}", data)
    assert launcher.logs_path() == data / "server.log"
    with pytest.raises(LauncherError, match="not on port"):
        launcher.ensure_running(port=port + 1 if port < 65535 else port - 1)
    monkeypatch.setenv("AIWARE_LOCAL_PORT", "many")
    with pytest.raises(LauncherError, match="AIWARE_LOCAL_PORT"):
        launcher.ensure_running()


def test_other_media_root_is_noticed(data: Path, tmp_path: Path) -> None:
    launcher.ensure_running(data=data, media_root=tmp_path)
    launcher.ensure_running(data=data)
    with pytest.raises(LauncherError, match="reads media below"):
        launcher.ensure_running(data=data, media_root=data)


def test_default_folder_is_beside_pulumi_yaml(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "project" / "deep"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert launcher.default_data() == inner / ".aiware-local"
    (tmp_path / "project" / "Pulumi.yaml").touch()
    assert launcher.default_data() == tmp_path / "project" / ".aiware-local"
    assert launcher.default_media_root() == tmp_path / "project"


def test_environment_of_the_server_holds_no_secrets(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "open-sesame")
    monkeypatch.setenv("AIWARE_TOKEN", "my-token")
    server = launcher.ensure_running(data=data)
    environment = psutil.Process(server.pid).environ()
    assert environment["PATH"]
    assert not {"open-sesame", "my-token"} & set(environment.values())


@pytest.mark.parametrize(("action", "applied"), [({"dropResponse": True}, 1), ({"refuse": True}, 0)])
def test_cut_connection_has_no_answer(data: Path, action: dict[str, bool], applied: int) -> None:
    server = launcher.ensure_running(data=data)
    fault = {"match": {"operation": "createTDO"}, "action": action}
    httpx.post(f"{server.url}/_local/faults", headers=server.control_headers, json=fault).raise_for_status()
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        _ask(server, "mutation { createTDO(input: {startDateTime: 0, stopDateTime: 5}) { id } }")
    assert len(httpx.get(f"{server.url}/_local/objects", headers=server.control_headers).json()["tdos"]) == applied
    assert "Traceback" not in launcher.logs_path(data=data).read_text(encoding="utf-8")


def test_log_says_what_was_asked_without_secrets(data: Path) -> None:
    server = launcher.ensure_running(data=data)
    _ask(server, "{ me { name } a: engines { count } b: engines { count } }")
    log = launcher.logs_path(data=data).read_text(encoding="utf-8")
    assert "me, engines x2: 200 in" in log
    assert server.token not in log


def _until(reached: Any, seconds: float = 20) -> None:
    """Asks again and again, with a deadline."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_job_of_edge_outlives_a_cut_answer_and_a_kill(data: Path) -> None:
    server = launcher.ensure_running(data=data)
    httpx.put(
        f"{server.url}/_local/behaviour", headers=server.control_headers, json={"jobSeconds": 1}
    ).raise_for_status()
    fault = {"match": {"operation": "createJob"}, "action": {"dropResponse": True}}
    httpx.post(f"{server.url}/_local/faults", headers=server.control_headers, json=fault).raise_for_status()
    headers = {"api_key": server.token}
    job = translation_job(internalOrganizationID=server.edge_organization_id)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{server.edge_url}/proc/job/create", json={"jobs": [job]}, headers=headers)
    _kill(server)
    server = launcher.ensure_running(data=data)
    with httpx.Client(base_url=server.edge_url, headers=headers) as http:
        (found,) = http.get("/proc/jobs").json()["result"]
        deadline = time.monotonic() + 20
        while found["jobStatus"] != "complete" and time.monotonic() < deadline:
            time.sleep(0.1)
            found = http.get(f"/proc/job/{found['internalJobID']}/detail").json()["job"]
    assert found["jobStatus"] == "complete"
