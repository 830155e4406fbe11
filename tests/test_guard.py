"""What guards the tool: who may see whom, under which order, by which name, and what is kept of it."""

import shutil
import stat
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookup_audit.errors import MandateError, SettingsError, UsageError
from lookup_audit.privacy import trail
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.keys import fingerprint, finish_rotation, rotate_key, warehouse_key
from lookup_audit.privacy.mandates import (
    add_mandate,
    approve_mandate,
    list_mandates,
    open_under,
    state_of,
    withdraw_mandate,
)
from lookup_audit.privacy.pseudonyms import Pseudonyms, pseudonyms_of, user_behind
from lookup_audit.reporting.export import OUTPUT_TABLES, export_tables
from lookup_audit.reporting.whose import name_behind
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

MIEKE, JAN = Actor("m.visser"), Actor("j.bakker")
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)


def filled(warehouse: Warehouse) -> Warehouse:
    """A warehouse in which U1 looked up S1 and S2, and U2 looked up S3; all of it audited and flagged."""
    for number, (user, subject) in enumerate([("U1", "S1"), ("U1", "S2"), ("U2", "S3")], start=1):
        warehouse.run(
            "INSERT INTO lookups BY NAME SELECT $id AS lookup_id, TIMESTAMP '2026-02-03 10:00' AS occurred_at, "
            "$user AS user_id, 'BVH' AS system, $subject AS subject_id, DATE '2026-02-03' AS local_date, "
            "10 AS local_hour, 2 AS local_weekday, 'f' AS file_id",
            {"id": f"L{number}", "user": user, "subject": subject},
        )
        warehouse.run(
            "INSERT INTO lookup_risk BY NAME SELECT 'BVH' AS system, $id AS lookup_id, "
            "TIMESTAMP '2026-02-03 10:00' AS occurred_at, $user AS user_id, $subject AS subject_id, 0.4 AS risk, "
            "['family'] AS detectors, []::VARCHAR[] AS work_links, '[]' AS sum_shown, $subject AS alert_about, "
            "DATE '2026-02-03' AS audit_date",
            {"id": f"L{number}", "user": user, "subject": subject},
        )
    return warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path / "w.duckdb", Settings(threads=1)) as opened:
        yield filled(opened)


def mandate_for(warehouse: Warehouse, **changed: object) -> str:
    fields: dict[str, object] = {
        "reference": "VIK-1", "authority": "head of VIK", "purpose": "leak", "user_id": "U1", "first_day": FIRST,
        "last_day": LAST, "valid_until": warehouse.settings.today(), "holders": ("m.visser",), "who": JAN, **changed,
    }  # fmt: skip
    reference = str(fields.pop("reference"))
    return add_mandate(warehouse, reference, **fields).reference  # type: ignore[arg-type]


def refused(warehouse: Warehouse, match: str, **asked: object) -> None:
    """The look is refused for this reason, and the refusal is the last entry of the trail."""
    asked = {"reference": "VIK-1", "user_id": "U1", "who": MIEKE, **asked}
    reference = str(asked.pop("reference"))
    with pytest.raises(MandateError, match=match) as error:
        open_under(warehouse, reference, action="dossier", **asked)  # type: ignore[arg-type]
    assert error.value.exit_code == 2
    last = warehouse.rows("SELECT * FROM trail ORDER BY entry DESC LIMIT 1")[0]
    assert (last["outcome"], last["about"], last["actor"]) == ("refused", asked["user_id"], "m.visser")
    assert match.split(".", maxsplit=1)[0] in last["reason"]


def test_a_valid_mandate_opens_and_the_look_is_on_record(warehouse: Warehouse) -> None:
    mandate_for(warehouse)
    order = open_under(warehouse, "VIK-1", action="dossier", user_id="U1", who=Actor("m.visser", "Mieke"))
    assert (order.user_id, order.first_day, order.last_day) == ("U1", FIRST, LAST)
    last = warehouse.rows("SELECT * FROM trail ORDER BY entry DESC LIMIT 1")[0]
    assert (last["action"], last["outcome"], last["claimed"]) == ("dossier", "done", "Mieke")


