"""`aiware doctor` on a machine that is well, on the state of a stack, and on the aiWARE that it names."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from aiware_local import launcher
from aiware_resources.cli.diagnosis import server
from aiware_resources.errors import AuthenticationFailed, NotFound
from tests.integration.cli.machine import MANIFEST, SECRET, Machine, findings, unused_port
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
    assert found["packages"]["seen"] == "1 package, as requirements.txt names it"
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


# --- a stack, its state and its settings ------------------------------------------------------------------------------


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
