/*
id = "team_case"
version = 2
weight = 4.0
legal_basis = { en = "Wpg art. 3 and 8 (necessity for daily police work); LED 2016/680 art. 25 (the log must let one establish the justification)", nl = "Wpg art. 3 en 8 (noodzaak voor de dagelijkse politietaak); Richtlijn (EU) 2016/680 art. 25 (uit de log moet de reden van de bevraging blijken)" }
needs = ["case_subjects"]
columns_used = [
    "carries",
    "case_id",
    "case_team",
    "closed_at",
    "linked_at",
    "lookup_nr",
    "occurred_at",
    "opened_at",
    "subject_nr",
    "team",
    "user_id",
    "valid_from",
    "valid_until",
]

[title]
en = "Case of the team"
nl = "Zaak van het team"

[question]
en = "Does the user's team work on a case about this subject?"
nl = "Werkt het team van de medewerker aan een zaak over dit subject?"

[innocent_explanations]
en = [
    "A colleague asked for help; the whole team works on it.",
]
nl = [
    "Een collega vroeg om hulp; het hele team werkt eraan.",
]

[blind_spots]
en = [
    "Not every member of a team works on every case of it.",
]
nl = [
    "Niet elk teamlid werkt aan elke zaak van het team.",
]

[investigation_steps]
en = [
    "Ask the case leader who was asked to look up what.",
]
nl = [
    "Vraag de zaakleider wie gevraagd is wat op te zoeken.",
]

[parameters.full_strength]
default = 0.9
unit = { en = "strength", nl = "sterkte" }
reason = { en = "the team is on the case, the user is not named", nl = "het team werkt aan de zaak, de medewerker staat er niet bij naam" }

[parameters.late_strength]
default = 0.4
unit = { en = "strength", nl = "sterkte" }
reason = { en = "registered within the grace after the lookup: it softens, it does not explain (below 0.5)", nl = "geregistreerd binnen de marge na de bevraging: het verzacht, maar verklaart niet (lager dan 0,5)" }

[parameters.wrap_up_days]
default = 7
unit = { en = "days", nl = "dagen" }
reason = { en = "files are closed before the last paperwork on them is done", nl = "een zaak wordt gesloten voordat het laatste papierwerk af is" }
*/
SELECT
    matched.lookup_nr,
    CASE
        WHEN matched.valid_from IS NULL OR matched.valid_from <= matched.occurred_at
            THEN $full_strength * matched.carries
        ELSE $late_strength * matched.carries
    END AS strength
FROM (
    SELECT
        night.lookup_nr,
        night.occurred_at,
        subject_cases.carries,
        greatest(subject_cases.linked_at, subject_cases.opened_at, case_members.valid_from) AS valid_from,
        least(case_members.valid_until, subject_cases.closed_at + to_days($wrap_up_days)) AS valid_until
    FROM night
    INNER JOIN subject_cases ON subject_cases.subject_nr = night.subject_nr
    INNER JOIN case_members
        ON
            case_members.case_id = subject_cases.case_id
            AND case_members.user_id IS NULL
            AND case_members.team = night.team
    UNION ALL
    SELECT
        night.lookup_nr,
        night.occurred_at,
        subject_cases.carries,
        greatest(subject_cases.linked_at, subject_cases.opened_at) AS valid_from,
        subject_cases.closed_at + to_days($wrap_up_days) AS valid_until
    FROM night
    INNER JOIN subject_cases
        ON subject_cases.subject_nr = night.subject_nr AND subject_cases.case_team = night.team
) AS matched
WHERE
    coalesce(matched.valid_from, matched.occurred_at) <= matched.occurred_at + to_days($link_grace_days)
    AND coalesce(matched.valid_until, matched.occurred_at) >= matched.occurred_at
