"""The page and the JSON of what came in: what they say, in two languages, and that nothing of others' text runs."""

import datetime as dt
import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lookup_audit.errors import UsageError
from lookup_audit.quality import Gap, Stretch
from lookup_audit.reporting.language import words_of
from lookup_audit.reporting.quality.numbers import read_quality
from lookup_audit.reporting.quality.page import render_quality, write_quality
from lookup_audit.reporting.quality.words import consequence, said, signed_titles, what
from lookup_audit.reporting.skipped_words import skipped_words

DAY = dt.date(2026, 4, 6)
HOSTILE = "<script>alert(1)</script>\u202e=1+1"
KINDS = {
    "silent_day": "", "silent_system": "BRP", "volume": "BVH", "missing_roster": "Team Noord", "empty_table": "news",
    "new_value": "action: export", "vanished_value": "action: print", "share": "justification", "unknown": "users",
    "rejected_rows": "lookups",
}  # fmt: skip


def stretch(kind: str, part: str, days: int = 1, disables: tuple[str, ...] = ()) -> Stretch:
    found = [
        Gap(DAY - dt.timedelta(days=nr), kind, part, 0.5, 0.25, disables) for nr in reversed(range(days))
    ]
    return Stretch(found[0].day, found[-1].day, tuple(found))


@pytest.fixture
def warehouse(make_world: Callable[[], Any]) -> Any:
    """One audited day with a hostile system, a rejected row, and a gap of each kind."""
    one = make_world().warehouse
    one.run(
        "INSERT INTO runs SELECT 'r', $day, $day, $day, 'done', 'c', 'v', 9, 1, 1, 1, 0, []", {"day": DAY}
    )
    one.run(
        "INSERT INTO volume_days SELECT $day, 'system', $system, 12, 1, 3", {"day": DAY, "system": HOSTILE}
    )
    one.run("INSERT INTO input_files SELECT 'f', 'x.csv', 'lookups', $day, 10, 8, 1, 1, '{}'", {"day": DAY})
    one.run("INSERT INTO rejected_rows VALUES ('f', 'x.csv', 3, 'SECRET agent7', 'occurred_at', 'bad_time')")
    for kind, part in {**KINDS, "silent_system": HOSTILE}.items():
        one.run(
            "INSERT INTO gaps SELECT $day, $kind, $part, 0.5, 0.25, ['off_duty']",
            {"day": DAY, "kind": kind, "part": part},
        )
    return one


@pytest.mark.parametrize(("kind", "part"), KINDS.items())
def test_every_kind_of_gap_is_a_sentence_in_both_languages(kind: str, part: str) -> None:
    lines = []
    for words in (words_of("en"), words_of("nl")):
        line = said(stretch(kind, part, disables=("off_duty",)), signed_titles(words), words)
        assert kind == "unknown" or part.rsplit(": ", maxsplit=1)[-1] in line
        assert line.endswith(".")
        assert "%(" not in line
        lines.append(line)
    assert lines[0] != lines[1]


def test_a_roster_that_is_missing_for_a_week_names_the_team_the_days_and_the_detector() -> None:
    gap = stretch("missing_roster", "Team Noord", days=7, disables=("off_duty",))
    english, dutch = words_of("en"), words_of("nl")
    assert said(gap, signed_titles(english), english) == (
        "No roster for Team Noord from 31 March 2026 to 6 April 2026. Says less, or nothing: Off duty."
    )
    assert said(gap, signed_titles(dutch), dutch) == (
        "Geen rooster voor Team Noord van 31 maart 2026 tot en met 6 april 2026. "
        "Zegt minder, of niets: Buiten diensttijd."
    )


def test_where_explanations_say_less_it_is_said_that_more_is_asked() -> None:
    gap = Gap(DAY, "empty_table", "dispatches", 124, 0, ("dispatch", "high_profile_incident"))
    english, dutch = words_of("en"), words_of("nl")
    assert consequence(gap, signed_titles(english), english) == (
        "Says less, or nothing: An incident that everyone talks about. "
        "Explains less, so that work may raise a question: Sent to an incident with the subject."
    )
    assert consequence(gap, signed_titles(dutch), dutch).startswith(
        "Zegt minder, of niets: Een incident waar iedereen over praat. "
        "Verklaart minder, zodat werk een vraag kan oproepen: "
    )


