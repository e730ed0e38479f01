"""Folders of codelists as OpenSAFELY's command leaves them, to be spoilt by tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

ASTHMA = "nhsd-primary-care-domain-refsets/ast_cod/20250627"
STRESS = "user/somebody/stress/0f8ffb90"
CODES: Mapping[str, str] = {
    ASTHMA: "code,term\r\n195967001,Asthma\r\n304527002,Acute asthma\r\n",
    STRESS: "code,term\n271952001,Stress and adjustment reaction\n",
}
CARER = "code,term\n133932002,Caregiver\n"
HEADER = "list,kind,meaning,label,priority,source,licence,review"


def name_file(line: str) -> str:
    """The name under which the tool keeps a list: its line without the version."""
    return "-".join(line.split("/")[:-1]) + ".csv"


def hash_as_the_tool(text: str) -> str:
    """SHA-1 with every line end one newline and none at the end, written from its description."""
    plain = text.replace("\r\n", "\n").removesuffix("\n")
    return hashlib.sha1(plain.encode()).hexdigest()


def make_folder(folder: Path, *, lists: Mapping[str, str] = CODES) -> Path:
    """A folder without drift: two downloaded lists, one made by hand, and what each means."""
    (folder / "local_codelists").mkdir(parents=True)
    lines = ["# what we use", "", *lists]
    (folder / "codelists.txt").write_text("\n".join(lines), encoding="utf-8")
    files = {}
    for line, text in lists.items():
        (folder / name_file(line)).write_bytes(text.encode())
        files[name_file(line)] = {
            "id": line,
            "url": f"https://www.opencodelists.org/codelist/{line}/",
            "downloaded_at": "2025-09-01 10:00:00.000000Z",
            "sha": hash_as_the_tool(text),
        }
    (folder / "codelists.json").write_text(json.dumps({"files": files}, indent=2), encoding="utf-8")
    (folder / "local_codelists" / "carers.csv").write_text(CARER, encoding="utf-8")
    meanings = [
        HEADER,
        _mean(name_file(ASTHMA).removesuffix(".csv"), "condition", "asthma"),
        _mean(name_file(STRESS).removesuffix(".csv"), "reason", "mental_health"),
        _mean("carers", "reason", "social"),
    ]
    (folder / "meanings.csv").write_text("\n".join(meanings) + "\n", encoding="utf-8")
    return folder


def _mean(name: str, kind: str, meaning: str) -> str:
    return f"{name},{kind},{meaning},A label,1,ours,CC0,nobody yet"
