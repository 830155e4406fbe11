"""`alerts` and `alerts show`: by pseudonym only, in words, safe in a terminal, and on record."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from babel.messages.extract import extract_from_file
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.errors import LookupAuditError, UsageError
from lookup_audit.privacy import trail
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.reporting import language
from lookup_audit.reporting.alert.reading import open_alert
from lookup_audit.reporting.alert.text import alert_as_text
from lookup_audit.reporting.alert.words import MOST_TOLD, alert_in_words
from lookup_audit.settings import Settings
from lookup_audit.simulate import simulate
from lookup_audit.triage import Choice, Pattern, add_suppression, list_alerts, list_control, record_verdict
from lookup_audit.warehouse import Warehouse
from tests.triage_world import REVIEWER

MARK = "Qzmark\u202e\x1b[31m\x07"  # names nobody, turns the line around, paints it red, and rings
# Text of the input that no rule compares, so that a mark in it changes no finding.
MARKED = {
    "lookups": ("query_text", "justification", "workstation"),
    "users": ("unit", "district"),
    "subjects": ("given_names",),
    "cases": ("kind",),
    "incidents": ("kind",),
    "news": ("headline", "outlet", "url"),
}
# What names a person, a place or a file, in every table that has it.
NAMING = {
    "user_id", "subject_id", "own_subject_id", "owner_subject_id", "surname", "given_names", "plate", "postcode",
    "home_postcode", "case_id", "incident_id", "news_id", "team", "unit", "district", "workstation",
}  # fmt: skip


def run(path: Path, *options: str) -> str:
    made = CliRunner().invoke(app, [*options, "--warehouse", str(path)])
    if isinstance(made.exception, LookupAuditError):
        return str(made.exception)
    assert made.exit_code == 0, (made.output, made.exception)
    return made.output


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated unit, audited, with marks in every text of the logs that is compared with nothing."""
    folder = tmp_path_factory.mktemp("shown")
    simulate(folder / "drop", users=50, days=12, seed=11)
    path = folder / "w.duckdb"
    run(path, "ingest", str(folder / "drop"))
    with duckdb.connect(str(path)) as connection:
        for table, columns in MARKED.items():
            for column in columns:
                connection.execute(
                    f"UPDATE {table} SET {column} = {column} || ' ' || $mark WHERE {column} IS NOT NULL",
                    {"mark": MARK},
                )
    run(path, "audit")
    return path


@pytest.fixture
def warehouse(path: Path) -> Iterator[Warehouse]:
    with Warehouse(path, Settings()) as opened:
        yield opened


@pytest.fixture(scope="module")
def naming(path: Path) -> re.Pattern[str]:
    """Every id, name, plate, postcode, case and team of the input, as one pattern of whole words."""
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE table_name IN "
            "(SELECT table_name FROM duckdb_columns() WHERE column_name = 'file_id')"
        ).fetchall()
        values = set()
        for table, column in columns:
            if column in NAMING:
                found = connection.execute(
                    f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"
                )
                values |= {str(value).split(" Qzmark")[0] for (value,) in found.fetchall()}
    assert len(values) > 1000
    known = sorted((re.escape(value) for value in values if len(value) > 3), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(known)})(?![\w-])")


@pytest.fixture(scope="module")
def told(path: Path) -> dict[str, str]:
    """What `alerts` and `alerts show` print, of everything, in both languages and as JSON."""
    said = {
        "list": run(path, "alerts", "--all", "--limit", "5000"),
        "list --json": run(path, "alerts", "--json"),
        "control": run(path, "alerts", "--control"),
        "control --json": run(path, "alerts", "--control", "--json"),
    }
    rows = json.loads(said["list --json"])
    of_each = {
        row["detectors"][0]: row["alert_id"] for row in reversed(rows)
    }  # the riskiest by each detector
    most = max(rows, key=lambda row: row["lookups"])["alert_id"]
    drawn = json.loads(said["control --json"])["control_sample"][0]["control_id"]
    assert len(of_each) > 6
    for alert in {*of_each.values(), most, drawn}:
        for options in (("--lang", "en"), ("--lang", "nl"), ("--json",)):
            said[f"show {alert} {' '.join(options)}"] = run(path, "alerts", "show", alert, *options)
    return said


