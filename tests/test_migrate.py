"""An older warehouse is brought forward whole, with the old file kept, or is left as it was."""

import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.errors import WarehouseError
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.trail import record, verify
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.duck import SCHEMA_VERSION
from lookup_audit.warehouse.migrate import backup_of, migrate
from lookup_audit.warehouse.numbered import NUMBERED, TEXTS

SETTINGS = Settings(threads=1)
WHO = Actor("analyst")


def old_warehouse(path: Path, of: int) -> None:
    """A warehouse as that version made it: a row in every table, 500 users, and an entry in the trail."""
    with duckdb.connect(str(path)) as connection:
        connection.execute((Path(__file__).parent / f"schema_version_{of}.sql").read_text(encoding="utf-8"))
        tables = connection.execute(
            "SELECT table_name, list({'name': column_name, 'kind': data_type} ORDER BY column_index) "
            "FROM duckdb_columns() WHERE NOT internal AND table_name NOT IN ('warehouse_version', 'trail', 'alerts') "
            "GROUP BY table_name"
        ).fetchall()
        for table, columns in tables:
            values = ", ".join(VALUES[column["kind"]] + f' AS "{column["name"]}"' for column in columns)
            connection.execute(f"INSERT INTO {table} BY NAME SELECT {values}")
        connection.execute(
            "INSERT INTO users BY NAME SELECT 'user ' || nr AS user_id, 'f' AS file_id FROM range(499) AS r (nr)"
        )
        connection.execute(f"UPDATE warehouse_version SET version = {SCHEMA_VERSION}")
    with Warehouse(path, SETTINGS) as warehouse, warehouse.transaction():
        record(warehouse, action="triage", about="a-1", reason="checked", who=WHO)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"UPDATE warehouse_version SET version = {of}")


VALUES = {
    "VARCHAR": "'ë \"x\" – 1'", "VARCHAR[]": "['a', 'b']", "BIGINT": "7::BIGINT", "DOUBLE": "0.25::DOUBLE",
    "DATE": "DATE '2026-03-01'", "TIMESTAMP": "TIMESTAMP '2026-03-01 02:03:04.000005'", "BOOLEAN": "true",
    "TINYINT": "3::TINYINT", "INTEGER": "5::INTEGER",
}  # fmt: skip


SHAPE = """
SELECT table_name, column_name, data_type, is_nullable, comment
FROM duckdb_columns() WHERE NOT internal ORDER BY ALL
"""


def content(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table and of history in texts, the version and the numbers aside."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name <> 'warehouse_version' "
            "UNION SELECT view_name FROM duckdb_views() WHERE NOT internal AND view_name <> 'alerts'"
        ).fetchall()
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
            for (table,) in tables
            if table not in NUMBERED
        }


def version(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute("SELECT version FROM warehouse_version").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("old") / "a.duckdb"
    old_warehouse(path, 3)
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Iterator[Path]:
    here = tmp_path / "a.duckdb"
    shutil.copy(made, here)
    here.chmod(0o600)
    yield here


def nothing(made: Warehouse, before: int) -> None:
    """What a migration enters when it has nothing to say."""


def test_every_row_of_every_table_is_there_and_the_new_tables_are_empty(path: Path) -> None:
    before = content(path)
    done = migrate(path, SETTINGS, finish=nothing)
    after = content(path)
    assert (done.before, done.now, version(path)) == (3, SCHEMA_VERSION, SCHEMA_VERSION)
    assert {table: after[table] for table in before} == before
    assert {table: after[table] for table in set(after) - set(before)} == {
        "configurations": [],
        "gaps": [],
        "value_days": [],
    }
    tables = {one.table: one.kept for one in done.tables}
    assert {table: kept for table, kept in tables.items() if table not in NUMBERED} == {
        table: len(rows) for table, rows in before.items() if table not in TEXTS
    }
    assert [tables[f"numbered_{table}"] for table in TEXTS] == [len(before[table]) for table in TEXTS]


def test_history_in_texts_becomes_numbers_that_stand_for_the_same(tmp_path: Path) -> None:
    """From the version before too: each text has one number, and what is not known stays unknown."""
    path = tmp_path / "a.duckdb"
    old_warehouse(path, 4)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "INSERT INTO interest_days VALUES "
            "('u1', DATE '2026-03-02', 'p1', 'north', 'jong', '1234AB', '1234AB 5', 'f'), "
            "('u1', DATE '2026-03-02', 'p2', NULL, NULL, NULL, 'p2', NULL); "
            "INSERT INTO user_subject_days VALUES ('u1', 'car', 'p1', DATE '2026-03-02', 2, 1); "
            "INSERT INTO focus_days VALUES ('p1', DATE '2026-03-02', 2, 1, 1)"
        )
    before = content(path)
    migrate(path, SETTINGS, finish=nothing)
    assert content(path) == before
    with Warehouse(path, SETTINGS) as warehouse:
        numbers = {row["text"]: row["nr"] for row in warehouse.rows("SELECT * FROM numbers")}
    assert len(set(numbers.values())) == len(numbers)
    assert {"u1", "p1", "p2", "car", "north", "jong", "1234AB", "1234AB 5", "f"} <= set(numbers)


