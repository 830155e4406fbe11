/*
id = "neighbour"
version = 1
motive = "personal_involvement"
weight = 6.0
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["users.home_postcode or users.home_lat"]
columns_used = [
    "channel",
    "device_home_distance_m",
    "duty_state",
    "home_by_chance",
    "home_days",
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
    "subject_link_strength",
    "team_others",
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
unit = { en = "metres", nl = "meter" }
reason = { en = "the houses beside, behind and across", nl = "de huizen ernaast, erachter en ertegenover" }

[parameters.near_m]
default = 200
unit = { en = "metres", nl = "meter" }
reason = { en = "the street and the block: people known by sight", nl = "de straat en het blok: mensen die men van gezicht kent" }

[parameters.next_door_score]
default = 0.9
unit = { en = "score", nl = "score" }
reason = { en = "next door, without a work link", nl = "naast de deur, zonder werkgerelateerde aanleiding" }

[parameters.postcode_score]
default = 0.8
unit = { en = "score", nl = "score" }
reason = { en = "a postcode is one side of one street", nl = "een postcode is één kant van één straat" }

[parameters.near_score]
default = 0.5
unit = { en = "score", nl = "score" }
reason = { en = "around the corner: known by sight, or chance", nl = "om de hoek: bekend van gezicht, of toeval" }

[parameters.incident_m]
default = 150
unit = { en = "metres", nl = "meter" }
reason = { en = "what one sees and hears from home", nl = "wat men vanuit huis ziet en hoort" }

[parameters.incident_score]
default = 0.65
unit = { en = "score", nl = "score" }
reason = { en = "looked up after an incident near home in which the user had no part", nl = "opgezocht na een incident dicht bij huis waar de medewerker geen deel aan had" }

[parameters.rare_by_chance]
default = 0.0001
unit = { en = "lookups", nl = "bevragingen" }
reason = { en = "of this user that day would be this close by chance, spread like the team's: up to here, nearly none", nl = "van deze medewerker die dag zouden bij toeval zo dichtbij zijn, verdeeld als die van het team: tot hier vrijwel geen" }

[parameters.usual_by_chance]
default = 0.01
unit = { en = "lookups", nl = "bevragingen" }
reason = { en = "who works in the own street has one such day in a hundred by chance: the question is at its weakest", nl = "wie in de eigen straat werkt, heeft bij toeval één op de honderd dagen zo'n bevraging: de vraag is op haar zwakst" }

[parameters.usual_factor]
default = 0.25
unit = { en = "factor", nl = "factor" }
reason = { en = "what is left of the score there; between both it falls with the logarithm of chance", nl = "wat er daar van de score overblijft; daartussen daalt die met de logaritme van het toeval" }

[parameters.road_factor]
default = 0.6
unit = { en = "factor", nl = "factor" }
reason = { en = "on the mobile device, on duty and away from home: on the road one checks whoever comes by", nl = "op het mobiele apparaat, in dienst en niet bij huis: op straat wordt gecontroleerd wie langskomt" }

[parameters.shared_factor]
default = 0.5
unit = { en = "factor", nl = "factor" }
reason = { en = "others of the team looked up the same person: more likely a matter of the team", nl = "anderen uit het team zochten dezelfde persoon op: eerder een zaak van het team" }
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
    )
    * CASE WHEN team_others > 0 THEN $shared_factor ELSE 1.0 END
    * CASE
        WHEN channel = 'mobile' AND duty_state = 'duty' AND coalesce(device_home_distance_m, $near_m + 1) > $near_m
            THEN $road_factor
        ELSE 1.0
    END
    * (1.0 - (1.0 - $usual_factor) * least(greatest(
        ln(greatest(coalesce(home_by_chance, $usual_by_chance), 1e-12) / $rare_by_chance) / ln($usual_by_chance / $rare_by_chance),
        0.0
    ), 1.0)) AS score,
    home_by_chance,
    home_days,
    team_others,
    home_distance_m,
    same_home_postcode,
    incident_home_distance_m,
    is_first,
    duty_state,
    channel
FROM lookup_context
WHERE
    subject_link_strength < 0.3
    AND NOT same_household
    AND NOT (is_own_record OR is_own_property OR is_own_address)
    AND relation_kind IS NULL
    AND (home_distance_m <= $near_m OR same_home_postcode OR incident_home_distance_m <= $incident_m)
