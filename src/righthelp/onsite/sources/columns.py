"""The columns of one landed table, checked and set right: words, dates, numbers, doubled rows.

Everything is counted in the engine. A row that cannot be used goes into `read_left_out` under the
first trouble met, so that the ledger adds up; the findings name the first such row and its values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from righthelp.engine import Engine, quote, quote_name
from righthelp.onsite.findings import FindingLog
from righthelp.onsite.sources.kinds import KINDS
from righthelp.onsite.sources.landing import FEW, THROUGHOUT, Landed, is_needed, parse_date
from righthelp.onsite.sources.vocabulary import list_meanings
from righthelp.protocol.sitemap import SiteMap, list_words
from righthelp.schema import Column

EARLIEST = date(1905, 1, 1)
"""Dates before this are the spreadsheet epochs 1900 and 1904, or people nobody follows up."""
EARLIEST_BIRTH = date(1850, 1, 1)
_KEPT_EARLY = {("patients", "date_of_birth"), ("practice_registrations", "start_date")}
_KEYS = {"patients": "patient_id", "practices": "practice_id"}
_RANGES = {
    "imd_decile": (1, 10),
    "list_size": (0, 10**8),
    "duration_minutes": (0, 24 * 60),
    "score": (-1000, 1000),  # what each instrument can give is checked by outcome_checks
    "answer": (-1000, 1000),
}
_ANY_NUMBER = (-(10**9), 10**9)
_MOST_WORDS = 50
_MOST_WORDS_AT_ONCE = 200
_EDGES = "' ' || chr(9) || chr(160) || chr(8203) || chr(65279)"
_EMPTY_WORDS = (
    "('', '-', '.', 'na', 'n/a', 'null', 'none', 'nan', 'nat', '0000-00-00', '00/00/0000')"
)
_GUESSES = ("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d", "%d-%b-%y")
_LONGER_GUESSES = ("%d-%b-%Y", "%d %b %Y", "%d %B %Y")
_TIMES = ("", " %H:%M", " %H:%M:%S")


@dataclass(frozen=True)
class ColumnCheck:
    """What checking a table needs: the engine, the map, the log, and the days that are possible."""

    engine: Engine
    site_map: SiteMap
    log: FindingLog
    extract_to: date
    today: date

    def check(self, landed: Landed) -> None:
        """Check every column of a table that came, in the order of the declaration."""
        self._drop_blank_rows(landed)
        self._drop_doubled_rows(landed)
        for column in landed.table.columns:
            if column.name not in landed.columns:
                continue
            if list_words(landed.table, column.name):
                self._read_words(landed, column)
            elif column.type == "text":
                self._trim(landed, column)
            elif column.type == "date":
                self._read_dates(landed, column)
            else:
                self._read_numbers(landed, column)
        self._drop_doubled_keys(landed)

    def note(self, landed: Landed, kind: str, *, column: str, where: str, value: str) -> int:
        """Count the rows of a condition, note their first row and up to three values.

        When the kind drops rows, they are left out, unless they already are.
        """
        if not self.engine.rows(f"SELECT count(*) FROM {landed.name} WHERE {where}")[0][0]:
            return 0
        kept = f"({where}) AND rowid NOT IN (SELECT row_id FROM read_left_out WHERE name = ?)"
        drops = KINDS[kind].effect == "dropped"
        rows = self.engine.rows(
            f"SELECT v, r, sum(n) OVER (), count(*) OVER () FROM ("
            f"SELECT {value} AS v, count(*) AS n, min({landed.order}) AS r FROM {landed.name} "
            f"WHERE {kept if drops else where} GROUP BY ALL HAVING count(*) > 0) "
            "ORDER BY r LIMIT 3",
            [landed.table.name] if drops else None,
        )
        if not rows:
            return 0
        file, line = landed.find(rows[0][1])
        n_rows, n_values = int(rows[0][2]), rows[0][3]
        values = ", ".join(str(row[0]) for row in rows if row[0] is not None)
        more = ", …" if n_values > len(rows) else ""
        self.log.add(
            kind,
            landed.table.name,
            column=column,
            file=file,
            row=line,
            value=f"{values}{more}",
            n_rows=n_rows,
        )
        if drops:
            self.engine.execute(
                f"INSERT INTO read_left_out SELECT ?, rowid, ? FROM {landed.name} WHERE {kept}",
                [landed.table.name, kind, landed.table.name],
            )
        return n_rows

    def _drop_blank_rows(self, landed: Landed) -> None:
        came = [column for column in landed.table.columns if column.name in landed.columns]
        empty = [f"{quote_name(column.name)} IS NULL" for column in came]
        empty += [f"odd_{column.name} IS NULL" for column in came if column.type != "text"]
        self.note(
            landed, "blank_row", column="", where=" AND ".join(empty) or "false", value="NULL"
        )

    def _drop_doubled_rows(self, landed: Landed) -> None:
        names = self.engine.column_names(landed.name)
        same = ", ".join(names[: names.index("row_hash")])
        self.engine.execute(
            f"CREATE OR REPLACE TABLE read_doubled AS SELECT row_id FROM ("
            f"SELECT t.rowid AS row_id, "
            f"row_number() OVER (PARTITION BY row_hash, {same} ORDER BY {landed.order}) AS nth "
            f"FROM {landed.name} AS t WHERE row_hash IN ("
            f"SELECT row_hash FROM {landed.name} GROUP BY row_hash HAVING count(*) > 1)"
            f") WHERE nth > 1"
        )
        self.note(
            landed,
            "duplicate_row",
            column="",
            where="rowid IN (SELECT row_id FROM read_doubled)",
            value="NULL",
        )
        self.engine.execute("DROP TABLE read_doubled")

    def _drop_doubled_keys(self, landed: Landed) -> None:
        key = _KEYS.get(landed.table.name)
        if not key:
            return
        later = (
            f"rowid IN (SELECT row_id FROM (SELECT rowid AS row_id, row_number() OVER ("
            f"PARTITION BY {key} ORDER BY {landed.order}) AS nth FROM {landed.name} "
            f"WHERE rowid NOT IN (SELECT row_id FROM read_left_out "
            f"WHERE name = {quote(landed.table.name)})) WHERE nth > 1)"
        )
        self.note(landed, "key_doubled", column=key, where=later, value=key)

    def _drop_missing(self, landed: Landed, column: Column, missing: str) -> None:
        if is_needed(landed.table, column):
            self.note(landed, "value_missing", column=column.name, where=missing, value="NULL")

    def _trim(self, landed: Landed, column: Column) -> None:
        name = quote_name(column.name)
        suspect = (  # cheap to tell: begins below '!', ends with a blank, or is not ASCII
            f"({name} < '!' OR suffix({name}, ' ') OR suffix({name}, chr(9)) "
            f"OR strlen({name}) <> length({name}))"
        )
        padded = f"CASE WHEN {suspect} THEN {name} <> trim({name}, {_EDGES}) ELSE false END"
        if self.note(
            landed,
            "padding_trimmed",
            column=column.name,
            where=padded,
            value=f"concat('[', {name}, ']')",
        ):
            self.engine.execute(
                f"UPDATE {landed.name} SET {name} = nullif(trim({name}, {_EDGES}), '') "
                f"WHERE {padded}"
            )
        self._drop_missing(landed, column, f"{name} IS NULL")

    def _read_words(self, landed: Landed, column: Column) -> None:
        name, table = quote_name(column.name), landed.table
        meanings = list_meanings(self.site_map, table, column=column.name)
        columns = {"folded": "VARCHAR", "ours": "VARCHAR"}
        self.engine.create_table("read_meanings", columns, rows=meanings.items())
        self.engine.execute(
            f"CREATE OR REPLACE TABLE read_words AS "
            f"SELECT w.word, w.folded, w.n, w.first_row, m.ours FROM ("
            f"SELECT {name} AS word, count(*) AS n, min({landed.order}) AS first_row, "
            f"lower(regexp_replace({name}, '[\\s\\x{{a0}}\\x{{200b}}\\x{{feff}}_-]+', '', 'g')) "
            f"AS folded FROM {landed.name} WHERE {name} IS NOT NULL GROUP BY {name}) AS w "
            f"LEFT JOIN read_meanings AS m ON w.folded = m.folded"
        )
        self._note_unknown_words(landed, column)
        missing = f"{name} IS NULL OR {name} IN (SELECT word FROM read_words WHERE folded = '')"
        n_missing = "unknown" in column.values and self.note(
            landed, "word_missing", column=column.name, where=missing, value="NULL"
        )
        n_words, n_other = self.engine.rows(
            "SELECT count(*), count(*) FILTER (ours IS DISTINCT FROM word) FROM read_words"
        )[0]
        if n_words and (n_other or n_missing):
            self._recode(landed, column, n_words)
        elif n_missing:
            self.engine.execute(f"UPDATE {landed.name} SET {name} = 'unknown'")
        self.engine.execute("DROP TABLE read_words; DROP TABLE read_meanings")

    def _note_unknown_words(self, landed: Landed, column: Column) -> None:
        unknown = self.engine.rows(
            "SELECT word, n, first_row, sum(n) OVER (), count(*) OVER () FROM read_words "
            f"WHERE ours IS NULL AND folded <> '' ORDER BY first_row LIMIT {_MOST_WORDS + 1}"
        )
        for place, (word, n, first_row, _, n_words) in enumerate(unknown):
            shown, n_rows = word, n
            if place == _MOST_WORDS:
                shown = f"and {n_words - _MOST_WORDS} more words"
                n_rows = int(unknown[0][3]) - sum(row[1] for row in unknown[:_MOST_WORDS])
            file, line = landed.find(first_row)
            self.log.add(
                "unknown_word",
                landed.table.name,
                column=column.name,
                file=file,
                row=line,
                value=shown,
                n_rows=n_rows,
            )

    def _recode(self, landed: Landed, column: Column, n_words: int) -> None:
        """Put our words in the place of theirs; a blank becomes unknown, or stays empty."""
        name = quote_name(column.name)
        ours = "CASE WHEN folded <> '' THEN coalesce(ours, 'unknown') END"
        if "unknown" in column.values:
            ours = f"coalesce({ours}, 'unknown')"
        if n_words > _MOST_WORDS_AT_ONCE:
            self.engine.execute(
                f"UPDATE {landed.name} SET {name} = {ours} FROM read_words AS w "
                f"WHERE {landed.name}.{name} = w.word"
            )
            self.engine.execute(
                f"UPDATE {landed.name} SET {name} = 'unknown' WHERE {name} IS NULL "
                f"AND {'true' if 'unknown' in column.values else 'false'}"
            )
            return
        # rewriting the column is far quicker than updating it; the words enter as a variable
        self.engine.execute(
            f"SET VARIABLE read_recode = (SELECT map(list(word), list({ours})) FROM read_words)"
        )
        recoded = f"getvariable('read_recode')[{name}]"
        if "unknown" in column.values:
            recoded = f"coalesce({recoded}, 'unknown')"
        self.engine.execute(
            f"ALTER TABLE {landed.name} ALTER {name} SET DATA TYPE VARCHAR USING {recoded}"
        )
        self.engine.execute("RESET VARIABLE read_recode")

    def _read_odd(self, landed: Landed, column: Column, value: str) -> None:
        """Read once more, without blanks at the edges, what could not be read at first."""
        name, odd = quote_name(column.name), f"odd_{column.name}"
        self.engine.execute(
            f"UPDATE {landed.name} SET {odd} = trim({odd}, {_EDGES}) WHERE {odd} IS NOT NULL"
        )
        self.engine.execute(
            f"UPDATE {landed.name} SET {name} = {value}, "
            f"{odd} = CASE WHEN {value} IS NULL AND lower({odd}) NOT IN {_EMPTY_WORDS} "
            f"THEN {odd} END WHERE {odd} IS NOT NULL"
        )

    def _read_dates(self, landed: Landed, column: Column) -> None:
        name, odd = quote_name(column.name), f"odd_{column.name}"
        self._read_odd(landed, column, parse_date(odd, self.site_map.date_formats))
        needed = is_needed(landed.table, column)
        n_odd = self.engine.rows(f"SELECT count({odd}), count({name}) FROM {landed.name}")[0]
        if n_odd[0] > max(FEW, THROUGHOUT * sum(n_odd)):
            values = self.engine.rows(
                f"SELECT DISTINCT {odd} FROM {landed.name} WHERE {odd} IS NOT NULL LIMIT 200"
            )
            guess = guess_form([row[0] for row in values])
            shown = f"concat({odd}, {quote(guess)})" if guess else odd
            self.note(
                landed,
                "date_format_wrong",
                column=column.name,
                where=f"{odd} IS NOT NULL",
                value=shown,
            )
        elif n_odd[0]:
            kind = "date_unreadable" if needed else "date_unreadable_cleared"
            self.note(landed, kind, column=column.name, where=f"{odd} IS NOT NULL", value=odd)
        self._drop_missing(landed, column, f"{name} IS NULL AND {odd} IS NULL")
        self._check_early(landed, column)
        self._check_future(landed, column)

    def _check_early(self, landed: Landed, column: Column) -> None:
        name = quote_name(column.name)
        early = f"{name} < DATE '{EARLIEST}'"
        text = f"CAST({name} AS VARCHAR)"
        if (landed.table.name, column.name) in _KEPT_EARLY:
            limit = f"DATE '{EARLIEST_BIRTH}'"
            self.note(
                landed,
                "date_very_early",
                column=column.name,
                where=f"{early} AND {name} >= {limit}",
                value=text,
            )
            early = f"{name} < {limit}"
        kind = "date_impossible" if is_needed(landed.table, column) else "date_impossible_cleared"
        found = self.note(landed, kind, column=column.name, where=early, value=text)
        if found and kind == "date_impossible_cleared":
            self.engine.execute(f"UPDATE {landed.name} SET {name} = NULL WHERE {early}")

    def _check_future(self, landed: Landed, column: Column) -> None:
        name = quote_name(column.name)
        tomorrow = self.today + timedelta(1)
        needed = is_needed(landed.table, column)
        limit = min(self.extract_to, tomorrow) if needed else tomorrow
        future = f"{name} >= DATE '{limit}'"
        kind = "date_in_future" if needed else "date_in_future_cleared"
        text = f"CAST({name} AS VARCHAR)"
        if self.note(landed, kind, column=column.name, where=future, value=text) and not needed:
            self.engine.execute(f"UPDATE {landed.name} SET {name} = NULL WHERE {future}")

    def _read_numbers(self, landed: Landed, column: Column) -> None:
        name, odd = quote_name(column.name), f"odd_{column.name}"
        commas = f"regexp_full_match({odd}, '\\s*-?\\d{{1,3}}(,\\d{{3}})+(\\.\\d*)?\\s*')"
        self.note(landed, "thousands_comma", column=column.name, where=commas, value=odd)
        number = f"CASE WHEN {commas} THEN replace({odd}, ',', '') ELSE {odd} END"
        if column.name == "duration_minutes":
            number = f"CASE WHEN {_is_duration(odd)} THEN {_read_duration(odd)} ELSE {number} END"
        self._read_odd(landed, column, f"TRY_CAST({number} AS DOUBLE)")
        unread = f"{odd} IS NOT NULL"
        self.note(landed, "number_unreadable", column=column.name, where=unread, value=odd)
        low, high = _RANGES.get(column.name, _ANY_NUMBER)
        whole = f" OR {name} <> floor({name})" if column.type == "integer" else ""
        impossible = f"NOT isfinite({name}) OR {name} NOT BETWEEN {low} AND {high}{whole}"
        text = f"CAST({name} AS VARCHAR)"
        if self.note(landed, "number_impossible", column=column.name, where=impossible, value=text):
            self.engine.execute(f"UPDATE {landed.name} SET {name} = NULL WHERE {impossible}")


def _is_duration(text: str) -> str:
    """Whether a text is a duration such as `1h 5m`, `12m` or `2h`."""
    return f"regexp_full_match({text}, '\\s*(\\d+\\s*h)?\\s*(\\d+\\s*m(ins?)?)?\\s*', 'i')"


def _read_duration(text: str) -> str:
    """The minutes of such a duration, as text; one that names neither hours nor minutes is none."""
    parts = [
        f"TRY_CAST(regexp_extract({text}, '(\\d+)\\s*{unit}', 1, 'i') AS INTEGER)" for unit in "hm"
    ]
    both = f"60 * coalesce({parts[0]}, 0) + coalesce({parts[1]}, 0)"
    told = f"coalesce({parts[0]}, {parts[1]}) IS NOT NULL"
    return f"CASE WHEN {told} THEN CAST({both} AS VARCHAR) END"


def guess_form(values: list[str]) -> str:
    """What the dates look like, as words for the finding; empty when nothing fits them all."""
    if values and all(value.isdigit() and len(value) == 5 for value in values):
        return " (a spreadsheet's day number: give the column the form of a date, then save)"
    fits = list_forms(values)
    return f" (looks like {' or '.join(fits[:2])})" if fits else ""


def list_forms(values: list[str]) -> list[str]:
    """The usual forms of a date that fit every value; the British ones first."""
    return [
        f"{form}{time}"
        for form in (*_GUESSES, *_LONGER_GUESSES)
        for time in _TIMES
        if values and all(_fits(value, f"{form}{time}") for value in values)
    ]


def _fits(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form)  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return False
    return True
