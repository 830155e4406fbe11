"""What the method page says: how was counted, what is hidden or cannot be seen, and what the audit ran with."""

from collections.abc import Sequence
from typing import Any

from lookup_audit.privacy.disclosure import BASE
from lookup_audit.quality import Stretch
from lookup_audit.reporting.dashboard.counts import Counts
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Published
from lookup_audit.reporting.plain import shown
from lookup_audit.reporting.quality.words import said, signed_titles, weakens
from lookup_audit.reporting.site import SitePage
from lookup_audit.reporting.skipped_words import skipped_words
from lookup_audit.settings import Reporting


def method_page(
    counts: Counts, published: Published | None, limits: Reporting, gaps: Sequence[Stretch], names: Names
) -> SitePage:
    """The page that says how to read all others; `gaps` are those of the period."""
    _ = names.words.gettext
    titles = signed_titles(names.words)
    content = {
        "counts": counts,
        "limits": limits,
        "base": BASE,
        "has_pages": published is not None,
        "merged": published.merged if published else 0,
        "blind_spots": _blind_spots(names),
        **run_facts(counts),
        "skipped": [
            (shown(skipped_words(line, titles, names.words)), days)
            for line, days in run_facts(counts)["skipped"]
        ],
        "gaps": [said(one, titles, names.words) for one in gaps if weakens(one.gaps[-1])],
    }
    return SitePage(
        "method",
        _("Method"),
        "report_method.html",
        content,
        about=_("What is counted, what is not shown, and what cannot be seen."),
    )


def _blind_spots(names: Names) -> list[tuple[str, list[str]]]:
    """What each rule cannot see, by its title, as signed off."""
    language = names.words.language
    by_title = ((names.theme(rule), prose["blind_spots"][language]) for rule, prose in names.prose.items())
    return sorted((title, [spots] if isinstance(spots, str) else list(spots)) for title, spots in by_title)


def run_facts(counts: Counts) -> dict[str, Any]:
    """What the audit ran with: configurations, code versions, and detectors skipped with days and reason."""
    skipped: dict[str, int] = {}
    for run in counts.runs:
        for line in run["skipped_detectors"]:
            skipped[line] = skipped.get(line, 0) + 1
    return {
        "config_hashes": sorted({run["config_hash"] for run in counts.runs}),
        "code_versions": sorted({run["code_version"] for run in counts.runs}),
        "skipped": [(shown(line), days) for line, days in sorted(skipped.items())],
    }
