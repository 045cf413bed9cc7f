"""What happens, in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from aiware_resources.reconcile.entity import Verb
from aiware_resources.report.estimate import run_words
from aiware_resources.report.model import Drifted, KeptFailure, Report
from aiware_resources.text.words import counted

_WORDS = {
    Verb.DELETE: ("will be DELETED", "will be DELETED"),
    Verb.CLEAN_UP: ("will be CLEANED UP", "will be CLEANED UP"),
    Verb.RUN: ("will run", "will run"),
    Verb.CANCEL: ("will be cancelled unless it is finished", "will be cancelled unless they are finished"),
    Verb.CREATE: ("is created", "are created"),
    Verb.REQUEST: ("is requested", "are requested"),
    Verb.ADOPT: ("is taken over", "are taken over"),
    Verb.CHANGE: ("changes", "change"),
    Verb.PUT_BACK: ("is put back as declared", "are put back as declared"),
    Verb.RECORD: ("changes on record only", "change on record only"),
    Verb.FORGET: ("is only forgotten", "are only forgotten"),
}
"""For one and for several; in the order of the sentence, what cannot be undone first."""

_CONTENT = {1: " with its content"}
_DRIFT = {
    "changed": ("was changed outside of Pulumi", "were changed outside of Pulumi"),
    "gone": ("is gone", "are gone"),
    "failed": ("has failed", "have failed"),
}


def sentence(report: Report) -> str:
    """Says what an update would do: ``1 TDO will be DELETED with its content, 2 jobs will run``."""
    effects = report.effects
    run = run_words(report.estimate) if report.estimate else ""
    parts = [
        f"{_part(verb, noun, count)}{run if verb is Verb.RUN else ''}"
        for verb in _WORDS
        for (found, noun), count in sorted(effects.items(), key=lambda item: item[0][1])
        if found is verb
    ]
    said = ", ".join(parts) or "Nothing changes"
    if report.errors:
        said = f"The preview FAILED; until then: {said}" if parts else "The preview FAILED"
    if kept := kept_sentence(report.kept_failures):
        said = f"{said}. {kept}"
    drift = drift_sentence(report.drift)
    return f"{said}. Drift: {drift}" if drift else said


def kept_sentence(kept: Sequence[KeptFailure]) -> str:
    """Says what has failed and stays so: ``1 failed job is kept, so the update FAILS``; empty when nothing has."""
    if not kept:
        return ""
    told = f"{counted(len(kept), 'failure')} {'is' if len(kept) == 1 else 'are'} kept"
    return f"{told}, so the update FAILS" if any(each.fails_update for each in kept) else told


def drift_sentence(drift: Sequence[Drifted]) -> str:
    """Says what has drifted: ``1 cluster was changed outside of Pulumi, 1 TDO is gone``; empty when nothing has."""
    return ", ".join(_drift_parts(drift))


def _part(verb: Verb, noun: str, count: int) -> str:
    one, several = _WORDS[verb]
    content = _CONTENT.get(count, " with their content") if (verb, noun) == (Verb.DELETE, "TDO") else ""
    return f"{counted(count, noun)} {one if count == 1 else several}{content}"


def _drift_parts(drift: Sequence[Drifted]) -> Iterator[str]:
    found = Counter((each.what, each.noun) for each in drift)
    for what, (one, several) in _DRIFT.items():
        for (of, noun), count in sorted(found.items()):
            if of == what:
                yield f"{counted(count, noun)} {one if count == 1 else several}"
