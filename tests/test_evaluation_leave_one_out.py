"""Leaving a detector or explanation out says what scoring without it would have said."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from lookup_audit.evaluation import LeaveOneOut, LeftOut, evaluate
from lookup_audit.scoring import REPEATED_SHARE
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from tests.test_evaluation import insert, run

DAY = date(2026, 3, 2)
PRIOR = -4.5
KINDS = {
    "neighbour": "personal_involvement", "family": "personal_involvement", "colleague": "personal_involvement",
    "news_spike": "curiosity", "off_duty": "off_duty", "peer_anomaly": "peer_anomaly",
    "own_case": "work link", "dispatch": "work link",
}  # fmt: skip
LINKS = ("own_case", "dispatch")


@dataclass(frozen=True)
class Lookup:
    """One lookup; `terms` are what each detector and link says of it by itself, before any discount."""

    user_id: str
    alert: str | None
    is_labelled: bool
    terms: dict[str, float]

    def without(self, name: str | None) -> "Lookup":
        left = {term: value for term, value in self.terms.items() if term != name}
        return Lookup(self.user_id, self.alert, self.is_labelled, left)

    @property
    def is_touched(self) -> bool:
        return bool(self.detectors)

    @property
    def detectors(self) -> list[str]:
        return sorted(set(self.terms) - set(LINKS))

    def shown(self) -> list[dict[str, Any]]:
        """The sum as scoring shows it: the strongest of each kind whole, the others for a share."""
        counted: dict[str, float] = {}
        for kind in set(KINDS.values()):
            of_kind = sorted(
                ((abs(value), term) for term, value in self.terms.items() if KINDS[term] == kind),
                reverse=True,
            )
            for place, (_, term) in enumerate(of_kind):
                counted[term] = self.terms[term] * (REPEATED_SHARE if place else 1)
        rest = [{"term": term, "log_odds": round(value, 4)} for term, value in sorted(counted.items())]
        return [{"term": "prior", "log_odds": PRIOR}, *rest]

    def log_odds(self) -> float:
        return float(sum(term["log_odds"] for term in self.shown()))

    def risk(self) -> float:
        return round(1 / (1 + np.exp(-round(self.log_odds(), 4))), 6) if self.is_touched else 0.0


def fill(warehouse: Warehouse, lookups: list[Lookup]) -> None:
    """Put the lookups into the warehouse, as if the audit of DAY had said this of them."""
    rows = [
        {
            "system": "BVH", "lookup_id": f"{nr:04}", "user_id": one.user_id, "subject_id": f"s{nr}",
            "occurred_at": datetime(2026, 3, 2, 9),
        }
        for nr, one in enumerate(lookups)
    ]  # fmt: skip
    insert(warehouse, "lookups", [row | {"local_date": DAY} for row in rows])
    insert(warehouse, "runs", [run("r", explained=0, finished_at=datetime(2026, 3, 3, 2))])
    both = list(zip(rows, lookups, strict=True))
    labels = [row["lookup_id"] for row, one in both if one.is_labelled]
    insert(warehouse, "labels", [{"system": "BVH", "lookup_id": name} for name in labels])
    insert(
        warehouse,
        "lookup_risk",
        [
            row
            | {
                "risk": one.risk(), "alert_id": one.alert,
                "alert_about": one.alert or "behaviour", "audit_date": DAY,
                "sum_shown": json.dumps(one.shown()),
            }
            for row, one in both if one.is_touched
        ],
    )  # fmt: skip
    insert(
        warehouse,
        "findings",
        [
            row
            | {
                "finding_id": f"{term} {row['lookup_id']}", "detector": term, "audit_date": DAY,
                "motive": KINDS[term] if KINDS[term] != term else None,
            }
            for row, one in both for term in one.detectors
        ],
    )  # fmt: skip
    insert(
        warehouse,
        "work_links",
        [
            {"system": "BVH", "lookup_id": row["lookup_id"], "explanation": term, "strength": 1.0}
            for row, one in both
            for term in one.terms
            if term in LINKS
        ],
    )
    alerts = {(one.alert, one.user_id) for one in lookups if one.is_touched and one.alert}
    insert(
        warehouse, "alert_episodes", [{"alert_id": alert, "user_id": user} for alert, user in sorted(alerts)]
    )


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings(threads=1)) as opened:
        yield opened


def left_out(warehouse: Warehouse, lookups: list[Lookup]) -> tuple[LeaveOneOut, dict[str, LeftOut]]:
    fill(warehouse, lookups)
    found = evaluate(warehouse, capacities=(1_000_000,)).leave_one_out
    return found, {one.name: one for one in (*found.detectors, *found.explanations)}


def scored_again(lookups: list[Lookup], name: str | None) -> float:
    without = [one.without(name) for one in lookups]
    return float(
        average_precision_score([one.is_labelled for one in without], [one.risk() for one in without])
    )


def test_leaving_one_out_is_scoring_without_it(warehouse: Warehouse) -> None:
    draw = random.Random(3)
    lookups = [
        Lookup(
            f"u{draw.randrange(12)}", None, draw.random() < 0.3,
            {term: draw.randrange(1, 13) * (-0.4 if term in LINKS else 0.4) for term in KINDS if draw.random() < 0.3},
        )
        for _ in range(150)
    ]  # fmt: skip
    whole, found = left_out(warehouse, lookups)
    assert whole.average_precision == pytest.approx(scored_again(lookups, None), abs=1e-6)
    assert set(found) == set(KINDS)
    for name, part in found.items():
        assert part.average_precision == pytest.approx(scored_again(lookups, name), abs=1e-6), name
        assert part.adds.value == pytest.approx(
            scored_again(lookups, None) - scored_again(lookups, name), abs=2e-6
        ), name


def test_the_next_of_the_same_motive_moves_up_and_counts_whole(warehouse: Warehouse) -> None:
    # -4.5 + 5.0 + a quarter of 4.8 is 1.7: risk 0.85. Without the neighbour -4.5 + 4.8, still above 0.5;
    # what was left of the sum itself, -4.5 + 1.2, would not have been.
    strong = Lookup("u1", "a1", True, {"neighbour": 5.0, "family": 4.8})
    _, found = left_out(warehouse, [strong, Lookup("u2", None, False, {})])
    assert (found["neighbour"].right_alerts, found["family"].right_alerts) == (0, 0)


def test_labels_that_only_one_detector_touched(warehouse: Warehouse) -> None:
    lookups = [
        Lookup("u1", "a1", True, {"neighbour": 5.0, "off_duty": 1.0}),
        Lookup("u2", "a2", True, {"news_spike": 6.0}),
        Lookup("u3", "a3", False, {"news_spike": 6.0}),
        Lookup("u4", None, True, {}),
        Lookup("u5", None, False, {"own_case": -4.0}),
    ]
    _, found = left_out(warehouse, lookups)
    assert {name: one.labels_only for name, one in found.items()} == {
        "neighbour": 0, "news_spike": 1, "off_duty": 0
    }  # fmt: skip
    # without news_spike its two alerts are gone, one right and one false, and so is one of three labels found
    assert (found["news_spike"].right_alerts, found["news_spike"].false_alerts) == (1, 1)
    assert (found["news_spike"].recall.part, found["news_spike"].recall.whole) == (1, 3)
    assert (found["off_duty"].recall.part, found["off_duty"].right_alerts) == (2, 0)


def test_an_explanation_adds_by_taking_false_alerts_away(warehouse: Warehouse) -> None:
    lookups = [
        Lookup("u1", "a1", True, {"family": 5.5}),
        Lookup("u2", "a2", False, {"family": 6.0, "own_case": -4.0}),
    ]
    _, found = left_out(warehouse, lookups)
    own_case = found["own_case"]
    assert (own_case.lookups, own_case.labels_only) == (1, None)
    assert (own_case.right_alerts, own_case.false_alerts) == (0, -1)
    assert own_case.adds.value == 0.5  # with it the label comes first, without it second


def test_the_gain_has_an_interval_over_users_drawn_alike(warehouse: Warehouse) -> None:
    lookups = [
        Lookup(f"u{nr}", f"a{nr}", nr % 3 == 0, {"off_duty": 2.0, **({"family": 4.0} if nr % 3 == 0 else {})})
        for nr in range(60)
    ]
    _, found = left_out(warehouse, lookups)
    # with the family term every label is on top in every draw, so all of the spread is that of leaving it out
    family = found["family"].adds
    assert family.low is not None
    assert family.value == pytest.approx(2 / 3, abs=1e-6)
    assert 0.45 < family.low < 0.6
    assert found["off_duty"].adds == type(family)(0.0, 0.0, 0.0)


# the sum is 4.5, without off_duty 1.5, and without family -1.5: which of them recalibration puts below 0
@pytest.mark.parametrize(
    ("intercept", "slope", "reviewed_from", "takes_it_away"),
    [
        (0.0, 1.0, -6.0, {"family"}),
        (-4.0, 2.0, -6.0, {"family", "off_duty"}),  # 5, -1, -7
        (2.0, 3.0, -6.0, {"family"}),  # 15.5, 6.5, -2.5
        (2.0, 1.0, -6.0, set()),  # 6.5, 3.5, 0.5
        (2.0, 3.0, 0.0, set()),  # 15.5, 6.5, 0.5: below 0 nothing was judged, so the slope adds nothing there
    ],
)
def test_recalibrated_risks_are_recalibrated_again(
    warehouse: Warehouse, intercept: float, slope: float, reviewed_from: float, takes_it_away: set[str]
) -> None:
    lookup = Lookup("u1", "a1", False, {"family": 6.0, "off_duty": 3.0})
    fill(warehouse, [lookup, Lookup("u2", None, True, {})])
    fitted = {"intercept": intercept, "slope": slope, "reviewed_from": reviewed_from}
    insert(warehouse, "calibrations", [fitted | {"fitted_on": DAY}])
    added = {"term": "recalibrated", "log_odds": intercept + (slope - 1) * 4.5}
    shown = json.dumps([*lookup.shown(), added])
    warehouse.run("UPDATE lookup_risk SET sum_shown = $shown, risk = 0.99", {"shown": shown})
    detectors = evaluate(warehouse).leave_one_out.detectors
    assert {one.name for one in detectors if one.false_alerts == 1} == takes_it_away
