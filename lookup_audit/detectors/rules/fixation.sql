/*
id = "fixation"
version = 1
motive = "personal_involvement"
weight = 7.0
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["lookups"]
columns_used = [
    "contradicted_tie",
    "duty_state",
    "is_desk",
    "is_own_property",
    "is_own_record",
    "linked_days",
    "lookup_nr",
    "others_unlinked_days",
    "returning_persons",
    "team_others",
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
    "Wordt iemand door velen opgezocht, dan valt de ene medewerker die steeds terugkomt niet op.",
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
unit = { en = "days", nl = "dagen" }
reason = { en = "twice is chance or follow-up, three days without any link is interest", nl = "twee keer is toeval of nazorg, drie dagen zonder enige aanleiding is belangstelling" }

[parameters.strong_days]
default = 7
unit = { en = "days", nl = "dagen" }
reason = { en = "from here the score is at its highest", nl = "vanaf hier is de score het hoogst" }

[parameters.weak_score]
default = 0.4
unit = { en = "score", nl = "score" }
reason = { en = "three days: among all persons whom a unit looks up, chance brings a few", nl = "drie dagen: onder alle personen die een eenheid opzoekt, brengt het toeval er een paar" }

[parameters.strong_score]
default = 0.95
unit = { en = "score", nl = "score" }
reason = { en = "seven days or more", nl = "zeven dagen of meer" }

[parameters.own_share]
default = 0.5
unit = { en = "share", nl = "aandeel" }
reason = { en = "of all days without a link those of this user: below it others come back too, and a case is the likelier reason; not below 0.25, for to how many others the user comes back is counted above that only", nl = "van alle dagen zonder aanleiding het deel van deze medewerker: daaronder komen ook anderen terug, en is een zaak waarschijnlijker; niet lager dan 0,25, want op hoeveel anderen de medewerker terugkomt, wordt alleen daarboven geteld" }

[parameters.returning_persons]
default = 2
unit = { en = "persons", nl = "personen" }
reason = { en = "who comes back to more persons than this whom nobody else looks up has regulars, and the question is divided among them", nl = "wie terugkomt op meer personen die niemand anders opzoekt, heeft vaste klanten, en de vraag wordt over hen verdeeld" }

[parameters.own_case_factor]
default = 0.5
unit = { en = "factor", nl = "factor" }
reason = { en = "the user named a case that the user works on: the person may be part of it, not registered", nl = "de medewerker noemde een zaak waaraan die werkt: de persoon hoort daar misschien bij, niet geregistreerd" }

[parameters.shared_factor]
default = 0.6
unit = { en = "factor", nl = "factor" }
reason = { en = "others of the team looked up the same person: more likely a matter of the team", nl = "anderen uit het team zochten dezelfde persoon op: eerder een zaak van het team" }
*/
SELECT
    lookup_nr,
    ($weak_score + ($strong_score - $weak_score)
    * least((unlinked_days - $minimum_days) * 1.0 / ($strong_days - $minimum_days), 1.0))
    * unlinked_days / (unlinked_days + others_unlinked_days)
    * CASE
        WHEN returning_persons <= $returning_persons THEN 1.0
        ELSE $returning_persons * 1.0 / returning_persons
    END
    * CASE WHEN contradicted_tie = 'own' THEN $own_case_factor ELSE 1.0 END
    * CASE WHEN team_others > 0 THEN $shared_factor ELSE 1.0 END AS score,
    contradicted_tie,
    returning_persons,
    team_others,
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
