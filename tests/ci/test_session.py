"""A session of tests: it says the same whatever the environment holds, and fails when it leaves something behind."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support.left_behind import Checkout
from tests.support.project import ROOT

pytestmark = pytest.mark.timeout(600)

NOWHERE = "/nonexistent/folder"
HOSTILE = {
    **dict.fromkeys(("AIWARE_LOCAL_DATA", "AIWARE_LOCAL_MEDIA_ROOT", "PULUMI_HOME", "VIRTUAL_ENV"), NOWHERE),
    **dict.fromkeys(("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "GIT_DIR"), NOWHERE),
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), "http://192.0.2.1:3128"),
    **{"all_proxy": "socks5://192.0.2.1:1080", "NO_PROXY": "", "no_proxy": "", "SSL_CERT_FILE": NOWHERE},
    **{"AIWARE_LOCAL_PORT": "1", "AIWARE_ENDPOINT": "https://aiware.invalid/v3/graphql", "AIWARE_TOKEN": "theirs"},
    **{"AIWARE_API": "edge", "AIWARE_USERNAME": "they", "AIWARE_PASSWORD": "theirs", "AIWARE_WAIT": "perhaps"},
    **{"AIWARE_POLL_INTERVAL": "never", "AIWARE_MARKERS": "false", "AIWARE_MAX_RETRIES": "0"},
    **{"PULUMI_CONFIG_PASSPHRASE": "theirs", "PULUMI_BACKEND_URL": "s3://theirs", "PULUMI_STACK": "theirs"},
    **{"PULUMI_ACCESS_TOKEN": "theirs", "PULUMI_CONFIG": '{"aiware:api": "edge"}', "PULUMI_PREFER_YARN": "1"},
    **{"PULUMI_DEBUG_PROVIDERS": "pulumi-python:1", "PULUMI_DRY_RUN": "true", "PULUMI_PARALLEL": "1"},
    **{"PYTHONPATH": NOWHERE, "PYTHONWARNINGS": "error", "PYTHONUNBUFFERED": "1", "PYTHONHASHSEED": "1"},
    **{"NO_COLOR": "1", "FORCE_COLOR": "1", "COLUMNS": "31", "LINES": "3", "TERM": "dumb", "PAGER": "false"},
    **{"LANG": "de_DE.UTF-8", "LC_ALL": "C", "TZ": "Asia/Kathmandu", "CI": "true", "GITHUB_ACTIONS": "true"},
    **{"MAKEFLAGS": "--dry-run", "BASH_ENV": NOWHERE, "SEED": ""},
}


def pytest_run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs tests in a pytest of their own."""
    ours = ("PYTEST_", "COV_", "COVERAGE_")
    passed = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env=passed | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=580,
        check=False,
    )


def test_the_environment_changes_nothing() -> None:
    ran = pytest_run(
        "tests/unit/api/test_connect.py",
        "tests/integration/cli/test_local.py",
        "tests/integration/cli/test_main.py",
        "tests/integration/cli/test_whoami.py",
        "tests/unit/settings/test_settings.py",
        "tests/contract/test_tdo.py",
        "tests/tools/test_makefile.py",
        **HOSTILE,
    )
    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout


LEAVES_SOMETHING = """
    import contextlib, subprocess, sys
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    import httpx
    from tests.support import left_behind

    left_behind.PATIENCE = 1

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302)
            self.send_header("Location", "http://192.0.2.2/")
            self.end_headers()

    def test_a_process():
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(500)"], start_new_session=True).returncode = 0

    def test_a_connection_of_a_child():
        code = "import socket; socket.create_connection(('192.0.2.1', 80))"
        assert subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL).returncode == 1

    def test_redirects_and_proxies_and_names():
        with HTTPServer(("127.0.0.1", 0), Elsewhere) as server, contextlib.suppress(httpx.ConnectError):
            Thread(target=server.handle_request).start()
            httpx.get(f"http://127.0.0.1:{server.server_port}", follow_redirects=True)
        for name, proxy in (("a.test", "http://192.0.2.3:3128"), ("aiware.com", None), ("b.test", None)):
            with contextlib.suppress(httpx.ConnectError):
                httpx.get(f"http://{name}", proxy=proxy)
"""


def test_what_is_left_behind_fails_the_session(tmp_path: Path) -> None:
    (tmp_path / "test_leaves_something.py").write_text(textwrap.dedent(LEAVES_SOMETHING))
    ran = pytest_run("-p", "tests.conftest", "-c", "pyproject.toml", "--rootdir", ".", str(tmp_path))
    assert "3 passed" in ran.stdout, ran.stdout
    assert ran.returncode == 1
    told = ran.stdout.partition("left behind by the tests")[2]
    assert "still running: " in told
    assert "time.sleep(500)" in told
    refused = [line.partition("machine: ")[2].partition(",")[0] for line in told.splitlines() if "machine: " in line]
    assert refused == [
        "connection to 192.0.2.1",
        "connection to 192.0.2.2",
        "connection to 192.0.2.3",
        "look-up of aiware.com",
    ]


def test_changes_of_a_checkout(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e", *arguments], cwd=tmp_path, check=True)

    git("init", "--quiet")
    (tmp_path / ".gitignore").write_text("out/\n__pycache__/\n")
    (tmp_path / "stack.yaml").write_text("a: 1\n")
    git("add", ".")
    git("commit", "--quiet", "--message", "begin")
    (tmp_path / "stack.yaml").write_text("a: 2\n")
    before = Checkout.of(tmp_path)
    assert Checkout.of(tmp_path).changes_since(before) == []
    (tmp_path / "__pycache__").mkdir()
    assert Checkout.of(tmp_path).changes_since(before) == []
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.vtt").touch()
    (tmp_path / "new").touch()
    assert [said.rpartition(" ")[0] or said for said in Checkout.of(tmp_path).changes_since(before)] == [
        "?? new",
        "out",
        "out/a.vtt",
    ]
    (tmp_path / "stack.yaml").write_text("a: 3\n")
    assert any("stack.yaml" in said for said in Checkout.of(tmp_path).changes_since(before))
