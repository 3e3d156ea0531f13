"""What the site has beyond docs/: pages of other folders, files that pages link to, and the list of decisions.

The pages are written for readers of the repository, so their links are paths in it. On the site, README.md is the first
page, docs/ is the root, and everything else keeps its path; links are rewritten to match.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
MERMAID = ROOT / ".venv-docs" / "mermaid.min.js"
FIRST = "README.md"
DECISIONS = "docs/decisions"
_LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)#\s]+)")
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The decisions in the menu, so that a new one needs no second place."""
    decisions = [f"decisions/{path.name}" for path in sorted((ROOT / DECISIONS).glob("0*.md"))]
    config.nav = [*(config.nav or []), {"Decisions": ["decisions/index.md", *decisions]}]
    if not MERMAID.exists():
        config.extra_javascript = []
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds what the menu and the links name outside docs/, until nothing new is named."""
    files.append(File.generated(config, "decisions/index.md", content=_list_of_decisions()))
    if MERMAID.exists():
        files.append(File.generated(config, "assets/mermaid.min.js", abs_src_path=str(MERMAID)))
    wanted = [FIRST, "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
    wanted += [path for file in files.documentation_pages() for path in _linked("docs/" + file.src_uri)]
    while wanted:
        path = wanted.pop()
        there = ROOT / path
        if files.get_file_from_path(_on_site(path)) or not there.is_file():
            continue
        files.append(File.generated(config, _on_site(path), abs_src_path=str(there)))
        if path.endswith(".md"):
            wanted += _linked(path)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with its links as they are on the site."""
    del config, files
    here = _in_repository(page.file.src_uri)
    if here == f"{DECISIONS}/index.md":
        return markdown

    def turned(found: re.Match[str]) -> str:
        there = _resolved(here, found[1])
        return posixpath.relpath(_on_site(there), posixpath.dirname(page.file.src_uri) or ".")

    return "".join(part if part.startswith("```") else _LINK.sub(turned, part) for part in _FENCE.split(markdown))


def _list_of_decisions() -> str:
    titles = {path.name: path.read_text(encoding="utf-8").partition("\n")[0] for path in _decisions()}
    rows = [f"- [{title.removeprefix('# ')}]({name})" for name, title in titles.items()]
    return "\n".join(["# Decisions", "", "Why it is built this way, in the order in which it was decided.", "", *rows])


def _decisions() -> list[Path]:
    return sorted((ROOT / DECISIONS).glob("0*.md"))


def _linked(path: str) -> list[str]:
    text = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).is_file() else ""
    return [_resolved(path, link) for link in _LINK.findall(text)]


def _resolved(here: str, link: str) -> str:
    """The path in the repository that a link of this page names; a folder's is that of its page."""
    there = posixpath.normpath(posixpath.join(posixpath.dirname(here), link))
    if there == DECISIONS:
        return f"{DECISIONS}/index.md"
    return there


def _on_site(path: str) -> str:
    return "index.md" if path == FIRST else path.removeprefix("docs/")


def _in_repository(src_uri: str) -> str:
    if src_uri == "index.md":
        return FIRST
    return f"docs/{src_uri}" if (ROOT / "docs" / src_uri).exists() or src_uri.startswith("decisions/") else src_uri