def test_no_text_id_or_name_of_the_input_is_ever_printed(
    told: dict[str, str], naming: re.Pattern[str]
) -> None:
    for what, said in told.items():
        assert "Qzmark" not in said, what
        assert not naming.search(said), (what, naming.search(said))


def test_the_search_itself_would_find_them(path: Path, warehouse: Warehouse, naming: re.Pattern[str]) -> None:
    row = warehouse.rows("SELECT * FROM alert_episodes WHERE subject_id IS NOT NULL LIMIT 1")[0]
    assert naming.search(f"  {row['user_id']}  ") and naming.search(f"of {row['subject_id']};")
    assert warehouse.value("SELECT count(*) FROM news WHERE contains(headline, 'Qzmark')") > 0
    assert warehouse.value("SELECT count(*) FROM lookups WHERE contains(justification, 'Qzmark')") > 0


def test_the_list_fits_a_terminal_of_120_columns_and_a_page_of_100(told: dict[str, str]) -> None:
    for what, said in told.items():
        if "json" not in what:
            widest = max(map(len, said.splitlines()))
            assert widest <= (100 if what.startswith("show") else 120), what


def test_times_carry_the_offset_of_the_warehouse(told: dict[str, str]) -> None:
    for row in json.loads(told["list --json"]):
        assert row["first_at"].endswith("+01:00") and row["last_at"].endswith("+01:00")
    assert set(json.loads(told["list --json"])[0]) >= {
        "alert_id", "user_id", "subject_id", "motive", "first_at", "last_at", "lookups", "risk", "rank", "status",
    }  # fmt: skip


def test_an_alert_is_told_whole(warehouse: Warehouse) -> None:
    listed = max(list_alerts(warehouse), key=lambda row: row["lookups"])
    told = alert_in_words(open_alert(warehouse, listed["alert_id"], reason="triage", who=REVIEWER), "en")
    assert (told.user_id, told.subject_id, told.risk, told.rank) == (
        listed["user_id"], listed["subject_id"], listed["risk"], listed["rank"],
    )  # fmt: skip
    assert {one.detector for one in told.questions} == set(listed["detectors"])
    for one in told.questions:
        assert one.question and one.innocent_explanations and one.blind_spots and one.investigation_steps
    assert len(told.lookups) == listed["lookups"] > MOST_TOLD
    assert sum(one.main for one in told.lookups) == MOST_TOLD and told.lookups[0].main
    risks = sorted((one.risk for one in told.lookups if one.main), reverse=True)
    assert risks[0] == max(one.risk for one in told.lookups)
    text = "\n".join(alert_as_text(told))
    assert f"{listed['lookups'] - MOST_TOLD} more lookups; --json has all." in text
    for heading in ("QUESTIONS TO BE ANSWERED", "WHAT EXPLAINS OR SOFTENS IT", "WHAT IS NOT KNOWN"):
        assert heading in text


def test_the_sum_of_the_risk_adds_up_for_every_alert(warehouse: Warehouse) -> None:
    for listed in list_alerts(warehouse, limit=12):
        told = alert_in_words(open_alert(warehouse, listed["alert_id"], reason="triage", who=REVIEWER), "en")
        *_, total = told.sum_of_risk
        assert total.risk == pytest.approx(listed["risk"], abs=0.005)
        terms = [term.log_odds for term in told.sum_of_risk if term.risk is None]
        assert sum(terms) == pytest.approx(total.log_odds, abs=0.02)
        assert 1 / (1 + 2.718281828**-total.log_odds) == pytest.approx(total.risk, abs=0.005)


