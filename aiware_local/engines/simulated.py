"""Engines that see pictures or understand texts: nothing here can, so what they find is simulated, and says so.

Their results have the form of Veritone's JSON schemas (npm `veritone-json-schemas`), so that readers can be tried.
"""

from __future__ import annotations

from aiware_local.engines.run import Run
from aiware_local.engines.texts import source_text
from aiware_local.installation.media import Media
from aiware_local.storage.store import Record

SIMULATED = "simulated"
"""The category of all that is made up here, and how its label begins."""
NO_EYES, NO_MIND = "nothing here sees pictures", "nothing here understands texts"
SHOWN_MS = 1000
"""How long each simulated thing is to be seen, one after the other."""
_BOX = [{"x": 0.25, "y": 0.25}, {"x": 0.25, "y": 0.75}, {"x": 0.75, "y": 0.75}, {"x": 0.75, "y": 0.25}]


async def ignite(run: Run) -> None:
    """Starts the tasks after it, and passes on the media at payload.url where it names one."""
    if "url" in run.payload:
        run.media = await run.find_media(of_tdo=False)
        run.note(f"Passed on {run.media.name}.")
    else:
        run.note("Started the tasks after it.")


async def detect_objects(run: Run) -> None:
    """Makes up two objects in a recording or picture."""
    media = await run.find_media(of_tdo=True)
    found = [{"objectCategory": [{"class": SIMULATED}]} for _ in range(2)]
    _keep_seen(run, media, "object", "object", found)


async def recognize_faces(run: Run) -> None:
    """Makes up a face in a recording or picture."""
    media = await run.find_media(of_tdo=True)
    library = run.payload.get("libraryId")
    found = [{"libraryId": str(library)}] if library else [{}]
    # vtn-standard has no validation contract of its own for faces.
    _keep_seen(run, media, "face", None, found)


async def classify_content(run: Run) -> None:
    """Makes up a category for a text, or for what is said in a recording."""
    text = await source_text(run)
    category = {"class": SIMULATED, "@id": "urn:aiware-local:simulated"}
    run.keep_result("concept", object=[{"type": "concept", "text": text, "objectCategory": [category]}])
    run.simulate(NO_MIND, f"The category is simulated: {NO_MIND}.")


async def extract_entities(run: Run) -> None:
    """Makes up a named entity in a text, or in what is said in a recording."""
    await source_text(run)
    run.keep_result("entity", object=[{"type": "namedEntity", "label": f"{SIMULATED} entity"}])
    run.simulate(NO_MIND, f"The entity is simulated: {NO_MIND}.")


def _keep_seen(run: Run, media: Media, kind: str, contract: str | None, found: list[Record]) -> None:
    series = [
        {
            "startTimeMs": place * SHOWN_MS,
            "stopTimeMs": (place + 1) * SHOWN_MS,
            "object": {"type": kind, "label": f"{SIMULATED} {kind} {place + 1}", "boundingPoly": _BOX, **more},
        }
        for place, more in enumerate(found)
    ]
    run.keep_result(contract, series=series)
    run.simulate(NO_EYES, f"What {media.name} shows is simulated: {NO_EYES}.")
