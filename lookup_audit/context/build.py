"""The context of a night: numbered SQL steps, with the explanations between them.

Each step file is one SELECT whose result becomes a temporary table of the same name (`12_night.sql` makes
`night`). From `11_duty.sql` on whole numbers stand for users, subjects and what they are told by. Steps before 30
prepare what explanations read; the explanations fill `night_links`; the rest ends in `lookup_context`, one row per
lookup that a rule may ask about. Nothing of the warehouse is changed until `store_history`.
"""

import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from lookup_audit.context.missing import missing_needs
from lookup_audit.context.sound import SOUND, require_sound_numbers
from lookup_audit.settings import Settings
from lookup_audit.warehouse import SignedSql, Warehouse

_FIRST_STEP_AFTER_LINKS = "30"
_READ_LATER = {
    "known", "missing_rosters", "everyone", "night", "night_subjects", "work", "home", "firsts", "user_subject_day",
    "interests", "places", "reasons", "lookup_context",
}  # fmt: skip
_PART = 2_000_000  # lookups that a step with $after and $until in it takes at a time


def build_context(warehouse: Warehouse, day: date, explanations: list[SignedSql]) -> list[str]:
    """Make the temporary tables of one local day, ending in `lookup_context`; the explanations skipped.

    Outside of a transaction it takes a quarter less: of rows that are not committed the engine knows too little to
    join them in a good order.

    Parameters
    ----------
    warehouse
        With at least `lookups` and `users` loaded; everything else is used where it is there.
    day
        The local day to audit. Nothing that occurred after it is read, except registrations of case links
        within the configured grace, which can only soften.
    explanations
        Which work links to look for; each whose needs were not loaded is skipped.

    Returns
    -------
    list of str
        ``"own_case: needs case_members"`` for each explanation that could not run.

    Raises
    ------
    WarehouseError
        What history is kept in numbers by is damaged.
    """
    values = night_values(day, warehouse.settings)
    before = [step for step in _steps() if step[0] < _FIRST_STEP_AFTER_LINKS]
    after = [step for step in _steps() if step[0] >= _FIRST_STEP_AFTER_LINKS]
    # a hand-over passes on the links of colleagues, so it comes after all others
    explanations = sorted(explanations, key=lambda one: "colleague_links" in one.query)
    links_of_colleagues = _text("colleague_links.sql")
    queries = [links_of_colleagues, *SOUND.values(), *(one.query for one in explanations)]
    readers = _Readers(warehouse, [*(text for _, text in _steps()), *queries])
    _make_tables(warehouse, before, values, readers)
    require_sound_numbers(warehouse, day)
    for query in SOUND.values():
        readers.done(query)
    warehouse.run(
        "CREATE OR REPLACE TEMP TABLE night_links (lookup_nr BIGINT, explanation VARCHAR, strength DOUBLE)"
    )
    skipped = []
    for explanation in explanations:
        if "colleague_links" in explanation.query:
            _make_table(warehouse, "29_colleague_links", links_of_colleagues, values)
        missing = missing_needs(warehouse, explanation)
        if missing:
            skipped.append(f"{explanation.id}: needs {', '.join(missing)}")
        else:
            _link(warehouse, explanation, values)
        readers.done(explanation.query)
    readers.done(links_of_colleagues)
    _make_tables(warehouse, after, values, readers)
    return skipped


def store_history(warehouse: Warehouse, day: date) -> None:
    """Keep the daily aggregates of the night just built, in place of what was kept for that day."""
    for statement in _text("history.sql").split(";\n"):
        if statement.strip():
            warehouse.run(statement, used_in(statement, {"day": day}))


def night_values(day: date, settings: Settings) -> dict[str, Any]:
    """The values that any context query may ask for: the day, its bounds in UTC, and the settings."""
    midnight = datetime.combine(day, time(), settings.zone_info)
    next_midnight = datetime.combine(day + timedelta(days=1), time(), settings.zone_info)
    return {
        "day": day,
        "zone": settings.zone,
        "night_start": midnight.astimezone(UTC).replace(tzinfo=None),
        "night_end": next_midnight.astimezone(UTC).replace(tzinfo=None),
        "probe_subjects": list(settings.probe_subjects),
        **{name: _plain(value) for name, value in settings.context.model_dump().items()},
    }


def used_in(query: str, values: dict[str, Any]) -> dict[str, Any]:
    """Of these values those that a query names as `$name`; the engine refuses values that it was not asked for."""
    return {name: values[name] for name in set(re.findall(r"\$(\w+)", query)) if name in values}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


class _Readers:
    """How many statements have yet to read each table of the night; the last one's gives its memory back."""

    def __init__(self, warehouse: Warehouse, texts: list[str]) -> None:
        self._warehouse = warehouse
        self._left = Counter(table for text in texts for table in _tables_in(text))

    def done(self, text: str) -> None:
        """Tell that a statement was run, or will not be."""
        for table in _tables_in(text):
            self._left[table] -= 1
            if not self._left[table] and table not in _READ_LATER:
                self._warehouse.run(f"DROP TABLE IF EXISTS temp.{table}")


@cache
def _tables_in(text: str) -> tuple[str, ...]:
    words = set(re.findall(r"\w+", re.sub(r"--.*", "", text)))
    return tuple(sorted(words & {"colleague_links", *(_table(name) for name, _ in _steps())}))


def _link(warehouse: Warehouse, explanation: SignedSql, values: dict[str, Any]) -> None:
    """Add what one explanation says of the night to `night_links`: of each lookup its strongest link."""
    warehouse.run(
        "INSERT INTO night_links "
        "SELECT lookup_nr, $explanation_id, round(least(max(strength), 1.0), 6) "
        f"FROM ({explanation.query}) AS links WHERE strength > 0 GROUP BY lookup_nr",
        {
            **used_in(explanation.query, {**values, **explanation.values(warehouse.settings)}),
            "explanation_id": explanation.id,
        },
    )


def _make_tables(
    warehouse: Warehouse, steps: list[tuple[str, str]], values: dict[str, Any], readers: _Readers
) -> None:
    for name, select in steps:
        _make_table(warehouse, name, select, values)
        readers.done(select)


def _table(name: str) -> str:
    return name.split("_", 1)[1]


def _make_table(warehouse: Warehouse, name: str, select: str, values: dict[str, Any]) -> None:
    table = _table(name)
    make = f"CREATE OR REPLACE TEMP TABLE {table} AS"
    for part in _parts(warehouse) if "$until" in select else ({},):
        warehouse.run(f"{make} {select}", used_in(select, {**values, **part}))
        make = f"INSERT INTO {table}"


def _parts(warehouse: Warehouse) -> list[dict[str, int]]:
    """The bounds between which the night's lookups lie, so many at a time; one pair where there are none."""
    parts = [row["part"] for row in warehouse.rows(_PARTS, {"size": _PART})]
    return [{"after": part * _PART - 1, "until": (part + 1) * _PART - 1} for part in parts or [0]]


@cache
def _steps() -> tuple[tuple[str, str], ...]:
    folder = files("lookup_audit.context")
    names = sorted(entry.name for entry in folder.iterdir() if re.match(r"\d\d_\w+\.sql$", entry.name))
    return tuple((name.removesuffix(".sql"), _text(name)) for name in names)


def _text(name: str) -> str:
    return (files("lookup_audit.context") / name).read_text(encoding="utf-8").strip()


_PARTS = "SELECT DISTINCT lookup_nr // $size AS part FROM night ORDER BY part"
