"""Audits by need: what a changed day takes with it, what waits, what a changed configuration means, what stays."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import lookup_audit
from lookup_audit.cli import app
from lookup_audit.errors import SettingsError
from lookup_audit.ingest import ingest
from lookup_audit.pipeline import (
    NightSummary,
    audit,
    audit_by_need,
    audited_otherwise,
    configured,
    pending,
    waiting,
)
from lookup_audit.pipeline.changed import left_by, mark_readers, read_back
from lookup_audit.reporting.export import export_tables
from lookup_audit.settings import Audit, Context, Forest, Settings
from lookup_audit.triage import list_alerts, record_verdict, verdict_history
from lookup_audit.warehouse import Warehouse
from tests.triage_world import REVIEWER

Give = Callable[..., None]

HEAD = "lookup_id,occurred_at,user_id,system,subject_id\n"
PEOPLE = {
    "users": "user_id,team,own_subject_id\nanna,A,P1\nben,A,\n",
    "subjects": "subject_id,subject_type\nP1,person\nP2,person\nP3,person\n",
}
LOOKUPS = (
    "1,2026-03-02T10:00,anna,BVH,P1\n2,2026-03-04T10:00,anna,BVH,P1\n3,2026-03-04T11:00,ben,BVH,P2\n"
    "4,2026-03-06T10:00,anna,BVH,P1\n5,2026-03-06T11:00,ben,BVH,P3\n"
)
SECOND, FOURTH, SIXTH = date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 6)
AUDITED = [SECOND, FOURTH, SIXTH]
EPOCH = "1772900000"  # the clock of every audit of these days, where it is pinned


def giving(warehouse: Warehouse, folder: Path) -> Give:
    """A function that loads these tables, given as CSV, in one drop."""

    def give(**tables: str) -> None:
        drop = folder / f"drop-{len(list(folder.glob('drop-*')))}"
        drop.mkdir()
        for table, text in tables.items():
            (drop / f"{table}.csv").write_text(HEAD + text if table == "lookups" else text)
        ingest(warehouse, drop)

    return give


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in which three days of a user who looks at her own record were audited."""
    folder = tmp_path_factory.mktemp("audited")
    with (
        pytest.MonkeyPatch.context() as patch,
        Warehouse(folder / "w.duckdb", Settings(threads=1)) as warehouse,
    ):
        patch.setenv("SOURCE_DATE_EPOCH", EPOCH)
        giving(warehouse, folder)(**PEOPLE, lookups=LOOKUPS)
        assert days_of(audit_by_need(warehouse)) == AUDITED
    return folder / "w.duckdb"


