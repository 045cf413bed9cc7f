"""The documents say what is so: their tables are those of the code, and their links lead somewhere."""

from __future__ import annotations

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

from aiware_local.app import create_app
from aiware_local.behaviour import Settings as Behaviour
from aiware_local.export_formats import FORMATS
from aiware_local.faults import Action
from aiware_local.installation import Installation
from aiware_resources.cli import main
from aiware_resources.settings import Settings
from tests.support.entities import Entity, entities
from tests.support.markdown import anchors, blocks, links, table
from tests.support.reference import Argument, arguments, nested, outputs

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
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


@each_entity
def test_the_arguments_of_a_page_are_those_of_the_resource(entity: Entity) -> None:
    rows = table(DOCS / entity.page, "Arguments")
    written = [Argument(code(name), kind.replace("`", ""), change) for name, kind, change, _ in rows]
    wanted = arguments(entity)
    rows_wanted = "\n".join(each.row() for each in wanted if each not in written)
    assert written == wanted, f"docs/{entity.page} needs, in this order of the signature:\n{rows_wanted}"


@each_entity
def test_nested_arguments_are_explained(entity: Entity) -> None:
    for name, keys in nested(entity).items():
        pages = [page for page in sorted(DOCS.glob("*.md")) if table(page, name)]
        assert pages, f"No page in docs/ has a section {name}, which {entity.name} takes."
        for page in pages:
            written = {code(key): kind.replace("`", "") for key, kind, _ in table(page, name)}
            assert written == keys, f"{page.name}, section {name}"


@each_entity
def test_outputs_are_told(entity: Entity) -> None:
    page = (DOCS / entity.page).read_text(encoding="utf-8")
    section = page.partition("\n## Outputs\n")[2].partition("\n## ")[0]
    assert [name for name in outputs(entity) if f"`{name}`" not in section] == []


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


def test_the_settings_are_those_of_the_library() -> None:
    written = [(code(key), code(variable), code(default)) for key, variable, default, _ in table(README, "Settings")]
    assert written == [
        (f"aiware:{to_camel(name)}", f"AIWARE_{name.upper()}", _shown(field.default))
        for name, field in Settings.model_fields.items()
    ]


def _shown(default: Any) -> str:
    if default is None:
        return "–"
    return (
        json.dumps(default)
        if isinstance(default, bool)
        else f"{default:g}"
        if isinstance(default, float)
        else str(default)
    )


def test_a_setting_said_to_have_no_effect_has_none() -> None:
    library = [path for path in (ROOT / "aiware_resources").rglob("*.py") if path.name != "settings.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in library)
    idle = {code(key) for key, _, _, meaning in table(README, "Settings") if "no effect yet" in meaning}
    read = {f"aiware:{to_camel(name)}" for name in Settings.model_fields if re.search(rf"settings\.{name}\b", text)}
    assert idle & read == set()


def test_the_keys_of_a_recording_are_those_that_the_program_reads() -> None:
    program = (ROOT / "__main__.py").read_text(encoding="utf-8")
    read = set(re.findall(r"recording(?:\[|\.get\()[\"'](\w+)[\"']", program)) | set(
        re.findall(r"span\[\"(\w+)\"\]", program)
    )
    written = {key for row in table(DOCS / "stacks.md", "What stands in it") for key in re.findall(r"`(\w+)`", row[0])}
    assert written == read


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
    assert written == {
        key: f"{field.default:g}" if isinstance(field.default, int | float) else "–" for key, field in fields.items()
    }


def test_every_action_of_a_fault_is_told() -> None:
    actions = [json.loads(code(action)) for action, _ in table(DOCS / "local.md", "Faults")]
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
        return True
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
