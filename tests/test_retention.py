"""Retention: what was forgotten cannot be read anywhere in the file, and nothing else is gone."""

import json
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from lookup_audit import pipeline
from lookup_audit.cli import app
from lookup_audit.errors import SettingsError, UsageError
from lookup_audit.privacy import trail
from lookup_audit.privacy.actor import Actor, actor
from lookup_audit.privacy.mandates import add_mandate, withdraw_mandate
from lookup_audit.privacy.retained import RETAINED
from lookup_audit.privacy.retention import days_to_keep, foresee, forget, forgotten_before, history_days
from lookup_audit.settings import Retention, Settings, load_settings
from lookup_audit.triage import record_verdict
from lookup_audit.warehouse import Warehouse, opening
from tests.retention_world import BEFORE, FIRST, LAST, SETTINGS, rows_of, words_in, words_on_disk

WHO = Actor("records", "R. de Vries")
WHY = "the retention period is over"

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def path(month: Path, tmp_path: Path) -> Path:
    return copied(month, tmp_path)


def copied(month: Path, folder: Path) -> Path:
    here = folder / "warehouse" / "a.duckdb"
    here.parent.mkdir()
    here.write_bytes(month.read_bytes())
    here.chmod(0o600)
    return here


def opened(path: Path) -> Warehouse:
    return Warehouse(path, SETTINGS, must_exist=True)


def mandate(path: Path, user: str, first: date, last: date, reference: str = "VIK-1") -> None:
    with opened(path) as warehouse:
        today = warehouse.settings.today()
        add_mandate(
            warehouse, reference, authority="Chief", purpose="leak", user_id=user, first_day=first, last_day=last,
            valid_until=today + timedelta(days=30), holders=(actor().account,), who=WHO,
        )  # fmt: skip


HISTORY = ("focus_days", "user_subject_days", "interest_days")


def all_rows(path: Path) -> Rows:
    with opened(path) as warehouse:
        texts = {table: warehouse.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in HISTORY}
        return texts | {table: warehouse.rows(f"SELECT * FROM {table}") for table in RETAINED}


def asked_most(path: Path) -> str:
    """The user with the most lookups with a question before the day."""
    with opened(path) as warehouse:
        return str(
            warehouse.value(
                "SELECT user_id FROM lookup_risk WHERE audit_date < $day GROUP BY user_id ORDER BY count(*) DESC, 1",
                {"day": BEFORE},
            )
        )


def forget_it(path: Path, before: date = BEFORE, **more: Any) -> Any:
    return forget(path, SETTINGS, reason=WHY, who=WHO, before=before, **more)


