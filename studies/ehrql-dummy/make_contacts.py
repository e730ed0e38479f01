"""Make link_worker_contacts.csv: who of the dummy people saw a link worker, drawn from a seed.

Run from anywhere: python studies/ehrql-dummy/make_contacts.py
"""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
SAMPLE = HERE.parent.parent / "tests" / "samples" / "ehrql_dummy"
INDEX_FROM = date(2023, 6, 1)
SEED = 20230601
N_SEEN, N_ONGOING = 120, 20


def draw_contacts() -> list[tuple[str, str, str, str]]:
    """Rows of the file: 120 people alive in June 2023 seen in that month, 20 of them before too."""
    draw = random.Random(SEED)
    with (SAMPLE / "patients.csv").open(encoding="utf-8", newline="") as opened:
        alive = [
            row["patient_id"]
            for row in csv.DictReader(opened)
            if not row["date_of_death"] or row["date_of_death"] >= INDEX_FROM.isoformat()
        ]
    rows: list[tuple[str, str, str, str]] = []
    for number, person in enumerate(draw.sample(alive, N_SEEN)):
        days = [draw.randrange(30)]
        if number < N_ONGOING:
            days.insert(0, -draw.randrange(1, 90))
        if draw.random() < 0.4:
            days.append(30 + draw.randrange(60))
        for day in days:
            mode = draw.choice(("face_to_face", "telephone"))
            missed = not 0 <= day < 30 and draw.random() < 0.2
            outcome = "Did Not Attend" if missed else "Finished"
            rows.append((person, (INDEX_FROM + timedelta(day)).isoformat(), mode, outcome))
    return sorted(rows, key=lambda row: (row[1], int(row[0])))


def write_contacts(path: Path) -> None:
    """Write the file."""
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(("patient_id", "date", "mode", "outcome"))
        writer.writerows(draw_contacts())


if __name__ == "__main__":
    write_contacts(HERE / "link_worker_contacts.csv")