def test_rosters_that_are_all_missing_are_said_as_rosters_and_not_as_a_table() -> None:
    gap = Gap(DAY, "empty_table", "shifts", 129, 0, ())
    missing = Stretch(DAY - dt.timedelta(days=2), DAY, (gap,))
    assert what(missing, words_of("en")) == (
        "No roster of any team (129 shifts were to be expected since the last) from 4 April 2026 to 6 April 2026"
    )
    assert what(missing, words_of("nl")) == (
        "Geen rooster van enig team (sinds de laatste dag met een rooster waren 129 diensten te verwachten) "
        "van 4 april 2026 tot en met 6 april 2026"
    )


def test_a_detector_that_was_skipped_is_said_by_its_title_in_the_language_of_the_page() -> None:
    words = words_of("nl")
    assert skipped_words("off_duty: needs shifts", signed_titles(words), words) == (
        "Buiten diensttijd: niet geladen: shifts"
    )


def test_the_page_shows_rows_rejects_volumes_and_gaps_and_nobody(warehouse: Any, tmp_path: Path) -> None:
    pages = write_quality(read_quality(warehouse), tmp_path / "new")
    assert [page.name for page in pages] == ["quality-en.html", "quality-nl.html"]
    assert all(stat.S_IMODE(page.stat().st_mode) == 0o600 for page in pages)
    english, dutch = (page.read_text("utf-8") for page in pages)
    assert "No roster for Team Noord on 6 April 2026" in english
    assert "Geen rooster voor Team Noord op 6 april 2026" in dutch
    assert "not a time" in english
    assert "geen tijdstip" in dutch
    for page in (english, dutch):
        assert "agent7" not in page  # a rejected row is counted, never shown


@pytest.mark.parametrize(("language", "day"), [("en", "6 Apr 2026"), ("nl", "6 apr 2026")])
def test_a_day_in_a_table_stands_on_one_line_of_a_narrow_screen(
    warehouse: Any, tmp_path: Path, language: Any, day: str
) -> None:
    (page,) = write_quality(read_quality(warehouse, None, None), tmp_path, language)
    cells = [cell.strip() for cell in re.findall(r'<th scope="row"><bdi>(.*?)</bdi>', page.read_text())]
    assert day.replace(" ", "\u00a0") in cells
    assert day not in cells


def test_a_hostile_name_of_a_system_runs_nowhere(warehouse: Any) -> None:
    html = render_quality(read_quality(warehouse), words_of("en"))
    assert "alert(1)" in html
    assert "<script>alert" not in html
    assert "\u202e" not in html
    assert re.search(r"default-src 'none'", html)


def test_the_same_warehouse_gives_the_same_page(warehouse: Any) -> None:
    first, second = (render_quality(read_quality(warehouse), words_of("nl")) for _ in range(2))
    assert first == second


def test_the_json_has_its_documented_form(warehouse: Any) -> None:
    found = json.loads(json.dumps(read_quality(warehouse).as_dict(), default=str))
    assert set(found) == {
        "version", "first", "last", "audited_days", "tables", "loaded", "rejected", "volumes", "gaps",
    }  # fmt: skip
    roster = next(gap for gap in found["gaps"] if gap["kind"] == "missing_roster")
    assert roster == {
        "kind": "missing_roster", "part": "Team Noord", "first": "2026-04-06", "last": "2026-04-06",
        "days": [{"day": "2026-04-06", "expected": 0.5, "seen": 0.25}], "disables": ["off_duty"],
    }  # fmt: skip
    assert found["rejected"] == [
        {"table": "lookups", "column": "occurred_at", "reason": "bad_time", "rows": 1}
    ]


def test_without_any_audit_it_is_said_what_comes_first(make_world: Callable[[], Any]) -> None:
    with pytest.raises(UsageError, match="nothing was audited yet"):
        read_quality(make_world().warehouse)
