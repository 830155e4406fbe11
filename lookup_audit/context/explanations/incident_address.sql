/*
id = "incident_address"
version = 2
weight = 4.5
legal_basis = { en = "Wpg art. 3 and 8 (necessity for daily police work); LED 2016/680 art. 25 (the log must let one establish the justification)", nl = "Wpg art. 3 en 8 (noodzaak voor de dagelijkse politietaak); Richtlijn (EU) 2016/680 art. 25 (uit de log moet de reden van de bevraging blijken)" }
needs = ["incidents"]
columns_used = [
    "as_team",
    "carries",
    "ends_at",
    "how",
    "incident_id",
    "lookup_nr",
    "occurred_at",
    "starts_at",
    "subject_nr",
    "user_id",
]

[title]
en = "Sent to this address"
nl = "Ingezet op dit adres"

[question]
en = "Was the user sent to an incident at the subject's address?"
nl = "Is de medewerker gestuurd naar een incident op het adres van het subject?"

[innocent_explanations]
en = [
    "Who lives there, and whose car stands there, is checked on the way.",
]
nl = [
    "Wie er woont en van wie de auto voor de deur is, wordt onderweg nagegaan.",
]

[blind_spots]
en = [
    "Addresses are written in many ways; some will not match.",
]
nl = [
    "Adressen worden op veel manieren geschreven; sommige komen niet overeen.",
]

[investigation_steps]
en = [
    "Compare the address in the dispatch record with that of the subject.",
]
nl = [
    "Vergelijk het adres in de meldkamerregistratie met dat van het subject.",
]

[parameters.during_strength]
default = 0.95
unit = { en = "strength", nl = "sterkte" }
reason = { en = "the address matches, the person is not registered as involved", nl = "het adres klopt, de persoon is niet als betrokkene geregistreerd" }

[parameters.follow_up_strength]
default = 0.8
unit = { en = "strength", nl = "sterkte" }
reason = { en = "the report is written this shift or the next; later reasons thin out", nl = "het rapport wordt deze of de volgende dienst geschreven; daarna is er steeds minder reden" }

[parameters.as_team_strength]
default = 0.85
unit = { en = "strength", nl = "sterkte" }
reason = { en = "the team was sent, the user is not named", nl = "het team is gestuurd, de medewerker staat er niet bij naam" }

[parameters.lead_minutes]
default = 30
unit = { en = "minutes", nl = "minuten" }
reason = { en = "the call is read on the way, and dispatch times are entered late", nl = "de melding wordt onderweg gelezen, en inzettijden worden laat ingevoerd" }
*/
SELECT
    night.lookup_nr,
    subject_incidents.carries
    * CASE WHEN assignments.as_team THEN $as_team_strength ELSE 1.0 END
    * CASE
        WHEN night.occurred_at <= assignments.ends_at THEN $during_strength
        ELSE $follow_up_strength
    END AS strength
FROM night
INNER JOIN subject_incidents ON subject_incidents.subject_nr = night.subject_nr
INNER JOIN assignments
    ON assignments.incident_id = subject_incidents.incident_id AND assignments.user_id = night.user_id
WHERE
    subject_incidents.how = 'address'
    AND night.occurred_at >= assignments.starts_at - to_minutes($lead_minutes)
    AND night.occurred_at <= assignments.ends_at + to_hours($follow_up_hours)