@pytest.mark.parametrize("harm", ["cut off", "overwritten"])
def test_a_damaged_warehouse_of_this_version_is_not_said_to_be_well(tmp_path: Path, harm: str) -> None:
    whole = tmp_path / "w.duckdb"
    with Warehouse(whole, SETTINGS) as warehouse:
        warehouse.run(
            "INSERT INTO users BY NAME "
            "SELECT hash(nr)::VARCHAR AS user_id, 'f' AS file_id FROM range(300000) AS r (nr)"
        )
    well = CliRunner().invoke(app, ["migrate", "--warehouse", str(whole)])
    assert (well.exit_code, f"of version {SCHEMA_VERSION} already" in well.output) == (0, True)
    assert "can be read whole" in well.output
    data = whole.read_bytes()
    middle = len(data) // 2
    rest = b"" if harm == "cut off" else b"x" * 500_000 + data[middle + 500_000 :]
    whole.write_bytes(data[:middle] + rest)
    refused = CliRunner().invoke(app, ["migrate", "--warehouse", str(whole)])
    assert isinstance(refused.exception, WarehouseError), refused.output
    assert str(refused.exception).startswith(f"{whole}: ")
    assert "It cannot be read whole; where the file is damaged" in str(refused.exception)
    assert refused.exception.exit_code == 1


def test_a_foreign_table_is_named_on_one_line_whatever_it_is_called(path: Path, tmp_path: Path) -> None:
    forged = 'x"\nlookup-audit: all is well'
    made = 'CREATE TABLE "x""\nlookup-audit: all is well" (a INTEGER)'
    with duckdb.connect(str(path)) as connection:
        connection.execute(made)
    with pytest.raises(WarehouseError) as said:
        migrate(path, SETTINGS, finish=nothing)
    assert repr(forged) in str(said.value)
    assert "\n" not in str(said.value)
    with Warehouse(tmp_path / "new.duckdb", SETTINGS) as warehouse:
        warehouse.run(made)
    read_whole = migrate(tmp_path / "new.duckdb", SETTINGS, finish=nothing)  # with that table
    assert read_whole.tables == ()


def test_a_migrated_warehouse_has_the_tables_and_columns_of_a_new_one(path: Path, tmp_path: Path) -> None:
    migrate(path, SETTINGS, finish=nothing)
    with Warehouse(path, SETTINGS) as migrated, Warehouse(tmp_path / "new.duckdb", SETTINGS) as fresh:
        assert migrated.rows(SHAPE) == fresh.rows(SHAPE)


def test_the_old_file_is_kept_and_only_its_owner_can_read_it(path: Path) -> None:
    before = path.read_bytes()
    done = migrate(path, SETTINGS, finish=nothing)
    assert done.backup == path.with_name("a.duckdb.version-3")
    assert (done.backup.read_bytes(), version(done.backup)) == (before, 3)
    assert stat.S_IMODE(done.backup.stat().st_mode) == 0o600
    assert path.stat().st_nlink == 1


def test_without_a_backup_only_the_new_file_is_there(path: Path) -> None:
    assert migrate(path, SETTINGS, finish=nothing, keep_backup=False).backup is None
    assert [one.name for one in path.parent.iterdir()] == ["a.duckdb"]


