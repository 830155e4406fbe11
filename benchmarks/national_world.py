"""A national force, made of copies of one simulated unit: its warehouse on the morning after, and the night's file.

A unit of 1,000 users and ninety dense days is simulated, loaded and audited night by night; a nation is 65 of them,
each with its own people, plates, places and teams. Days before those ninety are the same ninety, thirteen weeks
earlier: no night looks back that far. All of it is SQL; nothing is copied row by row in Python.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks.measuring import note
from benchmarks.world import FIRST_DAY, Size, audited_warehouse, dense_drop
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.duck import SCHEMA_VERSION

BUSIER = 8.6  # so that an ordinary working day of a unit has more than 77 lookups a user, before it is capped
KEPT_LOOKUPS = timedelta(days=2)  # lookups and work links before the night; a night reads those of one day
_STREETS = 138  # four-digit postcodes of one unit, at most


@dataclass(frozen=True)
class Nation:
    """How large it is: units, lookups on the night, and users and audited days of the unit that is copied."""

    units: int
    lookups: int
    users: int = 1_000
    days: int = 90

    @property
    def size(self) -> Size:
        """Of one unit."""
        a_day = self.lookups // self.units
        return Size(
            users=self.users,
            history=self.days,
            a_day=a_day,
            busier=BUSIER * a_day / self.users / 77,
            loaded=0,
            usual_days=0,
        )

    @property
    def night(self) -> date:
        """The day that is loaded and audited: the first that no unit has audited."""
        return FIRST_DAY + timedelta(days=self.days)

    @property
    def period(self) -> timedelta:
        """By how much the same days lie earlier each time: whole weeks, so that weekdays stay what they are."""
        return timedelta(weeks=-(-self.days // 7))

    def pieces(self, first: date, step: timedelta) -> list[tuple[date, date, int]]:
        """From when until before when each piece of history is, the oldest first; how many periods early."""
        found = []
        for early in reversed(range(-(-(self.night - first).days // self.days))):
            day = FIRST_DAY - early * self.period
            end = day + timedelta(days=self.days)
            while day < end:
                if day + step > first:
                    found.append((max(day, first), min(day + step, end), early))
                day += step
        return found


def make(folder: Path, nation: Nation, histories: tuple[int, ...]) -> dict[int, Path]:
    """The warehouses by days of history, and the night's files beside them; made where they are not there yet."""
    size = f"{nation.users}x{nation.days}-{nation.size.a_day}-v{SCHEMA_VERSION}"
    unit = folder / f"unit-{size}"
    unit.mkdir(parents=True, exist_ok=True)
    drop, audited = unit / "drop", unit / "unit.duckdb"
    if not drop.exists():
        note(f"simulating a unit of {nation.users:,} users")
        dense_drop(drop, nation.size)
    if not audited.exists():
        audited_warehouse(drop, audited, until=nation.night)
    root = folder / f"{nation.units}-of-{size}"
    root.mkdir(exist_ok=True)
    made = {history: root / f"history-{history}.duckdb" for history in histories}
    for form in ("parquet", "csv"):
        if not (root / form).exists():
            note(f"writing the night as {form}")
            _write_night(drop, root / form, nation, form)
    for history, path in made.items():
        if not path.exists():
            note(f"making {history} days of {nation.units} units")
            _make_warehouse(audited, path, nation, history)
    return made


def _write_night(drop: Path, folder: Path, nation: Nation, form: str) -> None:
    partial = folder.with_name(f"{form}.partial")
    partial.mkdir(exist_ok=True)
    source = drop / f"lookups-{nation.night}.parquet"
    as_form = "FORMAT parquet, COMPRESSION zstd" if form == "parquet" else "FORMAT csv, HEADER"
    with Warehouse(None, Settings(memory="4GB")) as engine:
        names = engine.columns(f"SELECT * FROM read_parquet('{source}')")
        chosen = ", ".join(f"{_of_copy(name, 'lookups')} AS {name}" for name in names)
        if form == "csv":
            chosen = f"* REPLACE (strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ') AS occurred_at) FROM (SELECT {chosen}"
        engine.run(
            f"COPY (SELECT {chosen} FROM read_parquet('{source}'), range({nation.units}) AS copies(copy) "
            f"{')' if form == 'csv' else ''} ORDER BY occurred_at, lookup_id) "
            f"TO '{partial}/lookups-{nation.night}.{form}' ({as_form})"
        )
    partial.rename(folder)


