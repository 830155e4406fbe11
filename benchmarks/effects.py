"""Whether the dashboard finds what is true, over many units made as daily tables: gate, effects and changes whole.

Units of 1,000 users in 40 teams over 39 weeks in which every theme comes up as often as `OFTEN` says, more for some
users than for others. Half of the teams have a session that lowers one theme by 60%; a campaign does nothing; one
theme triples halfway, or with --still nothing changes at all.

Run with: python -m benchmarks.effects --seeds 1 2 3 … [--still]
"""

import argparse
from datetime import date, timedelta

import numpy as np
import pandas as pd

from lookup_audit.reporting.dashboard.published import MOTIVES
from lookup_audit.reporting.dashboard.report import Report
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse, load_signed
from tests.trend_world import MONDAY, fill

WEEKS, SESSION_WEEK, CAMPAIGN_WEEK, RISE_WEEK = 39, 25, 18, 26
SESSION, CAMPAIGN, RISING = "family", "neighbour", "vehicle_at_door"
OFTEN = {SESSION: 0.024, CAMPAIGN: 0.02, RISING: 0.008}
EFFECT, RISE = 0.6, 3.0


def unit(warehouse: Warehouse, seed: int, *, still: bool) -> None:
    """Fill a warehouse with one unit; teams with an even number have the session."""
    rng = np.random.default_rng(seed)
    fill(warehouse, teams=(25,) * 40, weeks=WEEKS, often=0)
    themes = {rule.id: rule.motive for rule in load_signed("rule") if rule.motive in MOTIVES}
    users = [(f"u{team}-{nr}", team) for team in range(40) for nr in range(25)]
    leaning = rng.gamma(1.0, 1.0, len(users))  # some ask more than others
    rows = []
    for theme, motive in themes.items():
        for week in range(WEEKS):
            rate = OFTEN.get(theme, 0.006) * leaning * rng.gamma(20, 1 / 20)
            if theme == RISING and week >= RISE_WEEK and not still:
                rate = rate * RISE
            if theme == SESSION and week > SESSION_WEEK and not still:
                rate = rate * np.array([1 - EFFECT if team % 2 == 0 else 1.0 for _, team in users])
            asked = np.flatnonzero(rng.random(len(users)) < rate)
            day = MONDAY + timedelta(weeks=week, days=1)
            rows += [{"day": day, "user_id": users[at][0], "motive": motive, "theme": theme} for at in asked]
    common = {"system": "BVH", "channel": "desktop", "action": "view", "hour": 10, "duty": "on"}
    warehouse.insert("question_days", pd.DataFrame(rows).assign(**common, lookups=1, risk=0.9))
    held = [
        {"intervention_id": f"s{team}", "held_on": _day(SESSION_WEEK), "kind": "dilemma_session", "theme": SESSION,
         "unit": "Unit", "team": f"Team {team}", "reach": 25, "file_id": "f"}
        for team in range(0, 40, 2)
    ]  # fmt: skip
    held.append({**held[0], "intervention_id": "c", "held_on": _day(CAMPAIGN_WEEK), "kind": "campaign"})
    held[-1] |= {"theme": CAMPAIGN, "unit": None, "team": None}
    warehouse.insert("interventions", pd.DataFrame(held))


def _day(week: int) -> date:
    return MONDAY + timedelta(weeks=week, days=2)


def main(arguments: list[str] | None = None) -> int:
    """Print, over all seeds, how often the dashboard was right."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.effects", description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, required=True)
    parser.add_argument("--still", action="store_true", help="nothing changes: what is found is false")
    options = parser.parse_args(arguments)
    truth = 0.0 if options.still else -EFFECT
    covered = helped = effective = found = false = 0
    marked: list[int] = []
    for seed in options.seeds:
        settings = Settings.model_validate({"threads": 1, "reporting": {"weeks": 26}})
        with Warehouse(None, settings) as warehouse:
            unit(warehouse, seed, still=options.still)
            published = Report(warehouse).published
        assert published is not None
        by_kind = {one.kind: one.effect for one in published.measures}
        session, campaign = by_kind["dilemma_session"], by_kind["campaign"]
        covered += session.low is not None and session.low <= truth <= (session.high or 0)
        helped += session.verdict == "fewer"
        effective += campaign.verdict == "fewer"
        names = [change.name for change in published.emerging.found]
        found += ("theme", RISING) in names
        false += sum(name not in (("theme", RISING), ("theme", SESSION)) for name in names)
        marked.append(len(names))
    print(
        f"{len(options.seeds)} units: the session's interval holds the truth in {covered}, helps in {helped}; "
        f"campaign effective in {effective}; rising theme found in {found}; other changes found {false}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
