"""What trends are counted from: the daily tables add up to the lookups and the findings that they stand for."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from lookup_audit.ingest import ingest
from lookup_audit.pipeline import audit, days_to_audit
from lookup_audit.settings import Settings
from lookup_audit.simulate import simulate
from lookup_audit.warehouse import Warehouse

CUTS = ("system", "channel", "action", "duty", "hour")


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("trends")
    simulate(
        folder / "drop", users=100, days=9, seed=5, start=date(2026, 3, 23)
    )  # with a change of the clock
    with Warehouse(folder / "w.duckdb", Settings(threads=1)) as warehouse:
        ingest(warehouse, Path(folder / "drop"))
        audit(warehouse, days_to_audit(warehouse))
        yield warehouse


@pytest.mark.parametrize("cut", CUTS)
def test_every_cut_of_a_day_adds_up_to_the_lookups_of_its_run(audited: Warehouse, cut: str) -> None:
    assert audited.rows(
        """
        SELECT runs.audit_date, runs.lookups, runs.explained, sum(volume_days.lookups), sum(volume_days.explained)
        FROM runs LEFT JOIN volume_days ON volume_days.day = runs.audit_date AND volume_days.cut = $cut
        GROUP BY ALL
        HAVING sum(volume_days.lookups) IS DISTINCT FROM runs.lookups
            OR sum(volume_days.explained) IS DISTINCT FROM runs.explained
        """,
        {"cut": cut},
    ) == []  # fmt: skip


def test_users_of_a_part_are_those_who_made_its_lookups(audited: Warehouse) -> None:
    wrong = audited.rows(
        """
        SELECT volume_days.day, volume_days.part
        FROM volume_days
        INNER JOIN (
            SELECT local_date AS day, system AS part, count(DISTINCT user_id) AS users FROM lookups GROUP BY ALL
        ) AS counted ON counted.day = volume_days.day AND counted.part = volume_days.part
        WHERE volume_days.cut = 'system' AND volume_days.users <> counted.users
        """
    )
    assert wrong == []
    assert audited.count("volume_days") > 9 * len(CUTS)


def test_every_lookup_with_a_motive_is_in_one_question(audited: Warehouse) -> None:
    touched = audited.value("SELECT count(*) FROM lookup_risk WHERE motive IS NOT NULL")
    assert touched > 20
    assert audited.value("SELECT sum(lookups) FROM question_days") == touched
    strangers = audited.value(
        """
        SELECT count(*) FROM question_days
        WHERE NOT EXISTS (
            SELECT 1 FROM findings
            WHERE findings.user_id = question_days.user_id AND findings.audit_date = question_days.day
                AND findings.detector = question_days.theme AND findings.motive = question_days.motive
        )
        """
    )
    assert strangers == 0


def test_auditing_a_day_again_counts_nothing_twice(audited: Warehouse) -> None:
    before = [
        audited.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in ("volume_days", "question_days")
    ]
    audit(audited, [date(2026, 3, 29)])
    assert before == [
        audited.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in ("volume_days", "question_days")
    ]
