/*
id = "high_profile_incident"
version = 1
motive = "curiosity"
weight = 6.0
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["incidents", "incident_subjects or incidents.postcode"]
columns_used = [
    "burst_users",
    "duty_state",
    "incident_excess",
    "incident_teams",
    "incident_users",
    "is_own_property",
    "is_own_record",
    "linked_days",
    "lookup_nr",
    "news_items",
    "team_others",
    "work_strength",
]

[title]
en = "An incident that everyone talks about"
nl = "Een incident waar iedereen over praat"

[question]
en = "Was someone involved in an incident looked up in a wave of attention, by a user who had no part in it?"
nl = "Is een betrokkene bij een incident opgezocht in een golf van aandacht, door een medewerker die er niets mee te maken had?"

[innocent_explanations]
en = [
    "The user was there or helped, and the dispatch was not registered.",
    "The shift was briefed to look out for the suspect.",
]
nl = [
    "De medewerker was erbij of hielp, en de inzet is niet geregistreerd.",
    "De dienst kreeg bij de briefing de opdracht naar de verdachte uit te kijken.",
]

[blind_spots]
en = [
    "One curious officer makes no wave.",
    "Who was involved must be registered; a name passed on in the canteen leaves no link.",
]
nl = [
    "Eén nieuwsgierige medewerker maakt geen golf.",
    "De betrokkene moet geregistreerd zijn; een naam uit de kantine laat geen koppeling na.",
]

[investigation_steps]
en = [
    "Compare with the dispatches and the briefing of that day.",
    "See it as a theme first: several colleagues did the same.",
]
nl = [
    "Vergelijk met de inzetten en de briefing van die dag.",
    "Zie het eerst als thema: meer collega's deden hetzelfde.",
]

[parameters.minimum_users]
default = 4
unit = { en = "users", nl = "medewerkers" }
reason = { en = "two cars that helped without being entered are up to four officers of one team", nl = "twee niet ingevoerde auto's die hielpen, zijn samen hooguit vier agenten van één team" }

[parameters.minimum_teams]
default = 3
unit = { en = "teams", nl = "teams" }
reason = { en = "the team that has the case and one that helped are two, not registered yet", nl = "het team met de zaak en een team dat hielp zijn er twee, nog niet geregistreerd" }

[parameters.minimum_excess]
default = 2.0
unit = { en = "standard deviations", nl = "standaardafwijkingen" }
reason = { en = "above what an incident, and these persons, usually draw", nl = "boven de aandacht die een incident en deze personen gewoonlijk krijgen" }

[parameters.strong_excess]
default = 5.0
unit = { en = "standard deviations", nl = "standaardafwijkingen" }
reason = { en = "from here the score is at its highest", nl = "vanaf hier is de score het hoogst" }

[parameters.weak_score]
default = 0.55
unit = { en = "score", nl = "score" }
reason = { en = "a beginning wave", nl = "een golf in het begin" }

[parameters.strong_score]
default = 0.9
unit = { en = "score", nl = "score" }
reason = { en = "a wave that work does not explain", nl = "een golf die het werk niet verklaart" }

[parameters.aside_factor]
default = 0.6
unit = { en = "factor", nl = "factor" }
reason = { en = "fewer users than that looked up this very person: someone at the edge of it, as in a check of the reports", nl = "minder medewerkers zochten juist deze persoon op: iemand aan de rand ervan, zoals bij een controle van rapporten" }

[parameters.team_users]
default = 3
unit = { en = "others of the team", nl = "anderen uit het team" }
reason = { en = "as many looked up the same person, with or without a link", nl = "zoveel zochten dezelfde persoon op, met of zonder aanleiding" }

[parameters.team_share]
default = 0.25
unit = { en = "share", nl = "deel" }
reason = { en = "against all users in the wave: a case of the team draws the team, curiosity draws one here and one there", nl = "vergeleken met allen in de golf: een zaak van het team trekt het team, nieuwsgierigheid trekt er hier een en daar een" }

[parameters.team_factor]
default = 0.5
unit = { en = "factor", nl = "factor" }
reason = { en = "then a case that is not registered yet is the likelier reason, though not the only one", nl = "dan is een nog niet geregistreerde zaak de waarschijnlijkste reden, al is het niet de enige" }
*/
SELECT
    lookup_nr,
    ($weak_score + ($strong_score - $weak_score)
    * least((incident_excess - $minimum_excess) / ($strong_excess - $minimum_excess), 1.0))
    * CASE
        WHEN team_others >= $team_users AND team_others >= $team_share * incident_users THEN $team_factor
        ELSE 1.0
    END
    * CASE WHEN burst_users < $minimum_users THEN $aside_factor ELSE 1.0 END AS score,
    burst_users,
    team_others,
    incident_users,
    incident_teams,
    incident_excess,
    news_items,
    duty_state
FROM lookup_context
WHERE
    work_strength < 0.3
    AND linked_days = 0
    AND NOT (is_own_record OR is_own_property)
    AND incident_users >= $minimum_users
    AND incident_teams >= $minimum_teams
    AND incident_excess >= $minimum_excess