def test_every_value_that_a_rule_saw_has_words_in_both_languages(warehouse: Warehouse) -> None:
    read = open_alert(warehouse, list_alerts(warehouse)[0]["alert_id"], reason="triage", who=REVIEWER)
    english, dutch = alert_in_words(read, "en"), alert_in_words(read, "nl")
    for one, other in zip(english.lookups, dutch.lookups, strict=True):
        for asked, gevraagd in zip(one.questions, other.questions, strict=True):
            assert [value.name for value in asked.values] == [value.name for value in gevraagd.values]
            assert all(" " in value.words or value.words.isalpha() for value in asked.values)
            assert "_" not in "".join(value.words for value in gevraagd.values)


def test_the_look_is_on_record_before_anything_is_read(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_id = list_alerts(warehouse)[3]["alert_id"]
    user_id = warehouse.value("SELECT user_id FROM alerts WHERE alert_id = $id", {"id": alert_id})
    before = warehouse.count("trail")

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("lookup_audit.reporting.alert.reading.read_lookups", fails)
    with pytest.raises(OSError, match="disk full"):
        open_alert(warehouse, alert_id, reason="asked by the team chief", who=REVIEWER)
    entry = trail.entries_about(warehouse, user_id, Settings().today())[-1]
    assert (entry["action"], entry["reason"]) == ("alerts show", f"{alert_id}: asked by the team chief")
    assert warehouse.count("trail") == before + 1 and trail.verify(warehouse) == []


@pytest.mark.parametrize(("alert", "reason", "said"), [("a-0", "x", "no alert a-0"), (None, " ", "say why")])
def test_what_is_no_alert_or_has_no_reason_is_refused(
    warehouse: Warehouse, alert: str | None, reason: str, said: str
) -> None:
    before = warehouse.count("trail")
    with pytest.raises(UsageError, match=said):
        open_alert(warehouse, alert or list_alerts(warehouse)[0]["alert_id"], reason=reason, who=REVIEWER)
    assert warehouse.count("trail") == before


def test_a_control_lookup_is_told_too(path: Path, warehouse: Warehouse) -> None:
    drawn = list_control(warehouse)[0]
    id_, note = drawn["control_id"], "his own case"
    before = alert_in_words(open_alert(warehouse, id_, reason="control", who=REVIEWER), "en")
    assert any("No answer of the officer is on record" in line for line in before.unknown)
    record_verdict(warehouse, id_, "explained", note, REVIEWER, answer="I was at the desk")
    told = alert_in_words(open_alert(warehouse, drawn["control_id"], reason="control", who=REVIEWER), "en")
    assert (told.user_id, told.rank, told.questions, told.sum_of_risk) == (drawn["user_id"], None, (), ())
    assert [(one.system, one.lookup_id) for one in told.lookups] == [(drawn["system"], drawn["lookup_id"])]
    text = "\n".join(alert_as_text(told))
    assert text.startswith(f"Control lookup {id_}") and note in text and "I was at the desk" in text
    assert "No answer of the officer is on record" not in text


def test_verdicts_answers_and_suppressions_are_told_and_hostile_text_in_them_is_harmless(
    path: Path, warehouse: Warehouse
) -> None:
    alert_id = list_alerts(warehouse)[1]["alert_id"]
    row = warehouse.rows("SELECT * FROM alerts WHERE alert_id = $id", {"id": alert_id})[0]
    record_verdict(warehouse, alert_id, "asked", f"mailed {MARK}", REVIEWER)
    record_verdict(
        warehouse, alert_id, "explained", "seen", REVIEWER, because="roster_wrong", answer=f"I swapped {MARK}"
    )
    made = add_suppression(
        warehouse,
        Pattern(tuple(row["detectors"]), row["user_id"], motive=row["motive"]),
        owner=f"chief {MARK}",
        reason=f"swaps {MARK}",
        until=Settings().today(),
        who=REVIEWER,
    )
    warehouse.close()
    said = {lang: run(path, "alerts", "show", alert_id, "--lang", lang) for lang in ("en", "nl")}
    said["suppress"] = run(path, "suppress", "list")
    said["json"] = run(path, "alerts", "show", alert_id, "--json")
    said["suppress json"] = run(path, "suppress", "list", "--json")
    for what, text in said.items():
        assert text.replace("\n", "").isprintable(), what
        assert "Qzmark" in text, what
    assert "explained (the roster was wrong or late). seen" in said["en"]
    assert "The user answered: I swapped" in said["en"]
    assert f"{made.suppression_id}: running, until" in said["en"] and "hides it. swaps" in said["en"]
    assert "(het rooster klopte niet of kwam te laat). seen" in said["nl"]
    assert "De medewerker antwoordde: I swapped" in said["nl"] and "loopt, tot en met" in said["nl"]
    assert (
        json.loads(said["json"])["verdicts"][1]["answer"] == f"I swapped {MARK}"
    )  # nothing is lost for a program
    run(path, "suppress", "end", made.suppression_id, "--reason", "test")


def test_a_look_at_one_users_alerts_is_on_record(path: Path, warehouse: Warehouse) -> None:
    user_id = warehouse.value("SELECT user_id FROM alerts WHERE rank = 1")
    pseudonym = pseudonyms_of(warehouse).user(user_id)
    mine = len(list_alerts(warehouse, Choice(user_id=user_id)))
    warehouse.close()
    for name in (user_id, pseudonym):
        assert len(json.loads(run(path, "alerts", "--user", name, "--json"))) == mine > 0
    with Warehouse(path, Settings()) as opened:
        entries = trail.entries_about(opened, user_id, Settings().today())
    assert [entry["action"] for entry in entries[-2:]] == ["alerts", "alerts"]


def test_filters_leave_what_they_say(path: Path, warehouse: Warehouse) -> None:
    every = list_alerts(warehouse)
    team = warehouse.value("SELECT team FROM users INNER JOIN alerts USING (user_id) WHERE rank = 1")
    members = pseudonyms_of(warehouse)
    users = {members.user(row["user_id"]) for row in
             warehouse.rows("SELECT user_id FROM users WHERE team = $team", {"team": team})}  # fmt: skip
    in_system = {row["alert_id"] for row in warehouse.rows(
        "SELECT DISTINCT alert_id FROM lookup_risk WHERE system = 'MEOS'")}  # fmt: skip
    day = every[len(every) // 2]["last_at"].date()
    warehouse.close()

    def ids(*options: str) -> list[Any]:
        return [row["alert_id"] for row in json.loads(run(path, "alerts", "--json", *options))]

    expected: dict[tuple[str, ...], Any] = {
        ("--motive", "personal_involvement"): lambda row: row["motive"] == "personal_involvement",
        ("--detector", "off_duty"): lambda row: "off_duty" in row["detectors"],
        ("--team", team): lambda row: row["user_id"] in users,
        ("--system", "MEOS"): lambda row: row["alert_id"] in in_system,
        ("--from", str(day)): lambda row: row["last_at"].date() >= day,
        ("--to", str(day)): lambda row: row["last_at"].date() <= day,
        ("--minimum-risk", "0.2"): lambda row: row["risk"] >= 0.2,
        ("--status", "new", "--detector", "off_duty"): (
            lambda row: row["status"] == "new" and "off_duty" in row["detectors"]
        ),
    }  # fmt: skip
    for options, keeps in expected.items():
        wanted = [row["alert_id"] for row in every if keeps(row)]
        assert ids(*options) == wanted and 0 < len(wanted) < len(every), options


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--motive", "curious"), "did you mean curiosity"),
        (("--detector", "neighbor"), "did you mean neighbour"),
        (("--team", "no such team"), "no team"),
        (("--system", "MEO"), "did you mean MEOS"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_and_not_answered_with_no_alerts(
    path: Path, options: tuple[str, ...], said: str
) -> None:
    assert said in run(path, "alerts", *options)


def test_every_message_is_in_dutch() -> None:
    folder = Path(language.__file__).parent
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    messages = {
        found[1]
        for path in sorted((folder / "alert").glob("*.py"))
        for found in extract_from_file("python", path, keywords=keywords)
    }
    catalogue = language.dutch_catalogue()
    ids = {one if isinstance(one, str) else one[0] for one in messages}
    assert len(ids) > 40
    assert [one for one in sorted(ids) if not (catalogue.get(one) and catalogue.get(one).string)] == []
