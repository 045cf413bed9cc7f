"""Every command explains itself: the documents are made from what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from aiware_resources.cli import main, reference
from aiware_resources.cli.framework.root import EXIT_CODES, commands
from aiware_resources.cli.main import COMMANDS
from tests.support.command import Aiware
from tests.support.markdown import table
from tests.unit.test_docs import DOCS

WITHOUT_JSON = {"aiware completion", "aiware console", "aiware fleets export", "aiware local logs"}
"""Those that print what others wrote: code for a shell, a log; one that serves pages, and one that writes CSV."""


def below(command: click.Command = main, name: str = "aiware") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, groups too."""
    yield name, command
    for child, each in commands(command):
        yield from below(each, f"{name} {child}")


ALL = dict(below())
GROUPS = {name: command for name, command in ALL.items() if isinstance(command, click.Group)}
LEAVES = {name: command for name, command in ALL.items() if not isinstance(command, click.Group)}


@pytest.mark.parametrize("name", ALL)
def test_a_command_says_what_it_does(name: str) -> None:
    said = ALL[name].help or ""
    first = re.split(r"[\s,]", said)[0]
    assert re.fullmatch(r"[A-Z][a-z]*[^\Ws]", first), f"{name} must begin as `Show ...`, but begins with {first!r}"
    assert said.strip().endswith(".")


@pytest.mark.parametrize("name", ALL)
def test_an_option_says_what_it_does(name: str) -> None:
    for option in ALL[name].params:
        if isinstance(option, click.Option):
            said = option.help or ""
            assert re.match(r"[A-Z][a-z]*[^\Ws]\b", said), f"{name} {option.opts}: {said!r} must begin as `Show ...`"
            assert said.endswith((".", ")")), f"{name} {option.opts}: {said!r} must be a sentence"


@pytest.mark.parametrize("name", GROUPS)
def test_the_list_of_commands_is_not_cut(name: str) -> None:
    context = click.Context(GROUPS[name], info_name=name, terminal_width=80, **main.context_settings)
    lines = GROUPS[name].get_help(context).partition("Commands:")[2].splitlines()
    cut = [line for line in lines if line.endswith("...")]
    assert not cut


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_said_before_a_command_is_imported_is_what_it_says(name: str) -> None:
    assert COMMANDS[name] == main.load(name).get_short_help_str(limit=200)


@pytest.mark.parametrize("name", LEAVES)
def test_a_command_has_examples_that_are_right(name: str) -> None:
    lines = [line.strip() for line in (LEAVES[name].epilog or "").splitlines()[2:] if line.strip()]
    assert lines, f"{name} has no examples"
    assert any(re.search(rf"aiware(?: -s \S+)? {name.removeprefix('aiware ')}\b", line) for line in lines), lines
    for words in re.findall(r"aiware ((?:-\w \S+ )?[a-z]+(?: [a-z]+)*)", " ".join(lines)):
        path = re.sub(r"^-\w \S+ ", "", words).split()
        assert any(" ".join(["aiware", *path[:depth]]) in LEAVES for depth in range(1, len(path) + 1)), words


@pytest.mark.parametrize("name", LEAVES)
def test_a_command_can_print_json(name: str) -> None:
    has_json = any("--json" in option.opts for option in LEAVES[name].params)
    assert has_json != (name in WITHOUT_JSON)


def test_the_help_tells_the_exit_codes(aiware: Aiware) -> None:
    output = aiware("--help").output
    for code, meaning in EXIT_CODES.items():
        assert re.search(rf"^ +{code} +{re.escape(meaning)}$", output, re.MULTILINE)


def test_the_document_tells_the_exit_codes() -> None:
    written = [(int(code.strip("`")), meaning) for code, meaning in table(DOCS / "cli.md", "Exit codes")]
    assert written == list(EXIT_CODES.items())


def test_the_document_tells_every_command() -> None:
    written = [
        name for row in table(DOCS / "cli.md", "The command line") for name in re.findall(r"`aiware (\w+)`", row[0])
    ]
    assert sorted(written) == sorted(main.commands)


def test_the_reference_is_that_of_the_commands() -> None:
    written = (DOCS / "cli-reference.md").read_text(encoding="utf-8")
    assert written == reference.document(), (
        "Run: .venv/bin/python -m aiware_resources.cli.reference > docs/cli-reference.md"
    )


@pytest.mark.parametrize("name", LEAVES)
def test_the_reference_has_every_command_with_its_options(name: str) -> None:
    section = reference.document().partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    assert section
    context = click.Context(LEAVES[name])
    for option in LEAVES[name].params:
        assert (option.opts[-1] if isinstance(option, click.Option) else option.make_metavar(context)) in section
