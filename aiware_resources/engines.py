"""Engine ids that Veritone's documentation names."""

from __future__ import annotations

WEBSTREAM_ADAPTER = "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255"
"""Webstream Adapter (V3): fetches a URL and streams it."""

PLAYBACK = "352556c7-de07-4d55-b33f-74b1cf237f25"
"""Stores playable segments in the TDO."""

CHUNK = "8bdb0e3b-ff28-4f6e-a3ba-887bd06e6440"
"""Splits a stream into audio, video or frame chunks with ffmpeg."""

ASSET_CREATOR = "75fc943b-b5b0-4fe1-bcb6-9a7e1884257a"
"""Stores a stream as one asset."""

SPEECHMATICS_ENGLISH = "c0e55cde-340b-44d7-bb42-2e0d65e98255"
"""Speechmatics English transcription, chunk to chunk."""

GOOGLE_SPEECH_TO_TEXT = "f99d363b-d20a-4498-b3cc-840b79ee7255"
"""Google speech-to-text, a stream engine."""

OUTPUT_WRITER = "8eccf9cc-6b6d-4d7d-8cb3-7ebf4950c5f3"
"""Collects vtn-standard output into the TDO; the last task of a job."""

CHUNK_AGGREGATOR = "045e675b-ed7c-43bf-8300-a2f2102f57a4"
"""Joins many vtn-standard files to one."""

TRANSLATE_SPANISH_TO_ENGLISH = "95c910f6-4a26-4b66-96cb-488befa86466"
"""Spanish to English translation."""

SPEAKER_DETECTION = "06c3f1d7-7424-407b-a3b5-6ef61154fc0b"
"""Tells who speaks when."""

IGNITER = "5305265c-d566-4716-8904-debf7e0ac857"
"""Igniter: starts the tasks after it."""

OBJECT_DETECTION = "d66f553d-3cef-4c5a-9b66-3e551cc48b4b"
"""Machinebox Tagbox: finds objects in video and pictures."""

FACE_RECOGNITION = "e62665c7-f855-4168-8aa3-668a7b0a50ea"
"""Facebox Recognize: finds the faces of a library in video and pictures."""

CONTENT_CLASSIFICATION = "374fab67-7726-4df1-b087-8878f1de206b"
"""Google Content Classification: tells what a text is about."""

ENTITY_EXTRACTION = "0bf3b38f-6022-412b-b58e-819a2b633786"
"""Finds the people, places and things that a text names."""

AMAZON_TRANSLATE = "1fc4d3d4-54ab-42d1-882c-cfc9df42f386"
"""Amazon Translate: translates texts between many languages."""

NAMES = {
    WEBSTREAM_ADAPTER: "Webstream Adapter",
    PLAYBACK: "Playback",
    CHUNK: "Chunk",
    ASSET_CREATOR: "Asset Creator",
    SPEECHMATICS_ENGLISH: "Speechmatics Transcription",
    GOOGLE_SPEECH_TO_TEXT: "Google Speech-to-Text",
    OUTPUT_WRITER: "Output Writer",
    CHUNK_AGGREGATOR: "Chunk Aggregator",
    TRANSLATE_SPANISH_TO_ENGLISH: "Spanish to English",
    SPEAKER_DETECTION: "Speaker Detection",
    IGNITER: "Igniter",
    OBJECT_DETECTION: "Machinebox Tagbox",
    FACE_RECOGNITION: "Facebox Recognize",
    CONTENT_CLASSIFICATION: "Google Content Classification",
    ENTITY_EXTRACTION: "Entity Extraction",
    AMAZON_TRANSLATE: "Amazon Translate V3",
}
"""What people call these engines."""
