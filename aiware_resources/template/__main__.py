"""Transcribes the stack's recording, and writes its captions to out/<stack>/."""

import pulumi

from aiware_resources import Transcription

transcription = Transcription(
    "recording",
    media_url=pulumi.Config().require("recording"),
    formats=["vtt", "srt"],
    download_to=f"out/{pulumi.get_stack()}",
)
pulumi.export("captions", transcription.files)
