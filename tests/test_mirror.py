"""The mirror: one's own amounts beside the peers', with nothing of anyone else, and no judgement."""

import datetime as dt
import io
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.errors import UsageError
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.reporting.mirror.mirror import DILEMMAS, write_mirror
from lookup_audit.reporting.mirror.numbers import Beside, Mirror, Weeks, middle_half, read_mirror, weeks_of
from lookup_audit.warehouse import Warehouse
from tests.browser import accessibility_faults, open_page
from tests.notice_world import SECRETS, audit_days, employ, judge, look_up, settings

WHO = Actor("m.visser")
MONDAY = dt.date(2026, 2, 2)
WEEKS = Weeks(MONDAY, dt.date(2026, 2, 22))
DAY = dt.timedelta(days=1)
PEERS = [f"collega{nr:02d}" for nr in range(12)]


def work(warehouse: Warehouse, user: str, day: dt.date, **amounts: int) -> None:
    """One user's day: so many lookups, each in BVH at nine, all of persons met before unless said otherwise."""
    number = amounts.get("lookups", 1)
    row = {
        "user_id": user, "day": day, "peer_group": "noodhulp Noord", "lookups": number, "subjects": number,
        "first_subjects": 0, "unlinked": 0, "off_duty": 0, "night_hours": 0, "systems": 1, "persons": number,
        "vehicles": 0, "mobile": 0, "prints_exports": 0, "peak_hour": 1, "most_repeated": 1, "near_home": 0,
        "public_figures": 0, **amounts,
    }  # fmt: skip
    warehouse.insert("user_days", pd.DataFrame([row]))
    at = dt.datetime.combine(day, dt.time(8, 30))  # 9:30 in winter
    warehouse.insert(
        "lookups",
        pd.DataFrame(
            [
                {
                    "lookup_id": f"{user} {day} {nr}", "occurred_at": at, "user_id": user, "system": "BVH",
                    "subject_id": "P-geheim", "query_text": "Jan Geheimpersoon", "case_id": "ZAAK-geheim",
                    "justification": "omdat-geheim", "workstation": "WS-geheim", "local_date": day, "local_hour": 9,
                    "local_weekday": day.isoweekday(), "file_id": "f",
                }
                for nr in range(number)
            ]
        ),
    )  # fmt: skip


def explain(
    warehouse: Warehouse, user: str, day: dt.date, count: int, link: str = "own_case", strength: float = 1.0
) -> None:
    warehouse.insert(
        "work_links",
        pd.DataFrame(
            [
                {"system": "BVH", "lookup_id": f"{user} {day} {nr}", "explanation": link, "strength": strength, "audit_date": day}  # noqa: E501
                for nr in range(count)
            ]
        ),
    )  # fmt: skip


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """Eva makes 10 lookups in each of three weeks; her twelve peers 10, 12, 14 … 32 in each."""
    with Warehouse(None, settings()) as one:
        audit_days(one, dt.date(2026, 2, 1), dt.date(2026, 2, 24))
        employ(one, "eva", *PEERS)
        for week in range(3):
            day = MONDAY + 7 * week * DAY
            work(one, "eva", day, lookups=10, first_subjects=4, off_duty=1, prints_exports=2)
            explain(one, "eva", day, 6)
            for nr, peer in enumerate(PEERS):
                work(one, peer, day, lookups=10 + 2 * nr)
                explain(one, peer, day, 5 + nr)
        yield one


def mirror_of(warehouse: Warehouse, weeks: Weeks = WEEKS) -> Mirror:
    return read_mirror(warehouse, "eva", weeks)


def written(warehouse: Warehouse, out: Path, **more: Any) -> list[str]:
    pages = write_mirror(warehouse, "eva", out, reason="asked for it", who=WHO, **more)
    return [page.read_text(encoding="utf-8") for page in pages]


def said(html: str) -> str:
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


# ── Amounts ─────────────────────────────────────────────────────────────────────────────────────────────


def test_amounts_are_ones_own_and_the_middle_half_of_the_peers(warehouse: Warehouse) -> None:
    mirror = mirror_of(warehouse)
    assert (mirror.basis, mirror.lookups, mirror.working_days) == ("group", 30, 3)
    # peers make 10, 12, 14, 16, 18 … 32 a week: around the quartiles are 14, 16, 18 and 24, 26, 28
    assert mirror.a_week == Beside("", 10, 16, 26)
    assert [(one.own, one.low, one.high) for one in mirror.by_week] == [(10, 16, 26)] * 3
    assert mirror.explained.own == pytest.approx(0.6)
    assert (mirror.off_duty.own, mirror.first_time.own, mirror.prints.own) == pytest.approx((0.1, 0.4, 0.2))
    assert mirror.off_duty.high == 0
    assert [one.part for one in mirror.systems] == ["BVH"]
    assert [one.own for one in mirror.hours] == [1.0 if nr == 4 else 0.0 for nr in range(12)]


