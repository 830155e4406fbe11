"""The figure library that stands in every page with figures: whose it is, which version, and what it holds."""

import hashlib
import re
from importlib.resources import files

from plotly.offline import get_plotlyjs_version

from lookup_audit.reporting.page import FIGURE_LIBRARY
from lookup_audit.reporting.site import Frame, SitePage, render_site

ASSETS = files("lookup_audit.reporting") / "assets"
LIBRARY = (ASSETS / FIGURE_LIBRARY).read_bytes()
NOTICE = (ASSETS / "README.md").read_text("utf-8")


def test_it_is_the_file_that_its_notice_describes() -> None:
    assert hashlib.sha256(LIBRARY).hexdigest() in NOTICE
    assert "Permission is hereby granted" in (ASSETS / "plotly-cartesian.LICENSE.txt").read_text("utf-8")


def test_its_version_is_that_of_the_python_package() -> None:
    """Figures that are tried in a notebook then come out the same on a page."""
    (version,) = re.findall(rb"plotly\.js \(cartesian - minified\) v([\d.]+)\n", LIBRARY[:200])
    assert version.decode() == get_plotlyjs_version()
    assert f"version {version.decode()}" in NOTICE


def test_it_keeps_its_licence_and_can_stand_in_a_script_element() -> None:
    assert b"Licensed under the MIT license" in LIBRARY[:200]
    assert not re.search(rb"</script|</style|<!--", LIBRARY, re.IGNORECASE)


def test_a_page_without_figures_does_not_carry_it() -> None:
    (html,) = render_site(
        [SitePage("index", "Overview", "report_empty.html")], "en", ("en",), Frame()
    ).values()
    assert len(html) < 50_000
