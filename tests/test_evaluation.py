"""Evaluation: numbers that are worked out by hand on a warehouse of a dozen lookups."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from lookup_audit.errors import InputError
from lookup_audit.evaluation import Evaluation, evaluate
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

DAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Lookup:
    """One lookup with all that the audit said about it; `label` is (motive, theme)."""

    lookup_id: str
    user_id: str
    subject_id: str | None
    label: tuple[str, str | None] | None = None
    risk: float | None = None
    about: str | None = None
    alert_id: str | None = None
    detectors: tuple[str, ...] = ()
    links: tuple[tuple[str, float], ...] = ()
    day: date = DAY


CURIOSITY = ("curiosity", "news_spike")
NEIGHBOUR = ("personal_involvement", "neighbour")

# Two users. Alert a1 (rank 1): the neighbours of u1, of whose three lookups two are labelled. Alert a2
# (rank 2): one lookup, innocent. Alert a3 (rank 3): one labelled lookup. Lookup 7 is labelled and untouched,
# 8 and 9 are neither, 10 is labelled on a day that was not audited.
LOOKUPS = (
    Lookup("1", "u1", "s1", NEIGHBOUR, 0.9, "circle 1", "a1", ("neighbour", "off_duty")),
    Lookup("2", "u1", "s2", NEIGHBOUR, 0.9, "circle 1", "a1", ("neighbour",)),
    Lookup("3", "u1", "s1", None, 0.6, "circle 1", "a1", ("neighbour",), (("own_case", 0.4),)),
    Lookup("4", "u2", "s3", None, 0.55, "circle 3", "a2", ("news_spike",), (("dispatch", 1.0),)),
    Lookup("5", "u2", "s4", CURIOSITY, 0.3, "circle 4", "a3", ("off_duty",), (("named_case", 0.5),)),
    Lookup("6", "u2", "s1", None, 0.0, "behaviour", None, ("off_duty",)),
    Lookup("7", "u2", "s5", CURIOSITY),
    Lookup("8", "u2", "s6"),
    Lookup("9", "u1", "s6", None, None, None, None, (), (("own_case", 1.0),)),
    Lookup("10", "u1", "s7", CURIOSITY, day=DAY + timedelta(days=1)),
)
ALERTS = (
    ("a1", "u1", "circle 1", 0.95, 3),
    ("a2", "u2", "circle 3", 0.55, 1),
    ("a3", "u2", "circle 4", 0.3, 1),
)


def fill(warehouse: Warehouse, lookups: tuple[Lookup, ...] = LOOKUPS) -> None:
    """Put lookups, and what the audit of DAY said about them, into the warehouse."""
    key = {lookup: {"system": "BVH", "lookup_id": lookup.lookup_id} for lookup in lookups}
    about = {
        lookup: key[lookup]
        | {
            "occurred_at": datetime(2026, 3, 2, 9),
            "user_id": lookup.user_id,
            "subject_id": lookup.subject_id,
        }
        for lookup in lookups
    }
    local = {"local_hour": 10, "local_weekday": 1, "file_id": "f"}
    touched = [lookup for lookup in lookups if lookup.risk is not None]
    tables: dict[str, list[dict[str, Any]]] = {
        "lookups": [about[lookup] | local | {"local_date": lookup.day} for lookup in lookups],
        "labels": [
            key[lookup] | {"motive": lookup.label[0], "theme": lookup.label[1], "file_id": "f"}
            for lookup in lookups
            if lookup.label
        ],
        "lookup_risk": [
            about[lookup]
            | {
                "risk": lookup.risk, "detectors": list(lookup.detectors), "work_links": [], "sum_shown": "[]",
                "alert_id": lookup.alert_id, "alert_about": lookup.about, "audit_date": DAY,
            }
            for lookup in touched
        ],
        "findings": [
            about[lookup]
            | {
                "finding_id": f"{detector} {lookup.lookup_id}", "run_id": "r", "audit_date": DAY,
                "detector": detector, "score": 0.5, "evidence": "{}",
            }
            for lookup in touched
            for detector in lookup.detectors
        ],
        "work_links": [
            key[lookup] | {"explanation": explanation, "strength": strength, "audit_date": DAY}
            for lookup in lookups
            for explanation, strength in lookup.links
        ],
        "alert_episodes": [
            {
                "alert_id": alert_id, "user_id": user_id, "alert_about": circle, "motive": "curiosity",
                "first_at": datetime(2026, 3, 2, 9), "last_at": datetime(2026, 3, 2, 9),
                "lookups": size, "risk": risk,
            }
            for alert_id, user_id, circle, risk, size in ALERTS
        ],
        # the last is a day of work that was not audited
        "user_days": [
            {"user_id": user, "day": day}
            for user, day in (("u1", DAY), ("u2", DAY), ("u1", DAY + timedelta(days=1)))
        ],
        "runs": [run("r", explained=3, finished_at=datetime(2026, 3, 3, 2))],
    }  # fmt: skip
    with warehouse.transaction():
        for table, rows in tables.items():
            insert(warehouse, table, rows)


def insert(warehouse: Warehouse, table: str, rows: list[dict[str, Any]]) -> None:
    """Add rows; columns that must be filled and are not given hold what no evaluation reads."""
    if not rows:
        return
    empty = {
        "VARCHAR": "",
        "VARCHAR[]": [],
        "DATE": DAY,
        "TIMESTAMP": datetime(2026, 3, 2, 9),
        "BOOLEAN": False,
    }
    needed = warehouse.rows(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $name AND NOT is_nullable",
        {"name": table},
    )
    filler = {column["column_name"]: empty.get(column["data_type"], 0) for column in needed}
    warehouse.insert(table, pd.DataFrame([filler | row for row in rows]))


def run(run_id: str, *, explained: int, finished_at: datetime) -> dict[str, Any]:
    return {
        "run_id": run_id, "audit_date": DAY, "started_at": finished_at, "finished_at": finished_at,
        "status": "done", "config_hash": "c", "code_version": "v", "lookups": 9, "explained": explained,
        "first_lookups": 8, "first_explained": 2, "findings": 7, "skipped_detectors": ["family: why"],
    }  # fmt: skip


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings()) as opened:
        yield opened


@pytest.fixture
def evaluation(warehouse: Warehouse) -> Evaluation:
    fill(warehouse)
    # 2 users on 1 day: 15,000 alerts per 1,000 users per 30 days is one alert, 45,000 is three
    return evaluate(warehouse, capacities=(1, 15_000, 45_000))


def test_only_audited_lookups_count(evaluation: Evaluation) -> None:
    assert (evaluation.lookups, evaluation.labels) == (9, 4)
    assert (evaluation.users, evaluation.days, evaluation.alerts) == (2, 1, 3)


def test_average_precision_is_that_of_scikit_learn(evaluation: Evaluation) -> None:
    audited = [lookup for lookup in LOOKUPS if lookup.day == DAY]
    expected = average_precision_score(
        [lookup.label is not None for lookup in audited], [lookup.risk or 0.0 for lookup in audited]
    )
    assert evaluation.average_precision == pytest.approx(expected, abs=1e-6)
    # by hand: 2 of 4 at precision 1, a third at 3/5, the fourth among all nine
    assert evaluation.average_precision == pytest.approx((2 * 1 + 3 / 5 + 4 / 9) / 4, abs=1e-6)


def test_risk_0_and_untouched_are_one_group_labelled_or_not(warehouse: Warehouse) -> None:
    more = (
        Lookup("11", "u1", "s8", CURIOSITY, 0.0, "behaviour", None, ("off_duty",)),
        Lookup("12", "u1", "s9", CURIOSITY),
        Lookup("13", "u2", "s9", None, 0.0, "behaviour", None, ("off_duty",)),
    )
    fill(warehouse, (*LOOKUPS, *more))
    audited = [lookup for lookup in (*LOOKUPS, *more) if lookup.day == DAY]
    expected = average_precision_score(
        [lookup.label is not None for lookup in audited], [lookup.risk or 0.0 for lookup in audited]
    )
    found = evaluate(warehouse)
    assert found.average_precision == pytest.approx(expected, abs=1e-6)
    # of the 12, the last seven enter together: three labels, at the precision of everything
    assert found.average_precision == pytest.approx((2 * 1 + 3 / 5 + 3 * 6 / 12) / 6, abs=1e-6)


def test_average_precision_has_an_interval_over_users(evaluation: Evaluation, warehouse: Warehouse) -> None:
    low, high = evaluation.average_precision_interval
    assert low is not None
    assert high is not None
    assert low < (evaluation.average_precision or 0.0) < high
    assert evaluate(warehouse).average_precision_interval == (low, high)


def test_alerts_read_at_capacity(evaluation: Evaluation) -> None:
    least, one, three = evaluation.at_capacity
    assert (least.alerts, one.alerts, three.alerts) == (1, 1, 3)
    assert (one.precision.part, one.precision.whole) == (1, 1)
    assert (three.precision.part, three.precision.whole) == (2, 3)
    assert (one.recall.share, three.recall.share) == (0.5, 0.75)
    assert (three.pair_recall.part, three.pair_recall.whole) == (3, 4)
    assert (one.ceiling.share, three.ceiling.share) == (0.5, 1.0)
    assert evaluation.alert_average_precision == pytest.approx((1 + 2 / 3) / 2, abs=1e-6)


def test_the_fewer_alerts_there_are_the_fewer_are_read(warehouse: Warehouse) -> None:
    fill(warehouse)
    most = evaluate(warehouse, capacities=(1_000_000,)).at_capacity[0]
    assert most.alerts == 67
    assert (most.precision.part, most.precision.whole) == (2, 3)


def test_detectors(evaluation: Evaluation) -> None:
    neighbour, news_spike, off_duty = evaluation.detectors
    assert [row.detector for row in evaluation.detectors] == ["neighbour", "news_spike", "off_duty"]
    assert (neighbour.findings, neighbour.precision.part) == (3, 2)
    assert (neighbour.recall.part, neighbour.recall.whole) == (2, 4)
    assert neighbour.theme_recall.share == 1.0
    assert (news_spike.precision.share, news_spike.theme_recall.share) == (0.0, 0.0)
    assert (off_duty.findings, off_duty.precision.part, off_duty.theme_recall.share) == (3, 2, None)


def test_motives_and_themes(evaluation: Evaluation) -> None:
    motives = {row.name: row for row in evaluation.motives}
    assert (motives["curiosity"].touched.part, motives["curiosity"].touched.whole) == (1, 2)
    assert motives["personal_involvement"].in_top.share == 1.0
    assert [row.name for row in evaluation.themes] == ["neighbour", "news_spike"]
    assert evaluation.themes[1].in_top.share == 0.5


def test_explained(evaluation: Evaluation) -> None:
    assert (evaluation.explained.part, evaluation.explained.whole) == (3, 9)
    assert (evaluation.first_explained.part, evaluation.first_explained.whole) == (2, 8)
    # a link of 0.4 softens, one of 0.5 explains
    assert (evaluation.touched_explained.part, evaluation.touched_explained.whole) == (2, 6)
    assert (evaluation.labels_explained.part, evaluation.labels_explained.whole) == (1, 4)


def test_a_day_audited_twice_counts_once_as_it_was_last(warehouse: Warehouse) -> None:
    fill(warehouse)
    with warehouse.transaction():
        again = run("r2", explained=5, finished_at=datetime(2026, 3, 4, 2))
        warehouse.insert("runs", pd.DataFrame([again]))
    evaluation = evaluate(warehouse)
    assert (evaluation.lookups, evaluation.days) == (9, 1)
    assert (evaluation.explained.part, evaluation.explained.whole) == (5, 9)


def test_calibration(evaluation: Evaluation) -> None:
    bands = {band.low: band for band in evaluation.calibration}
    assert list(bands) == [0.0, 0.3, 0.5, 0.6, 0.9]
    assert (bands[0.9].labelled.part, bands[0.9].labelled.whole, bands[0.9].mean_risk) == (2, 2, 0.9)
    expected = (0.1**2 * 2 + 0.6**2 + 0.55**2 + 0.7**2 + 0) / 6
    assert evaluation.brier == pytest.approx(expected, abs=1e-6)


def test_the_ceiling_puts_untouched_labels_with_the_circle_of_their_pair(warehouse: Warehouse) -> None:
    fill(warehouse, (*LOOKUPS, Lookup("11", "u1", "s2", NEIGHBOUR), Lookup("12", "u2", "s2", NEIGHBOUR)))
    one = evaluate(warehouse, capacities=(1,)).at_capacity[0]
    assert (one.ceiling.part, one.ceiling.whole) == (3, 6)


def test_labels_without_theme_or_subject_count(warehouse: Warehouse) -> None:
    fill(warehouse, (*LOOKUPS, Lookup("11", "u1", None, ("personal_benefit", None))))
    evaluation = evaluate(warehouse)
    assert "none" in {row.name for row in evaluation.themes}
    assert evaluation.at_capacity[0].pair_recall.whole == 5


def test_it_leaves_nothing_behind_and_reads_as_json(warehouse: Warehouse) -> None:
    fill(warehouse)
    evaluation = evaluate(warehouse)
    assert warehouse.value("SELECT count(*) FROM duckdb_tables() WHERE temporary") == 0
    content = json.loads(json.dumps(evaluation.as_dict()))
    assert content["average_precision"] == evaluation.average_precision
    assert [row["capacity"] for row in content["at_capacity"]] == [10, 30, 100]


def test_nothing_audited_is_an_error(warehouse: Warehouse) -> None:
    with pytest.raises(InputError, match="nothing has been audited"):
        evaluate(warehouse)


def test_an_audit_that_found_nothing_to_ask_can_be_evaluated(warehouse: Warehouse) -> None:
    insert(warehouse, "runs", [run("r", explained=0, finished_at=datetime(2026, 3, 3, 2))])
    nothing = evaluate(warehouse)
    assert (nothing.lookups, nothing.alerts, nothing.detectors) == (0, 0, ())
    assert nothing.false_alerts[0].per_night.rate is None