def test_a_backup_that_is_in_the_way_is_not_overwritten(path: Path) -> None:
    backup_of(path, 3).write_text("of last year")
    with pytest.raises(WarehouseError, match="is there already"):
        migrate(path, SETTINGS, finish=nothing)
    assert (version(path), backup_of(path, 3).read_text()) == (3, "of last year")


def test_a_warehouse_of_this_version_is_left_alone(path: Path) -> None:
    migrate(path, SETTINGS, finish=nothing, keep_backup=False)
    before = path.read_bytes()
    assert migrate(path, SETTINGS, finish=nothing).tables == ()
    assert path.read_bytes() == before


@pytest.mark.parametrize(("found", "said"), [(2, "too old"), (SCHEMA_VERSION + 1, "a newer program made it")])
def test_a_version_that_cannot_be_brought_forward_is_refused(path: Path, found: int, said: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"UPDATE warehouse_version SET version = {found}")
    with pytest.raises(WarehouseError, match=said):
        migrate(path, SETTINGS, finish=nothing)
    with pytest.raises(WarehouseError, match=said):
        Warehouse(path, SETTINGS)
    assert version(path) == found


def test_an_older_warehouse_says_what_to_do(path: Path) -> None:
    with pytest.raises(
        WarehouseError, match=rf"with a backup: lookup-audit migrate --warehouse {re.escape(str(path))}"
    ):
        Warehouse(path, SETTINGS)


def test_another_database_is_no_warehouse(tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(WarehouseError, match="not a lookup-audit warehouse"):
        migrate(path, SETTINGS, finish=nothing)


def test_a_column_that_has_no_place_any_more_stops_it(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("ALTER TABLE notices ADD COLUMN remark VARCHAR")
    with pytest.raises(WarehouseError, match=r"notices\.remark"):
        migrate(path, SETTINGS, finish=nothing)
    assert version(path) == 3


def test_the_command_enters_it_in_the_trail_whose_chain_still_holds(path: Path) -> None:
    answer = CliRunner().invoke(app, ["migrate", "--warehouse", str(path)])
    assert answer.exit_code == 0
    assert "brought from version 3 to 5" in answer.stdout
    with Warehouse(path, SETTINGS) as warehouse:
        rows = warehouse.rows("SELECT action, reason FROM trail ORDER BY entry")
        assert [row["action"] for row in rows] == ["triage", "migrate"]
        assert verify(warehouse) == []


_CHILD = """
import os, signal, sys
from pathlib import Path
from lookup_audit.settings import Settings
from lookup_audit.warehouse import migrate, rebuild
moment = sys.argv[2]
if moment == "before the new file has its name":
    rebuild.Path.replace = lambda self, other: os.kill(os.getpid(), signal.SIGKILL)
elif moment == "before the old file has its second name":
    rebuild.Path.hardlink_to = lambda self, other: os.kill(os.getpid(), signal.SIGKILL)
migrate.migrate(Path(sys.argv[1]), Settings(threads=1), finish=lambda made, before: None)
"""


@pytest.mark.parametrize(
    "moment", ["before the old file has its second name", "before the new file has its name"]
)
def test_killed_at_the_swap_the_next_run_does_it_whole(path: Path, moment: str) -> None:
    before = content(path)
    killed = subprocess.run([sys.executable, "-c", _CHILD, str(path), moment], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert version(path) == 3
    done = migrate(path, SETTINGS, finish=nothing)
    assert {table: content(path)[table] for table in before} == before
    assert done.backup is not None
    assert sorted(path.parent.iterdir()) == [path, done.backup]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM warehouse_version",
        "DROP TABLE warehouse_version; CREATE VIEW warehouse_version AS SELECT 3 AS version",
        "DROP TABLE warehouse_version; CREATE TABLE warehouse_version AS SELECT 'four' AS version",
    ],
)
def test_a_database_that_does_not_say_of_which_version_it_is_is_refused_by_all(
    tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE warehouse_version (version INTEGER); CREATE TABLE lookups (i INTEGER)"
        )
        connection.execute(damage)
    with pytest.raises(WarehouseError, match="not a lookup-audit warehouse"):
        Warehouse(path, SETTINGS)
    with pytest.raises(WarehouseError, match="not a lookup-audit warehouse"):
        migrate(path, SETTINGS, finish=lambda made, before: None)
