"""The documents say what is so: their tables are those of the code, and their links lead somewhere."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from pydantic.alias_generators import to_camel
from starlette.routing import Route

from aiware_local.exports.formats import FORMATS
from aiware_local.installation.behaviour import Settings as Behaviour
from aiware_local.installation.faults import Action
from aiware_local.installation.installation import Installation
from aiware_local.launcher import ORGANIZATION_UUID
from aiware_local.server.app import create_app
from aiware_local.server.edge.api import OPERATIONS
from aiware_resources.cli import main
from aiware_resources.reconcile import EntityResource
from aiware_resources.reconcile.naming import arguments_in
from aiware_resources.settings import Settings
from tests.support.markdown import anchors, blocks, links, table
from tools.docs.entities import Entity, entities
from tools.docs.pages import names, out_of_date, parts
from tools.docs.wording import models_of

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OURS = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
DOCUMENTS = [ROOT / name for name in sorted(subprocess.check_output(OURS, cwd=ROOT, text=True).splitlines())]

ENTITIES = [entity for entity in entities() if (DOCS / entity.page).is_file()]
"""Those that have a page; tests/unit/test_registry.py sees to it that all have."""

each_entity = pytest.mark.parametrize("entity", ENTITIES, ids=[entity.name for entity in ENTITIES])
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS])


def code(cell: str) -> str:
    """The text of a cell that is written as code."""
    return cell.strip("`")


# --- entities --------------------------------------------------------------------------------------------------------


def test_generated_parts_are_true() -> None:
    """The arguments and outputs of resources, the settings, the commands."""
    stale = sorted(page.name for page in out_of_date())
    assert not stale, f"{', '.join(stale)}: run .venv/bin/python -m tools.docs"


def test_every_generated_part_is_in_a_page() -> None:
    written = [name for page in sorted(DOCS.glob("*.md")) for name in names(page.read_text(encoding="utf-8"))]
    assert sorted(written) == sorted(parts())
    for entity in ENTITIES:
        own = names((DOCS / entity.page).read_text(encoding="utf-8"))
        assert own == [f"arguments of {entity.name}", f"outputs of {entity.name}"]


@each_entity
def test_the_reference_has_every_argument_and_key(entity: Entity) -> None:
    page = DOCS / entity.page
    given = list(arguments_in(entity.resource.args))
    assert [code(row[0]) for row in table(page, "Arguments")] == given
    for model in set(models_of(entity.provider.model)):
        written = {code(row[0]) for row in table(page, f"{model.__name__}Args")}
        assert written
        assert written <= model.model_fields.keys()


@each_entity
def test_the_reference_has_every_output(entity: Entity) -> None:
    own = [each for each in entity.resource.__mro__ if each.__module__.startswith("aiware_resources.")]
    classes = [each for each in own if each is not EntityResource]
    declared = {name for each in classes for name in inspect.get_annotations(each) if not name.startswith("_")}
    told = {code(row[0]) for row in table(DOCS / entity.page, "Outputs")}
    arguments = arguments_in(entity.resource.args).keys()
    assert told <= declared
    assert declared - told <= arguments | {"id"}


@each_entity
def test_a_page_tells_the_whole_life_of_an_object(entity: Entity) -> None:
    text = (DOCS / entity.page).read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [
        name for name in ("Arguments", "Outputs", "Destroy", "Adoption", "Drift", "Example") if name not in headings
    ] == []


@each_entity
def test_the_example_of_a_page_is_the_one_that_runs(entity: Entity) -> None:
    example = (ROOT / "examples" / entity.module / "__main__.py").read_text(encoding="utf-8")
    assert example in blocks(DOCS / entity.page, "python")
    assert len(example.splitlines()) <= 40


def test_the_options_of_formats_are_those_that_exports_take() -> None:
    name, *options = _head(DOCS / "export-request.md", "Formats")
    assert code(name) == "extension"
    written = {
        code(extension): {
            code(option): json.loads(cell) for option, cell in zip(options, cells, strict=True) if cell != "–"
        }
        for extension, *cells in table(DOCS / "export-request.md", "Formats")
    }
    taken = {extension: dict(format_.defaults) for extension, format_ in FORMATS.items()}
    assert written == {
        extension: {option: value for option, value in defaults.items() if option != "fileExtension"}
        for extension, defaults in taken.items()
    }


def _head(document: Path, heading: str) -> list[str]:
    section = document.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    row = next(line for line in section.splitlines() if line.startswith("|"))
    return [cell.strip() for cell in row.split("|")[1:-1]]


# --- settings, stacks ------------------------------------------------------------------------------------------------


def test_the_reference_has_every_setting() -> None:
    written = [(code(key), code(variable)) for key, variable, *_ in table(DOCS / "settings.md", "Settings")]
    assert written == [(f"aiware:{to_camel(name)}", f"AIWARE_{name.upper()}") for name in Settings.model_fields]


def test_every_stack_is_told() -> None:
    stacks = {re.sub(r"^Pulumi\.|\.yaml$", "", path.name) for path in (ROOT / "stacks").glob("Pulumi.*.yaml")}
    assert {code(row[0]) for row in table(DOCS / "stacks.md", "Stacks")} >= stacks & {"local", "dev", "staging", "prod"}


# --- the local aiWARE ------------------------------------------------------------------------------------------------


def test_the_control_calls_are_those_of_the_local_aiware(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data", tmp_path)
    try:
        routes = [route for route in create_app(installation).routes if isinstance(route, Route)]
    finally:
        installation.close()
    answered = {
        f"{method} {route.path}"
        for route in routes
        if route.path.startswith("/_local/")
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert {code(call) for call, _ in table(DOCS / "local.md", "Control calls")} == answered


def test_behaviour_and_its_defaults_are_those_of_the_local_aiware() -> None:
    written = {code(key): code(default) for key, default, _ in table(DOCS / "local.md", "Behaviour")}
    fields = {field.alias or name: field for name, field in Behaviour.model_fields.items()}
    assert written == {key: _default(field.default) for key, field in fields.items()}


def _default(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else "–"


def test_the_operations_of_edge_are_told() -> None:
    written = [(code(name), code(request)) for name, request in table(DOCS / "local.md", "The Edge REST API")]
    assert sorted(written) == sorted((one.id, f"{one.method} {one.path}") for one in OPERATIONS)
    assert ORGANIZATION_UUID in (DOCS / "local.md").read_text(encoding="utf-8")


def test_every_action_of_a_fault_is_told() -> None:
    actions = [
        json.loads(code(action)) for part in ("Faults", "Conditions") for action, _ in table(DOCS / "local.md", part)
    ]
    for action in actions:
        Action.model_validate(action)
    told = {key for action in actions for key in action}
    assert told == {field.alias or name for name, field in Action.model_fields.items()} - {"retryAfter"}
    assert "retryAfter" in (DOCS / "local.md").read_text(encoding="utf-8")


def test_every_variable_of_the_local_aiware_is_told() -> None:
    read = set(
        re.findall(r'environ\.get\("(\w+)"\)', (ROOT / "aiware_local" / "launcher.py").read_text(encoding="utf-8"))
    )
    rows = table(DOCS / "local.md", "Start and stop")
    assert {code(name) for name, _ in rows if code(name).startswith("AIWARE_")} == {
        name for name in read if name.startswith("AIWARE_")
    }


# --- commands, links, releases ---------------------------------------------------------------------------------------


@each_document
def test_commands_that_a_document_names_are_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^|`|=\w+ )make (?:-s )?([a-z][a-z-]*)", text, re.MULTILINE))
    assert named <= targets, f"not in the Makefile: {', '.join(sorted(named - targets))}"
    for words in set(re.findall(r"`aiware ((?:[a-z]+ ?)+)", text)):
        assert _is_command(words.split()), f"there is no `aiware {words}`"


def test_the_page_of_the_command_line_names_every_command() -> None:
    rows = table(DOCS / "cli.md", "The command line")
    assert {name for row in rows for name in re.findall(r"`aiware (\w+)", row[0])} == set(main.commands)


def _is_command(words: list[str]) -> bool:
    command: click.Command = main
    for word in words:
        if not isinstance(command, click.Group):
            return True
        if word not in command.commands:
            return False
        command = command.commands[word]
    return True


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    broken = [f"line {number}: {target}" for number, target in links(document) if not _is_there(document, target)]
    assert not broken, "\n".join(broken)


def _is_there(document: Path, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        # Whether it answers is not asked: a test that needs other people's servers fails when they do.
        return re.fullmatch(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(/\S*)?", target) is not None
    path, _, anchor = target.partition("#")
    linked = (document.parent / path).resolve() if path else document
    return linked.exists() and (not anchor or anchor in anchors(linked))


def _python() -> Iterator[Any]:
    for document in DOCUMENTS:
        for number, source in enumerate(blocks(document, "python"), 1):
            yield pytest.param(source, id=f"{document.relative_to(ROOT)}-{number}")


@pytest.mark.parametrize("source", list(_python()))
def test_python_in_documents_is_python(source: str) -> None:
    compile(source, "<document>", "exec")


def test_every_release_has_a_kept_state() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert tomllib.load(file)["project"]["version"] in releases
    states = {path.stem for path in (ROOT / "tests" / "e2e" / "states").glob("*.json")}
    lacking = sorted(set(releases) - states)
    assert not lacking, f"Make them when the release is made, see tests/e2e/states/keep.py: {', '.join(lacking)}"


def test_decisions_are_numbered_short_and_in_the_index() -> None:
    text = (ROOT / "DECISIONS.md").read_text(encoding="utf-8")
    entries = re.findall(r"^### (\d+)\. (.+)\n\n((?:.+\n)+)", text, re.MULTILINE)
    numbers = sorted(int(number) for number, *_ in entries)
    assert numbers == list(range(1, len(numbers) + 1))
    index = dict(re.findall(r"^\| (\d+) \| \[(.+)\]\(#.+\) \| .+ \|$", text, re.MULTILINE))
    assert index == {number: title for number, title, _ in entries}
    assert not [number for number, _, body in entries if len(body.splitlines()) > 5]
    for status in re.findall(r"^\| \d+ \| .+ \| (.+) \|$", text, re.MULTILINE):
        assert re.fullmatch(r"current(; changed by \d+(, \d+)*)?|superseded by \d+", status), status
