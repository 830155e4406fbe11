/*
id = "vehicle_at_door"
version = 1
motive = "personal_involvement"
weight = 6.0
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["lookups.channel"]
columns_used = [
    "channel",
    "device_home_distance_m",
    "duty_state",
    "is_own_property",
    "is_own_record",
    "lookup_nr",
    "relation_kind",
    "subject_type",
    "work_strength",
]

[title]
en = "Car at the door"
nl = "Auto voor de deur"

[question]
en = "Why was this plate checked from a mobile device near the user's home, or off duty?"
nl = "Waarom is dit kenteken met een mobiel apparaat gecontroleerd vlak bij het huis van de medewerker, of buiten diensttijd?"

[innocent_explanations]
en = [
    "A traffic check in the user's own neighbourhood while on duty.",
    "A dangerous situation on the way home, reported afterwards.",
]
nl = [
    "Een verkeerscontrole in de eigen buurt tijdens de dienst.",
    "Een gevaarlijke situatie op weg naar huis, achteraf gemeld.",
]

[blind_spots]
en = [
    "Without the place of the device only off-duty checks are seen.",
]
nl = [
    "Zonder de plaats van het apparaat worden alleen controles buiten diensttijd gezien.",
]

[investigation_steps]
en = [
    "Ask what made the car stand out; this is often not meant badly.",
]
nl = [
    "Vraag waarom de auto opviel; dit is vaak niet slecht bedoeld.",
]

[parameters.at_door_m]
default = 150
unit = { en = "metres", nl = "meter" }
reason = { en = "within sight of the house, with the error of a mobile fix", nl = "in het zicht van het huis, met de onnauwkeurigheid van de plaatsbepaling" }

[parameters.at_door_off_duty_score]
default = 0.9
unit = { en = "score", nl = "score" }
reason = { en = "at the door and off duty", nl = "voor de deur en buiten diensttijd" }

[parameters.at_door_score]
default = 0.5
unit = { en = "score", nl = "score" }
reason = { en = "at the door during a shift: a check in one's own street is possible", nl = "voor de deur tijdens een dienst: een controle in de eigen straat is mogelijk" }

[parameters.off_duty_score]
default = 0.35
unit = { en = "score", nl = "score" }
reason = { en = "elsewhere, off duty, without a work link: on the way home, or a roster that is wrong", nl = "elders, buiten diensttijd en zonder werkgerelateerde aanleiding: onderweg naar huis, of een rooster dat niet klopt" }
*/
SELECT
    lookup_nr,
    CASE
        WHEN device_home_distance_m <= $at_door_m AND duty_state IN ('off', 'leave', 'sick')
            THEN $at_door_off_duty_score
        WHEN device_home_distance_m <= $at_door_m THEN $at_door_score
        ELSE $off_duty_score
    END AS score,
    device_home_distance_m,
    duty_state,
    channel
FROM lookup_context
WHERE
    subject_type = 'vehicle'
    AND channel = 'mobile'
    AND work_strength < 0.3
    AND NOT (is_own_property OR is_own_record)
    AND relation_kind IS NULL
    AND (device_home_distance_m <= $at_door_m OR duty_state IN ('off', 'leave', 'sick'))
