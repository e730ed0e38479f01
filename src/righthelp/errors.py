"""Every error a user can meet: what happened, where, what to do, and the exit code it ends with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, the place to open, and the sentence that says what to do."""

    what: str
    where: str = ""
    do: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f"\n    {self.do}" if self.do else ""
        return f"{place}{self.what}{remedy}"


class RightHelpError(Exception):
    """A trouble the user can mend: one problem, or all the problems of a file in its order."""

    exit_code: ClassVar[int] = 2

    def __init__(
        self, what: str, *, where: str = "", do: str = "", problems: Sequence[Problem] = ()
    ) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems) or (Problem(what, where, do),)
        self.what = what
        super().__init__(str(self))

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        lines = [self.what, *(f"  {problem}" for problem in self.problems)]
        return "\n".join(lines)


class UsageError(RightHelpError):
    """The command was given something it cannot work with."""

    exit_code = 2


class ProtocolError(RightHelpError):
    """The study file does not say what is needed, or says something impossible."""

    exit_code = 3


class DataRefused(RightHelpError):
    """The data of a site cannot be used as they are."""

    exit_code = 4


class DisclosureRefused(RightHelpError):
    """Something was about to leave, or to be read, that could point to a person."""

    exit_code = 5
