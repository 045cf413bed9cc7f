"""Makes the pictures of the documentation, docs/assets/pictures: of reports and of the console, from the real thing.

    pictures.py              makes all
    pictures.py console      makes those whose names begin so

It runs the project's program with Pulumi, in a folder of its own, against a local aiWARE of its own, which end with it.
Needs what `make setup` installs, and Chromium.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools import environment  # noqa: E402 - a script finds it only now
from tools.browser import ARGUMENTS, chromium  # noqa: E402

PICTURES = ROOT / "docs" / "assets" / "pictures"
STACK = "studio"
_COLORS = 160
"""Colors of a picture: pages have few, so that a small palette does."""
WIDE, PHONE = 1280, 390


@dataclass(frozen=True)
class Picture:
    """A picture.

    Attributes:
        name: Its name.
        page: Which page it shows: a file, or the part of an address of the console.
        shows: What has to be on the page, as selectors; tests look for it on the same pages.
        width: The width of the window.
        height: Its height.
        scheme: What color scheme the user prefers.
        before: Does something with the page first.
    """

    name: str
    page: str
    shows: tuple[str, ...]
    width: int = WIDE
    height: int = 800
    scheme: Literal["light", "dark"] = "light"
    before: Callable[[Page], None] = lambda page: None


def _play(page: Page) -> None:
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    page.locator(".word", has_text="half").first.click()
    page.locator(".word.now").wait_for()
    page.wait_for_function("(video => !video.seeking && video.readyState == 4)(document.querySelector('video'))")
    page.wait_for_timeout(1000)


RUN_REPORT = ("h1.bad", ".failure pre", "svg.timeline .bar.failed", "table .badge.done", "details pre")
PREVIEW = ("h1", "table tbody tr", ".badge")
JOBS = ("table.grid .badge.done", ".choices a", "nav a[aria-current=page]")
JOB = (".mermaid-graph svg", "svg.timeline", "table.grid")
RECORDING = (".player video", ".turn .speaker", "[role=tab]", "table.grid")
ALL = (
    Picture("preview", "preview.html", PREVIEW, height=720),
    Picture("preview-phone", "preview.html", PREVIEW, PHONE, 720),
    Picture("run-report", "run.html", RUN_REPORT, height=1080),
    Picture("run-report-phone", "run.html", RUN_REPORT, PHONE, 720, "dark"),
    Picture("console-jobs", "jobs", JOBS, height=520),
    Picture("console-job", "jobs/{job}", JOB, height=900),
    Picture("console-recording", "recordings/{recording}", RECORDING, height=720, before=_play),
    Picture("console-recording-phone", "recordings/{recording}", RECORDING, PHONE, 720, "dark", before=_play),
)


def main() -> int:
    wanted = [each for each in ALL if each.name.startswith(tuple(sys.argv[1:] or [""]))]
    PICTURES.mkdir(parents=True, exist_ok=True)
    with Studio() as studio, sync_playwright() as playwright:
        studio.run()
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        with studio.console() as address:
            for each in wanted:
                _take(browser, each, studio, address)
        browser.close()
    return 0


def _take(browser: Browser, picture: Picture, studio: Studio, console: str) -> None:
    with browser.new_context(
        viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.scheme
    ) as context:
        page = context.new_page()
        if picture.page.endswith(".html"):
            page.goto((studio.folder / picture.page).as_uri())
        else:
            page.goto(console)
            page.goto(f"{console.partition('/?')[0]}/{STACK}/{picture.page.format(**studio.ids())}")
        for selector in picture.shows:
            page.locator(selector).first.wait_for(state="attached")
        picture.before(page)
        shot = Image.open(io.BytesIO(page.screenshot()))
    file = PICTURES / f"{picture.name}.png"
    shot.convert("RGB").quantize(_COLORS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1000:.0f} kB", file=sys.stderr)


class Studio:
    """A project with a stack, in a folder that goes when it is closed."""

    def __init__(self) -> None:
        self._made = tempfile.TemporaryDirectory(prefix="aiware-pictures-")
        self.folder = Path(self._made.name)
        (self.folder / "home").mkdir()
        changes = environment.for_stack(environment.LOCAL, os.environ, environment.folder_of_built_cli())
        changes |= {
            "PULUMI_BACKEND_URL": f"{(self.folder / 'state').as_uri()}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": "pictures",
            "PULUMI_CONFIG_PASSPHRASE_FILE": None,
            "AIWARE_LOCAL_DATA": str(self.folder / "aiware"),
            "PYTHONPATH": str(ROOT),
            "XDG_RUNTIME_DIR": str(self.folder / "home"),
            "NO_COLOR": "1",
        }
        merged = {**os.environ, **changes}
        self._environ = {name: value for name, value in merged.items() if value is not None}

    def __enter__(self) -> Studio:
        """Copies the program, and what it transcribes."""
        for name in ("__main__.py", "configuration.py", "Pulumi.yaml"):
            shutil.copy(ROOT / name, self.folder)
        media = shutil.copytree(ROOT / "examples" / "media", self.folder / "media")
        shutil.copy(media / "interview.mp4", media / "storm-warning.mp4")
        (media / "storm-warning.vtt").write_text("Not captions.\n", encoding="utf-8")
        (self.folder / "prices.yaml").write_text(yaml.safe_dump(PRICES), encoding="utf-8")
        (self.folder / ".venv").symlink_to(ROOT / ".venv")
        (self.folder / "state").mkdir()
        self._call("pulumi", "stack", "init", STACK)
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the local aiWARE."""
        self._call("aiware", "local", "stop", may_fail=True)
        self._made.cleanup()

    def run(self) -> None:
        """Transcribes some recordings, one of which fails, and previews another declaration of them."""
        self._declare(FIRST)
        self._call("pulumi", "up", "--yes", "--skip-preview", may_fail=True)
        self._call("aiware", "report", "-s", STACK, "-o", "run.html")
        self._declare(SECOND)
        self._call("aiware", "preview", "-s", STACK, "--format", "html", "-o", "preview.html")

    def ids(self) -> dict[str, str]:
        """The job and the recording that have a picture."""
        jobs = json.loads(self._call("aiware", "-s", STACK, "jobs", "list", "--json"))
        job = next(each for each in jobs if each["name"] == "press-briefing")
        return {"job": job["id"], "recording": job["targetId"]}

    @contextmanager
    def console(self) -> Iterator[str]:
        """Serves the console, and gives its address."""
        program = [self._program("aiware"), "console", "-s", STACK]
        with subprocess.Popen(
            program, cwd=self.folder, env=self._environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            try:
                assert process.stdout is not None  # noqa: S101 - as it was asked for
                yield process.stdout.readline().strip()
            finally:
                process.terminate()

    def _declare(self, recordings: list[dict[str, Any]]) -> None:
        config = {**CONFIG, "aiware-pipelines:recordings": recordings}
        file = self.folder / "stacks" / f"Pulumi.{STACK}.yaml"
        before = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump({**(before or {}), "config": config}), encoding="utf-8")

    def _program(self, name: str) -> str:
        return shutil.which(name, path=self._environ["PATH"]) or name

    def _call(self, name: str, *arguments: str, may_fail: bool = False) -> str:
        done = subprocess.run(
            [self._program(name), *arguments],
            cwd=self.folder,
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode and not may_fail:
            raise SystemExit(f"{name} {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout


def _recording(name: str, file: str = "city-council.mp4", **more: Any) -> dict[str, Any]:
    return {"name": name, "url": f"file:media/{file}", "formats": ["vtt"], **more}


CONFIG = {"aiware:endpoint": "local", "aiware:pollInterval": "0.2", "aiware:prices": "prices.yaml"}
PRICES = {"currency": "EUR", "categories": {"Transcription": {"perMinute": 0.05}}}
FIRST = [
    _recording("city-council", formats=["vtt", "srt"]),
    _recording("library-tour"),
    _recording("press-briefing", "interview.mp4"),
    _recording("storm-warning", "storm-warning.mp4"),
    _recording("voice-note", "voice-note.m4a"),
]
"""What the stack has first."""
SECOND = [
    _recording("city-council", formats=["vtt", "srt", "ttml"]),
    _recording("harbor-news"),
    _recording("press-briefing", "interview.mp4"),
    _recording("storm-warning", "storm-warning.mp4"),
    _recording("voice-note", "voice-note.m4a", formats=["vtt", "ttml"]),
]
"""What it is to have then."""

if __name__ == "__main__":
    sys.exit(main())
