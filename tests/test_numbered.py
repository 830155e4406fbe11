"""History in numbers: damage to what they stand for is said, and never read past."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from lookup_audit import pipeline
from lookup_audit.errors import WarehouseError
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.retention import foresee, forget
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.migrate import migrate
from lookup_audit.warehouse.numbered import require_sound
from tests.retention_world import BEFORE, LAST, SETTINGS

DAMAGE = {
    "lines twice": "INSERT INTO numbers SELECT nr, text FROM numbers",
    "texts twice": "INSERT INTO numbers SELECT nr + 1000000, text FROM numbers",
    "numbers twice": "INSERT INTO numbers SELECT nr, text || '-' FROM numbers",
    "all gone": "DELETE FROM numbers",
    "a user gone": """
        DELETE FROM numbers
        WHERE nr = (SELECT min(user_nr) FROM numbered_user_subject_days)
    """,
    "the last gone": "DELETE FROM numbers WHERE nr > (SELECT max(nr) - 20 FROM numbers)",
}


@pytest.fixture
def path(month: Path, tmp_path: Path) -> Path:
    here = tmp_path / "a.duckdb"
    here.write_bytes(month.read_bytes())
    here.chmod(0o600)
    return here


def damage(path: Path, statement: str) -> bytes:
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)
    return path.read_bytes()


@pytest.mark.parametrize("what", DAMAGE)
def test_reading_or_rewriting_a_damaged_history_says_so_and_changes_nothing(path: Path, what: str) -> None:
    before = damage(path, DAMAGE[what])
    with pytest.raises(WarehouseError, match=r"numbers: is damaged: .* numbers .*left as it is"):
        migrate(path, SETTINGS, finish=lambda made, version: None)
    assert path.read_bytes() == before


def test_forgetting_on_a_damaged_history_says_so_and_changes_nothing(path: Path) -> None:
    before = damage(path, DAMAGE["texts twice"])
    with pytest.raises(WarehouseError, match="numbers: is damaged"):
        foresee(path, SETTINGS, before=BEFORE)
    with pytest.raises(WarehouseError, match="numbers: is damaged"):
        forget(path, SETTINGS, before=BEFORE, reason="over", who=Actor("records"))
    assert path.read_bytes() == before


@pytest.mark.parametrize("what", DAMAGE)
def test_a_night_on_a_damaged_history_stops_before_it_changes_anything(path: Path, what: str) -> None:
    damage(path, DAMAGE[what])
    with Warehouse(path, SETTINGS, must_exist=True) as warehouse:
        before = warehouse.rows("SELECT * FROM findings ORDER BY finding_id")
        with pytest.raises(WarehouseError, match="numbers: is damaged"):
            pipeline.audit(warehouse, [LAST])
        assert warehouse.rows("SELECT * FROM findings ORDER BY finding_id") == before


def test_numbers_that_are_used_up_are_said_to_be(path: Path) -> None:
    damage(path, "INSERT INTO numbers VALUES (2147483647, 'the last one')")
    with Warehouse(path, SETTINGS, must_exist=True) as warehouse:
        warehouse.run("UPDATE users SET team = 'another' WHERE user_id = (SELECT min(user_id) FROM users)")
        with pytest.raises(WarehouseError, match="no number is left"):
            pipeline.audit(warehouse, [LAST])


def test_a_history_of_many_nights_forgotten_in_part_and_audited_again_is_sound(path: Path) -> None:
    forget(path, SETTINGS, before=BEFORE, reason="over", who=Actor("records"))
    with Warehouse(path, SETTINGS, must_exist=True) as warehouse:
        pipeline.audit(warehouse, [LAST - timedelta(days=3), LAST])
        require_sound(warehouse)
