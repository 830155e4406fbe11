"""The words of pages: every text has its Dutch, none is left over, and numbers are written as readers do."""

import datetime as dt
import io
import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from lookup_audit.reporting.language import Words, dutch_catalogue, words_of
from lookup_audit.reporting.page import script_json, write_page
from lookup_audit.reporting.site import Frame, SitePage, render_site

REPORTING = Path(str(files("lookup_audit.reporting")))
Text = str | tuple[str, ...]


def _used() -> set[Text]:
    found = extract_from_dir(
        str(REPORTING),
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")],
        options_map={"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}},
        keywords={"gettext": None, "ngettext": (1, 2), "_": None},
    )
    return {message for _file, _line, message, _comments, _context in found}


def test_every_text_has_its_dutch_and_no_dutch_is_left_over() -> None:
    translated = {message.id: message.string for message in dutch_catalogue() if message.id}
    assert _used() - set(translated) == set(), "without Dutch"
    assert set(translated) - _used() == set(), "Dutch of a text that is no longer used"
    assert [text for text, dutch in translated.items() if not all(dutch if text is tuple else [dutch])] == []


def test_named_places_are_the_same_in_both_languages() -> None:
    for message in dutch_catalogue():
        if message.id:
            english = message.id if isinstance(message.id, str) else " ".join(message.id)
            dutch = message.string if isinstance(message.string, str) else " ".join(message.string)
            places = [set(re.findall(r"%\(\w+\)s|%%", text)) for text in (english, dutch)]
            assert places[0] == places[1], english


def test_a_text_in_two_catalogues_has_one_dutch() -> None:
    seen: dict[Text, object] = {}
    for path in sorted((REPORTING / "locale" / "nl").glob("*.po")):
        for message in read_po(io.BytesIO(path.read_bytes()), locale="nl"):
            if message.id:
                assert seen.setdefault(message.id, message.string) == message.string, message.id


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["1,234", "1,234.5", "12.3%", "–", "2 March 2026", "2 March 2026, 14:05", "a, b and c"]),
        ("nl", ["1.234", "1.234,5", "12,3%", "–", "2 maart 2026", "2 maart 2026, 14:05", "a, b en c"]),
    ],
)
def test_numbers_and_dates_are_written_as_their_readers_do(language: str, expected: list[str]) -> None:
    words = Words("nl" if language == "nl" else "en")
    assert [
        words.number(1234),
        words.number(1234.5, 1),
        words.percent(0.123, 1),
        words.number(float("nan")),
        words.date(dt.date(2026, 3, 2)),
        words.moment(dt.datetime(2026, 3, 2, 14, 5)),
        words.list(["a", "b", "c"]),
    ] == expected
    assert words.weekday(7) == {"en": "Sunday", "nl": "zondag"}[language]


def test_plural_forms_fill_in_the_number() -> None:
    assert words_of("nl").ngettext("%(number)s x", "%(number)s y", 1200) == "1.200 y"
    assert words_of("en").ngettext("%(number)s x", "%(number)s y", 1) == "1 x"


def test_json_in_a_page_cannot_end_its_element() -> None:
    text = script_json({"a": "</script><!--&\u2028\u2029"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert r"\u003c/script\u003e" in text
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json([float("nan")])


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    page = write_page(tmp_path / "new" / "page.html", "old")
    with pytest.raises(UnicodeEncodeError):
        write_page(page, "new \ud800")
    assert page.read_text("utf-8") == "old"
    assert list(page.parent.iterdir()) == [page]


def test_a_page_without_figures_allows_only_its_own_style() -> None:
    (html,) = render_site(
        [SitePage("index", "Overview", "report_empty.html")], "en", ("en",), Frame()
    ).values()
    (policy,) = re.findall(r'Security-Policy" content="([^"]+)"', html)
    assert "unsafe" not in policy
    assert "sha256" in policy
    assert "<script" not in html


def test_a_risk_is_never_told_as_certain() -> None:
    english, dutch = words_of("en"), words_of("nl")
    assert [english.risk(one) for one in (0.5, 0.994, 0.996, 1.0, None)] == [
        "50%",
        "99%",
        ">99%",
        ">99%",
        "–",
    ]
    assert (english.risk(0.9999, 1), dutch.risk(0.9999, 1), dutch.risk(0.9984, 1)) == (
        ">99.9%",
        ">99,9%",
        "99,8%",
    )
