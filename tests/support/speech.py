"""What is said in the recordings of examples/media, and how much of it is in a transcript."""

from __future__ import annotations

import re
from pathlib import Path

import jiwer
import yaml
from webvtt import WebVTT

from tests.support.project import ROOT

SCRIPTS = ROOT / "examples" / "media" / "scripts.yaml"


def script(recording: str) -> str:
    """What is said in a recording."""
    turns = yaml.safe_load(SCRIPTS.read_text(encoding="utf-8"))[recording]["said"]
    return " ".join(text for turn in turns for text in turn.values())


def caption_text(file: Path) -> str:
    """What the captions in a WebVTT file say."""
    return re.sub(r"\s+", " ", " ".join(caption.text for caption in WebVTT.read(str(file)).captions))


def word_error_rate(said: str, heard: str) -> float:
    """How many words are wrong, missing or too many, for each word that is said; case and punctuation do not count."""
    reference, hypothesis = (" ".join(re.findall(r"[\w']+", text.lower())) for text in (said, heard))
    rate: float = jiwer.wer(reference, hypothesis)
    return rate
