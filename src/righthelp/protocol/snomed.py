"""SNOMED CT identifiers: what they must look like, and the digit that tells a mistyped one.

The check digit is Verhoeff's (1969), over the dihedral group of order 10; it finds every single
wrong digit and every swap of neighbours. The parts of an identifier are those of the SNOMED CT
Release File Specification, section on component identifiers. Nothing here asks a terminology
server: an identifier that is well formed may still not exist.
"""

from __future__ import annotations

import re

SHORTEST, LONGEST = 6, 18
CONCEPT_PARTITIONS = ("00", "10")
"""The two digits before the check digit, for a concept of the international edition or another."""

NO_DIGITS = "not made of digits"

_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_DECIMAL = re.compile(r"\d+[.,]0*")


def _multiply(left: int, right: int) -> int:
    """The product of the dihedral group of order 10, its elements numbered as Verhoeff did."""
    turned = left % 5 - right % 5 if left >= 5 else left % 5 + right % 5
    return turned % 5 + 5 * ((left >= 5) != (right >= 5))


def _permute(digit: int, times: int) -> int:
    for _ in range(times % 8):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit


def has_check_digit(digits: str) -> bool:
    """Whether the last digit is the Verhoeff check digit of those before it."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _multiply(check, _permute(int(digit), place))
    return check == 0


def explain_code(code: str) -> str | None:
    """Why this is no identifier of a SNOMED CT concept, in words; None where it may be one.

    A spreadsheet keeps 15 digits, which spoils the check digit of every identifier of 16 or 17
    digits; of 18 it also turns the two digits before into those of the international edition, which
    has none so long. One that shows a power of ten keeps fewer: nine in ten such codes are found by
    their check digit.
    """
    if _SCIENTIFIC.fullmatch(code):
        return "written as a number with a power of ten, so its last digits are lost"
    if _DECIMAL.fullmatch(code):
        return "written as a number with a decimal point"
    if not (code.isascii() and code.isdigit()):
        return NO_DIGITS
    if not SHORTEST <= len(code) <= LONGEST or code.startswith("0"):
        return f"not {SHORTEST} to {LONGEST} digits without leading noughts"
    if not has_check_digit(code):
        return "mistyped, or rounded by a spreadsheet: the check digit is wrong"
    if len(code) == LONGEST and code.endswith("000"):
        return "rounded by a spreadsheet"
    if code[-3:-1] not in CONCEPT_PARTITIONS:
        return "the identifier of a description or relationship, not of a concept"
    return None
