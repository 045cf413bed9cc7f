"""The transcription job of "Working with Jobs", written by hand as the document has it."""

from __future__ import annotations

URL = "https://s3.amazonaws.com/src-veritone-tests/stage/20190505/0_40_Eric%20Knox%20BWC%20Video_40secs.mp4"

PROGRAM = f'''
url = "{URL}"
wait_for_parent = {{"parent_complete_before_starting": True}}

def folder(reference_id, mode, type):
    return {{"reference_id": reference_id, "mode": mode, "type": type}}

def route(parent, child):
    return {{"parent_io_folder_reference_id": parent, "child_io_folder_reference_id": child, "options": {{}}}}

tasks = [
    {{
        "engine_id": "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255",
        "payload": {{"url": url}},
        "io_folders": [folder("wsaOutputFolder", "stream", "output")],
    }},
    {{
        "engine_id": "352556c7-de07-4d55-b33f-74b1cf237f25",
        "io_folders": [folder("playbackInputFolder", "stream", "input")],
        "execution_preferences": wait_for_parent,
    }},
    {{
        "engine_id": "8bdb0e3b-ff28-4f6e-a3ba-887bd06e6440",
        "payload": {{"ffmpegTemplate": "audio", "customFFMPEGProperties": {{"chunkSizeInSeconds": "20"}}}},
        "io_folders": [
            folder("chunkAudioInputFolder", "stream", "input"),
            folder("chunkAudioOutputFolder", "chunk", "output"),
        ],
        "execution_preferences": wait_for_parent,
    }},
    {{
        "engine_id": "c0e55cde-340b-44d7-bb42-2e0d65e98255",
        "io_folders": [
            folder("transcriptionInputFolder", "chunk", "input"),
            folder("transcriptionOutputFolder", "chunk", "output"),
        ],
    }},
    {{
        "engine_id": "8eccf9cc-6b6d-4d7d-8cb3-7ebf4950c5f3",
        "io_folders": [folder("owInputFolderFromTranscription", "chunk", "input")],
    }},
]
routes = [
    route("wsaOutputFolder", "playbackInputFolder"),
    route("wsaOutputFolder", "chunkAudioInputFolder"),
    route("chunkAudioOutputFolder", "transcriptionInputFolder"),
    route("transcriptionOutputFolder", "owInputFolderFromTranscription"),
]
'''

DAG = f'''
from aiware_resources.dag import Dag, adapter, chunk_audio, engine, output_writer, playback

graph = Dag(
    adapter("{URL}") >> [
        playback(),
        chunk_audio(seconds=20) >> engine(engines.SPEECHMATICS_ENGLISH) >> output_writer(),
    ]
)
'''
