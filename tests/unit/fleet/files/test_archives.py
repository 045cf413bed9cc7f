"""Which file of an archive is whose."""

from __future__ import annotations

from pathlib import Path

from aiware_resources.fleet.files.archives import assigned, by_ending


def of(*names: str) -> dict[tuple[str, str], Path] | None:
    return assigned(map(Path, names), ["10", "100", "7_a"], ["vtt", "sub.vtt"])


def test_names_with_the_ids_of_tdos() -> None:
    found = of("100.vtt", "x_10.VTT", "10/captions.sub.vtt", "7_a-speech.vtt", "manifest.json")
    assert found == {
        ("100", "vtt"): Path("100.vtt"),
        ("10", "vtt"): Path("x_10.VTT"),
        ("10", "sub.vtt"): Path("10/captions.sub.vtt"),
        ("7_a", "vtt"): Path("7_a-speech.vtt"),
    }


def test_what_is_missing_is_not_there() -> None:
    assert of("10.vtt") == {("10", "vtt"): Path("10.vtt")}


def test_one_file_that_cannot_be_assigned_discredits_all() -> None:
    assert of("10.vtt", "Town hall.vtt") is None
    assert of("10.vtt", "10_engine.vtt") is None
    assert of("10 of 100.vtt") is None
    assert of("1000.vtt") is None


def test_files_of_one_tdo() -> None:
    names = [Path("Town hall.vtt"), Path("notes.sub.vtt"), Path("readme")]
    assert by_ending(names, ["vtt", "sub.vtt"]) == {"vtt": names[0], "sub.vtt": names[1]}
    assert by_ending([*names, Path("two.vtt")], ["vtt"]) is None
