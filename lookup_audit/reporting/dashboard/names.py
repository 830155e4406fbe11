"""Names on a prevention page: codes in words, and the names that others gave, made safe to show."""

from collections.abc import Mapping
from typing import Any

from lookup_audit.reporting.dashboard.published import Rate
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.page import Value
from lookup_audit.reporting.plain import shown
from lookup_audit.warehouse import load_signed

_LONGEST_NAME = 60

Prose = Mapping[str, Mapping[str, Mapping[str, Any]]]


def rule_prose() -> Prose:
    """The prose of every rule: detector id → field → language → text, or list of texts.

    Read without the lock: these are names on a page, nothing here runs.
    """
    return {rule.id: rule.prose for rule in load_signed("rule", locked=False)}


class Names:
    """Names in one language; codes that are not known stay as they are."""

    def __init__(self, words: Words, prose: Prose) -> None:
        _ = words.gettext
        self.words = words
        self.prose = prose
        self._motives = {
            "curiosity": _("Curiosity"),
            "personal_involvement": _("Personal involvement"),
            "personal_benefit": _("Personal benefit"),
        }
        self._codes = {
            "search": _("Search"),
            "view": _("View"),
            "print": _("Print"),
            "export": _("Export"),
            "on": _("On duty"),
            "off": _("Off duty, on leave or ill"),
            "desktop": _("Desktop"),
            "mobile": _("Mobile device"),
            "api": _("Link from another system"),
            "dilemma_session": _("Dilemma session"),
            "debrief": _("Debriefing"),
            "presentation": _("Presentation"),
            "campaign": _("Campaign"),
            "e_learning": _("E-learning"),
        }

    def motive(self, motive: str) -> str:
        """A motive's name."""
        return self._motives.get(motive, motive)

    def theme(self, theme: str | None) -> str:
        """The title of a detector; any other theme as others wrote it."""
        if theme in self._motives:
            return self.words.gettext("%(motive)s, no detector named", motive=self._motives[str(theme)])
        title = self.prose.get(theme or "", {}).get("title", {}).get(self.words.language)
        return str(title) if title else self.given(theme)

    def code(self, code: str | None) -> str:
        """A channel's name, or the kind of an intervention."""
        return self._codes.get(code or "") or self.given(code)

    def given(self, name: str | None) -> str:
        """A name that others wrote, with nothing unseen in it and not too long."""
        return shown(name, _LONGEST_NAME) if name else self.words.gettext("Not recorded")

    def group(self, path: tuple[str, ...], level: str) -> str:
        """A team, district or unit; or where small ones were merged, the others of the level above."""
        depth = {"unit": 1, "district": 2, "team": 3}[level]
        if len(path) == depth:
            return self.given(path[-1])
        _ = self.words.gettext
        others = {"team": _("Other teams"), "district": _("Other districts"), "unit": _("Other units")}[level]
        above = next((part for part in reversed(path) if part), None)
        if above is None:
            return others
        return _("%(others)s of %(above)s", others=others, above=self.given(above))

    def rate(self, rate: Rate) -> str:
        """A rate with its interval, as 12.3 (10.1–15.0); a dash when it is not shown."""
        number = self.words.number
        if rate.rate is None:
            return number(None)
        return f"{number(rate.rate, 1)} ({number(rate.low, 1)}–{number(rate.high, 1)})"

    def rate_columns(self) -> tuple[str, ...]:
        """The headings of `rate_values`."""
        _ = self.words.gettext
        return (_("Per 10,000"), _("Lower bound (95%%)"), _("Upper bound (95%%)"))

    @staticmethod
    def rate_values(rate: Rate) -> tuple[Value, ...]:
        """A rate and the bounds of its interval for a spreadsheet, empty when they are not shown."""
        return (rate.rate, rate.low, rate.high)
