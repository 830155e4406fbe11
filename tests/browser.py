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


def accessibility_faults(
    view: Any, impacts: tuple[str, ...] = ("critical", "serious", "moderate")
) -> list[str]:
    """What axe finds wrong with an open page, tables and notes unfolded: rule, element, and what it says."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    view.evaluate("() => document.querySelectorAll('details').forEach(part => { part.open = true; })")
    return [
        f"{found['impact']} {found['id']}: {found['help']}: {node['target']} {node['failureSummary']}"
        for found in axe.Axe().run(view).response["violations"]
        for node in found["nodes"]
        if found["impact"] in impacts
    ]


def tab_stops(view: Any) -> list[dict[str, Any]]:
    """What the tab key reaches, in order, each with its text, its address, and whether its focus is seen."""
    stops: list[dict[str, Any]] = []
    while len(stops) < 500:
        view.keyboard.press("Tab")
        stop = view.evaluate(_STOP)
        if stop is None or any(stop["place"] == earlier["place"] for earlier in stops):
            break
        stops.append(stop)
    return stops


_STOP = """
() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  return {
    place: Array.from(document.querySelectorAll("*")).indexOf(at),
    tag: at.tagName.toLowerCase(),
    text: (at.getAttribute("aria-label") || at.textContent).trim(),
    address: at.getAttribute("href"),
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0,
  };
}
"""
