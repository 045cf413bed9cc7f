"""The figures, as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks import against_naive, checkpoints, console, previews, speech, waiting
from benchmarks.fleet import FleetFigures
from benchmarks.plot import FILE as PICTURE
from benchmarks.results import Results

INTRODUCTION = f"""# Benchmarks

`make bench` writes this page. Each measurement has a project, a state folder and a local aiWARE of its own, goes
through the real Pulumi engine, and uses the settings that a stack has when it sets none. What counts are the ratios
of one run: times differ from machine to machine, and from hour to hour.

![The figures as curves]({PICTURE.name})
"""

FLOOR = """
*Floor*: as many dynamic resources with the same properties, behind which there is nothing. *Bare floor*: the same
without any properties. The engine writes the whole state to its file after every step, so both the number of
resources and the size of their properties cost time, whatever the provider does.
"""


def markdown(results: Results) -> str:
    """The page."""
    sections = [
        INTRODUCTION,
        *(_naive(results.naive) if results.naive else []),
        *(_checkpoints(results.checkpoints) if results.checkpoints else []),
        *(_fleet(results.fleet) if results.fleet else []),
        *(_previews(results.previews) if results.previews else []),
        *(_console(results.console) if results.console else []),
        *(_waiting(results.waiting) if results.waiting else []),
        *(_speech(results.speech) if results.speech else []),
        f"\nMeasured on {results.machine}.\n",
    ]
    return "\n".join(sections)


def _naive(found: Sequence[against_naive.Figures]) -> Iterable[str]:
    yield f"## Jobs of {against_naive.JOB_SECONDS:g} s: `pulumi up`, seconds\n"
    yield (
        "| jobs | this library | waiting inside create | times faster "
        "| floor | of floor + 5 s | bare floor | of bare floor + 5 s |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for each in found:
        yield _row(
            each.jobs,
            f"**{each.ours:.1f}**",
            f"{each.naive:.1f}",
            f"**{each.faster:.1f}**",
            f"{each.floor:.1f}",
            f"**{each.over_the_floor:.2f}**",
            f"{each.bare:.1f}",
            f"{each.over_the_bare_floor:.2f}",
        )
    yield FLOOR


def _checkpoints(found: Sequence[checkpoints.Figures]) -> Iterable[str]:
    yield "## The state written after every step, or at the end only: `pulumi up`, seconds\n"
    yield (
        f"Jobs of {against_naive.JOB_SECONDS:g} s. The figures above are with checkpoints; `make` "
        "leaves them out (`PULUMI_SKIP_CHECKPOINTS=true`).\n"
    )
    yield "| jobs | state is written | this library | floor | of floor + 5 s | bare floor | of bare floor + 5 s |"
    yield "|---|---|---|---|---|---|---|"
    for each in found:
        yield _row(
            each.jobs,
            "at the end" if each.skipped else "after every step",
            f"**{each.ours:.1f}**",
            f"{each.floor:.1f}",
            f"**{each.over_the_floor:.2f}**",
            f"{each.bare:.1f}",
            f"{each.over_the_bare_floor:.2f}",
        )
    yield ""


def _fleet(found: Sequence[FleetFigures]) -> Iterable[str]:
    yield "## Fleets: one resource, jobs of 0 s, seconds\n"
    yield (
        "The *script* does the same without Pulumi, with httpx: it submits as many jobs side by side, and asks about "
        "as many in a request. The *first preview* reads every job, since no run has recorded yet that they are "
        "complete; the later one reads a sample. The state is counted without what the program itself passes. A *new "
        "fleet* has one entry, and looks among all these jobs for what a run of it that was killed has submitted.\n"
    )
    yield (
        "| jobs | up | script | of script | requests | first preview | its requests | up with one job more "
        "| its requests | later preview | its requests | a new fleet's requests | state, bytes a job "
        "| most memory, MiB: engine, provider host, program |"
    )
    yield f"|{14 * '---|'}"
    for each in found:
        memory = [each.peak_mib[role] for role in ("engine", "provider host", "program")]
        yield _row(
            f"{each.jobs:,}",
            f"**{each.up:.1f}**",
            f"{each.bare:.1f}",
            f"**{each.over_the_script:.2f}**",
            f"{each.requests:,}",
            f"{each.first:.1f}",
            each.first_requests,
            f"{each.added:.1f}",
            each.added_requests,
            f"**{each.preview:.1f}**",
            each.preview_requests,
            each.new_requests,
            f"**{each.state_bytes_a_job:.0f}**",
            ", ".join(f"{size:.0f}" for size in memory),
        )
    yield ""


def _previews(found: Sequence[previews.Figures]) -> Iterable[str]:
    yield f"## `pulumi preview` with nothing to do, median seconds of {previews.ROUNDS}\n"
    yield "Every job is read from aiWARE first; the floor reads nothing.\n"
    yield "| resources | this library | floor | of floor | bare floor | of bare floor |"
    yield "|---|---|---|---|---|---|"
    for each in found:
        yield _row(
            each.resources,
            f"**{each.ours:.1f}**",
            f"{each.floor:.1f}",
            f"**{each.over_the_floor:.2f}**",
            f"{each.bare:.1f}",
            f"{each.over_the_bare_floor:.2f}",
        )
    yield ""


def _waiting(found: waiting.Figures) -> Iterable[str]:
    yield f"## What waiting adds: {found.jobs} jobs\n"
    yield (
        f"Median of {len(found.slow)} rounds: {found.quick_seconds:.1f} s with jobs of 0 s, {found.slow_seconds:.1f} s "
        f"with jobs of {waiting.JOB_SECONDS:g} s: waiting adds **{found.added:.1f} s** (at the most "
        f"{waiting.LONGEST:g} s; all jobs run at once, so one job's length is the least possible)."
    )
    yield "\nRequests of each round; a look asks about all jobs that are not finished, in batches.\n"
    yield "| all | the monitor's | looks once all are submitted: jobs in requests |"
    yield "|---|---|---|"
    for run in found.slow:
        looks = ", ".join(f"{jobs} in {requests}" for jobs, requests in run.looks)
        yield _row(run.requests, run.monitor_requests, looks)


def _speech(found: speech.Figures) -> Iterable[str]:
    yield "\n## Recognition of speech by the local aiWARE\n"
    yield (
        f"**{found.wrong:.1%}** of the words are wrong (at the most {speech.MOST_WRONG:.0%}) in the captions of "
        f"`examples/media/{speech.RECORDING}` that `pulumi up` wrote, in {found.up:.0f} s, by its script. Case and "
        f"punctuation do not count. {found.load:.0f} other processes wanted to run at that time.\n\n"
        "The recognition alone, with the start of its process and of ffmpeg; the hour is the same recording again and "
        f"again. *Times real time* is by the processor time, as if {speech.CORES} cores did nothing else.\n"
    )
    yield "| seconds of speech | processor time, seconds | times real time | seconds as it was | most memory, MiB |"
    yield "|---|---|---|---|---|"
    for heard in (found.short, found.hour):
        cells = (f"{heard.processor:.1f}", f"**{heard.factor:.1f}**", f"{heard.took:.0f}", f"**{heard.mib:.0f}**")
        yield _row(f"{heard.seconds:.0f}", *cells)


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _console(found: Sequence[console.Figures]) -> Iterable[str]:
    yield f"## The first page of `aiware console`, processor seconds, mean of {len(console.ENGINES)}\n"
    yield "The page lists the newest 50 jobs, and has them when it comes. No other page shows the same.\n"
    yield "| jobs in aiWARE | the console | the local aiWARE | both | against an empty list |"
    yield "|---:|---:|---:|---:|---:|"
    for each in found:
        ratio = each.seconds / found[0].seconds if found[0].seconds else 0
        yield f"| {each.jobs:,} | {each.console:.3f} | {each.aiware:.3f} | {each.seconds:.3f} | {ratio:.1f} × |"
    yield ""
