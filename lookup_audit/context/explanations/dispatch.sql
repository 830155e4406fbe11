/*
id = "dispatch"
version = 2
weight = 5.0
legal_basis = { en = "Wpg art. 3 and 8 (necessity for daily police work); LED 2016/680 art. 25 (the log must let one establish the justification)", nl = "Wpg art. 3 en 8 (noodzaak voor de dagelijkse politietaak); Richtlijn (EU) 2016/680 art. 25 (uit de log moet de reden van de bevraging blijken)" }
needs = ["incidents", "incident_subjects"]
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
en = "Sent to an incident with the subject"
nl = "Ingezet bij een incident met het subject"

[question]
en = "Was the user sent to an incident that this subject was involved in?"
nl = "Is de medewerker gestuurd naar een incident waar dit subject bij betrokken was?"

[innocent_explanations]
en = [
    "The user was there, or writes the report on it.",
]
nl = [
    "De medewerker was ter plaatse, of schrijft het rapport.",
]

[blind_spots]
en = [
    "Who came along without being dispatched is not known.",
    "Involved persons are registered late or not at all.",
]
nl = [
    "Wie meeging zonder gekoppeld te zijn, is niet bekend.",
    "Betrokkenen worden laat of niet geregistreerd.",
]

[investigation_steps]
en = [
    "Compare the time of the lookup with the dispatch record.",
]
nl = [
    "Vergelijk de tijd van de bevraging met de meldkamerregistratie.",
]

[parameters.during_strength]
default = 1.0
unit = { en = "strength", nl = "sterkte" }
reason = { en = "at the incident there is nothing better to explain it", nl = "tijdens het incident is er geen betere verklaring" }

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
    subject_incidents.how = 'involved'
    AND night.occurred_at >= assignments.starts_at - to_minutes($lead_minutes)
    AND night.occurred_at <= assignments.ends_at + to_hours($follow_up_hours)
