"""What becomes a page of the site: docs/, the README, and every file of ours that a page links to.

The pages are written for the folder that they lie in, so a link may leave docs/: to the README of
a study, to a SQL file. There is no code host behind the site, so each such file becomes a page too,
and the links are turned to it. The navigation is what docs/README.md lists.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files, InclusionLevel

if TYPE_CHECKING:
    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

DOCS = "docs/"
FRONT, LIST = "README.md", "docs/README.md"
RENAMED = {FRONT: "index.md", LIST: "pages.md"}
CODE_OR_LINK = re.compile(
    r"^[ ]*(?P<fence>`{3,}).*?^[ ]*(?P=fence)[ ]*$|`[^`]+`|\]\((?P<target>[^()\s]+)\)",
    re.MULTILINE | re.DOTALL,
)
LISTED = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<target>[^()\s]+)\)")
SCHEMA = ".json"  # linked as a file: an editor reads it


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Take the navigation from the list of pages."""
    root = _root(config)
    kinds = list(read_list((root / LIST).read_text(encoding="utf-8")))
    config.nav = [{"righthelp": "index.md"}, {"All pages": "pages.md"}]
    config.nav += [{title: [{name: uri} for name, uri in found]} for title, _, found in kinds]
    config.extra["kinds"] = {title: line.replace("`", "") for title, line, _ in kinds}
    return config


def read_list(text: str) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """The parts of the list of pages: heading, the line below it, and (name, page) of each link."""
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, line, *items = (one.strip() for one in re.split(r"\n\n|\n- ", part))
        links = [match for item in items for match in LISTED.finditer(item)]
        pages = [
            (words[0].upper() + words[1:], page_of(_resolve(target, LIST)))
            for words, target in (match.group("words", "target") for match in links)
            if not target.endswith(SCHEMA)
        ]
        yield title, " ".join(line.split()), pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the front page and the files that pages link to; the list of pages gets its name."""
    root = _root(config)
    listed = files.get_file_from_path("README.md")
    assert listed is not None
    files.remove(listed)
    in_nav = {
        uri
        for _, _, found in read_list((root / LIST).read_text(encoding="utf-8"))
        for _, uri in found
    }
    config.extra["origins"] = origins = {page_of(path): path for path in find_linked(root)}
    for uri, path in origins.items():
        in_or_out = InclusionLevel.INCLUDED if uri in in_nav else InclusionLevel.NOT_IN_NAV
        level = InclusionLevel.INCLUDED if path in RENAMED else in_or_out
        content = read_page(root, path)
        files.append(File.generated(config, uri, content=content, inclusion=level))
    return files


def on_env(env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
    """Leave out the list of addresses that MkDocs writes for search engines: there is none."""
    del files
    config.theme.static_templates.clear()
    return env


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn the links of a page, written for its folder, to where the pages are on the site."""
    del files
    uri = page.file.src_uri
    origin = config.extra["origins"].get(uri, DOCS + uri)
    return turn_links(markdown, root=_root(config), origin=origin, uri=uri)


def turn_links(text: str, *, root: Path, origin: str, uri: str) -> str:
    """`text` of the file `origin` as it must read in the page `uri`; unknown targets stay."""

    def turn(match: re.Match[str]) -> str:
        target = match["target"]
        if target is None or ":" in target or target.startswith("#"):
            return match[0]
        path, mark, anchor = target.partition("#")
        there = _resolve(path, origin)
        if not (root / there).is_file():
            return match[0]
        relative = posixpath.relpath(page_of(there), posixpath.dirname(uri) or ".")
        return f"]({relative}{mark}{anchor})"

    return CODE_OR_LINK.sub(turn, text)


def find_linked(root: Path) -> list[str]:
    """Files outside docs/ that become pages, and the list: what is linked to, and so on."""
    found: dict[str, None] = dict.fromkeys(RENAMED)
    waiting = [FRONT, *(path.relative_to(root).as_posix() for path in (root / DOCS).rglob("*.md"))]
    for origin in waiting:
        text = (root / origin).read_text(encoding="utf-8")
        for target in _list_targets(text):
            path = _resolve(target.partition("#")[0], origin)
            if path.startswith((DOCS, "..")) or path in found or not (root / path).is_file():
                continue
            found[path] = None
            if path.endswith(".md"):
                waiting.append(path)
    return list(found)


def page_of(path: str) -> str:
    """The page, or file, of the site that a file of the project becomes."""
    if path in RENAMED:
        return RENAMED[path]
    if path.startswith(DOCS):
        return path.removeprefix(DOCS)
    name = PurePosixPath(path.removeprefix("src/righthelp/"))
    if name.name == "README.md":
        return f"{name.parent}.md"
    if name.suffix == ".md":
        return str(name.with_name(name.name.lower()))
    return f"source/{name}.md"


def read_page(root: Path, path: str) -> str:
    """The Markdown of a page: the file as it is, or shown as code under its name."""
    text = (root / path).read_text(encoding="utf-8")
    if path.endswith(".md"):
        return text
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    language = PurePosixPath(path).suffix.lstrip(".") or "text"
    head = f"# {PurePosixPath(path).name}\n\nThe file `{path}` as it is.\n\n"
    return f"{head}{fence}{language}\n{text.rstrip()}\n{fence}\n"


def _list_targets(text: str) -> list[str]:
    targets = (match["target"] for match in CODE_OR_LINK.finditer(text))
    return [target for target in targets if target and ":" not in target]


def _resolve(target: str, origin: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(origin), target))


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).resolve().parent
