"""Words from caption files and texts."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

from aiware_local.tdos.sidecars import read_sidecar
from aiware_local.tdos.transcripts import Word

CASES = Path(__file__).parent / "sidecars"


SAID: dict[str, list[tuple[str | None, str]]] = {
    "youtube.vtt": [(None, "welcome to the council meeting tonight we vote")],
    "note.vtt": [(None, "first second")],
    "voice.vtt": [("Nora", "Hi Tom"), ("Tom", "Hi Nora"), ("Esme", "second")],
    "overlap.srt": [(None, "Who is there now please tell Me of course")],
    "lt.srt": [(None, "if x < 5 and y > 3 then stop second cue")],
    "ass.srt": [(None, "Top line text second cue")],
    "h100.srt": [(None, "long recording second")],
    "rev.srt": [(None, "reversed times here second")],
    "growing.srt": [(None, "Good evening and welcome to the council")],
    "agents.ttml": [("Nora", "Hi Tom, are you there"), ("Tom", "Hi Nora"), (None, "nobody reversed")],
    "old.dfxp": [(None, "an old file still read")],
    "ja.srt": [
        (None, "これは日本語の字幕です。とても長い文章なので一行に収まりません。改行が必要です。 second cue"),
    ],
}
"""Who says what in the files, turn by turn."""


def said(path: Path) -> list[tuple[str | None, str]]:
    """Who says what, turn by turn."""
    turns = groupby(read_sidecar(path), lambda word: word.speaker)
    return [(speaker, " ".join(word.text for word in words)) for speaker, words in turns]


@pytest.mark.parametrize(("name", "expected"), SAID.items())
def test_files_of_all_kinds(name: str, expected: list[tuple[str | None, str]]) -> None:
    assert said(CASES / name) == expected


def test_inline_times_are_those_of_the_words() -> None:
    words = read_sidecar(CASES / "youtube.vtt")
    assert [word.start_ms for word in words] == [160, 480, 640, 800, 1120, 2399, 2720, 2960]
    assert [word.stop_ms for word in words] == [480, 640, 800, 1120, 2389, 2720, 2960, 4550]


def test_times_the_wrong_way_round_are_put_right() -> None:
    words = read_sidecar(CASES / "rev.srt")
    assert [(words[0].start_ms, words[2].stop_ms)] == [(3000, 5000)]
    assert all(word.start_ms <= word.stop_ms for word in words)


def test_more_than_99_hours() -> None:
    words = read_sidecar(CASES / "h100.srt")
    assert (words[0].start_ms, words[1].stop_ms) == (359_999_500, 360_001_000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x < 5 and y > 3", "x < 5 and y > 3"),
        ("a &lt; b &amp; c", "a < b & c"),
        ("un<b>believ</b>able <i>in</i>deed", "unbelievable indeed"),
        ("<ruby>漢字<rt>かんじ</rt></ruby> here", "漢字 here"),
        ("<lang en-GB>theatre</lang> <c.red.bg>red</c>", "theatre red"),
        ("ka<00:00:01.500>ra<00:00:02.000>oke time", "karaoke time"),
        ("- Yes.\n- No.", "Yes. No."),
        ("-5 degrees - cold", "-5 degrees - cold"),
        (">> Yes.\n>>> No.", "Yes. No."),
        ("one<br>two<br/>three", "one two three"),
        ("NOTE that STYLE counts", "NOTE that STYLE counts"),
        ("R&D &copy 1 &lt 2 &#233;t&eacute;", "R&D &copy 1 &lt 2 été"),
        ("if a<b then c>d <i class='x'>so</i>", "if a<b then c>d so"),
        ("{\\an8}top", "top"),
        ("go --> there", "go --> there"),
        ("\u202bשלום&rlm;\u202c \u200b un\u00adtold", "שלום untold"),
    ],
)
def test_markup_of_webvtt_is_not_spoken(tmp_path: Path, text: str, expected: str) -> None:
    path = _file(tmp_path, "a.vtt", f"WEBVTT\n\n00:01.000 --> 00:03.000\n{text}\n")
    assert " ".join(word.text for word in read_sidecar(path)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I <3 you & a<b, x<y>z", "I <3 you & a<b, x<y>z"),
        ("{\\an8}{\\pos(10,20)}top\\Nsecond\\hhard", "top second hard"),
        ("{y:i}old {set} of {numbers}", "old {set} of {numbers}"),
        ("<B>b</B><font color='red'>f</font><BR>next", "bf next"),
        ("{b}b{/b} {\\an8\\p1}m 0 0 l 100 0{\\p0}hello <u>there</u>", "b hello there"),
        ("-Hi Tom. -Hi Nora. -5 a-b", "Hi Tom. Hi Nora. -5 a-b"),
    ],
)
def test_markup_of_subrip_is_not_spoken(tmp_path: Path, text: str, expected: str) -> None:
    assert " ".join(word.text for word in read_sidecar(_file(tmp_path, "a.srt", _srt((0, 1000, text))))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<v Nora>Hi</v> <v Tom>Hey", [("Nora", "Hi"), ("Tom", "Hey")]),
        ("<i><v.loud Nora &amp; Tom>both</v> nobody</i>", [("Nora & Tom", "both"), (None, "nobody")]),
        ("<v Nora>one\ntwo\n<v Tom>three", [("Nora", "one two"), ("Tom", "three")]),
        ("<v>somebody", [(None, "somebody")]),
    ],
)
def test_voices(tmp_path: Path, text: str, expected: list[tuple[str | None, str]]) -> None:
    assert said(_file(tmp_path, "a.vtt", f"WEBVTT\n\n00:01.000 --> 00:03.000\n{text}\n")) == expected


CUES = "00:00:01{point}000 --> 00:00:02{point}000\nfirst\n\n00:00:02{point}000 --> 00:00:03{point}000\nsecond\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.vtt", f"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n{CUES.format(point='.')}"),
        ("a.vtt", f"WEBVTT\n{CUES.format(point='.')}"),
        ("a.vtt", f"WEBVTT\n\n{CUES.format(point=',')}"),
        ("a.vtt", CUES.format(point=",")),
        ("a.srt", f"WEBVTT\n\n{CUES.format(point='.')}"),
        ("a.srt", CUES.format(point=".")),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_files_as_programs_write_them(tmp_path: Path, name: str, text: str, line_end: str) -> None:
    path = tmp_path / name
    path.write_bytes(text.replace("\n", line_end).encode("utf-8-sig"))
    assert [word.text for word in read_sidecar(path)] == ["first", "second"]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ("1\n00:01,000 --> 00:03,000", (1000, 3000)),
        (" 1 \n 00:00:01,000\t-->\t00:00:03,000 ", (1000, 3000)),
        ("1.\n0:0:1,000-->0:0:3,000", (1000, 3000)),
        ("1\n00:00:01:000 -> 00:00:03:000", (1000, 3000)),
        ("1\n\n00:00:01,000000 --> 00:00:03,000000 X1:100 X2:200 Y1:1 Y2:2", (1000, 3000)),
        ("00:00:01 --> 00:00:03", (1000, 3000)),
        ("1\n00:75:01,000 --> 1000:00:00,000", (4_501_000, 3_600_000_000)),
    ],
)
def test_times_of_subrip_as_programs_write_them(tmp_path: Path, times: str, expected: tuple[int, int]) -> None:
    words = read_sidecar(_file(tmp_path, "a.srt", f"{times}\nfirst\n1984\n\n2\n"))
    assert [word.text for word in words] == (["first", "1984"] if times[:1] in " 1" else ["first", "1984", "2"])
    assert (words[0].start_ms, words[-1].stop_ms) == expected


@pytest.mark.parametrize("name", ["a.vtt", "a.srt"])
def test_captions_that_underline_each_of_their_words_in_turn(tmp_path: Path, name: str) -> None:
    texts = ["<u>And</u> so my", "And so my", "And <u>so</u> my", "And so <u>my</u>"]
    times = ["00:01.000 --> 00:02.000", "00:02.000 --> 00:03.000", "00:03.000 --> 00:04.000", "00:04.000 --> 00:05.000"]
    content = "\n\n".join(f"{time}\n{text}" for time, text in zip(times, texts, strict=True))
    words = read_sidecar(_file(tmp_path, name, f"WEBVTT\n\n{content}" if name == "a.vtt" else content))
    assert words == [Word("And", 1000, 3000), Word("so", 3000, 4000), Word("my", 4000, 5000)]


@pytest.mark.parametrize(("name", "text"), [("a.vtt", "WEBVTT\n"), ("a.vtt", ""), ("a.srt", "\n\n"), ("a.ttml", " ")])
def test_nothing_is_said(tmp_path: Path, name: str, text: str) -> None:
    assert read_sidecar(_file(tmp_path, name, text)) == []


def _srt(*captions: tuple[int, int, str]) -> str:
    return "\n\n".join(
        f"{number}\n00:00:{start // 1000:02},{start % 1000:03} --> 00:00:{stop // 1000:02},{stop % 1000:03}\n{text}"
        for number, (start, stop, text) in enumerate(captions, 1)
    )


@pytest.mark.parametrize(
    ("captions", "expected"),
    [
        ([(0, 1000, "a b"), (1000, 2000, "a b\nc"), (2000, 3000, "c\nd")], "a b c d"),
        ([(0, 1000, "a b"), (1000, 1010, "a b"), (1010, 2000, "a b\nc")], "a b c"),
        ([(0, 1000, "No."), (1000, 2000, "No.")], "No. No."),
        ([(0, 1000, "No."), (5000, 6000, "No.\nNever.")], "No. No. Never."),
        ([(0, 1000, "a"), (1000, 2000, "b\na")], "a b a"),
        ([(0, 1000, "a"), (1000, 2000, "a\nb"), (2000, 3000, "a\nb\nc"), (3000, 4000, "b\nc\nd")], "a b c d"),
        ([(0, 1000, "a"), (1000, 2000, "a b"), (2000, 3000, "a b\nc")], "a b c"),
        ([(0, 1000, "x\na b"), (1000, 2000, "a b c")], "x a b c"),
        ([(0, 1000, "No"), (1000, 2000, "No never")], "No No never"),
        ([(0, 1000, "a b"), (5000, 6000, "a b c")], "a b a b c"),
    ],
)
def test_a_line_that_stays_is_said_once(tmp_path: Path, captions: list[tuple[int, int, str]], expected: str) -> None:
    path = _file(tmp_path, "a.srt", _srt(*captions))
    assert " ".join(word.text for word in read_sidecar(path)) == expected


TTML = """<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xml:lang="en"
    xmlns:tts="http://www.w3.org/ns/ttml#styling" ttp:frameRate="25"><body begin="1s"><div>{body}</div></body></tt>"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p begin='1s' end='2s'>a\n  b<br/>c</p>", [("a", 2000, 2333), ("b", 2333, 2666), ("c", 2666, 3000)]),
        ("<p><span begin='1s'>a</span> <span begin='3s' end='4s'>b</span></p>", [("a", 2000, 4000), ("b", 4000, 5000)]),
        ("<p begin='00:00:00:05' dur='1s'>a</p>", [("a", 1200, 2200)]),
        ("<p begin='2s' end='1s'>a</p>", [("a", 2000, 3000)]),
        ("<p begin='1s'>a</p>", [("a", 2000, 2400)]),
        ("<p begin='1s' end='2s'><metadata>not said</metadata>a</p>", [("a", 2000, 3000)]),
        ("<p begin='00:00:01,000' end='00:00:02,000'>a</p>", [("a", 2000, 3000)]),
        ("</div><p begin='1s' end='2s'>a</p><div>", [("a", 2000, 3000)]),
        ("</div><div begin='9s'><p begin='1s' end='2s'>a</p><p begin='2s'>b</p>",
         [("a", 11000, 12000), ("b", 12000, 12400)]),
        ("<p begin='1s' tts:display='none'>no</p><p begin='1s' end='2s'>a<span tts:visibility='hidden'> no</span></p>",
         [("a", 2000, 3000)]),
    ],
)  # fmt: skip
def test_times_of_ttml(tmp_path: Path, body: str, expected: list[tuple[str, int, int]]) -> None:
    words = read_sidecar(_file(tmp_path, "a.ttml", TTML.format(body=body)))
    assert [(word.text, word.start_ms, word.stop_ms) for word in words] == expected