def _make_warehouse(audited: Path, path: Path, nation: Nation, history: int) -> None:
    partial = path.with_suffix(".partial")
    for left in (partial, partial.with_name(f"{partial.name}.wal")):
        left.unlink(missing_ok=True)
    first = nation.night - timedelta(days=history)
    with Warehouse(partial, Settings(memory="5GB")) as warehouse:
        warehouse.run(f"ATTACH '{audited}' AS unit (READ_ONLY)")
        warehouse.run("INSERT INTO input_files SELECT * FROM unit.input_files WHERE table_name <> 'lookups'")
        for table in _ONCE:
            _copy(warehouse, nation, table, "TRUE", 0)
        warehouse.run(_copied_numbers(), {"units": nation.units})
        for table, (when, _) in _GROWING.items():
            note(f"  {table}")
            since = max(first, nation.night - KEPT_LOOKUPS) if table in _SHORT else first
            step = timedelta(days=1) if table in _LARGE else nation.period
            for start, end, early in nation.pieces(since, step):
                given = f"{when} >= TIMESTAMP '{start + early * nation.period}'"
                if not (
                    table in _AHEAD and end >= nation.night
                ):  # what was planned, and the night's own, is there
                    given += f" AND {when} < TIMESTAMP '{end + early * nation.period}'"
                _copy(warehouse, nation, table, given if when else "TRUE", early)
        warehouse.run("DETACH unit")
        warehouse.run("CHECKPOINT")
    partial.rename(path)


def _copy(warehouse: Warehouse, nation: Nation, table: str, given: str, early: int) -> None:
    columns = warehouse.rows(
        "SELECT column_name AS name, data_type AS type FROM duckdb_columns() "
        "WHERE database_name = 'unit' AND table_name = $table ORDER BY column_index",
        {"table": table},
    )
    of_copy = _counted(nation.units) if table in _SUMMED else _of_copy
    back = early * nation.period.days
    chosen = ", ".join(
        f'{_earlier(of_copy(one["name"], table), one, early, back)} AS "{one["name"]}"' for one in columns
    )
    copies = 1 if table in _SUMMED else nation.units
    order = _GROWING[table][1] if table in _GROWING else "ALL"
    warehouse.run(
        f"INSERT INTO {table} SELECT {chosen} FROM unit.{table}, range({copies}) AS copies(copy) "
        f"WHERE {given} ORDER BY {order}"
    )


def _copied_numbers() -> str:
    """The numbers of every copy: its own for what only it has, of the first for what is the same everywhere."""
    unit, street = "lpad(copy::VARCHAR, 2, '0')", _street("text")
    return f"""
        INSERT INTO numbers
        WITH kinds AS (
            SELECT
                nr,
                text,
                coalesce(text IN (SELECT team FROM unit.users), FALSE) AS is_team,
                coalesce(text IN (
                    SELECT unnest([postcode_key, address_key]) AS place FROM unit.subjects
                    UNION SELECT unnest([home_postcode_key, home_address_key]) FROM unit.users
                ), FALSE) AS is_place,
                coalesce(text IN (SELECT unnest([surname_key, sex]) FROM unit.subjects), FALSE) AS is_everywhere
            FROM unit.numbers
        )

        SELECT
            CASE WHEN is_everywhere THEN nr ELSE nr + copy * {_NUMBERS} END AS nr,
            CASE
                WHEN is_everywhere THEN text
                WHEN is_team THEN text || ' ' || {unit}
                WHEN is_place THEN {street}
                ELSE {unit} || text
            END AS text
        FROM kinds, range($units) AS copies (copy)
        WHERE copy = 0 OR NOT is_everywhere
        ORDER BY nr
    """


def _street(text: str) -> str:
    """A postcode or an address of a copy: it begins with another four digits."""
    return f"(copy * {_STREETS} + left({text}, 4)::INTEGER)::VARCHAR || substr({text}, 5)"


def _counted(units: int) -> Callable[[str, str], str]:
    """A column of what is counted for the whole force: as many times as there are units, under the same names."""
    return lambda name, table: f"{name} * {units}" if name in _COUNTS else f'"{name}"'


