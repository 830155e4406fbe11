"""A dossier with third parties hidden: no value about them is in any file, byte by byte, and the rest still is."""

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime

import pytest

from lookup_audit.privacy.mandates import Mandate
from lookup_audit.reporting.dossier.as_csv import as_csv
from lookup_audit.reporting.dossier.as_json import as_json
from lookup_audit.reporting.dossier.labels import Labels, prose_by_detector, prose_by_explanation
from lookup_audit.reporting.dossier.numbers import Period
from lookup_audit.reporting.dossier.page import render
from lookup_audit.reporting.dossier.reading import Dossier, read_dossier
from lookup_audit.reporting.dossier.redaction import HIDDEN, redact
from lookup_audit.reporting.language import LANGUAGES, words_of
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import TABLES

PERIOD = Period(date(2026, 3, 1), date(2026, 3, 31))

# Text of the input that is about a third party, or may be: each column gets a marker of its own.
ABOUT_OTHERS = {
    "lookups": ("query_text", "justification", "case_id", "subject_type", "action", "channel"),
    "subjects": ("surname", "given_names", "plate", "postcode", "house_number"),
    "cases": ("kind",),
    "incidents": ("kind", "postcode", "house_number"),
    "news": ("news_id", "headline", "outlet", "url"),
    "relations": ("kind",),
}
# Keys tie the rows together; they are about a third party too.
KEYS = ("zz-subject-person", "zz-subject-car", "zz-case", "zz-incident")


def marker(table: str, column: str) -> str:
    return f"zz-{table}-{column}"


@pytest.fixture
def dossier() -> Iterator[Dossier]:
    """A dossier of eva in which every text about a third party is a marker, and every fact has one."""
    with Warehouse(None, Settings(threads=1)) as warehouse:
        fill(warehouse)
        yield read_dossier(warehouse, "eva", mandate(), PERIOD)


def mandate() -> Mandate:
    known = {
        "reference": "VIK-1", "authority": "head", "purpose": "inquiry", "user_id": "eva", "holders": ("r.visser",),
        "first_day": PERIOD.first, "last_day": PERIOD.last, "valid_until": PERIOD.last, "added_by": "head",
        "added_at": datetime(2026, 1, 1),
    }  # fmt: skip
    return Mandate(**{field.name: known.get(field.name) for field in fields(Mandate)})  # type: ignore[arg-type]


def insert(warehouse: Warehouse, table: str, **values: object) -> None:
    marked = {column: marker(table, column) for column in ABOUT_OTHERS.get(table, ())}
    row = {**marked, "file_id": "f", **values}
    places = ", ".join(f"${name}" for name in row)
    warehouse.run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", row)


def fill(warehouse: Warehouse) -> None:
    at, later = datetime(2026, 3, 10, 13), datetime(2026, 3, 20, 13)
    insert(warehouse, "users", user_id="eva", team="Noord", function="noodhulp")
    insert(warehouse, "subjects", subject_id=KEYS[0], subject_type="person", address_key="1234AB 1")
    insert(
        warehouse,
        "subjects",
        subject_id=KEYS[1],
        subject_type="vehicle",
        surname=None,
        owner_subject_id=KEYS[0],
    )
    for number, subject in enumerate((KEYS[0], KEYS[1], "zz-subject-unknown", None)):
        insert(
            warehouse, "lookups", lookup_id=f"L{number}", occurred_at=at, user_id="eva", system="BVH",
            subject_id=subject, workstation="WS-7", local_date=at.date(), local_hour=14, local_weekday=2,
        )  # fmt: skip
        evidence = {
            "duty_state": "off", "surname_share": 0.01, "skew_trait": "zz-evidence-trait",
            "case_id": "zz-evidence-case",
            "zz-evidence-key": 1, "top_features": ["zz-evidence-feature"], "subject_id": subject,
            "home_distance_m": {"zz-evidence-inner": "zz-evidence-value"}, "peer_group": "zz-evidence-group",
        }  # fmt: skip
        warehouse.run(
            "INSERT INTO findings VALUES ('f' || $nr, 'r', $day, 'neighbour', 'curiosity', 'BVH', 'L' || $nr, 'eva', "
            "$subject, $at, 0.5, $evidence)",
            {
                "nr": str(number),
                "day": at.date(),
                "subject": subject,
                "at": at,
                "evidence": json.dumps(evidence),
            },
        )
        warehouse.run(
            "INSERT INTO lookup_risk VALUES ('BVH', 'L' || $nr, $at, 'eva', $subject, 0.4, 'curiosity', "
            "['neighbour'], [], 'a-1', '[]', 'x', $day)",
            {"nr": str(number), "day": at.date(), "subject": subject, "at": at},
        )
    warehouse.run(
        "INSERT INTO alert_episodes VALUES ('a-1', 'eva', $subject, 'circle', 'curiosity', $at, $at, 4, 0.4, $day, "
        "['neighbour'], TRUE)",
        {"subject": KEYS[0], "at": at, "day": at.date()},
    )
    warehouse.run(
        "INSERT INTO verdicts (alert_id, decided_at, decided_by, verdict, note, because, answer) VALUES "
        "('a-1', $at, 'zz-verdicts-by', 'explained', 'zz-verdicts-note', 'other', 'zz-verdicts-answer')",
        {"at": later},
    )
    insert(warehouse, "cases", case_id=KEYS[2], team="Noord", opened_at=at)
    insert(warehouse, "case_subjects", case_id=KEYS[2], subject_id=KEYS[0], linked_at=later)
    insert(warehouse, "incidents", incident_id=KEYS[3], occurred_at=at, team="Noord")
    insert(warehouse, "incident_subjects", incident_id=KEYS[3], subject_id=KEYS[0])
    insert(warehouse, "dispatches", incident_id=KEYS[3], user_id="eva", dispatched_at=at)
    insert(warehouse, "news", published_at=at, subject_id=KEYS[0])
    insert(warehouse, "relations", user_id="eva", subject_id=KEYS[0])