@pytest.fixture
def uncompressed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The engine writes texts as they are, so that a search of bytes finds every one."""
    connect = opening.connect

    def plainly(*arguments: Any) -> duckdb.DuckDBPyConnection:
        connection = connect(*arguments)
        connection.execute("PRAGMA force_compression = 'uncompressed'")
        return connection

    monkeypatch.setattr(opening, "connect", plainly)
    yield


def test_every_table_has_a_rule() -> None:
    with Warehouse(None, SETTINGS) as warehouse:
        tables = {
            row["name"]
            for row in warehouse.rows("SELECT table_name AS name FROM duckdb_tables() WHERE NOT temporary")
        }
    assert set(RETAINED) == tables - {"warehouse_version"}


def test_no_byte_of_what_was_forgotten_is_left_in_any_file(path: Path, uncompressed: None) -> None:
    forget_it(path, FIRST)  # nothing goes, and every row is written again
    before = words_in(rows_of(path))
    assert words_on_disk(path.parent, before) == before  # the search finds what is there
    forget_it(path)
    kept = words_in(rows_of(path))
    gone = before - kept
    assert len(gone) > 1000
    assert words_on_disk(path.parent, gone) == set()
    assert words_on_disk(path.parent, kept) == kept


def test_nor_where_the_engine_compressed_it(path: Path) -> None:
    old = rows_of(path)
    forget_it(path)
    kept = words_in(rows_of(path))
    gone = words_in(old) - kept
    assert len(gone) > 1000
    assert words_on_disk(path.parent, gone) == set()
    old_ids = {row[0] for row in old["lookups"] if row[14] < BEFORE}  # lookup_id, local_date
    assert len(old_ids) > 100
    assert not kept & old_ids


def test_a_delete_would_have_left_it_there(path: Path) -> None:
    with opened(path) as warehouse:
        gone = {
            row["lookup_id"]
            for row in warehouse.rows(
                "SELECT lookup_id FROM lookups WHERE local_date < $day", {"day": BEFORE}
            )
        }
        warehouse.run("DELETE FROM lookups WHERE local_date < $day", {"day": BEFORE})
        for table in ("labels", "findings", "lookup_risk", "work_links", "control_sample"):
            warehouse.run(f"DELETE FROM {table} WHERE lookup_id NOT IN (SELECT lookup_id FROM lookups)")
        warehouse.run("CHECKPOINT")
    assert words_on_disk(path.parent, gone)
    forget_it(path)
    assert not words_on_disk(path.parent, gone)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_before_the_day_stays_but_what_a_mandate_holds_and_everything_after_it_does(
    month: Path, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    path = copied(month, tmp_path)
    day = FIRST + timedelta(days=chance.randint(1, 20))
    with opened(path) as warehouse:
        users = [row["user_id"] for row in warehouse.rows("SELECT DISTINCT user_id FROM lookups ORDER BY 1")]
    held = {}
    for nr in range(chance.randint(0, 2)):
        first = FIRST + timedelta(days=chance.randint(0, 20))
        held[users[nr]] = (first, first + timedelta(days=chance.randint(0, 10)))
        mandate(path, users[nr], *held[users[nr]], reference=f"VIK-{nr}")
    old = all_rows(path)
    forget_it(path, day)
    new = all_rows(path)

    def is_held(user: str, at: date) -> bool:
        first, last = held.get(user, (date.max, date.min))
        return first <= at <= last

    for table, dated in (
        ("lookups", "local_date"), ("findings", "audit_date"), ("lookup_risk", "audit_date"),
        ("user_days", "day"), ("control_sample", "audit_date"), ("focus_days", "day"), ("question_days", "day"),
        ("interest_days", "day"), ("reason_days", "day"), ("user_subject_days", "day"),
    ):  # fmt: skip
        after = [row for row in old[table] if row[dated] >= day]
        assert [row for row in new[table] if row[dated] >= day] == after, table
        left = [row for row in new[table] if row[dated] < day]
        if table in ("lookups", "findings", "lookup_risk"):
            own = [row for row in old[table] if row[dated] < day and is_held(row["user_id"], row[dated])]
            assert [
                row for row in left if row["user_id"] in held and is_held(row["user_id"], row[dated])
            ] == own
            if table != "lookups":  # of lookups, those of colleagues that show a hand-over stay too
                assert left == own
        elif not held or table not in ("user_days", "user_subject_days"):
            assert left == [], table
    if not held:
        assert not [row for row in new["lookups"] if row["local_date"] < day]
    _context_is_cut_by_its_own_dates(old, new, day, set(held))
    _nothing_refers_to_what_is_gone(new)
    for table in (
        "runs",
        "volume_days",
        "team_place_days",
        "calibrations",
        "input_files",
        "interventions",
        "mandates",
    ):
        assert new[table] == old[table], table
    assert new["trail"][:-1] == old["trail"]


def _context_is_cut_by_its_own_dates(old: Rows, new: Rows, day: date, held: set[str]) -> None:
    start = datetime(day.year, day.month, day.day) - timedelta(hours=2)  # no more than two hours from UTC
    later = start + timedelta(hours=2)
    for table, dated in (("shifts", "ends_at"), ("incidents", "occurred_at"), ("news", "published_at")):
        assert [row for row in new[table] if row[dated] >= later] == [
            row for row in old[table] if row[dated] >= later
        ]
        if not held:
            assert not [row for row in new[table] if row[dated] < start], table
    named = {row["case_id"] for row in new["lookups"]}
    for row in old["cases"]:
        is_over = row["closed_at"] and row["closed_at"] < start
        if not is_over:
            assert row in new["cases"]
        elif not held:
            assert row not in new["cases"] or row["case_id"] in named
    for table in ("case_subjects", "case_members"):
        kept = {row["case_id"] for row in new["cases"]}
        if not held:
            assert new[table] == [row for row in old[table] if row["case_id"] in kept]


def _nothing_refers_to_what_is_gone(new: Rows) -> None:
    subjects = {row["subject_id"] for row in new["subjects"]}
    for table in (
        "lookups",
        "findings",
        "lookup_risk",
        "case_subjects",
        "incident_subjects",
        "news",
        "relations",
    ):
        assert {row["subject_id"] for row in new[table]} <= subjects, table
    assert {row["owner_subject_id"] for row in new["subjects"]} - {None} <= subjects
    users = {row["user_id"] for row in new["users"]}
    for table in ("lookups", "findings", "shifts", "user_days", "relations"):
        assert {row["user_id"] for row in new[table]} <= users, table
    used = {
        nr
        for table in HISTORY
        for row in new[f"numbered_{table}"]
        for column, nr in row.items()
        if column.endswith("_nr") and nr is not None
    }
    assert {row["nr"] for row in new["numbers"]} == used
    alerts = {row["alert_id"] for row in new["alert_episodes"]}
    assert {row["alert_id"] for row in new["lookup_risk"]} - {None} <= alerts
    lookups = {(row["system"], row["lookup_id"]) for row in new["lookups"]}
    for table in ("labels", "findings", "lookup_risk", "work_links", "control_sample"):
        assert {(row["system"], row["lookup_id"]) for row in new[table]} <= lookups, table


def test_a_file_under_a_mandate_reads_the_same_before_and_after(path: Path, tmp_path: Path) -> None:
    user = asked_most(path)
    mandate(path, user, FIRST, BEFORE + timedelta(days=4))
    before = dossier(path, user, tmp_path / "before")
    forget_it(path)
    after = dossier(path, user, tmp_path / "after")
    assert len(before) > 2
    assert sorted(after) == sorted(before)
    assert [name for name in before if before[name] != after[name]] == []


def test_what_a_mandate_holds_goes_once_it_is_withdrawn(path: Path) -> None:
    user = asked_most(path)
    mandate(path, user, FIRST, BEFORE)
    forget_it(path)
    assert any(row["local_date"] < BEFORE for row in all_rows(path)["lookups"])
    with opened(path) as warehouse:
        withdraw_mandate(warehouse, "VIK-1", "closed", WHO)
    forget_it(path)
    rows = all_rows(path)
    assert not any(row["local_date"] < BEFORE for row in rows["lookups"])
    assert [row["reference"] for row in rows["mandates"]] == ["VIK-1"]  # ended after the day


def test_a_mandate_that_waits_for_its_second_person_holds_too(path: Path) -> None:
    user = asked_most(path)
    mandate(path, user, FIRST, BEFORE)
    careful = SETTINGS.model_copy(
        update={"mandates": SETTINGS.mandates.model_copy(update={"two_persons": True})}
    )
    forget(path, careful, reason=WHY, who=WHO, before=BEFORE)
    assert {row["user_id"] for row in all_rows(path)["lookup_risk"] if row["audit_date"] < BEFORE} == {user}


def test_an_alert_that_spans_the_day_keeps_its_id_its_verdicts_and_its_later_lookups(path: Path) -> None:
    start = datetime(BEFORE.year, BEFORE.month, BEFORE.day)
    old = all_rows(path)["alert_episodes"]
    spanning = [row for row in old if row["first_at"] < start - timedelta(days=1) and row["last_at"] > start]
    over = [row for row in old if row["last_at"] < start - timedelta(days=1)]
    assert spanning and over
    with opened(path) as warehouse:
        for row in (spanning[0], over[0]):
            record_verdict(warehouse, row["alert_id"], "unexplained", "no answer", WHO)
    forget_it(path)
    new = all_rows(path)
    assert spanning[0] in new["alert_episodes"]
    assert [row["alert_id"] for row in new["verdicts"]] == [spanning[0]["alert_id"]]
    members = [row for row in new["lookup_risk"] if row["alert_id"] == spanning[0]["alert_id"]]
    assert members and all(row["audit_date"] >= BEFORE for row in members)


def test_its_verdict_goes_with_it_when_it_is_made_again_from_what_is_left(path: Path) -> None:
    start = datetime(BEFORE.year, BEFORE.month, BEFORE.day)
    old = all_rows(path)["alert_episodes"]
    spanning = next(
        row for row in old if row["first_at"] < start - timedelta(days=1) and row["last_at"] > start
    )
    with opened(path) as warehouse:
        record_verdict(warehouse, spanning["alert_id"], "explained", "a case of the team", WHO)
    forget_it(path)
    with opened(path) as warehouse:
        days = pipeline.days_to_audit(warehouse, first=BEFORE)
        pipeline.audit(warehouse, days)
        left = warehouse.rows(
            "SELECT first_at, status FROM alerts WHERE user_id = $user AND status <> 'new'",
            {"user": spanning["user_id"]},
        )
    assert [(row["status"], row["first_at"] >= start - timedelta(hours=1)) for row in left] == [
        ("explained", True)
    ]


def test_days_beyond_the_margin_are_audited_again_with_the_same_result(path: Path) -> None:
    from_day = BEFORE + timedelta(days=history_days(SETTINGS))
    assert from_day < LAST - timedelta(days=3)

    def results() -> Rows:
        rows = all_rows(path)
        return {
            table: [row for row in rows[table] if row["audit_date"] >= from_day]
            for table in ("findings", "work_links", "lookup_risk", "control_sample")
        } | {"user_days": [row for row in rows["user_days"] if row["day"] >= from_day]}

    def again() -> None:
        with opened(path) as warehouse:
            pipeline.audit(warehouse, pipeline.days_to_audit(warehouse, first=from_day))

    again()
    before = results()
    forget_it(path)
    assert results() == before
    again()
    after = results()
    for rows in (before, after):
        for row in rows["lookup_risk"]:
            del row["alert_id"]  # of an alert that spans the day, another once it is made again
    assert after == before


def test_what_the_next_audits_look_back_on_is_not_forgotten_unasked(path: Path) -> None:
    back = history_days(SETTINGS)
    first_that_is_not = LAST + timedelta(days=2 - back)
    with pytest.raises(UsageError, match=f"looks back to {first_that_is_not - timedelta(days=1)}"):
        forget_it(path, first_that_is_not)
    assert forgotten(path) is None
    forget_it(path, first_that_is_not - timedelta(days=1))
    forget_it(path, first_that_is_not, even_history=True)
    assert forgotten(path) == first_that_is_not


def forgotten(path: Path) -> date | None:
    with opened(path) as warehouse:
        return forgotten_before(warehouse)


def test_a_day_that_waits_for_its_audit_is_not_lost(path: Path) -> None:
    with opened(path) as warehouse:
        warehouse.run("INSERT INTO pending_days VALUES ($day, 'shifts')", {"day": BEFORE - timedelta(days=1)})
    with pytest.raises(UsageError, match=f"1 days before {BEFORE} wait for their audit"):
        forget_it(path, even_history=True)
    with opened(path) as warehouse:
        warehouse.run("UPDATE pending_days SET day = $day", {"day": BEFORE + timedelta(days=2)})
    with pytest.raises(UsageError, match=f"the audit of {BEFORE + timedelta(days=2)} looks back"):
        forget_it(path)
    forget_it(path, even_history=True)
    assert all_rows(path)["pending_days"] == [{"day": BEFORE + timedelta(days=2), "reason": "shifts"}]


def test_each_kind_of_table_is_kept_as_long_as_it_is_configured() -> None:
    last = date(2026, 12, 31)

    def days(**kept: int) -> dict[str, date]:
        return {
            name: day
            for name, day in vars(days_to_keep(Settings(retention=Retention(**kept)), last, None)).items()
            if day > date.min
        }

    ten, twenty = date(2026, 12, 22), date(2026, 12, 12)  # the last day is one of them
    assert days(lookups_days=10) == dict.fromkeys(
        ("lookups", "context", "subjects", "rejected", "orders"), ten
    )
    assert days(lookups_days=10, context_days=20) == {
        "lookups": ten, "context": twenty, "subjects": twenty, "rejected": ten, "orders": ten
    }  # fmt: skip
    assert days(rejected_days=10, orders_days=20) == {"rejected": ten, "orders": twenty}
    assert set(vars(days_to_keep(Settings(), None, ten)).values()) == {ten}
    with pytest.raises(UsageError, match="nothing is forgotten by itself"):
        days_to_keep(Settings(), last, None)
    with pytest.raises(UsageError, match="no day was audited yet"):
        days_to_keep(Settings(retention=Retention(lookups_days=10)), None, None)


def test_what_explains_a_lookup_is_configured_to_stay_as_long(tmp_path: Path) -> None:
    for text in ("lookups_days = 400\ncontext_days = 300", "context_days = 300"):
        (tmp_path / "c.toml").write_text(f"[retention]\n{text}\n")
        with pytest.raises(SettingsError, match="context explains lookups"):
            load_settings(tmp_path / "c.toml")


def test_rejected_rows_go_with_their_file_but_not_those_that_name_a_user_under_a_mandate(path: Path) -> None:
    user = asked_most(path)
    mandate(path, user, FIRST, LAST)
    with opened(path) as warehouse:
        for file, loaded in (("old", BEFORE - timedelta(days=1)), ("new", BEFORE + timedelta(days=1))):
            warehouse.run(
                "INSERT INTO input_files VALUES ($file, $file, 'lookups', $loaded, 0, 0, 2, 0, '{}')",
                {"file": file, "loaded": datetime(loaded.year, loaded.month, loaded.day, 12)},
            )
            for nr, text in enumerate((f"x,{user},y", "x,somebody,y")):
                warehouse.run(
                    "INSERT INTO rejected_rows VALUES ($file, $file, $nr, $text, 'system', 'empty')",
                    {"file": file, "nr": nr, "text": text},
                )
    forget_it(path)
    rows = all_rows(path)
    assert [(row["file"], row["line"]) for row in rows["rejected_rows"]] == [
        ("old", 0),
        ("new", 0),
        ("new", 1),
    ]
    assert len(rows["input_files"]) == 3


def test_rejected_rows_of_a_file_of_which_no_row_stays_go_too(path: Path) -> None:
    with opened(path) as warehouse:
        for file, day in (("emptied", BEFORE - timedelta(days=3)), ("kept", BEFORE)):
            warehouse.run(
                "UPDATE lookups SET file_id = $file WHERE local_date = $day", {"file": file, "day": day}
            )
        for file in ("emptied", "kept", "never had one"):
            warehouse.run(
                "INSERT INTO rejected_rows VALUES ($file, $file, 1, 'text', NULL, 'empty')", {"file": file}
            )
    forget_it(path)
    assert [row["file"] for row in all_rows(path)["rejected_rows"]] == ["kept", "never had one"]


def test_orders_that_are_over_go_and_those_that_run_stay(path: Path) -> None:
    user = asked_most(path)
    mandate(path, user, FIRST, FIRST, reference="runs")
    mandate(path, user, FIRST, FIRST, reference="ran out")
    with opened(path) as warehouse:
        warehouse.run(
            "UPDATE mandates SET valid_until = $day WHERE reference = 'ran out'",
            {"day": BEFORE - timedelta(days=1)},
        )
        for name, until, ended in (
            ("runs", LAST, None),
            ("ran out", BEFORE - timedelta(days=1), None),
            ("ended", LAST, datetime(2026, 3, 3)),
        ):
            warehouse.run(
                "INSERT INTO suppressions BY NAME SELECT $name AS suppression_id, ['family'] AS detectors, "
                "'curiosity' AS motive, "
                "'o' AS owner, 'r' AS reason, 'm' AS made_by, TIMESTAMP '2026-03-02' AS made_at, $until AS until, "
                "$ended::TIMESTAMP AS ended_at",
                {"name": name, "until": until, "ended": ended},
            )
    forget_it(path)
    rows = all_rows(path)
    assert [row["reference"] for row in rows["mandates"]] == ["runs"]
    assert [row["suppression_id"] for row in rows["suppressions"]] == ["runs"]


def test_notices_go_when_the_message_promised_it_though_their_lookup_stays(path: Path) -> None:
    kept = SETTINGS.notices.kept_days
    with opened(path) as warehouse:
        for name, days in (("old", kept + 1), ("young", kept - 1)):
            made_on = SETTINGS.today() - timedelta(days=days)
            warehouse.run(
                "INSERT INTO notices VALUES "
                "($name, 'b', 'nobody', 'BVH', $name, 'family', $looked_up_on, $made_on, TRUE)",
                {"name": name, "looked_up_on": LAST, "made_on": made_on},
            )
    forget_it(path)
    assert [row["notice_id"] for row in all_rows(path)["notices"] if row["batch_id"] == "b"] == ["young"]


def test_the_trail_says_who_forgot_what_and_why_and_is_whole(path: Path) -> None:
    with opened(path) as warehouse:
        trail.record(warehouse, action="triage", about="x", reason="y", who=WHO)
        anchor = trail.anchor(warehouse)
    done = forget_it(path)
    with opened(path) as warehouse:
        assert trail.verify(warehouse, anchors=(anchor,)) == []
        entries = warehouse.rows("SELECT * FROM trail ORDER BY entry")
    assert [entry["action"] for entry in entries] == ["triage", "forget"]
    entry = entries[1]
    assert (entry["actor"], entry["claimed"], entry["about"]) == (
        "records",
        "R. de Vries",
        BEFORE.isoformat(),
    )
    gone = {one.table: one.gone for one in done.tables}
    assert entry["reason"].startswith(f"{WHY}; all before {BEFORE}; rows: lookups {gone['lookups']}, ")
    with pytest.raises(UsageError, match="say why"):
        forget(path, SETTINGS, reason=" ", who=WHO, before=BEFORE)


def test_foreseen_is_what_happens_and_changes_nothing(path: Path) -> None:
    user = asked_most(path)
    mandate(path, user, FIRST, LAST)
    before = rows_of(path)
    seen = foresee(path, SETTINGS, before=BEFORE)
    assert rows_of(path) == before
    assert seen.mandates == ("VIK-1",)
    own = [row for row in before["lookups"] if user in row and row[14] < BEFORE]
    held = {one.table: one.held for one in seen.tables}
    assert held["lookups"] >= len(own) > 0
    done = forget_it(path)
    assert [(one.table, one.gone) for one in done.tables] == [(one.table, one.gone) for one in seen.tables]
    assert done.repeatable_from == seen.repeatable_from == BEFORE + timedelta(days=history_days(SETTINGS))


def test_to_forget_twice_changes_nothing_more(path: Path) -> None:
    forget_it(path)
    once = rows_of(path)
    assert [one.table for one in forget_it(path).tables if one.gone] == []
    twice = rows_of(path)
    assert {table: rows for table, rows in twice.items() if table != "trail"} == {
        table: rows for table, rows in once.items() if table != "trail"
    }


def dossier(path: Path, user: str, out: Path) -> dict[str, bytes]:
    """Every file of the user's dossier under the mandate VIK-1, by name."""
    run(path, "dossier", user, "--mandate", "VIK-1", "--out", str(out))
    return {str(one.relative_to(out)): one.read_bytes() for one in sorted(out.rglob("*")) if one.is_file()}


