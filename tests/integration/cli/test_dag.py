"""`aiware dag`: graphs of programs, which are run without aiWARE."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import forks, offline
from tests.support.command import Aiware

Shell = Callable[..., forks.Ran]

ROOT = Path(__file__).parents[3]
MUTATION = ROOT / "tests" / "contracts" / "calls" / "06-create-job.graphql"
PROGRAM = """
import pulumi
from helper import HELPED
from aiware_resources import Job, SingleEngineJob, TemporalDataObject, engines, get_engine, pipelines

config = pulumi.Config()
tdo = TemporalDataObject("tdo", start_date_time=1, stop_date_time=2)
url = tdo.id.apply(lambda known: f"https://media.test/{known}.pdf")
earlier = Job.get("d-earlier", "24112609_a1b2c3d4e5")
read = Job("b-read", target_id=tdo.id, dag=pipelines.text_file(url, get_engine("Text Extraction")["id"]))
pulumi.export("found", read.results())
if config.get_object("more"):
    Job("a-more", target={}, dag=pipelines.translation(config.require("url")))
    SingleEngineJob(HELPED, engine_id=engines.SPEECHMATICS_ENGLISH, upload_url="u")
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A project with a program."""
    folder = tmp_path / "project"
    (folder / "stacks").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: mine\nstackConfigDir: stacks\nconfig:\n  more: {default: false}\n")
    more = (
        "config:\n  mine:more: true\n  mine:url:\n    secure: v1:abc\n  aiware:endpoint: https://api.test/v3/graphql\n"
    )
    (folder / "stacks" / "Pulumi.big.yaml").write_text(more)
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "helper.py").write_text('HELPED = "c-one"\n')
    return folder


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs the command in a process of its own, on a machine whose network is down."""
    passed = {key: value for key, value in os.environ.items() if not key.startswith(("AIWARE_", "PULUMI_"))}
    environment = passed | {"AIWARE_LOCAL_DATA": str(tmp_path / "data")}

    def run(*arguments: str) -> forks.Ran:
        ran = forks.run(offline.aiware, arguments, tmp_path, environment)
        assert "Traceback" not in ran.errors, ran.errors
        assert "the network was used" not in ran.errors
        assert not (tmp_path / "data").exists()
        return ran

    return run


def test_a_program_runs_without_aiware(shell: Shell, program: Path) -> None:
    drawn = shell("dag", str(program))
    assert (drawn.code, drawn.errors) == (0, "")
    assert drawn.output == (
        "flowchart LR\n"
        '    t0["Webstream Adapter"]\n'
        '    t1["Asset Creator"]\n'
        '    t2["Chunk"]\n'
        '    t3["?"]\n'
        '    t4["Output Writer"]\n'
        "    t0 -->|stream| t1\n"
        "    t0 -->|stream| t2\n"
        "    t2 -->|chunk| t3\n"
        "    t3 -->|chunk| t4\n"
    )


def test_the_stack_gives_the_configuration(shell: Shell, program: Path) -> None:
    drawn = shell("--stack", "big", "dag", str(program / "__main__.py")).output
    assert re.findall(r'subgraph g\d\["(.*)"\]', drawn) == ["a-more", "b-read", "c-one"]
    assert 'g2t0["Speechmatics Transcription"]' in drawn


def test_a_picture_in_a_file(shell: Shell, program: Path, tmp_path: Path) -> None:
    drawn = shell("dag", "project", "--svg", "-o", "graph.svg")
    assert (drawn.output, drawn.errors) == ("", "Drew the graph of 1 job to graph.svg.\n")
    assert (tmp_path / "graph.svg").read_text().startswith("<svg ")


def test_the_shipped_program(shell: Shell, aiware: Aiware) -> None:
    assert shell("dag", str(ROOT / "examples" / "job")).output == aiware("dag", str(MUTATION)).stdout != ""


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("", "declares no job"),
        ("import pulumi\npulumi.Config().require('x')", "a.py, line 2: pulumi.config.ConfigMissingError"),
        ("x = (", "SyntaxError"),
        ("raise SystemExit(3)", "a.py, line 1: SystemExit: 3"),
    ],
)
def test_a_program_that_cannot_be_drawn(shell: Shell, tmp_path: Path, source: str, says: str) -> None:
    (tmp_path / "a.py").write_text(source)
    drawn = shell("dag", "a.py")
    assert (drawn.code, drawn.output) == (1, "")
    assert says in drawn.errors


def test_what_is_not_there(aiware: Aiware, tmp_path: Path, program: Path) -> None:
    assert aiware("dag", str(tmp_path / "none.json")).exit_code == 2
    (tmp_path / "empty").mkdir()
    assert "has no file that describes jobs" in aiware("dag", str(tmp_path / "empty")).stderr
    no_stack = aiware("--stack", "none", "dag", str(program))
    assert (no_stack.exit_code, "There is no stack none" in no_stack.stderr) == (3, True)