def test_a_lookup_with_two_work_links_is_explained_once(warehouse: Warehouse) -> None:
    explain(warehouse, "eva", MONDAY, 6, "dispatch")
    links = {one.part: one.own for one in mirror_of(warehouse).links}
    assert links == pytest.approx({"": 0.6, "own_case": 0.6, "dispatch": 0.2})


def test_a_link_that_only_softens_explains_nothing(warehouse: Warehouse) -> None:
    warehouse.run("UPDATE work_links SET strength = 0.49 WHERE lookup_id LIKE 'eva%'")
    assert mirror_of(warehouse).explained.own == 0


def test_a_week_without_a_lookup_is_none_and_peers_who_were_away_do_not_count(warehouse: Warehouse) -> None:
    second = {"day": MONDAY + 7 * DAY}
    warehouse.run("DELETE FROM user_days WHERE day = $day AND user_id = 'eva'", second)
    warehouse.run("DELETE FROM user_days WHERE day = $day AND user_id > 'collega08'", second)
    weeks = mirror_of(warehouse).by_week
    assert weeks[1] == Beside((MONDAY + 7 * DAY).isoformat(), 0, None, None), "nine peers are too few"
    assert weeks[0].low == 16


@pytest.mark.parametrize(
    ("same_team", "same_function", "basis"),
    [(10, 0, "group"), (9, 3, "function"), (9, 0, None)],
)
def test_peers_are_of_the_team_else_of_the_function_else_nobody(
    warehouse: Warehouse, same_team: int, same_function: int, basis: str | None
) -> None:
    for nr, peer in enumerate(PEERS):
        if nr >= same_team:
            warehouse.run("UPDATE user_days SET peer_group = 'elders' WHERE user_id = $user", {"user": peer})
        if nr >= same_team + same_function:
            warehouse.run("UPDATE users SET function = 'staf' WHERE user_id = $user", {"user": peer})
    mirror = mirror_of(warehouse)
    assert mirror.basis == basis
    assert (mirror.a_week.low is None) == (basis is None)
    assert mirror.a_week.own == 10


@given(st.lists(st.integers(0, 10_000), min_size=8, max_size=60, unique=True))
def test_no_end_of_the_middle_half_is_one_peers_number_nor_moves_with_it(values: list[int]) -> None:
    """Each end is a mean of three: one peer's number moves it by a third at most, before it is rounded."""
    amounts = [value / 10_000 for value in values]
    low, high = middle_half(amounts, share=True)
    ordered = sorted(amounts)
    assert ordered[0] - 0.005 <= low <= high + 0.005 <= ordered[-1] + 0.01
    mirrored = middle_half([1 - value for value in amounts], share=True)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high), abs=0.0101)
    outlier = [*ordered[:-1], 10.0]
    assert middle_half(outlier, share=True)[0] == low, "who stands out does not show"


def test_the_middle_half_is_told_to_two_digits() -> None:
    amounts = [101.0, 203.0, 307.0, 409.0, 503.0, 601.0, 709.0, 809.0, 907.0, 1009.0]
    assert middle_half(amounts, share=False) == (310.0, 810.0)


# ── Which weeks ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "last", "weeks"),
    [
        (None, None, (dt.date(2026, 2, 2), dt.date(2026, 2, 22))),
        (dt.date(2026, 2, 11), None, (dt.date(2026, 2, 9), dt.date(2026, 2, 22))),
        (None, dt.date(2026, 2, 11), (dt.date(2026, 2, 2), dt.date(2026, 2, 15))),
        (dt.date(2026, 2, 11), dt.date(2026, 2, 11), (dt.date(2026, 2, 9), dt.date(2026, 2, 15))),
    ],
)
def test_days_are_widened_to_whole_audited_weeks(
    warehouse: Warehouse, first: dt.date | None, last: dt.date | None, weeks: tuple[dt.date, dt.date]
) -> None:
    assert weeks_of(warehouse, first, last) == Weeks(*weeks)


def test_without_a_whole_week_there_is_no_mirror(warehouse: Warehouse) -> None:
    audit_days(warehouse, dt.date(2026, 2, 3), dt.date(2026, 2, 12))
    with pytest.raises(UsageError, match="no whole week"):
        weeks_of(warehouse, None, None)


# ── The pages ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_look_is_in_the_trail_with_its_reason_also_when_there_is_nothing_to_show(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    written(warehouse, tmp_path)
    entry = warehouse.rows("SELECT * FROM trail")[0]
    assert (entry["action"], entry["about"], entry["actor"]) == ("mirror", "eva", "m.visser")
    assert entry["reason"] == "2026-02-02 to 2026-02-22: asked for it"
    employ(warehouse, "nieuw")
    with pytest.raises(UsageError, match="no lookup by this user"):
        write_mirror(warehouse, "nieuw", tmp_path, reason="asked for it", who=WHO)
    assert warehouse.count("trail") == 2


def test_without_a_reason_there_is_no_mirror(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="say why"):
        write_mirror(warehouse, "eva", tmp_path, reason="  ", who=WHO)
    assert list(tmp_path.iterdir()) == []


