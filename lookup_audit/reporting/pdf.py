"""Pages printed to PDF by a Chromium or Chrome of this machine, which is given nothing but the page."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lookup_audit.errors import BrowserMissing, PrintError
from lookup_audit.reporting.page import write_file

VARIABLE = "LOOKUP_AUDIT_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_LONGEST_SECONDS = 180
# The time that a page may take, by its own clock, to draw its figures; the browser does not wait for real.
_TO_DRAW_MS = 30_000
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no name has an address: a page could not ask, nor the browser
    "--no-pdf-header-footer",
    f"--virtual-time-budget={_TO_DRAW_MS}",
)


def print_pdf(pages: Sequence[Path], chromium: Path | None = None) -> list[Path]:
    """The PDF of each page, written beside it under its name and readable by its owner only.

    Prints on A4, figures drawn and tables open, with `chromium` or the one that `find_chromium` finds. Raises
    `BrowserMissing`, or `PrintError` for a page that could not be printed; those before it are there.
    """
    browser = chromium or find_chromium()
    return [_print(page, browser) for page in pages]


def find_chromium() -> Path:
    """The browser that LOOKUP_AUDIT_CHROMIUM names, or else the first on the path under its usual names."""
    named = os.environ.get(VARIABLE)
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        said = f"{VARIABLE} says {named}, which is no program here" if named else "there is none on the path"
        raise BrowserMissing(
            f"pages are printed by Chromium or Chrome: {said}. Install chromium, or set {VARIABLE} to its place."
        )
    return Path(found)


def _print(page: Path, browser: Path) -> Path:
    with tempfile.TemporaryDirectory(prefix="lookup-audit-print-") as folder:
        printed = Path(folder) / "page.pdf"
        command = [
            str(browser), *_OPTIONS, *_as_root(), f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={printed}", page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - the user's own browser, and an address made here
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_LONGEST_SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise BrowserMissing(f"{browser}: there is no such program") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PrintError(f"{page}: not printed by {browser}: {error}") from error
        if done.returncode or not printed.is_file():
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise PrintError(f"{page}: not printed by {browser} (exit code {done.returncode}): {last}")
        return write_file(page.with_suffix(".pdf"), printed.read_bytes())


def _as_root() -> list[str]:
    """Chromium's sandbox does not start for root, as in a container; the page may run only its own scripts."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
