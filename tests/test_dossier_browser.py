"""A dossier in a real browser: hostile text does nothing, nothing is fetched, and nothing sticks out."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lookup_audit.privacy.actor import actor
from lookup_audit.privacy.mandates import add_mandate
from lookup_audit.reporting.dossier.dossier import write_dossier
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

SAMPLE = Path(__file__).with_name("dossier_sample.sql").read_text(encoding="utf-8")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The English and the Dutch page of the sample."""
    with Warehouse(None, Settings(threads=1)) as warehouse:
        warehouse.script(SAMPLE)
        hostile = "</b><script>window.hacked=1</script>"
        me = actor()
        add_mandate(
            warehouse, hostile, authority="VIK", purpose="Onderzoek 12", user_id="U0042",
            first_day=date(2026, 1, 1), last_day=date(2026, 6, 30), valid_until=warehouse.settings.today(),
            holders=(me.account,), who=me,
        )  # fmt: skip
        english, dutch = write_dossier(
            warehouse, "U0042", tmp_path_factory.mktemp("dossier"), mandate=hostile
        ).pages
    return {"en": english, "nl": dutch}


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_opens_whole_and_quiet(
    browser: Any, pages: dict[str, Path], language: str, width: int
) -> None:
    view = browser.new_page(viewport={"width": width, "height": 900})
    said, asked = [], []
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.on("dialog", lambda dialog: said.append(dialog.message))
    view.on("request", lambda request: asked.append(request.url))
    view.goto(pages[language].as_uri())
    view.wait_for_selector("html[data-drawn]")
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [pages[language].as_uri()]
    assert view.evaluate("window.hacked") is None
    assert view.locator("main img").count() == 0
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert view.locator("#asked tbody tr").count() == 10
    assert view.locator("tbody.lookup").count() == 10
    assert view.locator("article.alert").count() == 3
    assert view.locator("#timeline .scatterlayer .point").count() == 61  # and one news item
    assert view.locator("html").get_attribute("lang") == language
    view.close()


def test_hostile_text_is_shown_as_text(browser: Any, pages: dict[str, Path]) -> None:
    view = browser.new_page()
    view.goto(pages["en"].as_uri())
    view.emulate_media(media="print")  # on a screen, what is far from what is seen is not laid out
    text = view.locator("main").inner_text()
    for hostile in (
        "</script><script>window.hacked=1</script>",
        '"><img src=x onerror=window.hacked=1>',
        "'; DROP TABLE lookups; --",
        "{{ 7 * 7 }} <b>vet</b>",
        "⟨U+202E⟩gnireduolb⟨U+202C⟩⟨U+0007⟩",
        "</title><script>window.hacked=1</script> Brand in straat",
    ):
        assert hostile in text
    assert "\u202e" not in view.content()
    assert view.evaluate("window.hacked") is None
    view.close()


def test_the_hover_of_a_lookup_names_it(browser: Any, pages: dict[str, Path]) -> None:
    view = browser.new_page(viewport={"width": 1280, "height": 900})
    view.goto(pages["en"].as_uri())
    view.wait_for_selector("html[data-drawn]")
    view.locator("#timeline").scroll_into_view_if_needed()
    # the only standby shift holds one lookup, the last of the questions with a risk below a half
    point = view.locator("#timeline .scatterlayer .trace").nth(2).locator(".point").last.bounding_box()
    view.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    view.wait_for_selector("#timeline .hoverlayer .hovertext")
    text = view.locator("#timeline .hoverlayer").text_content()
    assert "MEOS Q010" in text and "P-200" in text and "22:00:00" in text
    view.close()


def test_the_table_of_lookups_is_filtered_turned_and_saved(browser: Any, pages: dict[str, Path]) -> None:
    view = browser.new_page(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    view.goto(pages["en"].as_uri())
    table = view.locator("#every")
    assert table.locator(".matches").inner_text() == "60 of 60 lookups"
    assert table.locator("tbody tr").count() == 50
    table.get_by_role("button", name="Next page").click()
    assert table.locator("tbody tr").count() == 10
    table.get_by_label("Text in any column").fill("HYPERLINK attacker")
    assert table.locator(".matches").inner_text() == "1 of 60 lookups"
    with view.expect_download() as saving:
        table.get_by_role("button", name="Save these as CSV").click()
    header, row = Path(saving.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert header.startswith('"occurred_at","system","lookup_id"')
    assert row.startswith('"2026-03-29T03:30:00+02:00","MEOS","Q004"')
    assert "'=HYPERLINK(" in row
    table.get_by_role("button", name="Show all").click()
    table.get_by_label("What was found").select_option(label="with a question")
    assert table.locator(".matches").inner_text() == "10 of 60 lookups"
    table.get_by_label("From day").fill("2026-04-06")
    assert table.locator(".matches").inner_text() == "3 of 60 lookups"
    assert view.evaluate("window.hacked") is None
    view.close()


def test_without_scripts_the_lookups_with_a_question_stand_there(
    browser: Any, pages: dict[str, Path]
) -> None:
    view = browser.new_page(java_script_enabled=False)
    view.goto(pages["en"].as_uri())
    assert view.locator("#asked tbody tr").count() == 10 and view.locator("#asked").is_visible()
    assert not view.locator("#every").is_visible()
    assert "open the file lookups.csv" in view.locator("#lookups ~ noscript").inner_text()
    view.close()
