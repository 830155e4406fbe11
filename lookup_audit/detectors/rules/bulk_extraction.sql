/*
id = "bulk_extraction"
version = 1
motive = "personal_benefit"
about = "behaviour"
weight = 6.0
legal_basis = "Wpg art. 3 (necessity) and art. 7 (secrecy); Sr 272; code of conduct: look up only what the work asks"
needs = ["lookups.action"]
columns_used = [
    "action",
    "day_extracts",
    "day_lookups",
    "duty_state",
    "extracts_excess",
    "is_desk",
    "lookup_nr",
    "subject_link_strength",
    "usual_extracts",
    "work_strength",
]

[title]
en = "Bulk printing and exporting"
nl = "Veel afdrukken en exporteren"

[question]
en = "Why did the user print or export far more than the user and the peers usually do?"
nl = "Waarom heeft de medewerker veel meer afgedrukt of geëxporteerd dan die zelf en collega's gewoonlijk doen?"

[innocent_explanations]
en = [
    "A court file or a transfer was prepared that day.",
    "A special task given by a supervisor.",
]
nl = [
    "Die dag is een dossier voor de rechtbank of een overdracht voorbereid.",
    "Een bijzondere opdracht van een leidinggevende.",
]

[blind_spots]
en = [
    "Photographs of the screen leave no trace.",
    "Little by little over months stays within habit.",
]
nl = [
    "Foto's van het scherm laten geen spoor na.",
    "Beetje bij beetje over maanden blijft binnen de gewoonte.",
]

[investigation_steps]
en = [
    "Find where the prints went.",
    "Compare the subjects: is there one case behind them, or none?",
]
nl = [
    "Ga na waar de afdrukken gebleven zijn.",
    "Vergelijk de subjecten: zit er één zaak achter, of geen?",
]

[parameters.minimum_extracts]
default = 5
unit = "prints and exports"
reason = "fewer in a day are one file"

[parameters.series_factor]
default = 0.8
unit = "factor"
reason = "searches and views without a work link on such a day are mostly the way to a print"

[parameters.minimum_excess]
default = 3.0
unit = "standard deviations"
reason = "above the usual day of user and peers: about once in a thousand days by chance"

[parameters.strong_excess]
default = 7.0
unit = "standard deviations"
reason = "from here the score is at its highest"

[parameters.weak_score]
default = 0.5
unit = "score"
reason = "just above habit"

[parameters.strong_score]
default = 0.9
unit = "score"
reason = "far above any habit"
*/
SELECT
    lookup_nr,
    ($weak_score + ($strong_score - $weak_score)
    * least((extracts_excess - $minimum_excess) / ($strong_excess - $minimum_excess), 1.0))
    * CASE WHEN action IN ('print', 'export') THEN 1.0 ELSE $series_factor END AS score,
    action,
    day_extracts,
    usual_extracts,
    extracts_excess,
    day_lookups,
    is_desk,
    duty_state
FROM lookup_context
WHERE
    (
        (action IN ('print', 'export') AND subject_link_strength < 0.5)
        OR work_strength < 0.3
    )
    AND day_extracts >= $minimum_extracts
    AND extracts_excess >= $minimum_excess
