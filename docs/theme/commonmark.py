"""Pages of the site are read as CommonMark with tables, as the code host reads them.

MkDocs brings a parser of another dialect, which wants four blanks where ours have two or three. Here
markdown-it makes the tree; the rest of MkDocs (headings, links and their checks) works on it as ever.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Sequence
from typing import TYPE_CHECKING

from markdown import Extension, Markdown
from markdown.blockparser import BlockParser
from markdown.treeprocessors import Treeprocessor
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

ALIGNED_RIGHT = "text-align:right"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put our parser after the extensions of MkDocs."""
    config.markdown_extensions.append(CommonMark())  # type: ignore[arg-type]  # an instance will do
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
        md.serializer = _serialise
        md.treeprocessors.register(Dress(md), "dress", 1)


class CommonMarkParser(BlockParser):
    """The text of a page as a tree."""

    def parseDocument(self, lines: Sequence[str]) -> etree.ElementTree:  # type: ignore[override,type-arg]  # noqa: N802
        """The tree of a whole page, in a `div`; a comment is dropped, other HTML must be closed."""
        reader = MarkdownIt("commonmark", {"xhtmlOut": True}).enable("table")
        html = reader.render("\n".join(lines))
        return etree.ElementTree(etree.fromstring(f"<div>{html}</div>"))


class Dress(Treeprocessor):
    """Wide things get a box to scroll in, columns of numbers a class, pictures a way to be enlarged."""

    def run(self, root: etree.Element) -> None:
        """Change the tree in place."""
        for parent in list(root.iter()):
            for at, child in enumerate(list(parent)):
                if child.tag == "table":
                    parent[at] = _box(child, f"Table: {_name_columns(child)}")
                elif child.tag == "pre":
                    child.attrib |= {"tabindex": "0", "role": "group", "aria-label": "Code"}
                elif child.tag == "img" and parent.tag != "a":
                    parent[at] = _link_to_itself(child)
        for cell in root.iter():
            if cell.tag in {"td", "th"} and cell.attrib.pop("style", "") == ALIGNED_RIGHT:
                cell.set("class", "number")


def _box(table: etree.Element, label: str) -> etree.Element:
    attributes = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": label}
    box = etree.Element("div", attributes)
    box.tail, table.tail = table.tail, None
    box.append(table)
    return box


def _name_columns(table: etree.Element) -> str:
    return ", ".join(filter(None, ("".join(cell.itertext()) for cell in table.iter("th"))))


def _link_to_itself(image: etree.Element) -> etree.Element:
    link = etree.Element("a", {"href": image.get("src", ""), "class": "picture"})
    link.tail, image.tail = image.tail, None
    image.set("alt", re.sub(r"\s+", " ", image.get("alt", "")))
    link.append(image)
    return link


def _serialise(element: etree.Element) -> str:
    return etree.tostring(element, encoding="unicode", method="html")
