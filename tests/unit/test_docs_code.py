"""What the documents quote is so: their commands can be given, their programs run, their messages are the library's.

tests/e2e/test_tutorial.py carries out the tutorial, tests/e2e/test_examples.py the examples and the README's program,
and tests/integration/test_docs_types.py checks the types of every piece of Python.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from pydantic.alias_generators import to_snake

from aiware_resources import errors
from aiware_resources.cli import main
from aiware_resources.cli.framework.root import described
from aiware_resources.cli.new import TEMPLATE
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.settings import Settings
from tests.support.markdown import lines
from tests.unit.test_docs import DOCUMENTS, ROOT

WRITTEN = [path for path in DOCUMENTS if path.name != "cli-reference.md" and "__snapshots__" not in path.parts]
LANGUAGES = {"python", "sh", "yaml", "json", "graphql", "text", "mermaid"}

OTHER_PROGRAMS = {
    "VALUE", "cd", "cp", "curl", "echo", "eval", "export", "head", "id", "key", "pytest", "python", "ssh", "url",
    "dask", ".venv/bin/pip", "pip", ".venv/bin/pre-commit", ".venv/bin/python", "brew", "sh", "winget",
}  # fmt: skip
"""What the shell blocks use besides make, aiware and pulumi."""

PULUMI = {
    "cancel", "config", "config set", "destroy", "preview", "stack init", "stack ls", "state rename", "state taint",
    "state unprotect", "state protect", "refresh", "stack change-secrets-provider", "stack export", "up", "import",
    "stack output", "package add", "new", "install", "login",
}  # fmt: skip
"""The commands of Pulumi that documents name."""

NOT_OURS = {
    "the stack is currently locked by 1 lock(s)": "Pulumi",
    "Program exited with non-zero exit code: 1": "Pulumi",
    "failed to load checkpoint: EOF": "Pulumi",
    "no stack named 'x' found": "Pulumi",
    "no stack named 'dev' found": "Pulumi",
    "The Pulumi CLI could not be built: there is no `go` on PATH.": "two sentences of tools/pulumi-cli, joined",
    "aiWARE Edge has no temporalDataObjects.": "the names of an API and an operation: tests/unit/api/test_abilities.py",
}
"""Messages that documents quote and the library does not write, and who does."""

OUTPUT = {
    "README.md": "Pulumi; tests/e2e runs the program",
    "ARCHITECTURE.md": "the map, which tests/unit/test_house.py compares with the folders",
    "docs/tutorial.md": "tests/e2e/test_tutorial.py compares each line with what is printed",
    "docs/waiting.md": "Pulumi; tests/e2e/test_waiting.py",
    "docs/automation.md": "tests/e2e/test_automation.py",
    "docs/engines.md": "tests/e2e/test_catalogue.py",
    "docs/policies.md": "Pulumi; tests/e2e/test_policies.py",
    "docs/stacks.md": "tests/unit/stacks/test_stacks.py",
    "key": "a list of recordings: test_the_list_of_the_guide_has_the_columns_of_the_example",
    "property": "test_the_problems_of_a_misspelled_column_are_told",
}
"""Documents, or first words of blocks, of output that other tests compare."""


def fences(document: Path) -> Iterator[tuple[str, str]]:
    """Each code block with its language."""
    found: list[str] = []
    language: str | None = None
    before = 0
    for line in lines(document):
        if language is not None and (line.language != language or line.number != before + 1):
            yield language, "".join(found)
            found = []
        language, before = line.language, line.number
        if language is not None:
            found.append(f"{line.text}\n")
    if language is not None:
        yield language, "".join(found)


def of_language(language: str) -> list[Any]:
    return [
        pytest.param(document, block, id=f"{document.relative_to(ROOT)}-{number}")
        for document in WRITTEN
        for number, (written, block) in enumerate(fences(document), 1)
        if written == language
    ]


@pytest.mark.parametrize("document", WRITTEN, ids=[str(path.relative_to(ROOT)) for path in WRITTEN])
def test_every_block_says_its_language(document: Path) -> None:
    assert {language for language, _ in fences(document)} <= LANGUAGES


@pytest.mark.parametrize(("document", "block"), of_language("yaml"))
def test_yaml_stands_in_a_stack_file(document: Path, block: str) -> None:
    assert yaml.safe_load(block)
    assert any(block in path.read_text(encoding="utf-8") for path in (ROOT / "stacks").glob("*.yaml"))


@pytest.mark.parametrize(("document", "block"), of_language("json"))
def test_json_is_an_error_of_the_command(document: Path, block: str) -> None:
    (error,) = json.loads(block).values()
    error.pop("exitCode")
    failure = errors.NotFound(**{to_snake(key): value for key, value in error.items() if key != "kind"})
    assert error == described(failure)


# --- commands --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("document", "block"), of_language("sh"))
def test_commands_can_be_given(document: Path, block: str) -> None:
    for line in re.sub(r"'\{\n.*?\n\}'", "DATA", block, flags=re.DOTALL).splitlines():
        assert [problem for command in commands(line) if (problem := wrong(command))] == []


def test_a_command_that_cannot_be_given_is_told() -> None:
    assert wrong("aiware jobs list --no-such 1") == "aiware jobs list: No such option '--no-such'."
    assert wrong("aiware xyz list") == "aiware: No such command 'xyz'."
    assert wrong("pulumi frobnicate") == "pulumi frobnicate is not in PULUMI"
    assert wrong("make nothing") == "there is no make nothing"
    assert wrong("perl x") == "perl is not in OTHER_PROGRAMS"


@pytest.mark.parametrize("document", WRITTEN, ids=[str(path.relative_to(ROOT)) for path in WRITTEN])
def test_commands_in_sentences_can_be_given(document: Path) -> None:
    spans = [
        re.sub(r"\\?\|.*", "", each) for each in quoted(document) if re.match(r"(aiware|pulumi|make) [a-z-]", each)
    ]
    assert [span for span in spans if "..." not in span and wrong(span)] == []


def commands(line: str) -> list[str]:
    """The commands of a line of shell code, those inside of others and of pipes too; without comments."""
    code = re.sub(r"(^|\s+)#.*", "", line)
    inner = re.findall(r"\$\(((?:[^()]|\([^()]*\))*)\)", code)
    outer = re.sub(r"\$\((?:[^()]|\([^()]*\))*\)", "VALUE", code)
    return [each.strip() for part in (outer, *inner) for each in re.split(r" \|\|? | && ", part) if each.strip()]


def wrong(command: str) -> str | None:
    """What is wrong with a command; `None` for one that can be given."""
    words = shlex.split(re.sub(r" [<>] \S+|<[^>]*>", lambda found: "" if found[0][0] == " " else "VALUE", command))
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        words = words[1:]
    program, *rest = words or ["VALUE"]
    if program == "aiware":
        return _wrong_aiware(main, rest, "aiware")
    if program == "pulumi":
        named = [word for word in rest if not word.startswith("-")]
        return None if {" ".join(named[:1]), " ".join(named[:2])} & PULUMI else f"pulumi {named[0]} is not in PULUMI"
    if program == "make":
        given = [word for word in rest if "=" not in word and not word.startswith("-")]
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return next((f"there is no make {word}" for word in given if word not in targets), None)
    return None if program.split("=")[0] in OTHER_PROGRAMS else f"{program} is not in OTHER_PROGRAMS"


def _wrong_aiware(command: click.Command, words: list[str], path: str) -> str | None:
    try:
        # A command remembers the first help option that it makes.
        context = click.Context(command, info_name=path, **main.context_settings)
        _, left, _ = command.make_parser(context).parse_args([*words])
        if isinstance(command, click.Group) and left:
            name, found, rest = command.resolve_command(context, left)
            return _wrong_aiware(found, rest, f"{path} {name}") if found else None
    except click.UsageError as error:
        return f"{path}: {error.format_message()}"
    return None


@pytest.mark.parametrize("document", WRITTEN, ids=[str(path.relative_to(ROOT)) for path in WRITTEN])
def test_files_that_a_document_names_are_there(document: Path) -> None:
    named = re.compile(r"(aiware_resources|aiware_local|tests|tools|docs|examples|benchmarks|stacks)/[\w./-]+")
    # Some are those of a project that `aiware new` makes.
    folders = (ROOT, TEMPLATE)
    assert [
        span
        for span in quoted(document)
        if named.fullmatch(span) and not any((each / span).exists() for each in folders)
    ] == []


def test_hooks_use_programs_of_the_project() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert (ROOT / hook["entry"].split()[0]).exists()


# --- messages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", WRITTEN, ids=[str(path.relative_to(ROOT)) for path in WRITTEN])
def test_quoted_messages_are_in_the_source(document: Path) -> None:
    messages = [span for span in quoted(document) if is_message(span) and span not in NOT_OURS]
    assert [each for each in messages if not is_written(each)] == []


@pytest.mark.parametrize(("document", "block"), of_language("text"))
def test_output_is_in_the_source(document: Path, block: str) -> None:
    if {str(document.relative_to(ROOT)), re.split(r"[ ,]", block)[0]} & OUTPUT.keys():
        return
    sentences = [line for line in block.splitlines() if len(re.findall("[a-z]{2,}", line)) > 5]
    assert [line for line in sentences if not is_written(line)] == []


def test_the_list_of_the_guide_has_the_columns_of_the_example() -> None:
    (block,) = (block for language, block in fences(ROOT / "docs" / "fleets.md") if language == "text")
    with (ROOT / "examples" / "job_fleet" / "recordings.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(block.splitlines())) == next(csv.reader(file))


def test_the_problems_of_a_misspelled_column_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with (ROOT / "examples" / "job_fleet" / "recordings.csv").open(encoding="utf-8") as file:
        media = {row.pop("key"): row for row in csv.DictReader(file)}
    provider = JobFleetProvider()
    monkeypatch.setattr(provider, "_settings", Settings(validate_engines=False))
    template = {"target": {"name": "${media.titel}"}, "tasks": [{"engineId": "e", "payload": {"url": "${media.url}"}}]}
    failures = provider.check({}, {"template": template, "media": media}).failures
    page = (ROOT / "docs" / "job-fleet.md").read_text(encoding="utf-8")
    told = re.findall(r"^property (\S+) value \{.*\} has a problem: (.+)$", page, re.MULTILINE)
    assert [(failure.property, failure.reason) for failure in failures] == told


def is_message(span: str) -> bool:
    """Whether quoted text is a sentence, and not a command, code or data."""
    command = re.match(r"(aiware|pulumi|make|eval|python|from|\.venv\S*|git) ", span)
    return len(span.split()) >= 4 and not command and span[0] not in "{\"<'"


def quoted(document: Path) -> list[str]:
    """What stands in back quotes in the sentences of a document, but for generated parts."""
    text = re.sub(r"<!-- generated.*?<!-- end -->", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"^\s*```.*?^\s*```$", "", text, flags=re.DOTALL | re.MULTILINE)
    found = re.findall(r"``(.+?)``(?!`)|(?<!`)`([^`]+)`(?!`)", text)
    return [re.sub(r"\s+", " ", both or one) for both, one in found]


def is_written(message: str) -> bool:
    """Whether each piece of a message of three words or more, else of two, stands in a text of the source.

    The pieces lie between what a message fills in: dots, ids, numbers, names in quotes.
    """
    pieces = re.split(r"\.\.\.|: |, |'[^']*'|\"[^\"]*\"|`[^`]*`|\S*\d\S*|rt-|urn:|\[[^]]*\]|\([^)]*\)", message)
    for fewest in (3, 2):
        told = [piece.strip(" ,;:.") for piece in pieces if len(piece.split()) >= fewest]
        if told:
            return all(any(_in(piece, text) for text in texts()) for piece in told)
    return False


def _in(piece: str, text: str) -> bool:
    """Whether a piece stands in a text, in which a field may be any words."""
    if piece in text:
        return True
    if "\0" not in text:
        return False
    parts = [part for part in text.split("\0") if len(part.split()) >= 2]
    words = sum(len(part.split()) for part in parts if part.strip(" ,;:.") in piece)
    return words >= len(piece.split()) / 2


@cache
def texts() -> frozenset[str]:
    """Every text in the source; what is filled in is a null character."""
    found = set()
    for folder in ("aiware_resources", "aiware_local", "tools"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    values = (each.value if isinstance(each, ast.Constant) else "\0" for each in node.values)
                    found.add("".join(map(str, values)))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value.replace("%s", "\0"))
    return frozenset(found) | {(ROOT / "Makefile").read_text(encoding="utf-8").replace("$(CONFIG)", "\0")}
