"""The settings that all questions and explanations share, with unit and reason in both languages."""

from typing import Any

from lookup_audit.errors import SettingsError
from lookup_audit.settings import Context

_UNITS_AND_REASONS: dict[str, tuple[str, str, str]] = {
    "history_days": (
        "days",
        "dagen",
        "Dagen verleden waarmee een nacht wordt vergeleken: een kwartaal, zodat een nacht even duur blijft.",
    ),
    "link_grace_days": (
        "days",
        "dagen",
        "Een koppeling aan een zaak die zoveel dagen na de bevraging is geregistreerd, verzacht: "
        "registratie loopt een weekend achter.",
    ),
    "follow_up_hours": (
        "hours",
        "uren",
        "Na afloop van een incident wordt het rapport in deze of de volgende dienst geschreven.",
    ),
    "shift_grace_minutes": ("minutes", "minuten", "Zoveel overwerk of vroeger beginnen is gewoon."),
    "roster_days": (
        "days",
        "dagen",
        "Wie zoveel dagen geen dienst heeft, heeft geen bekend rooster en geldt niet als buiten dienst.",
    ),
    "unrostered_lookups": (
        "lookups",
        "bevragingen",
        "Zoveel bevragingen tussen diensten, verspreid over de tijd, zijn werk dat niet in het rooster staat.",
    ),
    "unrostered_hours": (
        "hours",
        "uren",
        "Verspreid over minstens zoveel uren: nieuwsgierigheid in de nacht duurt kort.",
    ),
    "handover_hours": (
        "hours",
        "uren",
        "Zolang na een aanleiding van een collega kan er nog worden overgedragen.",
    ),
    "news_days": ("days", "dagen", "Zolang verklaart een nieuwsbericht dat iemand aandacht trekt."),
    "burst_days": (
        "days",
        "dagen",
        "De dagen waarover medewerkers zonder werkgerelateerde aanleiding worden geteld.",
    ),
    "team_days": (
        "days",
        "dagen",
        "Zolang geldt een subject dat collega's van het team opzochten als een zaak van het team.",
    ),
    "interest_days": (
        "days",
        "dagen",
        "De zes weken waarin naar een opstapeling bij één achternaam, straat of geslacht wordt gezocht.",
    ),
    "area_share": (
        "share",
        "aandeel",
        "Dit deel van de bevragingen van een team vormt het werkgebied; de rest mag overal zijn.",
    ),
    "area_lookups": (
        "lookups",
        "bevragingen",
        "Met minder bevragingen waarvan de plaats bekend is, heeft een team nog geen bekend werkgebied.",
    ),
    "reason_systems": (
        "systems",
        "systemen",
        "Systemen die een reden vragen, naast die waar vrijwel iedereen een reden geeft.",
    ),
    "reason_demanded_share": (
        "share",
        "aandeel",
        "Is bij dit deel van de bevragingen een reden gegeven, dan geldt dat het systeem die vraagt.",
    ),
    "boilerplate_share": (
        "share",
        "aandeel",
        "Een reden die zo vaak en bij allerlei werk wordt geschreven, zegt niets over deze bevraging.",
    ),
    "desk_functions": (
        "names",
        "namen",
        "Functies (elk deel van de naam) waarvan het de taak is om voor anderen op te zoeken.",
    ),
}


def shared_settings() -> dict[str, dict[str, Any]]:
    """The settings of `[context]` in the form of a rule's parameters: default, unit and reason by language.

    `SettingsError` for a setting that has no words here.
    """
    unsaid = sorted(set(Context.model_fields) - set(_UNITS_AND_REASONS))
    if unsaid:
        raise SettingsError(
            f"no Dutch words for [context] {', '.join(unsaid)}: say them in lookup_audit/detectors/setting_words.py"
        )
    return {
        name: {
            "default": field.default,
            "unit": {"en": _UNITS_AND_REASONS[name][0], "nl": _UNITS_AND_REASONS[name][1]},
            "reason": {"en": field.description, "nl": _UNITS_AND_REASONS[name][2]},
        }
        for name, field in Context.model_fields.items()
    }
