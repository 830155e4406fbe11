"""What the dashboard says of measures and emerging themes in simulated units where the truth is known.

Each unit is simulated, loaded and audited in a process of its own, two at a time, and reported on; printed is how
often the interval of the session's effect holds the truth, how often it is found to help, how often a campaign
without effect is called effective, and which changes were found that were, and were not, there.

Run with: python -m benchmarks.measures --seeds 701 702 [--world measures-without] [--results DIR]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.measuring import note
from lookup_audit.warehouse import Warehouse

Measured = dict[str, Any]


def measure(world: str, seed: int, users: int, days: int, folder: Path) -> Measured:
    """One unit from nothing to its estimates; a warehouse that is there is audited on from where it was."""
    from lookup_audit.ingest import ingest
    from lookup_audit.pipeline import audit, days_to_audit
    from lookup_audit.settings import Settings
    from lookup_audit.simulate import WORLDS, simulate

    name = f"{world}-{seed}-{users}x{days}"
    drop, path = folder / f"{name}.drop", folder / f"{name}.duckdb"
    if not drop.exists():
        simulate(drop, users=users, days=days, seed=seed, world=world)
    # the forest only supports, and leaving it out halves the time
    settings = Settings.model_validate(
        {
            "threads": 1,
            "memory": "6GB",
            "reporting": {"weeks": days // 7},
            "forest": {"minimum_user_days": 10**9},
        }
    )
    with Warehouse(path, settings) as warehouse:
        ingest(warehouse, drop)
        audit(warehouse, days_to_audit(warehouse))
        return {"world": world, "seed": seed, **estimates(warehouse), **_truth(WORLDS[world])}


def estimates(warehouse: Warehouse) -> Measured:
    """What the dashboard says: an effect for each measure, and what emerged among how many series."""
    from lookup_audit.reporting.dashboard.report import Report

    published = Report(warehouse).published
    if published is None:
        return {"measures": [], "emerging": [], "watched": 0}
    shown = published.as_dict()
    return {
        "measures": [
            {"kind": one["kind"], "theme": one["theme"], **one["effect"]} for one in shown["measures"]
        ],
        "emerging": [
            {"name": one["name"], "since": one["since"], "ratio": one["ratio"]}
            for one in shown["emerging"]["found"]
        ],
        "watched": shown["emerging"]["watched"],
    }


def _truth(world: Any) -> Measured:
    return {
        "truth": {
            "session": -world.session_effect,
            "rising": world.rising_theme if world.rising_factor != 1 else None,
        }
    }


def summary(units: list[Measured]) -> str:
    """The estimates of all units against what was true, in a few lines."""
    sessions = [(one, m) for one in units for m in one["measures"] if m["kind"] == "dilemma_session"]
    campaigns = [m for one in units for m in one["measures"] if m["kind"] == "campaign"]
    told = [(one, m) for one, m in sessions if m["low"] is not None]
    covered = sum(m["low"] <= one["truth"]["session"] <= (m["high"] or float("inf")) for one, m in told)
    rising = [one for one in units if one["truth"]["rising"]]
    found = sum(["theme", one["truth"]["rising"]] in [e["name"] for e in one["emerging"]] for one in rising)
    false = [e for one in units for e in one["emerging"] if e["name"] != ["theme", one["truth"]["rising"]]]
    return "\n".join(
        [
            f"units {len(units)}",
            f"session: told of {len(told)}; the interval holds the truth in {covered}; found to help in "
            f"{sum(m['verdict'] == 'fewer' for _, m in sessions)}",
            f"campaign without effect: told of {sum(m['low'] is not None for m in campaigns)}; called effective in "
            f"{sum(m['verdict'] == 'fewer' for m in campaigns)}, harmful in "
            f"{sum(m['verdict'] == 'more' for m in campaigns)}",
            f"rising theme: found in {found} of {len(rising)}",
            f"other changes found: {len(false)} among {sum(one['watched'] for one in units)} series watched",
            *(f"  {e['name']} × {e['ratio']} since {e['since']}" for e in false),
        ]
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure every seed, two at a time, and print the summary, or with --json everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measures", description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, required=True)
    parser.add_argument("--world", default="measures")
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--days", type=int, default=182)
    parser.add_argument(
        "--results", type=Path, help="keep drops and warehouses here; empty it when code changed"
    )
    parser.add_argument("--json", action="store_true", help="print everything measured")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        (seed,) = options.seeds
        print(json.dumps(measure(options.world, seed, options.users, options.days, options.results)))
        return 0

    def alone(seed: int) -> Measured:
        with tempfile.TemporaryDirectory() as temporary:
            folder = options.results or Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, "-m", "benchmarks.measures", "--one", "--world", options.world]
            command += ["--seeds", str(seed), "--users", str(options.users), "--days", str(options.days)]
            command += ["--results", str(folder)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        measured: Measured = json.loads(done.stdout.splitlines()[-1])
        note(json.dumps(measured))
        return measured

    with ThreadPoolExecutor(2) as pool:
        units = list(pool.map(alone, options.seeds))
    print(json.dumps(units, indent=2) if options.json else summary(units))
    return 0


if __name__ == "__main__":
    sys.exit(main())
