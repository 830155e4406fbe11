"""Which days late input makes pending: its own, those on which it can matter, and no others."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lookup_audit.ingest import ingest
from lookup_audit.settings import Context, Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import TABLES

Late = Callable[[str, str], set[tuple[str, str]]]

BASE = {
    "users": "user_id,team\nu1,A\nu2,A\n",
    "subjects": (
        "subject_id,subject_type,owner_subject_id,postcode,house_number\n"
        "man,person,,1234AB,5\nwife,person,,1234ab,5\ncar,vehicle,man,,\nother,person,,9999ZZ,1\n"
        "bike,vehicle,wife,,\nvan,vehicle,stranger,,\n"
    ),
    "cases": "case_id,opened_at\nold,2025-02-01\n",
    "case_subjects": "case_id,subject_id,linked_at\nold,man,\nunseen,other,2025-03-02T12:00\n",
    "incidents": "incident_id,occurred_at\ni1,2025-03-03T12:00Z\n",
    "shifts": "user_id,starts_at,ends_at\nu8,2025-03-02T06:00,2025-03-02T11:30\n",
    "lookups": "lookup_id,occurred_at,user_id,system,subject_id,case_id,query_text\n"
    "1,2025-03-01T12:00,u1,BVH,car,,\n2,2025-03-05T12:00,u1,BVH,other,named,\n3,2025-03-09T23:30,u2,BVH,wife,,\n"
    "4,2025-03-05T12:00,u1,BVH,van,,\n5,2025-03-09T12:00,u2,BVH,,,ab-12-c\n"
    "6,2025-03-05T12:00,u1,BVH,,,Zwaluw 01-02-1970\n7,2025-03-01T12:00,u1,BVH,,,5678 CD 9\n",
}
AUDITED = ("2025-03-01", "2025-03-05", "2025-03-09")


def history(warehouse: Warehouse, table: str, where: str = "true", **columns: str) -> None:
    """Rows from the lookups in a table that an audit keeps; what does not matter here is filled with anything."""
    anything = {
        "VARCHAR": "'x'",
        "BIGINT": "1",
        "DATE": "DATE '2025-01-01'",
        "TIMESTAMP": "TIMESTAMP '2025-01-01'",
    }
    rows = warehouse.rows(
        "SELECT column_name AS name, data_type AS type FROM duckdb_columns() "
        "WHERE table_name = $table AND NOT is_nullable",
        {"table": table},
    )
    values = {row["name"]: anything.get(row["type"], "[]") for row in rows} | columns
    chosen = ", ".join(f"{value} AS {name}" for name, value in values.items())
    warehouse.run(f"INSERT INTO {table} BY NAME SELECT DISTINCT {chosen} FROM lookups WHERE {where}")


def number_of(column: str) -> str:
    return f"(SELECT numbers.nr FROM numbers WHERE numbers.text = lookups.{column})"


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings(context=Context(history_days=5))) as opened:
        yield opened


@pytest.fixture
def late(warehouse: Warehouse, tmp_path: Path) -> Late:
    """Days and reasons that become pending when a file arrives after three days were audited."""
    base = tmp_path / "base"
    base.mkdir()
    for table, text in BASE.items():
        (base / f"{table}.csv").write_text(text)
    for table in (
        *TABLES,
        "input_files",
        "rejected_rows",
        "pending_days",
        "runs",
        "user_days",
        "numbers",
        "numbered_user_subject_days",
        "numbered_focus_days",
    ):
        warehouse.run(f"DELETE FROM {table}")
    ingest(warehouse, base)
    days = {
        str(row["day"]) for row in warehouse.rows("SELECT day FROM pending_days WHERE reason = 'new_lookups'")
    }
    assert days == set(AUDITED)
    warehouse.run("DELETE FROM pending_days")
    history(warehouse, "runs", audit_date="local_date")
    history(warehouse, "user_days", user_id="user_id", day="local_date")
    warehouse.run(
        "INSERT INTO numbers SELECT row_number() OVER (ORDER BY text), text "
        "FROM (SELECT user_id AS text FROM lookups UNION SELECT subject_id FROM lookups) AS texts "
        "WHERE text IS NOT NULL"
    )
    known, user, subject = "subject_id IS NOT NULL", number_of("user_id"), number_of("subject_id")
    history(
        warehouse, "numbered_user_subject_days", known, user_nr=user, subject_nr=subject, focus_nr=subject,
        day="local_date",
    )  # fmt: skip
    history(warehouse, "numbered_focus_days", known, focus_nr=subject, day="local_date")

    def arrive(table: str, text: str) -> set[tuple[str, str]]:
        folder = tmp_path / "late"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        (folder / f"{table}.csv").write_text(text)
        ingest(warehouse, folder)
        rows = warehouse.rows("SELECT day, reason FROM pending_days")
        found = {(str(row["day"])[5:], row["reason"]) for row in rows}
        assert len(found) == len(rows)
        return found

    return arrive


CASES = {
    "shift": ("shifts", "user_id,starts_at,ends_at\nu1,2025-03-05T06:00,2025-03-05T11:30\n", {"03-05"}),
    "night shift": ("shifts", "user_id,starts_at,ends_at\nu2,2025-03-10T00:30,2025-03-10T08:00\n", {"03-09"}),
    "shift of another day": (
        "shifts",
        "user_id,starts_at,ends_at\nu1,2025-03-07T06:00,2025-03-07T11:30\n",
        set(),
    ),
    "shift of the day before one on which another of the team looked up": (
        "shifts",
        "user_id,starts_at,ends_at\nu1,2025-03-08T06:00,2025-03-08T11:30\n",
        {"03-09"},
    ),
    "shift on the weekday before the one on which another of the team looked up": (
        "shifts",
        "user_id,starts_at,ends_at\nu1,2025-02-08T06:00,2025-02-08T11:30\n",
        {"03-01", "03-09"},
    ),
    "shift of a day on which another of the team looked up": (
        "shifts",
        "user_id,starts_at,ends_at\nu1,2025-03-09T06:00,2025-03-09T11:30\n",
        {"03-09"},
    ),
    "shift on the weekday on which another of the team looked up": (
        "shifts",
        "user_id,starts_at,ends_at\nu1,2025-02-09T06:00,2025-02-09T11:30\n",
        {"03-09"},
    ),
    "leave on the weekday on which another of the team looked up": (
        "shifts",
        "user_id,starts_at,ends_at,kind\nu1,2025-02-09T06:00,2025-02-09T11:30,leave\n",
        set(),
    ),
    "shift five weeks before another of the team looked up": (
        "shifts",
        "user_id,starts_at,ends_at\nu1,2025-02-02T06:00,2025-02-02T11:30\n",
        set(),
    ),
    "link to a man": (
        "case_subjects",
        "case_id,subject_id,linked_at\nnew,man,2025-03-01T12:00\n",
        {"03-01", "03-09"},
    ),
    "link to her whose husband's car was looked up": (
        "case_subjects",
        "case_id,subject_id,linked_at\nnew,wife,2025-03-01T12:00\n",
        {"03-01", "03-09"},
    ),
    "link to the car of someone who was looked up": (
        "case_subjects",
        "case_id,subject_id,linked_at\nnew,bike,2025-03-01T12:00\n",
        {"03-09"},
    ),
    "case that counted as open all the time": ("cases", "case_id,opened_at\nunseen,2025-03-20\n", {"03-05"}),
    "case that was named before there was any": ("cases", "case_id,opened_at\nnamed,2025-03-09\n", set()),
    "later link": ("case_subjects", "case_id,subject_id,linked_at\nnew,man,2025-03-06T12:00\n", {"03-09"}),
    "link to a named case": ("case_subjects", "case_id,subject_id,linked_at\nnamed,nobody,\n", {"03-05"}),
    "case member": ("case_members", "case_id,user_id,valid_from\nold,u1,2025-03-08T00:00\n", {"03-09"}),
    "case with an end": ("cases", "case_id,opened_at,closed_at\nold,2025-02-01,2025-03-06\n", {"03-09"}),
    "case that opened later": ("cases", "case_id,opened_at\nold,2025-03-05\n", {"03-01", "03-09"}),
    "named case": ("cases", "case_id\nnamed\n", {"03-05"}),
    "incident": ("incidents", "incident_id,occurred_at\ni2,2025-03-04T12:00\n", {"03-05", "03-09"}),
    "dispatch": ("dispatches", "incident_id,user_id\ni1,u1\n", {"03-05", "03-09"}),
    "involved": ("incident_subjects", "incident_id,subject_id\ni1,other\n", {"03-05", "03-09"}),
    "news": ("news", "news_id,published_at,subject_id\nn1,2025-03-01T08:00,man\n", {"03-01", "03-05"}),
    "new relation": ("relations", "user_id,subject_id,kind\nu1,other,sibling\n", {"03-01", "03-05"}),
    "new user": ("users", "user_id,team\nu9,A\n", set()),
    "new user whose own record was looked up": ("users", "user_id,own_subject_id\nu9,other\n", {"03-05"}),
    "changed user": ("users", "user_id,team\nu1,B\nu2,A\n", set()),
    "changed user of a recent day": ("users", "user_id,team\nu2,B\n", {"03-09"}),
    "new user with a shift on the weekday on which another of the team looked up": (
        "users",
        "user_id,team\nu8,A\n",
        {"03-09"},
    ),
    "changed subject": ("subjects", "subject_id,subject_type,surname\nwife,person,Berg\n", {"03-09"}),
    "new owner": ("subjects", "subject_id,subject_type\nstranger,person\n", {"03-05"}),
    "new plate": ("subjects", "subject_id,subject_type,plate\nnew,vehicle,AB12C\n", {"03-09"}),
    "new name": ("subjects", "subject_id,subject_type,surname\nnew,person,van der Zwaluw\n", {"03-05"}),
    "new address": (
        "subjects",
        "subject_id,subject_type,postcode,house_number\nnew,address,5678cd,9\n",
        {"03-01"},
    ),
    "someone new whom nothing named": (
        "subjects",
        "subject_id,subject_type,surname,postcode,house_number\nnew,person,Berg,1234AB,5\n",
        set(),
    ),
    "label": ("labels", "system,lookup_id,motive\nBVH,1,curiosity\n", set()),
    "intervention": ("interventions", "intervention_id,held_on\ni,2025-03-05\n", set()),
}


@pytest.mark.parametrize("name", CASES)
def test_late_context_makes_only_the_days_pending_that_it_can_change(late: Late, name: str) -> None:
    table, text, days = CASES[name]
    assert late(table, text) == {(day, table) for day in days}


def test_late_lookups_make_their_own_day_pending(late: Late) -> None:
    text = "lookup_id,occurred_at,user_id,system,subject_id\n9,2025-03-04T23:30:00Z,u1,BVH,man\n"
    assert late("lookups", text) == {("03-05", "new_lookups")}
    assert late("lookups", text.replace("\n9,", "\n10,")) == {("03-05", "new_lookups")}


def test_a_row_that_was_there_makes_nothing_pending(late: Late) -> None:
    assert late("users", BASE["users"] + "\n") == set()


def test_a_shift_decides_for_two_weeks_whether_a_roster_is_known(late: Late) -> None:
    shift = "user_id,starts_at,ends_at\nu1,2025-02-20T06:00,2025-02-20T11:30\n"
    assert late("shifts", shift) == {("03-01", "shifts"), ("03-05", "shifts")}


def test_a_closed_case_still_explains_while_it_is_wrapped_up(late: Late) -> None:
    assert late("cases", "case_id,opened_at,closed_at\nold,2025-01-01,2025-02-22\n") == {
        ("03-01", "cases"),
        ("03-09", "cases"),
    }
