"""What readers find without opening the warehouse: whole, current, under pseudonyms, and no more than was changed."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.errors import WarehouseError
from lookup_audit.ingest import ingest
from lookup_audit.pipeline import audit, days_to_audit
from lookup_audit.privacy.actor import Actor
from lookup_audit.reporting.export import export_tables
from lookup_audit.reporting.publish import BY_DAY, PUBLISHED, publish, publish_again
from lookup_audit.settings import Settings
from lookup_audit.simulate import simulate
from lookup_audit.warehouse import Warehouse
from tests.names_in import names_in, words_of

SETTINGS = Settings(threads=1)
FIRST = date(2026, 1, 5)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audited")
    simulate(folder / "drop", users=20, days=3, seed=3)
    with Warehouse(folder / "w.duckdb", SETTINGS) as warehouse:
        ingest(warehouse, folder / "drop")
        audit(warehouse, days_to_audit(warehouse))
        publish(warehouse)
    shutil.rmtree(folder / "drop")
    return folder


@pytest.fixture
def path(audited: Path, tmp_path: Path) -> Path:
    shutil.copytree(audited, tmp_path / "here", symlinks=True)
    return tmp_path / "here" / "w.duckdb"


@pytest.fixture
def opened(path: Path) -> Iterator[Warehouse]:
    with Warehouse(path, SETTINGS) as warehouse:
        yield warehouse


def current(path: Path) -> Path:
    return (path.with_name(f"{path.name}.published") / "current").resolve()


def versions(path: Path) -> list[str]:
    return sorted(one.name for one in path.with_name(f"{path.name}.published").iterdir())


def rows_of(folder: Path, table: str) -> list[dict[str, Any]]:
    files = sorted((folder / table).glob("*.parquet")) if table in BY_DAY else [folder / f"{table}.parquet"]
    return sorted((row for file in files for row in pq.read_table(file).to_pylist()), key=repr)


def test_readers_find_the_same_rows_as_an_export(opened: Warehouse, path: Path, tmp_path: Path) -> None:
    exported = {one.stem: one for one in export_tables(opened, tmp_path / "out", who=Actor("a"))}
    for table in PUBLISHED.keys() - {"gaps"}:
        expected = sorted(pq.read_table(exported[table]).to_pylist(), key=repr)
        assert rows_of(current(path), table) == expected, table
    assert rows_of(current(path), "findings")


def test_any_tool_reads_a_table_by_its_pattern(path: Path) -> None:
    for table in BY_DAY:
        pattern = str(current(path).parent / "current" / table / "*.parquet")
        found = duckdb.sql(f"SELECT count(*) FROM read_parquet('{pattern}')").fetchall()
        assert found[0][0] > 0, table


def test_a_table_without_any_row_can_be_read_by_its_pattern_too(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.duckdb", SETTINGS) as warehouse:
        publish(warehouse)
    pattern = str(current(tmp_path / "w.duckdb") / "findings" / "*.parquet")
    assert duckdb.sql(f"SELECT detector FROM read_parquet('{pattern}')").fetchall() == []


def test_nothing_changed_is_nothing_written(opened: Warehouse, path: Path) -> None:
    before = {one: one.stat().st_mtime_ns for one in current(path).rglob("*")}
    done = publish(opened)
    assert (done.is_new, done.written) == (False, 0)
    assert {one: one.stat().st_mtime_ns for one in current(path).rglob("*")} == before
    assert versions(path) == ["current", "version-000001"]


def test_a_night_writes_its_own_day_and_the_other_days_are_the_same_files(
    opened: Warehouse, path: Path
) -> None:
    before = current(path)
    day = FIRST + timedelta(days=1)
    audit(opened, [day])
    done = publish(opened)
    assert done.is_new
    for table in BY_DAY:
        for file in (current(path) / table).iterdir():
            is_same = file.samefile(before / table / file.name)
            assert is_same == (file.stem != str(day)), file
    assert (done.written, done.kept) == (len(BY_DAY) + len(PUBLISHED) - len(BY_DAY), 2 * len(BY_DAY))


def test_an_alert_that_a_later_night_changed_is_another_in_the_days_before(
    opened: Warehouse, path: Path
) -> None:
    day = rows_of(current(path), "lookup_risk")[0]["occurred_at"].date()
    opened.run("UPDATE lookup_risk SET alert_id = 'a-moved' WHERE audit_date = $day", {"day": day})
    publish(opened)
    moved = {
        row["alert_id"] for row in pq.read_table(current(path) / "lookup_risk" / f"{day}.parquet").to_pylist()
    }
    assert moved == {"a-moved"}


def test_under_a_pinned_clock_a_day_that_was_audited_again_is_written_again(
    opened: Warehouse, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    for score in (0.25, 0.75):
        audit(opened, [FIRST])
        opened.run(
            "UPDATE findings SET score = $score WHERE audit_date = $day", {"score": score, "day": FIRST}
        )
        publish(opened)
        found = pq.read_table(current(path) / "findings" / f"{FIRST}.parquet").to_pylist()
        assert {row["score"] for row in found} == {score}


def test_a_reader_that_began_goes_on_with_the_version_before(opened: Warehouse, path: Path) -> None:
    reading = current(path)
    expected = rows_of(reading, "findings")
    audit(opened, [FIRST])
    publish(opened)
    assert current(path) != reading
    assert rows_of(reading, "findings") == expected
    audit(opened, [FIRST])
    publish(opened)
    assert versions(path) == ["current", "version-000002", "version-000003"]


def test_no_name_and_no_id_is_in_any_file(opened: Warehouse, path: Path) -> None:
    named = names_in(opened)
    assert len(named) > 1000
    for file in current(path).rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            if file.suffix == ".parquet":
                content += repr(pq.read_table(file).to_pylist()).encode()
            assert words_of(content) & named == set(), file


def test_the_manifest_has_the_digest_of_every_file(path: Path) -> None:
    manifest = json.loads((current(path) / "manifest.json").read_text(encoding="utf-8"))
    listed = {name for name, entry in manifest["files"].items() if entry["rows"] or "sha256" in entry}
    assert listed == {str(one.relative_to(current(path))) for one in current(path).rglob("*.parquet")}


def test_only_the_owner_reads_it_unless_the_folder_is_opened_to_others(opened: Warehouse, path: Path) -> None:
    home = current(path).parent
    assert {stat.S_IMODE(one.stat().st_mode) & 0o077 for one in [home, *home.rglob("*")]} == {0}
    home.chmod(0o750)
    audit(opened, [FIRST])
    publish(opened)
    assert stat.S_IMODE((current(path) / "runs.parquet").stat().st_mode) == 0o640
    assert stat.S_IMODE((current(path) / "findings").stat().st_mode) == 0o750


def test_another_key_makes_all_anew_and_leaves_no_older_version(path: Path) -> None:
    before = {row["user_id"] for row in rows_of(current(path), "user_days")}
    run = CliRunner().invoke(app, ["key", "rotate", "--reason", "r", "--warehouse", str(path)])
    assert run.exit_code == 0, run.output
    assert not before & {row["user_id"] for row in rows_of(current(path), "user_days")}
    assert versions(path) == ["current", "version-000002"]


def forget(path: Path, before: date) -> None:
    words = ["forget", "--before", str(before), "--reason", "r", "--even-history", "--warehouse", str(path)]
    run = CliRunner().invoke(app, words)
    assert run.exit_code == 0, run.output


def test_what_is_forgotten_is_in_no_published_file_of_any_version(path: Path) -> None:
    with Warehouse(path, SETTINGS) as warehouse:
        audit(warehouse, [FIRST + timedelta(days=2)])
        publish(warehouse)
        gone = [
            row["lookup_id"]
            for row in warehouse.rows(
                "SELECT lookup_id FROM findings WHERE audit_date = $day", {"day": FIRST}
            )
        ]
    home = current(path).parent
    assert gone
    assert len(list(home.glob("version-*"))) == 2
    forget(path, FIRST + timedelta(days=1))
    left = {
        row.get("lookup_id")
        for one in home.glob("version-*")
        for table in BY_DAY
        for row in rows_of(one, table)
    }
    assert not left & set(gone)
    assert len(list(home.glob("version-*"))) == 1
    assert not list(home.glob(f"*/*/{FIRST}.parquet"))


def test_forgetting_that_was_killed_before_it_published_is_made_good_by_any_publication(path: Path) -> None:
    from lookup_audit.privacy import retention

    retention.forget(
        path, SETTINGS, reason="r", who=Actor("a"), before=FIRST + timedelta(days=1), even_history=True
    )
    assert (current(path) / "findings" / f"{FIRST}.parquet").exists(), "as a kill at this moment leaves it"
    with Warehouse(path, SETTINGS) as warehouse:
        publish(warehouse)
    assert versions(path) == ["current", "version-000002"]
    assert not (current(path) / "findings" / f"{FIRST}.parquet").exists()


def test_what_was_never_published_is_not_published_by_forgetting(path: Path) -> None:
    shutil.rmtree(current(path).parent)
    forget(path, FIRST + timedelta(days=1))
    assert not path.with_name(f"{path.name}.published").exists()
    with Warehouse(path, SETTINGS) as warehouse:
        assert publish_again(warehouse) is None


@pytest.mark.parametrize("moment", ["_entry", "swap", "replace", "tidy"])
def test_killed_at_any_step_readers_have_a_whole_version_and_the_next_one_clears_up(
    path: Path, moment: str
) -> None:
    code = f"""
