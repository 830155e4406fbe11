"""The words of a dossier: names for codes, and the signed prose of rules, explanations and the forest."""

import json
from typing import Any

from lookup_audit.detectors.column_words import column_words, is_column
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.plain import shown
from lookup_audit.reporting.skipped_words import skipped_words
from lookup_audit.warehouse import load_signed

Prose = dict[str, dict[str, dict[str, Any]]]
_NO_LISTS = ("innocent_explanations", "blind_spots", "investigation_steps")


def prose_by_detector() -> Prose:
    """The prose of every rule and of the forest: detector id → field → language → text, or list of texts."""
    from lookup_audit.detectors.isolation_forest import PROSE

    return {**{rule.id: rule.prose for rule in load_signed("rule", locked=False)}, "peer_anomaly": PROSE}


def prose_by_explanation() -> Prose:
    """The prose of every explanation, in the same shape as that of the detectors."""
    return {text.id: text.prose for text in load_signed("explanation", locked=False)}


class Labels:
    """Names in one language for what the warehouse writes as a code; unknown codes stay as they are."""

    def __init__(self, words: Words, detectors: Prose, explanations: Prose) -> None:
        self.words = words
        self._detectors = detectors
        self._explanations = explanations
        self._codes = {**_features(words), **_codes(words)}
        self._evidence = _evidence(words)

    def code(self, value: str | None) -> str:
        """A name for a duty state, motive, status, action, channel or kind; a dash for none."""
        return "–" if value is None else self._codes.get(value, value)

    def is_code(self, value: str) -> bool:
        """Whether it is a code of this tool, and so no text of the log."""
        return value in self._codes

    def detector(self, identifier: str) -> str:
        """A detector's title, or its id where it has no prose."""
        return str(self.prose(identifier, "title"))

    def explanation(self, identifier: str) -> str:
        """An explanation's title, or its id where it has no prose."""
        titles = self._explanations.get(identifier, {}).get("title", {})
        return str(titles.get(self.words.language, identifier))

    def reason(self, code: str) -> str:
        """Why an alert was a false alarm, in words; an unknown code as it stands."""
        from lookup_audit.triage.reasons import REASONS, reason_words

        return reason_words(code)[self.words.language] if code in REASONS else shown(code)

    def prose(self, detector: str, field: str) -> Any:
        """One field of a detector's prose; without prose its id, or an empty list where a list is meant."""
        otherwise: Any = [] if field in _NO_LISTS else detector
        return self._detectors.get(detector, {}).get(field, {}).get(self.words.language, otherwise)

    def term(self, name: str) -> str:
        """A line of the sum that adds up to the risk: where it starts, a question, or what softens it."""
        if name in self._detectors:
            return self.detector(name)
        if name in self._explanations:
            return self.explanation(name)
        return self._codes.get(name, name.replace("_", " "))

    def evidence(self, name: str) -> str:
        """What a value in the evidence is, in words: those of the dossier, or else those of the rules."""
        if name in self._evidence:
            return self._evidence[name]
        return column_words(name)[self.words.language] if is_column(name) else name.replace("_", " ")

    def value(self, value: Any) -> str:
        """A value in the evidence as a reader writes it, safe to show."""
        _ = self.words.gettext
        if value is None:
            return _("not known")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, int | float):
            return self.words.number(value, _decimals(value))
        if isinstance(value, list):
            return ", ".join(self.value(part) for part in value)
        if isinstance(value, dict):
            return shown(json.dumps(value, sort_keys=True, ensure_ascii=False))
        return shown(self._codes.get(str(value), str(value)))

    def skipped(self, reason: str) -> str:
        """A skipped detector, which the runs write as `detector: needs …`, with its title, in the page's language."""
        return skipped_words(reason, self.detector, self.words)


def _decimals(value: float) -> int:
    """As many as the value has, at most two; below a tenth four, where a small share keeps its meaning."""
    most = 2 if abs(value) >= 0.1 else 4
    return next((digits for digits in range(most) if round(value, digits) == value), most)


def _features(words: Words) -> dict[str, str]:
    """Names of what the forest looks at: they stand in its evidence."""
    from lookup_audit.detectors.isolation_forest import FEATURES

    return {name: text[words.language] for name, text in FEATURES.items()}


