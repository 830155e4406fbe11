/*
id = "neighbour"
version = 1
motive = "personal_involvement"
weight = 6.0
legal_basis = "Wpg art. 3 (necessity) and art. 7 (secrecy); Sr 272; code of conduct: look up only what the work asks"
needs = ["users.home_postcode or users.home_lat"]
columns_used = [
    "channel",
    "duty_state",
    "home_distance_m",
    "incident_home_distance_m",
    "is_first",
    "is_own_address",
    "is_own_property",
    "is_own_record",
    "lookup_nr",
    "relation_kind",
    "same_home_postcode",
    "same_household",
    "work_strength",
]

[title]
en = "Neighbours"
nl = "Buren"

[question]
en = "Why did the user look up someone, or an incident, close to home, without a work link?"
nl = "Waarom zocht de medewerker zonder werkgerelateerde aanleiding iemand of een incident dicht bij huis op?"

[innocent_explanations]
en = [
    "Officers live among those they police: a neighbour can be a suspect.",
    "A check on the street that was not registered.",
]
nl = [
    "Politiemensen wonen tussen de mensen voor wie zij werken: een buurman kan verdachte zijn.",
    "Een controle op straat die niet geregistreerd is.",
]

[blind_spots]
en = [
    "Homes and subjects without coordinates or postcode are not compared.",
    "In the countryside neighbours live further apart.",
]
nl = [
    "Woningen en subjecten zonder coördinaten of postcode worden niet vergeleken.",
    "Op het platteland wonen buren verder uit elkaar.",
]

[investigation_steps]
en = [
    "Ask what happened in the street in the days before.",
    "Check whether the user was at work in that area.",
]
nl = [
    "Vraag wat er in de dagen ervoor in de straat gebeurde.",
    "Ga na of de medewerker daar aan het werk was.",
]

[parameters.next_door_m]
default = 60
unit = "metres"
reason = "the houses beside, behind and across"

[parameters.near_m]
default = 200
unit = "metres"
reason = "the street and the block: people known by sight"

[parameters.next_door_score]
default = 0.8
unit = "score"
reason = "next door, without a work link"

[parameters.postcode_score]
default = 0.65
unit = "score"
reason = "a postcode is one side of one street"

[parameters.near_score]
default = 0.4
unit = "score"
reason = "around the corner: known by sight, or chance"

[parameters.incident_m]
default = 150
unit = "metres"
reason = "what one sees and hears from home"

[parameters.incident_score]
default = 0.6
unit = "score"
reason = "looked up after an incident near home in which the user had no part"
*/
SELECT
    lookup_nr,
    greatest(
        CASE
            WHEN home_distance_m <= $next_door_m THEN $next_door_score
            WHEN same_home_postcode THEN $postcode_score
            WHEN home_distance_m <= $near_m THEN $near_score
            ELSE 0.0
        END,
        CASE WHEN incident_home_distance_m <= $incident_m THEN $incident_score ELSE 0.0 END
    ) AS score,
    home_distance_m,
    same_home_postcode,
    incident_home_distance_m,
    is_first,
    duty_state,
    channel
FROM lookup_context
WHERE
    work_strength < 0.3
    AND NOT same_household
    AND NOT (is_own_record OR is_own_property OR is_own_address)
    AND relation_kind IS NULL
    AND (home_distance_m <= $near_m OR same_home_postcode OR incident_home_distance_m <= $incident_m)
