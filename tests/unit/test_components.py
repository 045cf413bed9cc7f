"""Components: what they declare, and how, under Pulumi's mocks."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
import pytest

from aiware_resources import Transcription, Translation
from tests.support.markdown import blocks
from tests.support.mocked import Run, preview, run

__all__ = ["preview", "run"]

URL = "https://media.test/a.mp4"
ROOT = Path(__file__).resolve().parents[2]

Declared = dict[str, tuple[dict[str, Any], pulumi.ResourceOptions]]


def recorder(declared: Declared) -> pulumi.ResourceOptions:
    """Options that a component hands down, by which a test sees all that is in it."""

    def see(args: pulumi.ResourceTransformationArgs) -> None:
        declared[f"{args.type_.rpartition(':')[2]} {args.name}"] = (dict(args.props), args.opts)

    return pulumi.ResourceOptions(transformations=[see])


def known(declared: Declared, key: str, *names: str) -> list[Any]:
    return [declared[key][0].get(name) for name in names]


def test_a_transcription_is_a_tdo_a_job_and_exports(run: Run, preview: bool) -> None:
    declared: Declared = {}

    def program() -> dict[str, pulumi.Output[Any]]:
        made = Transcription(
            "hall",
            recorder(declared),
            media_url=URL,
            formats=["vtt", {"extension": "txt", "options": {"maxCharacterPerLine": 80}}],
            download_to=pulumi.Output.from_input("out"),
            wait=False,
        )
        assert made.tdo is not None
        found = {"tdo": made.tdo_id, "job": made.job_id, "status": made.status, "files": made.files}
        places = {f"at {number}": each.download_to for number, each in enumerate(made.exports)}
        return found | places | {"name": made.tdo.name, "start": made.tdo.start_date_time}

    says = {"Job": {"status": "complete"}, "ExportRequest": {"path": "out/file"}}
    assert run(program, preview=preview, says=says) == {
        "tdo": "hall-id",
        "job": "hall-id",
        "status": "complete",
        "files": ["out/file", "out/file"],
        "at 0": "out/hall.vtt",
        "at 1": "out/hall.txt",
        "name": "hall",
        "start": "2026-01-01T00:00:00Z",
    }
    assert declared.keys() == {
        "Transcription hall",
        "TemporalDataObject hall",
        "Job hall",
        "ExportRequest hall-vtt",
        "ExportRequest hall-txt",
    }
    assert known(declared, "Job hall", "isReprocessJob", "wait") == [False, False]
    assert known(declared, "ExportRequest hall-txt", "wait") == [False]
    assert declared["Transcription hall"][0] == {}


def test_a_tdo_that_is_there_is_not_declared(run: Run, preview: bool) -> None:
    declared: Declared = {}

    def program() -> dict[str, pulumi.Output[Any]]:
        made = Transcription("hall", recorder(declared), tdo_id="7", on_destroy="retain")
        assert made.tdo is None
        return {"tdo": made.tdo_id, "files": made.files}

    assert run(program, preview=preview) == {"tdo": "7", "files": []}
    assert declared.keys() == {"Transcription hall", "Job hall", "ExportRequest hall-vtt"}
    assert known(declared, "Job hall", "isReprocessJob", "onDestroy") == [True, None]


def test_a_translation_is_a_job(run: Run, preview: bool) -> None:
    declared: Declared = {}

    def program() -> dict[str, pulumi.Output[Any]]:
        made = Translation("letter", recorder(declared), media_url=URL, results_to="out", on_destroy="retain")
        return {"job": made.job_id, "files": made.files}

    says = {"Job": {"resultFiles": [{"path": "out/e.json"}]}}
    assert run(program, preview=preview, says=says) == {"job": "letter-id", "files": ["out/e.json"]}
    assert known(declared, "Job letter", "target", "onDestroyTarget") == [{"name": "letter"}, "retain"]
    assert declared.keys() == {"Translation letter", "Job letter"}


@pytest.mark.parametrize(("endpoint", "target"), [("local", None), ("no address", {"name": "letter"})])
def test_on_edge_a_translation_has_no_tdo(
    run: Run, endpoint: str, target: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIWARE_API", "edge")
    monkeypatch.setenv("AIWARE_ENDPOINT", endpoint)
    declared: Declared = {}
    run(lambda: {"": Translation("letter", recorder(declared), media_url=URL).job_id}, preview=False)
    assert known(declared, "Job letter", "target") == [target]


def test_what_is_inside_may_have_been_outside_before(run: Run) -> None:
    declared: Declared = {}

    def program() -> dict[str, pulumi.Output[Any]]:
        Transcription("hall", recorder(declared), media_url=URL)
        studio = pulumi.ComponentResource("studio:index:Studio", "studio")
        inside = pulumi.ResourceOptions.merge(recorder(declared), pulumi.ResourceOptions(parent=studio))
        return {"": Translation("letter", inside, media_url=URL).job.urn}

    assert run(program, preview=False)[""].endswith("::letter")
    for key, around in (("Job hall", None), ("ExportRequest hall-vtt", None), ("Job letter", "studio")):
        (alias,) = declared[key][1].aliases or []
        assert isinstance(alias, pulumi.Alias)
        assert alias.parent is around if around is None else alias.parent._name == around  # type: ignore[union-attr]


def test_options_are_handed_down_and_the_tdo_has_some_of_its_own(run: Run) -> None:
    def program() -> dict[str, pulumi.Output[Any]]:
        protected = pulumi.ResourceOptions(protect=True)
        whole = Transcription("whole", protected, media_url=URL)
        part = Transcription("part", media_url=URL, tdo_opts=protected)
        inside = {each: [each.tdo, each.job, *each.exports] for each in (whole, part)}
        assert [made and made._protect for made in inside[whole]] == [True, True, True]
        assert [made and made._protect for made in inside[part]] == [True, None, None]
        assert whole._childResources == {*inside[whole]}
        elsewhere = pulumi.ProviderResource("pulumi-python", "elsewhere", {})
        given = Translation("letter", pulumi.ResourceOptions(provider=elsewhere), media_url=URL)
        assert given.job._provider is elsewhere
        return {}

    run(program, preview=False)


def test_wrong_arguments_are_told(run: Run) -> None:
    def said(make: Any) -> str:
        with pytest.raises((TypeError, pulumi.RunError)) as raised:
            run(lambda: {"": make().job_id}, preview=True)
        return str(raised.value)

    both = "needs media_url, where the recording is, or tdo_id"
    assert both in said(lambda: Transcription("hall"))
    assert both in said(lambda: Transcription("hall", media_url=URL, tdo_id="7"))
    wrong: dict[str, Any] = {"media_url": URL, "format": ["vtt"]}
    assert "'format': did you mean formats?" in said(lambda: Transcription("hall", **wrong))
    missing: dict[str, Any] = {}
    assert "Translation() is missing required keyword arguments: 'media_url'" in said(
        lambda: Translation("letter", **missing)
    )
    formats: Any
    for formats, named in (
        ([{"extension": ["vtt"]}], "['vtt']"),
        ([{}], "None"),
        (["vtt", {"extension": "vtt"}], "'vtt'"),
    ):
        told = said(lambda formats=formats: Transcription("hall", media_url=URL, formats=formats))
        assert f"so its extension is plain text, and another one than those before it, but one is {named}." in told


def test_the_component_of_the_page_works(run: Run, preview: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    (source,) = (each for each in blocks(ROOT / "docs" / "components.md", "python") if "class Lecture" in each)
    module: Any = ModuleType("lectures")
    monkeypatch.setitem(sys.modules, "lectures", module)
    exec(compile(source, "lectures.py", "exec"), vars(module))  # noqa: S102 - the code of our own page
    says = {"Job": {"targetId": "7"}, "ExportRequest": {"path": "captions/physics.vtt"}}
    found = run(lambda: {"": module.Lecture("physics", URL).captions}, preview=preview, says=says)
    assert found == {"": "captions/physics.vtt"}
