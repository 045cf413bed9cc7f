"""`aiware convert`: which graph is written for the tasks and routes of a job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aiware_resources import engines
from tests.support.command import Aiware
from tests.support.edge import GOLDEN
from tests.unit.cli.conversion.documents import SPEECH, URL, Converted, flat, job, task

ROOT = Path(__file__).resolve().parents[4]
MUTATION = ROOT / "tests" / "contracts" / "calls" / "06-create-job.graphql"


def test_the_documents_job_is_a_ready_graph(aiware: Aiware) -> None:
    assert aiware("convert", str(MUTATION)).stdout == (
        "from __future__ import annotations\n"
        "\n"
        "from aiware_resources import Job, pipelines\n"
        "\n"
        "job_06_create_job = Job(\n"
        '    "06-create-job",\n'
        '    target={"start_date_time": 1574311000, "stop_date_time": 1574315000},\n'
        '    cluster_id="_YOUR_CLUSTER_ID",\n'
        "    dag=pipelines.transcription(\n"
        '        "https://s3.amazonaws.com/src-veritone-tests/stage/20190505/0_40_Eric%20Knox%20BWC%20Video_40secs.mp4"\n'
        "    ),\n"
        ")\n"
    )


def test_the_documents_job_of_edge(aiware: Aiware) -> None:
    result = aiware("convert", str(GOLDEN))
    assert (
        "# Runs on aiWARE Edge: pulumi config set aiware:api edge --stack <stack>\nedge_translation_job = Job(\n"
        in result.stdout
    )
    assert '            {"url": "https://vt-maxagg-test.s3.amazonaws.com/media/spanish.txt"},\n' in result.stdout
    assert "        >> output_writer(\n" in result.stdout
    assert (
        result.stderr
        == "edge-translation-job: Runs on aiWARE Edge: pulumi config set aiware:api edge --stack <stack>\n"
    )


CHUNK = {"ffmpegTemplate": "audio", "customFFMPEGProperties": {"chunkSizeInSeconds": "30"}}
AFTER: dict[str, Any] = {"executionPreferences": {"parentCompleteBeforeStarting": True}}


@pytest.mark.parametrize(
    ("content", "graph"),
    [
        (
            job(
                task(engines.CHUNK, "", "a", payload=CHUNK),
                task(SPEECH, "b", "c", payload={"diarise": "true"}),
                task(engines.OUTPUT_WRITER, "d"),
                routes="a-b c-d",
                isReprocessJob=True,
            ),
            "is_reprocess_job=True,"
            'dag=pipelines.reprocess_transcription(chunk_seconds=30, payload={"diarise": "true"})',
        ),
        (
            job(
                task("translator", "", "a", payload={"url": URL, "to": "de"}),
                task(engines.OUTPUT_WRITER, "b"),
                routes="a-b",
            ),
            f'dag=pipelines.translation("{URL}", engine_id="translator", payload={{"to": "de"}})',
        ),
        (
            job(
                task(engines.WEBSTREAM_ADAPTER, "", "s1", payload={"url": URL}),
                task(engines.ASSET_CREATOR, "s2", **AFTER),
                task(engines.CHUNK, "s3", "a", payload={"ffmpegTemplate": "rawchunk"}, **AFTER),
                task("reader", "b", "c"),
                task(engines.OUTPUT_WRITER, "d"),
                routes="s1-s2 s1-s3 a-b c-d",
            ),
            f'dag=pipelines.text_file("{URL}", "reader")',
        ),
        (
            job(
                task(engines.WEBSTREAM_ADAPTER, "", "s1", payload={"url": URL}),
                task(engines.PLAYBACK, "s2", **AFTER),
                task(engines.GOOGLE_SPEECH_TO_TEXT, "s3", "a"),
                task(engines.OUTPUT_WRITER, "b"),
                routes="s1-s2 s1-s3 a-b",
            ),
            f'dag=pipelines.stream_transcription("{URL}")',
        ),
    ],
)
def test_ready_graphs(converted: Converted, content: dict[str, Any], graph: str) -> None:
    assert flat(graph) in flat(converted(content))


@pytest.mark.parametrize(
    ("content", "graph"),
    [
        (
            # A tree.
            job(
                task(engines.WEBSTREAM_ADAPTER, "", "s1", payload={"url": URL, "maxLength": "9"}),
                task(engines.PLAYBACK, "s2"),
                task(engines.CHUNK, "s3", "a", payload=CHUNK, **AFTER),
                task(SPEECH, "b"),
                routes="s1-s2 s1-s3 a-b",
            ),
            f"""
        adapter("{URL}", maxLength="9")
        >> [
            playback(execution_preferences=None),
            chunk_audio(seconds=30) >> engine(engines.SPEECHMATICS_ENGLISH, writes=None),
        ]
