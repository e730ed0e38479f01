"""A report as a file: what the ending of its name says is what it is written as."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from righthelp.errors import UsageError
from righthelp.report.blocks import Document


def write_document(document: Document, paths: Sequence[Path]) -> None:
    """Write the report to every path, in the form that its ending names; folders are made."""
    for path in paths:
        data = _FORMS[path.suffix.lower()](document)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def check_forms(paths: Sequence[Path]) -> None:
    """Raise UsageError when an ending names no form that a report can have."""
    unknown = [path for path in paths if path.suffix.lower() not in _FORMS]
    if unknown:
        raise UsageError(
            f"A report cannot be written as {', '.join(path.name for path in unknown)}.",
            where="--out",
            do=f"End the name in one of: {', '.join(_FORMS)}.",
        )


def _write_html(document: Document) -> bytes:
    from righthelp.report.html import render_html

    return render_html(document).encode()


def _write_pdf(document: Document) -> bytes:
    from righthelp.report.pdf import render_pdf

    return render_pdf(document)


def _write_docx(document: Document) -> bytes:
    from righthelp.report.docx import render_docx

    return render_docx(document)


_FORMS: Mapping[str, Callable[[Document], bytes]] = {
    ".html": _write_html,
    ".pdf": _write_pdf,
    ".docx": _write_docx,
}
