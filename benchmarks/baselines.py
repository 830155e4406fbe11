"""The baselines that the audit must beat, on the same lookups and with the same ruler.

Three score user-days by how unusual they are (isolation forest, robust z-scores, Mahalanobis distance), one
is the plain watchlist that many organisations start with, one is an explanation filter with bursts. None
knows what the product knows about rosters, kinship or homes; those on user-days may learn from the whole
period at once, future included, which only flatters them.

Run with: python -m benchmarks.baselines WAREHOUSE [--json]
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.covariance import EmpiricalCovariance
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score

from benchmarks.plain_lookups import FEATURES, World, read_world
from lookup_audit.errors import LookupAuditError
from lookup_audit.evaluation import CAPACITIES
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """What reading the top `alerts` pairs of user and subject gives, on average where scores are equal."""

    capacity: int
    alerts: int
    precision: float
    recall: float


@dataclass(frozen=True)
class Result:
    """One way of scoring lookups, measured: average precision per lookup, and at review capacity."""

    name: str
    average_precision: float
    at_capacity: tuple[Reading, ...]


def isolation_forest(world: World) -> Numbers:
    """Oddness of the lookup's user-day, by an isolation forest over all user-days."""
    relative = _among_peers(world.user_days)
    forest = IsolationForest(n_estimators=200, max_samples=min(4096, len(relative)), random_state=1)
    return _by_lookup(world, -forest.fit(relative).score_samples(relative))


def robust_z_scores(world: World) -> Numbers:
    """Oddness of the lookup's user-day: the root mean square of its robust z-scores."""
    return _by_lookup(world, np.sqrt((_among_peers(world.user_days) ** 2).mean(axis=1)))


def mahalanobis(world: World) -> Numbers:
    """Oddness of the lookup's user-day: its squared Mahalanobis distance."""
    relative = _among_peers(world.user_days)
    return _by_lookup(world, EmpiricalCovariance().fit(relative).mahalanobis(relative))


def watchlist(world: World) -> Numbers:
    """How many flags the lookup raises: public figure, late hours, own surname, own postcode."""
    return world.lookups["flags"].to_numpy(dtype=np.float64)


def unexplained_bursts(world: World) -> Numbers:
    """How many users looked the subject up that day, when the lookup has no plain work link; else 0."""
    return world.lookups["burst"].to_numpy(dtype=np.float64)


BASELINES: dict[str, Callable[[World], Numbers]] = {
    "isolation forest on user-days": isolation_forest,
    "robust z-scores on user-days": robust_z_scores,
    "Mahalanobis distance on user-days": mahalanobis,
    "plain watchlist": watchlist,
    "explanation filter with bursts": unexplained_bursts,
}


def measure(name: str, scores: Numbers, world: World) -> Result:
    """Measure one score per lookup; alerts are pairs of user and subject by their highest score above 0.

    Where pairs have equal scores, reading only some of them is worth what it is on average.
    """
    labelled = world.lookups["is_labelled"].to_numpy(dtype=bool)
    pairs = (
        pd.DataFrame({"pair": world.lookups["pair"], "score": scores, "hits": labelled})
        .groupby("pair")
        .agg(score=("score", "max"), hits=("hits", "sum"))
    )
    pairs = pairs[pairs["score"] > 0.0]
    pairs["right"] = pairs["hits"] > 0
    levels = pairs.groupby("score").agg(n=("hits", "size"), hits=("hits", "sum"), right=("right", "sum"))
    read = np.concatenate([np.zeros((1, 3)), levels.iloc[::-1].to_numpy().cumsum(axis=0)])
    readings = []
    for capacity in CAPACITIES:
        alerts = max(1, round(capacity * world.users / 1000 * world.days / 30))
        found, right = (float(np.interp(alerts, read[:, 0], read[:, column])) for column in (1, 2))
        readings.append(
            Reading(
                capacity=capacity,
                alerts=alerts,
                precision=round(right / max(1.0, min(float(alerts), read[-1, 0])), 6),
                recall=round(found / labelled.sum(), 6),
            )
        )
    return Result(name, round(float(average_precision_score(labelled, scores)), 6), tuple(readings))


def run_baselines(warehouse: Warehouse) -> list[Result]:
    """Measure every baseline, and the audit's own risk beside them when the warehouse was audited."""
    world = read_world(warehouse)
    results = [measure(name, baseline(world), world) for name, baseline in BASELINES.items()]
    if world.is_audited:
        results.append(measure("lookup-audit", world.lookups["risk"].to_numpy(dtype=np.float64), world))
    return results


def _among_peers(user_days: pd.DataFrame) -> Numbers:
    """User-days × features: logs, in robust deviations from the median of the user's function, within ±10."""
    logs = np.log1p(user_days[list(FEATURES)])
    by_function = user_days["function"]
    from_centre = logs - logs.groupby(by_function).transform("median")
    spread = 1.4826 * from_centre.abs().groupby(by_function).transform("median")
    relative: Numbers = (from_centre / spread.clip(lower=0.1)).clip(-10.0, 10.0).to_numpy(dtype=np.float64)
    return relative


def _by_lookup(world: World, scores: Numbers) -> Numbers:
    """Give each lookup the score of its user-day."""
    rows = pd.Index(world.user_days["user_day"]).get_indexer(world.lookups["user_day"])
    return scores[rows]


def table(results: list[Result]) -> str:
    """Lay the results out as text, highest average precision first."""
    heading = "".join(f"{f'P@{c}':>8}{f'R@{c}':>8}" for c in CAPACITIES)
    lines = [
        f"{'':36}{'AP':>8}{heading}",
        *(
            f"{result.name:36}{result.average_precision:8.3f}"
            + "".join(f"{reading.precision:8.2f}{reading.recall:8.2f}" for reading in result.at_capacity)
            for result in sorted(results, key=lambda result: -result.average_precision)
        ),
        "AP: average precision per lookup. P@k, R@k: precision of the alerts, and share of the labelled",
        "lookups in them, when k alerts per 1,000 users per 30 days are read.",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the measurements of one warehouse; 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.baselines", description=__doc__)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    try:
        with Warehouse(options.warehouse, Settings(), must_exist=True) as warehouse:
            results = run_baselines(warehouse)
    except LookupAuditError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(json.dumps([asdict(result) for result in results], indent=2) if options.json else table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