""",
        ),
        (
            # Branches that meet.
            job(
                task(engines.CHUNK, "", "a", payload={"ffmpegTemplate": "frame", "url": URL}),
                task("one", "b", "c"),
                task("two", "d", "e"),
                task(engines.CHUNK_AGGREGATOR, "f", "g"),
                task(engines.OUTPUT_WRITER, "h"),
                routes="a-b a-d c-f e-f g-h",
            ),
            f"""
        chunk("frame", url="{URL}") >> [engine("one"), engine("two")] >> chunk_aggregator() >> output_writer()
""",
        ),
        (
            # Roots that meet.
            job(
                task("one", "", "a"),
                task("two", "", "b"),
                task(engines.OUTPUT_WRITER, "c"),
                routes="a-c b-c",
            ),
            """[engine("one", reads=None), engine("two", reads=None)] >> output_writer()""",
        ),
        (
            # Graphs side by side.
            job(task("one", "", "a"), task("two", "b"), task("three", "", "s1"), routes="a-b"),
            """
        engine("one", reads=None) >> engine("two", writes=None),
        engine("three", reads=None, writes="stream"),
""",
        ),
    ],
)
def test_nodes_are_joined(converted: Converted, content: dict[str, Any], graph: str) -> None:
    program = converted(content)
    assert flat(f"dag=Dag({graph})") in flat(program)


@pytest.mark.parametrize(
    ("content", "graph"),
    [
        ([task(SPEECH)], "pipelines.one_engine(engines.SPEECHMATICS_ENGLISH)"),
        (
            [task(engines.WEBSTREAM_ADAPTER, payload={"url": URL}), task("mine", payload={"a": 1})],
            f'pipelines.one_engine("mine", "{URL}", payload={{"a": 1}})',
        ),
        (
            [task("mine", payload={"mode": "library-train", "libraryId": "2", "x": 1})],
            'pipelines.training("mine", "2", payload={"x": 1})',
        ),
        (
            [task(engines.WEBSTREAM_ADAPTER), task(engines.PLAYBACK), task("mine"), task(engines.OUTPUT_WRITER)],
            'Dag(in_turn(adapter(), playback(), engine("mine"), output_writer()))',
        ),
        (
            [task("mine", **AFTER), task("yours")],
            '[{"engine_id": "mine", "execution_preferences": {"parent_complete_before_starting": True}},'
            '{"engine_id": "yours"}]',
        ),
    ],
)
def test_tasks_without_folders_work_in_turn(converted: Converted, content: list[dict[str, Any]], graph: str) -> None:
    assert f"={flat(graph)}" in flat(converted(job(*content)))


def test_a_node_that_branches_of_unequal_length_lead_to_is_a_variable(converted: Converted) -> None:
    content = job(
        task("first", "", "a"),
        task("one", "b", "c"),
        task("two", "d", "e"),
        task(engines.OUTPUT_WRITER, "f"),
        routes="a-b c-d c-f e-f",
    )
    program = converted(content)
    assert 'output_writer_task = output_writer()\njob = Job(\n    "job",\n' in program
    assert 'Dag(engine("first", reads=None) >> engine("one") >> [engine("two") >> output_writer_task, ' in program
    assert program.count("output_writer_task") == 3


def test_what_no_node_says_is_a_task_written_by_hand(converted: Converted) -> None:
    program = converted(
        job(
            task("one", "", "a", isClone=True, standbyTask={"engineId": SPEECH}),
            task("two", "b"),
            routes="a-b",
        )
    )
    assert '"standby_task": {"engine_id": engines.SPEECHMATICS_ENGLISH},\n' in program
    assert ">> engine(" in program


def test_what_no_graph_says_is_tasks_and_routes(converted: Converted) -> None:
    content = job(task("one", "", "a"), task("two", "b"), routes="a-b")
    content["routes"][0]["options"] = {"x": 1}
    program = converted(content)
    assert 'routes=[{"parent_io_folder_reference_id": "a", "child_io_folder_reference_id": "b", "options": ' in program
    assert "Dag" not in program