def test_pages_name_nobody_and_are_for_their_owner_only(warehouse: Warehouse, tmp_path: Path) -> None:
    name = pseudonyms_of(warehouse).user("eva")
    pages = write_mirror(warehouse, name, tmp_path / "out", reason="asked for it", who=WHO)
    assert [page.name for page in pages] == [f"mirror-{name}-en.html", f"mirror-{name}-nl.html"]
    assert {stat.S_IMODE(page.stat().st_mode) for page in pages} == {0o600}
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert not [
            mark for mark in (*SECRETS, *PEERS, pseudonyms_of(warehouse).user(PEERS[0])) if mark in html
        ]
        assert not re.search(r"\beva\b", said(html))


def test_what_was_asked_or_judged_changes_nothing_on_the_page(warehouse: Warehouse, tmp_path: Path) -> None:
    """No risk, no finding and no alert is in a mirror: with many of them it is the same, byte for byte."""
    before = written(warehouse, tmp_path / "a")
    look_up(warehouse, "eva", "L1", dt.date(2026, 1, 5), risk=0.9)
    warehouse.run("UPDATE lookup_risk SET audit_date = $day", {"day": MONDAY})
    warehouse.run("UPDATE findings SET audit_date = $day", {"day": MONDAY})
    judge(warehouse, "alert of L1", "referred")
    assert written(warehouse, tmp_path / "b") == before
    for html in before:
        assert not re.search(r"\brisk\b|\brisico|\balert\b|\bsignaal\b|\bfinding", said(html), re.IGNORECASE)


def test_a_page_says_what_it_is_not_and_ends_with_the_questions_and_dilemmas(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    english, dutch = map(said, written(warehouse, tmp_path))
    assert "no evidence and no measure of performance" in english
    assert "geen bewijs en geen maat voor je prestaties" in dutch
    assert english.index("Your lookups") < english.index("Am I allowed to?")
    for text in (english, dutch):
        assert len(re.findall(r"Am I allowed to\?|Mag ik dit\?", text)) == 1 + len(DILEMMAS)
    assert "Peers are colleagues with your function in your team." in english
    assert "lookups a week 10 peers: 16 to 26" in english
    assert "bevragingen per week 10 collega's: 16 tot 26" in dutch.replace("&#39;", "'")


def test_a_system_that_was_named_to_break_the_page_does_not(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.run(
        "UPDATE lookups SET system = $name WHERE user_id = 'eva'", {"name": "</script><img src=x onerror=1>"}
    )
    for html in written(warehouse, tmp_path):
        assert "<img" not in html


def test_the_command_writes_one_language_and_prints_no_id(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with Warehouse(path, settings()) as one:
        audit_days(one, dt.date(2026, 2, 1), dt.date(2026, 2, 24))
        employ(one, "eva")
        work(one, "eva", MONDAY, lookups=3)
    arguments = ["mirror", "eva", "--out", str(tmp_path / "out"), "--warehouse", str(path)]
    assert CliRunner().invoke(app, arguments).exit_code == 2, "it asks why"
    done = CliRunner().invoke(app, [*arguments, "--reason", "asked for it", "--lang", "nl"])
    assert done.exit_code == 0, done.output
    assert re.fullmatch(r"\S*mirror-u-[a-z2-7]{16}-nl\.html\n", done.stdout)
    html = Path(done.stdout.strip()).read_text(encoding="utf-8")
    assert "te weinig collega's" in said(html).replace("&#39;", "'")


@pytest.mark.browser
def test_pages_are_readable_by_everyone_on_any_screen(
    warehouse: Warehouse, tmp_path: Path, browser: Any
) -> None:
    pages = write_mirror(warehouse, "eva", tmp_path, reason="asked for it", who=WHO)
    for page in pages:
        for width in (400, 1280, 1920):
            view = open_page(browser, page, width)
            assert view.locator(".js-plotly-plot").count() == 4
            assert view.evaluate("document.documentElement.scrollWidth") <= width
            if width != 1920:
                assert accessibility_faults(view) == []
            view.close()


@pytest.mark.browser
def test_the_html_of_a_message_is_readable_by_everyone(tmp_path: Path, browser: Any) -> None:
    import email
    from email import policy

    from lookup_audit.reporting.notices.notices import write_notices

    with Warehouse(None, settings(hold_out=0.0)) as one:
        audit_days(one)
        employ(one, "eva")
        look_up(one, "eva", "L1")
        ended = write_notices(one, tmp_path, who=WHO, today=dt.date(2026, 3, 11))
    assert ended.folder is not None
    raw = next(ended.folder.glob("*.eml")).read_bytes()
    message = email.message_from_binary_file(io.BytesIO(raw), policy=policy.default)
    page = tmp_path / "message.html"
    page.write_text(message.get_body(("html",)).get_content(), encoding="utf-8")  # type: ignore[attr-defined]
    view = open_page(browser, page, 400)
    assert view.evaluate("document.documentElement.scrollWidth") <= 400
    assert accessibility_faults(view) == []
    view.close()
