"""Where an export's files go, as the provider checks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aiware_resources import engines
from aiware_resources.export_request import ExportProvider
from tests.support.host import UNKNOWN_VALUE, Host

PROVIDER = ExportProvider()


def export(*extensions: str, to: Any, tdos: int = 1, **more: Any) -> dict[str, Any]:
    formats = [{"extension": extension} for extension in extensions]
    return {
        "tdoData": [{"tdoId": str(number)} for number in range(1, tdos + 1)],
        "outputConfigurations": [{"engineId": engines.SPEECHMATICS_ENGLISH, "formats": formats}],
        "downloadTo": to,
        **more,
    }


@pytest.mark.parametrize(
    "props",
    [
        export("vtt", to="out/a.vtt"),
        export("vtt", to="out/a"),
        export("vtt", to="out/a/"),
        export("vtt", "srt", to="out/a"),
        export("vtt", to="out/a", tdos=2),
        export("vtt", "srt", to="out/v1.2/"),
        export("vtt", to="out/all", includeMedia=True),
        export("vtt", "srt", to=UNKNOWN_VALUE),
        {**export("vtt", to="out/a.vtt"), "tdoData": UNKNOWN_VALUE},
        {**export("vtt", "srt", to="out/a.vtt"), "outputConfigurations": UNKNOWN_VALUE},
        {**export("vtt", to="out/a.vtt"), "tdoData": [{"tdoId": UNKNOWN_VALUE}]},
    ],
)
def test_good_destinations(host: Host, props: dict[str, Any]) -> None:
    assert host.check(PROVIDER, props) == {}


@pytest.mark.parametrize(
    ("props", "asked"),
    [
        (export("vtt", "srt", to="out/a.vtt"), "2 formats of 1 TDO"),
        (export("vtt", to="out/a.vtt", tdos=3), "1 format of 3 TDOs"),
        (export("vtt", to="out/a.zip", includeMedia=True), "1 format of 1 TDO, and the media"),
        ({**export("vtt", to="out/a.vtt"), "tdoData": [{"tdoId": UNKNOWN_VALUE}] * 2}, "1 format of 2 TDOs"),
    ],
)
def test_several_files_need_a_folder(host: Host, props: dict[str, Any], asked: str) -> None:
    problems = host.check(PROVIDER, props)
    assert list(problems) == ["downloadTo"]
    assert f"makes several ({asked}): name a folder" in problems["downloadTo"]
    assert '"out/a/"' in problems["downloadTo"]


def test_one_file_needs_a_name(host: Host, tmp_path: Path) -> None:
    problems = host.check(PROVIDER, export("vtt", to=str(tmp_path)))
    assert f'"{tmp_path}/"' in problems["downloadTo"]


def test_a_second_configuration_without_formats_makes_no_file(host: Host) -> None:
    props = export("vtt", to="out/a.vtt")
    props["outputConfigurations"].append({"categoryId": "1", "formats": []})
    assert host.check(PROVIDER, props) == {}
