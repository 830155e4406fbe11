"""A dossier in a real browser: hostile text does nothing, nothing is fetched, and nothing sticks out."""

from pathlib import Path
from typing import Any

import pytest

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
        written = write_dossier(
            warehouse,
            "U0042",
            tmp_path_factory.mktemp("dossier"),
            mandate="</b><script>window.hacked=1</script>",
        )
    return {"en": written[0], "nl": written[1]}


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
    view.wait_for_function("document.documentElement.dataset.drawn === '1'")
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [pages[language].as_uri()]
    assert view.evaluate("window.hacked") is None
    assert view.locator("main img").count() == 0
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert view.locator("#asked tbody tr").count() == 10
    assert view.locator("tbody.lookup").count() == 10
    assert view.locator("article.alert").count() == 3
    assert view.locator(".scatterlayer .point").count() == 60
    assert view.locator("html").get_attribute("lang") == language
    view.close()


def test_hostile_text_is_shown_as_text(browser: Any, pages: dict[str, Path]) -> None:
    view = browser.new_page()
    view.goto(pages["en"].as_uri())
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
    view.wait_for_function("document.documentElement.dataset.drawn === '1'")
    view.locator("#timeline").scroll_into_view_if_needed()
    # the only standby shift holds one lookup, the last of the questions with a risk below a half
    point = view.locator(".scatterlayer .trace").nth(2).locator(".point").last.bounding_box()
    view.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    view.wait_for_selector(".hoverlayer .hovertext")
    text = view.locator(".hoverlayer").text_content()
    assert "MEOS Q010" in text and "P-200" in text and "22:00:00" in text
    view.close()
