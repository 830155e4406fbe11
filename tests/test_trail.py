"""The log of who looked at whom shows what was done to it."""

from collections.abc import Iterator

import pytest

from lookup_audit.errors import UsageError
from lookup_audit.privacy import trail
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings()) as opened:
        for number in range(1, 6):
            assert (
                trail.record(opened, action="dossier", about=f"U{number}", reason=f"VIK-{number}") == number
            )
        yield opened


def test_an_untouched_trail_has_no_faults(warehouse: Warehouse) -> None:
    assert trail.verify(warehouse) == []


def test_an_empty_trail_has_no_faults() -> None:
    with Warehouse(None, Settings()) as empty:
        assert trail.verify(empty) == []


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'other'",
        "about = 'U9'",
        "about = NULL",
        "actor = 'someone else'",
        "action = 'triage'",
        "entered_at = entered_at - INTERVAL 1 MICROSECOND",
        "hash = sha256('x')",
        "previous = sha256('x')",
    ],
)
@pytest.mark.parametrize("entry", [1, 3, 5])
def test_a_changed_entry_is_found(warehouse: Warehouse, change: str, entry: int) -> None:
    warehouse.run(f"UPDATE trail SET {change} WHERE entry = $entry", {"entry": entry})
    assert any(fault.startswith(f"entry {entry}:") for fault in trail.verify(warehouse))


@pytest.mark.parametrize("entry", [1, 2, 4])
def test_a_removed_entry_is_found(warehouse: Warehouse, entry: int) -> None:
    warehouse.run("DELETE FROM trail WHERE entry = $entry", {"entry": entry})
    faults = trail.verify(warehouse)
    assert f"entry {entry} to {entry}: removed" in faults


def test_removing_and_renumbering_is_found(warehouse: Warehouse) -> None:
    warehouse.run("DELETE FROM trail WHERE entry = 2")
    warehouse.run("UPDATE trail SET entry = entry - 1 WHERE entry > 2")
    faults = trail.verify(warehouse)
    assert "entry 2: does not follow the entry before it" in faults
    assert "entry 2: changed after it was made" in faults


def test_swapped_entries_are_found(warehouse: Warehouse) -> None:
    warehouse.run("UPDATE trail SET entry = 5 - entry WHERE entry IN (2, 3)")
    faults = trail.verify(warehouse)
    assert {"entry 2: does not follow the entry before it", "entry 3: changed after it was made"} <= {*faults}


def test_a_second_entry_under_one_number_is_found(warehouse: Warehouse) -> None:
    warehouse.run("INSERT INTO trail SELECT * FROM trail WHERE entry = 3")
    assert "entry 3: is there more than once, or moved" in trail.verify(warehouse)


def test_entries_cut_off_at_the_end_are_found_by_a_hash_kept_elsewhere(warehouse: Warehouse) -> None:
    kept = warehouse.value("SELECT hash FROM trail ORDER BY entry DESC LIMIT 1")
    assert trail.verify(warehouse, known_hash=kept) == []
    warehouse.run("DELETE FROM trail WHERE entry = 5")
    assert trail.verify(warehouse) == []  # why a hash has to be kept elsewhere
    assert len(trail.verify(warehouse, known_hash=kept)) == 1


def test_the_account_is_taken_from_the_operating_system(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "j.bakker")
    number = trail.record(warehouse, action="triage", about=None, reason="note")
    assert warehouse.value("SELECT actor FROM trail WHERE entry = $n", {"n": number}) == "j.bakker"
    assert trail.verify(warehouse) == []


def test_an_account_without_a_name_is_recorded_by_its_number(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nameless() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr("getpass.getuser", nameless)
    monkeypatch.setattr("os.getuid", lambda: 4321)
    number = trail.record(warehouse, action="triage", about="A1", reason="note")
    assert warehouse.value("SELECT actor FROM trail WHERE entry = $n", {"n": number}) == "uid 4321"


def test_no_reason_no_entry(warehouse: Warehouse) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        trail.record(warehouse, action="dossier", about="U1", reason=" \t")
    assert warehouse.count("trail") == 5


def test_hostile_text_is_recorded_as_it_is(warehouse: Warehouse) -> None:
    reason = "'; DROP TABLE trail; -- \u202e </script>\n\ud7ff"
    number = trail.record(warehouse, action="dossier", about="U'1", reason=reason, actor="x")
    assert warehouse.value("SELECT reason FROM trail WHERE entry = $n", {"n": number}) == reason
    assert trail.verify(warehouse) == []
