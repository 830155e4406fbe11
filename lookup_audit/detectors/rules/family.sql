/*
id = "family"
version = 1
motive = "personal_involvement"
weight = 7.0
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["users"]
columns_used = [
    "duty_state",
    "home_distance_m",
    "is_desk",
    "is_own_address",
    "is_own_property",
    "is_own_record",
    "lookup_nr",
    "relation_carries",
    "relation_kind",
    "same_household",
    "same_surname",
    "subject_link_strength",
    "surname_by_chance",
    "surname_share",
    "work_strength",
]

[title]
en = "Family and household"
nl = "Familie en huishouden"

[question]
en = "Is the person looked up a relation or housemate of the user, or do they share a rare surname?"
nl = "Is de opgezochte persoon familie of huisgenoot van de medewerker, of delen zij een zeldzame achternaam?"

[innocent_explanations]
en = [
    "A namesake who is no family.",
    "A relation who is part of a case that the user cannot hand over at once, reported to the supervisor.",
]
nl = [
    "Een naamgenoot die geen familie is.",
    "Een familielid in een zaak die niet direct overgedragen kan worden, gemeld bij de leidinggevende.",
]

[blind_spots]
en = [
    "Relations that were not declared and carry another name are not seen.",
    "A surname says little where few persons are registered.",
]
nl = [
    "Niet opgegeven relaties met een andere naam blijven buiten beeld.",
    "Een achternaam zegt weinig waar weinig personen geregistreerd zijn.",
]

[investigation_steps]
en = [
    "Check the relation in the persons register before speaking of family.",
    "Ask whether the supervisor knew.",
]
nl = [
    "Controleer de verwantschap in de basisregistratie voordat er van familie gesproken wordt.",
    "Vraag of de leidinggevende het wist.",
]

[parameters.close_score]
default = 0.9
unit = { en = "score", nl = "score" }
reason = { en = "partner, ex, parent, child, sibling, household: personal interest is near certain", nl = "partner, ex, ouder, kind, broer of zus, huisgenoot: persoonlijk belang is vrijwel zeker" }

[parameters.wider_score]
default = 0.6
unit = { en = "score", nl = "score" }
reason = { en = "in-laws, friends and others are looser ties", nl = "schoonfamilie, vrienden en anderen zijn lossere banden" }

[parameters.household_score]
default = 0.8
unit = { en = "score", nl = "score" }
reason = { en = "same registered address, not declared: a housemate, or the one who lived there before", nl = "zelfde geregistreerde adres, niet gemeld: een huisgenoot, of de vorige bewoner" }

[parameters.rare_surname_score]
default = 0.65
unit = { en = "score", nl = "score" }
reason = { en = "a rare name is most often kin; a namesake remains possible", nl = "een zeldzame naam is meestal familie; een naamgenoot blijft mogelijk" }

[parameters.rare_by_chance]
default = 0.02
unit = { en = "persons", nl = "personen" }
reason = { en = "bearers of the name that the user would meet by chance in the history window", nl = "naamgenoten die de medewerker binnen de bewaarde historie bij toeval zou tegenkomen" }

[parameters.uncommon_by_chance]
default = 0.15
unit = { en = "persons", nl = "personen" }
reason = { en = "above this a shared name says nothing", nl = "hierboven zegt een gedeelde achternaam niets" }

[parameters.linked_factor]
default = 0.35
unit = { en = "factor", nl = "factor" }
reason = { en = "with a work link it is a conflict of interest, to be talked about", nl = "met een werkgerelateerde aanleiding is het een belangenconflict, waarover een gesprek nodig is" }
*/
SELECT
    lookup_nr,
    greatest(
        CASE
            WHEN relation_kind IS NULL THEN 0.0
            WHEN relation_kind IN ('in_law', 'friend', 'other') THEN $wider_score * relation_carries
            ELSE $close_score * relation_carries
        END,
        CASE WHEN same_household THEN $household_score ELSE 0.0 END,
        CASE
            WHEN NOT same_surname OR work_strength >= 0.3 OR surname_by_chance > $uncommon_by_chance THEN 0.0
            WHEN surname_by_chance <= $rare_by_chance THEN $rare_surname_score
            -- between rare and uncommon the score falls with the logarithm of chance
            ELSE $rare_surname_score
                * (0.4 + 0.6 * ln($uncommon_by_chance / surname_by_chance) / ln($uncommon_by_chance / $rare_by_chance))
        END
    ) * CASE WHEN subject_link_strength >= 0.5 THEN $linked_factor ELSE 1.0 END AS score,
    relation_kind,
    same_household,
    same_surname,
    surname_share,
    surname_by_chance,
    subject_link_strength,
    is_desk,
    duty_state,
    home_distance_m
FROM lookup_context
WHERE
    NOT (is_own_record OR is_own_property OR is_own_address)
    AND (
        relation_kind IS NOT NULL
        OR same_household
        OR (same_surname AND work_strength < 0.3 AND surname_by_chance <= $uncommon_by_chance)
    )
