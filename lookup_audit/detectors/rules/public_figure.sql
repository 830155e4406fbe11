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

[parameters.news_score]
default = 0.9
unit = { en = "score", nl = "score" }
reason = { en = "in the news these days: the usual moment of curiosity", nl = "deze dagen in het nieuws: het gebruikelijke moment van nieuwsgierigheid" }

[parameters.wave_score]
default = 0.75
unit = { en = "score", nl = "score" }
reason = { en = "no news is known, but others without a work link looked too: a rumour", nl = "er is geen nieuws bekend, maar ook anderen zonder aanleiding keken: een gerucht" }

[parameters.wave_users]
default = 3
unit = { en = "users", nl = "medewerkers" }
reason = { en = "two can be partners on one car, three cannot", nl = "twee kunnen samen op één auto zitten, drie niet" }

[parameters.quiet_score]
default = 0.5
unit = { en = "score", nl = "score" }
reason = { en = "no news, nobody else: public figures are burgled and fined like anyone", nl = "geen nieuws, niemand anders: ook bij bekende personen wordt ingebroken en ook zij krijgen boetes" }

[parameters.shared_factor]
default = 0.6
unit = { en = "factor", nl = "factor" }
reason = { en = "others of the team looked up the same person: more likely a matter of the team", nl = "anderen uit het team zochten dezelfde persoon op: eerder een zaak van het team" }

[parameters.team_users]
default = 3
unit = { en = "others of the team", nl = "anderen uit het team" }
reason = { en = "as many are a case of the team, not registered yet", nl = "zoveel samen zijn een zaak van het team die nog niet geregistreerd is" }

[parameters.team_factor]
default = 0.35
unit = { en = "factor", nl = "factor" }
reason = { en = "then curiosity is the less likely reason, though not excluded", nl = "dan is nieuwsgierigheid de minder waarschijnlijke reden, al is zij niet uitgesloten" }
*/
SELECT
    lookup_nr,
    CASE
        WHEN news_items > 0 THEN $news_score
        WHEN burst_users >= $wave_users THEN $wave_score
        ELSE $quiet_score
    END
    * CASE
        WHEN team_others >= $team_users THEN $team_factor
        WHEN team_others > 0 THEN $shared_factor
        ELSE 1.0
    END AS score,
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
