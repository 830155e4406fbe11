"""The prevention report: trends that nobody can read a person from, as a small site in each language."""

import datetime as dt
from pathlib import Path

from lookup_audit.errors import UsageError
from lookup_audit.privacy.disclosure import Gate
from lookup_audit.privacy.keys import warehouse_key
from lookup_audit.quality import stretches
from lookup_audit.reporting.dashboard.counts import Counts, read_counts
from lookup_audit.reporting.dashboard.method import method_page, run_facts
from lookup_audit.reporting.dashboard.names import Names, rule_prose
from lookup_audit.reporting.dashboard.page_emerging import emerging_page
from lookup_audit.reporting.dashboard.page_measures import measures_page
from lookup_audit.reporting.dashboard.page_news import news_page
from lookup_audit.reporting.dashboard.page_overview import empty_page, overview_page
from lookup_audit.reporting.dashboard.page_themes import themes_page
from lookup_audit.reporting.dashboard.page_trends import trends_page
from lookup_audit.reporting.dashboard.page_when import when_page
from lookup_audit.reporting.dashboard.page_where import where_page
from lookup_audit.reporting.dashboard.published import MOTIVES, Published, publish, shown_under
from lookup_audit.reporting.dashboard.references import reference
from lookup_audit.reporting.dashboard.session_sheet import render_session_sheet
from lookup_audit.reporting.dashboard.team_names import find_team
from lookup_audit.reporting.language import LANGUAGES, Words, words_of
from lookup_audit.reporting.page import write_page
from lookup_audit.reporting.plain import file_part
from lookup_audit.reporting.site import Frame, SitePage, render_site, write_site
from lookup_audit.settings import Language, Reporting
from lookup_audit.warehouse import Warehouse, load_signed


class Report:
    """One report over one period: its counts, and its numbers after the gate."""

    def __init__(
        self, warehouse: Warehouse, *, from_day: dt.date | None = None, to_day: dt.date | None = None
    ) -> None:
        """Count and publish the whole weeks from `from_day` to `to_day`, or the last ones that were audited.

        Raises `UsageError` where bounds are given and no whole week between them was audited.
        """
        self.limits = warehouse.settings.reporting
        self.counts = read_counts(warehouse, from_day, to_day)
        if self.counts is None and (from_day or to_day) and warehouse.count("runs"):
            raise UsageError(
                "no whole week from Monday to Sunday was audited in this period; nothing is written"
            )
        self.gaps = (
            stretches(warehouse, self.counts.period.first, self.counts.period.last) if self.counts else []
        )
        self.published = _published(warehouse, self.counts, self.limits) if self.counts else None

    def write(self, out: Path, language: Language | None = None) -> list[Path]:
        """The pages written into `out/en` and `out/nl`, or one of them; each begins with `index.html`.

        The same warehouse with the same key gives the same bytes.
        """
        languages = (language,) if language else LANGUAGES
        return write_site(
            out, {one: render_site(self.pages(one), one, languages, self._frame(one)) for one in languages}
        )

    def write_session_sheet(self, team: str, out: Path, language: Language | None = None) -> list[Path]:
        """One A4 page for a session with a team, in each language or one.

        Raises `UsageError` where no such team can be shown, and says which groups can.
        """
        if self.counts is None or self.published is None:
            raise UsageError("there is nothing to show about any team in this period")
        path = find_team(self.published, team, shown_under(self.counts, self.limits.minimum_group))
        languages = (language,) if language else LANGUAGES
        return [
            write_page(
                out / one / f"session-{file_part(' '.join(path) or 'all')}.html",
                render_session_sheet(self.published, path, Names(words_of(one), rule_prose()), one),
            )
            for one in languages
        ]

    def pages(self, language: Language) -> list[SitePage]:
        """The pages in one language, in the order of the navigation.

        Without counts, one page that says nothing has been audited; about too few people, only the method.
        """
        names = Names(words_of(language), rule_prose())
        if self.counts is None:
            return [empty_page(names)]
        method = method_page(self.counts, self.published, self.limits, self.gaps, names)
        if self.published is None:
            return [overview_page(None, self.limits, [], names), method]
        published = self.published
        return [
            overview_page(published, self.limits, _missed(self.counts), names),
            trends_page(published, names),
            where_page(published, names, self.limits),
            when_page(published, names),
            news_page(published, names),
            measures_page(published, names),
            emerging_page(published, names),
            themes_page(published, names),
            method,
        ]

    def _frame(self, language: Language) -> Frame:
        return _frame(self.counts, words_of(language)) if self.counts else Frame()


def _published(warehouse: Warehouse, counts: Counts, limits: Reporting) -> Published | None:
    key = warehouse_key(warehouse)
    themes = {rule.id: rule.motive for rule in load_signed("rule", locked=False) if rule.motive in MOTIVES}
    return publish(
        counts,
        Gate(key, limits.minimum_group),
        themes,
        {burst.subject_id: reference(key, burst.subject_id) for burst in counts.bursts},
    )


def _missed(counts: Counts) -> list[tuple[str, int]]:
    """The skipped detectors whose questions would have been counted: an odd day among peers never is."""
    return [
        (line, days) for line, days in run_facts(counts)["skipped"] if not line.startswith("peer_anomaly")
    ]


def _frame(counts: Counts, words: Words) -> Frame:
    first, last = counts.period.first, counts.period.last
    return Frame(
        words.gettext("%(first)s to %(last)s", first=words.date(first), last=words.date(last)),
        f"{first}_{last}",
        tuple(run_facts(counts)["config_hashes"]),
    )
