"""The baselines: they score what they say they score, and the ruler is right."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import baselines
from benchmarks.plain_lookups import World, read_world
from lookup_audit.errors import InputError
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

FIRST = date(2026, 3, 2)


def lookups() -> pd.DataFrame:
    """Ten users on ten days with a dozen lookups each; u0 prints sixty on the last day."""
    random = np.random.default_rng(3)
    rows = [
        (
            f"u{user}",
            FIRST + timedelta(days=day),
            f"s{random.integers(200)}",
            int(random.integers(8, 17)),
            "view",
        )
        for user in range(10)
        for day in range(10)
        for _ in range(10 + int(random.integers(5)))
    ]
    rows += [("u0", FIRST + timedelta(days=9), f"t{n}", 3, "print") for n in range(60)]
    frame = pd.DataFrame(rows, columns=["user_id", "local_date", "subject_id", "local_hour", "action"])
    frame["lookup_id"] = [f"l{n:05}" for n in range(len(frame))]
    return frame.assign(
        system="BVH", channel="desktop", subject_type="person", local_weekday=1, file_id="f",
        occurred_at=[datetime(day.year, day.month, day.day, 9) for day in frame["local_date"]],
    )  # fmt: skip


def fill(warehouse: Warehouse, frame: pd.DataFrame, labelled: pd.Series) -> None:
    labels = frame.loc[labelled, ["system", "lookup_id"]].assign(motive="personal_benefit", file_id="f")
    users = pd.DataFrame({"user_id": [f"u{n}" for n in range(10)], "function": "patrol", "file_id": "f"})
    with warehouse.transaction():
        warehouse.insert("lookups", frame)
        warehouse.insert("users", users)
        if len(labels):
            warehouse.insert("labels", labels)


@pytest.fixture(scope="module")
def world() -> World:
    with Warehouse(None, Settings()) as warehouse:
        frame = lookups()
        fill(warehouse, frame, frame["action"] == "print")
        return read_world(warehouse)


@pytest.mark.parametrize(
    "baseline", [baselines.isolation_forest, baselines.robust_z_scores, baselines.mahalanobis]
)
def test_an_odd_user_day_scores_highest(world: World, baseline: object) -> None:
    assert callable(baseline)
    scores = baseline(world)
    odd = world.lookups["is_labelled"].to_numpy()
    assert len(scores) == len(world.lookups)
    assert scores[odd].min() >= scores.max()


def test_plain_counts_of_a_user_day(world: World) -> None:
    odd = world.user_days.set_index("user_day").loc[
        world.lookups.loc[world.lookups["is_labelled"], "user_day"]
    ]
    assert (odd["prints"] == 60).all()
    assert (odd["night"] == 60).all()
    assert (odd["busiest_hour"] == 60).all()
    assert world.user_days["lookups"].sum() == len(world.lookups)
    assert (world.users, world.days, world.is_audited) == (10, 10, False)


def one_user_world(warehouse: Warehouse) -> dict[str, pd.Series]:
    """Four lookups by one user of Jansen Street, and what is known of the subjects."""
    rows = [("1", "star", 12, "c1"), ("2", "kin", 23, None), ("3", "star", 12, None), ("4", "call", 12, None)]
    frame = pd.DataFrame(rows, columns=["lookup_id", "subject_id", "local_hour", "case_id"])
    frame = frame.assign(
        system="BVH", user_id="u0", local_date=FIRST, local_weekday=1, file_id="f",
        occurred_at=datetime(2026, 3, 2, 12),
    )  # fmt: skip
    other = frame.iloc[[2]].assign(lookup_id="5", user_id="u1")
    tables = {
        "lookups": pd.concat([frame, other]),
        "users": pd.DataFrame(
            {"user_id": ["u0"], "team": "north", "surname_key": "jansen", "home_postcode_key": "1234AB"}
        ),
        "subjects": pd.DataFrame(
            {
                "subject_id": ["star", "kin", "call"],
                "subject_type": "person",
                "surname_key": ["ster", "jansen", "bel"],
                "postcode_key": ["9999ZZ", "1234AB", "9999ZZ"],
                "is_public_figure": [True, False, None],
            }
        ),
        "case_subjects": pd.DataFrame({"case_id": ["c1"], "subject_id": ["star"]}),
        "incident_subjects": pd.DataFrame({"incident_id": ["i1"], "subject_id": ["call"]}),
        "dispatches": pd.DataFrame(
            {"incident_id": ["i1"], "team": ["north"], "dispatched_at": [datetime(2026, 3, 2, 11)]}
        ),
        "labels": pd.DataFrame({"system": ["BVH"], "lookup_id": ["3"], "motive": ["curiosity"]}),
    }
    with warehouse.transaction():
        for table, content in tables.items():
            warehouse.insert(table, content.assign(file_id="f"))
    world = read_world(warehouse)
    return {
        "flags": pd.Series(baselines.watchlist(world), index=list("12345")),
        "bursts": pd.Series(baselines.unexplained_bursts(world), index=list("12345")),
    }


def test_the_watchlist_counts_flags() -> None:
    with Warehouse(None, Settings()) as warehouse:
        scores = one_user_world(warehouse)["flags"]
    assert scores.to_dict() == {"1": 1, "2": 3, "3": 1, "4": 0, "5": 1}


def test_a_plain_work_link_silences_a_burst() -> None:
    with Warehouse(None, Settings()) as warehouse:
        scores = one_user_world(warehouse)["bursts"]
    assert scores.to_dict() == {"1": 0, "2": 1, "3": 2, "4": 0, "5": 2}


def world_of(pairs: list[int], labelled: list[bool]) -> World:
    """300 users on 30 days: capacity 10 is 3 alerts."""
    frame = pd.DataFrame({"pair": pairs, "is_labelled": labelled})
    return World(frame, pd.DataFrame(), users=300, days=30, is_audited=False)


def test_reading_the_top_pairs() -> None:
    world = world_of([1, 1, 2, 3, 4, 5], [True, True, False, True, True, False])
    result = baselines.measure("x", np.array([0.2, 0.9, 0.8, 0.7, 0.6, 0.0]), world)
    least = result.at_capacity[0]
    assert (least.alerts, least.precision, least.recall) == (3, pytest.approx(2 / 3, abs=1e-6), 0.75)
    # four pairs score above 0: no more can be read
    assert result.at_capacity[2].precision == 0.75
    assert result.at_capacity[2].recall == 1.0


def test_equal_scores_are_worth_their_average() -> None:
    world = world_of([1, 2, 3, 4, 5, 6], [True, False, False, False, False, True])
    result = baselines.measure("x", np.full(6, 1.0), world)
    assert result.at_capacity[0].precision == pytest.approx(2 / 6, abs=1e-6)
    assert result.at_capacity[0].recall == pytest.approx(0.5)
    assert result.average_precision == pytest.approx(2 / 6, abs=1e-6)


def test_the_audit_is_measured_beside_them_on_audited_days_only() -> None:
    with Warehouse(None, Settings()) as warehouse:
        frame = lookups()
        fill(warehouse, frame, frame["action"] == "print")
        prints = frame[frame["action"] == "print"]
        last = FIRST + timedelta(days=9)
        run = {
            "run_id": "r", "audit_date": last, "started_at": datetime(2026, 3, 12), "status": "done",
            "finished_at": datetime(2026, 3, 12), "config_hash": "c", "code_version": "v", "lookups": 1,
            "explained": 0, "first_lookups": 1, "first_explained": 0, "findings": 1, "skipped_detectors": ["x"],
        }  # fmt: skip
        risk = prints[["system", "lookup_id", "occurred_at", "user_id", "subject_id"]].assign(
            risk=0.9, detectors=[["x"]] * len(prints), work_links=[["y"]] * len(prints), sum_shown="{}",
            alert_about="behaviour", audit_date=last,
        )  # fmt: skip
        with warehouse.transaction():
            warehouse.insert("runs", pd.DataFrame([run]))
            warehouse.insert("lookup_risk", risk)
        results = {result.name: result for result in baselines.run_baselines(warehouse)}
        world = read_world(warehouse)
    assert results["lookup-audit"].average_precision == 1.0
    assert (world.days, len(world.lookups)) == (1, (frame["local_date"] == last).sum())


def test_without_labels_there_is_nothing_to_measure() -> None:
    with Warehouse(None, Settings()) as warehouse:
        frame = lookups()
        fill(warehouse, frame, frame["action"] == "never")
        with pytest.raises(InputError, match="need the table labels"):
            read_world(warehouse)


def test_the_command_prints_a_table_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.duckdb"
    with Warehouse(path, Settings()) as warehouse:
        frame = lookups()
        fill(warehouse, frame, frame["action"] == "print")
    assert baselines.main([str(path)]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in baselines.BASELINES)
    assert baselines.main([str(path), "--json"]) == 0
    assert {row["name"] for row in json.loads(capsys.readouterr().out)} == set(baselines.BASELINES)


def test_the_command_says_why_it_cannot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert baselines.main([str(tmp_path / "none.duckdb")]) == 1
    assert "no warehouse here" in capsys.readouterr().err
