"""`aiware drift` against the local aiWARE, with states as `pulumi stack export` prints them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from aiware_resources.cli import pulumi_command
from aiware_resources.errors import ConfigurationError
from tests.support.local import Local

Aiware = Callable[..., Result]
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc:def"}
CREATE = "mutation($input: CreateTDO!) { createTDO(input: $input) { id } }"
UPDATE = "mutation($input: UpdateTDO!) { updateTDO(input: $input) { id } }"
SPAN: dict[str, Any] = {"startDateTime": 1574311000, "stopDateTime": 1574315000}


class Stacks:
    """The stacks of a backend, with their states."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.states: dict[str, list[dict[str, Any]]] = {"dev": []}

    def hold(self, kind: str, name: str, id_: str, /, stack: str = "dev", **outputs: Any) -> None:
        """Puts a resource into a state."""
        type_ = f"pulumi-python:dynamic/aiware:{kind}"
        urn = f"urn:pulumi:{stack}::studio::{type_}::{name}"
        outputs |= {"__provider": "gASV", "__owner": f"studio/{stack}/{name}"}
        self.states.setdefault(stack, []).append({"urn": urn, "type": type_, "id": id_, "outputs": outputs})

    def tdo(self, name: str, /, **more: Any) -> str:
        """Creates a TDO in aiWARE."""
        made = self.local.graphql(CREATE, input={**SPAN, "name": name, **more})
        return str(made["createTDO"]["id"])


@pytest.fixture
def stacks(local: Local, monkeypatch: pytest.MonkeyPatch) -> Stacks:
    found = Stacks(local)

    def recorded(stack: str | None) -> list[dict[str, Any]]:
        if stack not in found.states:
            raise ConfigurationError(f"The state of the stack {stack} cannot be read: no stack named {stack!r} found.")
        return found.states[stack]

    monkeypatch.setattr(pulumi_command, "recorded", recorded)
    monkeypatch.setattr(pulumi_command, "stacks", lambda: list(found.states))
    monkeypatch.setattr(pulumi_command, "selected", lambda: "dev")
    monkeypatch.setattr(pulumi_command, "config", lambda stack: {"aiware:endpoint": "local"})
    return found


def test_no_drift(aiware: Aiware, stacks: Stacks) -> None:
    stacks.hold("TemporalDataObject", "a", stacks.tdo("a"), name="a", **SPAN)
    result = aiware("drift", "-s", "dev")
    assert result.output == "No drift: 1 object of the stack dev as recorded.\n"
    assert result.exit_code == 0


