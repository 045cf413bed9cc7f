"""What a recording's page is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from aiware_resources.api import Api, AssetRecord, CatalogueEngineRecord, EngineResultRecord, JobRecord, TdoRecord
from aiware_resources.console.recread import Recording, cues, playable, read_heard, read_recording, webvtt
from aiware_resources.jobs.transcript import Turn, Word


def words(text: str, start: int = 0, each: int = 500) -> list[Word]:
    """Words at an even pace."""
    return [Word(start + each * index, start + each * (index + 1), word) for index, word in enumerate(text.split())]


def entry(start: int, word: str, **more: Any) -> dict[str, Any]:
    return {"startTimeMs": start, "stopTimeMs": start + 400, "words": [{"word": word}], **more}


def speaks(start: int, stop: int, name: str) -> dict[str, Any]:
    return {"startTimeMs": start, "stopTimeMs": stop, "object": {"type": "speaker", "label": name}}


def result(engine: str, *series: dict[str, Any], start: int = 0, **more: Any) -> EngineResultRecord:
    return EngineResultRecord(engine_id=engine, jsondata={"series": list(series), **more}, start_offset_ms=start)


class Studio:
    """An aiWARE with one recording."""

    def __init__(self, *results: EngineResultRecord) -> None:
        self.results = results
        self.asked = 0
        source = [{"engineId": each.engine_id} for each in results]
        self.listed = [
            AssetRecord.model_validate({"id": f"a{index}", "assetType": "vtn-standard", "sourceData": each})
            for index, each in enumerate(source)
        ]

    def tdos(self, ids: Sequence[str], unread: Any = None) -> dict[str, TdoRecord]:
        return {id_: TdoRecord(id=id_, name="Council") for id_ in ids}

    def assets(self, tdo_id: str) -> Iterator[AssetRecord]:
        return iter(self.listed)

    def engine_results(self, *, tdo_id: str, engine_ids: Sequence[str]) -> list[EngineResultRecord]:
        self.asked += 1
        return [each for each in self.results if each.engine_id in engine_ids]

    def engines(self, ids: Sequence[str]) -> dict[str, CatalogueEngineRecord]:
        return {"speech": CatalogueEngineRecord(id="speech", name="Speech")}

    def find_jobs(self, *, target_id: str) -> Iterator[JobRecord]:
        return iter([JobRecord(id="j1")])

    def read(self, before: Recording | None = None) -> Recording:
        return read_recording(cast(Api, self), "460", (), before)


def test_transcripts_come_first_and_chunks_in_their_order() -> None:
    faces = result(
        "faces",
        {"startTimeMs": 0, "stopTimeMs": 9, "object": {"type": "face", "uri": "https://x.test/f?signature=abc"}},
    )
    studio = Studio(faces, result("speech", entry(9000, "later"), start=9000), result("speech", entry(0, "First")))
    speech, other = studio.read().heard
    assert (speech.name, [turn.text for turn in speech.turns], speech.words) == ("Speech", ["First", "later"], 2)
    assert (other.name, other.turns, other.text) == ("faces", (), "")
    assert '"type": "face"' in other.data
    assert "signature=abc" not in other.data


def test_results_are_read_again_only_when_there_are_other_files() -> None:
    studio = Studio(result("speech", entry(0, "One")))
    before = studio.read()
    assert studio.read(before) == before
    assert studio.asked == 1
    studio.listed.append(AssetRecord(id="new"))
    assert studio.read(before).heard == before.heard
    assert studio.asked == 2


def test_speakers_of_another_engine_are_told_of() -> None:
    voices = result("voices", speaks(0, 1000, "Ada"), speaks(1000, 2000, "Bob"))
    plain = result("speech", entry(100, "Yes"), entry(1200, "No"), entry(5000, "Hm"))
    own = result("other", entry(100, "Yes", speakerId="Eve"))
    heard = {each.engine: each.turns for each in Studio(voices, plain, own).read().heard}
    assert [(turn.speaker, turn.text) for turn in heard["speech"]] == [("Ada", "Yes"), ("Bob", "No"), (None, "Hm")]
    assert [turn.speaker for turn in heard["other"]] == ["Eve"]


def test_without_engines_nothing_is_asked() -> None:
    assert read_heard(cast(Api, None), "460", []) == []


def test_the_media_is_played_before_what_was_made_of_it() -> None:
    kinds = {
        "text": "text/plain",
        "thumb": "image/png",
        "sound": "audio/mp4",
        "part": "video/mp4",
        "whole": "video/mp4",
    }
    assets = [
        AssetRecord(id=id_, content_type=kind, asset_type="media" if id_ == "whole" else "media-mdp")
        for id_, kind in kinds.items()
    ]
    assert [found.id for index in (5, 4, 3) if (found := playable(assets[:index]))] == ["whole", "part", "sound"]
    assert playable(assets[:2]) is None


def test_captions_are_short() -> None:
    turns = [Turn("Ada", [*words("one " * 20), Word(10_000, 10_100, ".")]), Turn(None, words("Done", 20_000))]
    found = list(cues(turns))
    assert [start for start, _, _, _ in found] == [0.0, 6.0, 20.0]
    assert all(stop - start <= 6.2 and len(text) <= 75 for start, stop, _, text in found)
    assert found[1][3].endswith("one.")


def test_captions_as_a_file() -> None:
    turns = [Turn("A <b>", [Word(0, 0, "Fish"), Word(400, 900, "&"), Word(900, 1_500, "chips-->salt")])]
    assert webvtt(turns) == ("WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v A &lt;b&gt;>Fish&amp; chips--&gt;salt\n")
    assert "01:00:00.000 --> 01:00:00.100" in webvtt([Turn(None, [Word(3_600_000, 0, "Late")])])
