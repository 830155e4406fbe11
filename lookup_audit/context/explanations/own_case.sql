/*
id = "own_case"
version = 2
weight = 5.0
legal_basis = { en = "Wpg art. 3 and 8 (necessity for daily police work); LED 2016/680 art. 25 (the log must let one establish the justification)", nl = "Wpg art. 3 en 8 (noodzaak voor de dagelijkse politietaak); Richtlijn (EU) 2016/680 art. 25 (uit de log moet de reden van de bevraging blijken)" }
needs = ["case_members", "case_subjects"]
columns_used = [
    "carries",
    "case_id",
    "closed_at",
    "linked_at",
    "lookup_nr",
    "occurred_at",
    "opened_at",
    "subject_nr",
    "user_id",
    "valid_from",
    "valid_until",
]

[title]
en = "Own case"
nl = "Eigen zaak"

[question]
en = "Is the user registered on a case about this subject?"
nl = "Staat de medewerker geregistreerd op een zaak over deze persoon, dit voertuig of dit adres?"

[innocent_explanations]
en = [
    "The user investigates the subject, or someone at the same address.",
]
nl = [
    "De medewerker doet onderzoek naar het subject, of naar iemand op hetzelfde adres.",
]

[blind_spots]
en = [
    "A user who works on a case can also be curious about someone in it.",
    "Registration can be late or missing.",
]
nl = [
    "Wie aan een zaak werkt, kan ook nieuwsgierig zijn naar iemand die erin voorkomt.",
    "Registratie kan te laat zijn of ontbreken.",
]

[investigation_steps]
en = [
    "Open the case file; check when the user and the subject were added, and by whom.",
]
nl = [
    "Open het zaakdossier; ga na wanneer de medewerker en het subject zijn toegevoegd, en door wie.",
]

[parameters.full_strength]
default = 1.0
unit = { en = "strength", nl = "sterkte" }
reason = { en = "a registered link to the subject itself is the best explanation there is", nl = "een geregistreerd verband met het subject zelf is de beste verklaring die er is" }

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
        ON case_members.case_id = subject_cases.case_id AND case_members.user_id = night.user_id
) AS matched
WHERE
    coalesce(matched.valid_from, matched.occurred_at) <= matched.occurred_at + to_days($link_grace_days)
    AND coalesce(matched.valid_until, matched.occurred_at) >= matched.occurred_at
