/*
id = "public_figure"
version = 1
motive = "curiosity"
weight = 5.5
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["subjects.is_public_figure"]
columns_used = [
    "burst_users",
    "duty_state",
    "hours_since_news",
    "is_desk",
    "is_own_property",
    "is_own_record",
    "is_public_figure",
    "lookup_nr",
    "news_items",
    "team_others",
    "unlinked_days",
    "work_strength",
]

[title]
en = "Public figures"
nl = "Bekende personen"

[question]
en = "Why did the user look up a public figure without a work link?"
nl = "Waarom zocht de medewerker zonder werkgerelateerde aanleiding een bekende persoon op?"

[innocent_explanations]
en = [
    "Security at an event, a threat, or a report by the person, not registered as a case.",
    "A namesake was meant.",
]
nl = [
    "Beveiliging bij een evenement, een bedreiging of een aangifte, niet als zaak geregistreerd.",
    "Een naamgenoot was bedoeld.",
]

[blind_spots]
en = [
    "Only those marked as public figures are seen; local celebrities seldom are.",
]
nl = [
    "Alleen wie als bekend persoon gemarkeerd is, wordt gezien; lokale bekendheden zelden.",
]

[investigation_steps]
en = [
    "Ask what the user wanted to know, and who else saw the screen.",
]
nl = [
    "Vraag wat de medewerker wilde weten, en wie het scherm nog meer zag.",
]

[parameters.team_users]
default = 3
unit = { en = "others of the team", nl = "anderen uit het team" }
reason = { en = "as many looked up the same person, with or without a link", nl = "zoveel zochten dezelfde persoon op, met of zonder aanleiding" }

[parameters.team_factor]
default = 0.6
unit = { en = "factor", nl = "factor" }
reason = { en = "then a matter of the team is the likelier reason", nl = "dan is een zaak van het team de waarschijnlijkste reden" }

[parameters.score]
default = 0.75
unit = { en = "score", nl = "score" }
reason = { en = "a public figure draws curiosity; a missing case number remains possible", nl = "een bekende persoon wekt nieuwsgierigheid; een ontbrekend zaaknummer blijft mogelijk" }
*/
SELECT
    lookup_nr,
    $score * CASE WHEN team_others >= $team_users THEN $team_factor ELSE 1.0 END AS score,
    team_others,
    news_items,
    hours_since_news,
    burst_users,
    is_desk,
    duty_state,
    unlinked_days
FROM lookup_context
WHERE
    is_public_figure
    AND work_strength < 0.3
    AND NOT (is_own_record OR is_own_property)