FRENCH = """Bonjour à tous, et merci d'être venus à cette réunion du conseil municipal.
Nous allons voter le budget de l'année prochaine, après avoir entendu les présidents des commissions.
Où en sommes-nous ? La séance a commencé à l'heure, malgré la neige qui est tombée cette nuit."""
RUSSIAN = """Добрый вечер, уважаемые коллеги. Сегодня мы обсуждаем бюджет города на следующий год.
Пожалуйста, займите свои места. Заседание объявляется открытым."""


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        *((encoding, FRENCH) for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252")),
        ("utf-16-le", "hello there"),
        ("cp1252", "Café à la crème, déjà vu"),
        ("cp1252", "It’s “fine” – really…"),
        ("cp1250", "Dobrý večer, vítejte na zasedání městské rady. Příště budeme hlasovat o rozpočtu."),
        ("cp1253", "Καλησπέρα και καλώς ήρθατε στο δημοτικό συμβούλιο"),
        ("cp1251", RUSSIAN),
        ("koi8-r", RUSSIAN),
        ("gbk", "大家晚上好，欢迎来到市议会。"),
        ("euc-kr", "안녕하세요 시의회에 오신 것을 환영합니다"),
        ("shift_jis", "これは日本語の字幕です。とても長い文章なので一行に収まりません。改行が必要です。"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(_srt((0, 1000, text)).encode(encoding))
    assert " ".join(word.text for word in read_sidecar(path)).split() == text.split()


def test_ttml_without_its_namespace(tmp_path: Path) -> None:
    ttml = "\n<tt><body><div><p begin='1s' end='2s'>one</p></div></body></tt>"
    assert read_sidecar(_file(tmp_path, "a.ttml", ttml)) == [Word("one", 1000, 2000)]


def test_ttml_and_scc(tmp_path: Path) -> None:
    ttml = """<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body><div>
        <p begin="00:00:01.000" end="00:00:02.000">one<br/>two &lt; <span>three</span></p></div></body></tt>"""
    words = read_sidecar(_file(tmp_path, "a.ttml", ttml))
    assert [word.text for word in words] == ["one", "two", "<", "three"]
    assert (words[0].start_ms, words[-1].stop_ms) == (1000, 2000)
    scc = "Scenarist_SCC V1.0\n\n00:00:01:00\t9420 9420 9470 9470 c8e9 9420 942f 942f\n\n00:00:03:00\t942c 942c\n"
    assert [word.text for word in read_sidecar(_file(tmp_path, "a.scc", scc))] == ["Hi"]


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_words_share_a_cue_by_their_length(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.srt", "1\n00:00:01,000 --> 00:00:02,000\n<i>ab</i> abcdef\nxx\n")
    assert read_sidecar(path) == [Word("ab", 1000, 1200), Word("abcdef", 1200, 1800), Word("xx", 1800, 2000)]


def test_cues_come_in_the_order_of_time(tmp_path: Path) -> None:
    cues = "WEBVTT\n\n00:05.000 --> 00:06.000\nlater\n\n00:01.000 --> 00:02.000\nsooner\n"
    assert [word.text for word in read_sidecar(_file(tmp_path, "a.vtt", cues))] == ["sooner", "later"]


def test_speakers_and_entities(tmp_path: Path) -> None:
    cues = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud Ann Lee>a &lt; {b}</v>\n"
    words = read_sidecar(_file(tmp_path, "a.vtt", cues))
    assert [word.text for word in words] == ["a", "<", "{b}"]
    assert {word.speaker for word in words} == {"Ann Lee"}


def test_plain_text_is_spread_evenly(tmp_path: Path) -> None:
    words = read_sidecar(_file(tmp_path, "a.txt", "one two\n\nthree\n"))
    assert [(word.text, word.start_ms) for word in words] == [("one", 0), ("two", 400), ("three", 1400)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *((name, "nothing of the kind") for name in ("a.srt", "a.vtt", "a.ttml", "a.dfxp", "a.scc")),
        ("a.ttml", "<tt><p>"),
        ("a.ttml", "<tt><body><div><p begin='soon'>a</p></div></body></tt>"),
        ("a.ttml", "<html/>"),
        ("a.srt", "1\n-00:00:01,000 --> 00:00:02,000\nnegative"),
        ("a.txt", "\0"),
    ],
)
def test_what_is_not_of_its_kind_is_refused(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is not a {name[2:]} file: "):
        read_sidecar(_file(tmp_path, name, text))
