"""Why an alert was a false alarm: a short list, so that the owner of a rule can count what is wrong with it."""

from lookup_audit.triage.names import one_of

_REASONS: dict[str, tuple[str, str]] = {
    "not_registered": ("the work was not registered", "het werk was niet geregistreerd"),
    "registered_late": ("the work was registered late", "het werk was te laat geregistreerd"),
    "roster_wrong": ("the roster was wrong or late", "het rooster klopte niet of kwam te laat"),
    "wrong_match": (
        "the wrong person or record was matched",
        "de verkeerde persoon of registratie was gekoppeld",
    ),
    "by_chance": (
        "same name, address or place by chance",
        "toevallig dezelfde naam, hetzelfde adres of dezelfde plek",
    ),
    "agreed": ("allowed by agreement", "volgens afspraak toegestaan"),
    "rule_too_strict": ("the rule is too strict", "de regel is te streng"),
    "data_error": ("an error in the data", "een fout in de gegevens"),
    "other": ("another reason", "een andere reden"),
}

REASONS = tuple(_REASONS)
"""The codes, as `because` in `verdicts` holds them."""


def reason_words(code: str) -> dict[str, str]:
    """A reason in words, by language ("en", "nl"); `UsageError` names the nearest of an unknown one."""
    return dict(zip(("en", "nl"), _REASONS[one_of("reason", code, REASONS)], strict=True))
