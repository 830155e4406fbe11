"""What the method page says: how was counted, what is hidden or cannot be seen, and what the audit ran with."""

from typing import Any

from lookup_audit.privacy.disclosure import FEWEST_CONTRIBUTORS
from lookup_audit.reporting.names import Names
from lookup_audit.reporting.numbers import Numbers
from lookup_audit.reporting.plain import shown
from lookup_audit.reporting.published import Published
from lookup_audit.settings import Reporting


def method_content(numbers: Numbers, published: Published, limits: Reporting, names: Names) -> dict[str, Any]:
    """What the template of the method page needs."""
    return {
        "numbers": numbers,
        "limits": limits,
        "fewest_contributors": FEWEST_CONTRIBUTORS,
        "blind_spots": _blind_spots(names),
        "suppressed": _suppressed(published, names),
        **run_facts(numbers),
    }


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
