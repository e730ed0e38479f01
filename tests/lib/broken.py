"""Files broken in ways that nobody planned: bytes cut out, and strays put in their place."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from hypothesis import strategies as st

from righthelp.onsite.findings import RecordsRefused
from righthelp.onsite.sources.records import SiteRecords

STRAYS = (b"", b",", b"\t", b"\n\n", b'"', b"\xff\xfe", b"\0", b"\r\n", b"{A1}", b"1,2,3\n")


@st.composite
def broken_files(draw: st.DrawFn, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """The name of one of the files, and its content with a few bytes changed."""
    name = draw(st.sampled_from(sorted(files)))
    whole = files[name]
    place, dropped = draw(st.integers(0, len(whole))), draw(st.integers(0, 60))
    return name, whole[:place] + draw(st.sampled_from(STRAYS)) + whole[place + dropped :]


def assert_accounted(write: Callable[[Path], Path], read: Callable[[Path], SiteRecords]) -> None:
    """Written and read, the site is refused, or every row is kept or left out for a reason."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            records = read(write(Path(folder)))
        except RecordsRefused:
            return
    assert all(account.adds_up for account in records.ledger)
