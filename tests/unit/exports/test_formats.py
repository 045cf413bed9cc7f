"""The options of export formats: the documented table, what is refused, and what is the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from aiware_local.exports import formats as local
from aiware_resources.export_request import ExportState
from aiware_resources.exports.formats import DEFAULTS, FILE_EXTENSION, LEAST, Extension, completed, option_problems
from aiware_resources.reconcile.schema import Schema

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "export-request.md"
OPTIONS_PAGE = ROOT / "docs" / "export-formats.md"


def test_every_format_has_its_options() -> None:
    assert set(DEFAULTS) == set(get_args(Extension))
    for extension, options in DEFAULTS.items():
        assert options[FILE_EXTENSION] == extension


def test_the_local_aiware_takes_the_same() -> None:
    assert set(local.FORMATS) == set(DEFAULTS)
    for extension, options in DEFAULTS.items():
        assert dict(options) == {**local.FORMATS[extension].defaults, FILE_EXTENSION: extension}
    assert local.LEAST == LEAST


def _documented(path: Path, heading: str) -> dict[str, dict[str, str]]:
    """The options and defaults in the first table below a heading."""
    text = path.read_text(encoding="utf-8")
    rows = [line for line in text[text.index(heading) :].split("\n## ")[0].splitlines() if line.startswith("|")]
    table = [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows]
    (_, *names), _, *formats = table
    return {
        extension: {name: cell for name, cell in zip(names, cells, strict=True) if cell not in ("-", "–")}
        for extensions, *cells in formats
        for extension in extensions.split(", ")
    }


def test_the_documented_defaults() -> None:
    assert _documented(PAGE, "## Formats") == {
        extension: {name: str(value).lower() for name, value in options.items() if name != FILE_EXTENSION}
        for extension, options in DEFAULTS.items()
    }


def test_every_option_is_explained() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", OPTIONS_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {*DEFAULTS["vtt"], *DEFAULTS} == set(explained)


def _problems(extension: Extension, **options: Any) -> dict[str, str]:
    return {str(problem.path[-1]): problem.reason for problem in option_problems(extension, options, ("options",))}


@pytest.mark.parametrize("extension", DEFAULTS)
def test_every_option_may_be_given(extension: Extension) -> None:
    assert _problems(extension, **DEFAULTS[extension]) == {}
    assert _problems(extension, **dict.fromkeys(DEFAULTS[extension])) == {}


WHOLE_FROM_0, WHOLE_FROM_1 = "must be a whole number, 0 or more", "must be a whole number, 1 or more"
ENDING = 'must be a file extension, such as "xml"'


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("maxCharacterPerLine", 0, WHOLE_FROM_1),
        ("maxCharacterPerLine", "32", WHOLE_FROM_1),
        ("maxCharacterPerLine", 32.5, WHOLE_FROM_1),
        ("maxCharacterPerLine", True, WHOLE_FROM_1),
        ("linesPerScreen", 0, WHOLE_FROM_1),
        ("timeGapToSeparateScreenMs", -1, WHOLE_FROM_0),
        ("timeGapToSeparateParagraphMs", [], WHOLE_FROM_0),
        ("newLineOnPunctuation", "true", "must be true or false"),
        ("withSpeakerData", 1, "must be true or false"),
        ("fileExtension", "", ENDING),
        ("fileExtension", "..", ENDING),
        ("fileExtension", "a/b", ENDING),
        ("fileExtension", "a\n", ENDING),
        ("fileExtension", 5, ENDING),
    ],
)
def test_a_wrong_value(name: str, value: Any, reason: str) -> None:
    assert _problems("vtt", **{name: value}) == {name: reason}


@pytest.mark.parametrize("value", ["xml", ".xml", "ttml2", "en.vtt", "a-b_c"])
def test_file_extensions(value: str) -> None:
    assert _problems("vlf", fileExtension=value) == {}


def test_an_option_that_the_format_does_not_have() -> None:
    has = "maxCharacterPerLine, newLineOnPunctuation, timeGapToSeparateParagraphMs, fileExtension"
    reason = f"is not an option of txt, which has {has}"
    assert _problems("txt", linesPerScreen=2, withSpeakerData=True, newLineOnPunctuation=True) == {
        "linesPerScreen": reason,
        "withSpeakerData": reason,
    }
    assert _problems("vlf", maxCharacterPerLine=9) == {
        "maxCharacterPerLine": "is not an option of vlf, which has fileExtension"
    }


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"maxCharacterPerLine": 32, "withSpeakerData": False},
        {"fileExtension": "vtt"},
        {"fileExtension": ".vtt"},
        {"linesPerScreen": None},
    ],
)
def test_an_option_at_its_default_is_one_left_out(options: dict[str, Any]) -> None:
    assert completed("vtt", options) == DEFAULTS["vtt"]


def test_the_normal_form_of_a_request() -> None:
    def normal(*formats: dict[str, Any]) -> Any:
        configurations = [{"engineId": "1", "formats": list(formats)}]
        return Schema(ExportState).normal({"tdoData": [{"tdoId": "1"}], "outputConfigurations": configurations})

    plain = normal({"extension": "ttml"})
    assert plain == normal({"extension": "ttml", "options": {"linesPerScreen": 1}})
    assert plain == normal({"extension": "ttml", "options": {"maxCharacterPerLine": 80.0}})
    assert plain != normal({"extension": "ttml", "options": {"linesPerScreen": 2}})
    assert plain != normal({"extension": "vtt"})
