"""Pages of the site are read as CommonMark with tables, as the code host reads them.

MkDocs brings a parser of another dialect, which wants four blanks where ours have two or three.
Here markdown-it makes the tree; the rest of MkDocs (headings, links and their checks) works on it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import TYPE_CHECKING

from markdown import Extension, Markdown
from markdown.blockparser import BlockParser
from markdown.treeprocessors import Treeprocessor
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

ALIGNED_RIGHT = "text-align:right"
FEW_COLUMNS = 3  # fit on a phone side by side


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put our parser after the extensions of MkDocs."""
    config.markdown_extensions.append(CommonMark())
    return config


class CommonMark(Extension):
    """Python-Markdown with its parser taken out and markdown-it put in."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (the name that is called)
        """Leave of Python-Markdown what works on the finished tree."""
        for registry, names in (
            (md.preprocessors, ("html_block", "fenced_code_block")),
            (md.treeprocessors, ("inline", "prettify")),
        ):
            for name in names:
                registry.deregister(name)
        md.parser = CommonMarkParser(md)
        md.registerExtension(self)
        self.md = md
        md.treeprocessors.register(Dress(md), "dress", 1)

    def reset(self) -> None:
        """Write text as it is: Python-Markdown, which sets its own writer last, spares entities."""
        self.md.serializer = _serialise


class CommonMarkParser(BlockParser):
    """The text of a page as a tree."""

    def parseDocument(self, lines: Sequence[str]) -> ET.ElementTree[ET.Element]:  # noqa: N802
        """The tree of a whole page, in a `div`; a comment is dropped, other HTML must be closed."""
        reader = MarkdownIt("commonmark", {"xhtmlOut": True}).enable("table")
        html = reader.render("\n".join(lines))
        return ET.ElementTree(ET.fromstring(f"<div>{html}</div>"))


class Dress(Treeprocessor):
    """Wide things get a box to scroll in, columns of numbers a class, pictures a link to enlarge.

    A wide table of words is marked, to be shown on a phone with its cells one below the other; for
    that each cell is told its column.
    """

    def run(self, root: ET.Element) -> None:
        """Change the tree in place."""
        for cell in root.iter():
            if cell.tag in {"td", "th"} and cell.attrib.pop("style", "") == ALIGNED_RIGHT:
                cell.set("class", "number")
        for table in root.iter("table"):
            _mark_words(table)
        for parent in list(root.iter()):
            for at, child in enumerate(list(parent)):
                if child.tag == "table":
                    parent[at] = _box(child, f"Table: {_name_columns(child)}")
                elif child.tag == "pre":
                    child.attrib |= {"tabindex": "0", "role": "group", "aria-label": "Code"}
                elif child.tag == "img" and parent.tag != "a":
                    parent[at] = _link_to_itself(child)


def _mark_words(table: ET.Element) -> None:
    columns = [("".join(cell.itertext()), cell.get("class")) for cell in table.iter("th")]
    if len(columns) <= FEW_COLUMNS or any(kind == "number" for _, kind in columns):
        return
    table.set("class", "words")
    for row in table.iter("tr"):
        for cell, (name, _) in zip(row, columns, strict=True):
            if cell.tag == "td":
                cell.set("data-column", name)


def _box(table: ET.Element, label: str) -> ET.Element:
    attributes = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": label}
    box = ET.Element("div", attributes)
    box.tail, table.tail = table.tail, None
    box.append(table)
    return box


def _name_columns(table: ET.Element) -> str:
    return ", ".join("".join(cell.itertext()) for cell in table.iter("th"))


def _link_to_itself(image: ET.Element) -> ET.Element:
    link = ET.Element("a", {"href": image.get("src", ""), "class": "picture"})
    link.tail, image.tail = image.tail, None
    image.set("alt", re.sub(r"\s+", " ", image.get("alt", "")))
    link.append(image)
    return link


def _serialise(element: ET.Element) -> str:
    return ET.tostring(element, encoding="unicode", method="html")
