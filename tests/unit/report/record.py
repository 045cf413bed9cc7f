"""Records what the real engine prints for each kind of change: run by hand, when Pulumi's output or an entity changes.

    python -m tests.unit.report.record [recordings]

With a name, only what `record_recordings` records.
It keeps what a report reads, and the pickled provider, which a report must not tell.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.support.local import Local
from tests.support.project import ROOT, Project

RECORDINGS = Path(__file__).parent / "recordings"
DROPPED = {"sourcePosition", "stackTrace", "created", "modified", "provider", "config", "duration"}

CLUSTERS = """
main = Cluster("main", name="main", allowed_engines=["all"], tags=["a", "b"], memory_size="20gb", type="RT",
               docker_credentials={"password": "docker-4c1d9a"}, service_token="service-8b7e2f")
ours = Cluster("ours", name="ours", allowed_engines=["all"], adopt=True)
"""
TDOS = """
span = {"start_date_time": 1574311000, "stop_date_time": 1574315000}
episode = TemporalDataObject("episode", name="episode", description="as | was", **span)
emptied = TemporalDataObject("emptied", name="emptied", on_destroy="cleanup", cleanup_options=["storage"], **span)
kept = TemporalDataObject("kept", name="kept", on_destroy="retain", **span)
private = TemporalDataObject("private", name="private", details={"pw": settings.require_secret("pw"), "n": 1}, **span)
"""
EMPTIED = next(line for line in TDOS.splitlines(keepends=True) if line.startswith("emptied"))
JOBS = """
graph = pipelines.transcription("file:examples/media/city-council.mp4", chunk_seconds=20)
job = Job("job", target_id=episode.id, cluster_id=main.id, dag=graph)
own = Job("own", target={"name": "own"}, cluster_id=main.id, dag=graph)
cleaned = Job("cleaned", target={"name": "cleaned"}, cluster_id=main.id, dag=graph, on_destroy_target="cleanup")
single = SingleEngineJob("single", engine_id=engines.SPEECHMATICS_ENGLISH, target_id=job.target_id,
                         fields={"lang": "en"}, cluster_id=main.id)