def run(path: Path, *words: str, code: int = 0) -> str:
    config = path.parent.parent / "c.toml"
    config.write_text(
        "threads = 1\n[context]\nhistory_days = 7\ninterest_days = 7\nroster_days = 3\nteam_days = 3\n"
        "burst_days = 2\nnews_days = 2\nfollow_up_hours = 24\n[forest]\ntraining_days = 1\n[alerts]\ngap_days = 4\n"
        "control_per_1000_users_per_day = 100\n"
    )
    done = CliRunner().invoke(
        app, [*words, "--warehouse", str(path), "--config", str(config)], catch_exceptions=True
    )
    assert done.exit_code == code, f"{done.output}\n{done.exception!r}"
    return done.output


def test_the_command_says_what_went_and_every_other_command_still_works(path: Path, tmp_path: Path) -> None:
    foreseen = run(path, "forget", "--before", str(BEFORE), "--dry-run")
    assert "would go; nothing was changed" in foreseen
    said = json.loads(
        run(path, "forget", "--before", str(BEFORE), "--reason", WHY, "--json").split("\nDays before")[0]
    )
    assert said["kept_from"]["lookups"] == str(BEFORE)
    assert {row["table"]: row["gone"] for row in said["tables"]}["lookups"] > 0
    out = str(tmp_path / "out")
    for words in (
        ["status"], ["audit", "--from", str(LAST)], ["alerts"], ["report", "--out", out], ["export", out],
        ["trail", "verify"],
    ):  # fmt: skip
        run(path, *words)
    assert sorted(one.name for one in path.parent.iterdir()) == [
        "a.duckdb",
        "a.duckdb.key",
        "a.duckdb.log",
        "a.duckdb.published",
    ]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "why", [PermissionError(13, "Permission denied", "published"), SettingsError("the key is another")]
)
def test_a_forgetting_that_cannot_be_published_says_that_it_was_done_and_what_is_left(
    path: Path, monkeypatch: pytest.MonkeyPatch, why: Exception
) -> None:
    def fails(*_: object) -> None:
        raise why

    monkeypatch.setattr("lookup_audit.reporting.publish.publish_again", fails)
    with pytest.raises(
        AssertionError, match=r"forgotten in the warehouse, but not yet in .*; run: .*publish"
    ):
        run(path, "forget", "--before", str(BEFORE), "--reason", WHY)
    assert all(row[14] >= BEFORE for row in rows_of(path)["lookups"])


def test_the_command_asks_for_a_reason_and_a_day(path: Path) -> None:
    with pytest.raises(AssertionError, match="say why"):
        run(path, "forget", "--before", str(BEFORE))
    with pytest.raises(AssertionError, match="nothing is forgotten by itself"):
        run(path, "forget", "--reason", WHY)
