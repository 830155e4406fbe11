"""The prevention report as a page: what it says, what it must never hold, and what a browser makes of it."""

import datetime as dt
import re
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


Site = dict[str, Path]
FIGURES = {"trends": 2, "where": 1, "when": 3, "themes": 1}
PAGES = ["index", "trends", "where", "when", "themes", "measures", "method"]


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Site]:
    """The pages by name, of each warehouse and language."""
    found: dict[str, Site] = {}
    for name, sizes in {"plain": {}, "hostile": {"hostile": True}, "tiny": {"users": 8, "days": 3}}.items():
        folder = tmp_path_factory.mktemp(name)
        with Warehouse(None, Settings()) as warehouse:
            fill(warehouse, **sizes)  # type: ignore[arg-type]
            for path in write_report(warehouse, folder / "reports"):
                found.setdefault(f"{name}-{path.parent.name}", {})[path.stem] = path
    return found


def _own(*pages: Path) -> str:
    """The pages without the figure library."""
    whole = "".join(page.read_text("utf-8") for page in pages)
    return re.sub(r"<script>/\*\*\n\* plotly\.js.*?</script>", "", whole, flags=re.DOTALL)


def test_both_languages_are_written_readable_by_their_owner_only(sites: dict[str, Site]) -> None:
    for language in ("en", "nl"):
        assert list(sites[f"plain-{language}"]) == PAGES
        for page in sites[f"plain-{language}"].values():
            assert page.stat().st_mode & 0o777 == 0o600
            assert page.parent.stat().st_mode & 0o777 == page.parent.parent.stat().st_mode & 0o777 == 0o700
            assert f'<html lang="{language}"' in page.read_text("utf-8")
    assert "Bevragingen die een vraag oproepen" in _own(sites["plain-nl"]["index"])
    assert "Lookups that raise a question" in _own(sites["plain-en"]["index"])


def test_each_page_is_one_small_file(sites: dict[str, Site]) -> None:
    for site in sites.values():
        assert all(page.stat().st_size < 3_000_000 for page in site.values())


def test_every_address_is_that_of_a_page_beside_it(sites: dict[str, Site]) -> None:
    """So that a folder can be read from a file share, and moved; both ways between the languages."""
    for site in sites.values():
        for page in site.values():
            addresses = set(re.findall(r'href="([^"]*)"', _own(page)))
            leading = {address for address in addresses if not address.startswith(("data:", "#"))}
            assert all((page.parent / address.split("#")[0]).is_file() for address in leading), page
            assert {f"../en/{page.name}", f"../nl/{page.name}"} <= leading
            assert {other.name for other in site.values()} <= leading


def test_one_language_alone_has_no_link_to_another(tmp_path: Path) -> None:
    with Warehouse(None, Settings()) as warehouse:
        (page,) = write_report(warehouse, tmp_path, language="nl")
    assert page == tmp_path / "nl" / "index.html"
    assert "../" not in page.read_text("utf-8")


def test_pages_of_an_earlier_site_go_and_files_of_others_stay(tmp_path: Path, sites: dict[str, Site]) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    for name in ("trends", "method"):
        (folder / f"{name}.html").write_bytes(sites["plain-en"][name].read_bytes())
    for name in ("trends.pdf", "notes.html", "notes.pdf"):
        (folder / name).write_text("kept by hand")
    with Warehouse(None, Settings()) as warehouse:
        write_report(warehouse, tmp_path, language="en")
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "notes.html", "notes.pdf"]


def test_the_same_warehouse_gives_the_same_bytes(tmp_path: Path) -> None:
    with Warehouse(None, Settings()) as warehouse:
        fill(warehouse, users=60, days=14, a_day=200)
        first = write_report(warehouse, tmp_path / "a", language="nl")
        second = write_report(warehouse, tmp_path / "b", language="nl")
    assert len(first) > 1
    assert [page.read_bytes() for page in first] == [page.read_bytes() for page in second]


def test_no_person_is_on_a_page(sites: dict[str, Site]) -> None:
    for site in sites.values():
        assert "SECRET" not in _own(*site.values())


