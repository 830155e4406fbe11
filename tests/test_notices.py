"""Notices: who gets one and who does not, what it says and never says, and that nobody gets it twice."""

import csv
import datetime as dt
import email
import io
import json
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from email import policy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from lookup_audit.cli import app, main
from lookup_audit.errors import SettingsError, UsageError
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.keys import rotate_key
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.reporting.language import words_of
from lookup_audit.reporting.notices.effect import difference_interval, possible, read_effect
from lookup_audit.reporting.notices.letter import letter
from lookup_audit.reporting.notices.notices import Run, write_notices
from lookup_audit.settings import Notices, Settings
from lookup_audit.warehouse import Warehouse
from tests.notice_world import (
    LAST_AUDITED,
    SECRETS,
    TODAY,
    TUESDAY,
    audit_days,
    employ,
    judge,
    look_up,
    settings,
)

WHO = Actor("m.visser")
DAY = dt.timedelta(days=1)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """Eva, whose lookup on Tuesday asks about a neighbour and is explained by nothing."""
    with Warehouse(None, settings()) as opened:
        audit_days(opened)
        employ(opened, "eva", "bram", "carla")
        yield opened


def run(warehouse: Warehouse, out: Path, today: dt.date = TODAY, **more: Any) -> Run:
    return write_notices(warehouse, out, who=WHO, today=today, **more)


def opened(path: Path) -> Any:
    return email.message_from_bytes(path.read_bytes(), policy=policy.default)


def texts(path: Path) -> dict[str, str]:
    """The plain and the HTML part of a message, with spaces and line breaks made one."""
    parts = {part.get_content_subtype(): part.get_content() for part in opened(path).iter_parts()}
    return {kind: re.sub(r"\s+", " ", text) for kind, text in parts.items()}


def messages(out: Path) -> list[Path]:
    return sorted(out.glob("*/*.eml"))


# ── What a message says ─────────────────────────────────────────────────────────────────────────────────


