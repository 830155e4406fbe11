"""The prevention report as a page: what it says, what it must never hold, and what a browser makes of it."""

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest

from lookup_audit.reporting.dashboard.report import Report
from lookup_audit.settings import Language, Settings
from lookup_audit.warehouse import Warehouse
from tests.trend_world import MONDAY, THEMES, fill

SCRIPT = "</script><script>window.hacked=1</script>"
IMAGE = "<img src=x onerror='window.hacked=1'>\"'"
REVERSED = "\u202egnidrocer <a href='http://example.test/'>x</a>"


def unit(warehouse: Warehouse, *, hostile: bool = False) -> None:
    """Ten teams and one of four users, a team that asks for talk, a wave of curiosity, and activities."""
    fill(warehouse, teams=(30,) * 10 + (4,), weeks=13, often=0.02, seed=7)
    busy = [
        {"day": MONDAY + dt.timedelta(weeks=week), "user_id": f"u9-{nr}", "theme": "neighbour"}
        for week in range(13)
        for nr in range(12)
    ]
    wave = [
        {"day": MONDAY + dt.timedelta(weeks=6), "user_id": f"u{nr % 10}-{nr // 10}", "theme": "news_spike"}
        for nr in range(60)
    ]
    rows = pd.DataFrame([*busy, *wave]).assign(
        system=SCRIPT if hostile else "MEOS",
        channel="mobile",
        action="view",
        hour=10,
        duty="on",
        lookups=1,
        risk=0.9,
    )
    warehouse.insert("question_days", rows.assign(motive=[THEMES[theme] for theme in rows["theme"]]))
    warehouse.insert(
        "findings",
        pd.DataFrame(
            [
                {
                    "finding_id": f"F{nr}", "run_id": "r", "audit_date": one["day"], "detector": "news_spike",
                    "motive": "curiosity", "system": "BVH", "lookup_id": f"L{nr}", "user_id": one["user_id"],
                    "subject_id": "SECRETSUBJECT", "occurred_at": pd.Timestamp(one["day"]), "score": 0.9,
                    "evidence": "{}",
                }
                for nr, one in enumerate(wave)
            ]
        ),
    )  # fmt: skip
    warehouse.run(
        "INSERT INTO volume_days SELECT day, cut, $part, 500, 400, 60 FROM volume_days WHERE cut = 'system'",
        {"part": SCRIPT if hostile else "MEOS"},
    )
    warehouse.run("UPDATE users SET surname = 'SECRETNAME'")
    warehouse.run(
        "UPDATE runs SET skipped_detectors = [$line]", {"line": f"fixation: {SCRIPT if hostile else 'why'}"}
    )
    if hostile:
        for nr, name in enumerate((SCRIPT, IMAGE, REVERSED)):
            warehouse.run(
                "UPDATE users SET team = $name WHERE team = $old", {"name": name, "old": f"Team {nr}"}
            )
        warehouse.run("UPDATE users SET district = $name WHERE district = 'South'", {"name": SCRIPT})
    _around(warehouse, hostile=hostile)


def _around(warehouse: Warehouse, *, hostile: bool) -> None:
    warehouse.insert(
        "news",
        pd.DataFrame(
            {
                "news_id": ["N1", "N2", "N3"],
                "published_at": [pd.Timestamp(MONDAY) + pd.Timedelta(days=day) for day in (12, 41, 42)],
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
                "held_on": [MONDAY + dt.timedelta(days=day) for day in (40, 45, 62)],
                "kind": ["campaign", "dilemma_session", "debrief"],
                "theme": ["news_spike", SCRIPT if hostile else "neighbour", IMAGE if hostile else None],
                "unit": [None, "Unit", "Unit"],
                "team": [None, None, "Team 9"],
                "file_id": "f",
            }
        ),
    )


Site = dict[str, Path]
PAGES = ["index", "trends", "where", "when", "news", "measures", "emerging", "themes", "method"]


def written(warehouse: Warehouse, folder: Path, language: Language | None = None) -> list[Path]:
    return Report(warehouse).write(folder, language)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Site]:
    """The pages by name, of each warehouse and language."""
    found: dict[str, Site] = {}
    for name in ("plain", "hostile", "tiny"):
        folder = tmp_path_factory.mktemp(name)
        with Warehouse(folder / "w.duckdb", Settings()) as warehouse:
            if name == "tiny":
                fill(warehouse, teams=(8,), weeks=3)
            else:
                unit(warehouse, hostile=name == "hostile")
            for path in written(warehouse, folder / "reports"):
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
        (page,) = written(warehouse, tmp_path, "nl")
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
        written(warehouse, tmp_path, "en")
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "notes.html", "notes.pdf"]


