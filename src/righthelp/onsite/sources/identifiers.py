"""What must not stand in a file that leaves the practice: NHS numbers, names, addresses.

An NHS number is ten digits, with or without blanks or dashes, whose last digit is the modulus 11
check (NHS Data Dictionary, NHS NUMBER).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nhs_number.validate import is_valid

from righthelp.errors import DisclosureRefused, Problem
from righthelp.protocol.sitemap import fold_word

_TEN_DIGITS = re.compile(r"(?<!\d)(?<!\d[.,])\d(?:[\s\u00a0\u2010-\u2013-]?\d){9}(?![\d:])")
"""Not the decimals of a number, nor a date with a time."""
_NAMING_HEADERS = frozenset(
    fold_word(name)
    for name in (
        "NHS number", "NHS no", "NHS no.", "NHS", "NHS num", "NHS id", "CHI", "CHI number",
        "H&C number", "name", "full name", "patient name", "first name", "forename", "given name",
        "surname", "last name", "family name", "initials", "date of birth", "DOB", "D.O.B.",
        "birth date", "birthday", "postcode", "post code", "address", "phone", "telephone",
        "phone number", "telephone number", "mobile", "email", "e-mail", "email address",
    )
)  # fmt: skip


def find_nhs_numbers(cell: object) -> list[str]:
    """The ten digits of every NHS number in a cell, however it is written."""
    if not isinstance(cell, (int, float, str)):  # a date is none
        return []
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell)
    if sum(letter.isdigit() for letter in text) < 10:
        return []
    found = (re.sub(r"\D", "", match) for match in _TEN_DIGITS.findall(text))
    return [digits for digits in found if digits.isascii() and is_valid(digits)]


def hide_nhs_numbers(text: str) -> str:
    """A text with all but the last three digits of every NHS number in it hidden."""

    def hide(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match.group())
        return f"…{digits[-3:]}" if find_nhs_numbers(match.group()) else match.group()

    return _TEN_DIGITS.sub(hide, text)


def is_naming_header(name: object) -> bool:
    """Whether a column of this name would name a person."""
    return isinstance(name, str) and fold_word(name.strip().rstrip(":")) in _NAMING_HEADERS


def refuse_identifiers(
    cells: Iterable[tuple[str, object]], headers: Iterable[tuple[str, object]], *, file: str
) -> None:
    """Raise DisclosureRefused for every cell with an NHS number and every naming header at once.

    `cells` and `headers` are pairs of a place that one can open and what stands there. Of a number
    only the last three digits are shown.
    """
    problems = [
        Problem(
            f"the column {hide_nhs_numbers(str(header).strip())!r} would name people",
            hide_nhs_numbers(f"{file}: {place}"),
            "Delete the column; number the rows instead.",
        )
        for place, header in headers
        if is_naming_header(header)
    ]
    problems += [
        Problem(
            f"an NHS number (ending {digits[-3:]})",
            hide_nhs_numbers(f"{file}: {place}"),
            "Delete it; use a running number that only the practice can link back.",
        )
        for place, cell in cells
        for digits in find_nhs_numbers(cell)
    ]
    if problems:
        raise DisclosureRefused(
            f"{hide_nhs_numbers(file)} holds what could name a person, and it leaves the practice",
            problems=problems,
        )
