"""The log of who looked at whom shows what was done to it."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from lookup_audit.errors import UsageError
from lookup_audit.privacy import trail
from lookup_audit.privacy.actor import Actor, actor
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

WHO = Actor("m.visser", "Mieke")


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings()) as opened:
        for number in range(1, 6):
            added = trail.record(
                opened, action="dossier", about=f"U{number}", reason=f"VIK-{number}", who=WHO
            )
            assert added == number
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
        "claimed = NULL",
        "outcome = 'refused'",
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


def test_entries_cut_off_at_the_end_are_found_by_an_anchor_kept_elsewhere(warehouse: Warehouse) -> None:
    kept = trail.anchor(warehouse)
    assert trail.verify(warehouse, anchors=(kept,)) == []
    warehouse.run("DELETE FROM trail WHERE entry = 5")
    assert trail.verify(warehouse) == []  # why an anchor has to be kept elsewhere
    assert trail.verify(warehouse, anchors=(kept,)) == [
        "entry 5: is gone, where an anchor was printed; cut off at the end"
    ]


def test_a_log_that_was_rewritten_whole_is_found_by_an_anchor(warehouse: Warehouse) -> None:
    kept = trail.anchor(warehouse)
    warehouse.run("DELETE FROM trail")
    for number in range(1, 8):
        trail.record(warehouse, action="dossier", about="U1", reason=f"VIK-{number}", who=WHO)
    assert trail.verify(warehouse) == []
    assert len(trail.verify(warehouse, anchors=(kept,))) == 1


def test_an_anchor_stays_good_while_the_log_grows(warehouse: Warehouse) -> None:
    kept = trail.anchor(warehouse)
    trail.record(warehouse, action="triage", about="U1", reason="read", who=WHO)
    assert trail.verify(warehouse, anchors=(kept, trail.anchor(warehouse))) == []


@pytest.mark.parametrize("text", ["", "5", "5:", "5:abc", "x:" + "0" * 64, "-1:" + "0" * 64])
def test_what_is_no_anchor_is_refused(warehouse: Warehouse, text: str) -> None:
    with pytest.raises(UsageError, match="is no anchor"):
        trail.verify(warehouse, anchors=(text,))


def test_a_thousand_random_edits_are_all_found(warehouse: Warehouse) -> None:
    kept = trail.anchor(warehouse)
    warehouse.run("CREATE TABLE untouched AS SELECT * FROM trail")
    random = Random(20260103)
    missed = []
    for number in range(1000):
        edit = random.choice(EDITS)(random)
        with pytest.raises(_Undo), warehouse.transaction():
            warehouse.run(edit)
            changed = warehouse.value(_APART)
            if changed and not trail.verify(warehouse, anchors=(kept,)):
                missed.append((number, edit))
            raise _Undo
    assert missed == []


class _Undo(Exception):
    pass


_APART = """
SELECT (SELECT count(*) FROM (FROM trail EXCEPT ALL FROM untouched) AS added)
    + (SELECT count(*) FROM (FROM untouched EXCEPT ALL FROM trail) AS gone)
"""


def _change(random: Random) -> str:
    column = random.choice(["actor", "claimed", "action", "outcome", "about", "reason", "previous", "hash"])
    place = random.randint(1, 6)
    text = f"{column}[:{place - 1}] || '{random.choice('abcxyz019 ')}' || {column}[{place + 1}:]"
    return f"UPDATE trail SET {column} = {text} WHERE entry = {random.randint(1, 5)}"


def _delete(random: Random) -> str:
    return f"DELETE FROM trail WHERE entry IN ({random.randint(1, 5)}, {random.randint(1, 5)})"


def _insert(random: Random) -> str:
    return (
        f"INSERT INTO trail BY NAME SELECT * REPLACE ({random.randint(1, 7)} AS entry, "
        f"'U{random.randint(1, 9)}' AS about) FROM trail WHERE entry = {random.randint(1, 5)}"
    )


def _swap(random: Random) -> str:
    one, other = random.sample(range(1, 6), 2)
    return f"UPDATE trail SET entry = {one + other} - entry WHERE entry IN ({one}, {other})"


def _truncate(random: Random) -> str:
    return f"DELETE FROM trail WHERE entry > {random.randint(0, 4)}"


def _move_in_time(random: Random) -> str:
    return (
        f"UPDATE trail SET entered_at = entered_at + INTERVAL {random.randint(1, 10**9)} MICROSECOND "
        f"WHERE entry = {random.randint(1, 5)}"
    )


EDITS = (_change, _delete, _insert, _swap, _truncate, _move_in_time)


def test_the_account_is_taken_from_the_operating_system_and_not_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("lookup_audit.privacy.actor._LOGIN", tmp_path / "absent")
    own = pwd.getpwuid(os.getuid()).pw_name
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody")
    assert actor("Mieke") == Actor(own, "Mieke")
    assert actor(" ") == Actor(own, None)


def test_who_logged_in_is_known_through_sudo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    login = tmp_path / "loginuid"
    monkeypatch.setattr("lookup_audit.privacy.actor._LOGIN", login)
    login.write_text("0")
    assert actor().account == pwd.getpwuid(0).pw_name
    login.write_text("4294967295")  # nobody logged in: a service
    assert actor().account == pwd.getpwuid(os.getuid()).pw_name


def test_an_account_without_a_name_is_recorded_by_its_number(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("lookup_audit.privacy.actor._LOGIN", tmp_path / "absent")
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_321)
    assert actor().account == "uid 4000000321"


def test_no_reason_no_entry(warehouse: Warehouse) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        trail.record(warehouse, action="dossier", about="U1", reason=" \t", who=WHO)
    assert warehouse.count("trail") == 5


def test_hostile_text_is_recorded_as_it_is(warehouse: Warehouse) -> None:
    reason = "'; DROP TABLE trail; -- \u202e </script>\n\ud7ff"
    number = trail.record(warehouse, action="dossier", about="U'1", reason=reason, who=WHO)
    assert warehouse.value("SELECT reason FROM trail WHERE entry = $n", {"n": number}) == reason
    assert trail.verify(warehouse) == []
