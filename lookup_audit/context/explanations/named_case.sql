/*
id = "named_case"
version = 2
weight = 4.5
legal_basis = { en = "Wpg art. 3 and 8 (necessity for daily police work); LED 2016/680 art. 25 (the log must let one establish the justification)", nl = "Wpg art. 3 en 8 (noodzaak voor de dagelijkse politietaak); Richtlijn (EU) 2016/680 art. 25 (uit de log moet de reden van de bevraging blijken)" }
needs = ["cases"]
columns_used = [
    "carries",
    "case_id",
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
en = "Case named in the lookup"
nl = "Zaak genoemd bij de bevraging"

[question]
en = "Did the user name a case, and is the subject part of it?"
nl = "Noemde de medewerker een zaak, en hoort het subject daarbij?"

[innocent_explanations]
en = [
    "The user works on the named case, or helps a colleague who does.",
]
nl = [
    "De medewerker werkt aan de genoemde zaak, of helpt een collega die dat doet.",
]

[blind_spots]
en = [
    "A user can find a case about someone and name it as a cover.",
    "A case without any registered subject cannot contradict the user.",
]
nl = [
    "Een medewerker kan een zaak over iemand opzoeken en die als dekmantel noemen.",
    "Een zaak zonder geregistreerde subjecten kan de medewerker niet tegenspreken.",
]

[investigation_steps]
en = [
    "Check whether the user, or the user's team, has any part in the named case.",
]
nl = [
    "Ga na of de medewerker of diens team iets met de genoemde zaak te maken heeft.",
]

[parameters.full_strength]
default = 0.9
unit = { en = "strength", nl = "sterkte" }
reason = { en = "the case is about the subject, whoever works on it", nl = "de zaak gaat over het subject, wie er ook aan werkt" }

[parameters.late_strength]
default = 0.4
unit = { en = "strength", nl = "sterkte" }
reason = { en = "registered within the grace after the lookup: it softens, it does not explain (below 0.5)", nl = "geregistreerd binnen de marge na de bevraging: het verzacht, maar verklaart niet (lager dan 0,5)" }

[parameters.empty_case_strength]
default = 0.5
unit = { en = "strength", nl = "sterkte" }
reason = { en = "the case has no registered subject yet, but the user or team is on it", nl = "de zaak heeft nog geen geregistreerd subject, maar de medewerker of het team werkt eraan" }

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
        greatest(subject_cases.linked_at, subject_cases.opened_at) AS valid_from,
        subject_cases.closed_at + to_days($wrap_up_days) AS valid_until
    FROM night
    INNER JOIN subject_cases
        ON subject_cases.subject_nr = night.subject_nr AND subject_cases.case_id = night.case_id
) AS matched
WHERE
    coalesce(matched.valid_from, matched.occurred_at) <= matched.occurred_at + to_days($link_grace_days)
    AND coalesce(matched.valid_until, matched.occurred_at) >= matched.occurred_at
UNION ALL
-- a case that nobody has registered a subject on: it counts for those who work on it
SELECT
    night.lookup_nr,
    $empty_case_strength AS strength
FROM night
INNER JOIN cases ON cases.case_id = night.case_id
WHERE
    coalesce(cases.opened_at, night.occurred_at) <= night.occurred_at
    AND coalesce(cases.closed_at + to_days($wrap_up_days), night.occurred_at) >= night.occurred_at
    AND NOT EXISTS (
        SELECT 1
        FROM case_subjects
        WHERE
            case_subjects.case_id = night.case_id
            AND coalesce(case_subjects.linked_at, night.occurred_at) <= night.occurred_at
    )
    AND (
        cases.team = night.team
        OR EXISTS (
            SELECT 1
            FROM case_members
            WHERE
                case_members.case_id = night.case_id
                AND (case_members.user_id = night.user_id OR case_members.team = night.team)
                AND coalesce(case_members.valid_from, night.occurred_at) <= night.occurred_at
                AND coalesce(case_members.valid_until, night.occurred_at) >= night.occurred_at
        )
    )
