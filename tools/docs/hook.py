"""What the site needs beside docs/: the documents elsewhere in the repository, and the files that pages link to.

Pages link to each other as files of the repository, so that they can be read on any host that shows Markdown. Here
such links become links of the site. A hook of MkDocs, named in mkdocs.yml.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = (
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "DECISIONS.md",
    "benchmarks/results.md",
    "examples/README.md",
    "examples/ci/README.md",
    "examples/media/README.md",
)
"""Documents that lie elsewhere than in docs/, and are pages of the site."""

_FENCE = re.compile(r"^(\s*)(```+|~~~+)")
_CODE_OR_LINK = re.compile(r"(?P<code>`+[^`]*`+)|(?P<open>\]\()(?P<target>[^)\s]+)\)")
_LANGUAGES = {".py": "python", ".yaml": "yaml", ".yml": "yaml", ".sh": "sh", ".toml": "toml", ".csv": "text"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the documents outside docs/, and a page for each other file of the repository that a page links to."""
    for path in OUTSIDE:
        files.append(File.generated(config, path, content=(ROOT / path).read_text(encoding="utf-8")))
    for path in sorted({path for page in files.documentation_pages() for path in _sources(page)}):
        file = File.generated(config, _site_path(path), content=_source(path), inclusion=InclusionLevel.NOT_IN_NAV)
        files.append(file)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Makes links of the repository links of the site."""
    here = page.file.src_uri
    if here.startswith("source/"):
        return markdown
    return "\n".join(_line(line, here) if is_text else line for line, is_text in _lines(markdown))


def _line(line: str, here: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        if found["code"]:
            # In a table GitHub wants bars in code escaped, and MkDocs does not.
            return found["code"].replace("\\|", "|") if line.startswith("|") else found["code"]
        return f"{found['open']}{_link(found['target'], here)})"

    return _CODE_OR_LINK.sub(replaced, line)


def _link(target: str, here: str) -> str:
    path = _repository_path(target, here)
    if path is None:
        return target
    anchor = target.partition("#")[2]
    link = posixpath.relpath(_site_path(path), posixpath.dirname(here) or ".")
    return f"{link}#{anchor}" if anchor else link


def _sources(page: File) -> Iterator[str]:
    """The files of the repository that a page links to and that are not pages themselves."""
    for line, is_text in _lines(page.content_string):
        for found in _CODE_OR_LINK.finditer(line) if is_text else ():
            path = _repository_path(found["target"], page.src_uri) if found["target"] else None
            if path and _site_path(path).startswith("source/"):
                yield path


def _repository_path(target: str, here: str) -> str | None:
    """Where in the repository a link leads; nothing when it leads elsewhere, or is broken."""
    if re.match(r"[a-z]+:|#", target):
        return None
    start = here if here in OUTSIDE else f"docs/{here}"
    path = posixpath.normpath(posixpath.join(posixpath.dirname(start), target.partition("#")[0]))
    return path if not path.startswith("../") and (ROOT / path).exists() else None


def _site_path(path: str) -> str:
    """Where in the site a file of the repository is shown."""
    if path == "README.md":
        return "index.md"
    readme = posixpath.join(path, "README.md")
    if path in OUTSIDE or readme in OUTSIDE:
        return path if path in OUTSIDE else readme
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return f"source/{path.replace('/.', '/')}.md"


def _source(path: str) -> str:
    """A page that shows a file, or each file of a folder."""
    place = ROOT / path
    shown = sorted(file for file in place.iterdir() if file.is_file()) if place.is_dir() else [place]
    parts = [f"# `{path}`"]
    for file in shown:
        language = _LANGUAGES.get(file.suffix, "text")
        title = [f"## `{file.name}`"] if len(shown) > 1 else []
        parts += [*title, f"````{language}\n{_text(file)}\n````"]
    return "\n\n".join(parts)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip()
    except UnicodeDecodeError:
        return "(not a text)"


def _lines(markdown: str) -> Iterator[tuple[str, bool]]:
    """The lines of a document, and whether each is text and not code."""
    fence = ""
    for line in markdown.splitlines():
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[2]
            yield line, False
        elif found and found[2].startswith(fence):
            fence = ""
            yield line, False
        else:
            yield line, not fence
