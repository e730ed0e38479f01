"""A text file as it is on disk: checksum, encoding, line ends, header; and a plain copy if needed.

Reading is in blocks. A file that is UTF-8 with one kind of line end is read where it lies; any
other is first written out as plain UTF-8 with LF, into a private folder that is removed afterwards.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from righthelp.onsite.findings import FindingLog

_BLOCK = 1 << 22
_HEADER_BYTES = 1 << 16
_DELIMITERS = ",\t;|"
_GZIP = b"\x1f\x8b"
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True)
class ByteFacts:
    """What one pass over the bytes of a file tells.

    `not_utf8_line` is the first line with bytes that are not UTF-8, or None; `line_end` is lf,
    crlf, cr or mixed.
    """

    size: int
    n_lines: int
    bom: str
    ascii: bool
    not_utf8_line: int | None
    line_end: str
    has_nul: bool


@dataclass(frozen=True)
class TextFile:
    """A delimited text file, ready to be read by the engine.

    `path` is what the engine reads, `name` what the site calls it. `header_lines` are to be
    skipped; `n_lines` counts the lines after them, blank ones too.
    """

    name: str
    path: Path
    header: tuple[str, ...]
    header_lines: int
    delimiter: str
    n_lines: int


def open_text_file(
    path: Path, *, table: str, encoding: str, delimiter: str, scratch: Path, log: FindingLog
) -> TextFile | None:
    """Look at a text file, note what is odd about it, and make it plain; None when it is no use."""
    try:
        facts = inspect_bytes(path)
    except (OSError, EOFError, zlib.error) as error:
        log.add("file_unreadable", table, file=path.name, value=error)
        return None
    if facts.size == 0:
        log.add("file_empty", table, file=path.name)
        return None
    if _starts_with(path, *_SPREADSHEETS):
        log.add("file_unreadable", table, file=path.name, value="a spreadsheet; save it as CSV")
        return None
    codec = _choose_codec(facts, encoding, table=table, name=path.name, log=log)
    plain, name = path, path.name
    if facts.bom:
        log.add("byte_order_mark", table, file=name, row=1)
    if facts.line_end == "crlf":
        log.add("windows_line_ends", table, file=name, n_rows=facts.n_lines)
    elif facts.line_end == "mixed":
        log.add("mixed_line_ends", table, file=name)
    utf8 = codec in ("utf-8", "utf-8-sig") or facts.ascii
    if not utf8 or facts.has_nul or facts.line_end in ("mixed", "cr") or _starts_with(path, _GZIP):
        plain = scratch / f"{table}-{len(list(scratch.iterdir()))}.csv"
        replaced = _write_plain(path, plain, codec)
        if replaced:
            log.add("bytes_replaced", table, file=name, n_rows=replaced)
        facts = inspect_bytes(plain)
    header, header_lines, found = _read_header(plain, delimiter)
    if not any(header):
        log.add("file_empty", table, file=name)
        return None
    n_lines = max(0, facts.n_lines - header_lines)
    return TextFile(name, plain, header, header_lines, found, n_lines)


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def inspect_bytes(path: Path) -> ByteFacts:
    """Pass once over the bytes of a file (of its content, when it is compressed)."""
    size = newlines = returns = pairs = 0
    bom, is_ascii, has_nul = "", True, False
    not_utf8: int | None = None
    last = b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for number, block in enumerate(_read_blocks(path)):
        if number == 0:
            bom = next((codec for mark, codec in _BOMS if block.startswith(mark)), "")
        is_ascii = is_ascii and block.isascii()
        pending = decoder.getstate()[0]
        if not_utf8 is None and (pending or not block.isascii()):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                place = max(0, error.start - len(pending))
                not_utf8 = newlines + block.count(b"\n", 0, place) + 1
        if b"\r" in block:
            returns += block.count(b"\r")
            pairs += block.count(b"\r\n")
        has_nul = has_nul or b"\0" in block
        newlines += block.count(b"\n")
        last = block[-1:]
        size += len(block)
    if not_utf8 is None and decoder.getstate()[0]:
        not_utf8 = newlines + 1
    open_end = size > 0 and last != b"\n"
    line_end = (
        "lf"
        if returns == 0
        else "cr"
        if newlines == 0
        else "crlf"
        if returns == pairs == newlines
        else "mixed"
    )
    return ByteFacts(size, newlines + open_end, bom, is_ascii, not_utf8, line_end, has_nul)


def find_blank_lines(path: Path) -> np.ndarray:
    """The numbers of the lines that hold nothing at all, the first line being 1."""
    found = [np.zeros(0, dtype=np.int64)]
    newlines = size = 0
    last_end = -1
    for block in _read_blocks(path):
        if b"\n\n" in block or b"\n\r\n" in block or block[:1] in (b"\n", b"\r"):
            found.append(_find_blank_lines(block, newlines, last_end - size))
        newlines += block.count(b"\n")
        last = block.rfind(b"\n")
        last_end = size + last if last >= 0 else last_end
        size += len(block)
    return np.concatenate(found)


def _starts_with(path: Path, *marks: bytes) -> bool:
    with path.open("rb") as opened:
        return opened.read(8).startswith(marks)


def _read_blocks(path: Path) -> Iterator[bytes]:
    """Blocks that never end between a CR and its LF."""
    with path.open("rb") as raw:
        opened = gzip.GzipFile(fileobj=raw) if _starts_with(path, _GZIP) else raw
        while block := opened.read(_BLOCK):
            while block.endswith(b"\r") and (more := opened.read(1)):
                block += more
            yield block


def _find_blank_lines(block: bytes, lines_before: int, previous_end: int) -> np.ndarray:
    """Numbers of blank lines that end in this block.

    `previous_end` is the place of the last line end before the block, as seen from its start.
    """
    values = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(values == 10)
    starts = np.concatenate([[previous_end], ends[:-1]]) + 1
    length = ends - starts
    returned = np.zeros(len(ends), dtype=bool)
    returned[length == 1] = values[ends[length == 1] - 1] == 13
    numbers: np.ndarray = np.flatnonzero((length == 0) | returned) + lines_before + 1
    return numbers


def _choose_codec(
    facts: ByteFacts, encoding: str, *, table: str, name: str, log: FindingLog
) -> str:
    if facts.bom.startswith("utf-16"):
        log.add("wrong_encoding", table, file=name, row=1, value="the file is UTF-16")
        return facts.bom
    if facts.not_utf8_line is None and not facts.ascii:
        if encoding != "utf-8" and not facts.bom:
            log.add("encoding_is_utf8", table, file=name)
        return "utf-8-sig"
    if facts.not_utf8_line is not None and (encoding == "utf-8" or facts.bom):
        log.add(
            "wrong_encoding",
            table,
            file=name,
            row=facts.not_utf8_line,
            value="it looks like Windows-1252",
        )
        return "cp1252"
    return {"utf-8": "utf-8-sig", "windows-1252": "cp1252", "latin-1": "latin-1"}[encoding]


def _write_plain(path: Path, target: Path, codec: str) -> int:
    """Write the file as UTF-8 with LF and without NUL; returns the characters replaced or left."""
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(codec)(errors="replace"), translate=True
    )
    replaced = 0
    with target.open("wb") as out:
        for block in chain(_read_blocks(path), (b"",)):
            text = decoder.decode(block, final=not block)
            replaced += text.count("\ufffd") + text.count("\0")
            out.write(text.replace("\0", "").encode("utf-8"))
    return replaced


def _read_header(path: Path, delimiter: str) -> tuple[tuple[str, ...], int, str]:
    """Column names, the lines that the header takes up, and the delimiter."""
    with path.open("rb") as opened:
        text = opened.read(_HEADER_BYTES).decode("utf-8-sig", errors="ignore")
    first = next((line for line in text.splitlines() if line.strip()), "")
    found = delimiter or max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=found)
    for names in reader:
        if any(name.strip() for name in names):
            tidy = tuple(name.strip(" \t\u00a0\u200b\ufeff") for name in names)
            return tidy, reader.line_num, found
    return (), 0, found