def test_without_a_mandate_nothing_is_opened(warehouse: Warehouse) -> None:
    refused(warehouse, "there is no such mandate")
    refused(warehouse, "needs a written order", reference=" ")


def test_a_mandate_about_another_user_opens_nothing(warehouse: Warehouse) -> None:
    mandate_for(warehouse)
    refused(warehouse, "about another user", user_id="U2")


def test_a_mandate_of_another_account_opens_nothing_whatever_name_is_claimed(warehouse: Warehouse) -> None:
    mandate_for(warehouse, holders=("j.bakker",))
    refused(warehouse, "may not be used by m.visser", who=Actor("m.visser", "j.bakker"))


def test_an_expired_mandate_opens_nothing(warehouse: Warehouse) -> None:
    mandate_for(warehouse)
    open_under(warehouse, "VIK-1", action="dossier", user_id="U1", who=MIEKE)  # its last day counts
    yesterday = warehouse.settings.today() - timedelta(days=1)
    warehouse.run("UPDATE mandates SET valid_until = $day", {"day": yesterday})
    refused(warehouse, f"was valid until {yesterday}")


def test_a_withdrawn_mandate_opens_nothing(warehouse: Warehouse) -> None:
    mandate_for(warehouse)
    withdraw_mandate(warehouse, "VIK-1", "closed", JAN)
    refused(warehouse, "was withdrawn")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (FIRST - timedelta(days=1), LAST),
        (FIRST, LAST + timedelta(days=1)),
        (None, LAST + timedelta(days=1)),
        (FIRST - timedelta(days=1), None),
        (LAST + timedelta(days=1), None),
        (None, FIRST - timedelta(days=1)),
    ],
)
def test_outside_its_period_a_mandate_opens_nothing(
    warehouse: Warehouse, first: date | None, last: date | None
) -> None:
    mandate_for(warehouse)
    refused(warehouse, "covers 2026-01-01 to 2026-03-31 only", first=first, last=last)


def test_where_two_persons_are_needed_one_is_not_enough(tmp_path: Path) -> None:
    settings = Settings(threads=1, mandates={"two_persons": True})  # type: ignore[arg-type]
    with Warehouse(tmp_path / "two.duckdb", settings) as warehouse:
        mandate_for(warehouse, who=JAN)
        refused(warehouse, "waits for approval")
        with pytest.raises(MandateError, match="another account"):
            approve_mandate(warehouse, "VIK-1", Actor("j.bakker", "Mieke"))
        refused(warehouse, "waits for approval")
        assert approve_mandate(warehouse, "VIK-1", MIEKE).approved_by == "m.visser"
        open_under(warehouse, "VIK-1", action="dossier", user_id="U1", who=MIEKE)
        outcomes = [row["outcome"] for row in warehouse.rows("SELECT outcome FROM trail ORDER BY entry")]
        assert outcomes == ["done", "refused", "refused", "refused", "done", "done"]


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"purpose": " "}, "needs a purpose"),
        ({"authority": ""}, "needs an authority"),
        ({"holders": (" ",)}, "needs a holder"),
        ({"last_day": FIRST - timedelta(days=1)}, "before it begins"),
        ({"valid_until": date(2020, 1, 1)}, "which is over"),
        ({"valid_until": date(2099, 1, 1)}, "at most"),
        ({"reference": "VIK-" + "1" * 100}, "one line of at most 100"),
        ({"reference": "VIK-1\nVIK-2"}, "one line of at most 100"),
        ({"reference": "VIK-1: more"}, "no colon or comma"),
        ({}, "is recorded already"),
    ],
)
def test_an_order_that_cannot_be_is_not_recorded(
    warehouse: Warehouse, changed: dict[str, object], match: str
) -> None:
    if not changed:
        mandate_for(warehouse)
    before = warehouse.count("trail")
    with pytest.raises(UsageError, match=match):
        mandate_for(warehouse, **changed)
    assert (len(list_mandates(warehouse)), warehouse.count("trail")) == (not changed, before)


