"""The prevention report as a page: what it says, what it must never hold, and what a browser makes of it."""

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lookup_audit.reporting.report import write_report
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

FIRST = dt.date(2026, 1, 5)
SCRIPT = "</script><script>window.hacked=1</script>"
IMAGE = "<img src=x onerror='window.hacked=1'>\"'"
REVERSED = "\u202egnidrocer <a href='http://example.test/'>x</a>"
DETECTORS = {
    "news_spike": "curiosity",
    "public_figure": "curiosity",
    "neighbour": "personal_involvement",
    "family": "personal_involvement",
    "self_lookup": "personal_involvement",
    "bulk_extraction": "personal_benefit",
}


def fill(
    warehouse: Warehouse, *, users: int = 500, days: int = 84, a_day: int = 1500, hostile: bool = False
) -> None:
    """A plausible warehouse after its audits: working hours, a week of curiosity, one busy team, small teams."""
    random = np.random.default_rng(7)
    people = _people(users, hostile)
    assert warehouse.rows("SELECT * FROM runs") == []
    warehouse.insert("users", people)
    size = days * a_day
    day = np.sort(random.integers(0, days, size))
    hour = random.choice(24, size, p=_hours())
    who = random.integers(0, users, size)
    local = pd.Timestamp(FIRST) + pd.to_timedelta(day, unit="D")
    systems = np.array(["BVH", "BVI-IB", SCRIPT if hostile else "MEOS", REVERSED if hostile else "RDW"])
    system = systems[random.choice(4, size, p=[0.5, 0.25, 0.2, 0.05])]
    lookups = pd.DataFrame(
        {
            "lookup_id": [f"L{i}" for i in range(size)],
            "occurred_at": local + pd.to_timedelta(hour, unit="h"),
            "user_id": people["user_id"].to_numpy()[who],
            "system": system,
            "channel": np.where(system == systems[2], "mobile", np.where(hour % 7 == 0, None, "desktop")),
            "local_date": local.date,
            "local_hour": hour,
            "local_weekday": local.day_of_week + 1,
            "file_id": "f",
        }
    )
    warehouse.insert("lookups", lookups)
    odds = np.full(size, 0.012)
    odds *= np.where((hour < 6) | (hour > 21), 2.2, 1.0) * np.where(system == systems[2], 1.6, 1.0)
    odds *= np.where(people["team"].to_numpy()[who] == "Team 11", 2.5, 1.0)
    spike = (day >= 42) & (day < 49)
    odds *= np.where(spike, 1.5, 1.0)
    detectors = random.choice(list(DETECTORS), size, p=[0.25, 0.2, 0.25, 0.17, 0.11, 0.02])
    detectors = np.where(spike & (random.random(size) < 0.5), "news_spike", detectors)
    raised = random.random(size) < odds
    _questions(warehouse, lookups[raised], detectors[raised])
    _around(warehouse, days, a_day, hostile)


def _people(users: int, hostile: bool) -> pd.DataFrame:
    """Thirty teams of two districts; the last two are too small to be shown."""
    team = np.minimum(np.arange(users) % 31, 29)
    team[:4] = 30
    names = np.array([f"Team {number + 1}" for number in range(31)], dtype=object)
    if hostile:
        names[:3] = [SCRIPT, IMAGE, REVERSED]
    return pd.DataFrame(
        {
            "user_id": [f"SECRETUSER{i}" for i in range(users)],
            "unit": "Eenheid Den Haag",
            "district": np.where(team % 2 == 0, "Noord", SCRIPT if hostile else "Zuid"),
            "team": names[team],
            "surname": "SECRETNAME",
            "file_id": "f",
        }
    )


def _hours() -> Any:
    weights = np.array([2, 1, 1, 1, 1, 1, 2, 5, 8, 9, 9, 8, 7, 8, 8, 8, 7, 7, 6, 6, 5, 5, 4, 3], dtype=float)
    return weights / weights.sum()


