"""The texts of a session: every theme has them in both languages, they fit a sheet, and they point at nobody."""

import re
from collections.abc import Iterator

import pytest

from lookup_audit.reporting.dashboard.dilemmas import Dilemma, ThemeText, self_test, theme_text
from lookup_audit.reporting.dashboard.names import rule_prose
from lookup_audit.reporting.language import LANGUAGES
from lookup_audit.settings import Language

THEMES = sorted(rule for rule, prose in rule_prose().items() if prose["title"])
QUESTIONS_OF_SELF_TEST = 4

# One A4 of ten-point print holds some 5,000 signs; less than half leaves room for headings, lines and notes.
LONGEST_SHEET = 2200

# Words that judge a person before the talk begins, brands, and the police's own names of systems.
FORBIDDEN = re.compile(
    r"\b(?:daders?|perpetrators?|culprits?|offenders?|schuldigen?|boeven?|crooks?|betrapt"
    r"|palantir|splunk|microsoft|oracle|google|whatsapp|facebook|instagram|telegram"
    r"|bvh|bvi-ib|summ-it|meos|brp|gms|bvcm)\b",
    re.IGNORECASE,
)
OFFICES = {"RDW"}  # where any citizen can ask


def _text(theme: str, language: Language) -> ThemeText:
    text = theme_text(theme, language)
    assert text is not None, f"{theme} has no text"
    return text


def _parts(text: ThemeText) -> Iterator[str]:
    yield text.about
    for dilemma in text.dilemmas:
        yield dilemma.text
        yield from dilemma.steps
    yield from text.questions
    yield text.instead


def _sentences(text: str) -> int:
    return len(re.findall(r"[.?]’?(?=\s|$)", text))


@pytest.fixture(params=[(theme, language) for theme in THEMES for language in LANGUAGES], ids="-".join)
def text(request: pytest.FixtureRequest) -> ThemeText:
    return _text(*request.param)


def test_every_rule_is_a_theme_with_a_text() -> None:
    assert len(THEMES) == 15
    for theme in THEMES:
        for language in LANGUAGES:
            assert theme_text(theme, language) is not None, (theme, language)


@pytest.mark.parametrize("theme", ["", "curiosity", "a theme of one's own", "../neighbour", "self_test"])
def test_another_theme_has_none(theme: str) -> None:
    assert [theme_text(theme, language) for language in LANGUAGES] == [None, None]


def test_a_text_is_complete_and_fits_a_sheet(text: ThemeText) -> None:
    assert 2 <= _sentences(text.about) <= 3
    assert 40 <= len(text.about.split()) <= 80
    assert len(text.dilemmas) == 2
    assert len(text.questions) == 3
    assert 1 <= _sentences(text.instead) <= 2
    assert len(text.instead.split()) <= 50
    assert sum(map(len, _parts(text))) <= LONGEST_SHEET


def test_a_dilemma_is_short_and_thought_through_with_the_self_test(text: ThemeText) -> None:
    for dilemma in text.dilemmas:
        assert 50 <= len(dilemma.text.split()) <= 90
        assert len(dilemma.steps) == QUESTIONS_OF_SELF_TEST
        assert all(10 <= len(step) <= 90 for step in dilemma.steps)
    assert all(question.endswith("?") and len(question) <= 90 for question in text.questions)


def test_a_text_points_at_nobody(text: ThemeText) -> None:
    for part in _parts(text):
        assert not re.search(r"\d", part), part
        assert not FORBIDDEN.search(part), part
        for sentence in re.split(r"(?<=[.?:])’?\s+|‘", part):
            capitals = {word.strip(",;.:?’") for word in sentence.split()[1:] if word[0].isupper()}
            assert capitals <= OFFICES, f"a name, or a place: {sentence}"


def test_a_text_is_written_as_a_page_is(text: ThemeText) -> None:
    for part in _parts(text):
        assert part == " ".join(part.split())
        assert part[-1] in ".?’"
        assert not set(part) & set('!"“”<>*_#\t…'), part


def test_a_dilemma_speaks_to_you() -> None:
    words = {"en": r"\byou\b", "nl": r"\b(?:je|jij)\b"}
    for theme in THEMES:
        for language in LANGUAGES:
            for dilemma in _text(theme, language).dilemmas:
                assert re.search(words[language], dilemma.text, re.IGNORECASE), dilemma.text


def test_no_text_is_there_twice_and_none_is_left_untranslated() -> None:
    every = [part for theme in THEMES for language in LANGUAGES for part in _parts(_text(theme, language))]
    assert len(every) == len(set(every))


def test_the_self_test_has_its_questions_in_both_languages() -> None:
    tests = [self_test(language) for language in LANGUAGES]
    assert [len(questions) for questions in tests] == [QUESTIONS_OF_SELF_TEST] * 2
    assert all(question.endswith("?") for questions in tests for question in questions)
    assert not set(tests[0]) & set(tests[1])


def test_texts_are_made_once_and_cannot_be_changed() -> None:
    assert theme_text("neighbour", "nl") is theme_text("neighbour", "nl")
    assert isinstance(_text("neighbour", "en").dilemmas[0], Dilemma)
    assert hash(_text("neighbour", "en"))