def test_an_object_is_looked_for_in_the_aiware_of_its_provider(
    aiware: Aiware, stacks: Stacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    urn = "urn:pulumi:dev::studio::pulumi:providers:pulumi-python::news"
    settings = {
        "aiware:provider": "news",
        "aiware:endpoint": stacks.local.server.graphql_url,
        "aiware:token": stacks.local.token,
        "aiware:notFoundGrace": "0",
    }
    stacks.hold("TemporalDataObject", "a", stacks.tdo("a"), name="a", **SPAN)
    stacks.states["dev"][0]["provider"] = f"{urn}::7f1c"
    stacks.states["dev"].append({"urn": urn, "type": "pulumi:providers:pulumi-python", "inputs": settings})
    monkeypatch.setattr(pulumi_command, "providers", lambda stack: {urn: settings})
    # The stack's own aiWARE is not asked: it could not be reached.
    nowhere = {"aiware:endpoint": "http://127.0.0.1:9/v3/graphql", "aiware:token": "t"}
    monkeypatch.setattr(pulumi_command, "config", lambda stack: nowhere)
    assert aiware("drift", "-s", "dev").output == "No drift: 1 object of the stack dev as recorded.\n"
    stacks.tdo("by hand")
    assert "'by hand'" in aiware("drift", "-s", "dev", "--unmanaged").output


def test_what_was_changed_is_gone_and_failed(aiware: Aiware, stacks: Stacks) -> None:
    local = stacks.local
    local.behave(jobSeconds=0)
    tdo = stacks.tdo("a", description="by hand")
    stacks.hold("TemporalDataObject", "a", tdo, name="a", description="by program", **SPAN)
    stacks.hold("TemporalDataObject", "b", "4711", name="b", **SPAN)
    engine = "c0e55cde-340b-44d7-bb42-2e0d65e98255"
    job = local.graphql(
        "mutation($input: CreateJob!) { createJob(input: $input) { id } }",
        input={"targetId": tdo, "tasks": [{"engineId": engine}]},
    )["createJob"]["id"]
    stacks.hold("Job", "j", job, targetId=tdo, tasks=[{"engineId": engine}])
    before = local.mutations()
    result = aiware("drift")
    assert result.exit_code == 2
    assert (
        f'TemporalDataObject a ({tdo}) was changed outside of Pulumi:\n  description: "by program" → "by hand"\n'
        in (result.output)
    )
    assert "TemporalDataObject b (4711) is gone from aiWARE.\n" in result.output
    assert f'Job j ({job}) has failed in aiWARE:\n  failure.status: "failed"\n' in result.output
    last = "Of 3 objects of the stack dev: 1 TDO was changed outside of Pulumi, 1 TDO is gone, 1 job has failed."
    assert result.output.splitlines()[-1] == last
    assert local.mutations() == before

    told = json.loads(aiware("-s", "dev", "drift", "--json").stdout)
    assert (told["stack"], told["objects"]) == ("dev", 3)
    assert [(each["name"], each["what"]) for each in told["drift"]] == [
        ("j", "failed"),
        ("a", "changed"),
        ("b", "gone"),
    ]
    assert told["drift"][1]["properties"] == [{"path": "description", "recorded": "by program", "live": "by hand"}]


def test_what_the_library_counts_as_no_difference_is_no_drift(aiware: Aiware, stacks: Stacks) -> None:
    content = '{name: "c", allowedEngines: ["all"], dockerCredentials: {}, tags: ["a", "b"], memorySize: "20gb"}'
    cluster = stacks.local.graphql(f"mutation {{ createCluster(input: {content}) {{ id }} }}")["createCluster"]["id"]
    stacks.hold(
        "Cluster",
        "c",
        cluster,
        name="c",
        allowedEngines=["all"],
        dockerCredentials=SECRET,
        tags=["b", "a"],
        memorySize="20gb",
    )
    assert aiware("drift").exit_code == 0


def test_secrets_are_neither_compared_nor_shown(aiware: Aiware, stacks: Stacks) -> None:
    tdo = stacks.tdo("a", description="clear-4c1d9a", details={"pw": "clear-77b2", "n": 2})
    stacks.hold("TemporalDataObject", "a", tdo, name="a", description=SECRET, details={"pw": SECRET, "n": 1}, **SPAN)
    for arguments in ((), ("--json",)):
        result = aiware("drift", *arguments)
        assert result.exit_code == 2
        assert "details.n" in result.output
        assert "clear-" not in result.output
        assert "description" not in result.output


def test_the_entries_of_a_fleet_are_told_by_their_keys(aiware: Aiware, stacks: Stacks) -> None:
    there, left = stacks.tdo("there"), "4711"
    jobs = {"ep-1": f"26112413_abc {there} 0123456789ab", "ep-2": f"26112413_def {left} 0123456789ab"}
    stacks.hold("JobFleet", "f", "studio/dev/f", jobs=jobs, template={"tasks": []})
    result = aiware("drift")
    assert result.exit_code == 2
    assert 'jobs[ep-2]: "job 26112413_def, TDO 4711" → –' in result.output
    # The record of its job was purged, and what it made is there.
    assert "ep-1" not in result.output


def test_objects_that_no_stack_owns(aiware: Aiware, stacks: Stacks) -> None:
    local = stacks.local
    owned, elsewhere, of_job, of_fleet = (stacks.tdo(name) for name in ("owned", "elsewhere", "of job", "of fleet"))
    stacks.hold("TemporalDataObject", "a", owned, name="owned", **SPAN)
    stacks.hold("TemporalDataObject", "b", elsewhere, stack="other", name="elsewhere", **SPAN)
    stacks.hold("Job", "j", "26112413_abc", stack="other", targetTdoId=of_job, tasks=[])
    stacks.hold(
        "JobFleet", "f", "studio/other/f", stack="other", jobs={"ep-1": f"26112413_def {of_fleet} 0123456789ab"}
    )
    assert (
        "Every cluster and TDO in aiWARE is owned by a stack of this backend." in aiware("drift", "--unmanaged").output
    )

    stranger = stacks.tdo("stranger")
    lost = stacks.tdo("lost", details={"pulumiMarker": "0123456789abcdef"})
    content = '{name: "c", allowedEngines: ["all"], dockerCredentials: {}}'
    cluster = local.graphql(f"mutation {{ createCluster(input: {content}) {{ id }} }}")["createCluster"]["id"]
    result = aiware("drift", "--unmanaged")
    assert result.exit_code == 0
    assert "Owned by no stack of this backend: 3 objects.\n" in result.output
    assert f"  cluster {cluster} 'c', created " in result.output
    assert f"  TDO {stranger} 'stranger', created " in result.output
    assert "made by a stack, of another backend or lost" in result.output
    told = json.loads(aiware("drift", "--json", "--unmanaged").stdout)
    assert {each["id"]: each["madeByAStack"] for each in told["unmanaged"]} == {
        cluster: False,
        stranger: False,
        lost: True,
    }


def test_no_such_stack(aiware: Aiware, stacks: Stacks) -> None:
    result = aiware("drift", "-s", "nope")
    assert result.exit_code == 3
    assert "no stack named 'nope' found" in result.stderr


def test_no_right_token(aiware: Aiware, stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> None:
    stacks.hold("TemporalDataObject", "a", stacks.tdo("a"), name="a", **SPAN)
    monkeypatch.setattr(
        pulumi_command,
        "config",
        lambda stack: {"aiware:endpoint": stacks.local.server.graphql_url, "aiware:token": "token-77f1"},
    )
    result = aiware("drift")
    assert result.exit_code == 1
    assert "Error:" in result.stderr
    assert "token-77f1" not in result.stderr
