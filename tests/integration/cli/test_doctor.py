"""`aiware doctor`, on a machine that is well, and on one with each thing broken."""

from __future__ import annotations

import json
import socket
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from aiware_local import launcher
from aiware_resources.cli.diagnosis import server
from aiware_resources.errors import AuthenticationFailed, NotFound
from tests.integration.cli.machine import HELPERS, MANIFEST, SECRET, Machine, findings
from tests.support.command import Aiware
from tests.support.local import Local

# --- a machine that is well ------------------------------------------------------------------------------------------


def test_nothing_is_wrong_and_nothing_is_changed(aiware: Aiware, machine: Machine, local: Local) -> None:
    before = machine.files()
    code, found = findings(aiware, "-s", "prod")
    assert (code, {each["status"] for each in found.values()}) == (0, {"ok"}), found
    assert list(found) == [
        *(
            "Pulumi CLI",
            "language host",
            "project",
            "virtual environment",
            "packages",
            "versions",
            "stack files",
            "refresh",
        ),
        *("processes", "state backend", "stack", "checkpoints", "settings", "local aiWARE", "translation"),
        *("endpoint", "clock", "token", "rights"),
    ]
    assert "3.276.0" in found["Pulumi CLI"]["seen"]
    assert found["state backend"]["seen"] == "file:///state, as somebody"
    assert "organization 17532" in found["token"]["seen"]
    assert "clusters, TDOs, jobs, export requests and engines" in found["rights"]["seen"]
    assert all(each["remedy"] is None for each in found.values())
    assert machine.files() == before
    assert local.mutations() == {}


def test_people_read_lines(aiware: Aiware, machine: Machine) -> None:
    well = aiware("doctor")
    assert (well.exit_code, well.output.splitlines()[-1]) == (0, "Nothing is wrong.")
    assert well.output.startswith(f"ok    Pulumi CLI: {machine.bin}/pulumi, 3.276.0\n")
    (machine.project / "Pulumi.yaml").write_text(MANIFEST)
    warned = aiware("doctor")
    assert (warned.exit_code, warned.output.splitlines()[-1]) == (0, "Nothing fails; 1 warning.")
    (machine.bin / "pulumi").unlink()
    ill = aiware("doctor", columns=40)
    assert ill.exit_code == 1
    first, second, *_ = ill.output.splitlines()
    assert first == "fail  Pulumi CLI: there is no `pulumi` on PATH"
    assert second.startswith("      Install Pulumi as a whole: https://www.pulumi.com/docs/install/.")
    assert ill.output.splitlines()[-1] == "1 of 11 checks failed."


def test_the_local_aiware_is_not_started(aiware: Aiware, machine: Machine, data: Path) -> None:
    code, found = findings(aiware)
    assert (code, found["local aiWARE"]["status"]) == (0, "ok")
    assert "does not run" in found["local aiWARE"]["seen"]
    assert launcher.status(data=data) is None
    assert not data.exists()
    assert "endpoint" not in found


def test_a_damaged_database_of_the_local_aiware_is_told(aiware: Aiware, machine: Machine, data: Path) -> None:
    data.mkdir(parents=True)
    (data / "aiware.sqlite3").write_bytes(b"not a database" * 1000)
    code, found = findings(aiware)
    assert (code, found["local aiWARE"]["status"]) == (1, "fail")
    assert f"{data / 'aiware.sqlite3'} is damaged (file is not a database)" in found["local aiWARE"]["seen"]
    assert "remove aiware.sqlite3" in found["local aiWARE"]["remedy"]
    assert [path.name for path in data.iterdir()] == ["aiware.sqlite3"]


# --- each thing broken -----------------------------------------------------------------------------------------------

Break = Callable[[Machine], object]


def unused_port() -> int:
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _unlinked(name: str) -> Break:
    return lambda machine: (machine.bin / name).unlink()


def _venv_is(kind: str) -> Break:
    def change(machine: Machine) -> None:
        venv = machine.project / ".venv"
        venv.unlink()
        if kind == "broken":
            (venv / "bin").mkdir(parents=True)
            (venv / "bin" / "python").symlink_to(machine.program("python-that-ends", "#!/bin/sh\nexit 3\n"))

    return change


def _requirements(text: str) -> Break:
    return lambda machine: (machine.project / "requirements.txt").write_text(text)


