"""What readers are told about `peer_anomaly`: the names of its features, and the texts that a rule has."""

from typing import Any

from lookup_audit.settings import Forest

FEATURES: dict[str, dict[str, str]] = {
    "lookups": {"en": "lookups", "nl": "bevragingen"},
    "subjects": {"en": "different subjects", "nl": "verschillende subjecten"},
    "first_subjects": {"en": "subjects not seen before", "nl": "niet eerder bevraagde subjecten"},
    "unlinked": {"en": "lookups without a work link", "nl": "bevragingen zonder werkgerelateerde aanleiding"},
    "off_duty": {"en": "lookups outside duty", "nl": "bevragingen buiten diensttijd"},
    "night_hours": {"en": "lookups at night", "nl": "nachtelijke bevragingen"},
    "systems": {"en": "different systems", "nl": "verschillende systemen"},
    "persons": {"en": "lookups of persons", "nl": "bevragingen van personen"},
    "vehicles": {"en": "lookups of vehicles", "nl": "bevragingen van voertuigen"},
    "mobile": {"en": "lookups on a mobile device", "nl": "mobiele bevragingen"},
    "prints_exports": {"en": "prints and exports", "nl": "afdrukken en exports"},
    "peak_hour": {"en": "lookups in the busiest hour", "nl": "bevragingen in het drukste uur"},
    "most_repeated": {"en": "repeats of one subject", "nl": "herhalingen van één subject"},
    "near_home": {"en": "lookups close to home", "nl": "bevragingen dicht bij huis"},
    "public_figures": {"en": "lookups of public figures", "nl": "bevragingen van publieke personen"},
}
"""The columns of `user_days` that the forest looks at, each with its name for readers."""

PROSE: dict[str, Any] = {
    "title": {"en": "Unusual day among peers", "nl": "Ongebruikelijke dag vergeleken met collega's"},
    "question": {
        "en": "Was this user's day unlike the days of colleagues in the same function and team?",
        "nl": "Week deze dag af van de dagen van collega's in dezelfde functie en hetzelfde team?",
    },
    "innocent_explanations": {
        "en": [
            "A special task, a large investigation, or a replacement in another role that day.",
            "A new function that the register of users does not show yet.",
            "A backlog that was worked off in one day.",
        ],
        "nl": [
            "Een bijzondere taak, een groot onderzoek of een vervanging in een andere rol die dag.",
            "Een nieuwe functie die nog niet in het medewerkersbestand staat.",
            "Een achterstand die in één dag is weggewerkt.",
        ],
    },
    "blind_spots": {
        "en": [
            "Someone who does the same every day, or who makes only a few lookups, does not stand out.",
            "What a whole team does is ordinary within that team.",
            "It says nothing about a single lookup: all lookups of the day carry the same score.",
        ],
        "nl": [
            "Wie elke dag hetzelfde doet, of maar weinig bevraagt, valt niet op.",
            "Wat een heel team doet, is binnen dat team gewoon.",
            "Het zegt niets over één bevraging: alle bevragingen van de dag krijgen dezelfde score.",
        ],
    },
    "investigation_steps": {
        "en": [
            "Read which features drove the score, and compare them with the user's own other days.",
            "Ask the team chief which task the user had that day, before anything else.",
            "Never act on this score alone: look for lookups of that day that a rule flags.",
        ],
        "nl": [
            "Lees welke kenmerken de score bepaalden en vergelijk die met andere dagen van deze medewerker.",
            "Vraag eerst de teamchef welke taak de medewerker die dag had.",
            "Handel nooit op deze score alleen: zoek bevragingen van die dag die een regel aanwijst.",
        ],
    },
    "legal_basis": {
        "en": "Wpg art. 32a (logging) and 33 (audits); LED 2016/680 art. 25 (logging) and 29 (security)",
        "nl": "Wpg art. 32a (logging) en 33 (audits); Richtlijn (EU) 2016/680 art. 25 (logging) en 29 (beveiliging)",
    },
    "weight": 1.0,
    "needs": (),
}
"""What readers are told about `peer_anomaly`, in the fields of a rule's header."""

_UNITS_AND_REASONS: dict[str, tuple[str, str, str]] = {
    "training_days": ("days", "dagen", "Het verleden waarvan het leert: twee maanden van elke weekdag."),
    "trees": ("trees", "bomen", "De uitkomst verandert ruim hieronder al niet meer (Liu e.a., 2008)."),
    "sample": (
        "user-days",
        "dagen van medewerkers",
        "Aantal per boom; met 4096 werd meer gevonden dan met de gebruikelijke 256.",
    ),
    "minimum_user_days": (
        "user-days",
        "dagen van medewerkers",
        "Met minder verleden dan dit is er nog geen model.",
    ),
    "minimum_peers": (
        "users",
        "medewerkers",
        "Een kleinere groep wordt vergeleken met allen die dezelfde functie hebben.",
    ),
    "flagged_share": (
        "share",
        "aandeel",
        "Een dag roept een vraag op als hoogstens dit deel van de dagen in het verleden zo ongewoon was.",
    ),
    "seed": ("number", "getal", "Vast, zodat een herhaling dezelfde scores geeft."),
}

PARAMETERS: dict[str, dict[str, Any]] = {
    name: {
        "default": Forest.model_fields[name].default,
        "unit": {"en": english, "nl": dutch},
        "reason": {"en": Forest.model_fields[name].description, "nl": reason},
    }
    for name, (english, dutch, reason) in _UNITS_AND_REASONS.items()
}
"""The forest's settings (`[forest]` in the configuration), in the form of a rule's parameters."""