def written(dossier: Dossier) -> dict[str, str]:
    """Every file of a dossier that is made from its numbers."""
    files = {"csv": as_csv(dossier.lookups), "json": as_json(dossier)}
    for language in LANGUAGES:
        labels = Labels(words_of(language), prose_by_detector(), prose_by_explanation())
        files[language] = render(dossier, labels, "lookups.csv")
    return files


def test_no_marker_is_in_any_redacted_file(dossier: Dossier) -> None:
    hidden = redact(dossier, lambda subject: f"s-{len(subject)}")
    for name, text in written(hidden).items():
        at = text.find("zz-")
        assert at < 0, f"{name}: {text[max(0, at - 200) : at + 60]}"
        assert "1234AB" not in text
    assert "zz-" not in repr((hidden.lookups, hidden.alerts, hidden.content, hidden.coverage, hidden.peers))


def test_the_markers_are_in_the_whole_edition_where_they_are_meant_to_stand(dossier: Dossier) -> None:
    files = written(dossier)
    shown = (
        "zz-lookups-query_text",
        "zz-lookups-justification",
        "zz-lookups-case_id",
        "zz-subjects-surname",
        KEYS[0],
    )
    for wanted in shown:
        assert all(wanted in text for text in files.values()), wanted
    in_words = (
        KEYS[2],
        KEYS[3],
        "zz-news-headline",
        "zz-verdicts-note",
        "zz-verdicts-answer",
        "zz-evidence-trait",
    )
    for wanted in in_words:
        assert all(wanted in files[name] for name in ("en", "nl", "json")), wanted


def test_times_systems_workstations_and_numbers_stay_and_the_pages_say_what_is_hidden(
    dossier: Dossier,
) -> None:
    hidden = redact(dossier, lambda subject: f"s-{len(subject)}")
    assert [one.at for one in hidden.lookups] == [one.at for one in dossier.lookups]
    assert {one.workstation for one in hidden.lookups} == {"WS-7"}
    evidence = hidden.lookups[0].findings[0].evidence
    assert evidence["surname_share"] == 0.01 and evidence["duty_state"] == "off"
    assert evidence["skew_trait"] == evidence["hidden"] == evidence["home_distance_m"] == HIDDEN
    assert hidden.lookups[0].subject_id == f"s-{len(KEYS[0])}" and hidden.lookups[3].subject_id is None
    assert (
        "Third parties are hidden" in written(hidden)["en"]
        and "Third parties are hidden" not in written(dossier)["en"]
    )
    assert "Derden zijn in deze uitgave afgeschermd" in written(hidden)["nl"]


def test_the_dossier_that_is_given_stays_as_it_is(dossier: Dossier) -> None:
    before = repr(dossier)
    redact(dossier, lambda subject: "s")
    assert repr(dossier) == before


def test_a_new_text_column_of_the_input_is_thought_of() -> None:
    """Every text column of the tables about third parties is a marker here, or a key, or about the user."""
    about_the_user = {"lookups": {"lookup_id", "user_id", "system", "workstation"}, "cases": {"team"},
                      "incidents": {"team"}, "subjects": {"sex"}, "relations": {"user_id"}}  # fmt: skip
    keys = {"subject_id", "case_id", "incident_id", "owner_subject_id"}
    for table, marked in ABOUT_OTHERS.items():
        texts = {
            column.name
            for column in TABLES[table].columns
            if column.kind not in ("instant", "day", "number", "whole", "flag")
        }
        left = texts - set(marked) - keys - about_the_user.get(table, set())
        assert left <= {"subject_type"}, (table, left)
