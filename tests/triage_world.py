"""What tests of triage share: what the audit of a day leaves, put straight into a warehouse."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.triage import Choice, list_alerts, remember_pairs, update_alerts
from lookup_audit.warehouse import Warehouse

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (2, 3, 4))

REVIEWER = Actor("reviewer")

Touched = tuple[str, str, float]  # who, about whom, the risk


def employ(warehouse: Warehouse, users: int, **when: date) -> None:
    names = [f"user {nr} {' '.join(when)}" for nr in range(users)]
    warehouse.insert("users", pd.DataFrame({"user_id": names, "file_id": "f", **when}))


def audit(
    warehouse: Warehouse,
    day: date,
    *touched: Touched,
    sums: dict[str, float] | None = None,
    motive: str | None = "curiosity",
) -> None:
    """What the audit of a day leaves, in place of what it left before; then the alerts are made again.

    `sums` are the log-odds that each detector added.
    """
    remember_pairs(warehouse, day)
    warehouse.run("DELETE FROM lookup_risk WHERE audit_date = $day", {"day": day})
    sums = sums or {"family": 5.0}
    terms = [
        {"term": name, "log_odds": value} for name, value in {"prior": -4.5, **sums, "own_case": -1.0}.items()
    ]
    rows = [
        {
            "system": "BVH", "lookup_id": f"{day} {nr} {user} {subject}", "user_id": user, "subject_id": subject,
            "occurred_at": datetime(day.year, day.month, day.day, 9) + timedelta(minutes=nr),
            "risk": risk, "motive": motive, "detectors": sorted(sums), "work_links": ["own_case"],
            "sum_shown": json.dumps(terms), "alert_about": subject, "audit_date": day,
        }
        for nr, (user, subject, risk) in enumerate(touched)
    ]  # fmt: skip
    if rows:
        warehouse.insert("lookup_risk", pd.DataFrame(rows))
    remember_pairs(warehouse, day)
    update_alerts(warehouse)


def named(warehouse: Warehouse, choice: Choice | None = None) -> list[dict[str, Any]]:
    """The triage list, with the users' names in place of their pseudonyms."""
    pseudonym = pseudonyms_of(warehouse).user
    users = {
        pseudonym(row["user_id"]): row["user_id"]
        for row in warehouse.rows("SELECT user_id FROM alert_episodes")
    }
    return [{**row, "user_id": users[row["user_id"]]} for row in list_alerts(warehouse, choice)]
