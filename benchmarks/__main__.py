"""Every benchmark in one run, as ratios: python -m benchmarks [--quick] [--json] [PART …]

Progress goes to standard error. What takes long to make is kept under benchmarks/results/ until the code
changes. This process imports nothing heavy, so that no contender inherits its memory.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.loading import measure as measure_loading
from benchmarks.measuring import Run, note
from benchmarks.night import measure_history, measure_night

RESULTS = Path(__file__).parent / "results"
PARTS = ("loading", "night", "history", "baselines")


@dataclass(frozen=True)
class Ratio:
    """One ratio, with what it is of and the bound that it must keep: `least` or `most`."""

    part: str
    what: str
    ratio: float
    least: float | None = None
    most: float | None = None

    @property
    def bound(self) -> str:
        """The bound in words, and whether it is kept; empty where there is none."""
        if self.least is None and self.most is None:
            return ""
        kept = (self.least or 0.0) <= self.ratio <= (self.most or float("inf"))
        words = f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"
        return f"{words}: {'kept' if kept else 'NOT KEPT'}"


def loading(made: dict[str, Any], repeats: int) -> tuple[dict[str, Run], list[Ratio]]:
    """`ingest` of one Parquet file against a bare table of the engine."""
    runs = measure_loading(Path(made["users"]), Path(made["loaded"]), Path(made["root"]), repeats)
    ours, bare = runs["ingest"], runs["bare duckdb"]
    return runs, [
        Ratio("loading", "time of ingest / bare table", ours.seconds / bare.seconds, most=3),
        Ratio("loading", "the same, whole processes", ours.process_seconds / bare.process_seconds),
        Ratio("loading", "peak memory of ingest / bare table", ours.peak_mb / bare.peak_mb),
    ]


def night(made: dict[str, Any], repeats: int) -> tuple[dict[str, Run], list[Ratio]]:
    """The audit of one new day against the same rules in plain pandas."""
    runs = measure_night(
        Path(made["drop"]), Path(made["known"]), Path(made["parameters"]), made["new_day"], repeats
    )
    audit, rules, pandas = runs["audit"], runs["audit without forest"], runs["plain pandas"]
    return runs, [
        Ratio("night", "time of pandas / audit without forest", pandas.seconds / rules.seconds, least=10),
        Ratio("night", "time of pandas / whole audit, with forest", pandas.seconds / audit.seconds),
        Ratio("night", "… without forest, whole processes", pandas.process_seconds / rules.process_seconds),
        Ratio("night", "… with forest, whole processes", pandas.process_seconds / audit.process_seconds),
        Ratio(
            "night", "peak memory of audit without forest / pandas", rules.peak_mb / pandas.peak_mb, most=0.5
        ),
        Ratio("night", "peak memory of whole audit / pandas", audit.peak_mb / pandas.peak_mb),
    ]


def history(made: dict[str, Any], repeats: int) -> tuple[dict[str, Run], list[Ratio]]:
    """The audit of the same day on much and on little history."""
    warehouses = {int(days): Path(path) for days, path in made["warehouses"].items()}
    little, much = min(warehouses), max(warehouses)
    runs = measure_history({days: warehouses[days] for days in (little, much)}, made["new_day"], repeats)
    less, more = runs[f"{little} days"], runs[f"{much} days"]
    return runs, [
        Ratio(
            "history", f"time of a night on {much} days / on {little}", more.seconds / less.seconds, most=1.5
        ),
        Ratio("history", "peak memory, the same", more.peak_mb / less.peak_mb),
    ]


def baselines(made: dict[str, Any]) -> list[dict[str, Any]]:
    """Average precision of the product and of every baseline, on a usual unit."""
    command = [sys.executable, "-m", "benchmarks.baselines", made["usual"], "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    results = json.loads(done.stdout)
    return [{"name": one["name"], "average_precision": one["average_precision"]} for one in results]


def main(arguments: list[str] | None = None) -> int:
    """Measure the parts that were asked for and print them; 0 when everything ran."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named"
    )
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run, not how fast")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--repeats", type=int, default=3, help="rounds of the night; loading takes twice as many"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="where what is made is kept")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    parts = options.parts or PARTS
    made = _make(options.results, quick=options.quick)
    measured: dict[str, Any] = {"runs": {}, "ratios": [], "average_precision": []}
    for part, measure, repeats in (
        ("loading", loading, 2 * options.repeats),
        ("night", night, options.repeats),
        ("history", history, options.repeats),
    ):
        if part in parts:
            note(part)
            runs, ratios = measure(made, repeats)
            measured["runs"][part] = {name: asdict(one) for name, one in runs.items()}
            measured["ratios"] += ratios
    if "baselines" in parts:
        note("baselines")
        measured["average_precision"] = baselines(made)
    if options.quick:  # small sizes measure the start of things, so no bound holds for them
        measured["ratios"] = [replace(ratio, least=None, most=None) for ratio in measured["ratios"]]
    print(_json(measured) if options.json else table(measured))
    return 0


def _make(results: Path, *, quick: bool) -> dict[str, Any]:
    """What is measured, made in a process of its own: paths by name, and the new day."""
    command = [sys.executable, "-m", "benchmarks.world", str(results), *(["--quick"] if quick else [])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def _json(measured: dict[str, Any]) -> str:
    return json.dumps({**measured, "ratios": [asdict(ratio) for ratio in measured["ratios"]]}, indent=2)


def table(measured: dict[str, Any]) -> str:
    """Lay the measurements out as text: medians, ratios with their bounds, and average precision."""
    lines = [f"{'':10}{'median of rounds':36}{'seconds':>9}{'process':>9}{'peak MB':>9}"]
    for part, runs in measured["runs"].items():
        lines += [
            f"{part:10}{name:36}{one['seconds']:9.2f}{one['process_seconds']:9.2f}{one['peak_mb']:9,.0f}"
            for name, one in runs.items()
        ]
    lines += ["", f"{'':10}{'ratio':48}"]
    lines += [
        f"{ratio.part:10}{ratio.what:48}{ratio.ratio:7.2f}   {ratio.bound}".rstrip()
        for ratio in measured["ratios"]
    ]
    by_precision = sorted(measured["average_precision"], key=lambda one: -one["average_precision"])
    lines += ["", f"{'':10}average precision per lookup"] if by_precision else []
    lines += [f"{'baselines':10}{one['name']:48}{one['average_precision']:7.3f}" for one in by_precision]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
