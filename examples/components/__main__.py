"""A recording transcribed and a text translated, each as one resource.

`pulumi up` makes a TDO, two jobs and two exports, waits for them, and writes their files. What to see next:

- Run `pulumi up` again: nothing runs twice.
- Add `srt` to the formats, and preview: one more export. The job does not run again.
- Take a format out: its export leaves the stack, and its file stays.
- The addresses are out of the local aiWARE's reach, so the words are simulated, and say so.
"""

from __future__ import annotations

import pulumi

from aiware_resources import Transcription, Translation

interview = Transcription(
    "interview",
    media_url="https://media.example.com/interview.mp4",
    name="Interview with the mayor",
    formats=["vtt", {"extension": "txt", "options": {"maxCharacterPerLine": 80}}],
    download_to="out",
)
letter = Translation("letter", media_url="https://media.example.com/letter.txt", results_to="out/letter")

pulumi.export("tdo", interview.tdo_id)
pulumi.export("files", interview.files)
pulumi.export("translated", letter.files)