def test_titles_say_what_was_planted(sites: dict[str, Site]) -> None:
    english, dutch = sites["plain-en"], sites["plain-nl"]
    for page in ("trends", "index"):
        assert "Curiosity about doubled in the week of 16 February" in _own(english[page])
        assert "Nieuwsgierigheid verdubbelde ongeveer in de week van 16 februari" in _own(dutch[page])
    assert "MEOS has the highest rate of questions" in _own(english["when"])
    assert "1 of 30 groups differs from the others by more than chance" in _own(english["where"])


def test_a_team_of_four_is_not_on_the_page(sites: dict[str, Site]) -> None:
    text = _own(sites["plain-en"]["where"])
    assert ">Team 30<" in text
    assert "Team 31" not in text
    assert "Other teams" in text


def test_a_site_about_too_few_people_holds_no_number_and_no_figure(sites: dict[str, Site]) -> None:
    assert list(sites["tiny-en"]) == ["index", "method"]
    text = _own(*sites["tiny-en"].values())
    assert "Fewer than 10 people made these lookups" in text
    assert "data-figure" not in text
    assert 'class="headlines' not in text


def test_an_empty_warehouse_gives_a_page_that_says_so(tmp_path: Path) -> None:
    with Warehouse(None, Settings()) as warehouse:
        (page,) = write_report(warehouse, tmp_path, language="en")
    assert "Nothing has been audited yet" in page.read_text("utf-8")


def test_every_figure_has_its_table_open_and_as_a_download(sites: dict[str, Site]) -> None:
    """A page without scripts then shows the numbers; where there are scripts, they fold the table."""
    for name, expected in FIGURES.items():
        figures = _own(sites["plain-en"][name]).split('<figure class="figure"')[1:]
        assert len(figures) == expected
        for part in figures:
            assert '<script type="application/json"' in part
            assert '<details class="fold" open>' in part
            assert "<table>" in part
            assert re.search(r'download="\w+-2026-01-05_2026-03-29-en\.csv" href="data:text/csv', part)


def test_the_method_names_what_did_not_run_and_what_is_hidden(sites: dict[str, Site]) -> None:
    text = _own(sites["plain-en"]["method"])
    for words in ("fixation: needs history", "0123456789abcdef", "0.1.0+abc", "How many numbers are hidden"):
        assert words in text


def test_hostile_names_are_text_only(sites: dict[str, Site]) -> None:
    for language in ("en", "nl"):
        text = _own(*sites[f"hostile-{language}"].values())
        assert "window.hacked" in text
        assert "<script>window.hacked" not in text
        assert "<img" not in text
        assert "<a href='http" not in text
        assert "\u202e" not in text


def test_the_policy_allows_no_address_and_no_script_but_those_of_the_page(sites: dict[str, Site]) -> None:
    for page in sites["plain-en"].values():
        (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', _own(page))
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


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 1280, 1920])
@pytest.mark.parametrize("name", ["plain-en", "plain-nl", "hostile-en", "hostile-nl"])
def test_a_browser_draws_each_page_and_nothing_else_happens(
    browser: Any, sites: dict[str, Site], name: str, width: int
) -> None:
    for page, path in sites[name].items():
        view = browser.new_page(viewport={"width": width, "height": 900})
        said: list[str] = []
        asked: list[str] = []
        view.on("console", lambda message, said=said: said.append(message.text))
        view.on("pageerror", lambda error, said=said: said.append(str(error)))
        view.on("request", lambda request, asked=asked: asked.append(request.url))
        view.goto(path.as_uri())
        if page in FIGURES:
            view.wait_for_selector("html[data-drawn]")
        view.evaluate("() => document.querySelectorAll('details').forEach(part => { part.open = true; })")
        seen = view.evaluate(_WATCH)
        view.close()
        assert said == []
        assert asked == [path.as_uri()]
        assert seen["plots"] == FIGURES.get(page, 0)
        assert seen["svgs"] >= seen["plots"]
        assert not seen["hacked"]
        assert not seen["links"]
        assert not seen["wide"]
