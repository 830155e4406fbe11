"""What was counted and found on days that are forgotten stays as it was, whatever comes later."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from lookup_audit.pipeline import audit_by_need, audited_otherwise, days_to_audit, pending
from lookup_audit.pipeline.configured import mark_otherwise
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.mandates import add_mandate
from lookup_audit.privacy.retention import forget
from lookup_audit.warehouse import Warehouse
from tests.retention_world import BEFORE, FIRST, LAST, SETTINGS

OTHERWISE = SETTINGS.model_copy(
    update={"context": SETTINGS.context.model_copy(update={"handover_hours": 23})}
)


def said(warehouse: Warehouse) -> list[list[dict[str, Any]]]:
    """What the audits of the forgotten days said: their counts, and the risk of what a mandate holds."""
    return [
        warehouse.rows(query, {"day": BEFORE})
        for query in (
            "SELECT * FROM runs WHERE audit_date < $day ORDER BY audit_date",
            "SELECT * FROM lookup_risk WHERE audit_date < $day ORDER BY system, lookup_id",
            "SELECT * FROM findings WHERE audit_date < $day ORDER BY finding_id",
        )
    ]


def test_what_forgotten_days_said_is_not_said_anew_of_what_a_mandate_holds(
    month: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.duckdb"
    path.write_bytes(month.read_bytes())
    path.chmod(0o600)
    with Warehouse(path, SETTINGS) as warehouse:
        user = warehouse.value("SELECT min(user_id) FROM findings WHERE audit_date < $day", {"day": BEFORE})
        add_mandate(
            warehouse,
            "VIK-1",
            authority="head of integrity",
            purpose="a complaint",
            user_id=user,
            first_day=FIRST,
            last_day=LAST,
            valid_until=SETTINGS.today() + timedelta(days=30),
            holders=("records",),
            who=Actor("records"),
        )
    forget(path, SETTINGS, before=BEFORE, even_history=True, reason="over", who=Actor("records"))
    with Warehouse(path, OTHERWISE, must_exist=True) as warehouse:
        before = said(warehouse)
        assert all(before)
        warehouse.run("INSERT INTO pending_days VALUES ($day, 'news')", {"day": FIRST})
        assert not pending(warehouse).due
        assert audited_otherwise(warehouse)[-1].first == BEFORE
        assert days_to_audit(warehouse, first=FIRST, last=BEFORE) == [BEFORE]
        mark_otherwise(warehouse)
        assert pending(warehouse).due[0].day == BEFORE
        warehouse.run("DELETE FROM pending_days WHERE day > $day", {"day": BEFORE})
        assert audit_by_need(warehouse, every=True)[0].audit_date == BEFORE
        assert said(warehouse) == before
        assert warehouse.count("pending_days") == 0
