"""``aiware console``: what it prints, and how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pytest

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import submit


def test_without_its_extra_it_says_what_to_install(aiware: Aiware, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("aiware_resources.console.server", raising=False)
    monkeypatch.delitem(sys.modules, "aiware_resources.console.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = aiware("console")
    assert result.exit_code == 3
    assert "pip install 'aiware-pipelines[console]'" in result.stderr


def test_a_port_that_is_taken_is_said(aiware: Aiware) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = aiware("console", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 3
    assert "--port" in result.stderr


def test_it_serves_until_it_is_interrupted_and_logs_no_key(local: Local) -> None:
    job_id = submit(local)
    command = [sys.executable, "-c", "from aiware_resources.cli import main; main(prog_name='aiware')", "console"]
    console = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=local.server.data
    )
    try:
        assert console.stdout is not None
        address = console.stdout.readline().strip()
        with httpx.Client(trust_env=False, timeout=30, follow_redirects=True) as browser:
            assert job_id in browser.get(address).raise_for_status().text
        assert httpx.get(address.partition("?")[0], trust_env=False).status_code == 403
    finally:
        console.send_signal(signal.SIGINT)
        printed, logged = console.communicate(timeout=60)
    assert (console.returncode, printed) == (0, "")
    assert address.partition("key=")[2] not in logged
    assert local.token not in logged