@pytest.fixture
def warehouse(audited: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """A copy of it."""
    with Warehouse(Path(shutil.copy(audited, tmp_path)), Settings(threads=1)) as opened:
        yield opened


@pytest.fixture
def give(warehouse: Warehouse, tmp_path: Path) -> Give:
    """A function that loads more into it."""
    return giving(warehouse, tmp_path)


def days_of(nights: list[NightSummary]) -> list[date]:
    return [night.audit_date for night in nights]


def mark(warehouse: Warehouse, day: date, reason: str) -> None:
    warehouse.run("INSERT INTO pending_days VALUES ($day, $reason)", {"day": day, "reason": reason})


def test_once_all_is_audited_there_is_nothing_to_do(warehouse: Warehouse, give: Give) -> None:
    assert audit_by_need(warehouse) == []
    give(lookups=LOOKUPS)  # the same rows in another drop
    assert audit_by_need(warehouse) == []


def test_a_day_that_leaves_another_history_takes_those_after_it_along_in_the_same_run(
    warehouse: Warehouse, give: Give
) -> None:
    give(lookups="9,2026-03-03T10:00,ben,BVH,P2\n")
    nights = audit_by_need(warehouse)
    assert [(night.audit_date.day, night.again, night.why) for night in nights] == [
        (3, False, ("new_lookups",)),
        (4, True, ("history_changed",)),
        (6, True, ("history_changed",)),
    ]
    assert warehouse.rows(
        "SELECT linked FROM (SELECT first_subjects AS linked FROM user_days WHERE day = $day "
        "AND user_id = 'ben')",
        {"day": FOURTH},
    ) == [{"linked": 0}]
    assert audit_by_need(warehouse) == []


def test_a_day_that_leaves_the_same_takes_no_other_along(warehouse: Warehouse) -> None:
    mark(warehouse, SECOND, "shifts")
    nights = audit_by_need(warehouse)
    assert [(night.audit_date, night.again, night.why) for night in nights] == [(SECOND, True, ("shifts",))]


def test_chosen_days_leave_those_that_read_them_pending(warehouse: Warehouse, give: Give) -> None:
    give(lookups="9,2026-03-02T12:00,ben,BVH,P2\n")
    (night,) = audit(warehouse, [SECOND])
    assert night.why == ("new_lookups",)
    assert [(one.day, one.reasons) for one in pending(warehouse).due] == [
        (FOURTH, ("history_changed",)),
        (SIXTH, ("history_changed",)),
    ]
    (again,) = audit(warehouse, [SECOND])
    assert again.why == () and again.again


def test_later_days_are_marked_in_the_transaction_of_the_day(
    warehouse: Warehouse, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(lookups="9,2026-03-02T12:00,ben,BVH,P2\n")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lookup_audit.pipeline.night.mark_readers", killed)
    with pytest.raises(KeyboardInterrupt):
        audit_by_need(warehouse)
    monkeypatch.undo()
    assert warehouse.rows("SELECT * FROM pending_days") == [{"day": SECOND, "reason": "new_lookups"}]
    assert days_of(audit_by_need(warehouse)) == AUDITED


READ = {"history_days": 20, "interest_days": 8, "team_days": 20}


@pytest.mark.parametrize(
    ("table", "last"),
    [
        ("work_links", 1),
        ("numbered_interest_days", 8),
        ("numbered_focus_days", 20),
        ("findings", 20),
        ("user_days", 36),
    ],
)
def test_only_days_that_read_so_far_back_are_done_again(table: str, last: int) -> None:
    """The forest of a week learns from the 30 days before its Monday, so a Sunday reads 36 days back."""
    settings = Settings(threads=1, context=Context.model_validate(READ), forest=Forest(training_days=30))
    day = date(2026, 3, 1)
    with Warehouse(None, settings) as warehouse:
        warehouse.run(
            "INSERT INTO runs SELECT 'r', day::DATE, day, day, 'done', 'c', 'v', 0, 0, 0, 0, 0, [] "
            "FROM range($day, $day + INTERVAL 60 DAY, INTERVAL 1 DAY) AS days(day)",
            {"day": day},
        )
        mark_readers(warehouse, day, {**left_by(warehouse, day), table: "something else"})
        marked = warehouse.rows(
            "SELECT min(day) - $day AS first, max(day) - $day AS last FROM pending_days", {"day": day}
        )
    assert marked == [{"first": 1, "last": last}]


@pytest.mark.parametrize("table", list(read_back(Settings())))
def test_every_column_that_is_kept_for_later_nights_is_watched(table: str) -> None:
    """What nobody reads afterwards is left out: how odd a day was, how often, and by which id it goes."""
    unread = {
        "user_days": {"anomaly_score", "top_features"},
        "numbered_user_subject_days": {"lookups"},
        "numbered_focus_days": {"lookups"},
        "findings": {
            "finding_id",
            "run_id",
            "audit_date",
            "motive",
            "system",
            "lookup_id",
            "occurred_at",
            "evidence",
        },
    }
    another = {
        "VARCHAR": "'b'",
        "BIGINT": "2",
        "INTEGER": "2",
        "DOUBLE": "0.9",
        "DATE": "DATE '2026-02-02'",
        "VARCHAR[]": "['b']",
    }
    another["TIMESTAMP"] = "TIMESTAMP '2026-02-02'"
    day = date(2026, 2, 1)
    with Warehouse(None, Settings(threads=1)) as warehouse:
        columns = {
            row["name"]: row["type"]
            for row in warehouse.rows(
                "SELECT column_name AS name, data_type AS type FROM duckdb_columns() WHERE table_name = $table",
                {"table": table},
            )
        }
        on = "audit_date" if "audit_date" in columns else "day"
        first = {
            "VARCHAR": "'a'",
            "BIGINT": "1",
            "INTEGER": "1",
            "DOUBLE": "0.1",
            "DATE": "DATE '2026-02-01'",
            "VARCHAR[]": "['a']",
        }
        first["TIMESTAMP"] = "TIMESTAMP '2026-02-01'"
        warehouse.run(f"INSERT INTO {table} SELECT {', '.join(first[kind] for kind in columns.values())}")
        warehouse.run(
            "INSERT INTO runs SELECT 'r', $day + 1, $day, $day, 'done', 'c', 'v', 0, 0, 0, 0, 0, []",
            {"day": day},
        )
        before = left_by(warehouse, day)
        watched = set()
        for name, kind in columns.items():
            if name != on:
                warehouse.run(f'UPDATE {table} SET "{name}" = {another[kind]}')
                watched |= {name} if left_by(warehouse, day)[table] != before[table] else set()
                warehouse.run(f'UPDATE {table} SET "{name}" = {first[kind]}')
    assert set(columns) - watched - {on} == unread.get(table, set()) - {on}


def test_every_table_in_which_a_night_reads_the_past_is_watched() -> None:
    """Whatever the queries of a night read by day, and nights write, is among what is compared before and after."""
    package = Path(lookup_audit.__file__).parent
    queries = [
        *(package / "context").rglob("*.sql"),
        package / "scoring.py",
        *(package / "detectors").glob("*.py"),
    ]
    past = {
        table
        for path in queries
        for table in re.findall(
            r"\b(?:FROM|JOIN) (\w+_days|findings|work_links|lookup_risk)\b", path.read_text()
        )
    }
    assert past == set(read_back(Settings()))


def test_what_changed_long_ago_waits_until_it_is_asked_for(warehouse: Warehouse) -> None:
    warehouse.settings = Settings(threads=1, audit=Audit(look_back_days=3))
    mark(warehouse, SECOND, "shifts")
    mark(warehouse, FOURTH, "news")
    assert [one.day for one in pending(warehouse).due] == [FOURTH]
    assert [(one.day, one.reasons) for one in waiting(warehouse)] == [(SECOND, ("shifts",))]
    assert days_of(audit_by_need(warehouse)) == [FOURTH]
    assert audit_by_need(warehouse) == []
    assert [one.day for one in waiting(warehouse)] == [SECOND]
    assert days_of(audit_by_need(warehouse, every=True)) == [SECOND]
    assert waiting(warehouse) == []


def test_a_day_that_was_never_audited_does_not_wait_but_what_it_changes_long_ago_does(
    warehouse: Warehouse, give: Give
) -> None:
    warehouse.settings = Settings(threads=1, audit=Audit(look_back_days=3))
    give(lookups="9,2026-02-20T10:00,ben,BVH,P2\n")
    assert days_of(audit_by_need(warehouse)) == [date(2026, 2, 20), FOURTH, SIXTH]
    assert [(one.day, one.reasons) for one in waiting(warehouse)] == [(SECOND, ("history_changed",))]


def test_a_changed_configuration_is_named_and_force_audits_what_was_audited_otherwise(
    warehouse: Warehouse,
) -> None:
    assert audited_otherwise(warehouse) == []
    warehouse.settings = Settings(
        threads=1, context=Context(history_days=60), rules={"neighbour": {"near_m": 150}}
    )
    (other,) = audited_otherwise(warehouse)
    assert (other.days, other.first, other.last) == (3, SECOND, SIXTH)
    assert other.changes == ("context.history_days: 90 → 60", "rules.neighbour.near_m: 200 → 150")
    assert audit_by_need(warehouse) == []
    nights = audit_by_need(warehouse, force=True)
    assert [(night.audit_date, night.why) for night in nights] == [
        (day, ("configuration_changed",)) for day in AUDITED
    ]
    assert audited_otherwise(warehouse) == []
    assert audit_by_need(warehouse, force=True) == []
    assert warehouse.count("configurations") == 2


def test_force_reaches_days_of_long_ago_but_not_those_that_only_wait(warehouse: Warehouse) -> None:
    mark(warehouse, SECOND, "shifts")
    warehouse.settings = Settings(threads=1, audit=Audit(look_back_days=0))
    assert audit_by_need(warehouse, force=True) == []
    warehouse.settings = Settings(threads=1, audit=Audit(look_back_days=0), context=Context(history_days=60))
    assert days_of(audit_by_need(warehouse, force=True)) == AUDITED


def test_another_version_or_text_is_named_and_an_unknown_configuration_is_said_to_be_unknown(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configured, "__version__", "9.9.9")
    monkeypatch.setattr(configured, "signed_digest", lambda: "other")
    (other,) = audited_otherwise(warehouse)
    assert other.changes == (
        f"version: {lookup_audit.__version__} → 9.9.9",
        "the texts of rules or explanations",
    )
    monkeypatch.undo()
    warehouse.run("DELETE FROM configurations")  # as it is in a warehouse that was brought forward
    warehouse.settings = Settings(threads=1, context=Context(history_days=60))
    (other,) = audited_otherwise(warehouse)
    assert other.changes == ("settings: which ones is not known, those of then were not kept",)


def test_a_re_run_changes_no_byte_of_what_is_exported(
    audited: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    path = Path(shutil.copy(audited, tmp_path))

    def exported(opened: Warehouse, folder: Path) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in export_tables(opened, folder, who=REVIEWER)}

    with Warehouse(path, Settings(threads=1, evaluation_warehouse=True)) as opened:
        first = exported(opened, tmp_path / "1")
        assert days_of(audit(opened, AUDITED)) == AUDITED
        assert audit_by_need(opened) == []
        assert exported(opened, tmp_path / "2") == first
    assert len(first) >= 7


def judged_alert(warehouse: Warehouse) -> str:
    """Anna's alert about her own record, judged; its id."""
    (alert,) = list_alerts(warehouse)
    record_verdict(warehouse, alert["alert_id"], "explained", "she asked for it", REVIEWER)
    return str(alert["alert_id"])


@pytest.mark.parametrize("pinned", ["yesterday", "99999999999999", "-99999999999999999999"])
def test_a_pinned_clock_that_is_no_time_is_refused_and_changes_nothing(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, pinned: str
) -> None:
    before = warehouse.rows("SELECT * FROM runs ORDER BY audit_date")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", pinned)
    with pytest.raises(SettingsError, match="SOURCE_DATE_EPOCH"):
        audit(warehouse, [FOURTH])
    assert warehouse.rows("SELECT * FROM runs ORDER BY audit_date") == before


def test_an_alert_keeps_its_id_and_verdict_where_late_lookups_are_not_its_first(
    warehouse: Warehouse, give: Give
) -> None:
    alert_id = judged_alert(warehouse)
    give(
        lookups="9,2026-03-03T10:00,anna,BVH,P1\n",
        shifts="user_id,starts_at,ends_at\nanna,2026-03-02T08:00,2026-03-02T16:00\n",
    )
    assert days_of(audit_by_need(warehouse)) == [SECOND, date(2026, 3, 3), FOURTH, SIXTH]
    (alert,) = list_alerts(warehouse)
    assert (alert["alert_id"], alert["status"], alert["lookups"]) == (alert_id, "explained", 4)


def test_a_verdict_goes_along_where_an_earlier_lookup_gives_the_alert_another_id(
    warehouse: Warehouse, give: Give
) -> None:
    alert_id = judged_alert(warehouse)
    give(lookups="9,2026-03-01T10:00,anna,BVH,P1\n")
    assert days_of(audit_by_need(warehouse)) == [date(2026, 3, 1), *AUDITED]
    (alert,) = list_alerts(warehouse)
    assert alert["alert_id"] != alert_id
    assert (alert["status"], alert["lookups"]) == ("explained", 4)
    (verdict,) = verdict_history(warehouse, alert["alert_id"])
    assert (verdict["judged_as"], verdict["note"]) == (alert_id, "she asked for it")


@pytest.fixture
def cli(audited: Path, tmp_path: Path) -> Callable[..., Result]:
    """The command line on a copy of the audited warehouse; tables that it is given are loaded first."""
    path = Path(shutil.copy(audited, tmp_path))

    def load(settings: Settings, **tables: str) -> None:
        with Warehouse(path, settings) as warehouse:
            giving(warehouse, tmp_path)(**tables)

    def run(*arguments: str, config: str = "", **tables: str) -> Result:
        if tables:
            load(Settings(), **tables)
        (tmp_path / "c.toml").write_text(config)
        options = ["--warehouse", str(path), "--config", str(tmp_path / "c.toml")]
        return CliRunner().invoke(app, [*arguments, *options], catch_exceptions=False)

    return run


def test_the_summary_says_which_days_were_done_again_and_why(cli: Callable[..., Result]) -> None:
    shift = "user_id,starts_at,ends_at\nben,2026-03-04T08:00,2026-03-04T10:00\n"
    second = cli(
        "audit", shifts=shift, news="news_id,published_at,subject_id\nn,2026-03-01T10:00,P2\n"
    ).output
    (line,) = [line for line in second.splitlines() if "again" in line]
    assert line.startswith("3 days again: ") and line.endswith("late news, late shifts")
    assert "Nothing to audit" in cli("audit").output


def test_what_waits_is_named_with_what_to_do_about_it(cli: Callable[..., Result]) -> None:
    config = "[audit]\nlook_back_days = 1\n"
    late = cli("audit", config=config, lookups="9,2026-03-02T15:00,ben,BVH,P2\n")
    assert "waiting, because input changed more than 1 day before the last audited one" in late.output
    assert "1 day: 2026-03-02 (late lookups); lookup-audit audit --all does it" in late.output
    told = json.loads(cli("audit", "--json", config=config).stdout)
    assert told["nights"] == [] and told["pending"] == []
    assert told["waiting"] == [{"day": "2026-03-02", "reasons": ["new_lookups"], "audited": True}]
    assert "3 days from 2026-03-02 to 2026-03-06" in cli("audit", "--all", config=config).output


def test_another_configuration_is_said_on_one_line_and_forced_in_full(cli: Callable[..., Result]) -> None:
    config = "[context]\nhistory_days = 60\n"
    said = cli("audit", config=config).output
    assert "\n3 earlier days were audited under another configuration or version; " in said
    assert "history_days" not in said
    forced = cli("audit", "--force", config=config).output
    assert (
        "Audited otherwise: 3 days from 2026-03-02 to 2026-03-06\n  context.history_days: 90 → 60" in forced
    )
    assert "3 days again: another configuration" in forced
    assert "Every day was audited under the configuration" in cli("audit", "--force", config=config).output


@pytest.mark.parametrize("option", ["--all", "--force"])
def test_days_are_chosen_or_found_but_not_both(cli: Callable[..., Result], option: str) -> None:
    result = cli("audit", option, "--date", "2026-03-02")
    assert result.exit_code == 2 and "chosen days are audited in any case" in result.output


def test_outputs_are_published_unless_that_is_not_wanted(cli: Callable[..., Result], tmp_path: Path) -> None:
    published = tmp_path / "w.duckdb.published"
    cli("audit", "--no-publish")
    assert not published.exists()
    cli("audit", config="[publishing]\nenabled = false\n")
    assert not published.exists()
    result: Any = cli("audit")
    assert "published: " in result.output and (published / "current").exists()


def test_a_car_whose_owner_became_known_was_met_before_and_one_that_changed_hands_is_met_anew(
    tmp_path: Path,
) -> None:
    with Warehouse(None, Settings(threads=1)) as warehouse:
        give = giving(warehouse, tmp_path)
        cars = "subject_id,subject_type,owner_subject_id\nP1,person,\nP2,person,\n"
        give(
            **PEOPLE | {"subjects": cars + "known,vehicle,\nsold,vehicle,P1\n"},
            lookups="1,2026-03-02T10:00,ben,BVH,known\n2,2026-03-02T10:00,ben,BVH,sold\n",
        )
        audit_by_need(warehouse)
        warehouse.run("UPDATE subjects SET owner_subject_id = 'P2' WHERE subject_type = 'vehicle'")
        give(lookups="3,2026-03-04T10:00,ben,BVH,known\n4,2026-03-04T10:00,ben,BVH,sold\n")
        audit_by_need(warehouse)
        assert warehouse.rows("SELECT day, subjects, first_subjects FROM user_days ORDER BY day") == [
            {"day": SECOND, "subjects": 2, "first_subjects": 2},
            {"day": FOURTH, "subjects": 2, "first_subjects": 1},
        ]