import os, signal
from pathlib import Path
from datetime import date
from lookup_audit.pipeline import audit
from lookup_audit.reporting import publish, versions
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

with Warehouse(Path({str(path)!r}), Settings(threads=1)) as warehouse:
    audit(warehouse, [date(2026, 1, 5)])
    if {moment!r} == "_entry":
        publish._entry = die
    elif {moment!r} == "swap":
        versions.Versions.swap = die
    elif {moment!r} == "replace":
        swap, seen = Path.replace, []
        Path.replace = lambda *a: die() if seen else (seen.append(swap(*a)),)
    else:
        tidy, seen = versions.Versions.tidy, []
        versions.Versions.tidy = lambda self: die() if seen else seen.append(tidy(self))
    publish.publish(warehouse)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert rows_of(current(path), "findings")
    assert (current(path) / "manifest.json").exists()
    with Warehouse(path, SETTINGS) as warehouse:
        publish(warehouse)
    assert len(versions(path)) == 3
    assert not [name for name in versions(path) if name.startswith(".")]


def test_a_folder_that_cannot_be_written_to_is_said_and_readers_keep_what_they_had(
    opened: Warehouse, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit(opened, [FIRST])
    before = current(path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WarehouseError, match="No space left on device; readers still have what they had"):
        publish(opened)
    monkeypatch.undo()
    assert current(path) == before
    assert versions(path) == ["current", "version-000001"]
    assert publish(opened).is_new


def test_a_folder_of_somebody_else_that_is_named_like_a_version_stays(path: Path) -> None:
    foreign = Path(f"{path}.published") / "version-000099"
    foreign.mkdir(parents=True)
    (foreign / "mine.txt").write_text("mine")
    with Warehouse(path, Settings()) as warehouse:
        publish(warehouse)
    assert (foreign / "mine.txt").read_text() == "mine"