def _questions(warehouse: Warehouse, lookups: pd.DataFrame, detectors: Any) -> None:
    motives = [DETECTORS[detector] for detector in detectors]
    common = {
        "system": lookups["system"].to_numpy(),
        "lookup_id": lookups["lookup_id"].to_numpy(),
        "user_id": lookups["user_id"].to_numpy(),
        "subject_id": "SECRETSUBJECT",
        "occurred_at": lookups["occurred_at"].to_numpy(),
        "audit_date": lookups["local_date"].to_numpy(),
        "motive": motives,
    }
    warehouse.insert(
        "findings",
        pd.DataFrame(
            {
                **common, "finding_id": [f"F{i}" for i in range(len(lookups))], "run_id": "R",
                "detector": detectors, "score": 0.8, "evidence": "{}",
            }
        ),
    )  # fmt: skip
    warehouse.insert(
        "lookup_risk",
        pd.DataFrame(
            {
                **common, "risk": 0.5, "detectors": [[detector] for detector in detectors],
                "work_links": [[] for _ in detectors], "sum_shown": "{}", "alert_about": "behaviour",
            }
        ),
    )  # fmt: skip


def _around(warehouse: Warehouse, days: int, a_day: int, hostile: bool) -> None:
    dates = [FIRST + dt.timedelta(days=number) for number in range(days)]
    skipped = [f"fixation: {SCRIPT}" if hostile else "fixation: needs history"]
    warehouse.insert(
        "runs",
        pd.DataFrame(
            {
                "run_id": [f"R{day}" for day in dates],
                "audit_date": dates,
                "started_at": pd.Timestamp("2026-06-01"),
                "finished_at": pd.Timestamp("2026-06-01"),
                "status": "done",
                "config_hash": "0123456789abcdef",
                "code_version": "0.1.0+abc",
                "lookups": a_day,
                "explained": [int(a_day * (0.93 + 0.01 * (day.day % 3))) for day in dates],
                "first_lookups": a_day // 3,
                "first_explained": int(a_day / 3 * 0.88),
                "findings": 10,
                "skipped_detectors": [skipped if day.day < 4 else [] for day in dates],
            }
        ),
    )
    warehouse.insert(
        "news",
        pd.DataFrame(
            {
                "news_id": ["N1", "N2", "N3"],
                "published_at": [pd.Timestamp(FIRST) + pd.Timedelta(days=day) for day in (12, 41, 42)],
                "subject_id": "SECRETSUBJECT",
                "headline": "SECRETHEADLINE",
                "file_id": "f",
            }
        ),
    )
    warehouse.insert(
        "interventions",
        pd.DataFrame(
            {
                "intervention_id": ["I1", "I2", "I3"],
                "held_on": [FIRST + dt.timedelta(days=day) for day in (20, 55, 62)],
                "kind": ["campaign", "dilemma_session", "debrief"],
                "theme": ["public_figure", SCRIPT if hostile else "neighbour", IMAGE if hostile else None],
                "unit": [None, "Eenheid Den Haag", "Eenheid Den Haag"],
                "team": [None, None, "Team 3"],
                "file_id": "f",
            }
        ),
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Report pages by name of the warehouse and language."""
    found: dict[str, Path] = {}
    for name, sizes in {"plain": {}, "hostile": {"hostile": True}, "tiny": {"users": 8, "days": 3}}.items():
        folder = tmp_path_factory.mktemp(name)
        with Warehouse(None, Settings()) as warehouse:
            fill(warehouse, **sizes)  # type: ignore[arg-type]
            for path in write_report(warehouse, folder / "reports"):
                found[f"{name}-{path.stem[-2:]}"] = path
    return found


def _own(page: Path) -> str:
    """The page without the figure library."""
    return re.sub(r"<script>/\*\*\n\* plotly\.js.*?</script>", "", page.read_text("utf-8"), flags=re.DOTALL)


def test_both_languages_are_written_readable_by_their_owner_only(pages: dict[str, Path]) -> None:
    for language in ("en", "nl"):
        page = pages[f"plain-{language}"]
        assert page.stat().st_mode & 0o777 == 0o600
        assert f'<html lang="{language}"' in page.read_text("utf-8")
    assert "Bevragingen die een vraag oproepen" in _own(pages["plain-nl"])
    assert "Lookups that raise a question" in _own(pages["plain-en"])


def test_the_same_warehouse_gives_the_same_bytes(tmp_path: Path) -> None:
    with Warehouse(None, Settings()) as warehouse:
        fill(warehouse, users=60, days=14, a_day=200)
        (first,) = write_report(warehouse, tmp_path / "a", language="nl")
        (second,) = write_report(warehouse, tmp_path / "b", language="nl")
    assert first.read_bytes() == second.read_bytes()


def test_no_person_is_on_a_page(pages: dict[str, Path]) -> None:
    for page in pages.values():
        assert "SECRET" not in page.read_text("utf-8")


def test_titles_say_what_was_planted(pages: dict[str, Path]) -> None:
    text = _own(pages["plain-en"])
    assert "Curiosity about doubled in the week of 16 February" in text
    assert "MEOS has the highest rate of questions" in text
    assert "1 of 30 groups differs from the others by more than chance" in text
    assert "Nieuwsgierigheid verdubbelde ongeveer in de week van 16 februari" in _own(pages["plain-nl"])


def test_a_team_of_four_is_not_on_the_page(pages: dict[str, Path]) -> None:
    text = _own(pages["plain-en"])
    assert ">Team 30<" in text
    assert "Team 31" not in text
    assert "Other teams" in text


def test_a_page_about_too_few_people_holds_no_number_and_no_figure(pages: dict[str, Path]) -> None:
    text = _own(pages["tiny-en"])
    assert "Fewer than 10 people made these lookups" in text
    assert "data-figure" not in text
    assert "headlines" not in text.split("</style>")[1]


def test_an_empty_warehouse_gives_a_page_that_says_so(tmp_path: Path) -> None:
    with Warehouse(None, Settings()) as warehouse:
        (page,) = write_report(warehouse, tmp_path, language="en")
    assert "Nothing has been audited yet" in page.read_text("utf-8")


def test_every_table_of_a_figure_holds_what_is_drawn(pages: dict[str, Path]) -> None:
    text = _own(pages["plain-en"])
    figures = text.split('<figure class="figure"')[1:]
    assert len(figures) == 7
    assert all('<script type="application/json"' in part and "<table>" in part for part in figures)


def test_the_method_names_what_did_not_run_and_what_is_hidden(pages: dict[str, Path]) -> None:
    text = _own(pages["plain-en"])
    for words in ("fixation: needs history", "0123456789abcdef", "0.1.0+abc", "How many numbers are hidden"):
        assert words in text


def test_hostile_names_are_text_only(pages: dict[str, Path]) -> None:
    for language in ("en", "nl"):
        text = _own(pages[f"hostile-{language}"])
        assert "window.hacked" in text
        assert "<script>window.hacked" not in text
        assert "<img" not in text
        assert "<a href='http" not in text
        assert "\u202e" not in text


def test_the_policy_allows_no_address_and_no_script_but_those_of_the_page(pages: dict[str, Path]) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', _own(pages["plain-en"]))
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy.split("style-src")[0]


_WATCH = """
() => ({
  svgs: document.querySelectorAll('.plot svg.main-svg').length,
  plots: document.querySelectorAll('.plot').length,
  hacked: 'hacked' in window,
  links: document.querySelectorAll('svg a, main a[href^=http]').length,
  wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
})
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    with playwright.sync_playwright() as play:
        running = play.chromium.launch(executable_path=found, args=options)
        yield running
        running.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("name", ["plain-en", "plain-nl", "hostile-en", "hostile-nl"])
def test_a_browser_draws_the_page_and_nothing_else_happens(
    browser: Any, pages: dict[str, Path], name: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pages[name].as_uri())
    page.wait_for_selector("html[data-drawn]")
    page.evaluate("() => document.querySelectorAll('details').forEach(part => { part.open = true; })")
    seen = page.evaluate(_WATCH)
    page.close()
    assert said == []
    assert asked == [pages[name].as_uri()]
    assert seen["plots"] == 7
    assert seen["svgs"] >= seen["plots"]
    assert not seen["hacked"]
    assert not seen["links"]
    assert not seen["wide"]
