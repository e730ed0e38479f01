"""The tables and figures of one report, made once, as blocks that a section can take by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from righthelp.evidence import Evidence
from righthelp.report.blocks import Block, Picture, Prose, Table
from righthelp.report.canvas import ShownFigure
from righthelp.report.cells import ShownTable
from righthelp.report.figures import draw_all
from righthelp.report.tables import list_all


class Material:
    """The evidence with every table and figure that can be made of it, by name."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    @cached_property
    def tables(self) -> dict[str, ShownTable]:
        """Every table, also those without a row."""
        return {table.name: table for table in list_all(self.evidence)}

    @cached_property
    def figures(self) -> dict[str, ShownFigure]:
        """Every figure that the returns can fill."""
        return draw_all(self.evidence)

    def has(self, name: str) -> bool:
        """Whether a table has a row."""
        return bool(self.tables[name].rows)

    def show(self, *names: str) -> Iterator[Block]:
        """Tables that stand in the text, of those that have a row."""
        for name in names:
            if self.has(name):
                yield Table(self.tables[name])

    def fold(self, *names: str) -> Iterator[Block]:
        """Tables for who wants the numbers, of those that have a row."""
        for name in names:
            if self.has(name):
                yield Table(self.tables[name], folded=True)

    def draw(self, *names: str) -> Iterator[Block]:
        """Figures, of those that the returns can fill."""
        for name in names:
            if name in self.figures:
                yield Picture(self.figures[name])

    def illustrate(self, name: str) -> Iterator[Block]:
        """A figure with its table behind it; where there is no figure, the table in the text."""
        yield from self.draw(name)
        yield from self.fold(name) if name in self.figures else self.show(name)


def say_all(sentences: Iterable[str]) -> Iterator[Block]:
    """A paragraph a sentence."""
    return (Prose(sentence) for sentence in sentences)
