"""What a dossier says of one officer, and what it refuses, records, and leaves out."""

import csv
import io
import json
import re
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from jinja2.ext import babel_extract

from lookup_audit.errors import MandateError, UsageError
from lookup_audit.privacy import trail
from lookup_audit.privacy.actor import Actor, actor
from lookup_audit.privacy.mandates import add_mandate
from lookup_audit.reporting import language
from lookup_audit.reporting.dossier import dossier
from lookup_audit.reporting.dossier.coverage import compare_with_peers
from lookup_audit.reporting.dossier.dossier import write_dossier
from lookup_audit.reporting.dossier.figures import timeline
from lookup_audit.reporting.dossier.numbers import Period, read_lookups, read_shifts
from lookup_audit.reporting.language import words_of
from lookup_audit.reporting.plain import cell, file_part, shown
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

SAMPLE = Path(__file__).with_name("dossier_sample.sql").read_text(encoding="utf-8")
PERIOD = Period(date(2026, 3, 2), date(2026, 4, 10))


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings(threads=1)) as opened:
        opened.script(SAMPLE)
        order(opened)
        yield opened


def order(warehouse: Warehouse, reference: str = "VIK-1", user: str = "U0042") -> None:
    """Record a mandate on a user that whoever runs the tests may use."""
    me = actor()
    add_mandate(
        warehouse, reference, authority="VIK Den Haag", purpose="Onderzoek 12", user_id=user,
        first_day=date(2026, 1, 1), last_day=date(2026, 6, 30), valid_until=warehouse.settings.today(),
        holders=(me.account,), who=me,
    )  # fmt: skip


