"""The fixed words of what readers are shown about rules and explanations, in English and Dutch."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "heading": "What is asked of lookups, and what explains them",
        "state": "State of the signed texts",
        "contents": "Contents",
        "explanations": "Explanations",
        "explanations_intro": "What makes a lookup work. These are looked for first, and they speak for the user.",
        "questions": "Questions",
        "questions_intro": "What raises a question, grouped by what could move a user to look. The groups follow "
        "the ladder of integrity departments; a group says what the question is about, not what anyone did.",
        "shared": "Settings that all share",
        "shared_intro": "How far the audit looks around a lookup; set under `[context]` in the configuration.",
        "title": "title",
        "group": "group",
        "question": "question",
        "explanation": "explanation",
        "rule": "question",
        "model": "question, by a learning model",
        "motive": "motive",
        "curiosity": "Curiosity",
        "curiosity_intro": "Nice to know: someone in the news, a well-known person.",
        "personal_involvement": "Personal involvement",
        "personal_involvement_intro": "The user is close to it: home, family, colleagues, or the user's own record.",
        "personal_benefit": "Personal benefit",
        "personal_benefit_intro": "Information that is worth something to somebody.",
        "any": "Any motive",
        "any_intro": "Circumstances that say nothing about why. They support another question, or ask for a look "
        "at the day as a whole.",
        "about": "what an alert is about",
        "subject": "one user and one subject",
        "behaviour": "the user's behaviour",
        "weight": "weight",
        "law": "law",
        "needs": "data that must be loaded",
        "or": "or",
        "version": "version",
        "innocent_explanations": "What would be innocent",
        "usually_behind": "What usually lies behind it",
        "blind_spots": "What it cannot see",
        "investigation_steps": "What to do next",
        "law_and_weight": "Law and weight",
        "data": "Data used",
        "column": "column",
        "meaning": "meaning",
        "parameters": "Parameters",
        "no_parameters": "There is nothing to set.",
        "set_with": "Set them in the configuration under",
        "also_shared": "The query also uses",
        "configured": "configured; the default is",
        "parameter": "parameter",
        "default": "default",
        "unit": "unit",
        "reason": "reason",
        "none": "none",
        "text": "The text that runs",
        "signed": "Version {version}, SHA-256 `{hash}…` over the whole text, this prose included.",
        "model_text": "A learning model has no query: an isolation forest learns from the past days of users, "
        "compares only with peers of the same function and team, and names what made a day unusual. It supports "
        "and reorders; it cannot carry a finding by itself. Its code is part of the version that every run records.",
    },
    "nl": {
        "heading": "Wat over bevragingen wordt gevraagd, en wat ze verklaart",
        "state": "Stand van de goedgekeurde teksten",
        "contents": "Inhoud",
        "explanations": "Verklaringen",
        "explanations_intro": "Wat een bevraging tot werk maakt. Hiernaar wordt eerst gezocht, en het pleit voor de "
        "medewerker.",
        "questions": "Vragen",
        "questions_intro": "Wat een vraag oproept, ingedeeld naar wat een medewerker kan bewegen om te kijken. De "
        "indeling volgt de ladder van integriteitsafdelingen; zij zegt waar de vraag over gaat, niet wat iemand "
        "heeft gedaan.",
        "shared": "Instellingen die voor alles gelden",
        "shared_intro": "Hoe ver de audit om een bevraging heen kijkt; in te stellen onder `[context]` in de "
        "configuratie.",
        "title": "titel",
        "group": "groep",
        "question": "vraag",
        "explanation": "verklaring",
        "rule": "vraag",
        "model": "vraag, door een lerend model",
        "motive": "motief",
        "curiosity": "Nieuwsgierigheid",
        "curiosity_intro": "Leuk om te weten: iemand in het nieuws, een bekende persoon.",
        "personal_involvement": "Persoonlijke betrokkenheid",
        "personal_involvement_intro": "Het komt dichtbij: huis, familie, collega's of de eigen gegevens.",
        "personal_benefit": "Persoonlijk voordeel",
        "personal_benefit_intro": "Informatie die voor iemand iets waard is.",
        "any": "Elk motief",
        "any_intro": "Omstandigheden die niets zeggen over het waarom. Ze ondersteunen een andere vraag, of vragen "
        "om naar de hele dag te kijken.",
        "about": "waar een melding over gaat",
        "subject": "één medewerker en één subject",
        "behaviour": "het gedrag van de medewerker",
        "weight": "gewicht",
        "law": "wet",
        "needs": "gegevens die geladen moeten zijn",
        "or": "of",
        "version": "versie",
        "innocent_explanations": "Wat onschuldig zou zijn",
        "usually_behind": "Wat er meestal achter zit",
        "blind_spots": "Wat dit niet ziet",
        "investigation_steps": "Wat nu te doen",
        "law_and_weight": "Wet en gewicht",
        "data": "Gebruikte gegevens",
        "column": "kolom",
        "meaning": "betekenis",
        "parameters": "Parameters",
        "no_parameters": "Hier valt niets in te stellen.",
        "set_with": "In te stellen in de configuratie onder",
        "also_shared": "De zoekopdracht gebruikt ook",
        "configured": "ingesteld; de standaardwaarde is",
        "parameter": "parameter",
        "default": "standaard",
        "unit": "eenheid",
        "reason": "reden",
        "none": "geen",
        "text": "De tekst die draait",
        "signed": "Versie {version}, SHA-256 `{hash}…` over de hele tekst, met deze toelichting erbij.",
        "model_text": "Een lerend model heeft geen zoekopdracht: een isolation forest leert van eerdere dagen van "
        "medewerkers, vergelijkt alleen met collega's in dezelfde functie en hetzelfde team, en noemt wat een dag "
        "ongewoon maakte. Het ondersteunt en ordent; het draagt zelf geen bevinding. De code hoort bij de versie "
        "die elke run vastlegt.",
    },
}

MOTIVES = ("curiosity", "personal_involvement", "personal_benefit", "any")
"""The order in which readers meet them: the ladder upward, and last what goes with any of them."""

_LISTS = ("innocent_explanations", "blind_spots", "investigation_steps")


def labelled_lists(kind: str, language: str) -> dict[str, str]:
    """The fields of prose that are lists, each with its label: nothing is innocent or guilty in an explanation."""
    labels = {field: WORDS[language][field] for field in _LISTS}
    if kind == "explanation":
        labels["innocent_explanations"] = WORDS[language]["usually_behind"]
    return labels
