"""A real browser for tests of pages, and what to ask of any page: that it is accessible."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def found_chromium() -> str:
    """The chromium of this machine; without one the test that asks is skipped, and says so."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip(f"no {', '.join(_NAMES)} on this machine: pages are not opened in a browser")
    return found


def running_browser() -> Iterator[Any]:
    """A running browser; the fixture `browser` is this."""
    chromium = found_chromium()
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as play:
        running = play.chromium.launch(executable_path=chromium, args=_OPTIONS)
        yield running
        running.close()


def open_page(browser: Any, path: Path, width: int = 1280, **options: Any) -> Any:
    """A page that is opened and, where it has figures, drawn; the caller closes it."""
    view = browser.new_page(viewport={"width": width, "height": 900}, **options)
    view.goto(path.as_uri())
    if view.locator("[data-figure]").count() and options.get("java_script_enabled", True):
        view.wait_for_selector("html[data-drawn]")
    return view