def _codes(words: Words) -> dict[str, str]:
    _ = words.gettext
    return {
        "duty": _("on duty"),
        "standby": _("on standby"),
        "overtime": _("just before or after a shift"),
        "unrostered": _("at work by all signs, not on the roster"),
        "training": _("in training"),
        "leave": _("on leave"),
        "sick": _("reported sick"),
        "off": _("off duty"),
        "unknown": _("roster not known"),
        "curiosity": _("curiosity"),
        "personal_involvement": _("personal involvement"),
        "personal_benefit": _("personal benefit"),
        "new": _("not yet reviewed"),
        "asked": _("the officer was asked"),
        "explained": _("explained"),
        "unexplained": _("not explained"),
        "referred": _("referred"),
        "dismissed": _("dismissed"),
        "search": _("search"),
        "view": _("view"),
        "print": _("print"),
        "export": _("export"),
        "desktop": _("desktop"),
        "mobile": _("mobile"),
        "person": _("person"),
        "vehicle": _("vehicle"),
        "address": _("address"),
        "phone": _("phone"),
        "organisation": _("organisation"),
        "partner": _("partner"),
        "parent": _("parent"),
        "child": _("child"),
        "sibling": _("brother or sister"),
        "household": _("same household"),
        "ex_partner": _("former partner"),
        "in_law": _("in-law"),
        "friend": _("friend"),
        "surname": _("surname"),
        "street": _("street"),
        "sex": _("sex"),
        "given": _("given"),
        "boilerplate": _("a stock phrase"),
        "says nothing": _("says nothing"),
        "own": _("a case of the user"),
        "team": _("a case of the team"),
        "none": _("none"),
        "recalibrated": _("what reviewers found before"),
        "prior": _("any lookup, before anything is known of it"),
    }


def _evidence(words: Words) -> dict[str, str]:
    _ = words.gettext
    return {
        "duty_state": _("duty state at that time"),
        "minutes_from_shift": _("minutes from the nearest shift"),
        "channel": _("channel"),
        "is_first": _("first time that this user looked the subject up"),
        "is_desk": _("the function is to look up for others"),
        "is_public_figure": _("public figure"),
        "is_own_record": _("the user's own record"),
        "is_own_property": _("the user's own vehicle or phone"),
        "is_own_address": _("the user's own address"),
        "home_distance_m": _("metres from the user's home"),
        "incident_home_distance_m": _("metres from the user's home to an incident of the subject"),
        "same_home_postcode": _("same postcode as the user's home"),
        "same_household": _("same household as the user"),
        "same_surname": _("same surname as the user"),
        "surname_share": _("share of persons with this surname"),
        "surname_by_chance": _("how often such a shared surname is expected by chance"),
        "relation_kind": _("declared relation"),
        "subject_link_strength": _("strength of the work link to the subject"),
        "work_strength": _("strength of the work link"),
        "news_items": _("news items about the subject"),
        "hours_since_news": _("hours since the news item"),
        "burst_users": _("users without a work link who looked the subject up in those days"),
        "burst_teams": _("teams of these users"),
        "burst_expected": _("such users to be expected"),
        "burst_excess": _("standard deviations above what is expected"),
        "unlinked_days": _("days on which the user looked the subject up without a work link"),
        "linked_days": _("days on which the user looked the subject up with a work link"),
        "unlinked_span_days": _("days from the first such lookup to this one"),
        "others_unlinked_days": _("days on which others looked the subject up without a work link"),
        "action": _("action"),
        "day_lookups": _("lookups of the user on that day"),
        "usual_lookups": _("lookups on a usual day"),
        "day_extracts": _("prints and exports on that day"),
        "usual_extracts": _("prints and exports on a usual day"),
        "extracts_excess": _("prints and exports: standard deviations above a usual day"),
        "device_home_distance_m": _("metres from the device to the user's home"),
        "anomaly_score": _("oddness of the day among peers, 0 to 1"),
        "peer_group": _("peers it was compared with"),
        "lookups_that_day": _("lookups of the user on that day"),
        "top_features": _("what makes the day odd, strongest first"),
    }


def measure_names(words: Words) -> dict[str, str]:
    """What users are compared on with their peers, by the measure's id."""
    _ = words.gettext
    return {
        "lookups": _("lookups a day"),
        "subjects": _("different subjects a day"),
        "peak_hour": _("lookups in the busiest hour"),
        "unlinked": _("share without a work link"),
        "off_duty": _("share off duty"),
        "night_hours": _("share at night (22:00 to 06:00)"),
        "mobile": _("share on a mobile device"),
        "prints_exports": _("share printed or exported"),
        "near_home": _("share close to home"),
        "public_figures": _("share of public figures"),
    }
