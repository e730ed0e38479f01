"""Codelists: however a file is written, the same is read; one wrong digit is always found."""

from __future__ import annotations

import csv
import io
import random
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.errors import ProtocolError
from righthelp.protocol.codelists import check_codelists, hash_download, read_codelist
from righthelp.protocol.meanings import check_meanings, load_meanings
from righthelp.protocol.snomed import explain_code, has_check_digit
from tests.lib.codelists import hash_as_the_tool, make_folder

CODES = sorted({code for code, *_ in load_meanings().rows})
TERMS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=12)


@settings(max_examples=60)
@given(
    codes=st.dictionaries(st.sampled_from(CODES), TERMS, min_size=1, max_size=12),
    mixed=st.randoms(use_true_random=False),
    bom=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    blanks=st.sampled_from(["", " ", "\t"]),
)
def test_a_list_that_is_written_and_read_is_the_same(
    codes: dict[str, str],
    mixed: random.Random,
    bom: bool,
    end: str,
    quoting: Literal[0, 1],
    blanks: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Order of rows and columns, line ends, quotes, blanks and a BOM change nothing."""
    path = tmp_path_factory.mktemp("lists") / "list.csv"
    rows = list(codes.items())
    mixed.shuffle(rows)
    columns = ["code", "term", "note"]
    mixed.shuffle(columns)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator=end, quoting=quoting)
    writer.writeheader()
    for code, term in rows:
        writer.writerow({"code": blanks + code, "term": term + blanks, "note": ""})
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + buffer.getvalue().encode())
    read = read_codelist(path)
    assert read.codes == codes
    plain = path.with_name("plain") / path.name
    plain.parent.mkdir()
    with plain.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("code", "term"), *sorted(codes.items())])
    assert read_codelist(plain) == read


@given(code=st.sampled_from(CODES), data=st.data())
def test_one_wrong_digit_and_two_swapped_are_always_found(code: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(code) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != code[at]]))
    assert not has_check_digit(code[:at] + digit + code[at + 1 :])
    swapped = code[:at] + code[at : at + 2][::-1] + code[at + 2 :]
    assert has_check_digit(swapped) is (swapped == code)


@given(item=st.integers(10**5, 10**8 - 1), namespace=st.sampled_from(["1000000", "1000119"]))
def test_what_a_spreadsheet_rounds_is_always_found(item: int, namespace: str) -> None:
    """It keeps 15 digits; an identifier that ends in the noughts it writes comes through whole."""
    stem = f"{item}{namespace}10"
    code = next(stem + digit for digit in "0123456789" if has_check_digit(stem + digit))
    rounded = str(int(code) // 10 ** (len(code) - 15) * 10 ** (len(code) - 15))
    assert 16 <= len(code) <= 18
    if rounded != code:
        assert explain_code(rounded) is not None


@settings(max_examples=40)
@given(text=st.text(max_size=80), name=st.sampled_from(["codelists.txt", "codelists.json"]))
def test_whatever_lies_in_a_folder_is_read_or_told(
    text: str, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = make_folder(tmp_path_factory.mktemp("any") / "codelists")
    for path in (folder / name, folder / "local_codelists" / "carers.csv", folder / "meanings.csv"):
        kept = path.read_bytes()
        path.write_text(text, encoding="utf-8", newline="")
        problems = check_meanings(folder)
        assert all(problem.what and problem.where and problem.do for problem in problems)
        assert len(set(problems)) == len(problems)
        path.write_bytes(kept)
    assert check_codelists(folder) == []


@given(lines=st.lists(st.text("ab,", max_size=5), min_size=1, max_size=6))
def test_the_digest_of_a_download_is_that_of_the_lines(lines: list[str]) -> None:
    text = "\n".join([*lines, "end"])
    assert hash_download(text.encode()) == hash_as_the_tool(text.replace("\n", "\r\n") + "\n")


@settings(max_examples=60)
@given(content=st.binary(max_size=60))
def test_any_bytes_are_a_list_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "list.csv"
    path.write_bytes(b"code,term\n" + content)
    try:
        found = read_codelist(path)
    except ProtocolError:
        return
    assert all(explain_code(code) is None for code in found.codes)