def page(warehouse: Warehouse, out: Path, language: str = "en", user: str = "U0042") -> str:
    """The words of a page, with markup and repeated spaces taken out."""
    if user != "U0042":
        order(warehouse, f"VIK-{user}", user)
    mandate = "VIK-1" if user == "U0042" else f"VIK-{user}"
    written = write_dossier(warehouse, user, out, mandate=mandate, language=language)  # type: ignore[arg-type]
    html = written.pages[0].read_text(encoding="utf-8")
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_a_dossier_is_a_folder_for_its_owner_only(warehouse: Warehouse, tmp_path: Path) -> None:
    written = write_dossier(warehouse, "U0042", tmp_path / "out", mandate="VIK-1")
    assert [path.name for path in written.pages] == ["dossier-en.html", "dossier-nl.html"]
    assert written.folder.name == "dossier-U0042-2026-03-02-2026-04-10"
    assert [path.name for path in sorted(written.folder.iterdir())] == [
        "configuration.json", "dossier-en.html", "dossier-nl.html", "dossier.json", "explanations", "lookups.csv",
        "manifest.json", "provenance.json", "rules",
    ]  # fmt: skip
    for path in [written.folder, *written.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert list((tmp_path / "out").iterdir()) == [written.folder]


@pytest.mark.parametrize("mandate", ["", "  ", "VIK-2"])
def test_without_its_mandate_nothing_is_written_and_the_refusal_is_recorded(
    warehouse: Warehouse, tmp_path: Path, mandate: str
) -> None:
    order(warehouse, "VIK-2", "U0043")
    with pytest.raises(MandateError, match="mandate"):
        write_dossier(warehouse, "U0042", tmp_path, mandate=mandate)
    assert list(tmp_path.iterdir()) == []
    assert warehouse.rows("SELECT action, outcome FROM trail ORDER BY entry DESC LIMIT 1") == [
        {"action": "dossier", "outcome": "refused"}
    ]


def test_days_outside_the_mandate_are_refused_and_none_are_cut_to_the_audited_days(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    with pytest.raises(MandateError, match="covers 2026-01-01 to 2026-06-30 only"):
        write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", to_day=date(2026, 7, 1))
    with pytest.raises(UsageError, match="no day from 2026-05-01 to 2026-06-30 was audited"):
        write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", from_day=date(2026, 5, 1))
    written = write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", from_day=date(2026, 4, 1))
    assert written.folder.name.endswith("-2026-04-01-2026-04-10")


def test_an_unknown_user_is_refused_with_the_nearest_known_one(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no user U042 in users or lookups"):
        write_dossier(warehouse, "U042", tmp_path, mandate="VIK-1")
    assert list(tmp_path.iterdir()) == []


def test_a_period_that_ends_before_it_begins_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="before it begins"):
        write_dossier(
            warehouse, "U0042", tmp_path, mandate="VIK-1", from_day=date(2026, 4, 1), to_day=date(2026, 3, 1)
        )


def test_the_look_is_recorded_before_anything_is_written(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr(dossier, "put_folder", fails)
    before = warehouse.count("trail")
    who = Actor(actor().account, "r.visser")
    with pytest.raises(OSError, match="disk full"):
        write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", who=who)
    asked = {"before": before}
    entries = warehouse.rows(
        "SELECT claimed, action, about, reason FROM trail WHERE entry > $before ORDER BY entry", asked
    )
    assert [(one["claimed"], one["action"], one["about"]) for one in entries] == [
        ("r.visser", "dossier", "U0042"), ("r.visser", "dossier manifest", "U0042"),
    ]  # fmt: skip
    assert re.fullmatch(r"VIK-1; manifest [0-9a-f]{64}", entries[1]["reason"])
    assert trail.verify(warehouse) == []


def test_a_user_whom_the_register_does_not_know_has_a_dossier_under_a_safe_name(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    text = page(warehouse, tmp_path / "out", user="../X 9")
    assert "not in the register of users" in text
    (folder,) = (tmp_path / "out").iterdir()
    assert re.fullmatch(r"dossier-___X_9-[0-9a-f]{8}-2026-03-02-2026-04-10", folder.name)


def test_the_summary_counts_what_raises_and_what_speaks_for_the_officer(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    text = page(warehouse, tmp_path)
    assert "Neighbours: 10 lookups." in text
    assert "made_up_rule: 1 lookup." in text
    assert "explained by work: Own case (" in text
    assert "Lookups with a question that also have a work link: 2 of 10." in text
    assert "1 alert was reviewed, and closed as explained or dismissed." in text
    assert text.index("What raises a question") < text.index("What speaks for the officer")


def test_the_page_says_what_was_not_audited(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.run("DELETE FROM runs WHERE audit_date = DATE '2026-04-08'")
    text = page(warehouse, tmp_path)
    assert "39 days of the 40 in the period were audited" in text
    assert "1 day with lookups of this user was not audited: 8 Apr 2026" in text
    assert "Someone in the news: not loaded: news (20 days)" in text
    assert "2 rows of the query logs could not be read; 1 of them name this user id" in text
    assert "dispatches and relations" in text


def test_an_alert_shows_questions_innocence_evidence_and_the_sum(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    text = page(warehouse, tmp_path)
    assert "Why did the user look up someone, or an incident, close to home" in text
    assert "a neighbour can be a suspect" in text
    assert "metres from the user's home 41.5" in text.replace("&#39;", "'")
    assert "a risk of 85.8% +1.80" in text
    assert "Own case: softens (strength 0.40)" in text
    assert "8 in this period, of 9 in the alert" in text
    assert "Questions in no alert" in text
    assert "Brand in straat" in text and "Too long ago" not in text


def test_the_dutch_page_speaks_dutch(warehouse: Warehouse, tmp_path: Path) -> None:
    text = page(warehouse, tmp_path, "nl")
    assert "Wat voor de medewerker spreekt" in text
    assert "een buurman kan verdachte zijn" in text
    assert "Buiten diensttijd" in text
    assert "What speaks" not in text


def test_every_message_of_a_dossier_is_in_dutch() -> None:
    folder = Path(language.__file__).parent
    messages = set()
    for path in sorted((folder / "dossier").glob("*.py")):
        keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
        messages |= {found[1] for found in extract_from_file("python", path, keywords=keywords)}
    for path in sorted((folder / "templates").glob("dossier*.html")):
        with path.open("rb") as file:
            found = babel_extract(file, ["gettext", "ngettext", "_"], [], {"extensions": "jinja2.ext.i18n"})
            messages |= {text if isinstance(text, str) else text[:2] for _, _, text, _ in found}
    catalogue = language.dutch_catalogue()
    ids = {one if isinstance(one, str) else one[0] for one in messages}
    assert len(ids) > 200
    assert [one for one in sorted(ids) if not (catalogue.get(one) and catalogue.get(one).string)] == []


def test_no_address_and_no_colleague_is_named(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1").folder
    for path in (*folder.glob("*.html"), *folder.glob("*.csv"), folder / "dossier.json"):
        text = path.read_text(encoding="utf-8")
        assert "2512GM" not in text and "Secretname" not in text
        assert not re.search(r"U00(4[013-9]|5\d)\b", text)


def test_peers_are_compared_without_the_user(warehouse: Warehouse) -> None:
    peers = compare_with_peers(warehouse, "U0042", PERIOD)
    assert peers is not None and (peers.basis, peers.count, peers.days) == ("group", 11, 10)
    unlinked = next(measure for measure in peers.measures if measure.name == "unlinked")
    assert unlinked.own == pytest.approx(3 / 7) and unlinked.place == "above"
    assert unlinked.median == pytest.approx(1 / 9)


def test_too_small_a_team_is_compared_with_the_function_and_too_small_a_function_not_at_all(
    warehouse: Warehouse,
) -> None:
    warehouse.run("UPDATE user_days SET peer_group = 'other' WHERE user_id > 'U0045'")
    peers = compare_with_peers(warehouse, "U0042", PERIOD)
    assert peers is not None and (peers.basis, peers.count) == ("function", 11)
    warehouse.run("UPDATE users SET function = 'other' WHERE user_id > 'U0045'")
    assert compare_with_peers(warehouse, "U0042", PERIOD) is None


def test_lookups_around_the_clock_change_are_at_their_clock_time(warehouse: Warehouse) -> None:
    at = {one.lookup_id: one.at.isoformat() for one in read_lookups(warehouse, "U0042", PERIOD)}
    assert at["Q003"] == "2026-03-29T01:30:00+01:00"
    assert at["Q004"] == "2026-03-29T03:30:00+02:00"


def test_each_lookup_has_its_duty_state(warehouse: Warehouse) -> None:
    duty = {one.lookup_id: one.duty for one in read_lookups(warehouse, "U0042", PERIOD)}
    assert [duty[name] for name in ("Q001", "Q002", "Q003", "Q005", "Q008", "Q009", "Q010")] == [
        "overtime", "duty", "off", "leave", "training", "sick", "standby",
    ]  # fmt: skip
    warehouse.run("DELETE FROM shifts")
    assert {one.duty for one in read_lookups(warehouse, "U0042", PERIOD)} == {"unknown"}


def test_a_night_shift_is_drawn_on_both_sides_of_midnight(warehouse: Warehouse) -> None:
    shifts = [
        one for one in read_shifts(warehouse, "U0042", PERIOD) if one.starts_at.date() == date(2026, 3, 6)
    ]
    plot = timeline([], shifts, PERIOD, words_of("en"))
    (bars,) = plot["data"]
    drawn = list(zip(bars["x"], bars["base"], bars["y"], strict=True))
    assert drawn == [("2026-03-06", 23.0, 1.0), ("2026-03-07", 0.0, 7.0)]


def test_the_figure_tells_apart_explained_open_and_questioned(warehouse: Warehouse) -> None:
    plot = timeline(read_lookups(warehouse, "U0042", PERIOD), [], PERIOD, words_of("en"))
    looks = {(dots["marker"]["symbol"], dots["marker"]["color"]): len(dots["x"]) for dots in plot["data"]}
    assert sorted(looks.values()) == [4, 6, 8, 42]
    assert len({symbol for symbol, _ in looks}) == len({color for _, color in looks}) == 4
    assert "<script" not in json.dumps([dots["hovertext"] for dots in plot["data"]])


def test_the_csv_holds_every_lookup_and_no_formula(warehouse: Warehouse, tmp_path: Path) -> None:
    written = write_dossier(warehouse, "U0042", tmp_path, mandate="VIK-1", language="en")
    rows = list(csv.DictReader(io.StringIO((written.folder / "lookups.csv").read_text(encoding="utf-8"))))
    by_id = {row["lookup_id"]: row for row in rows}
    assert len(by_id) == len(rows) == 60
    assert by_id["Q004"]["query_text"].startswith("'=HYPERLINK")
    assert by_id["Q010"]["case_id"] == "'=1+1"
    assert by_id["Q010"]["justification"].startswith("'+31")
    assert by_id["Q005"]["query_text"] == "lang " * 200
    assert not any(value.lstrip().startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


def test_days_can_be_chosen(warehouse: Warehouse, tmp_path: Path) -> None:
    written = write_dossier(
        warehouse, "U0042", tmp_path, mandate="VIK-1", language="en",
        from_day=date(2026, 4, 8), to_day=date(2026, 4, 10),
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO((written.folder / "lookups.csv").read_text(encoding="utf-8"))))
    assert [row["lookup_id"] for row in rows] == ["Q009", "Q010"]


def test_a_user_without_lookups_in_the_period_has_an_empty_dossier(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    text = page(warehouse, tmp_path, user="U0043")
    assert "No lookup in this period raises a question." in text


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@x", "\tx", "\r=x", "  =1", "\n=1", "＝1"])
def test_cells_that_a_spreadsheet_would_run_get_an_apostrophe(value: str) -> None:
    assert cell(value) == f"'{value}"


@pytest.mark.parametrize("value", ["a=1", "1-2", "", "'=1", "Berg, van den"])
def test_other_cells_stay_as_they_are(value: str) -> None:
    assert cell(value) == value


def test_what_cannot_be_seen_is_shown_as_its_code() -> None:
    assert shown("a\u202eb\u2066c\u0007d") == "a⟨U+202E⟩b⟨U+2066⟩c⟨U+0007⟩d"
    assert shown("één\r\ntwee\tdrie") == "één ⏎ twee ⇥ drie"
    assert shown("x" * 600) == "x" * 500 + "…"


def test_file_names_are_safe_and_never_shared() -> None:
    names = [file_part(text) for text in ("U-1_a", "a/b", "a_b", "../..", "", "x" * 99, "x" * 98, "é")]
    assert names[0] == "U-1_a"
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]*", name) and len(name) < 80 for name in names)