def test_a_message_says_when_in_which_system_and_what_kind_in_both_languages(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    look_up(warehouse, "eva", "L-77", at="13:05")
    run(warehouse, tmp_path)
    for text in texts(messages(tmp_path)[0]).values():
        assert "Op dinsdag 3 maart 2026 om 14.05 uur heb je in BVI-IB een persoon bevraagd." in text
        assert "On Tuesday 3 March 2026 at 14:05 you looked up a person in BVI-IB." in text
        assert text.count("L-77") == 2, "so that the user can find it, once a language"
        assert text.count("bureau VIK, telefoon 0900-0000") == 2
        for said in (
            "geen beschuldiging",
            "no accusation",
            "You need not answer",
            "Je hoeft niet te antwoorden",
        ):
            assert said in text
        assert text.index("Vaak is er een gewone reden") < text.index("De regel"), "innocent reasons first"
        assert text.index("There is often an ordinary reason") < text.index("The rule")
        for question in (
            "Mag ik dit?",
            "In wiens belang is het?",
            "Am I allowed to?",
            "In whose interest is it?",
        ):
            assert question in text


def test_summer_time_is_said_as_the_clock_showed_it(warehouse: Warehouse, tmp_path: Path) -> None:
    audit_days(warehouse, last=dt.date(2026, 4, 5))
    look_up(warehouse, "eva", "L1", dt.date(2026, 3, 30), at="22:30")
    run(warehouse, tmp_path, dt.date(2026, 4, 6))
    assert "Op dinsdag 31 maart 2026 om 00.30 uur" in texts(messages(tmp_path)[0])["plain"]


@pytest.mark.parametrize(
    ("kind", "dutch", "english"),
    [
        ("vehicle", "een voertuig bevraagd", "a vehicle"),
        ("address", "een adres bevraagd", "an address"),
        ("phone", "een telefoonnummer bevraagd", "a phone number"),
        ("organisation", "een organisatie bevraagd", "an organisation"),
        (None, "een bevraging gedaan", "made a lookup"),
    ],
)
def test_every_kind_of_subject_has_its_sentence(
    warehouse: Warehouse, tmp_path: Path, kind: str | None, dutch: str, english: str
) -> None:
    look_up(warehouse, "eva", "L1", kind=kind)
    run(warehouse, tmp_path)
    text = texts(messages(tmp_path)[0])["plain"]
    assert dutch in text
    assert english in text


def test_nothing_that_is_written_or_printed_says_whom_it_was_about(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    look_up(warehouse, "eva", "L1")
    ended = run(warehouse, tmp_path)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    message = opened(messages(tmp_path)[0])
    written += "".join(part.get_content() for part in message.iter_parts()).encode() + repr(ended).encode()
    assert not [secret for secret in SECRETS if secret.encode() in written]
    assert "neighbour" not in written.decode().replace(repr(ended), ""), "nor why it was asked about"


def test_a_message_is_mail_that_any_system_can_send(warehouse: Warehouse, tmp_path: Path) -> None:
    look_up(warehouse, "eva", "L1")
    warehouse.settings = settings(sender="audit@politie.example")
    ended = run(warehouse, tmp_path)
    path = messages(tmp_path)[0]
    message = opened(path)
    assert message["To"] == "eva@politie.example"
    assert message["From"] == "audit@politie.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert not message.defects
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert {part.get_content_charset() for part in message.iter_parts()} == {"utf-8"}
    assert max(len(line) for line in path.read_bytes().splitlines()) <= 998, "RFC 5322, section 2.1.1"
    assert "eva" not in path.name
    assert path.stem == ended.written[0] == pseudonyms_of(warehouse).user("eva")
    assert "<script" not in message.get_body(("html",)).get_content()


def test_the_index_says_which_file_goes_where(warehouse: Warehouse, tmp_path: Path) -> None:
    look_up(warehouse, "eva", "L1")
    look_up(warehouse, "bram", "L2")
    ended = run(warehouse, tmp_path)
    assert ended.folder is not None
    rows = list(csv.DictReader(io.StringIO((ended.folder / "index.csv").read_text(encoding="utf-8"))))
    assert {row["to"] for row in rows} == {"eva@politie.example", "bram@politie.example"}
    for row in rows:
        assert opened(ended.folder / row["file"])["To"] == row["to"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in ended.folder.iterdir()} == {0o600}
    assert stat.S_IMODE(ended.folder.stat().st_mode) == 0o700


def test_the_same_lookup_gives_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        with Warehouse(None, settings()) as one:
            audit_days(one)
            employ(one, "eva")
            look_up(one, "eva", "L1")
            run(one, tmp_path / name)
        made.append(messages(tmp_path / name)[0].read_bytes())
    assert made[0] == made[1]


def test_names_from_a_log_cannot_change_the_message(warehouse: Warehouse, tmp_path: Path) -> None:
    look_up(
        warehouse,
        "eva",
        'L1\r\nBcc: everyone@example.org\r\n\r\n"><img src=x>\u202e',
        system="<b>BVH</b>\nBcc: a@b.c",
    )
    run(warehouse, tmp_path)
    path = messages(tmp_path)[0]
    message = opened(path)
    assert message["Bcc"] is None
    assert not message.defects
    html = message.get_body(("html",)).get_content()
    assert "<b>BVH" not in html
    assert "<img" not in html
    assert "\u202e" not in html


@pytest.mark.parametrize(
    "user",
    [
        "eva\r\nBcc: x@y.z",
        "eva, x@y.z",
        "eva@elders.example",
        "<eva>",
        '"eva"',
        "eva..b",
        ".eva",
        "e" * 65,
        "é",
        "=1+1",
    ],
)
def test_an_id_that_would_go_elsewhere_gets_no_message(
    warehouse: Warehouse, tmp_path: Path, user: str
) -> None:
    employ(warehouse, user)
    look_up(warehouse, user, "L1")
    ended = run(warehouse, tmp_path)
    assert ended.users == {"no_address": 1}
    assert messages(tmp_path) == []
    assert warehouse.count("notices") == 0


@pytest.mark.parametrize(
    "given",
    [
        {"address": "politie@example.org"},
        {"address": "{user_id}@example.org, x@example.org"},
        {"address": "{user_id}@{user_id}.org"},
        {"address": "{user_id.__class__}@example.org"},
        {"address": "{user_id}@example.org\nBcc: x@example.org"},
        {"sender": "no address"},
        {"contact": "line\nline"},
        {"minimum_risk": 0.5, "maximum_risk": 0.5},
        {"wait_days": 15},
        {"kept_days": 29},
        {"kept_days": 60},
        {"hold_out": 0.95},
    ],
)
def test_a_configuration_that_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Notices(**given)


def test_without_addresses_the_index_names_the_user_and_the_message_nobody(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    warehouse.settings = settings(address="")
    look_up(warehouse, "eva", "L1")
    ended = run(warehouse, tmp_path)
    assert ended.folder is not None
    assert opened(messages(tmp_path)[0])["To"] is None
    assert '"eva"' in (ended.folder / "index.csv").read_text(encoding="utf-8")


def test_what_is_kept_is_said_as_it_is_configured(warehouse: Warehouse) -> None:
    from lookup_audit.reporting.notices.choose import choose

    look_up(warehouse, "eva", "L1")
    asked = choose(warehouse, TODAY).asked[0]
    plain = " ".join(letter(asked, settings(kept_days=200), words_of("nl")).parts[-1].before)
    assert "hoogstens 200 dagen" in plain
    assert "loting" not in plain
    given = {
        "notices": {"kept_days": 200, "hold_out": 0.5},
        "retention": {"lookups_days": 730, "context_days": 730},
    }
    held = " ".join(letter(asked, Settings.model_validate(given), words_of("en")).parts[-1].before)
    assert "kept in the audit for 730 days" in held
    assert "a lot decides which colleagues get them" in held


# ── Who gets one, and who does not ──────────────────────────────────────────────────────────────────────

Given = Callable[[Warehouse], None]


def _mandate(warehouse: Warehouse, *, until: dt.date, withdrawn: bool = False) -> None:
    at = dt.datetime(2026, 3, 1)
    warehouse.insert(
        "mandates",
        pd.DataFrame(
            [
                {
                    "reference": "VIK-1", "authority": "hoofd VIK", "purpose": "onderzoek", "user_id": "eva",
                    "first_day": TUESDAY, "last_day": TUESDAY, "valid_until": until, "holders": ["m.visser"],
                    "added_by": "m.visser", "added_at": at, "withdrawn_at": at if withdrawn else None,
                }
            ]
        ),
    )  # fmt: skip


def _suppress(warehouse: Warehouse, *detectors: str, until: dt.date = TODAY) -> None:
    warehouse.run(
        "INSERT INTO suppressions BY NAME SELECT 'h-1' AS suppression_id, $detectors AS detectors, "
        "'personal_involvement' AS motive, 'eva' AS user_id, 'VIK' AS owner, 'there' AS reason, 'm' AS made_by, "
        "now()::TIMESTAMP AS made_at, $until AS until",
        {"detectors": list(detectors), "until": until},
    )


def _control(warehouse: Warehouse, verdict: str) -> None:
    warehouse.run(
        "INSERT INTO control_sample VALUES ('c-1', 'BVH', 'C1', $at, 'eva', 'x', $day)",
        {"at": dt.datetime(2026, 3, 2, 9), "day": dt.date(2026, 3, 2)},
    )
    judge(warehouse, "c-1", verdict)


def _before(warehouse: Warehouse, days: int, *, sent: bool = True) -> None:
    warehouse.run(
        "INSERT INTO notices VALUES ('n-0', 'b-0', 'eva', 'BVH', 'L0', 'family', $day, $day, $sent)",
        {"day": TODAY - days * DAY, "sent": sent},
    )


LOOKUP_CASES: dict[str, tuple[dict[str, Any], Given | None, str | None]] = {
    "a lookup near home that nothing explains is asked about": ({}, None, None),
    "its own record too": ({"asks": {"self_lookup": 2.0}}, None, None),
    "also when it was off duty, which has no motive": ({"asks": {"neighbour": 2.0, "off_duty": 1.0}}, None, None),
    "not when being off duty is most of it": ({"asks": {"neighbour": 1.0, "off_duty": 2.0}}, None, "other_kind"),
    "not when being off duty is all of it": ({"asks": {"off_duty": 2.0}}, None, "other_kind"),
    "not when another question is of another kind": (
        {"asks": {"neighbour": 2.0, "fixation": 1.0}}, None, "other_kind"
    ),
    "not when a case explains it": ({"links": {"own_case": 1.0}}, None, "explained"),
    "not when a link just explains it": ({"links": {"team_case": 0.5}}, None, "explained"),
    "but when a link only softens it": ({"links": {"team_case": 0.4}}, None, None),
    "not at a desk that looks up for others": ({"links": {"desk_function": 0.8}}, None, "desk"),
    "not when the risk is small": ({"risk": 0.09}, None, "low_risk"),
    "but from the smallest risk on": ({"risk": 0.1}, None, None),
    "not when the risk is such that a person reads it first": ({"risk": 0.5}, None, "high_risk"),
    "not when longer ago than anyone remembers": ({"on": LAST_AUDITED - 15 * DAY}, None, "too_old"),
    "but within what is remembered": ({"on": LAST_AUDITED - 14 * DAY}, None, None),
    "not while a case link may still come": ({"on": LAST_AUDITED - 2 * DAY}, None, "too_recent"),
    "but after that": ({"on": LAST_AUDITED - 3 * DAY}, None, None),
    "not while its day waits to be audited again": (
        {}, lambda w: w.run("INSERT INTO pending_days VALUES ($day, 'case_subjects')", {"day": TUESDAY}), "pending"
    ),
    "not when a reviewer found it explained": ({}, lambda w: judge(w, "alert of L1", "explained"), "judged"),
    "not when a reviewer dismissed it": ({}, lambda w: judge(w, "alert of L1", "dismissed"), "judged"),
    "not when its pattern needs no reading": ({}, lambda w: _suppress(w, "neighbour"), "suppressed"),
    "but when that was about something else": ({}, lambda w: _suppress(w, "family"), None),
    "but when that is over": ({}, lambda w: _suppress(w, "neighbour", until=TODAY - DAY), None),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOKUP_CASES)
def test_about_which_lookups_is_asked(warehouse: Warehouse, tmp_path: Path, name: str) -> None:
    lookup, given, reason = LOOKUP_CASES[name]
    look_up(warehouse, "eva", "L1", **lookup)
    if given:
        given(warehouse)
    first = min(lookup.get("on", TUESDAY), TUESDAY)
    ended = run(warehouse, tmp_path, first=first)
    assert ended.lookups == ({} if reason is None else {reason: 1})
    assert len(messages(tmp_path)) == (reason is None)
    assert ended.users == {}


USER_CASES: dict[str, tuple[Given, str | None]] = {
    "nobody who left": (
        lambda w: w.run("UPDATE users SET left_on = $day WHERE user_id = 'eva'", {"day": TODAY - DAY}), "left"
    ),
    "but who leaves today": (
        lambda w: w.run("UPDATE users SET left_on = $day WHERE user_id = 'eva'", {"day": TODAY}), None
    ),
    "nobody who is not in the register": (lambda w: w.run("DELETE FROM users WHERE user_id = 'eva'"), "unknown"),
    "nobody under a mandate, approved or not": (lambda w: _mandate(w, until=TODAY), "mandate"),
    "but when that is over": (lambda w: _mandate(w, until=TODAY - DAY), None),
    "but when that was withdrawn": (lambda w: _mandate(w, until=TODAY, withdrawn=True), None),
    "nobody whose alert was referred": (lambda w: _another(w, "referred"), "under_review"),
    "nobody who was asked about another alert": (lambda w: _another(w, "asked"), "under_review"),
    "nobody with an alert that stayed without an answer": (lambda w: _another(w, "unexplained"), "under_review"),
    "nobody with a control lookup without an answer": (lambda w: _control(w, "unexplained"), "under_review"),
    "but with a control lookup that was explained": (lambda w: _control(w, "explained"), None),
    "nobody with a lookup of high risk in the history": (
        lambda w: look_up(w, "eva", "L2", LAST_AUDITED - 90 * DAY, risk=0.5), "grave"
    ),
    "but when that is longer ago": (lambda w: look_up(w, "eva", "L2", LAST_AUDITED - 91 * DAY, risk=0.5), None),
    "nobody with an alert of high risk, each lookup of which is small": (
        lambda w: look_up(w, "eva", "L2", LAST_AUDITED - 60 * DAY, alert_risk=0.6), "grave"
    ),
    "nobody with a question of personal benefit, of whatever risk": (
        lambda w: look_up(w, "eva", "L2", LAST_AUDITED - 60 * DAY, asks={"bulk_extraction": 1.0}, risk=0.01), "grave"
    ),
    "nobody who got a message this month": (lambda w: _before(w, 29), "quiet"),
    "nobody who was held out this month": (lambda w: _before(w, 29, sent=False), "quiet"),
    "but after a month": (lambda w: _before(w, 30), None),
}  # fmt: skip


def _another(warehouse: Warehouse, verdict: str) -> None:
    look_up(warehouse, "eva", "L2", LAST_AUDITED - 80 * DAY)
    judge(warehouse, "alert of L2", verdict)


@pytest.mark.parametrize("name", USER_CASES)
def test_who_is_asked(warehouse: Warehouse, tmp_path: Path, name: str) -> None:
    given, reason = USER_CASES[name]
    look_up(warehouse, "eva", "L1")
    given(warehouse)
    ended = run(warehouse, tmp_path, first=TUESDAY)
    assert ended.users == ({} if reason is None else {reason: 1})
    assert len(messages(tmp_path)) == (reason is None)


def test_a_user_gets_one_message_about_the_latest_lookup(warehouse: Warehouse, tmp_path: Path) -> None:
    look_up(warehouse, "eva", "L-early", at="09:00", risk=0.45)
    look_up(warehouse, "eva", "L-late", at="10:00", risk=0.2)
    run(warehouse, tmp_path)
    assert len(messages(tmp_path)) == 1
    assert "L-late" in texts(messages(tmp_path)[0])["plain"]


def test_a_lookup_by_a_desk_is_not_asked_about_when_the_desk_explains_others_of_that_day(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    look_up(warehouse, "eva", "L1")
    look_up(warehouse, "eva", "L2", asks={}, links={"desk_function": 0.8})
    look_up(warehouse, "bram", "L3")
    ended = run(warehouse, tmp_path)
    assert ended.lookups == {"desk": 1}
    assert ended.written == (pseudonyms_of(warehouse).user("bram"),)


def test_only_the_days_that_are_named_are_asked_about(warehouse: Warehouse, tmp_path: Path) -> None:
    look_up(warehouse, "eva", "L1", TUESDAY)
    look_up(warehouse, "bram", "L2", TUESDAY + DAY)
    ended = run(warehouse, tmp_path, first=TUESDAY, last=TUESDAY)
    assert ended.written == (pseudonyms_of(warehouse).user("eva"),)


def test_a_theme_that_does_not_exist_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.settings = settings(themes=["neighbor"])
    with pytest.raises(UsageError, match=r"notices.themes: no detector 'neighbor'; did you mean neighbour"):
        run(warehouse, tmp_path)


# ── Recorded once ───────────────────────────────────────────────────────────────────────────────────────


def test_a_second_run_of_the_day_changes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    look_up(warehouse, "eva", "L1")
    run(warehouse, tmp_path)
    before = _state(warehouse, tmp_path)
    again = run(warehouse, tmp_path)
    assert (again.folder, again.written, again.held_out) == (None, (), 0)
    assert again.lookups == {"asked_before": 1}
    assert _state(warehouse, tmp_path) == before


def test_a_dry_run_writes_and_records_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.settings = settings(hold_out=0.5)
    look_up(warehouse, "eva", "L1")
    look_up(warehouse, "bram", "L2")
    said = run(warehouse, tmp_path / "out", dry_run=True)
    assert len(said.written) + said.held_out == 2
    assert not (tmp_path / "out").exists()
    assert [warehouse.count(table) for table in ("notices", "notice_arms", "trail")] == [0, 0, 0]
    done = run(warehouse, tmp_path / "out")
    assert done.written == said.written, "the lot falls the same"


def test_each_message_is_in_the_trail_under_the_user_and_names_the_run(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    look_up(warehouse, "eva", "L1")
    ended = run(warehouse, tmp_path)
    entry = warehouse.rows("SELECT * FROM trail")[0]
    assert (entry["action"], entry["about"], entry["actor"]) == ("notice", "eva", "m.visser")
    assert ended.folder is not None
    assert ended.folder.name.split("-", 3)[3] in entry["reason"]


def test_when_the_record_fails_no_folder_stays(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lookup_audit.reporting.notices import notices

    def fails(*_given: Any, **_more: Any) -> int:
        raise OSError("disk full")

    look_up(warehouse, "eva", "L1")
    with monkeypatch.context() as patched:
        patched.setattr(notices, "record", fails)
        with pytest.raises(OSError, match="disk full"):
            run(warehouse, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert [warehouse.count(table) for table in ("notices", "trail")] == [0, 0]
    assert len(run(warehouse, tmp_path).written) == 1


KILLED_AT = {
    "while the first file is written": ("folder", "write_file", 1),
    "while the last file is written": ("folder", "write_file", 4),
    "before it is recorded": ("notices", "record", 1),
    "halfway through the record": ("notices", "record", 2),
    "at the end of the record": ("notices", "keep_lots", 1),
    "between the record and the folder": ("notices", "put_in_place", 1),
}


@pytest.mark.parametrize("name", KILLED_AT)
def test_a_run_that_is_killed_sends_nothing_twice_and_loses_nothing(tmp_path: Path, name: str) -> None:
    module, function, call = KILLED_AT[name]
    path, out = tmp_path / "w.duckdb", tmp_path / "out"
    with Warehouse(path, settings()) as one:
        audit_days(one)
        employ(one, "eva", "bram", "carla")
        for user in ("eva", "bram", "carla"):
            look_up(one, user, f"L of {user}")
    script = _KILLED.format(module=module, function=function, call=call, path=str(path), out=str(out))
    died = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert messages(out) == [], "what the mail system sees is whole and recorded"
    with Warehouse(path, settings()) as one:
        recorded = one.count("notices")
        assert recorded == (3 if function == "put_in_place" else 0)
        again = run(one, out)
        assert bool(again.finished) == (function == "put_in_place")
        assert len(messages(out)) == 3, "each message once"
        assert {opened(file)["To"].split("@")[0] for file in messages(out)} == {"eva", "bram", "carla"}
        assert one.count("notices") == one.count("trail") == 3
        assert list(out.glob(".*")) == []
        third = run(one, out)
    assert (third.written, third.finished, len(messages(out))) == ((), (), 3)


_KILLED = """
import datetime as dt, os, signal
from pathlib import Path
from lookup_audit.privacy.actor import Actor
from lookup_audit.reporting.notices import folder, notices
from lookup_audit.warehouse import Warehouse
from tests.notice_world import TODAY, settings

calls = 0
real = {module}.{function}

def killed(*given, **more):
    global calls
    calls += 1
    if calls == {call}:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **more)

{module}.{function} = killed
with Warehouse(Path({path!r}), settings()) as one:
    notices.write_notices(one, Path({out!r}), who=Actor("m.visser"), today=TODAY)
"""


def test_what_was_kept_for_long_enough_goes(warehouse: Warehouse, tmp_path: Path) -> None:
    _before(warehouse, 366)
    warehouse.run("INSERT INTO notice_arms VALUES ('eva', TRUE, 0.5, $day)", {"day": TODAY - 366 * DAY})
    warehouse.settings = settings(hold_out=0.5)
    run(warehouse, tmp_path)
    assert (warehouse.count("notices"), warehouse.count("notice_arms")) == (0, 1), (
        "lots stay during the trial"
    )
    warehouse.settings = settings()
    run(warehouse, tmp_path)
    assert warehouse.count("notice_arms") == 0


def test_that_a_message_was_written_or_stayed_without_answer_is_read_by_nothing_that_judges() -> None:
    """The message says that silence is not held against anyone: no audit, triage or dossier reads these tables."""
    package = Path(__file__).parents[1] / "lookup_audit"
    judging = [
        path
        for folder in (
            "context",
            "detectors",
            "triage",
            "evaluation",
            "ingest",
            "pipeline",
            "reporting/dossier",
        )
        for path in (package / folder).rglob("*")
        if path.suffix in {".py", ".sql"}
    ]
    judging += [package / name for name in ("scoring.py", "calibration.py", "trends.py")]
    reading = re.compile(r"\b(FROM|JOIN)\s+(notices|notice_arms)\b", re.IGNORECASE)
    assert len(judging) > 60
    assert [path.name for path in judging if reading.search(path.read_text(encoding="utf-8"))] == []


def _state(warehouse: Warehouse, out: Path) -> Any:
    tables = ("notices", "notice_arms", "trail")
    return (
        [warehouse.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in tables],
        {str(path): path.read_bytes() for path in out.rglob("*") if path.is_file()},
    )


# ── The lot, and whether it helps ───────────────────────────────────────────────────────────────────────


def test_who_is_held_out_gets_nothing_and_is_recorded(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.settings = settings(hold_out=0.5)
    users = [f"user{nr}" for nr in range(60)]
    employ(warehouse, *users)
    for user in users:
        look_up(warehouse, user, f"L of {user}")
    ended = run(warehouse, tmp_path)
    assert 15 < ended.held_out < 45
    rows = warehouse.rows("SELECT user_id, sent FROM notices")
    held_out = {row["user_id"] for row in warehouse.rows("SELECT user_id FROM notice_arms WHERE held_out")}
    assert len(rows) == 60
    assert {row["user_id"] for row in rows if not row["sent"]} == held_out
    assert {opened(path)["To"].split("@")[0] for path in messages(tmp_path)} == set(users) - held_out
    assert {row["about"] for row in warehouse.rows("SELECT about FROM trail")} == set(users) - held_out


def test_a_lot_is_drawn_once_whatever_the_key_and_the_share_are_later(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    users = [f"user{nr}" for nr in range(40)]
    employ(warehouse, *users)
    audit_days(warehouse, last=dt.date(2026, 6, 1))
    for user in users:
        for nr, day in enumerate((dt.date(2026, 3, 3), dt.date(2026, 5, 25))):
            look_up(warehouse, user, f"L{nr} of {user}", day)
    warehouse.settings = settings(hold_out=0.5, oldest_days=365)
    run(warehouse, tmp_path, first=dt.date(2026, 3, 3), last=dt.date(2026, 3, 3))
    before = warehouse.rows("SELECT * FROM notice_arms ORDER BY user_id")
    rotate_key(warehouse)
    warehouse.settings = settings(hold_out=0.2, oldest_days=365)
    later = run(warehouse, tmp_path, TODAY + 60 * DAY)
    assert warehouse.rows("SELECT * FROM notice_arms ORDER BY user_id") == before
    assert later.held_out == sum(row["held_out"] for row in before)


def test_once_the_trial_is_over_nobody_is_held_out(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.run("INSERT INTO notice_arms VALUES ('eva', TRUE, 0.5, $day)", {"day": TODAY - 40 * DAY})
    look_up(warehouse, "eva", "L1")
    assert len(run(warehouse, tmp_path).written) == 1


def draw(warehouse: Warehouse, user: str, *, held_out: bool, on: dt.date, share: float = 0.5) -> None:
    warehouse.run("INSERT INTO notice_arms VALUES ($user, $held, $share, $on)",
                  {"user": user, "held": held_out, "share": share, "on": on})  # fmt: skip
    warehouse.run(
        "INSERT INTO notices VALUES ('n ' || $user, 'b', $user, 'BVH', 'x', 'family', $on, $on, NOT $held)",
        {"user": user, "on": on, "held": held_out},
    )


AGAIN: dict[str, tuple[dict[str, Any], bool]] = {
    "the day after": ({"on": TUESDAY + DAY}, True),
    "on the last day that counts": ({"on": TUESDAY + 30 * DAY}, True),
    "a day too late": ({"on": TUESDAY + 31 * DAY}, False),
    "on the day of the message itself": ({"on": TUESDAY}, False),
    "explained by a case": ({"on": TUESDAY + DAY, "links": {"own_case": 1.0}}, False),
    "of a risk too small": ({"on": TUESDAY + DAY, "risk": 0.05}, False),
    "of another kind": ({"on": TUESDAY + DAY, "asks": {"fixation": 2.0}}, False),
    "of a higher risk, and other questions beside": (
        {"on": TUESDAY + DAY, "asks": {"neighbour": 1.0, "fixation": 2.0}, "risk": 0.9}, True
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AGAIN)
def test_what_counts_as_another_such_lookup(warehouse: Warehouse, name: str) -> None:
    lookup, counts = AGAIN[name]
    warehouse.settings = Settings.model_validate(
        {"reporting": {"minimum_group": 3}, "notices": {"effect_days": 30}}
    )
    audit_days(warehouse, last=TUESDAY + 40 * DAY)
    for nr in range(20):
        draw(warehouse, f"u{nr}", held_out=nr % 2 == 0, on=TUESDAY)
        look_up(warehouse, f"u{nr}", f"L{nr}", **{**lookup})
    effect = read_effect(warehouse)
    hidden = {"low": 0.0} if not counts else {"high": 1.0}
    assert effect.written_to.observed == effect.held_out.observed == 10
    for name_of, value in hidden.items():
        assert getattr(effect.held_out, name_of) == pytest.approx(value, abs=1e-6)
    assert (effect.held_out.high or 0) < 0.7 if not counts else (effect.held_out.low or 0) > 0.3


def test_the_effect_is_the_difference_of_the_shares(warehouse: Warehouse) -> None:
    audit_days(warehouse, last=TUESDAY + 100 * DAY)
    for arm, again in ((False, 20), (True, 50)):
        for nr in range(100):
            user = f"{'out' if arm else 'in'}{nr}"
            draw(warehouse, user, held_out=arm, on=TUESDAY)
            if nr < again:
                look_up(warehouse, user, f"L {user}", TUESDAY + (1 + nr) * DAY)
    effect = read_effect(warehouse)
    assert (effect.written_to.again, effect.held_out.again) == (20, 50)
    assert effect.difference == pytest.approx(-0.3)
    low, high = difference_interval(20, 100, 50, 100)
    assert (effect.low, effect.high) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))
    assert effect.says == "fewer"
    assert [(one.days, one.share) for one in effect.held_out.within] == [(30, 0.3), (90, 0.5)]


def test_newcombes_interval_is_that_of_his_paper() -> None:
    """Newcombe 1998, table II, example (a): 56/70 less 48/80, method 10."""
    assert difference_interval(56, 70, 48, 80) == (
        pytest.approx(0.0524, abs=5e-5),
        pytest.approx(0.3339, abs=5e-5),
    )


@pytest.mark.parametrize(
    ("written_to", "held_out"), [((30, 0.1), (30, 0.4)), ((45, 0.02), (40, 0.4)), ((25, 0.3), (60, 0.3))]
)
def test_the_interval_covers_the_truth(written_to: tuple[int, float], held_out: tuple[int, float]) -> None:
    random = np.random.default_rng(11)
    truth = written_to[1] - held_out[1]
    covered = 0
    for one, two in zip(random.binomial(*written_to, 400), random.binomial(*held_out, 400), strict=True):
        low, high = difference_interval(int(one), written_to[0], int(two), held_out[0])
        covered += low <= truth <= high
    assert covered / 400 >= 0.925


def test_a_small_count_is_never_told_and_cannot_be_worked_out(warehouse: Warehouse) -> None:
    """Whatever a count below ten is, all that is said is the same."""
    audit_days(warehouse, last=TUESDAY + 100 * DAY)
    for nr in range(80):
        draw(warehouse, f"u{nr}", held_out=nr % 2 == 0, on=TUESDAY)
    for nr in range(0, 40, 2):
        look_up(warehouse, f"u{nr}", f"L{nr}", TUESDAY + DAY)
    said = []
    for again in range(10):
        if again:
            look_up(warehouse, f"u{again * 2 - 1}", f"L in {again}", TUESDAY + DAY)
        said.append(read_effect(warehouse).as_dict())
    assert all(one == said[0] for one in said)
    assert said[0]["written_to"]["again"] is None
    assert said[0]["difference"] is None
    assert said[0]["low"] <= difference_interval(0, 40, 20, 40)[0] + 1e-6
    assert said[0]["high"] >= difference_interval(9, 40, 20, 40)[1] - 1e-6
    assert (list(possible(31, 40, 10)), list(possible(30, 40, 10))) == (list(range(31, 41)), [30])


def test_too_few_people_say_nothing(warehouse: Warehouse) -> None:
    audit_days(warehouse, last=TUESDAY + 100 * DAY)
    for nr in range(19):
        draw(warehouse, f"u{nr}", held_out=nr % 2 == 1, on=TUESDAY)
    effect = read_effect(warehouse)
    assert effect.says == "nothing"
    assert effect.held_out.observed is None


def test_who_was_drawn_too_lately_or_at_another_share_is_not_compared(warehouse: Warehouse) -> None:
    audit_days(warehouse, last=TUESDAY + 100 * DAY)
    for nr in range(15):
        draw(warehouse, f"seen{nr}", held_out=False, on=TUESDAY)
        draw(warehouse, f"late{nr}", held_out=False, on=TUESDAY + 11 * DAY)
        draw(warehouse, f"other{nr}", held_out=False, on=TUESDAY - 10 * DAY, share=0.1)
    effect = read_effect(warehouse)
    assert (effect.written_to.observed, effect.waiting, effect.other_share, effect.hold_out) == (
        15,
        15,
        15,
        0.5,
    )


# ── The command ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def on_disk(tmp_path: Path) -> Path:
    path = tmp_path / "w.duckdb"
    with Warehouse(path, settings()) as one:
        audit_days(one)
        employ(one, "eva")
        look_up(one, "eva", "L1")
    return path


def _left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["lookup-audit", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out + said.err


@pytest.mark.parametrize(
    ("config", "said"),
    [("", "notices are off"), ("[notices]\nenabled = true", "whom to talk to"),
     ("[notices]\nenabled = true\ncontact = '  '", "whom to talk to")],
)  # fmt: skip
def test_off_or_without_anyone_to_talk_to_it_is_refused_with_exit_code_2(
    on_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], config: str,
    said: str,
) -> None:  # fmt: skip
    file = tmp_path / "c.toml"
    file.write_text(config, encoding="utf-8")
    code, text = _left(
        monkeypatch,
        capsys,
        "notice",
        "--out",
        str(tmp_path / "out"),
        "--warehouse",
        str(on_disk),
        "--config",
        str(file),
    )
    assert (code, said in text) == (2, True), text
    assert not (tmp_path / "out").exists()
    with Warehouse(on_disk, Settings()) as one:
        assert one.count("notices") == 0
        with pytest.raises(SettingsError):
            run(one, tmp_path / "out")


def test_the_command_prints_pseudonyms_counts_and_reasons(on_disk: Path, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '[notices]\nenabled = true\ncontact = "VIK"\naddress = "{user_id}@politie.example"\n',
        encoding="utf-8",
    )
    where = ["--warehouse", str(on_disk), "--config", str(file)]
    done = CliRunner().invoke(app, ["notice", "--out", str(tmp_path / "out"), "--json", *where])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert len(said["written"]) == 1
    assert re.fullmatch(r"u-[a-z2-7]{16}", said["written"][0])
    assert Path(said["folder"]).is_dir()
    again = CliRunner().invoke(app, ["notice", "--out", str(tmp_path / "out"), *where])
    assert "Nobody new to write to; nothing is written." in again.stdout
    assert "asked about in an earlier notice" in again.stdout
    assert not re.search(r"\beva\b", done.output + again.output)
    effect = CliRunner().invoke(app, ["notice", "effect", *where])
    assert "No lot was drawn yet" in effect.stdout


def test_the_effect_is_said_in_words(warehouse: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    from lookup_audit.cli.prevention import _say_effect

    audit_days(warehouse, last=TUESDAY + 100 * DAY)
    for nr in range(60):
        draw(warehouse, f"u{nr}", held_out=nr % 2 == 0, on=TUESDAY)
    for nr in range(0, 40, 2):
        look_up(warehouse, f"u{nr}", f"L{nr}", TUESDAY + DAY)
    _say_effect(read_effect(warehouse))
    said = capsys.readouterr().out
    assert "Those who were written to had another such lookup less often" in said
    assert "not shown" in said
