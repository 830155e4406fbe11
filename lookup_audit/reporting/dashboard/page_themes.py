"""The page of themes: how frequent each is, what to discuss about it, and which teams have most to gain."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lookup_audit.reporting.dashboard.dilemmas import (
    Dilemma,
    ThemeText,
    dilemma_in_turn,
    self_test,
    theme_text,
)
from lookup_audit.reporting.dashboard.figures_theme_weeks import theme_weeks_figure
from lookup_audit.reporting.dashboard.figures_themes import in_order, themes_figure
from lookup_audit.reporting.dashboard.in_words import interval_words, per_1000_words, short_change
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Compared, Published, Rate, Theme
from lookup_audit.reporting.dashboard.standing_out import moved, ratio_to, standing_out
from lookup_audit.reporting.page import Figure
from lookup_audit.reporting.plain import file_part
from lookup_audit.reporting.site import SitePage

_MOST_TEAMS = 3
_PLAIN_ID = re.compile(r"[a-z0-9_-]+")


@dataclass(frozen=True)
class Fact:
    """One number of a theme: what it is, the number, and what belongs to it."""

    what: str
    value: str
    more: str = ""


@dataclass(frozen=True)
class Section:
    """One theme as the page tells it; `weeks` is None where there is no question, or nearly none."""

    anchor: str
    title: str
    motive: str
    summary: str
    facts: tuple[Fact, ...]
    weeks: Figure | None
    text: ThemeText | None
    dilemma: Dilemma | None
    teams: str


def themes_page(published: Published, names: Names) -> SitePage:
    """All themes in one figure, then each with its numbers, its dilemma, and where there is most to gain.

    A theme's section has the anchor `#theme-` and its id.
    """
    _ = names.words.gettext
    figure = themes_figure(published, names)
    themes = in_order(published.themes)
    directions = moved([one.compared for one in themes])
    sections = [
        _section(one, published, direction, names) for one, direction in zip(themes, directions, strict=True)
    ]
    return SitePage(
        "themes",
        _("Themes"),
        "report_themes.html",
        {
            "figure": figure,
            "motives": [
                (motive, [one for one in sections if one.motive == motive])
                for motive in dict.fromkeys(one.motive for one in sections)
            ],
            "self_test": self_test(names.words.language),
        },
        about=_(
            "For each theme how frequent it is, a dilemma to discuss, and which teams have most to gain."
        ),
        finding=figure.title,
    )


def teams_with_most_to_gain(theme: Theme) -> list[tuple[str, ...]]:
    """The groups whose rate is surely above the whole, the furthest first; the level is shared among them all."""
    now = theme.compared.now
    return [theme.teams[place].name for place in standing_out([(rate, now) for rate in theme.teams])]


def _section(theme: Theme, published: Published, direction: int, names: Names) -> Section:
    slug = _slug(theme.theme)
    text = theme_text(theme.theme, names.words.language)
    asked = bool(theme.compared.now.questions)
    return Section(
        anchor=f"theme-{slug}",
        title=names.theme(theme.theme),
        motive=names.motive(theme.motive),
        summary=_summary(theme.compared, direction, names),
        facts=_facts(theme, published, names) if asked else (),
        weeks=theme_weeks_figure(theme, published, names, slug) if asked else None,
        text=text,
        dilemma=dilemma_in_turn(text, published.period.first) if text else None,
        teams=_teams(theme, names) if asked else "",
    )


def _slug(theme: str) -> str:
    """The id itself where it may stand in an address; of any other text something that may."""
    return theme if _PLAIN_ID.fullmatch(theme) else file_part(theme)


def _summary(compared: Compared, direction: int, names: Names) -> str:
    """How the theme does, in a sentence or two."""
    _, number = names.words.gettext, names.words.number
    now, before = compared.now, compared.before
    if not now.lookups:
        return _("There were no lookups in this period.")
    if not now.questions:
        first = _("No question, or nearly none: counts are rounded, so a 0 can be 1 to 4.")
        if not (before and before.questions):
            return first
        then = _("In the period before there were about %(count)s.", count=number(before.questions))
        return f"{first} {then}"
    count = number(now.questions)
    if before is None:
        text = _("About %(count)s questions. How many there were before is not known.", count=count)
    elif direction > 0:
        text = _("About %(count)s questions: more than in the period before, beyond chance.", count=count)
    elif direction < 0:
        text = _("About %(count)s questions: fewer than in the period before, beyond chance.", count=count)
    else:
        text = _(
            "About %(count)s questions. The period before does not differ by more than chance.", count=count
        )
    return text


def _facts(theme: Theme, published: Published, names: Names) -> tuple[Fact, ...]:
    _, number = names.words.gettext, names.words.number
    compared = theme.compared
    now = compared.now
    facts = [
        Fact(
            _("Questions per 10,000 lookups"),
            number(now.rate, 1),
            _("95%% interval %(low)s to %(high)s", low=number(now.low, 1), high=number(now.high, 1)),
        ),
        Fact(
            _("Users per 1,000 with such a question"),
            per_1000_words(theme.users_per_1000, published.users, names),
        ),
        _against(_("Against the period before"), compared.before, compared.change, names),
        _against(
            _("Against the same weeks last year"), compared.year_ago, ratio_to(now, compared.year_ago), names
        ),
    ]
    return tuple(facts)


def _against(what: str, then: Rate | None, change: tuple[float, float, float] | None, names: Names) -> Fact:
    """A change from an earlier period, with its interval and what the rate was then."""
    _, number = names.words.gettext, names.words.number
    if then is None or change is None:
        return Fact(what, _("not known"), _("not all of those weeks were audited"))
    parts = [_("then %(rate)s per 10,000", rate=number(then.rate, 1))]
    if bounds := interval_words(change, names):
        parts.insert(0, _("95%% interval %(bounds)s", bounds=bounds))
    return Fact(what, short_change(change[0], names), "; ".join(parts))


def _teams(theme: Theme, names: Names) -> str:
    _ = names.words.gettext
    known = [rate for rate in theme.teams if rate.lookups]
    if len(known) < 2:
        return _("There are no teams to compare: only one group is large enough to be shown.")
    found = teams_with_most_to_gain(theme)
    if not found:
        return _("None stands out: no team is above the whole by more than chance.")
    shown = [_team(path, [one.name for one in theme.teams], names) for path in found[:_MOST_TEAMS]]
    teams = names.words.list(shown)
    if len(found) > _MOST_TEAMS:
        return _(
            "%(teams)s. In all, %(count)s groups are above the whole by more than chance.",
            teams=teams, count=names.words.number(len(found)),
        )  # fmt: skip
    return _("%(teams)s: above the whole by more than chance.", teams=teams)


def _team(path: tuple[str, ...], paths: Sequence[tuple[str, ...]], names: Names) -> str:
    """A team's name, and where another has the same, its district too."""
    label = names.group(path, "team")
    if sum(names.group(other, "team") == label for other in paths) > 1 and len(path) > 1:
        return f"{label} ({names.given(path[-2])})"
    return label
