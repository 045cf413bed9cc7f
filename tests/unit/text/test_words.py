"""How many, how long, and which name was meant."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from aiware_resources.text.words import counted, did_you_mean, duration, near


@pytest.mark.parametrize(("number", "said"), [(0, "0 jobs"), (1, "1 job"), (2, "2 jobs"), (1200, "1,200 jobs")])
def test_things_are_counted(number: int, said: str) -> None:
    assert counted(number, "job") == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min 0 s"), (200, "3 min 20 s"), (3600, "1 h 0 min"), (7500, "2 h 5 min")],
)
def test_a_span_of_time_has_two_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("written", "names", "meant"),
    [
        ("endpont", ["endpoint", "api"], "endpoint"),
        ("ENDPOINT", ["endpoint", "api"], "endpoint"),
        ("cluster_id", ["targetId", "clusterId"], "clusterId"),
        ("tag", ["stages", "tags"], "tags"),
        ("speech", ["Chunk", "Speechmatics English"], "Speechmatics English"),
    ],
)
def test_the_nearest_name_is_meant(written: str, names: Sequence[str], meant: str) -> None:
    assert near(written, names) == near(written, names[::-1]) == [meant]
    assert did_you_mean(written, names, "no", before="aiware:") == f"did you mean aiware:{meant}?"


@pytest.mark.parametrize("written", ["", "id", "wholly different"])
def test_no_name_is_near(written: str) -> None:
    assert did_you_mean(written, ["endpoint", "targetId"], "check its spelling") == "check its spelling"


def test_the_best_come_first() -> None:
    names = ["Translate", "Transcribe", "Transcription", "Chunk"]
    assert near("transcript", names, most=2) == ["Transcription", "Transcribe"]