def test_a_mandate_says_how_it_stands(warehouse: Warehouse) -> None:
    mandate_for(warehouse)
    assert state_of(warehouse, list_mandates(warehouse)[0]) == "valid"
    warehouse.run("UPDATE mandates SET valid_until = DATE '2020-01-01'")
    assert state_of(warehouse, list_mandates(warehouse)[0]) == "expired"


# ── Pseudonyms and the key ────────────────────────────────────────────────────────────────────────────────


def test_a_pseudonym_is_the_cut_hmac_of_the_id_under_a_derived_key() -> None:
    names = Pseudonyms(bytes(32))
    # echo -n U1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(echo -n user | openssl … hexkey:00…00), first
    # 10 bytes in base32
    assert names.user("U1") == "u-" + _hmac_signs("user", "U1")
    assert names.subject("U1") == "s-" + _hmac_signs("subject", "U1")


def _hmac_signs(purpose: str, text: str) -> str:
    import base64
    import hashlib

    def hmac256(key: bytes, message: bytes) -> bytes:
        block = key.ljust(64, b"\0")
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
        return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).digest()

    digest = hmac256(hmac256(bytes(32), purpose.encode()), text.encode())
    return base64.b32encode(digest[:10]).decode().lower()


@given(st.text(max_size=20), st.text(max_size=20), st.binary(min_size=32, max_size=32))
def test_pseudonyms_are_the_same_for_the_same_id_only(one: str, other: str, key: bytes) -> None:
    names = Pseudonyms(key)
    assert (names.user(one) == names.user(other)) == (one == other)
    assert names.user(one)[2:] != names.subject(one)[2:]
    assert len(names.user(one)) == 18


def test_a_user_is_found_by_id_and_by_pseudonym(warehouse: Warehouse) -> None:
    assert user_behind(warehouse, "U1") == "U1"
    assert user_behind(warehouse, pseudonyms_of(warehouse).user("U2")) == "U2"
    with pytest.raises(UsageError, match="no user"):
        user_behind(warehouse, "U11")
    with pytest.raises(UsageError, match="is no user"):
        user_behind(warehouse, Pseudonyms(bytes(32)).user("U1"))


def test_the_key_is_its_owners_only_and_not_in_the_warehouse(warehouse: Warehouse, tmp_path: Path) -> None:
    key = warehouse_key(warehouse)
    file = tmp_path / "w.duckdb.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    warehouse.run("CHECKPOINT")
    held = (tmp_path / "w.duckdb").read_bytes()
    assert key not in held
    assert key.hex().encode() not in held
    assert fingerprint(key).encode() in held


