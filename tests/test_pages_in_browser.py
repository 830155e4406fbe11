"""Pages for everyone: with a keyboard, a screen reader, without scripts or colours, in a spreadsheet and on paper."""

import csv
import io
import json
import re
import zlib
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.errors import BrowserMissing, PrintError
from lookup_audit.privacy.actor import actor
from lookup_audit.privacy.mandates import add_mandate
from lookup_audit.reporting.dashboard.figures import COLOURS
from lookup_audit.reporting.dossier.dossier import write_dossier
from lookup_audit.reporting.pdf import VARIABLE, find_chromium, print_pdf
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from tests.browser import accessibility_faults, found_chromium, open_page, tab_stops
from tests.test_report_pages import PAGES, unit, written
from tests.trend_world import fill

SAMPLE = Path(__file__).with_name("dossier_sample.sql").read_text(encoding="utf-8")
FIGURES = [page for page in PAGES if page not in ("index", "method", "emerging")]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every kind of page: of a report in both languages, one about too few people, an empty one, a dossier."""
    folder = tmp_path_factory.mktemp("pages")
    written_pages: dict[str, Path] = {}
    for name in ("", "few-", "empty-"):
        with Warehouse(None, Settings(threads=1)) as warehouse:
            if name == "few-":
                fill(warehouse, teams=(8,), weeks=3)
            elif not name:
                unit(warehouse)
            for path in written(warehouse, folder / f"{name}report"):
                written_pages[f"{name}{path.stem}-{path.parent.name}"] = path
    with Warehouse(None, Settings(threads=1)) as warehouse:
        warehouse.script(SAMPLE)
        me = actor()
        add_mandate(
            warehouse, "M-1", authority="VIK", purpose="Onderzoek 12", user_id="U0042",
            first_day=date(2026, 1, 1), last_day=date(2026, 6, 30), valid_until=warehouse.settings.today(),
            holders=(me.account,), who=me,
        )  # fmt: skip
        for path in write_dossier(warehouse, "U0042", folder / "dossier", mandate="M-1").pages:
            written_pages[f"dossier-{path.stem[-2:]}"] = path
    return written_pages


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "width"),
    [
        (f"{page}-{language}", width)
        for page in (*PAGES, "few-index", "few-method", "empty-index", "dossier")
        for language, width in (("nl", 400), ("en", 1280))
    ],
)
def test_axe_finds_no_fault(browser: Any, pages: dict[str, Path], name: str, width: int) -> None:
    view = open_page(browser, pages[name], width)
    assert accessibility_faults(view) == []
    view.close()


@pytest.mark.browser
def test_a_keyboard_reaches_everything_and_shows_where_it_is(browser: Any, pages: dict[str, Path]) -> None:
    for page in PAGES:
        view = open_page(browser, pages[f"{page}-en"])
        stops = tab_stops(view)
        assert stops[0]["address"] == "#main"
        assert all(stop["seen"] for stop in stops), page
        reached = [stop["address"] for stop in stops if stop["address"]]
        assert reached[1 : 3 + len(PAGES)] == [
            "../en/" + f"{page}.html",
            f"../nl/{page}.html",
            *(f"{one}.html" for one in PAGES),
        ]
        wanted = view.locator("a[href], summary").count()
        assert sum(stop["tag"] in ("a", "summary") for stop in stops) == wanted
        view.close()


def test_headings_go_down_by_one(pages: dict[str, Path]) -> None:
    for path in pages.values():
        levels = [
            int(level) for level in re.findall(r"<h([1-6])[ >]", path.read_text("utf-8").split("<body")[1])
        ]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), path


@pytest.mark.browser
def test_tables_are_folded_with_scripts_and_open_without(browser: Any, pages: dict[str, Path]) -> None:
    for page in FIGURES:
        for scripts in (True, False):
            view = open_page(browser, pages[f"{page}-en"], java_script_enabled=scripts)
            tables = view.locator(".fold table")
            assert tables.count() > 0
            assert {tables.nth(place).is_visible() for place in range(tables.count())} == {not scripts}
            view.close()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_table_is_saved_as_a_file_for_a_spreadsheet(
    browser: Any, pages: dict[str, Path], language: str
) -> None:
    view = open_page(browser, pages[f"trends-{language}"])
    with view.expect_download() as started:
        view.locator("#weeks a[download]").click()
    assert started.value.suggested_filename == f"weeks-2026-01-05_2026-04-05-{language}.csv"
    content = Path(started.value.path()).read_bytes()
    view.close()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(
        csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter={"en": ",", "nl": ";"}[language])
    )
    assert len(rows) == 1 + 13
    assert {len(row) for row in rows} == {2 + 3 * 4}
    assert rows[1][0] == "2026-01-05"
    assert int(rows[1][1]) % 5 == 0
    assert re.fullmatch({"en": r"\d+\.\d+", "nl": r"\d+,\d+"}[language], rows[1][3])


def test_what_differs_by_colour_differs_in_grey_too(pages: dict[str, Path]) -> None:
    """Traces of one figure that have colours of their own have a mark, dash or pattern of their own as well."""
    for page in FIGURES:
        text = pages[f"{page}-en"].read_text("utf-8")
        for plot in re.findall(r'<script type="application/json" id="[^"]*">(.*?)</script>', text, re.DOTALL):
            looks: dict[str, set[str]] = {}
            for trace in json.loads(plot)["data"]:
                marker, line = trace.get("marker", {}), trace.get("line", {})
                shape = json.dumps(
                    [
                        trace["type"],
                        trace.get("mode"),
                        marker.get("symbol"),
                        line.get("dash"),
                        marker.get("pattern", {}).get("shape"),
                        marker.get("color") == "#ffffff",  # hollow
                    ]
                )
                colour = json.dumps([marker.get("color"), line.get("color")])
                looks.setdefault(shape, set()).add(colour)
            assert all(len(colours) == 1 for colours in looks.values()), page


def test_the_colours_of_motives_stand_out_from_the_paper() -> None:
    """At least 3 to 1, as WCAG asks of what is drawn."""
    for colour in COLOURS.values():
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 3


@pytest.mark.browser
def test_a_page_is_printed_with_its_figure_drawn(pages: dict[str, Path]) -> None:
    chromium = Path(found_chromium())
    (printed,) = print_pdf([pages["trends-en"]], chromium)
    content = printed.read_bytes()
    assert printed == pages["trends-en"].with_suffix(".pdf")
    assert printed.stat().st_mode & 0o777 == 0o600
    assert content.startswith(b"%PDF-")
    assert re.search(rb"/MediaBox ?\[0 0 59[45]\S* 84[12]", content), "A4"
    drawn = b"".join(_streams(content))
    assert re.search(rb"\.835\d* \.368\d* 0 RG", drawn), "the orange line of a motive"


def _streams(pdf: bytes) -> list[bytes]:
    found = []
    for stream in re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return found


def test_without_a_browser_the_command_says_what_to_do_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrowserMissing, match=f"Install chromium, or set {VARIABLE}"):
        find_chromium()
    monkeypatch.setenv(VARIABLE, "/nowhere/chromium")
    with pytest.raises(BrowserMissing, match="says /nowhere/chromium"):
        find_chromium()
    result = CliRunner().invoke(app, ["report", "--pdf", "--out", str(tmp_path / "out")])
    assert isinstance(result.exception, BrowserMissing) and result.exception.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_a_browser_that_fails_is_named_with_what_it_said(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>x")
    failing = tmp_path / "browser"
    failing.write_text("#!/bin/sh\necho 'no display' >&2\nexit 3\n")
    failing.chmod(0o700)
    with pytest.raises(PrintError, match=r"not printed by .*browser \(exit code 3\): no display"):
        print_pdf([page], failing)
    assert not page.with_suffix(".pdf").exists()
