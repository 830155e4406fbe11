"""A made-up unit as its daily tables, without lookups: what reports are counted from, in a moment."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from lookup_audit.warehouse import Warehouse

MONDAY = date(2026, 1, 5)
THEMES = {
    "neighbour": "personal_involvement",
    "family": "personal_involvement",
    "news_spike": "curiosity",
    "bulk_extraction": "personal_benefit",
}
FEATURES = (
    "subjects", "first_subjects", "unlinked", "off_duty", "night_hours", "systems", "persons", "vehicles", "mobile",
    "prints_exports", "peak_hour", "most_repeated", "near_home", "public_figures",
)  # fmt: skip


def fill(
    warehouse: Warehouse,
    *,
    teams: tuple[int, ...] = (24, 18, 15, 12, 11),
    weeks: int = 13,
    often: float = 0.02,
    seed: int = 1,
    monday: date = MONDAY,
) -> pd.DataFrame:
    """Fill users, runs, and the daily tables; the questions that were put in come back, a row each.

    `teams` are sizes; the first two thirds of the teams are of one district. `often` is the chance that a
    user has a question of one theme in one week.
    """
    rng = np.random.default_rng(seed)
    users = pd.DataFrame(
        [
            {
                "user_id": f"u{team}-{nr}",
                "unit": "Unit",
                "district": "North" if team < len(teams) * 2 / 3 else "South",
                "team": f"Team {team}",
            }
            for team, size in enumerate(teams)
            for nr in range(size)
        ]
    )
    warehouse.insert("users", users.assign(file_id=1))
    days = [monday + timedelta(days=nr) for nr in range(7 * weeks)]
    per_day = [
        {"user_id": user, "day": day, "peer_group": "all", "lookups": 20, **dict.fromkeys(FEATURES, 0)}
        for day in days
        if day.weekday() < 5
        for user in users["user_id"]
    ]
    warehouse.insert("user_days", pd.DataFrame(per_day))
    lookups = 20 * len(users)
    warehouse.insert(
        "volume_days",
        pd.DataFrame(
            [
                {
                    "day": day, "cut": cut, "part": part, "lookups": lookups, "explained": lookups - 50,
                    "users": len(users),
                }
                for day in days
                if day.weekday() < 5
                for cut, part in (
                    ("system", "BVH"), ("channel", "desktop"), ("action", "view"), ("duty", "on"), ("hour", "10")
                )
            ]
        ),
    )  # fmt: skip
    warehouse.insert(
        "runs",
        pd.DataFrame(
            [
                {
                    "run_id": f"r{day}", "audit_date": day, "started_at": datetime(2026, 6, 1),
                    "finished_at": datetime(2026, 6, 1), "status": "done", "config_hash": "c", "code_version": "v",
                    "lookups": lookups if day.weekday() < 5 else 0,
                    "explained": lookups - 50 if day.weekday() < 5 else 0,
                    "first_lookups": 100, "first_explained": 80, "findings": 0, "skipped_detectors": [],
                }
                for day in days
            ]
        ),
    )  # fmt: skip
    asked = [
        {
            "day": monday + timedelta(days=7 * week + int(rng.integers(5))), "user_id": user, "motive": motive,
            "theme": theme, "system": "BVH", "channel": "desktop", "action": "view", "hour": 10, "duty": "on",
            "lookups": int(rng.integers(1, 9)), "risk": 0.8,
        }
        for week in range(weeks)
        for user in users["user_id"]
        for theme, motive in THEMES.items()
        if rng.random() < often
    ]  # fmt: skip
    if not asked:
        return pd.DataFrame()
    made = pd.DataFrame(asked)
    warehouse.insert("question_days", made)
    return made.merge(users, on="user_id")
