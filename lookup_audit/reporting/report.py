"""The prevention report: trends that nobody can read a person from, as a small site in each language."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookup_audit.reporting.figures import by_volume, different, rates_figure, themes_figure
from lookup_audit.reporting.figures_explained import explained_figure
from lookup_audit.reporting.figures_hours import hours_figure
from lookup_audit.reporting.figures_weeks import Marks, weeks_figure
from lookup_audit.reporting.language import LANGUAGES, Words, words_of
from lookup_audit.reporting.method import method_content, run_facts
from lookup_audit.reporting.names import Names, rule_prose
from lookup_audit.reporting.numbers import Numbers, read_numbers
from lookup_audit.reporting.page import Data, Figure, Table
from lookup_audit.reporting.pages import figure_pages, measures_page
from lookup_audit.reporting.published import MOTIVES, Change, Published, Rate, publish
from lookup_audit.reporting.site import Frame, SitePage, render_site, write_site
from lookup_audit.settings import Language, Reporting
from lookup_audit.warehouse import Warehouse


def write_report(
    warehouse: Warehouse,
    out: Path,
    *,
    language: Language | None = None,
    from_day: dt.date | None = None,
    to_day: dt.date | None = None,
) -> list[Path]:
    """The pages written into the folders `out/en` and `out/nl`, or one of them; each begins with `index.html`.

    Covers the audited days from `from_day` to `to_day`, both included, or all of them. The same warehouse
    gives the same bytes.
    """
    numbers = read_numbers(warehouse, from_day, to_day)
    limits = warehouse.settings.reporting
    published = publish(numbers, limits.minimum_group, limits.minimum_count) if numbers else None
    languages = (language,) if language else LANGUAGES
    sites = {}
    for one in languages:
        pages = report_pages(numbers, published, limits, one)
        frame = _frame(numbers, words_of(one)) if numbers else Frame()
        sites[one] = render_site(pages, one, languages, frame)
    return write_site(out, sites)


def report_pages(
    numbers: Numbers | None, published: Published | None, limits: Reporting, language: Language
) -> list[SitePage]:
    """The pages in one language, in the order of the navigation.

    Without numbers, one page that says nothing has been audited; about too few people, only the method.
    """
    words = words_of(language)
    _ = words.gettext
    if numbers is None or published is None:
        return [SitePage("index", _("Overview"), "report_empty.html")]
    names = Names(words, rule_prose(), limits.minimum_count)
    skipped = run_facts(numbers)["skipped"]
    method = SitePage(
        "method",
        _("Method"),
        "report_method.html",
        method_content(numbers, published, limits, names),
        about=_("What is counted, what is not shown, and what cannot be seen."),
    )
    if published.whole.lookups is None:
        return [_overview({"too_few": True, "limits": limits}, names), method]
    content = {"too_few": False, "headlines": headlines(published, names), "skipped": skipped}
    return [
        _overview(content, names),
        *figure_pages(figures(numbers, published, names), limits, names),
        measures_page(_interventions(numbers, names), names),
        method,
    ]


def _overview(content: dict[str, Any], names: Names) -> SitePage:
    return SitePage("index", names.words.gettext("Overview"), "report_index.html", content)


def _frame(numbers: Numbers, words: Words) -> Frame:
    first, last = numbers.first_day, numbers.last_day
    return Frame(
        words.gettext("%(first)s to %(last)s", first=words.date(first), last=words.date(last)),
        f"{first}_{last}",
        tuple(run_facts(numbers)["config_hashes"]),
    )


@dataclass(frozen=True)
class Headline:
    """One of the figures to begin with: what it is, its value, and what goes with it."""

    what: str
    value: str
    more: str
    in_words: bool = False


def headlines(published: Published, names: Names) -> list[Headline]:
    """Five figures to begin with."""
    _ = names.words.gettext
    percent, number = names.words.percent, names.words.number
    whole, explained = published.whole, published.explained
    motive = max(MOTIVES, key=lambda name: published.motives[name].count or 0)
    count, total = published.motives[motive].count, whole.questions.count
    return [
        Headline(_("Lookups audited"), number(whole.lookups), _("by everyone who may query")),
        Headline(
            _("Explained by work"),
            percent(explained.all, 1),
            _("of first lookups of someone: %(share)s", share=percent(explained.first, 1)),
        ),
        Headline(
            _("Lookups that raise a question"),
            names.count(whole.questions),
            _("per 10,000 lookups: %(rate)s", rate=names.rate(whole)),
            in_words=total is None,
        ),
        Headline(
            _("Most frequent motive"),
            names.motive(motive) if count else number(None),
            _("%(share)s of the questions", share=percent(count / total if count and total else None)),
            in_words=True,
        ),
        _change(published.change, names),
    ]


def _change(change: Change | None, names: Names) -> Headline:
    _ = names.words.gettext
    if change is None:
        return Headline(
            _("Change"), names.words.number(None), _("too few whole weeks, or too few questions, to compare")
        )
    return Headline(
        _("Change"),
        _signed(change.ratio - 1, names),
        names.words.ngettext(
            "last week against the one before; 95%% interval %(low)s to %(high)s",
            "last %(number)s weeks against the %(number)s before; 95%% interval %(low)s to %(high)s",
            change.weeks,
            low=_signed(change.low - 1, names),
            high=_signed(change.high - 1, names),
        ),
    )


def _signed(share: float, names: Names) -> str:
    """A change with its sign, as +12% or −8%; without bound as a sign for it."""
    if share == float("inf"):
        return "+∞"
    return ("+" if share > 0 else "−" if share < 0 else "±") + names.words.percent(abs(share))


def figures(numbers: Numbers, published: Published, names: Names) -> dict[str, Figure]:
    """Every figure of the page by name."""
    _ = names.words.gettext
    happened = [
        (row["held_on"], f"{names.code(row['kind'])}: {names.theme(row['theme'])}")
        for row in numbers.interventions
    ]
    systems, channels = by_volume(published.systems), by_volume(published.channels)
    return {
        "weeks": weeks_figure(published.weeks, published.motives, Marks(numbers.news, happened), names),
        "explained": explained_figure(published.explained, names),
        "themes": themes_figure(published.themes, published.motives, names),
        "hours": hours_figure(published.hours, published.hour_width, published.whole, names),
        "systems": rates_figure(
            "systems",
            systems,
            [names.given(rate.name[0]) for rate in systems],
            published.whole,
            names,
            title=_highest(systems, [names.given(rate.name[0]) for rate in systems], published.whole, names),
            subtitle=_("By system, the most used first."),
            column=_("System"),
        ),
        "channels": rates_figure(
            "channels",
            channels,
            [names.code(rate.name[0]) for rate in channels],
            published.whole,
            names,
            title=_highest(channels, [names.code(rate.name[0]) for rate in channels], published.whole, names),
            subtitle=_("By channel, the most used first."),
            column=_("Channel"),
        ),
        "teams": _teams_figure(published, names),
    }


def _highest(rates: Sequence[Rate], labels: Sequence[str], whole: Rate, names: Names) -> str:
    """What stands out above the whole, by its interval, in words."""
    _ = names.words.gettext
    above = [
        (rate.rate or 0.0, label)
        for rate, label in zip(rates, labels, strict=True)
        if rate.low is not None and whole.rate is not None and rate.low > whole.rate
    ]
    if not above:
        return _("None stands out above the whole")
    return _("%(name)s has the highest rate of questions", name=max(above)[1])


def _teams_figure(published: Published, names: Names) -> Figure:
    _ = names.words.gettext
    level = published.team_level
    teams = by_volume(published.teams)
    flags = different(teams)
    column = {"team": _("Team"), "district": _("District"), "unit": _("Unit")}[level]
    standing_out = sum(flags)
    seen = sum(rate.rate is not None for rate in teams)
    title = _("No group differs from the others by more than chance and usual spread")
    if standing_out:
        title = names.words.ngettext(
            "%(number)s of %(seen)s groups differs from the others by more than chance",
            "%(number)s of %(seen)s groups differ from the others by more than chance",
            standing_out,
            seen=seen,
        )
    return rates_figure(
        "teams",
        teams,
        [names.group(rate.name, level) for rate in teams],
        published.whole,
        names,
        title=title,
        subtitle=_("The most lookups first: the order says nothing about conduct. Filled: beyond chance."),
        column=column,
        marked=flags,
    )


def _interventions(numbers: Numbers, names: Names) -> Table | None:
    """Prevention activities in the period; for whom only as widely as cannot point at a team."""
    _ = names.words.gettext
    reach = {(False, False): _("Everyone"), (True, False): _("A unit")}
    columns = (_("Date"), _("Activity"), _("Theme"), _("For"))
    held = [
        (
            row["held_on"],
            names.code(row["kind"]),
            names.theme(row["theme"]),
            reach.get((row["of_unit"], row["of_team"]), _("A team")),
        )
        for row in numbers.interventions
    ]
    rows = tuple((names.words.date(day), *texts) for day, *texts in held)
    return Table(columns, rows, data=Data(columns, tuple(held))) if rows else None
