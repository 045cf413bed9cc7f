"""Tests of what the program declares. They need neither aiWARE nor a network."""

import runpy
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_all_config, set_mocks

PROGRAM = Path(__file__).parents[1] / "__main__.py"
MEDIA = "https://media.example.com/council.mp4"


class Recorder(Mocks):
    """Answers for aiWARE, and records what is declared."""

    def __init__(self) -> None:
        self.declared: dict[str, dict[str, Any]] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        kind = args.typ.rpartition(":")[2]
        self.declared[f"{kind} {args.name}"] = args.inputs
        outputs = {"path": args.inputs["downloadTo"]} if kind == "ExportRequest" else {}
        return f"{args.name}-id", {**args.inputs, **outputs}

    def call(self, args: MockCallArgs) -> Any:
        return {}


mocks = Recorder()
set_mocks(mocks, project="${PROJECT}", stack="test")


@pulumi.runtime.test  # type: ignore[untyped-decorator]
def test_the_captions_are_those_of_the_recording() -> pulumi.Output[None]:
    set_all_config({"${PROJECT}:recording": MEDIA})
    program = runpy.run_path(str(PROGRAM))

    def check(captions: list[str]) -> None:
        assert captions == ["out/test/recording.vtt", "out/test/recording.srt"]
        assert mocks.declared["Job recording"]["targetId"] == "recording-id"
        assert MEDIA in str(mocks.declared["Job recording"])

    captions: pulumi.Output[list[str]] = program["transcription"].files
    return captions.apply(check)
