"""A hand-over is found from stretches of a colleague's lookups, and says the same as each moment of them would."""

import random
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from lookup_audit.pipeline import audit
from lookup_audit.settings import Context, Settings
from lookup_audit.warehouse import Warehouse

DAY = date(2026, 3, 29)  # of 23 hours: the clock goes forward
MIDNIGHT = datetime(2026, 3, 28, 23)  # of that day, in UTC
TEAMS = {"anna": "North", "bert": "North", "cora": "North", "dirk": "South"}


def _lookups(subjects: int) -> pd.DataFrame:
    """Of each subject up to fourteen lookups on the day and the day before; half name the case that it is part of."""
    chance = random.Random(5)
    rows = []
    for subject in range(subjects):
        for _ in range(chance.randint(4, 14)):
            at = MIDNIGHT + timedelta(minutes=30 * chance.randrange(-48, 46))
            rows.append(
                {
                    "lookup_id": str(len(rows)),
                    "occurred_at": at,
                    "user_id": chance.choice(list(TEAMS)),
                    "subject_id": f"S{subject}",
                    "case_id": chance.choice((f"C{subject}", None)),
                    "local_date": DAY if at >= MIDNIGHT else DAY - timedelta(days=1),
                }
            )
    fixed = {"system": "A", "local_hour": 12, "local_weekday": 1, "file_id": "f"}
    return pd.DataFrame(rows).assign(**fixed)


@pytest.mark.parametrize("hours", [0, 3, 7, 30])
def test_a_stretch_hands_over_what_each_of_its_moments_would(hours: int) -> None:
    lookups = _lookups(300)
    settings = Settings(threads=1, context=Context(handover_hours=hours))
    with Warehouse(None, settings) as warehouse:
        warehouse.insert(
            "users", pd.DataFrame(TEAMS.items(), columns=["user_id", "team"]).assign(file_id="f")
        )
        warehouse.insert("lookups", lookups)
        cases = [(f"C{subject}", f"S{subject}", "f") for subject in range(300)]
        warehouse.insert("case_subjects", pd.DataFrame(cases, columns=["case_id", "subject_id", "file_id"]))
        warehouse.insert("cases", pd.DataFrame({"case_id": [one[0] for one in cases], "file_id": "f"}))
        audit(warehouse, [DAY - timedelta(days=1), DAY])
        found = warehouse.rows(
            "SELECT lookup_id FROM work_links WHERE explanation = 'handover' AND audit_date = $day",
            {"day": DAY},
        )

    links = [row for row in lookups.itertuples() if isinstance(row.case_id, str)]
    expected = {
        row.lookup_id
        for row in lookups.itertuples()
        if row.occurred_at >= MIDNIGHT
        and any(
            link.subject_id == row.subject_id
            and link.user_id != row.user_id
            and TEAMS[link.user_id] == TEAMS[row.user_id]
            and link.occurred_at <= row.occurred_at <= link.occurred_at + timedelta(hours=hours)
            for link in links
        )
    }
    assert {row["lookup_id"] for row in found} == expected
    assert len(expected) > 5