def test_a_lost_or_exchanged_key_is_noticed(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse_key(warehouse)
    file = tmp_path / "w.duckdb.key"
    kept = file.read_text()
    file.write_text("00" * 32 + "\n")
    with pytest.raises(SettingsError, match="is not the key"):
        warehouse_key(warehouse)
    file.unlink()
    with pytest.raises(SettingsError, match="is gone"):
        warehouse_key(warehouse)
    with pytest.raises(SettingsError, match="is gone"):
        rotate_key(warehouse)
    file.write_text(kept)
    file.chmod(0o600)
    assert warehouse_key(warehouse).hex() == kept.strip()


def test_rotating_makes_every_pseudonym_another(warehouse: Warehouse) -> None:
    before = pseudonyms_of(warehouse).user("U1")
    with warehouse.transaction():
        made = rotate_key(warehouse)
    finish_rotation(warehouse)
    assert pseudonyms_of(warehouse).user("U1") != before
    assert fingerprint(warehouse_key(warehouse)) == made
    assert warehouse.count("key_prints") == 2


@pytest.mark.parametrize("committed", [True, False])
def test_a_rotation_that_was_killed_leaves_one_key_or_the_other(
    warehouse: Warehouse, tmp_path: Path, committed: bool
) -> None:
    old = warehouse_key(warehouse)
    if committed:
        with warehouse.transaction():
            rotate_key(warehouse)
    else:
        with pytest.raises(RuntimeError), warehouse.transaction():
            rotate_key(warehouse)
            raise RuntimeError
    assert (tmp_path / "w.duckdb.key.next").exists()  # the process died here
    assert (warehouse_key(warehouse) == old) is not committed
    assert not (tmp_path / "w.duckdb.key.next").exists()


def test_a_lost_key_can_be_given_up(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse_key(warehouse)
    (tmp_path / "w.duckdb.key").unlink()
    with warehouse.transaction():
        made = rotate_key(warehouse, lost=True)
    finish_rotation(warehouse)
    assert fingerprint(warehouse_key(warehouse)) == made


def test_the_key_can_be_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    settings = Settings(threads=1, key_file=str(tmp_path / "keys" / "audit"))
    with Warehouse(tmp_path / "w.duckdb", settings) as warehouse:
        key = warehouse_key(warehouse)
    assert (tmp_path / "keys" / "audit").read_text().strip() == key.hex()
    assert not (tmp_path / "w.duckdb.key").exists()


# ── Whose, and exports ────────────────────────────────────────────────────────────────────────────────────


def test_a_mandate_names_its_user_and_whom_that_user_looked_up_and_nobody_else(warehouse: Warehouse) -> None:
    mandate_for(warehouse)
    names = pseudonyms_of(warehouse)
    assert name_behind(warehouse, names.user("U1"), "VIK-1", MIEKE) == "U1"
    assert name_behind(warehouse, names.subject("S2"), "VIK-1", MIEKE) == "S2"
    for other in (names.user("U2"), names.subject("S3"), names.subject("nobody"), "N-AAAAAAAA"):
        with pytest.raises(MandateError):
            name_behind(warehouse, other, "VIK-1", MIEKE)
    with pytest.raises(MandateError, match="no such mandate"):
        name_behind(warehouse, names.subject("S2"), "VIK-2", MIEKE)
    outcomes = [row["outcome"] for row in warehouse.rows("SELECT outcome FROM trail WHERE action = 'whose'")]
    assert (outcomes.count("done"), outcomes.count("refused")) == (2, 5)


def _exported(folder: Path, column: str) -> set[object]:
    found: set[object] = set()
    for table in OUTPUT_TABLES:
        rows = pq.read_table(folder / f"{table}.parquet")
        if column in rows.column_names:
            found |= set(rows.column(column).to_pylist())
    return found


def test_an_export_holds_pseudonyms(warehouse: Warehouse, tmp_path: Path) -> None:
    export_tables(warehouse, tmp_path / "out", who=MIEKE)
    names = pseudonyms_of(warehouse)
    assert _exported(tmp_path / "out", "user_id") == {names.user("U1"), names.user("U2")}
    assert _exported(tmp_path / "out", "subject_id") == {names.subject(one) for one in ("S1", "S2", "S3")}


def test_an_export_with_ids_holds_the_mandates_user_only(warehouse: Warehouse, tmp_path: Path) -> None:
    mandate_for(warehouse)
    export_tables(warehouse, tmp_path / "out", who=MIEKE, identified=True, mandate="VIK-1")
    assert _exported(tmp_path / "out", "user_id") == {"U1"}
    assert _exported(tmp_path / "out", "subject_id") == {"S1", "S2"}


def test_an_export_with_ids_takes_the_place_of_another_only_where_that_is_said(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    mandate_for(warehouse)
    export_tables(warehouse, tmp_path / "out", who=MIEKE)
    export_tables(warehouse, tmp_path / "out", who=MIEKE)  # under pseudonyms it is as it always was
    before = {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()}
    with pytest.raises(UsageError, match=r"findings\.parquet: is there already; --replace"):
        export_tables(warehouse, tmp_path / "out", who=MIEKE, identified=True, mandate="VIK-1")
    assert {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()} == before
    assert warehouse.value("SELECT count(*) FROM trail WHERE reason LIKE '%identified%'") == 0
    export_tables(warehouse, tmp_path / "out", who=MIEKE, identified=True, mandate="VIK-1", replace=True)
    assert _exported(tmp_path / "out", "user_id") == {"U1"}


def test_an_export_with_ids_without_a_mandate_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(MandateError, match="needs --mandate"):
        export_tables(warehouse, tmp_path / "out", who=MIEKE, identified=True)
    assert not (tmp_path / "out").exists()
    assert warehouse.value("SELECT outcome FROM trail ORDER BY entry DESC LIMIT 1") == "refused"


def test_a_warehouse_for_evaluation_is_exported_with_ids(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "e.duckdb", Settings(threads=1, evaluation_warehouse=True)) as warehouse:
        filled(warehouse)
        export_tables(warehouse, tmp_path / "out", who=MIEKE, identified=True)
    assert _exported(tmp_path / "out", "user_id") == {"U1", "U2"}


def test_an_officer_is_told_who_looked(warehouse: Warehouse) -> None:
    mandate_for(warehouse)
    open_under(warehouse, "VIK-1", action="dossier", user_id="U1", who=MIEKE)
    trail.record(warehouse, action="triage", about="U1", reason="a-1: explained", who=JAN)
    trail.record(warehouse, action="triage", about="U2", reason="a-2: explained", who=JAN)
    told = trail.entries_about(warehouse, "U1", warehouse.settings.today())
    assert [(one["action"], one["under_open_mandate"]) for one in told] == [
        ("mandate add", True), ("dossier", True), ("triage", False),
    ]  # fmt: skip
    withdraw_mandate(warehouse, "VIK-1", "closed", JAN)
    told = trail.entries_about(warehouse, "U1", warehouse.settings.today())
    assert not any(one["under_open_mandate"] for one in told)


def test_what_may_be_kept_back_is_all_that_would_warn_and_each_entry_once(warehouse: Warehouse) -> None:
    trail.record(warehouse, action="whose", about="U1", reason="VIK-0; u-x", who=JAN)  # long before
    mandate_for(warehouse)
    mandate_for(warehouse, reference="VIK-17")  # VIK-1 is a part of it
    refused(warehouse, "there is no such mandate", reference="VIK-71")
    mandate_for(warehouse, reference="VIK-2", user_id="U2")
    refused(warehouse, "about another user", reference="VIK-2")
    trail.record(warehouse, action="triage", about="U1", reason="a-1: VIK-17 says so", who=JAN)
    told = trail.entries_about(warehouse, "U1", warehouse.settings.today())
    assert [(one["action"], one["under_open_mandate"]) for one in told] == [
        ("whose", False), ("mandate add", True), ("mandate add", True), ("dossier", True), ("dossier", True),
        ("triage", False),
    ]  # fmt: skip


def test_the_log_is_listed_by_day_and_by_what_was_done(warehouse: Warehouse) -> None:
    mandate_for(warehouse)
    withdraw_mandate(warehouse, "VIK-1", "closed", JAN)
    trail.record(warehouse, action="export", about=None, reason="pseudonyms", who=JAN)
    listed = trail.list_entries(warehouse, action="mandate")
    assert [one["action"] for one in listed] == ["mandate add", "mandate withdraw"]
    assert len(trail.list_entries(warehouse, last=date(2020, 1, 1))) == 0
    assert len(trail.list_entries(warehouse, first=date(2020, 1, 1))) == 3


def test_the_same_key_gives_the_same_export_on_another_machine(warehouse: Warehouse, tmp_path: Path) -> None:
    export_tables(warehouse, tmp_path / "one", who=MIEKE)
    shutil.copy(tmp_path / "w.duckdb.key", tmp_path / "v.duckdb.key")
    with Warehouse(tmp_path / "v.duckdb", Settings(threads=2)) as other:
        export_tables(filled(other), tmp_path / "two", who=JAN)
    for table in OUTPUT_TABLES:
        one, two = (tmp_path / folder / f"{table}.parquet" for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes(), table
