"""The prevention report: trends that nobody can read a person from, as one page in each language."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookup_audit.privacy.disclosure import FEWEST_CONTRIBUTORS
from lookup_audit.reporting.figures import by_volume, different, rates_figure, themes_figure
from lookup_audit.reporting.figures_explained import explained_figure
from lookup_audit.reporting.figures_hours import hours_figure
from lookup_audit.reporting.figures_weeks import Marks, weeks_figure
from lookup_audit.reporting.language import LANGUAGES, words_of
from lookup_audit.reporting.names import Names, rule_prose
from lookup_audit.reporting.numbers import Numbers, read_numbers
from lookup_audit.reporting.page import Figure, Table, render_page, write_page
from lookup_audit.reporting.plain import shown
from lookup_audit.reporting.published import MOTIVES, Change, Published, Rate, publish
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
    """The pages written into the folder `out`: `report-en.html` and `report-nl.html`, or one of them.

    Covers the audited days from `from_day` to `to_day`, both included, or all of them. The same warehouse
    gives the same bytes.
    """
    numbers = read_numbers(warehouse, from_day, to_day)
    limits = warehouse.settings.reporting
    published = publish(numbers, limits.minimum_group, limits.minimum_count) if numbers else None
    return [
        write_page(out / f"report-{one}.html", render_report(numbers, published, limits, one))
        for one in ([language] if language else LANGUAGES)
    ]


def render_report(
    numbers: Numbers | None, published: Published | None, limits: Reporting, language: Language
) -> str:
    """The page in one language; without numbers, a page that says nothing has been audited."""
    if numbers is None or published is None:
        return render_page("report_empty.html", language)
    names = Names(words_of(language), rule_prose(), limits.minimum_count)
    return render_page(
        "report.html",
        language,
        numbers=numbers,
        published=published,
        names=names,
        limits=limits,
        fewest_contributors=FEWEST_CONTRIBUTORS,
        headlines=headlines(published, names),
        figures=figures(numbers, published, names),
        interventions=_interventions(numbers, names),
        blind_spots=_blind_spots(names),
        **run_facts(numbers),
        suppressed=_suppressed(published, names),
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
    rows = tuple(
        (
            names.words.date(row["held_on"]),
            names.code(row["kind"]),
            names.theme(row["theme"]),
            reach.get((row["of_unit"], row["of_team"]), _("A team")),
        )
        for row in numbers.interventions
    )
    return Table((_("Date"), _("Activity"), _("Theme"), _("For")), rows) if rows else None


def _blind_spots(names: Names) -> list[tuple[str, list[str]]]:
    """What each rule cannot see, by its title, as signed off."""
    language = names.words.language
    by_title = ((names.theme(rule), prose["blind_spots"][language]) for rule, prose in names.prose.items())
    return sorted((title, [spots] if isinstance(spots, str) else list(spots)) for title, spots in by_title)


def run_facts(numbers: Numbers) -> dict[str, Any]:
    """What the audit ran with: configurations, code versions, and detectors skipped with days and reason."""
    skipped: dict[str, int] = {}
    for run in numbers.runs:
        for line in run["skipped_detectors"]:
            skipped[line] = skipped.get(line, 0) + 1
    return {
        "config_hashes": sorted({run["config_hash"] for run in numbers.runs}),
        "code_versions": sorted({run["code_version"] for run in numbers.runs}),
        "skipped": [(shown(line), days) for line, days in sorted(skipped.items())],
    }


def _suppressed(published: Published, names: Names) -> list[tuple[str, str]]:
    """How many numbers were not shown, by reason."""
    _ = names.words.gettext
    reasons = {
        "small_group": _("The group is smaller than the minimum."),
        "small_count": _("The count is small and shown as a range."),
        "few_people": _("Too few people made the count."),
        "complement": _("Another hidden number could be worked out from it."),
        "whole_table": _("Nothing less than the whole table could be hidden."),
        "total_not_shown": _("The total that it is part of is not shown."),
    }
    counts = {reason: sum(one.reason == reason for one in published.suppressed) for reason in reasons}
    return [(text, names.words.number(counts[reason])) for reason, text in reasons.items() if counts[reason]]
