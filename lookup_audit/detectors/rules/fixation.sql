/*
id = "fixation"
version = 1
motive = "personal_involvement"
weight = 6.0
legal_basis = "Wpg art. 3 (necessity) and art. 7 (secrecy); Sr 272; code of conduct: look up only what the work asks"
needs = ["lookups"]
columns_used = [
    "duty_state",
    "is_desk",
    "is_own_property",
    "is_own_record",
    "linked_days",
    "lookup_nr",
    "others_unlinked_days",
    "unlinked_days",
    "unlinked_span_days",
    "work_strength",
]

[title]
en = "Coming back to one person"
nl = "Steeds dezelfde persoon"

[question]
en = "Why does the user return to this person again and again without a work link?"
nl = "Waarom komt de medewerker zonder werkgerelateerde aanleiding steeds op deze persoon terug?"

[innocent_explanations]
en = [
    "A community officer's regulars.",
    "A long case that was never registered.",
]
nl = [
    "De vaste klanten van een wijkagent.",
    "Een lange zaak die nooit geregistreerd is.",
]

[blind_spots]
en = [
    "Returns that are further apart than the history window are not seen.",
    "Someone whom many officers look up hides the one who is fixed on them.",
]
nl = [
    "Herhalingen die verder uiteen liggen dan de historie worden niet gezien.",
    "Bij iemand die door velen wordt opgezocht, valt de ene niet op.",
]

[investigation_steps]
en = [
    "Read the rhythm: hours, days off, events in both lives.",
    "This can be stalking; think of the safety of the person looked up.",
]
nl = [
    "Kijk naar het ritme: uren, vrije dagen, gebeurtenissen in beider leven.",
    "Dit kan stalking zijn; denk aan de veiligheid van de opgezochte persoon.",
]

[parameters.minimum_days]
default = 3
unit = "days"
reason = "twice is chance or follow-up, three days without any link is interest"

[parameters.strong_days]
default = 8
unit = "days"
reason = "from here the score is at its highest"

[parameters.weak_score]
default = 0.45
unit = "score"
reason = "three days"

[parameters.strong_score]
default = 0.9
unit = "score"
reason = "eight days or more"

[parameters.own_share]
default = 0.5
unit = "share"
reason = "of all days without a link those of this user: below it others come back too, and a case is the likelier reason"
*/
SELECT
    lookup_nr,
    ($weak_score + ($strong_score - $weak_score)
    * least((unlinked_days - $minimum_days) * 1.0 / ($strong_days - $minimum_days), 1.0))
    * unlinked_days / (unlinked_days + others_unlinked_days) AS score,
    unlinked_days,
    linked_days,
    unlinked_span_days,
    others_unlinked_days,
    is_desk,
    duty_state
FROM lookup_context
WHERE
    work_strength < 0.3
    AND unlinked_days >= $minimum_days
    AND unlinked_days > linked_days
    AND unlinked_days >= $own_share * (unlinked_days + others_unlinked_days)
    AND NOT (is_own_record OR is_own_property)
