"""One page on paper for a session with a team: its themes beside the unit's, two dilemmas, and what to talk about."""

from collections.abc import Sequence
from dataclasses import dataclass

from lookup_audit.reporting.dashboard.dilemmas import (
    Dilemma,
    ThemeText,
    dilemma_in_turn,
    self_test,
    theme_text,
)
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Published, Rate, Theme
from lookup_audit.reporting.dashboard.standing_out import standing_out, together
from lookup_audit.reporting.dashboard.team_names import find_team
from lookup_audit.reporting.page import render_page
from lookup_audit.settings import Language

__all__ = ["find_team", "render_session_sheet"]

_MOST_ROWS = 5
_DILEMMAS = 2
_WIDTH, _HEIGHT = 300, 18
_LEFT, _RIGHT = 6, 290  # of the drawing: where zero and the largest bound are

Path = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One theme of the team beside the unit, with the places of its marks in the drawing."""

    theme: str
    team: str
    unit: str
    stands_out: bool
    low: float
    at: float
    high: float
    unit_at: float


@dataclass(frozen=True)
class Told:
    """A theme's dilemma."""

    theme: str
    dilemma: Dilemma


@dataclass(frozen=True)
class _Beside:
    theme: Theme
    team: Rate
    unit: Rate


def render_session_sheet(published: Published, team_path: Path, names: Names, language: Language) -> str:
    """The sheet of one group of `levels["team"]`, named by its path (`find_team` finds it): one A4 when printed.

    The dilemmas are about the two themes that are surely more frequent in the team than in its unit, the
    furthest above first; where fewer are, about the unit's most frequent ones.
    """
    compared = [_beside(theme, team_path) for theme in published.themes]
    above = standing_out([(one.team, one.unit) for one in compared])
    chosen = _chosen(compared, above, language)
    texts = [(one.theme, text) for one in chosen if (text := theme_text(one.theme.theme, language))]
    words = names.words
    return render_page(
        "session_sheet.html",
        language,
        team=names.group(team_path, "team"),
        above=_above(team_path, names),
        period=words.gettext(
            "%(first)s to %(last)s",
            first=words.date(published.period.first),
            last=words.date(published.period.last),
        ),
        unit=_unit_name(published, team_path, names),
        unit_column=words.gettext("Unit") if _has_unit(published, team_path) else words.gettext("Whole"),
        finding=_finding([compared[place].theme for place in above], published, team_path, names),
        rows=_rows(compared, above, names),
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        self_test=self_test(language),
        told=[
            Told(names.theme(theme.theme), dilemma)
            for theme, text in texts
            if (dilemma := dilemma_in_turn(text, published.period.first))
        ],
        why=_why(len(above), names),
        questions=_questions([text for _theme, text in texts]),
        instead=[(names.theme(theme.theme), text.instead) for theme, text in texts],
    )


def _beside(theme: Theme, path: Path) -> _Beside:
    """The team's rate of a theme, and its unit's; the whole's where the unit is all of it, or this one group."""
    team = next((rate for rate in theme.teams if rate.name == path), Rate(path, 0, 0))
    of_unit = [rate for rate in theme.teams if path and rate.name[:1] == path[:1]]
    only_part = 1 < len(of_unit) < len(theme.teams)
    unit = together(path[:1], of_unit) if only_part else theme.compared.now
    return _Beside(theme, team, unit)


def _chosen(compared: Sequence[_Beside], above: Sequence[int], language: Language) -> list[_Beside]:
    """The themes to discuss, among those that have a text."""
    by_unit = sorted(compared, key=lambda one: (-one.unit.questions, -one.theme.compared.now.questions))
    wanted = [*(compared[place] for place in above), *by_unit]
    unique = list({one.theme.theme: one for one in wanted}.values())
    return [one for one in unique if theme_text(one.theme.theme, language)][:_DILEMMAS]


def _rows(compared: Sequence[_Beside], above: Sequence[int], names: Names) -> list[Row]:
    """The themes that stand out, then the most frequent of the team; those without a question are left out."""
    others = sorted(
        (place for place in range(len(compared)) if place not in above and compared[place].team.questions),
        key=lambda place: (-(compared[place].team.rate or 0.0), compared[place].theme.theme),
    )
    shown = [*above, *others][:_MOST_ROWS]
    most = max([compared[place].team.high or 0.0 for place in shown] + [0.0]) or 1.0

    def at(value: float | None) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * min((value or 0.0) / most, 1.0), 1)

    return [
        Row(
            theme=names.theme(one.theme.theme),
            team=names.rate(one.team),
            unit=names.words.number(one.unit.rate, 1),
            stands_out=place in above,
            low=at(one.team.low),
            at=at(one.team.rate),
            high=at(one.team.high),
            unit_at=at(one.unit.rate),
        )
        for place in shown
        for one in [compared[place]]
    ]


def _finding(above: Sequence[Theme], published: Published, path: Path, names: Names) -> str:
    """What the team has more of than its unit, in a sentence."""
    _ = names.words.gettext
    if not any(rate.questions for theme in published.themes for rate in theme.teams if rate.name == path):
        return _("No question in this team, or nearly none")
    if not above:
        return _("No theme is more frequent here than elsewhere by more than chance")
    themes = [f"“{names.theme(theme.theme)}”" for theme in above[:2]]
    return names.words.ngettext(
        "%(themes)s comes up more often here than elsewhere",
        "%(themes)s come up more often here than elsewhere",
        len(themes),
        themes=names.words.list(themes),
    )


def _why(above: int, names: Names) -> str:
    """Why these dilemmas."""
    _ = names.words.gettext
    if above >= _DILEMMAS:
        return _("About the two themes that come up more often here than elsewhere.")
    if above:
        return _(
            "One about the theme that comes up more often here, one about a theme that is frequent everywhere."
        )
    return _("About two themes that are frequent everywhere: this team does not stand out.")


def _questions(texts: Sequence[ThemeText]) -> list[str]:
    """Three questions for the conversation: two about the first theme, one about the second."""
    if len(texts) < _DILEMMAS:
        return [question for text in texts for question in text.questions]
    return [*texts[0].questions[:2], *texts[1].questions[:1]]


def _above(path: Path, names: Names) -> str:
    """The district and unit of a team, the nearest first."""
    parts = path[:-1] if len(path) == 3 else path[:0]
    return ", ".join(names.given(part) for part in reversed(parts) if part)


def _unit_name(published: Published, path: Path, names: Names) -> str:
    """What the team is set beside."""
    return names.group(path[:1], "unit") if _has_unit(published, path) else names.words.gettext("the whole")


def _has_unit(published: Published, path: Path) -> bool:
    """Whether the unit is more than this one group."""
    return sum(bool(path) and rate.name[:1] == path[:1] for rate in published.levels["team"]) > 1
