"""Engines that work on text, with the libraries that let them do real work, and without."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest

from aiware_local.engines import texts
from aiware_local.installation.catalogue import load_catalogue
from tests.aiware_local.support import ADAPTER, TRANSLATION, WRITER, Local, folder, one_task, route

NAMED = {name: engine["id"] for name in ("Text Extraction", "Language Identification", "Keyword Extraction")
         if (engine := load_catalogue().engine_named(name))}  # fmt: skip
EXTRACTION, LANGUAGE, KEYWORDS = NAMED.values()
SPANISH = "El ayuntamiento se reúne el lunes por la tarde. Los vecinos pueden hacer preguntas sobre el puente nuevo."
BRIDGE = (
    "The city council met about the suspension bridge. The suspension bridge will cost two million. "
    "Nobody on the city council wanted to pay for a suspension bridge, and so it was put off."
)
HTML = """<!doctype html><html><head><title>Minutes</title><script>var hidden = 1;</script></head>
<body><h1>The <b>council</b></h1><p>It met
on Monday.<br>Nobody came.</p><table><tr><td>yes</td><td>5 &amp; more</td></tr></table></body></html>"""


def pdf_of(*pages: str) -> bytes:
    """A PDF with a line of text a page, written by hand."""
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for place, text in enumerate(pages):
        content = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * place} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    body, offsets = "%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{item}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()


def encrypted(content: bytes, password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt(password, algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def word_document(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


async def run(local: Local, engine: str, name: str, content: bytes | str, **payload: Any) -> tuple[Any, Any]:
    """The one task of a job that lets an engine read a file, and the document that it left."""
    raw = content.encode() if isinstance(content, str) else content
    (local.media_root / name).write_bytes(raw)
    job = await local.new_job(target={}, **one_task(engine, payload={"url": name, **payload}))
    local.clock.advance(100)
    (task,) = (await local.job(job["id"]))["tasks"]["records"]
    return task, task["output"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "a.txt",
            "\ufeffOne\r\nline.\r\n\r\n\r\nAnd another: 日本語.\r\n",
            [("One line.", {"paragraph": 1}), ("And another: 日本語.", {"paragraph": 2})],
        ),
        (
            "a.html",
            HTML,
            [
                ("Minutes", {"paragraph": 1}),
                ("The council", {"paragraph": 2}),
                ("It met on Monday.", {"paragraph": 3}),
                ("Nobody came.", {"paragraph": 4}),
                ("yes", {"paragraph": 5}),
                ("5 & more", {"paragraph": 6}),
            ],
        ),
        ("a.pdf", pdf_of("First page", "", "Third"), [("First page", {"page": 1}), ("Third", {"page": 3})]),
        ("a.docx", word_document("One", "", "Two words"), [("One", {"paragraph": 1}), ("Two words", {"paragraph": 2})]),
    ],
)
async def test_the_text_of_a_document(
    local: Local, name: str, content: bytes | str, expected: list[tuple[str, dict[str, int]]]
) -> None:
    task, document = await run(local, EXTRACTION, name, content)
    assert task["status"] == "complete", task
    assert (document["validationContracts"], document["sourceEngineId"]) == (["text"], EXTRACTION)
    assert document["object"] == [{"type": "text", "text": text, **place} for text, place in expected]
    assert f"of {name}." in task["log"]["text"]
    assert "simulated" not in task["log"]["text"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("broken.pdf", b"%PDF-1.4 and nothing more", "broken.pdf cannot be read: it is not a PDF"),
        ("secret.pdf", encrypted(pdf_of("hidden"), "password"), "it is encrypted"),
        ("broken.docx", b"PK\x03\x04", "it is not a Word document"),
        ("talk.mp4", b"\0\0", "cannot read talk.mp4: it is of type video/mp4"),
    ],
)
async def test_what_cannot_be_read_fails(local: Local, name: str, content: bytes, says: str) -> None:
    task, _ = await run(local, EXTRACTION, name, content)
    assert (task["status"], task["failureReason"]) == ("failed", "invalid_data")
    assert says in task["failureMessage"]


async def test_a_pdf_that_asks_for_no_password_is_read(local: Local) -> None:
    _, document = await run(local, EXTRACTION, "a.pdf", encrypted(pdf_of("open to all"), ""))
    assert document["object"][0]["text"] == "open to all"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (SPANISH, "es"),
        (BRIDGE, "en"),
        ("Der Stadtrat trifft sich am Montag und spricht über die neue Brücke.", "de"),
        ("Добрый день, заседание городского совета открыто.", "ru"),
    ],
)
async def test_the_language_of_a_text(local: Local, text: str, language: str) -> None:
    task, document = await run(local, LANGUAGE, "a.txt", text)
    assert (document["validationContracts"], document["language"]) == (["language"], language)
    assert f"The language is {language}." in task["log"]["text"]


async def test_keywords_of_a_text(local: Local) -> None:
    task, document = await run(local, KEYWORDS, "a.txt", BRIDGE, numberOfKeywords="3")
    labels = [item["label"].lower() for item in document["object"]]
    assert document["validationContracts"] == ["keyword"]
    assert {item["type"] for item in document["object"]} == {"keyword"}
    assert len(labels) == 3
    assert "suspension bridge" in labels
    assert "Found 3 keywords: " in task["log"]["text"]


@pytest.mark.parametrize("count", ["none", 0, -1, 2.5, None])
async def test_a_count_that_is_none_is_refused(local: Local, count: Any) -> None:
    task, _ = await run(local, KEYWORDS, "a.txt", BRIDGE, numberOfKeywords=count)
    assert (task["failureReason"], "numberOfKeywords" in task["failureMessage"]) == ("invalid_data", True)


@pytest.mark.parametrize("engine", [LANGUAGE, KEYWORDS, TRANSLATION])
async def test_an_empty_text_is_nothing_to_work_on(local: Local, engine: str) -> None:
    task, _ = await run(local, engine, "a.txt", " \n")
    assert task["failureReason"] == "invalid_data"
    assert "it is empty" in task["failureMessage"]


async def test_engines_read_what_was_said_and_what_others_found(local: Local) -> None:
    (local.media_root / "talk.vtt").write_text(
        f"WEBVTT\n\n00:00:01.000 --> 00:00:09.000\n{SPANISH}\n", encoding="utf-8"
    )
    _, spoken = await run(local, LANGUAGE, "talk.mp4", b"x")
    assert spoken["language"] == "es"
    (local.media_root / "b.html").write_text(f"<p>{BRIDGE}</p>", encoding="utf-8")
    tasks = [
        {"engineId": EXTRACTION, "payload": {"url": "b.html"}, "ioFolders": [folder("eo", "chunk", "output")]},
        {"engineId": KEYWORDS, "ioFolders": [folder("ki", "chunk", "input"), folder("ko", "chunk", "output")]},
        {"engineId": WRITER, "ioFolders": [folder("w", "chunk", "input")]},
    ]
    job = await local.new_job(target={}, tasks=tasks, routes=[route("eo", "ki"), route("ko", "w")])
    local.clock.advance(100)
    query = "query($id: ID!) { engineResults(jobId: $id) { records { engineId assetId jsondata } } }"
    records = (await local.ask(query, id=job["id"]))["engineResults"]["records"]
    by_engine = {record["engineId"]: record["jsondata"] for record in records}
    assert by_engine[EXTRACTION]["object"][0]["text"] == BRIDGE
    assert "suspension bridge" in [item["label"].lower() for item in by_engine[KEYWORDS]["object"]]


@pytest.mark.usefixtures("without_apertium")
async def test_a_web_page_is_translated_without_its_tags(local: Local) -> None:
    task, document = await run(local, TRANSLATION, "a.html", "<p>hola <b>mundo</b></p><p>adiós</p>")
    assert document["object"][0]["text"] == "[simulated translation] hola mundo\nadiós"
    assert "Apertium is not installed" in task["log"]["text"]
    assert "The translation is simulated" in task["log"]["text"]


def stand_in(name: str) -> dict[str, Any]:
    text = f"This text stands for that of {name}: it is simulated."
    return {"object": [{"type": "text", "text": text, "paragraph": 1}]}


@pytest.mark.parametrize(
    ("engine", "name", "library", "expected"),
    [
        (EXTRACTION, "a.pdf", "pypdf", stand_in("a.pdf")),
        (EXTRACTION, "a.html", "beautifulsoup4", stand_in("a.html")),
        (LANGUAGE, "a.txt", "py3langid", {"language": "en"}),
        (KEYWORDS, "a.txt", "yake", {"object": [{"type": "keyword", "label": "suspension"}]}),
    ],
)
async def test_without_its_library_an_engine_is_simulated_and_says_so(
    local: Local, monkeypatch: pytest.MonkeyPatch, engine: str, name: str, library: str, expected: dict[str, Any]
) -> None:
    monkeypatch.setattr(texts, "extra", lambda module: None)
    task, document = await run(local, engine, name, BRIDGE, numberOfKeywords=1)
    assert task["status"] == "complete"
    assert {key: document[key] for key in expected} == expected
    assert f"{library} is not installed" in task["log"]["text"]
    assert "pip install 'aiware-pipelines[engines]'" in task["log"]["text"]


async def test_a_document_out_of_reach_is_simulated_and_says_so(local: Local) -> None:
    job = await local.new_job(target={}, **one_task(EXTRACTION, payload={"url": "https://docs.example/a.pdf"}))
    local.clock.advance(100)
    (task,) = (await local.job(job["id"]))["tasks"]["records"]
    assert "simulated" in task["output"]["object"][0]["text"]
    assert "out of reach" in task["log"]["text"]


async def test_one_engine_on_one_document(local: Local) -> None:
    (local.media_root / "a.html").write_text(HTML, encoding="utf-8")
    launch = "mutation($i: LaunchSingleEngineJob!) { launchSingleEngineJob(input: $i) { id targetId } }"
    values = {"engineId": EXTRACTION, "uploadUrl": "a.html"}
    job = (await local.ask(launch, i=values))["launchSingleEngineJob"]
    local.clock.advance(100)
    ended = await local.job(job["id"])
    assert ended["status"] == "complete"
    assert ADAPTER in {task["engineId"] for task in ended["tasks"]["records"]}
    again = (await local.ask(launch, i={"engineId": KEYWORDS, "targetId": job["targetId"]}))["launchSingleEngineJob"]
    local.clock.advance(100)
    assert (await local.job(again["id"]))["status"] == "complete"


def test_a_type_that_nothing_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"\0")
    assert texts.read_passages(path, "application/octet-stream") is None
