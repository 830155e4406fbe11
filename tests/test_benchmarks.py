"""The benchmarks compare like with like: the same findings, the same new day, and ratios the right way round."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pytest

from benchmarks import __main__ as bench
from benchmarks.measures import estimates
from benchmarks.plain_pandas import findings
from benchmarks.world import FIRST_DAY, parameters, rescaled_warehouse
from lookup_audit.ingest import ingest
from lookup_audit.pipeline import audit, days_to_audit
from lookup_audit.settings import Settings
from lookup_audit.simulate import simulate
from lookup_audit.warehouse import Warehouse

DAYS = 12
LAST = FIRST_DAY + timedelta(days=DAYS - 1)
WITHOUT_ROSTER = {LAST - timedelta(days=1): "Basisteam Haanrode", LAST: "Basisteam Geldeholt"}


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small unit with look-alikes in plenty: its drop, and its warehouse with every night audited."""
    folder = tmp_path_factory.mktemp("benchmarks")
    drop, path = folder / "drop", folder / "unit.duckdb"
    simulate(drop, users=150, days=DAYS, seed=31, start=FIRST_DAY)
    lose_rosters(drop)
    with Warehouse(path, Settings(threads=1)) as warehouse:
        ingest(warehouse, drop)
        audit(warehouse, days_to_audit(warehouse))
    return drop, path


def lose_rosters(drop: Path) -> None:
    """Rosters of the month before the first day, as those of the last week; none of a team on each of two days."""
    late, file = drop / "shifts-late.parquet", drop / "shifts.parquet"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE shifts AS SELECT * FROM read_parquet($1)", [[str(file), str(late)]])
        connection.execute(
            "CREATE TABLE week AS FROM shifts WHERE starts_at >= $1", [LAST - timedelta(days=6)]
        )
        for weeks in (2, 3, 4):
            connection.execute(
                "INSERT INTO shifts SELECT * REPLACE (starts_at - to_days($1) AS starts_at, ends_at - to_days($1) "
                "AS ends_at) FROM week",
                [7 * weeks],
            )
        for day, team in WITHOUT_ROSTER.items():
            midnight = datetime.combine(day, time(), ZoneInfo("Europe/Amsterdam"))
            connection.execute(
                "DELETE FROM shifts WHERE starts_at >= $1 AND starts_at < $2 AND user_id IN "
                "(SELECT user_id FROM read_parquet($3) WHERE team = $4)",
                [midnight, midnight + timedelta(days=1), str(drop / "users.parquet"), team],
            )
        connection.execute(f"COPY shifts TO '{file}'")
    late.unlink()


def audited(path: Path, day: date) -> pd.DataFrame:
    """The findings of one night, without the forest's."""
    with Warehouse(path, Settings(threads=1)) as warehouse:
        return warehouse.frame(
            "SELECT detector, system, lookup_id, user_id, subject_id, score FROM findings "
            "WHERE audit_date = $day AND detector <> 'peer_anomaly' ORDER BY detector, system, lookup_id",
            {"day": day},
        )


@pytest.mark.parametrize("day", [LAST - timedelta(days=5), LAST - timedelta(days=1), LAST], ids=str)
def test_plain_pandas_finds_what_the_audit_finds(unit: tuple[Path, Path], day: date) -> None:
    drop, path = unit
    expected = audited(path, day)
    found = findings(drop, day, json.loads(json.dumps(parameters(Settings()))))
    assert len(expected) > 0
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, atol=2e-6)


def test_the_nights_compared_ask_several_questions(unit: tuple[Path, Path]) -> None:
    with Warehouse(unit[1], Settings(threads=1)) as warehouse:
        assert len(warehouse.rows("SELECT DISTINCT detector FROM findings")) >= 5


def test_the_nights_compared_lack_the_roster_of_a_team(unit: tuple[Path, Path]) -> None:
    with Warehouse(unit[1], Settings(threads=1)) as warehouse:
        rows = warehouse.rows("SELECT day, part FROM gaps WHERE kind = 'missing_roster' ORDER BY day")
        assert {row["day"]: row["part"] for row in rows} == WITHOUT_ROSTER


def test_a_longer_history_leaves_the_new_day_as_it_is(unit: tuple[Path, Path], tmp_path: Path) -> None:
    known = DAYS - 1
    rescaled_warehouse(unit[1], tmp_path / "long.duckdb", new_day=LAST, history=4 * known, known=known)
    rescaled_warehouse(unit[1], tmp_path / "short.duckdb", new_day=LAST, history=3, known=known)
    counts = []
    for path in (unit[1], tmp_path / "long.duckdb", tmp_path / "short.duckdb"):
        with Warehouse(path, Settings(threads=1)) as warehouse:
            counts.append(
                warehouse.rows(
                    "SELECT count(DISTINCT (system, lookup_id)) AS lookups, count(DISTINCT local_date) AS days, "
                    "count(*) FILTER (local_date = $day) AS new, count(*) FILTER (local_date > $day) AS later, "
                    "(SELECT count(DISTINCT day) FROM focus_days) AS remembered FROM lookups",
                    {"day": LAST},
                )[0]
            )
    whole, long, short = counts
    assert long["lookups"] == 4 * (whole["lookups"] - whole["new"]) + whole["new"]
    assert (long["days"], long["remembered"]) == (4 * known + 1, 4 * known + 1)
    assert short["days"] == 4
    assert [one["new"] for one in counts] == [whole["new"]] * 3
    assert [one["later"] for one in counts] == [0, 0, 0]


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (bench.Ratio("night", "x", 12.0, least=10), "at least 10: kept"),
        (bench.Ratio("night", "x", 9.9, least=10), "at least 10: NOT KEPT"),
        (bench.Ratio("night", "x", 0.5, most=0.5), "at most 0.5: kept"),
        (bench.Ratio("night", "x", 0.51, most=0.5), "at most 0.5: NOT KEPT"),
        (bench.Ratio("night", "x", 0.51), ""),
    ],
)
def test_a_ratio_says_whether_its_bound_is_kept(ratio: bench.Ratio, words: str) -> None:
    assert ratio.bound == words


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        bench.main(["nigth"])
    assert refusal.value.code == 2
    assert "no part nigth" in capsys.readouterr().err


def test_estimates_of_a_unit_are_those_of_its_dashboard(tmp_path: Path) -> None:
    simulate(tmp_path / "drop", users=100, days=14, seed=3, world="measures")
    with Warehouse(tmp_path / "w.duckdb", Settings(threads=1)) as warehouse:
        ingest(warehouse, tmp_path / "drop")
        audit(warehouse, days_to_audit(warehouse))
        made = estimates(warehouse)
    assert {(one["kind"], one["verdict"]) for one in made["measures"]} == {
        ("campaign", "too_little_data"),
        ("dilemma_session", "too_little_data"),
    }
    assert made["emerging"] == []
