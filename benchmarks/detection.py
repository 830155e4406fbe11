"""How right the audit is on simulated units that nothing was developed on: medians and ranges over seeds.

Each unit is simulated, loaded, audited night by night and evaluated in a process of its own, beside the
baselines of `benchmarks/baselines.py` on the same warehouse.

Run with: python -m benchmarks.detection --seeds 501 502 503 504 505 [--worlds regional lookalikes …] [--json]
"""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measuring import note

WORLDS = ("regional", "lookalikes", "clean", "sparse")
RESULTS = Path(__file__).parent / "results" / "detection"

Measured = dict[str, Any]


def measure(world: str, seed: int, users: int, days: int, folder: Path) -> Measured:
    """One unit from nothing to its evaluation; the audited warehouse stays in `folder`."""
    from benchmarks.baselines import run_baselines
    from lookup_audit.evaluation import evaluate
    from lookup_audit.ingest import ingest
    from lookup_audit.pipeline import audit, days_to_audit
    from lookup_audit.settings import Settings
    from lookup_audit.simulate import simulate
    from lookup_audit.warehouse import Warehouse

    name = f"{world}-{seed}-{users}x{days}"
    drop, path = folder / f"{name}.drop", folder / f"{name}.duckdb"
    if not drop.exists():
        simulate(drop, users=users, days=days, seed=seed, world=world)
    path.unlink(missing_ok=True)
    with Warehouse(path, Settings(threads=1, memory="6GB")) as warehouse:
        ingest(warehouse, drop)
        nights = audit(warehouse, days_to_audit(warehouse))
        evaluated = evaluate(warehouse).as_dict()
        baselines = [asdict(one) for one in run_baselines(warehouse)] if evaluated["labels"] else []
    skipped = sorted({one for night in nights for one in night.skipped})
    return {"world": world, "seed": seed, **evaluated, "baselines": baselines, "skipped": skipped}


def figures(one: Measured) -> dict[str, float | None]:
    """The figures of one unit by name: shares and average precisions, and false alerts of a clean unit."""
    reads = {read["capacity"]: read for read in one["at_capacity"]}
    ceiling = reads[100]["ceiling"]["share"]
    found = {
        "average precision": one["average_precision"],
        "precision at 30": reads[30]["precision"]["share"],
        "recall at 100": reads[100]["recall"]["share"],
        "… of the ceiling": reads[100]["recall"]["share"] / ceiling if ceiling else None,
        "explained": one["explained"]["share"],
        "explained, first": one["first_explained"]["share"],
        "explained, touched": one["touched_explained"]["share"],
        "false alerts from 0.5, per 1,000 user-days": one["false_alerts"][0]["per_user_day"]["rate"],
        "false alerts from 0.5, per 1,000 users and night": one["false_alerts"][0]["per_night"]["rate"],
        "Brier score": one["brier"],
        "widest gap of a risk band of 50": max(
            (
                abs(band["mean_risk"] - band["labelled"]["share"])
                for band in one["calibration"]
                if band["labelled"]["whole"] >= 50 and band["labelled"]["share"] is not None
            ),
            default=None,
        ),
    }
    found |= {f"theme {theme['name']}": theme["in_top"]["share"] for theme in one["themes"]}
    found |= {f"baseline {result['name']}": result["average_precision"] for result in one["baselines"]}
    return found


def table(measured: list[Measured]) -> str:
    """Lay the figures out as text: for each world the median and range over its seeds."""
    lines = []
    for world in dict.fromkeys(one["world"] for one in measured):
        units = [figures(one) for one in measured if one["world"] == world]
        lines += ["", f"{world}, {len(units)} seeds", f"{'':52}{'median':>9}{'lowest':>9}{'highest':>9}"]
        for name in dict.fromkeys(name for unit in units for name in unit):
            values = [value for unit in units if (value := unit.get(name)) is not None]
            if values:
                lines.append(f"  {name:50}{median(values):9.3f}{min(values):9.3f}{max(values):9.3f}")
        skipped = sorted({one for unit in measured if unit["world"] == world for one in unit["skipped"]})
        lines += [f"  skipped: {one}" for one in skipped]
    return "\n".join(lines[1:])


def main(arguments: list[str] | None = None) -> int:
    """Measure every world on every seed, two at a time, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection", description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, required=True)
    parser.add_argument("--worlds", nargs="+", default=WORLDS)
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where units and warehouses are kept")
    parser.add_argument("--json", action="store_true", help="print everything measured")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.results.mkdir(parents=True, exist_ok=True)
    if options.one:
        (world,), (seed,) = options.worlds, options.seeds
        print(json.dumps(measure(world, seed, options.users, options.days, options.results)))
        return 0

    def alone(unit: tuple[str, int]) -> Measured:
        world, seed = unit
        command = [sys.executable, "-m", "benchmarks.detection", "--one", "--worlds", world]
        command += ["--seeds", str(seed), "--users", str(options.users), "--days", str(options.days)]
        command += ["--results", str(options.results)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        measured: Measured = json.loads(done.stdout.splitlines()[-1])
        note(f"{world} {seed}: average precision {measured['average_precision']}")
        return measured

    units = [(world, seed) for world in options.worlds for seed in options.seeds]
    with ThreadPoolExecutor(2) as pool:
        measured = list(pool.map(alone, units))
    print(json.dumps(measured, indent=2) if options.json else table(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
