"""The synthetic unit: the same from the same seed, whole by the contract, and with misuse where it should be."""

import gzip
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from lookup_audit.errors import InputError, UsageError
from lookup_audit.simulate import WORLDS, Summary, simulate
from lookup_audit.simulate.clock import Clock
from lookup_audit.simulate.measures import day_at, session_teams
from lookup_audit.simulate.misuse import plan_misuse
from lookup_audit.simulate.names import plates, prefix_last, registered, surnames
from lookup_audit.simulate.randomness import generator
from lookup_audit.simulate.unit import Unit, build_unit
from lookup_audit.simulate.worlds import THEME_MOTIVES, THEMES, World, draw_world
from lookup_audit.warehouse.tables import MOTIVES, TABLES

SMALL = {"users": 60, "days": 3, "seed": 5}


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _rows(folder: Path, query: str) -> list[tuple]:
    """The answer to a query over a Parquet drop, its tables as views."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Amsterdam'")
        for name in TABLES:
            if list(folder.glob(f"{name}[.-]*")):
                files = [str(path) for path in sorted(folder.glob(f"{name}[.-]*"))]
                connection.read_parquet(files).create_view(name)
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def regional(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    """A regional unit of 300 users over 30 days, the last of them across the change to summer time."""
    out = tmp_path_factory.mktemp("simulate") / "regional"
    return out, simulate(out, users=300, days=30, seed=11, start=date(2026, 3, 2))


def test_same_seed_same_bytes_and_other_seed_other(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        simulate(tmp_path / name, users=60, days=3, seed=seed, formats="mixed", bad_rows=6)
    first, again, other = (_contents(tmp_path / name) for name in "abc")
    assert first == again
    assert first.keys() == other.keys()
    assert all(
        first[name] != other[name] for name in first if name.startswith(("lookups", "users", "shifts."))
    )


def test_every_table_has_the_columns_of_the_contract(regional: tuple[Path, Summary]) -> None:
    out, _ = regional
    found = set()
    for path in out.iterdir():
        table = TABLES[path.name.partition(".")[0].partition("-")[0]]
        schema = pq.read_schema(path)
        assert schema.names == [column.name for column in table.columns], path.name
        rows = pq.read_table(path)
        for required in table.required:
            assert rows.column(required).null_count == 0, (path.name, required)
        found.add(table.name)
    assert found == set(TABLES)


def test_coded_columns_hold_only_values_of_the_contract(regional: tuple[Path, Summary]) -> None:
    out, _ = regional
    for table in TABLES.values():
        for column in table.columns:
            if column.values:
                query = f"SELECT DISTINCT {column.name} FROM {table.name} WHERE {column.name} IS NOT NULL"
                values = {value for (value,) in _rows(out, query)}
                assert values, (table.name, column.name)
                assert values <= set(column.values), (table.name, column.name)


def test_keys_are_unique(regional: tuple[Path, Summary]) -> None:
    out, _ = regional
    for table in TABLES.values():
        key = ", ".join(table.key)
        twice = _rows(out, f"SELECT {key} FROM {table.name} GROUP BY ALL HAVING count(*) > 1")
        assert twice == [], table.name


def test_lookups_are_of_known_users_and_subjects_and_labels_of_lookups(
    regional: tuple[Path, Summary],
) -> None:
    out, summary = regional
    assert _rows(out, "SELECT count(*) FROM lookups ANTI JOIN users USING (user_id)") == [(0,)]
    unknown = (
        "SELECT count(*) FROM lookups ANTI JOIN subjects USING (subject_id) WHERE subject_id IS NOT NULL"
    )
    assert _rows(out, unknown) == [(0,)]
    assert _rows(out, "SELECT count(*) FROM lookups WHERE subject_id IS NULL AND query_text IS NULL") == [
        (0,)
    ]
    assert _rows(out, "SELECT count(*) FROM labels ANTI JOIN lookups USING (system, lookup_id)") == [(0,)]
    assert summary.rows["labels"] == sum(summary.labels.values())
    for table, rows in summary.rows.items():
        assert _rows(out, f"SELECT count(*) FROM {table}") == [(rows,)], table


def test_every_theme_is_there_and_rare(regional: tuple[Path, Summary]) -> None:
    out, summary = regional
    assert {motive for (motive,) in _rows(out, "SELECT DISTINCT motive FROM labels")} == set(MOTIVES)
    assert set(summary.labels) == set(THEME_MOTIVES) - {"probe_subject"}
    assert summary.rows["labels"] < 0.01 * summary.rows["lookups"]


def test_labels_do_not_show_in_ids_or_order(regional: tuple[Path, Summary]) -> None:
    out, _ = regional
    query = """
        SELECT count(*) FROM (
            SELECT occurred_at, lag(occurred_at) OVER (PARTITION BY system ORDER BY lookup_id) AS before
            FROM lookups
        ) WHERE before > occurred_at"""
    assert _rows(out, query) == [(0,)]
    spread = """
        SELECT count(DISTINCT system), count(DISTINCT action)
        FROM lookups SEMI JOIN labels USING (system, lookup_id)"""
    systems, actions = _rows(out, spread)[0]
    assert systems >= 5
    assert actions >= 3


def test_misuse_is_not_told_by_one_column(regional: tuple[Path, Summary]) -> None:
    """On duty and off, with a case and without, with a reason and without: both kinds of both."""
    out, _ = regional
    query = """
        SELECT lb.lookup_id IS NOT NULL AS labelled,
            avg((l.case_id IS NULL)::INT), avg((l.justification IS NULL)::INT), avg((s.user_id IS NULL)::INT)
        FROM lookups l LEFT JOIN labels lb USING (system, lookup_id)
        LEFT JOIN (SELECT DISTINCT l.system, l.lookup_id, l.user_id FROM lookups l JOIN shifts s
            ON s.user_id = l.user_id AND s.kind = 'duty' AND l.occurred_at BETWEEN s.starts_at AND s.ends_at) s
            ON s.system = l.system AND s.lookup_id = l.lookup_id
        GROUP BY ALL ORDER BY labelled"""
    for labelled, no_case, no_reason, off_duty in _rows(out, query):
        assert 0.02 < no_case < 1, labelled
        assert 0.1 < no_reason < 0.95, labelled
        assert 0.01 < off_duty < 0.6, labelled


def test_night_shifts_cross_midnight_and_summer_time(regional: tuple[Path, Summary]) -> None:
    out, _ = regional
    query = """
        SELECT count(*), mode(ends_at - starts_at) FILTER (starts_at::DATE = DATE '2026-03-27'),
            mode(ends_at - starts_at) FILTER (starts_at::DATE = DATE '2026-03-28')
        FROM shifts WHERE kind = 'duty' AND starts_at::DATE < ends_at::DATE"""
    crossing, usual, shorter = _rows(out, query)[0]
    assert crossing > 100
    assert usual - shorter == timedelta(hours=1)
    night = "SELECT count(*) FROM lookups WHERE hour(occurred_at) < 5"
    assert _rows(out, night)[0][0] > 100


def test_innocent_look_alikes_are_there_without_labels(regional: tuple[Path, Summary]) -> None:
    out, _ = regional
    late = """
        SELECT count(*) FROM lookups l JOIN case_members m USING (user_id)
        JOIN case_subjects s ON s.case_id = m.case_id AND s.subject_id = l.subject_id
        ANTI JOIN labels USING (system, lookup_id) WHERE s.linked_at > l.occurred_at"""
    near = """
        SELECT count(*) FROM lookups l JOIN users u USING (user_id) JOIN subjects s USING (subject_id)
        ANTI JOIN labels USING (system, lookup_id)
        WHERE replace(s.postcode, ' ', '') = replace(u.home_postcode, ' ', '')"""
    celebrity = """
        SELECT count(DISTINCT l.user_id) FROM lookups l JOIN subjects s USING (subject_id)
        ANTI JOIN labels USING (system, lookup_id) WHERE s.is_public_figure"""
    assert _rows(out, late)[0][0] > 20
    assert _rows(out, near)[0][0] > 20
    assert _rows(out, celebrity)[0][0] > 10


def test_other_seeds_are_other_units() -> None:
    drawn = [draw_world("regional", seed) for seed in range(12)]
    assert {world.roster for world in drawn} == {"two shifts", "three shifts"}
    assert len({world.team_size for world in drawn}) > 3
    assert len({world.detective for world in drawn}) == len(drawn)
    assert draw_world("regional", 3) == drawn[3]


def test_clean_has_no_labels_and_sparse_only_its_tables(tmp_path: Path) -> None:
    clean = simulate(tmp_path / "clean", **SMALL, world="clean")
    sparse = simulate(tmp_path / "sparse", **SMALL, world="sparse")
    assert clean.labels == {}
    assert clean.rows["labels"] == 0
    assert clean.rows["lookups"] > 500
    wanted = {"lookups", "users", "subjects", "news", "shifts", "labels"}
    assert set(sparse.rows) == wanted
    assert {
        path.name.partition(".")[0].partition("-")[0] for path in (tmp_path / "sparse").iterdir()
    } == wanted


@pytest.mark.parametrize("world", sorted(WORLDS))
def test_every_world_can_be_built(tmp_path: Path, world: str) -> None:
    summary = simulate(tmp_path / world, users=120, days=2, seed=2, world=world)
    assert summary.rows["users"] == 120
    assert summary.rows["lookups"] > 1_000


def test_mixed_formats_agree_with_parquet(tmp_path: Path) -> None:
    plain = simulate(tmp_path / "plain", **SMALL)
    mixed = simulate(tmp_path / "mixed", **SMALL, formats="mixed", bad_rows=12)
    assert plain == mixed
    incidents = (tmp_path / "mixed" / "incidents.csv").read_bytes().decode("latin-1").splitlines()
    assert len(incidents) == plain.rows["incidents"] + 1
    assert incidents[0].count(";") == len(TABLES["incidents"].columns) - 1
    assert any("patiënt" in line for line in incidents)
    news = [json.loads(line) for line in (tmp_path / "mixed" / "news.ndjson").read_text("utf-8").splitlines()]
    assert len(news) == plain.rows["news"]
    assert news[0]["published_at"][-6:] == "+01:00"
    last = gzip.decompress((tmp_path / "mixed" / "lookups-2026-01-07.csv.gz").read_bytes()).decode()
    day = pq.read_table(tmp_path / "plain" / "lookups-2026-01-07.parquet")
    assert len(last.splitlines()) == 1 + day.num_rows + 12


@pytest.mark.parametrize(("formats", "ending"), [("csv", ".csv"), ("ndjson", ".ndjson")])
def test_broken_rows_are_of_every_kind(tmp_path: Path, formats: str, ending: str) -> None:
    simulate(tmp_path / "drop", users=30, days=2, seed=3, formats=formats, bad_rows=6)  # type: ignore[arg-type]
    lines = (tmp_path / "drop" / f"lookups-2026-01-06{ending}").read_text("utf-8").splitlines()
    whole, broken = lines[:-6], lines[-6:]
    assert "2026-02-31" in broken[0]
    assert "peek" in broken[2]
    assert broken[3].count('"') % 2 == 1 or not broken[3].endswith("}")
    assert broken[4] in whole
    assert broken[5] not in whole
    assert {path.suffix for path in (tmp_path / "drop").iterdir()} == {ending}


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        simulate(tmp_path, **SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_nothing_half_done_stays(tmp_path: Path) -> None:
    def stop(done: int, days: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path / "drop", **SMALL, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_files_are_for_their_owner_only_and_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    (tmp_path / "drop").mkdir()
    simulate(tmp_path / "drop", **SMALL, progress=lambda done, days: told.append((done, days)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert {path.stat().st_mode & 0o077 for path in [tmp_path / "drop", *(tmp_path / "drop").iterdir()]} == {
        0
    }


@pytest.mark.parametrize(
    "wrong",
    [{"users": 3}, {"days": 0}, {"seed": -1}, {"world": "mars"}, {"formats": "xml"}, {"bad_rows": 5}],
)
def test_impossible_arguments_are_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        simulate(tmp_path / "drop", **{**SMALL, **wrong})  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_names_are_common_where_they_are_common() -> None:
    names, weights = surnames(generator(1, "names"), 6_000)
    assert len(set(names)) == len(names)
    share = dict(zip(names, weights / weights.sum(), strict=True))
    assert 0.004 < share["de Jong"] < 0.006
    assert np.median(list(share.values())) < 0.0002
    assert prefix_last("van den Berg") == "Berg, van den"
    assert prefix_last("Jansen") == "Jansen"
    assert registered("van den Berg") == "Van den Berg"
    made = plates(generator(1, "plates"), 5_000)
    assert len(set(made.tolist())) == 5_000


def test_the_clock_knows_summer_time() -> None:
    clock = Clock(date(2026, 3, 28), 3, 0)
    assert clock.midnights[2] - clock.midnights[1] == 23 * 3600
    at = clock.wall(np.array([1, 1]), np.array([3600, 4 * 3600]))
    assert at[1] - at[0] == 2 * 3600
    assert (clock.local(at) % 86_400).tolist() == [3600, 4 * 3600]
    assert clock.day_of(at).tolist() == [1, 1]


@pytest.mark.parametrize("world", sorted(set(WORLDS) - {"measures", "measures-without"}))
def test_a_world_without_themes_of_prevention_draws_nothing_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: str
) -> None:
    """The other habits of prevention may be anything: the bytes stay the same."""
    simulate(tmp_path / "as it is", **SMALL, world=world)
    idle = {"session_teams": 0.9, "session_effect": 1.0, "session_at": 0.1, "campaign_at": 0.2}
    idle |= {"rising_factor": 9.0, "rising_at": 0.0}
    monkeypatch.setitem(WORLDS, world, replace(WORLDS[world], **idle))
    simulate(tmp_path / "idle", **SMALL, world=world)
    assert _contents(tmp_path / "as it is") == _contents(tmp_path / "idle")


def test_the_session_and_the_campaign_are_in_the_table(tmp_path: Path) -> None:
    rows, work = {}, {}
    for world in ("measures", "measures-without"):
        simulate(tmp_path / world, users=100, days=14, seed=4, world=world)
        innocent = "FROM lookups ANTI JOIN labels USING (system, lookup_id) ORDER BY ALL"
        work[world] = _rows(tmp_path / world, f"SELECT epoch_us(occurred_at), user_id {innocent}")
        query = "SELECT held_on, kind, theme, unit, team, reach FROM interventions ORDER BY intervention_id"
        rows[world] = _rows(tmp_path / world, query)
        teams = _rows(tmp_path / world, "SELECT team, any_value(unit) FROM users GROUP BY team")
    assert rows["measures"] == rows["measures-without"]
    assert work["measures"] == work["measures-without"]
    campaign, *sessions = rows["measures"]
    assert campaign == (date(2026, 1, 10), "campaign", "neighbour", None, None, 50)
    assert {row[:3] for row in sessions} == {(date(2026, 1, 12), "dilemma_session", "family")}
    held = {(team, unit) for _, _, _, unit, team, _ in sessions}
    assert len(held) == len(sessions) == round(len(teams) / 2)
    assert held < set(teams)


@pytest.fixture(scope="module")
def measured() -> dict[str, np.ndarray]:
    """Labelled lookups of several units by (with an effect or without, treated or not, before or after, theme)."""
    counts = {name: np.zeros((2, 2, len(THEMES)), dtype=int) for name in ("measures", "measures-without")}
    for name, cells in counts.items():
        for seed in range(5):
            made, unit = _planned(draw_world(name, seed), seed)
            treated = np.isin(unit.force.team[made["user"]], session_teams(seed, unit.force, 0.5))
            after = made["at"] >= unit.clock.midnights[day_at(unit.clock, 0.5)]
            labelled = made["theme"] >= 0
            where = (treated[labelled].astype(int), after[labelled].astype(int), made["theme"][labelled])
            np.add.at(cells, where, 1)
    return counts


def _planned(world: World, seed: int, users: int = 600) -> tuple[dict[str, np.ndarray], Unit]:
    unit = build_unit(world, users, 182, seed, date(2026, 1, 5))
    return plan_misuse(unit)[0], unit


def _fall(cells: np.ndarray, theme: str) -> float:
    """After to before in teams with a session, relative to the same in the others."""
    (others_before, others_after), (before, after) = cells[:, :, THEMES.index(theme)]
    return float(after / before / (others_after / others_before))


def test_the_session_lowers_its_theme_in_its_teams_and_no_other(measured: dict[str, np.ndarray]) -> None:
    with_effect, without = measured["measures"], measured["measures-without"]
    family, rising = THEMES.index("family"), THEMES.index("vehicle_at_door")
    assert with_effect[1, 1, family] / without[1, 1, family] == pytest.approx(0.4, abs=0.05)
    assert _fall(with_effect, "family") == pytest.approx(0.4, abs=0.1)
    assert _fall(without, "family") == pytest.approx(1, abs=0.25)
    with_effect, without = with_effect.copy(), without.copy()
    with_effect[1, 1, family] = without[1, 1, family] = 0
    with_effect[:, 1, rising] = without[:, 1, rising] = 0
    assert (with_effect == without).all()


def test_the_rising_theme_rises_in_all_teams(measured: dict[str, np.ndarray]) -> None:
    rising = THEMES.index("vehicle_at_door")
    for cells, factor in ((measured["measures"], 3), (measured["measures-without"], 1)):
        before, after = cells[:, :, rising].sum(axis=0)
        assert after / before == pytest.approx(factor, rel=0.2)
    assert _fall(measured["measures"], "vehicle_at_door") == pytest.approx(1, abs=0.3)


def test_what_a_session_prevents_is_all_that_it_changes_and_a_campaign_changes_nothing() -> None:
    world = replace(draw_world("measures", 9), rising_theme="")
    plans = {
        effect: _planned(replace(world, session_effect=effect), 9, users=200)[0]
        for effect in (0, 0.3, 0.6, 1)
    }
    rows = {
        effect: set(zip(*(made[name].tolist() for name in ("at", "user", "subject", "theme")), strict=True))
        for effect, made in plans.items()
    }
    assert rows[1] < rows[0.6] < rows[0.3] < rows[0]
    assert {row[3] for row in rows[0] - rows[1]} == {THEMES.index("family")}
    for other in (replace(world, campaign_theme=""), replace(world, campaign_at=0.8)):
        made, _ = _planned(other, 9, users=200)
        assert all(
            np.array_equal(made[name], plans[0.6][name], equal_nan=True) for name in ("at", "user", "subject")
        )