captions = ExportRequest("captions", tdo_data=[{"tdo_id": job.target_id}], output_configurations=[
    {"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}])
"""
FLEET = """
template = JobTemplate(dag=pipelines.transcription(media_value("url")), target={"name": media_key()})
url = "file:examples/media/city-council.mp4"
fleet = JobFleet("fleet", template=template, cluster_id=main.id, media={
    "ep-1": {"url": url}, "ep-2": {"url": url}, "ep-3": {"url": url}})
"""
FAILING = """
lost = pipelines.transcription("file:examples/media/lost.mp4")
retried = Job("retried", target_id=kept.id, cluster_id=main.id, dag=lost, allow_failure=True)
left = Job("left", target_id=kept.id, cluster_id=main.id, dag=lost, allow_failure=True, on_failure="keep")
"""
ALL = {"clusters": CLUSTERS, "tdos": TDOS, "jobs": JOBS, "fleet": FLEET, "failing": FAILING}
HEAD = """
from aiware_resources import JobFleet, JobTemplate, SingleEngineJob, media_key, media_value

settings = pulumi.Config()
"""


class Recorder:
    """Records previews of one stack.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.project = Project(folder)
        shutil.copytree(ROOT / "examples" / "media", folder / "examples" / "media")
        self.project.init()
        self.local = Local(self.project.data, folder)
        self.local.behave(jobSeconds=0, exportSeconds=0)
        self.project.pulumi("config", "set", "--secret", "pw", "stored-e07f31")

    def declare(self, **parts: str) -> None:
        """Writes the program: all parts, with those given in place of the usual ones."""
        self.project.program(HEAD + "".join((ALL | parts).values()))

    def save(self, name: str, *arguments: str, provider: int | None = None) -> None:
        """Records what a preview prints, with so many characters of each pickled provider."""
        command = ["pulumi", "preview", "--json", "--show-sames", "--non-interactive", "--color", "never", *arguments]
        ran = subprocess.run(
            command, cwd=self.project.folder, env=self.project.environment, capture_output=True, text=True, check=False
        )
        assert "stored-e07f31" not in ran.stdout
        text = _written(trimmed(json.loads(ran.stdout), whole=name in {"nothing", "recordings-changed"}))
        if provider is not None:
            text = re.sub(rf'("__provider": "\w{{{provider}}})[^"]*"', r'\1"', text)
        (RECORDINGS / f"{name}.json").write_text(text.replace(str(self.project.folder), "/project"))


def trimmed(preview: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """The output without what no report reads.

    Args:
        preview: The output.
        whole: Whether to keep the steps of resources to which nothing happens.
    """
    kept: dict[str, Any] = _without_dropped(preview)
    for step in kept["steps"]:
        if step["op"] in {"refresh", "same"}:
            # Their two sides are the same.
            step.pop("newState", None)
    if not whole:
        idle = {step["urn"] for step in kept["steps"] if step["op"] == "same" and _is_as_recorded(step, kept["steps"])}
        kept["steps"] = [step for step in kept["steps"] if step["urn"] not in idle or "Stack::" in step["urn"]]
        kept["changeSummary"]["same"] = sum(step["op"] == "same" for step in kept["steps"])
    return kept


def _is_as_recorded(same: dict[str, Any], steps: list[dict[str, Any]]) -> bool:
    read = [step for step in steps if step["urn"] == same["urn"] and step["op"] == "refresh"]
    return all(step["oldState"].get("outputs") == same["oldState"].get("outputs") for step in read)


def _without_dropped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_dropped(item) for key, item in value.items() if key not in DROPPED}
    return [_without_dropped(item) for item in value] if isinstance(value, list) else value


def _written(preview: dict[str, Any]) -> str:
    """A step a line."""
    steps = ",\n".join(json.dumps(step, ensure_ascii=False) for step in preview.pop("steps"))
    return f'{{"steps": [\n{steps}\n], {json.dumps(preview, ensure_ascii=False)[1:]}\n'


def record(recorder: Recorder) -> None:
    """Records every kind of change."""
    local, project = recorder.local, recorder.project
    content = '{name: "ours", allowedEngines: ["all"], dockerCredentials: {}}'
    local.graphql(f"mutation {{ createCluster(input: {content}) {{ id }} }}")
    recorder.declare()
    recorder.save("create")
    project.up()
    # The state takes up what has failed.
    project.pulumi("refresh", "--yes", "--skip-preview")
    unchanged = FAILING.replace("allow_failure=True)", 'allow_failure=True, on_failure="keep")')
    recorder.declare(failing=unchanged)
    project.up()
    recorder.save("nothing")
    recorder.declare(
        clusters=CLUSTERS.replace('["a", "b"]', '["b", "c"]').replace("docker-4c1d9a", "docker-77aa01"),
        tdos=TDOS.replace("as | was", "`new` <b>text</b>\\nin *two* lines"),
        jobs=JOBS.replace("cluster_id=main.id, dag=graph", 'cluster_id=ours.id, dag=graph, on_destroy="retain"'),
        failing=unchanged,
    )
    recorder.save("update")
    recorder.declare(
        tdos=TDOS.replace('settings.require_secret("pw")', 'pulumi.Output.secret("stored-e07f31-changed")'),
        failing=unchanged,
    )
    recorder.save("update-secret")
    recorder.declare(
        clusters=CLUSTERS.replace("20gb", "40gb"),
        tdos=TDOS.replace("**span", "add_to_index=True, **span"),
        jobs=JOBS.replace("chunk_seconds=20", "chunk_seconds=30").replace('"en"', '"de"'),
        failing=unchanged,
    )
    recorder.save("replace")
    recorder.declare(
        tdos="", jobs="", fleet="", failing="", clusters='x = Cluster("other", name="x", allowed_engines=["all"])'
    )
    recorder.save("delete")
    fleet = FLEET.replace('"ep-1": {"url": url}, ', "").replace(
        '"ep-3": {"url": url}', '"ep-3": {"url": url + "#changed"}, "ep-4": {"url": url}'
    )
    recorder.declare(fleet=fleet, failing=unchanged)
    recorder.save("fleet")
    recorder.declare(failing=unchanged + 'TemporalDataObject("bad", name="x", start_date_time=5, stop_date_time=4)')
    recorder.save("error")
    recorder.declare()
    recorder.save("failed")
    recorder.declare(failing=FAILING.replace("allow_failure=True)", 'allow_failure=True, on_failure="replace")'))
    recorder.save("failed-replace")
    _damage(local)
    recorder.declare(failing=unchanged)
    recorder.save("drift")
    recorder.declare(
        clusters=CLUSTERS.replace('["a", "b"]', '["else"]'),
        tdos=TDOS.replace("as | was", "by program").replace(EMPTIED, ""),
        jobs=JOBS.replace("chunk_seconds=20", "chunk_seconds=30")
        + 'extra = Job("extra", target={"name": "extra"}, cluster_id=main.id, dag=graph)\n',
    )
    recorder.save("everything")


TRANSCRIPTIONS = """
from aiware_resources import Transcription

main = Cluster("main", name="main", allowed_engines=["all"])
for year in (2024, 2025):
    for month in range(1, 5):
        name = f"council-{year}-{month:02}"
        Transcription(name, media_url=URL, cluster_id=main.id, chunk_seconds=20, formats=["vtt"])
Transcription("hearing", media_url="file:examples/media/city-council.mp4", cluster_id=main.id, wait=False)
"""


def record_recordings(recorder: Recorder) -> None:
    """Records a program of components, as it is shipped."""
    first = TRANSCRIPTIONS.replace("URL", f'"{FILE}"')
    recorder.project.program(HEAD + TRANSCRIPTIONS.replace("URL", LINK))
    recorder.save("recordings", provider=SHORT)
    recorder.project.program(HEAD + first)
    recorder.project.up()
    recorder.project.pulumi("refresh", "--yes", "--skip-preview")
    changed = first.replace("chunk_seconds=20", "chunk_seconds=20 if year == 2024 else 30")
    changed = changed.replace("range(1, 5)", "range(2, 6)").replace(
        "cluster_id=main.id, wait=False", 'cluster_id=main.id, wait=False, formats=["vtt", "srt"]'
    )
    recorder.project.program(HEAD + changed)
    recorder.save("recordings-changed", provider=SHORT)


LINK = 'f"https://media.example.com/archive/{year}/{name}.mp4?X-Amz-Signature=4c1d9a77aa01"'
FILE = "file:examples/media/city-council.mp4"
SHORT = 40
"""Characters of the pickled provider that are enough to see that no report tells it."""


def _damage(local: Local) -> None:
    """Changes and deletes objects behind Pulumi's back."""
    clusters = {each["name"]: each["id"] for each in local.objects()["clusters"]}
    tdos = {each["name"]: each["id"] for each in local.objects()["tdos"]}
    update = "mutation($input: UpdateCluster!) { updateCluster(input: $input) { id } }"
    local.graphql(update, input={"id": clusters["main"], "tags": ["else"]})
    update = "mutation($input: UpdateTDO!) { updateTDO(input: $input) { id } }"
    local.graphql(update, input={"id": tdos["episode"], "description": "by hand"})
    local.graphql(update, input={"id": tdos["private"], "details": {"pw": "stored-e07f31", "n": 2}})
    for name in ("kept", "ep-2"):
        local.graphql("mutation($id: ID!) { deleteTDO(id: $id) { id } }", id=tdos[name])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        try:
            (record_recordings if sys.argv[1:] else record)(recorder)
        finally:
            recorder.local.stop()
