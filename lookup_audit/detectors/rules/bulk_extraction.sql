/*
id = "bulk_extraction"
version = 2
motive = "personal_benefit"
about = "behaviour"
weight = 7.0
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["lookups"]
columns_used = [
    "action",
    "day_extracts",
    "day_lookups",
    "day_unlinked_share",
    "duty_state",
    "extracts_excess",
    "is_desk",
    "linked_extracts_share",
    "lookup_nr",
    "subject_link_strength",
    "usual_extracts",
    "usual_lookups",
    "volume_ratio",
    "work_strength",
]

[title]
en = "Bulk printing and exporting"
nl = "Veel afdrukken en exporteren"

[question]
en = "Why did the user print or export far more than the user and the peers usually do?"
nl = "Waarom heeft de medewerker veel meer afgedrukt of geëxporteerd dan de medewerker zelf en collega's gewoonlijk doen?"

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
    "Where the log does not tell prints from searches, only the number of lookups is seen.",
]
nl = [
    "Foto's van het scherm laten geen spoor na.",
    "Beetje bij beetje over maanden blijft binnen de gewoonte.",
    "Waar de log afdrukken niet van zoeken onderscheidt, telt alleen het aantal bevragingen.",
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
unit = { en = "prints and exports", nl = "afdrukken en exports" }
reason = { en = "fewer in a day are one file", nl = "minder op een dag is één dossier" }

[parameters.series_factor]
default = 0.8
unit = { en = "factor", nl = "factor" }
reason = { en = "searches and views without a work link on such a day are mostly the way to a print", nl = "zoeken en inzien zonder werkgerelateerde aanleiding gaat op zo'n dag meestal aan een afdruk vooraf" }

[parameters.minimum_excess]
default = 3.0
unit = { en = "standard deviations", nl = "standaardafwijkingen" }
reason = { en = "above the usual day of user and peers: about once in a thousand days by chance", nl = "boven een gewone dag van de medewerker en diens collega's: bij toeval ongeveer eens per duizend dagen" }

[parameters.strong_excess]
default = 7.0
unit = { en = "standard deviations", nl = "standaardafwijkingen" }
reason = { en = "from here the score is at its highest", nl = "vanaf hier is de score het hoogst" }

[parameters.weak_score]
default = 0.5
unit = { en = "score", nl = "score" }
reason = { en = "just above habit", nl = "net boven wat gewoon is" }

[parameters.strong_score]
default = 0.9
unit = { en = "score", nl = "score" }
reason = { en = "far above any habit", nl = "ver boven elke gewoonte" }

[parameters.minimum_volume]
default = 40
unit = { en = "lookups", nl = "bevragingen" }
reason = { en = "fewer in a day are one long incident", nl = "minder op een dag is één lang incident" }

[parameters.volume_ratio]
default = 3.0
unit = { en = "times the usual day", nl = "maal de gewone dag" }
reason = { en = "above the mean of user and peers, and above any day the user had before", nl = "boven het gemiddelde van medewerker en collega's, en boven elke eerdere dag van de medewerker" }

[parameters.unlinked_share]
default = 0.5
unit = { en = "share", nl = "deel" }
reason = { en = "of the day's lookups without a work link: on a busy day that work mostly explains, the rest is likely of the same work", nl = "van de bevragingen van die dag zonder aanleiding: op een drukke dag die het werk grotendeels verklaart, hoort de rest waarschijnlijk bij hetzelfde werk" }

[parameters.volume_score]
default = 0.6
unit = { en = "score", nl = "score" }
reason = { en = "far more lookups than ever, without a work link: a task, or a sale", nl = "veel meer bevragingen dan ooit, zonder aanleiding: een taak, of handel" }

[parameters.file_share]
default = 0.25
unit = { en = "share", nl = "deel" }
reason = { en = "of the day's prints with a work link: from here on the rest is likely of the same file", nl = "van de afdrukken van die dag met een aanleiding: vanaf hier hoort de rest waarschijnlijk bij hetzelfde dossier" }

[parameters.file_factor]
default = 0.5
unit = { en = "factor", nl = "factor" }
reason = { en = "a file that was printed, partly not registered", nl = "een afgedrukt dossier dat deels niet geregistreerd is" }
*/
SELECT
    lookup_nr,
    greatest(
        CASE
            WHEN day_extracts >= $minimum_extracts AND extracts_excess >= $minimum_excess
                THEN ($weak_score + ($strong_score - $weak_score)
                * least((extracts_excess - $minimum_excess) / ($strong_excess - $minimum_excess), 1.0))
                * CASE WHEN action IN ('print', 'export') THEN 1.0 ELSE $series_factor END
                * CASE WHEN linked_extracts_share >= $file_share THEN $file_factor ELSE 1.0 END
            ELSE 0.0
        END,
        CASE
            WHEN
                day_lookups >= $minimum_volume AND volume_ratio >= $volume_ratio
                AND day_unlinked_share >= $unlinked_share AND work_strength < 0.3
                THEN $volume_score
            ELSE 0.0
        END
    ) AS score,
    action,
    day_extracts,
    usual_extracts,
    linked_extracts_share,
    extracts_excess,
    day_lookups,
    day_unlinked_share,
    usual_lookups,
    volume_ratio,
    is_desk,
    duty_state
FROM lookup_context
WHERE
    (
        (action IN ('print', 'export') AND subject_link_strength < 0.5)
        OR work_strength < 0.3
    )
    AND (
        (day_extracts >= $minimum_extracts AND extracts_excess >= $minimum_excess)
        OR (
            day_lookups >= $minimum_volume AND volume_ratio >= $volume_ratio
            AND day_unlinked_share >= $unlinked_share
        )
    )
