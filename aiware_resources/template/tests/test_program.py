"""Tests of what the program declares. They need neither aiWARE nor a network."""

import runpy
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_all_config, set_mocks

PROGRAM = Path(__file__).parents[1] / "__main__.py"
RECORDING = "https://media.example.com/council.mp4"


class Recorder(Mocks):
    """Answers for aiWARE, and records what is declared."""

    def __init__(self) -> None:
        self.declared: dict[str, MockResourceArgs] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.declared[args.name] = args
        return f"{args.name}-id", {**args.inputs, "targetId": "the TDO"}

    def call(self, args: MockCallArgs) -> Any:
        return {}


mocks = Recorder()
set_mocks(mocks, project="${PROJECT}", stack="test")


@pulumi.runtime.test  # type: ignore[untyped-decorator]
def test_the_captions_are_those_of_the_recording() -> pulumi.Output[None]:
    set_all_config({"${PROJECT}:recording": RECORDING})
    program = runpy.run_path(str(PROGRAM))

    def check(tdo_data: Any) -> None:
        assert tdo_data == [{"tdoId": "the TDO"}]
        assert mocks.declared["transcription"].inputs["target"]["name"] == RECORDING
        assert mocks.declared["captions"].inputs["downloadTo"] == "out/test/captions.vtt"

    captions: pulumi.Output[Any] = program["captions"].tdo_data
    return captions.apply(check)