def _locked(pyproject: str) -> Break:
    """A requirements.txt as a tool compiles it, beside a pyproject.toml."""

    def change(machine: Machine) -> None:
        _requirements(f"click=={version('click')} \\\n    --hash=sha256:abc\n    # via mine\n")(machine)
        (machine.project / "pyproject.toml").write_text(pyproject)

    return change


def _scripts(machine: Machine) -> None:
    """A virtual environment as Windows has it."""
    _venv_is("missing")(machine)
    (machine.project / ".venv" / "Scripts").mkdir(parents=True)
    (machine.project / ".venv" / "Scripts" / "python.exe").symlink_to(
        machine.program("python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    )


def _built_from(path: str, module_version: str) -> Break:
    """A language host as Go builds one, which has in it what it was built from."""
    module = path.removesuffix("/python/cmd/pulumi-language-python")
    return lambda machine: machine.program(
        HELPERS[0], f"#!/bin/sh\n# \x00path\t{path}\nmod\t{module}\t{module_version}\th1:sum=\n"
    )


def _old_python(machine: Machine) -> None:
    _venv_is("missing")(machine)
    python = machine.project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    packages = {"python": [3, 10, 4], "packages": {"pulumi": None, "click": version("click")}}
    python.write_text(f"#!/bin/sh\necho '{json.dumps(packages)}'\n")
    python.chmod(stat.S_IRWXU)


def _elsewhere(machine: Machine) -> None:
    machine.monkeypatch.chdir("/")


def _unreachable(machine: Machine) -> None:
    machine.env(AIWARE_ENDPOINT=f"http://127.0.0.1:{unused_port()}/v3/graphql", AIWARE_TOKEN=SECRET)


BROKEN: dict[str, tuple[Break, str, str, str, str]] = {
    "no pulumi": (_unlinked("pulumi"), "Pulumi CLI", "fail", "no `pulumi` on PATH", "make setup"),
    "old pulumi": (
        lambda machine: machine.pulumi(version="v3.199.9"),
        *("Pulumi CLI", "fail", "3.199.9; 3.200.0 or newer is needed", "make setup"),
    ),
    "pulumi that does not run": (
        lambda machine: machine.pulumi(version="error: no license"),
        *("Pulumi CLI", "fail", "does not show its version: error: no license", "make setup"),
    ),
    "no language host": (
        _unlinked("pulumi-language-python"),
        *("language host", "fail", "pulumi-language-python is neither beside", "Install Pulumi as a whole"),
    ),
    "language host that is old": (
        _built_from("github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python", "v3.78.1"),
        *(
            "language host",
            "warn",
            "3.78.1, which runs programs, and policy packs with `runtime: aiware`",
            "install Pulumi as a whole",
        ),
    ),
    "newer SDK": (
        lambda machine: machine.pulumi(version="v3.200.0"),
        *("versions", "warn", f"3.200.0, the Python SDK (the package pulumi) {version('pulumi')}:", "Install Pulumi"),
    ),
    "manifest without refresh": (
        lambda machine: (machine.project / "Pulumi.yaml").write_text(MANIFEST),
        *("refresh", "warn", "do not see drift", "Pulumi.yaml: options: {refresh: always}"),
    ),
    "old Python": (
        _old_python,
        *("virtual environment", "fail", "is Python 3.10.4; 3.11 or newer is needed", "make setup"),
    ),
    "missing package of a range": (
        _requirements("no-such-package-of-ours[extra] >= 1.0, < 2  # a range\n"),
        *("packages", "fail", "not installed: no-such-package-of-ours", "make setup"),
    ),
    "no project": (_elsewhere, "project", "warn", "no Pulumi project here", "Change into"),
    "no virtual environment": (
        _venv_is("missing"),
        *("virtual environment", "fail", "/.venv/bin/python is missing", "make setup"),
    ),
    "virtual environment of a Python that is gone": (
        _venv_is("broken"),
        *("virtual environment", "fail", "does not run", "make setup"),
    ),
    "missing package": (
        _requirements("no-such-package-of-ours==1.0\n"),
        *("packages", "fail", "not installed: no-such-package-of-ours", "make setup"),
    ),
    "other package": (
        _requirements("click==1.0\n"),
        *("packages", "warn", "instead of 1.0", "make setup"),
    ),
    "package out of range": (
        _requirements("click>=1,<2\n"),
        *("packages", "warn", "instead of <2,>=1", "make setup"),
    ),
    "package of this Python": (
        _requirements('click==1.0 ; python_full_version >= "3.11" \\\n    --hash=sha256:abc\n'),
        *("packages", "warn", "instead of 1.0", "make setup"),
    ),
    "stale lock": (
        lambda machine: (machine.project / "pyproject.toml").write_text('[project]\ndependencies = ["click>=99"]\n'),
        *("requirements", "warn", f"click=={version('click')} instead of click>=99", "make lock"),
    ),
    "lock that lacks a package": (
        _locked("[project]\ndependencies = ['click', 'none-such[a]>=2']\n"),
        *("requirements", "warn", "it lacks none-such[a]>=2", "make lock"),
    ),
    "wrong stack file": (
        lambda machine: machine.stack("config:\n  aiware:wiat: true\n"),
        *("stack files", "fail", "1 problem, the first: Pulumi.prod.yaml: aiware:wiat", "aiware stacks check"),
    ),
    "manifest that is not YAML": (
        lambda machine: (machine.project / "Pulumi.yaml").write_text("name: ["),
        *("project", "fail", "is not YAML", "Correct it"),
    ),
    "no stack file": (
        lambda machine: (machine.project / "stacks" / "Pulumi.prod.yaml").unlink(),
        *("stack files", "warn", "there are none", "docs/stacks.md"),
    ),
    "not logged in": (
        lambda machine: machine.pulumi(whoami="error: PULUMI_ACCESS_TOKEN must be set"),
        *("state backend", "fail", "PULUMI_ACCESS_TOKEN must be set", "pulumi login"),
    ),
    "setting that is none": (
        lambda machine: machine.env(AIWARE_JOB_TIMEOUT="soon"),
        *("settings", "fail", "AIWARE_JOB_TIMEOUT should be a number", "Correct it"),
    ),
    "no token": (
        lambda machine: machine.env(AIWARE_ENDPOINT="https://aiware.test/v3/graphql"),
        *("settings", "fail", "No aiWARE token is set", "Correct it"),
    ),
    "unreachable endpoint": (_unreachable, "endpoint", "fail", "cannot be reached", "Check aiware:endpoint"),
    "port that is none": (
        lambda machine: machine.env(AIWARE_LOCAL_PORT="http"),
        *("local aiWARE", "fail", "AIWARE_LOCAL_PORT is 'http'", "aiware local"),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found_with_a_remedy(aiware: Aiware, machine: Machine, what: str) -> None:
    break_, check, status, seen, remedy = BROKEN[what]
    break_(machine)
    code, found = findings(aiware)
    assert found[check]["status"] == status, found
    assert seen in found[check]["seen"]
    assert remedy in (found[check]["remedy"] or "")
    assert code == (status == "fail")
    # One thing is broken, and one thing is said to be.
    assert [each["check"] for each in found.values() if each["status"] == "fail" and each["check"] != check] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda machine: machine.program(HELPERS[0], ""),
        _built_from("github.com/pulumi/pulumi/sdk/python/cmd/pulumi-language-python/v3", "(devel)"),
        lambda machine: machine.pulumi(version="v3.999.0"),
        _requirements('--index-url https://packages.test\n-r other.txt\nnone==1; sys_platform == "win32"\n'),
        _requirements(f"click=={version('click')} \\\n    --hash=sha256:abc\n"),
        _requirements("click==8.*\npulumi>=3,<4\nmine @ https://packages.test/mine.whl\n"),
        _requirements('click==1 ; python_version < "3.11"\n-e .\n'),
        _locked("[project]\ndependencies = ['Click>=8,<9']\n"),
        _locked("[tool.mine]\n"),
        _scripts,
    ],
    ids=[
        "host without build",
        "host of its own module",
        "newer CLI",
        "options and markers",
        "hashes",
        "ranges",
        "other Python",
        "lock",
        "no project",
        "Scripts",
    ],
)
def test_what_is_fine_is_not_warned_of(aiware: Aiware, machine: Machine, change: Break) -> None:
    change(machine)
    assert {each["status"] for each in findings(aiware)[1].values()} == {"ok"}


@pytest.mark.parametrize(
    ("error", "seen", "remedy"),
    [
        ("error: incorrect passphrase", "incorrect passphrase", "Set PULUMI_CONFIG_PASSPHRASE"),
        ("error: no stack named 'prod' found", "no stack named", "pulumi stack init prod"),
    ],
)
def test_a_stack_that_cannot_be_read(aiware: Aiware, machine: Machine, error: str, seen: str, remedy: str) -> None:
    machine.pulumi(config=error)
    code, found = findings(aiware, "-s", "prod")
    assert (code, found["stack"]["status"]) == (1, "fail")
    assert seen in found["stack"]["seen"]
    assert remedy in found["stack"]["remedy"]
    assert (found["settings"]["status"], "endpoint" in found) == ("warn", False)


def test_the_address_of_a_backend_is_shown_without_its_password(aiware: Aiware, machine: Machine) -> None:
    url = f"postgres://me:{SECRET}@db.test:5432/pulumi?password={SECRET}"
    machine.pulumi(whoami={"user": "somebody", "url": url})
    assert findings(aiware)[1]["state backend"]["seen"] == "postgres://db.test:5432/pulumi, as somebody"


def test_metadata_of_a_state_that_is_half_written(aiware: Aiware, machine: Machine, tmp_path: Path) -> None:
    stacks = tmp_path / "states" / ".pulumi" / "stacks"
    stacks.mkdir(parents=True)
    (stacks / "dev.json.attrs").write_text('{"user.content_type": "text/plain"}')
    url = f"{(tmp_path / 'states').as_uri()}?metadata=skip"
    machine.pulumi(whoami={"user": "somebody", "url": url})
    assert "state" not in findings(aiware)[1]

    (stacks / "local.json.attrs").write_text("")
    code, found = findings(aiware)
    assert code == 1
    assert found["state"]["status"] == "fail"
    assert f"cannot read {stacks / 'local.json'}:" in found["state"]["seen"]
    assert f"rm '{stacks / 'local.json.attrs'}'" in found["state"]["remedy"]


def test_secrets_are_decrypted_and_not_shown(aiware: Aiware, machine: Machine, local: Local) -> None:
    machine.stack("config:\n  aiware:endpoint: local\n  aiware:token:\n    secure: v1:abc\n")
    machine.pulumi(config={"aiware:endpoint": {"value": local.server.graphql_url}, "aiware:token": {"value": SECRET}})
    code, found = findings(aiware, "-s", "prod")
    assert "its secrets can be decrypted" in found["stack"]["seen"]
    # It is a token that aiWARE does not know.
    assert (code, found["token"]["status"]) == (1, "fail")
    assert "token" in found["token"]["remedy"]
    assert "rights" not in found


def test_the_aiware_of_each_provider_is_looked_at(aiware: Aiware, machine: Machine, local: Local) -> None:
    own: dict[str, Any] = {"aiware:provider": "news", "aiware:endpoint": local.server.graphql_url}
    own["aiware:token"] = {"4dabf18193072939515e22adb298388d": "1b4706", "plaintext": json.dumps(SECRET)}
    provider = {"urn": "urn:pulumi:prod::mine::pulumi:providers:pulumi-python::news", "inputs": own}
    machine.pulumi(stack={"deployment": {"resources": [provider]}})
    code, found = findings(aiware, "-s", "prod")
    assert found["settings"]["seen"] == f"cloud API at {local.server.graphql_url}, by the provider news"
    # It is a token that this aiWARE does not know.
    assert (code, found["token"]["status"]) == (1, "fail")


def test_the_file_of_prices_is_read_where_one_is_named(aiware: Aiware, machine: Machine) -> None:
    config = {"aiware:endpoint": {"value": "local"}, "aiware:prices": {"value": "prices.yaml"}}
    machine.pulumi(config=config)
    _, found = findings(aiware, "-s", "prod")
    assert found["prices"]["status"] == "fail"
    assert "prices.yaml cannot be read" in found["prices"]["seen"]
    (machine.project / "prices.yaml").write_text("{currency: EUR, engines: {a: {perJob: 1}}}")
    _, found = findings(aiware, "-s", "prod")
    assert found["prices"]["status"] == "ok"
    assert found["prices"]["seen"].endswith("prices.yaml, in EUR: 1 engine, 0 by category")


def test_rights_that_the_token_lacks(aiware: Aiware, machine: Machine, local: Local) -> None:
    local.fault({"graphqlError": "not_allowed"}, operation="temporalDataObjects")
    code, found = findings(aiware)
    assert (code, found["rights"]["status"]) == (0, "warn")
    assert "clusters, jobs, export requests and engines, but not TDOs" in found["rights"]["seen"]
    assert "administrator" in found["rights"]["remedy"]


def test_a_server_that_fails(aiware: Aiware, machine: Machine, local: Local) -> None:
    machine.env(AIWARE_MAX_RETRIES="0")
    local.fault({"graphqlError": "service_failure"}, operation="jobs")
    code, found = findings(aiware)
    assert (code, found["rights"]["status"]) == (1, "fail")
    assert "jobs could not be read" in found["rights"]["seen"]


def test_another_port_than_it_runs_on(aiware: Aiware, machine: Machine, local: Local) -> None:
    machine.env(AIWARE_LOCAL_PORT=str(unused_port()))
    code, found = findings(aiware)
    assert (code, found["local aiWARE"]["status"]) == (1, "fail")
    assert "but AIWARE_LOCAL_PORT asks for port" in found["local aiWARE"]["seen"]
    assert "endpoint" not in found


# --- aiWARE itself ---------------------------------------------------------------------------------------------------


@contextmanager
def a_server(ahead: timedelta | None) -> Iterator[str]:
    """A server whose clock goes so much ahead of ours, or which does not show the time."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(400)
            if ahead is not None:
                self.send_header("Date", self.date_time_string(datetime.now(UTC).timestamp() + ahead.total_seconds()))
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
            """Nobody wants to know."""

    with HTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}/v3/graphql"
        serving.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("ahead", "status", "seen"),
    [
        (timedelta(), "ok", "in step"),
        (timedelta(seconds=15), "ok", "behind"),
        (timedelta(minutes=-2), "warn", "s ahead of aiWARE's"),
        (timedelta(hours=1), "fail", "s behind aiWARE's: what a lost answer was about could not be found again"),
        (None, "warn", "does not show its time"),
    ],
)
def test_clocks_are_compared(ahead: timedelta | None, status: str, seen: str) -> None:
    with a_server(ahead) as url:
        found, reached = server.endpoint(url)
    assert found.status == "ok"
    assert reached is not None
    clock = server.clock(reached)
    assert clock.status == status
    assert seen in clock.seen
    assert (clock.remedy is not None) == (status != "ok" and ahead is not None)


class FakeApi:
    """Who a token belongs to, and when it ends."""

    url = "https://aiware.test"

    def __init__(self, user: Exception, ends_in: timedelta | None = None) -> None:
        self._user = user
        expiry = {} if ends_in is None else {"exp": (datetime.now(UTC) + ends_in).timestamp()}
        self._token = jwt.encode(expiry, "k" * 32)

    def me(self) -> Any:
        raise self._user

    def token_for(self, uri: str) -> SecretStr:
        return SecretStr(self._token)


@pytest.mark.parametrize(
    ("api", "status", "seen"),
    [
        (FakeApi(NotFound("none")), "ok", "an API key of an organization"),
        (FakeApi(NotFound("none"), timedelta(days=1)), "ok", "an API key"),
        (FakeApi(NotFound("none"), timedelta(minutes=5)), "warn", "it ends at"),
        (FakeApi(AuthenticationFailed("The token is refused.", remedy="Get one.")), "fail", "The token is refused."),
    ],
)
def test_a_token_is_judged(api: Any, status: str, seen: str) -> None:
    found = server.token(api)
    assert found.status == status
    assert seen in found.seen
    assert (found.remedy is None) == (status == "ok")


@pytest.mark.parametrize(
    ("listed", "seen"),
    [
        (None, "simulated in the local aiWARE: Apertium is not installed (Debian: `apt install apertium-eng-spa`)"),
        ("eng-cat", "Apertium is installed without Spanish and English (Debian: `apt install apertium-eng-spa`)"),
        ("eng-spa\n  spa-eng", "/apertium translates between Spanish and English in the local aiWARE"),
    ],
)
def test_what_translates_is_named(aiware: Aiware, machine: Machine, listed: str | None, seen: str) -> None:
    if listed is not None:
        machine.program("apertium", f"#!/bin/sh\necho '  {listed}'\n")
    code, found = findings(aiware)
    assert (code, found["translation"]["status"]) == (0, "ok")
    assert found["translation"]["seen"].endswith(seen)
