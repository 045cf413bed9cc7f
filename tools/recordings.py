"""Makes the recordings of examples/media by speech synthesis, from examples/media/scripts.yaml.

    python tools/recordings.py [RECORDING...]

Needs flite (Debian: flite), and what the tests need.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path
from typing import Any, NamedTuple

import imageio_ffmpeg
import yaml
from PIL import Image, ImageDraw, ImageFont

MEDIA = Path(__file__).resolve().parents[1] / "examples" / "media"
SCRIPTS = MEDIA / "scripts.yaml"
FLITE = shutil.which("flite") or "flite"
RATE = 16_000
"""Samples in a second, each of two bytes: what flite's voices have."""
BEFORE_SECONDS = 0.4
BETWEEN_SECONDS = 0.6
SIZE = (640, 360)


class Voice(NamedTuple):
    """A voice of flite, and how much slower than by itself it speaks."""

    name: str
    stretch: float = 1.0


VOICES = {"Nora": Voice("slt"), "Ben": Voice("rms", 1.1)}


def main(names: list[str]) -> int:
    """Makes the recordings of these names, or all."""
    scripts = yaml.safe_load(SCRIPTS.read_text(encoding="utf-8"))
    for name in names or scripts:
        make(scripts[name], MEDIA / name)
        print(f"{MEDIA / name}: {(MEDIA / name).stat().st_size // 1024} KiB")
    return 0


def make(script: dict[str, Any], recording: Path) -> None:
    """Makes one recording.

    Args:
        script: what is said (`said`), turn by turn; and a title and a subtitle (`picture`), for a video.
        recording: the file to write.
    """
    with tempfile.TemporaryDirectory() as folder:
        sound, picture = Path(folder, "sound.wav"), Path(folder, "picture.png")
        with wave.open(str(sound), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(silence(BEFORE_SECONDS))
            for turn in script["said"]:
                for speaker, text in turn.items():
                    file.writeframes(spoken(text, VOICES[speaker], Path(folder, "turn.wav")))
                    file.writeframes(silence(BETWEEN_SECONDS))
        seen: list[str | Path] = []
        if "picture" in script:
            title, subtitle = script["picture"]
            draw(title, subtitle, picture)
            with wave.open(str(sound)) as made:
                seconds = made.getnframes() / RATE
            seen = ["-loop", "1", "-framerate", "5", "-t", f"{seconds:.1f}", "-i", picture]
            seen += ["-c:v", "libx264", "-tune", "stillimage", "-pix_fmt", "yuv420p", "-threads", "1"]
        # Without versions and dates in it, the file is the same each time.
        same = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", sound, *seen]
        as_aac = ["-c:a", "aac", "-b:a", "40k", "-movflags", "+faststart"]
        subprocess.run([*command, *as_aac, *same, recording], check=True)


def spoken(text: str, voice: Voice, file: Path) -> bytes:
    """The samples of a text, as a voice says it."""
    options = ["-voice", voice.name, "--setf", f"duration_stretch={voice.stretch}"]
    subprocess.run([FLITE, *options, "-t", text, "-o", file], check=True)
    with wave.open(str(file)) as made:
        samples: bytes = made.readframes(made.getnframes())
        return samples


def silence(seconds: float) -> bytes:
    """Samples in which nothing is heard."""
    return b"\0\0" * round(seconds * RATE)


def draw(title: str, subtitle: str, file: Path) -> None:
    """Draws what the video shows."""
    picture = Image.new("RGB", SIZE, "#18334b")
    pen = ImageDraw.Draw(picture)
    pen.text((50, 110), title, "white", ImageFont.load_default(54))
    pen.text((50, 190), subtitle, "#c4d0dc", ImageFont.load_default(24))
    pen.rectangle((0, 300, SIZE[0], 306), "#e0a030")
    picture.save(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