def test_the_same_warehouse_and_key_give_the_same_bytes(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.duckdb", Settings()) as warehouse:
        fill(warehouse, teams=(20, 20), weeks=4)
        first = written(warehouse, tmp_path / "a", "nl")
        second = written(warehouse, tmp_path / "b", "nl")
    assert len(first) > 1
    assert [page.read_bytes() for page in first] == [page.read_bytes() for page in second]
    key = tmp_path / "w.duckdb.key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_no_person_is_on_a_page(sites: dict[str, Site]) -> None:
    for site in sites.values():
        assert "SECRET" not in _own(*site.values())


def test_titles_say_what_was_planted(sites: dict[str, Site]) -> None:
    english, dutch = sites["plain-en"], sites["plain-nl"]
    for page in ("trends", "index"):
        assert re.search("Curiosity .* in the week of 16 February", _own(english[page]))
        assert re.search("Nieuwsgierigheid .* in de week van 16 februari", _own(dutch[page]))
    assert "Team 9" in _own(english["where"])
    assert "Discuss “Neighbours”" in _own(english["index"])
    assert "One wave of attention" in _own(english["news"])


def test_a_team_of_four_is_on_no_page(sites: dict[str, Site]) -> None:
    text = _own(*sites["plain-en"].values())
    assert "Team 10" not in text
    assert "Team 1<" in text


def test_every_published_count_is_a_multiple_of_five(sites: dict[str, Site]) -> None:
    for address in re.findall(r'href="data:text/csv[^,]*,([^"]*)"', _own(*sites["plain-en"].values())):
        header, *rows = csv.reader(io.StringIO(unquote(address).lstrip("\ufeff")))
        places = [nr for nr, name in enumerate(header) if name.endswith(("Questions", "Lookups", "Users"))]
        counts = [row[place] for row in rows for place in places]
        assert all(not count or int(count) % 5 == 0 for count in counts), header


def test_a_site_about_too_few_people_holds_no_number_and_no_figure(sites: dict[str, Site]) -> None:
    assert list(sites["tiny-en"]) == ["index", "method"]
    text = _own(*sites["tiny-en"].values())
    assert "Fewer than 10 people made these lookups" in text
    assert "data-figure" not in text
    assert 'class="headlines' not in text


def test_an_empty_warehouse_gives_a_page_that_says_so(tmp_path: Path) -> None:
    with Warehouse(None, Settings()) as warehouse:
        (page,) = written(warehouse, tmp_path, "en")
    assert "Nothing has been audited yet" in page.read_text("utf-8")


def test_every_figure_has_its_table_open_and_as_a_download(sites: dict[str, Site]) -> None:
    """A page without scripts then shows the numbers; where there are scripts, they fold the table."""
    for name, page in sites["plain-en"].items():
        figures = _own(page).split('<figure class="figure')[1:]
        assert len(figures) > 0 or name in ("index", "method", "emerging")
        for part in figures:
            assert '<script type="application/json"' in part or 'class="empty"' in part
            if "data-figure" in part:
                assert '<details class="fold" open>' in part
                assert "<table>" in part
                assert re.search(r'download="[\w-]+-2026-01-05_2026-04-05-en\.csv" href="data:text/csv', part)


def test_the_method_names_what_did_not_run_and_what_is_hidden(sites: dict[str, Site]) -> None:
    text = _own(sites["plain-en"]["method"])
    for words in ("fixation: why", r"left out\. \d groups? w\w+ merged", "multiple of 5", "Configuration"):
        assert re.search(words, text)


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
@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("plain-nl", 400),  # whose words are the longest
        ("hostile-en", 400),
        ("plain-en", 1280),
        ("hostile-nl", 1280),
    ],
)
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
        if view.locator("[data-figure]").count():
            view.wait_for_selector("html[data-drawn]")
        view.evaluate("() => document.querySelectorAll('details').forEach(part => { part.open = true; })")
        seen = view.evaluate(_WATCH)
        view.close()
        assert said == []
        assert asked == [path.as_uri()]
        assert seen["plots"] > 0 or page in ("index", "method", "emerging")
        assert seen["svgs"] >= seen["plots"]
        assert not seen["hacked"]
        assert not seen["links"]
        assert not seen["wide"]
