"""`aiware local`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from aiware_local import launcher
from tests.support.command import Aiware


def test_it_is_started_found_and_stopped(aiware: Aiware, data: Path) -> None:
    stopped = aiware("local", "status")
    assert (stopped.exit_code, stopped.output) == (
        1,
        "The local aiWARE is not running. `aiware local start` starts it, as does the next `pulumi up`.\n",
    )
    assert json.loads(aiware("local", "status", "--json").output) == {"running": False}

    started = aiware("local", "start")
    server = launcher.status(data=data)
    assert server is not None
    sentence = f"The local aiWARE runs at {server.url}/v3/graphql (process {server.pid}, data in {data}).\n"
    assert (started.exit_code, started.output) == (0, sentence)
    assert aiware("local", "start").output == sentence
    running = aiware("local", "status")
    assert (running.exit_code, running.output) == (0, sentence)
    facts = aiware("local", "status", "--json")
    assert facts.exit_code == 0
    assert json.loads(facts.output) == {"running": True, "url": server.url, "pid": server.pid, "data": str(data)}

    assert aiware("local", "stop").output == "The local aiWARE has stopped.\n"
    assert not psutil.pid_exists(server.pid)
    again = aiware("local", "stop")
    assert (again.exit_code, again.output) == (0, "The local aiWARE was not running.\n")
    assert server.token not in started.output + running.output + facts.output


def test_reset_empties_it(aiware: Aiware, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = aiware("local", "reset")
    assert refused.exit_code == 1
    assert refused.output == "Error: The local aiWARE is not running. `aiware local start` starts it.\n"

    aiware("local", "start")
    server = launcher.ensure_running(data=data)
    made = httpx.post(
        server.graphql_url,
        json={"query": "mutation { createTDO(input: {startDateTime: 1, stopDateTime: 2}) { id } }"},
        headers={"Authorization": f"Bearer {server.token}"},
    )
    assert made.json()["data"]["createTDO"]["id"]
    # A proxy for the outside world must not come between.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert aiware("local", "reset").output == "The local aiWARE is empty.\n"
    objects = httpx.get(f"{server.url}/_local/objects", headers=server.control_headers, trust_env=False)
    assert objects.json()["tdos"] == []


def test_logs_prints_what_it_wrote(aiware: Aiware, data: Path) -> None:
    missing = aiware("local", "logs")
    assert missing.exit_code == 1
    assert f"{data}/server.log" in missing.output
    assert "has not been started" in missing.output

    data.mkdir()
    (data / "server.log").write_text("one line\nand ünother")
    assert aiware("local", "logs").output == "one line\nand ünother"


def test_logs_can_be_followed_until_they_are_interrupted(aiware: Aiware, data: Path) -> None:
    data.mkdir()
    log = data / "server.log"
    log.write_text("first\n")
    following = subprocess.Popen(
        [sys.executable, "-c", "from aiware_resources.cli import main; main()", "local", "logs", "-f"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert following.stdout is not None
        assert following.stdout.readline() == "first\n"
        with log.open("a") as file:
            file.write("second\n")
        assert following.stdout.readline() == "second\n"
        following.send_signal(signal.SIGINT)
        _, errors = following.communicate(timeout=30)
    finally:
        following.kill()
        following.communicate()
    assert (following.returncode, errors.strip()) == (130, "Interrupted.")


def test_what_keeps_it_from_starting_is_told(aiware: Aiware, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIWARE_LOCAL_PORT", "http")
    result = aiware("local", "start")
    assert result.exit_code == 1
    assert result.output == "Error: AIWARE_LOCAL_PORT is 'http'; it must be a port number.\n"