def _of_copy(name: str, table: str) -> str:
    """A column of one copy: other people, plates, places and teams; surnames are what they are everywhere."""
    unit = "lpad(copy::VARCHAR, 2, '0')"
    about = "substr(alert_about, 9)"
    special = {
        "alert_about": f"CASE WHEN starts_with(alert_about, 'address ') THEN 'address ' || {_street(about)} "
        f"WHEN starts_with(alert_about, 'subject ') THEN 'subject ' || {unit} || {about} ELSE alert_about END",
        # what was typed names the copy's own plate or address
        "query_text": "CASE WHEN regexp_matches(query_text, '^[0-9]{4} ?[A-Z]{2} ') "
        f"THEN {_street('query_text')} WHEN coalesce(subject_type, 'vehicle') = 'vehicle' "
        f"THEN query_text || {unit} ELSE query_text END",
        **{one: _street(one) for one in _PLACES},
        **{one: f"{unit} || {one}" for one in _IDS},
        **{one: f"{one} || {unit}" for one in ("plate", "plate_key")},
        **{one: f"{one} + copy * {_NUMBERS}" for one in _NRS},
        **{one: f"{one} || ' ' || {unit}" for one in ("unit", "district", "team", "peer_group")},
        **{one: f"round({one} + (copy % 8) * 0.36, 5)" for one in ("lat", "home_lat", "cell_lat")},
        **{one: f"round({one} + (copy // 8) * 0.6, 5)" for one in ("lon", "home_lon", "cell_lon")},
    }
    return special.get(name, f'"{name}"')


def _earlier(value: str, column: dict[str, str], early: int, days: int) -> str:
    """The same, so many days earlier, under an id of its own where the row is not there for good."""
    if early and column["type"] in ("DATE", "TIMESTAMP"):
        return f"CAST({value} - to_days({days}) AS {column['type']})"
    return f"{value} || '~{early}'" if early and column["name"] in _PASSING else value


_PASSING = ("lookup_id", "incident_id", "news_id", "finding_id", "alert_id", "control_id", "case_id")
_IDS = (
    *_PASSING, "user_id", "subject_id", "own_subject_id", "owner_subject_id", "workstation",
)  # fmt: skip
_NRS = ("user_nr", "subject_nr", "focus_nr", "team_nr", "postcode_nr", "home_nr")
_NUMBERS = 10_000_000  # more than a unit has
_PLACES = (
    "postcode", "postcode_key", "address_key", "home_postcode", "home_postcode_key", "home_address_key",
)  # fmt: skip

_ONCE = ("users", "subjects", "relations", "cases", "case_subjects", "case_members")
_SUMMED = ("reason_days", "volume_days", "runs")
_COUNTS = ("lookups", "explained", "users", "first_lookups", "first_explained", "findings")
_AHEAD = ("shifts", "incidents", "dispatches")
_SHORT = ("lookups", "work_links")
_LARGE = (
    "numbered_user_subject_days", "numbered_focus_days", "numbered_interest_days", "user_days", *_SHORT,
)  # fmt: skip
_GROWING = {
    "reason_days": ("day", "ALL"),
    "volume_days": ("day", "ALL"),
    "runs": ("audit_date", "audit_date"),
    "lookups": ("local_date", "occurred_at, lookup_id"),
    "work_links": ("audit_date", "lookup_id, explanation"),
    "shifts": ("starts_at", "starts_at, user_id"),
    "incidents": ("occurred_at", "occurred_at, incident_id"),
    "dispatches": ("dispatched_at", "dispatched_at, incident_id"),
    "incident_subjects": ("", "incident_id"),
    "news": ("published_at", "published_at"),
    "findings": ("audit_date", "audit_date, system, lookup_id"),
    "lookup_risk": ("audit_date", "audit_date, system, lookup_id"),
    "alert_episodes": ("peak_on", "peak_on, alert_id"),
    "control_sample": ("audit_date", "audit_date, control_id"),
    "question_days": ("day", "day, user_id"),
    "team_place_days": ("day", "day, team, cell_lat, cell_lon"),
    "user_days": ("day", "user_id"),
    "numbered_interest_days": ("day", "user_nr, focus_nr"),
    "numbered_focus_days": ("day", "focus_nr"),
    "numbered_user_subject_days": ("day", "user_nr, subject_nr"),
}
"""The tables that grow with history: the column that says when, and the order in which nights leave their rows."""
