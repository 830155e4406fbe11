"""The folder of a dossier: it appears whole, every change of it is found, and it can be made again."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.errors import InputError, MandateError, UsageError
from lookup_audit.privacy.actor import Actor, actor
from lookup_audit.privacy.trail import record
from lookup_audit.reporting.dossier import folder as folders
from lookup_audit.reporting.dossier.dossier import Written, write_dossier
from lookup_audit.reporting.dossier.folder import put_folder
from lookup_audit.reporting.dossier.manifest import MANIFEST, PUBLIC_KEY, read_manifest
from lookup_audit.reporting.dossier.rerun import rerun_dossier
from lookup_audit.reporting.dossier.verify import verify_folder
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from tests.dossier_folders import edited, sample_warehouse

pytest.importorskip("cryptography")


def key_pair(place: Path, name: str = "key") -> tuple[Path, Path]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = Ed25519PrivateKey.generate()
    private, public = place / f"{name}.pem", place / f"{name}.pub"
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dossiers")


@pytest.fixture(scope="module")
def keys(place: Path) -> tuple[Path, Path]:
    return key_pair(place)


@pytest.fixture(scope="module")
def written(place: Path, keys: tuple[Path, Path]) -> Written:
    """A signed dossier in one language, and its warehouse in the file warehouse.duckdb beside it."""
    with sample_warehouse(place / "warehouse.duckdb") as warehouse:
        return write_dossier(warehouse, "U0042", place, mandate="VIK-1", language="en", sign_key=keys[0])


def found_faults(folder: Path, seed: int, edits: int) -> None:
    draw = random.Random(seed)
    copy = folder.with_name(f"edited-{seed}")
    for _ in range(edits):
        done = edited(folder, copy, draw)
        assert verify_folder(copy).faults, done
    shutil.rmtree(copy)


def test_every_random_edit_is_found(written: Written) -> None:
    assert verify_folder(written.folder).faults == ()
    found_faults(written.folder, seed=1, edits=60)


@pytest.mark.slow
def test_a_thousand_random_edits_are_found(written: Written) -> None:
    found_faults(written.folder, seed=2, edits=1000)


def test_each_fault_is_said_in_a_sentence(written: Written, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(written.folder, copy)
    (copy / "lookups.csv").rename(copy / "more.csv")
    (copy / "configuration.json").unlink()
    (copy / "provenance.json").write_bytes((copy / "dossier.json").read_bytes())
    (copy / "rules" / "neighbour.sql").write_bytes(b"x")
    (copy / "rules" / "new.sql").symlink_to("/etc/passwd")
    assert verify_folder(copy).faults == (
        "configuration.json: removed",
        "lookups.csv: renamed to more.csv",
        "provenance.json: changed: it holds what dossier.json held",
        f"rules/neighbour.sql: changed or cut off: 1 bytes where there were "
        f"{(written.folder / 'rules' / 'neighbour.sql').stat().st_size}",
        "rules/new.sql: added, no dossier has it",
    )


def test_a_manifest_that_is_rewritten_whole_is_found_by_its_hash_or_a_key(
    written: Written, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    with Warehouse(written.folder.parent / "warehouse.duckdb", Settings(threads=1)) as warehouse:
        other = write_dossier(
            warehouse, "U0042", tmp_path, mandate="VIK-1", language="en", redacted=True,
            sign_key=key_pair(tmp_path, "other")[0],
        )  # fmt: skip
    other.folder.rename(copy)
    assert verify_folder(copy).is_whole
    assert (
        verify_folder(copy, manifest_hash=written.manifest_sha256)
        .faults[0]
        .startswith("manifest.json: is not the")
    )
    assert any("names another key" in fault for fault in verify_folder(copy, public_key=keys[1]).faults)
    checked = verify_folder(written.folder, public_key=keys[1], manifest_hash=written.manifest_sha256)
    assert checked.is_whole and checked.signature == "given key"
    with pytest.raises(UsageError, match="no SHA-256"):
        verify_folder(copy, manifest_hash="abc")
    with pytest.raises(UsageError, match="public key"):
        verify_folder(copy, public_key=written.folder / "configuration.json")


HOSTILE = {
    "nothing": b"",
    "nul": b"\0" * 100,
    "not text": b"\xff\xfe{}",
    "deep": b"[" * 100_000,
    "a huge number": b'{"format": ' + b"9" * 5000 + b"}",
    "no number": b'{"a": NaN}',
    "a key twice": b'{"format": 1, "format": 2}',
    "another kind": b"[1, 2]",
    "too large": b" " * 2_000_000,
    "a lone surrogate": b'{"asked": "\\ud800"}',
    "a path": b'{"format": "x", "asked": {"user_id": "u", "mandate": "m", "first": "2026-01-01",'
    b' "last": "2026-01-02", "languages": ["en"], "redacted": false},'
    b' "files": [{"name": "../../etc/passwd", "size": 1, "sha256": "'
    + b"a" * 64
    + b'"}], "signed_by": null, "seal": ""}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_manifest_gives_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "manifest.json").write_bytes(HOSTILE[name])
    (fault,) = verify_folder(tmp_path).faults
    assert fault.startswith("manifest.json: ") and fault.isprintable()


def test_links_pipes_and_what_is_no_folder_are_not_followed(written: Written, tmp_path: Path) -> None:
    assert verify_folder(tmp_path / "none").faults[0].endswith("there is no folder here")
    os.mkfifo(tmp_path / "manifest.json")
    assert verify_folder(tmp_path).faults == ("manifest.json: is no ordinary file",)
    copy = tmp_path / "copy"
    shutil.copytree(written.folder, copy)
    shutil.move(copy / "rules", tmp_path / "rules")
    (copy / "rules").symlink_to(tmp_path / "rules")
    (copy / "lookups.csv").unlink()
    (copy / "lookups.csv").symlink_to(written.folder / "lookups.csv")
    faults = verify_folder(copy).faults
    assert "lookups.csv: is a link" in faults and "rules: is no folder, or a link" in faults


def test_the_command_answers_in_sentences_and_codes(written: Written, tmp_path: Path) -> None:
    runner = CliRunner()
    whole = runner.invoke(app, ["dossier", "verify", str(written.folder), "--json"])
    assert whole.exit_code == 0 and json.loads(whole.stdout)["whole"] is True
    copy = tmp_path / "copy"
    shutil.copytree(written.folder, copy)
    (copy / "lookups.csv").unlink()
    broken = runner.invoke(app, ["dossier", "verify", str(copy)])
    assert broken.exit_code == 1 and "lookups.csv: removed" in broken.stdout


def test_a_key_that_others_may_read_or_that_is_none_is_refused_before_anything_is_opened(
    keys: tuple[Path, Path], tmp_path: Path
) -> None:
    open_key = tmp_path / "open.pem"
    open_key.write_bytes(keys[0].read_bytes())
    open_key.chmod(0o640)
    with sample_warehouse() as warehouse:
        before = warehouse.count("trail")
        for key, said in ((open_key, "others than its owner"), (tmp_path / "none", "cannot be read")):
            with pytest.raises(UsageError, match=said):
                write_dossier(warehouse, "U0042", tmp_path / "out", mandate="VIK-1", sign_key=key)
        assert warehouse.count("trail") == before
    assert not (tmp_path / "out").exists()


def test_another_dossier_gives_way_only_when_asked_and_what_is_no_dossier_never(tmp_path: Path) -> None:
    with sample_warehouse() as warehouse:
        first = write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", language="en")
        assert (
            write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", language="en").state == "unchanged"
        )
        with pytest.raises(UsageError, match="--replace"):
            write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", language="nl")
        again = write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", language="nl", replace=True)
        assert again.state == "replaced" and verify_folder(again.folder).is_whole
        assert [path.name for path in tmp_path.iterdir()] == [first.folder.name]
        (first.folder / "manifest.json").unlink()
        with pytest.raises(UsageError, match="is no dossier"):
            write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", language="nl", replace=True)


def test_a_folder_that_cannot_be_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written_files = []

    def fails_at_the_third(path: Path, content: bytes) -> Path:
        written_files.append(path)
        if len(written_files) == 3:
            raise OSError("disk full")
        return path

    monkeypatch.setattr(folders, "write_file", fails_at_the_third)
    with sample_warehouse() as warehouse, pytest.raises(OSError, match="disk full"):
        write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1")
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_says_what_it_is_of_and_has_no_clock_or_path(written: Written) -> None:
    content = (written.folder / "manifest.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() == written.manifest_sha256
    manifest = read_manifest(content)
    assert (manifest.asked.user_id, manifest.asked.mandate, manifest.asked.languages) == (
        "U0042",
        "VIK-1",
        ("en",),
    )
    assert str(written.folder.parent).encode() not in content


def test_the_hash_of_the_configuration_is_the_one_of_the_runs(written: Written) -> None:
    content = (written.folder / "configuration.json").read_bytes()
    known = json.loads((written.folder / "provenance.json").read_bytes())["config_hash"]
    assert len(known) == 16
    assert hashlib.sha256(content).hexdigest().startswith(known)


def test_it_is_made_again_byte_for_byte_anywhere(written: Written, tmp_path: Path) -> None:
    config = tmp_path / "other.toml"
    config.write_text('threads = 2\nlanguage = "nl"\n', encoding="utf-8")
    warehouse = written.folder.parent / "warehouse.duckdb"
    for seed, language, zone in (("1", "C", "Asia/Tokyo"), ("77", "nl_NL.UTF-8", "America/Lima")):
        done = subprocess.run(
            [sys.executable, "-m", "lookup_audit.cli", "dossier", "rerun", str(written.folder), "--warehouse",
             str(warehouse), "--config", str(config)],
            cwd=tmp_path, check=False, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "LANG": language, "LC_ALL": language, "TZ": zone},
        )  # fmt: skip
        assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "Identical, byte for byte.", "")


def test_a_rerun_after_forgetting_does_not_say_that_something_was_changed_by_hand(tmp_path: Path) -> None:
    with sample_warehouse() as warehouse:
        record(warehouse, action="forget", about="2026-01-01", reason="before it was made", who=actor())
        folder = write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", language="en").folder
        warehouse.run("UPDATE lookups SET query_text = 'changed' WHERE lookup_id = 'Q005'")
        assert "changed by hand" in " ".join(rerun_dossier(warehouse, folder).causes)
        record(warehouse, action="forget", about="2026-02-01", reason="retention", who=actor())
        causes = rerun_dossier(warehouse, folder).causes
        assert causes == ("days or rejected rows were forgotten since (trail list --action forget)",)


def test_a_rerun_names_rows_values_and_what_may_be_why(tmp_path: Path) -> None:
    with sample_warehouse() as warehouse:
        folder = write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", language="en").folder
        assert rerun_dossier(warehouse, folder).is_identical
        warehouse.run("UPDATE lookups SET query_text = 'changed' WHERE lookup_id = 'Q005'")
        warehouse.run("DELETE FROM verdicts")
        made = rerun_dossier(warehouse, folder)
        assert "lookups.csv: 1 row differs: BVH Q005 (query_text)" in made.differences
        assert any(
            one.startswith("dossier.json: ") and "'explained' → 'new'" in one for one in made.differences
        )
        assert made.causes == ("alerts were judged since, or the verdicts are others",)
        with pytest.raises(MandateError):
            rerun_dossier(warehouse, folder, mandate="VIK-9")
        (folder / "manifest.json").write_bytes(b"{}")
        with pytest.raises(InputError, match="cannot say what to make again"):
            rerun_dossier(warehouse, folder)


def test_somebodys_notes_in_the_folder_are_never_removed(tmp_path: Path, written: Written) -> None:
    folder = tmp_path / "dossier"
    shutil.copytree(written.folder, folder)
    (folder / "my-notes.txt").write_text("ask her first", encoding="utf-8")
    with pytest.raises(UsageError, match="nothing is replaced"):
        put_folder(folder, {MANIFEST: b"another"}, replace=True)
    assert (folder / "my-notes.txt").read_text(encoding="utf-8") == "ask her first"


def test_a_dossier_with_fewer_files_is_replaced_whole(tmp_path: Path, written: Written) -> None:
    folder = tmp_path / "dossier"
    shutil.copytree(written.folder, folder)
    with pytest.raises(UsageError, match="is signed, and this one would not be"):
        put_folder(folder, {MANIFEST: b"another"}, replace=True)
    assert put_folder(folder, {MANIFEST: b"another", PUBLIC_KEY: b"key"}, replace=True) == "replaced"
    assert sorted(one.name for one in folder.iterdir()) == [MANIFEST, PUBLIC_KEY]


def test_what_a_killed_process_left_half_made_is_gone_after_the_next(tmp_path: Path) -> None:
    torn = tmp_path / ".dossier.abcd1234"
    torn.mkdir()
    (torn / "lookups.csv").write_text("x", encoding="utf-8")
    put_folder(tmp_path / "dossier", {MANIFEST: b"{}"}, replace=False)
    assert not torn.exists()


def test_a_folder_that_is_not_whole_is_not_identical(tmp_path: Path, written: Written) -> None:
    folder = tmp_path / written.folder.name
    shutil.copytree(written.folder, folder)
    (folder / "extra.txt").write_text("x", encoding="utf-8")
    with Warehouse(written.folder.parent / "warehouse.duckdb", Settings()) as warehouse:
        made = rerun_dossier(warehouse, folder, who=Actor(actor().account))
    assert (made.differences, made.is_identical) == ((), False)
    assert any("extra.txt" in fault for fault in made.faults)
