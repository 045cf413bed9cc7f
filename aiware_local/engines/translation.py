"""Translation: by Apertium where it is installed with the two languages, else a stand-in that says so."""

from __future__ import annotations

import asyncio
import shutil
import subprocess

from aiware_local.engines.run import Run
from aiware_local.engines.texts import language_of, source_text
from aiware_local.installation.errors import FailureReason, RunError

SPANISH_TO_ENGLISH = "95c910f6-4a26-4b66-96cb-488befa86466"
DEFAULT_TARGET = "en"
APERTIUM = "apertium"
HINT = "packages such as Debian's apertium-eng-spa make it real"
CODES = {"ca": "cat", "de": "deu", "en": "eng", "es": "spa", "fr": "fra", "it": "ita", "pt": "por"}
"""What Apertium calls languages; its other packages have the two letters themselves."""


async def translate(run: Run) -> None:
    """Translates a text, or what is said in a recording."""
    text = await source_text(run)
    target = str(run.payload.get("target") or DEFAULT_TARGET)
    # What stands for a text that is out of reach is in no language that there is to translate.
    translated = None if run.simulated else await asyncio.to_thread(_translated, run, text, target)
    if translated is None:
        translated = f"[simulated translation] {text}"
        run.note("The translation is simulated: it repeats the source text.")
    run.keep_result("text", object=[{"type": "text", "text": translated, "language": target}])


def _translated(run: Run, text: str, target: str) -> str | None:
    """The text in another language; None where nothing here can translate it."""
    language = _language(run, text)
    pair = apertium_pair(language, target)
    if pair is None:
        missing = f"Apertium is not installed, or not for {language} to {target}"
        run.simulate(missing, f"{missing}; {HINT}.")
        return None
    translated = apertium(text, pair)
    run.note(f"Translated {len(text.split())} words from {language} to {target}, by Apertium ({pair}).")
    return translated


def apertium_pair(source: str, target: str) -> str | None:
    """What Apertium calls two languages; None where it, or what it has to know of them, is not installed.

    Args:
        source: the language of a text, as ISO 639 has it.
        target: the language that is wanted.
    """
    program = shutil.which(APERTIUM)
    if program is None:
        return None
    listed = subprocess.run([program, "-l"], capture_output=True, text=True, check=False).stdout.split()  # noqa: S603
    source, target = (language.lower().replace("_", "-").split("-")[0] for language in (source, target))
    names = (f"{CODES.get(source, source)}-{CODES.get(target, target)}", f"{source}-{target}")
    return next((name for name in names if name in listed), None)


def apertium(text: str, pair: str) -> str:
    """A text in another language.

    Args:
        text: the text, each paragraph a line.
        pair: what Apertium calls the two languages.

    Raises:
        RunError: system_error, if Apertium failed.
    """
    # It takes lines that follow each other for one paragraph.
    paragraphs = "\n\n".join(" ".join(line.split()) for line in text.splitlines())
    done = subprocess.run([APERTIUM, "-u", pair], input=paragraphs.encode(), capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        message = f"Apertium failed: {done.stderr.decode(errors='replace').strip()}"
        raise RunError(FailureReason.SYSTEM_ERROR, message)
    lines = (" ".join(line.split()) for line in done.stdout.decode(errors="replace").splitlines())
    return "\n".join(line for line in lines if line)


def _language(run: Run, text: str) -> str:
    """The language of the text: what the payload says, else what the engine is for, else what it seems to be."""
    named = run.payload.get("sourceLanguageCode") or run.payload.get("source")
    if named:
        return str(named)
    return "es" if run.task["engineId"] == SPANISH_TO_ENGLISH else language_of(text) or "es"
