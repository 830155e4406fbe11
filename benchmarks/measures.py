"""What prevention did in simulated units where it is known: weekly counts by theme, to try estimators on.

Each unit is simulated, loaded and audited in a process of its own, two at a time; what comes out, a JSON object a
seed, says when the session, the campaign and the rise were, and how much was counted in every week for all, for
teams with a session, for the others, and for each team.

Run with: python -m benchmarks.measures --seeds 701 702 [--world measures-without] [--results DIR]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.measuring import note
from lookup_audit.warehouse import Warehouse

LEAST_RISK = 0.1
SOURCES = ("labelled", "asked", "found", "right")

Measured = dict[str, Any]


def measure(world: str, seed: int, users: int, days: int, folder: Path) -> Measured:
    """One unit from nothing to its weekly counts; a warehouse that is there is audited on from where it was."""
    from lookup_audit.ingest import ingest
    from lookup_audit.pipeline import audit, days_to_audit
    from lookup_audit.settings import Settings
    from lookup_audit.simulate import WORLDS, simulate

    name = f"{world}-{seed}-{users}x{days}"
    drop, path = folder / f"{name}.drop", folder / f"{name}.duckdb"
    if not drop.exists():
        simulate(drop, users=users, days=days, seed=seed, world=world)
    with Warehouse(path, Settings(threads=1, memory="6GB")) as warehouse:
        ingest(warehouse, drop)
        audit(warehouse, days_to_audit(warehouse))
        # without an effect nothing rises; the same theme is counted all the same, to compare
        habits, effects = WORLDS[world], WORLDS["measures"]
        first = warehouse.value("SELECT min(local_date) FROM lookups")
        return {
            "world": world,
            "seed": seed,
            "session_theme": habits.session_theme,
            "session_effect": habits.session_effect,
            "campaign_theme": habits.campaign_theme,
            "rising_theme": habits.rising_theme or effects.rising_theme,
            "rising_factor": habits.rising_factor,
            "rising_from": str(first + timedelta(days=round(habits.rising_at * days))),
            **count(
                warehouse,
                (habits.session_theme, habits.campaign_theme, habits.rising_theme or effects.rising_theme),
            ),
        }


def count(warehouse: Warehouse, themes: tuple[str, ...]) -> Measured:
    """The days of the session and campaign, and weekly counts in `groups` and `teams`.

    A series has one number a week. `lookups` and `active` (users with any) are of everything. A theme is counted
    from four sources: `labelled` (the truth), `asked` (questions of any risk, as the dashboard counts them),
    `found` (those with a risk of 0.1 or more) and `right` (those of `found` that are labelled with any theme). Each
    is counted in `lookups`, and in `users` who made them: one user in one week is one.
    """
    held = warehouse.frame("SELECT held_on, kind, theme, team FROM interventions ORDER BY intervention_id")
    sessions = held[held["kind"] == "dilemma_session"]
    campaign = held[held["kind"] == "campaign"]["held_on"]
    counted = warehouse.frame(_COUNTED, {"themes": list(themes), "least": LEAST_RISK})
    weeks = sorted(counted["week"].unique())
    counted["treated"] = counted["team"].isin(sessions["team"])
    sizes = warehouse.frame("SELECT coalesce(team, '') AS team, count(*) AS users FROM users GROUP BY ALL")
    size = dict(zip(sizes["team"], sizes["users"], strict=True))

    def group(rows: pd.DataFrame) -> Measured:
        return {
            "users": int(sum(size.get(team, 0) for team in rows["team"].unique())),
            "lookups": _series(rows[rows["source"] == "all"], "lookups", weeks),
            "active": _series(rows[rows["source"] == "all"], "users", weeks),
            "themes": {
                theme: {
                    source: {
                        what: _series(
                            rows[(rows["theme"] == theme) & (rows["source"] == source)], what, weeks
                        )
                        for what in ("users", "lookups")
                    }
                    for source in SOURCES
                }
                for theme in themes
            },
        }

    return {
        "session_held_on": str(sessions["held_on"].min().date()) if len(sessions) else None,
        "campaign_held_on": str(campaign.min().date()) if len(campaign) else None,
        "weeks": [str(pd.Timestamp(week).date()) for week in weeks],
        "groups": {
            "all": group(counted),
            "treated": group(counted[counted["treated"]]),
            "others": group(counted[~counted["treated"]]),
        },
        "teams": [
            {"team": team, "treated": bool(rows["treated"].iloc[0]), **group(rows)}
            for team, rows in counted.groupby("team")
        ],
    }


def _series(rows: pd.DataFrame, what: str, weeks: list[Any]) -> list[int]:
    """The sum of each week, 0 where there is none."""
    return [int(value) for value in rows.groupby("week")[what].sum().reindex(weeks, fill_value=0)]


# The theme of a question is decided as in lookup_audit/reporting/numbers.py.
_COUNTED = """
WITH made AS (
    SELECT
        lookups.system, lookups.lookup_id, lookups.user_id, coalesce(users.team, '') AS team,
        lookups.local_date - CAST(lookups.local_weekday - 1 AS INTEGER) AS week
    FROM lookups
    LEFT JOIN users ON users.user_id = lookups.user_id
),
question AS (
    SELECT risk.system, risk.lookup_id, risk.motive, risk.risk
    FROM lookup_risk AS risk
    WHERE risk.motive IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM work_links AS link
        WHERE link.system = risk.system AND link.lookup_id = risk.lookup_id AND link.strength >= 0.5
    )
),
strongest AS (
    SELECT
        system, lookup_id, motive, detector,
        row_number() OVER (PARTITION BY system, lookup_id, motive ORDER BY score DESC, detector) AS place
    FROM findings
    WHERE motive IS NOT NULL
),
asked AS (
    SELECT question.system, question.lookup_id, question.risk, strongest.detector AS theme
    FROM question
    JOIN strongest
        ON strongest.system = question.system AND strongest.lookup_id = question.lookup_id
        AND strongest.motive = question.motive AND strongest.place = 1
),
counted AS (
    SELECT 'labelled' AS source, system, lookup_id, theme FROM labels
    UNION ALL
    SELECT 'asked', system, lookup_id, theme FROM asked
    UNION ALL
    SELECT 'found', system, lookup_id, theme FROM asked WHERE risk >= $least
    UNION ALL
    SELECT 'right', asked.system, asked.lookup_id, asked.theme
    FROM asked SEMI JOIN labels ON labels.system = asked.system AND labels.lookup_id = asked.lookup_id
    WHERE risk >= $least
)
SELECT 'all' AS source, '' AS theme, team, week, count(*) AS lookups, count(DISTINCT user_id) AS users
FROM made GROUP BY ALL
UNION ALL
SELECT counted.source, counted.theme, made.team, made.week, count(*), count(DISTINCT made.user_id)
FROM counted
JOIN made ON made.system = counted.system AND made.lookup_id = counted.lookup_id
WHERE list_contains($themes, counted.theme)
GROUP BY ALL
ORDER BY ALL
"""


def summary(one: Measured) -> str:
    """Users by week of each theme, before and from the middle on, with a session and without: truth and found."""
    lines = [f"{one['world']} {one['seed']}: users × weeks, before → from the middle on"]
    half = len(one["weeks"]) // 2
    for theme in one["groups"]["all"]["themes"]:
        for name in ("treated", "others"):
            parts = []
            for source in SOURCES:
                series = one["groups"][name]["themes"][theme][source]["users"]
                parts.append(f"{source} {sum(series[:half])} → {sum(series[half:])}")
            lines.append(f"  {theme:18}{name:9}" + "; ".join(parts))
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure every seed, two at a time; print the JSON of all, and keep one file a seed where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measures", description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, required=True)
    parser.add_argument("--world", default="measures")
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--days", type=int, default=182)
    parser.add_argument(
        "--results",
        type=Path,
        help="keep drops, warehouses and one JSON file a seed here; a run that was "
        "stopped carries on from them, so empty it when code has changed",
    )
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        (seed,) = options.seeds
        print(json.dumps(measure(options.world, seed, options.users, options.days, options.results)))
        return 0

    def alone(seed: int, folder: Path) -> Measured:
        command = [sys.executable, "-m", "benchmarks.measures", "--one", "--world", options.world]
        command += ["--seeds", str(seed), "--users", str(options.users), "--days", str(options.days)]
        command += ["--results", str(folder)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        measured: Measured = json.loads(done.stdout.splitlines()[-1])
        note(summary(measured))
        return measured

    def kept_or_not(seed: int) -> Measured:
        if options.results is None:
            with tempfile.TemporaryDirectory() as folder:
                return alone(seed, Path(folder))
        options.results.mkdir(parents=True, exist_ok=True)
        measured = alone(seed, options.results)
        name = f"{options.world}-{seed}-{options.users}x{options.days}.json"
        (options.results / name).write_text(json.dumps(measured), encoding="utf-8")
        return measured

    with ThreadPoolExecutor(2) as pool:
        print(json.dumps(list(pool.map(kept_or_not, options.seeds))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
