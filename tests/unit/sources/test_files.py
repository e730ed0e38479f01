"""The bytes of a file: line ends, encodings, blank lines, wherever a block happens to end."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from righthelp.onsite.findings import FindingLog
from righthelp.onsite.sources import files
from righthelp.onsite.sources.files import (
    TextFile,
    checksum,
    find_blank_lines,
    inspect_bytes,
    open_text_file,
)

TEXTS = st.lists(
    st.sampled_from(
        [b"a", b"\n", b"\r\n", b"\n\n", b"\r", b"\xc3\xa9", b"\xe2\x82\xac", b"\xff", b"\0"]
    ),
    max_size=30,
).map(b"".join)


@pytest.fixture(params=[1, 2, 3, 5, 1 << 22], ids=lambda size: f"blocks of {size}")
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(files, "_BLOCK", request.param)
    return int(request.param)


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize(
    ("content", "line_end", "n_lines", "not_utf8_line"),
    [
        (b"a\nb\n", "lf", 2, None),
        (b"a\nb", "lf", 2, None),
        (b"a\r\nb\r\n", "crlf", 2, None),
        (b"a\r\nb\n", "mixed", 2, None),
        (b"a\rb\r", "cr", 1, None),
        (b"a\n\xc3\xa9\n\xe2\x82\xac\n", "lf", 3, None),
        (b"a\nb\n\xe9t\xe9\n", "lf", 3, 3),
        (b"a\n\xe2\x82", "lf", 2, 2),
        (b"a\n\xe2\x82\nb\n", "lf", 3, 2),
    ],
)
def test_what_a_pass_over_the_bytes_tells(
    content: bytes, line_end: str, n_lines: int, not_utf8_line: int | None, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(content)
    facts = inspect_bytes(tmp_path / "f")
    assert (facts.line_end, facts.n_lines) == (line_end, n_lines)
    assert facts.not_utf8_line == not_utf8_line


@given(content=TEXTS, size=st.integers(1, 8))
def test_blocks_change_nothing(
    content: bytes, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("f") / "f"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_BLOCK", size)
        cut, blank = inspect_bytes(path), find_blank_lines(path)
    whole = inspect_bytes(path)
    assert cut == whole
    lines = content.split(b"\n")[:-1]
    assert blank.tolist() == [
        number for number, line in enumerate(lines, start=1) if line in (b"", b"\r")
    ]
    assert whole.not_utf8_line == find_line_not_utf8(content)


def find_line_not_utf8(content: bytes) -> int | None:
    """The first line that, with what goes before, cannot be decoded."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return content[: error.start].count(b"\n") + 1
    return None


def open_bytes(content: bytes, folder: Path, *, encoding: str = "utf-8") -> TextFile | None:
    (folder / "scratch").mkdir()
    (folder / "f.csv").write_bytes(content)
    return open_text_file(
        folder / "f.csv",
        table="patients",
        encoding=encoding,
        delimiter="",
        scratch=folder / "scratch",
        log=FindingLog(),
    )


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_plain_file_is_read_where_it_lies(end: bytes, tmp_path: Path) -> None:
    opened = open_bytes(end.join([b"a;b", b"1;\xc3\xa9", b""]), tmp_path)
    assert opened is not None
    assert opened.path == tmp_path / "f.csv"
    assert (opened.header, opened.delimiter, opened.n_lines) == (("a", "b"), ";", 1)


@pytest.mark.parametrize(
    ("content", "encoding", "expected"),
    [
        ("a,b\r1,é\r".encode("latin-1"), "latin-1", "a,b\n1,é\n"),
        ("a,b\n1,’\n".encode("cp1252"), "windows-1252", "a,b\n1,’\n"),
        (b"a,b\n1,2\0\n", "utf-8", "a,b\n1,2\n"),
        (b"a,b\r\n1,2\n", "utf-8", "a,b\n1,2\n"),
        (gzip.compress("a,b\n1,é\n".encode()), "utf-8", "a,b\n1,é\n"),
        ("\ufeffa,b\n1,é\n".encode("utf-16-le"), "utf-8", "\ufeffa,b\n1,é\n"),
    ],
    ids=["cr", "windows-1252", "nul", "mixed", "gzip", "utf-16"],
)
def test_any_other_file_is_written_out_plain(
    content: bytes, encoding: str, expected: str, tmp_path: Path
) -> None:
    opened = open_bytes(content, tmp_path, encoding=encoding)
    assert opened is not None
    assert opened.path.parent == tmp_path / "scratch"
    assert opened.path.read_bytes().decode("utf-8") == expected
    assert opened.header == ("a", "b")


def test_a_compressed_file_that_is_cut_off_is_no_use(tmp_path: Path) -> None:
    assert open_bytes(gzip.compress(b"a,b\n" * 1000)[:-10], tmp_path) is None


def test_the_checksum_is_that_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")
    assert checksum(tmp_path / "f") == hashlib.sha256(b"abc").hexdigest()
