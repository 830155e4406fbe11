"""An audited warehouse made by hand, for tests of notices and mirrors: who looked what up, and what was found."""

import datetime as dt
import json
from typing import Any

import pandas as pd

from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

LAST_AUDITED = dt.date(2026, 3, 10)
TUESDAY = dt.date(2026, 3, 3)
TODAY = dt.date(2026, 3, 11)
THEMES = {
    "neighbour": "personal_involvement",
    "family": "personal_involvement",
    "self_lookup": "personal_involvement",
    "fixation": "personal_involvement",
    "public_figure": "curiosity",
    "bulk_extraction": "personal_benefit",
    "off_duty": None,
    "out_of_area": None,
}
# What must never leave: the marks of third parties.
SECRETS = ("P-geheim", "Jan Geheimpersoon", "ZAAK-geheim", "omdat-geheim", "WS-geheim", "Achternaamgeheim")


def settings(
    *, threads: int = 1, contact: str = "bureau VIK, telefoon 0900-0000", **notices: Any
) -> Settings:
    given = {"enabled": True, "contact": contact, "address": "{user_id}@politie.example", **notices}
    return Settings.model_validate({"threads": threads, "notices": given})


def employ(warehouse: Warehouse, *users: str, **more: Any) -> None:
    """Users of one team and function."""
    known = {"function": "noodhulp", "team": "Noord", "surname": "Achternaamgeheim", "file_id": "f", **more}
    warehouse.insert("users", pd.DataFrame([{"user_id": user, **known} for user in users]))


def audit_days(
    warehouse: Warehouse, first: dt.date = dt.date(2025, 12, 1), last: dt.date = LAST_AUDITED
) -> None:
    """Runs for every day, so that these count as audited."""
    days = [first + dt.timedelta(days=nr) for nr in range((last - first).days + 1)]
    warehouse.run("DELETE FROM runs")
    warehouse.run(
        "INSERT INTO runs SELECT strftime(day, '%Y-%m-%d'), day, $at, $at, 'done', 'c', 'v', 1, 1, 0, 0, 0, [] "
        "FROM (SELECT unnest($days) AS day)",
        {"days": days, "at": dt.datetime(2026, 1, 1)},
    )


def look_up(
    warehouse: Warehouse,
    user: str,
    lookup: str,
    on: dt.date = TUESDAY,
    *,
    at: str = "13:05",
    asks: dict[str, float] | None = None,
    risk: float = 0.3,
    system: str = "BVI-IB",
    kind: str | None = "person",
    links: dict[str, float] | None = None,
    alert_risk: float | None = None,
    motive: str = "personal_involvement",
) -> None:
    """A lookup at a time in UTC, with the questions that it raises (detector → log-odds) and its work links.

    Without questions it raises none. It stands in an alert of its own, `alert of <lookup>`.
    """
    moment = dt.datetime.combine(on, dt.time.fromisoformat(at))
    local = moment.replace(tzinfo=dt.UTC).astimezone(warehouse.settings.zone_info)
    asks = {"neighbour": 2.0} if asks is None else asks
    key = {"system": system, "lookup_id": lookup}
    warehouse.insert(
        "lookups",
        pd.DataFrame(
            [
                {
                    **key, "occurred_at": moment, "user_id": user, "action": "view", "subject_type": kind,
                    "subject_id": "P-geheim", "query_text": "Jan Geheimpersoon", "case_id": "ZAAK-geheim",
                    "justification": "omdat-geheim", "workstation": "WS-geheim", "local_date": local.date(),
                    "local_hour": local.hour, "local_weekday": local.isoweekday(), "file_id": "f",
                }
            ]
        ),
    )  # fmt: skip
    for link, strength in (links or {}).items():
        row = {**key, "explanation": link, "strength": strength, "audit_date": on}
        warehouse.insert("work_links", pd.DataFrame([row]))
    if not asks:
        return
    terms = [{"term": name, "log_odds": value} for name, value in {"prior": -4.0, **asks}.items()]
    warehouse.run(
        "INSERT INTO lookup_risk BY NAME SELECT $system AS system, $lookup_id AS lookup_id, $moment AS occurred_at, "
        "$user AS user_id, 'P-geheim' AS subject_id, $risk AS risk, $motive AS motive, $detectors AS detectors, "
        "[]::VARCHAR[] AS work_links, $alert AS alert_id, $terms AS sum_shown, 'P-geheim' AS alert_about, "
        "$day AS audit_date",
        {
            **key, "moment": moment, "user": user, "risk": risk, "motive": motive, "detectors": sorted(asks),
            "alert": f"alert of {lookup}", "terms": json.dumps(terms), "day": on,
        },
    )  # fmt: skip
    for detector in asks:
        warehouse.insert(
            "findings",
            pd.DataFrame(
                [
                    {
                        **key, "finding_id": f"{detector} {lookup}", "run_id": "r", "audit_date": on,
                        "detector": detector, "motive": THEMES[detector], "user_id": user, "subject_id": "P-geheim",
                        "occurred_at": moment, "score": 0.5, "evidence": "{}",
                    }
                ]
            ).astype({"motive": object}),
        )  # fmt: skip
    warehouse.run(
        "INSERT INTO alert_episodes BY NAME SELECT $alert AS alert_id, $user AS user_id, 'P-geheim' AS subject_id, "
        "'P-geheim' AS alert_about, $motive AS motive, $moment AS first_at, $moment AS last_at, 1 AS lookups, "
        "$risk AS risk, $day AS peak_on, $detectors AS detectors, FALSE AS queued",
        {
            "alert": f"alert of {lookup}", "user": user, "motive": motive, "moment": moment,
            "risk": risk if alert_risk is None else alert_risk, "day": on, "detectors": sorted(asks),
        },
    )  # fmt: skip


def judge(warehouse: Warehouse, alert: str, verdict: str) -> None:
    warehouse.run(
        "INSERT INTO verdicts BY NAME SELECT $alert AS alert_id, now()::TIMESTAMP AS decided_at, 'm.visser' AS "
        "decided_by, $verdict AS verdict, 'because' AS note",
        {"alert": alert, "verdict": verdict},
    )
