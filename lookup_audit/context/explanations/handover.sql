/*
id = "handover"
version = 3
weight = 3.0
legal_basis = { en = "Wpg art. 3 and 8 (necessity for daily police work); LED 2016/680 art. 25 (the log must let one establish the justification)", nl = "Wpg art. 3 en 8 (noodzaak voor de dagelijkse politietaak); Richtlijn (EU) 2016/680 art. 25 (uit de log moet de reden van de bevraging blijken)" }
needs = ["users.team"]
columns_used = [
    "first_at",
    "focus_nr",
    "last_at",
    "lookup_nr",
    "occurred_at",
    "subject_nr",
    "team_nr",
    "user_nr",
]

[title]
en = "Handed over by a colleague"
nl = "Overgedragen door een collega"

[question]
en = "Had a colleague of the same team a work link to this subject within the last day?"
nl = "Had een collega van hetzelfde team het afgelopen etmaal een werkgerelateerde aanleiding bij dit subject?"

[innocent_explanations]
en = [
    "The next shift takes over, or a colleague asked for help.",
]
nl = [
    "De volgende dienst neemt het over, of een collega vroeg om hulp.",
]

[blind_spots]
en = [
    "A team-mate's case makes the whole team curious too.",
]
nl = [
    "De zaak van een teamgenoot maakt ook het hele team nieuwsgierig.",
]

[investigation_steps]
en = [
    "Ask the colleague whether anything was handed over.",
]
nl = [
    "Vraag de collega of er iets is overgedragen.",
]

[parameters.strength]
default = 0.6
unit = { en = "strength", nl = "sterkte" }
reason = { en = "work is passed on within a team; the link itself is the colleague's", nl = "werk wordt binnen een team doorgegeven; de aanleiding zelf is van de collega" }
*/
SELECT
    night.lookup_nr,
    $strength AS strength
FROM night
INNER JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
INNER JOIN colleague_links
    ON
        colleague_links.focus_nr = night_subjects.focus_nr
        AND colleague_links.team_nr = night.team_nr
        AND colleague_links.user_nr <> night.user_nr
WHERE
    colleague_links.first_at <= night.occurred_at
    AND colleague_links.last_at >= night.occurred_at - to_hours($handover_hours)
