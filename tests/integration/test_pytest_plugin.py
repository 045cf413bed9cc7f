"""The pytest plugin that users get, in runs of pytest as users have them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.support.markdown import blocks

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
NONE_OF_OURS = ("-p", "no:asyncio", "-p", "no:schemathesis", "-W", "error")
CONFTEST = 'pytest_plugins = ["aiware_local.pytest_plugin"]'

USES_AIWARE = """
import os
from pathlib import Path

import httpx
import pytest

from aiware_local.pytest_plugin import LocalAiware


def create_tdo(aiware: LocalAiware) -> httpx.Response:
    mutation = "mutation { createTDO(input: {startDateTime: 0, stopDateTime: 60}) { id } }"
    headers = {"Authorization": f"Bearer {os.environ['AIWARE_TOKEN']}"}
    return httpx.post(os.environ["AIWARE_ENDPOINT"], json={"query": mutation}, headers=headers)


@pytest.mark.parametrize("run", [1, 2])
def test_each_gets_a_clean_one(aiware: LocalAiware, run: int) -> None:
    assert aiware.objects()["tdos"] == []
    assert aiware.calls() == {}
    create_tdo(aiware)
    assert len(aiware.objects()["tdos"]) == 1
    assert aiware.calls() == {"createTDO": 1}


@pytest.mark.parametrize("run", [1, 2])
def test_faults_end_with_the_test(aiware: LocalAiware, run: int) -> None:
    assert create_tdo(aiware).status_code == 200
    aiware.fault({"status": 502}, operation="createTDO", times=5)
    assert create_tdo(aiware).status_code == 502
    if run == 1:
        aiware.clear_faults()
        assert create_tdo(aiware).status_code == 200


def test_what_is_misspelled_is_refused(aiware: LocalAiware) -> None:
    with pytest.raises(ValueError, match="jobSecond: Extra inputs"):
        aiware.behave(jobSecond=0)
    with pytest.raises(ValueError, match="action.statsu: Extra inputs"):
        aiware.fault({"statsu": 502})


def test_the_environment_names_no_other_aiware(aiware: LocalAiware, pytestconfig: pytest.Config) -> None:
    given = {name: value for name, value in os.environ.items() if name.startswith("AIWARE_")}
    assert given == aiware.environment
    assert given["AIWARE_ENDPOINT"] == aiware.endpoint
    assert aiware.token == given["AIWARE_TOKEN"]
    with (pytestconfig.rootpath / "servers").open("a") as servers:
        servers.write(f"{aiware.server.pid}\\n")


def test_the_environment_is_as_it_was() -> None:
    assert "AIWARE_ENDPOINT" not in os.environ
    assert os.environ["AIWARE_USERNAME"] == "somebody"
"""


@pytest.fixture
def users(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder of a user, whose environment is not one for tests."""
    monkeypatch.setenv("AIWARE_USERNAME", "somebody")
    monkeypatch.setenv("AIWARE_LOCAL_PORT", "1")
    return pytester


def servers(users: pytest.Pytester) -> set[int]:
    """The processes of the local aiWAREs that tests have used."""
    return {int(line) for line in (users.path / "servers").read_text().split()}


def test_each_session_has_a_local_aiware_of_its_own(users: pytest.Pytester) -> None:
    users.makeconftest(CONFTEST)
    users.makepyfile(USES_AIWARE)
    users.runpytest_subprocess(*NONE_OF_OURS).assert_outcomes(passed=7)
    (server,) = servers(users)
    assert not psutil.pid_exists(server)


def test_each_worker_of_xdist_has_one(users: pytest.Pytester) -> None:
    users.makepyfile(test_one=USES_AIWARE, test_two=USES_AIWARE)
    done = users.runpytest_subprocess(
        *NONE_OF_OURS, "-p", "aiware_local.pytest_plugin", "-n", "2", "--dist", "loadfile"
    )
    done.assert_outcomes(passed=14)
    assert len(servers(users)) == 2
    assert not any(map(psutil.pid_exists, servers(users)))


def test_it_ends_with_a_pytest_that_is_killed(users: pytest.Pytester) -> None:
    users.makeconftest(CONFTEST)
    users.makepyfile(
        """
        import time
        from pathlib import Path

        def test_something_long(aiware):
            Path("server").write_text(str(aiware.server.pid))
            Path("server").rename("servers")
            time.sleep(600)
        """
    )
    with subprocess.Popen([sys.executable, "-m", "pytest", *NONE_OF_OURS], cwd=users.path) as run:
        until_there(users.path / "servers", run)
        (server,) = map(psutil.Process, servers(users))
        run.send_signal(signal.SIGKILL)
    server.wait(timeout=60)


def test_mocks_need_no_plugin(pytester: pytest.Pytester) -> None:
    """The unit test of the page runs as it stands; tests/e2e runs the others."""
    for source in blocks(ROOT / "docs" / "testing.md", "python")[:2]:
        name = source.split()[1].removesuffix(".py")
        pytester.makepyfile(**{name: source})
    pytester.runpytest_subprocess(*NONE_OF_OURS).assert_outcomes(passed=1)


def until_there(file: Path, run: subprocess.Popen[bytes]) -> None:
    """Waits for a file that a run writes."""
    while not file.exists():
        assert run.poll() is None, "it has ended"
        time.sleep(0.05)
