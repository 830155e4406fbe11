"""Rows of every input table as text, and values that a field should never hold."""

import random

from lookup_audit.warehouse.tables import TABLES, Column

Rows = list[list[str]]

ROWS = 24  # of one file, before it is harmed

ODD_TIMES = (
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999",
    "10000-01-01",
    "-0044-03-15",
    "292278-01-01T00:00:00Z",
    "1899-12-31T23:59:59Z",
    "2100-12-31T23:59:59+14:00",
    "2025-02-29",
    "2024-02-29",
    "2025-13-01",
    "2016-12-31T23:59:60Z",
    "2025-03-30T02:30:00",
    "2025-10-26T02:30:00",
    "2025-10-26T02:30:00+02:00",
    "2025-06-01T12:00:00+14:00",
    "2025-06-01T12:00:00-14:00",
    "2025-06-01T12:00:00+99:99",
    "2025-06-01T24:00:00",
    "01-06-2025 12:00",
    "1748772000",
    "infinity",
    "-infinity",
    "epoch",
    "now",
    "today",
    "2025-06-01T12:00:00.123456789123",
    "2025-06-01T12:00:00[Europe/Amsterdam]",
)
ODD_NUMBERS = (
    "-90",
    "90.0000001",
    "-180.5",
    "1e400",
    "-1e-400",
    "NaN",
    "Infinity",
    "-inf",
    "0x10",
    "1_000",
    "52,1",
    "9223372036854775808",
    "1" * 400,
    "--1",
    "+",
    "١٢",
    "1e",
    "- 5",
)
ODD_TEXTS = (
    "",
    " ",
    "\u00a0",
    "\x00",
    "a\x1fb",
    "\x1e",
    "\ufeff",
    "\u2028",
    "\u202etxt.exe",
    "\U0001f46e",
    "null",
    "NULL",
    "\\N",
    "None",
    "'; DROP TABLE lookups; --",
    "$1",
    "$path",
    "{}",
    "[]",
    "=1+1",
    "<script>",
    "%s%n",
    "..",
    "true",
    "-1",
    "1.0",
    "123.0",
    "\x1b[2J",
    "a\tb",
    "\u0130\u0131",
    "e\u0301" * 5,
    "\\",
    '\\"',
    "?",
)


ODD_KEYS = ("a\nb", "\nb", 'a"\n"b', "a\n,b", 'a\n"', "a\n\nb", 'a",b', 'a\n,",b', ' "a" ')


def rows_of(chance: random.Random, table: str) -> Rows:
    """A header and rows as they should be; now and then one is there twice."""
    columns = TABLES[table].columns
    rows = [[_value(chance, column, row) for column in columns] for row in range(ROWS)]
    if chance.random() < 0.3:
        rows.append(list(chance.choice(rows)))
    if chance.random() < 0.2:
        chance.choice(rows)[0] = chance.choice(ODD_KEYS)
    return [[column.name for column in columns], *rows]


def odd_value(chance: random.Random, longest_field: int) -> str:
    """A value that is wrong, or looks it, for most columns."""
    if chance.random() < 0.05:
        return chance.choice("ax\"'é,; ") * (longest_field + chance.choice((-1, 0, 1, 100_000, 1_000_000)))
    return chance.choice(chance.choice((ODD_TIMES, ODD_NUMBERS, ODD_TEXTS)))


def _value(chance: random.Random, column: Column, row: int) -> str:
    if not column.required and chance.random() < 0.2:
        return ""
    if column.values:
        return chance.choice(column.values)
    late = column.name in ("ends_at", "valid_until", "closed_at", "cleared_at")
    day = f"{chance.randint(1, 12):02}-{'02' if late else '01'}"
    offset = chance.choice(("", "Z", "+01:00"))
    own = row if column.required else chance.randint(0, 9)
    return {
        "instant": f"2025-{day}T{chance.randint(0, 23):02}:{chance.randint(0, 59):02}:00{offset}",
        "day": f"{chance.randint(1950, 2025)}-{day}",
        "number": str(round(chance.uniform(3, 53), 5)),
        "whole": str(chance.randint(0, 300)),
        "flag": chance.choice(("true", "nee", "1", "N")),
        "id": f"{column.name[0]}{own}-{chance.randint(0, 30)}",
        "text": chance.choice(
            ("Jansen", "de Vries, A.", 'zei "nee"', "regel 1\nregel 2", "Café", "1234 AB", "12-a")
        ),
    }[column.kind]
