/*
id = "news_spike"
version = 1
motive = "curiosity"
weight = 7.0
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["lookups"]
columns_used = [
    "burst_excess",
    "burst_expected",
    "burst_teams",
    "burst_users",
    "duty_state",
    "hours_since_news",
    "is_desk",
    "is_own_property",
    "is_own_record",
    "is_public_figure",
    "linked_days",
    "lookup_nr",
    "news_items",
    "subject_link_strength",
    "team_others",
]

[title]
en = "Someone in the news"
nl = "Iemand in het nieuws"

[question]
en = "Was someone in the news, or in a wave of attention, looked up by a user with no work link?"
nl = "Is iemand in het nieuws of in een golf van aandacht opgezocht door een medewerker zonder werkgerelateerde aanleiding?"

[innocent_explanations]
en = [
    "The user works on the matter, and the case is not registered yet.",
    "The person came to the desk, or called, that day.",
]
nl = [
    "De medewerker werkt eraan, en de zaak is nog niet geregistreerd.",
    "De persoon kwam die dag aan de balie of belde.",
]

[blind_spots]
en = [
    "One single curious officer makes no wave, and is asked about more mildly.",
    "Officers with a link can be curious too.",
]
nl = [
    "Eén enkele nieuwsgierige medewerker maakt geen golf, en de vraag is dan milder.",
    "Ook wie een aanleiding heeft, kan nieuwsgierig zijn.",
]

[investigation_steps]
en = [
    "Compare with the team that has the case: who was asked to do what?",
    "See it as a theme first: tens of colleagues did the same.",
]
nl = [
    "Vergelijk met het team dat de zaak heeft: wie is wat gevraagd?",
    "Zie het eerst als thema: tientallen collega's deden hetzelfde.",
]

[parameters.minimum_users]
default = 3
unit = { en = "users", nl = "medewerkers" }
reason = { en = "with news: two can be partners on one car, three cannot", nl = "bij nieuws: twee kunnen samen op één auto zitten, drie niet" }

[parameters.minimum_teams_no_news]
default = 3
unit = { en = "teams", nl = "teams" }
reason = { en = "a case not yet registered draws one team, a rumour draws many", nl = "een zaak die nog niet geregistreerd is, trekt één team; een gerucht trekt er veel" }

[parameters.spread_no_news]
default = 0.5
unit = { en = "teams a user", nl = "teams per medewerker" }
reason = { en = "without news: a rumour draws one here and one there, a case draws several of a team", nl = "zonder nieuws: een gerucht trekt er hier een en daar een, een zaak trekt er meer uit één team" }

[parameters.minimum_excess]
default = 2.0
unit = { en = "standard deviations", nl = "standaardafwijkingen" }
reason = { en = "above the subject's own baseline: a frequent offender always has attention", nl = "boven wat voor dit subject gewoon is: een veelpleger krijgt altijd aandacht" }

[parameters.minimum_excess_no_news]
default = 4.5
unit = { en = "standard deviations", nl = "standaardafwijkingen" }
reason = { en = "thousands of persons are looked up each day: a lower bar is crossed by chance; eight users from none", nl = "elke dag worden duizenden personen opgezocht: een lagere drempel wordt bij toeval gehaald; van nul naar acht medewerkers" }

[parameters.strong_excess]
default = 6.0
unit = { en = "standard deviations", nl = "standaardafwijkingen" }
reason = { en = "from here the score is at its highest", nl = "vanaf hier is de score het hoogst" }

[parameters.weak_score]
default = 0.55
unit = { en = "score", nl = "score" }
reason = { en = "a beginning wave", nl = "een golf die net begint" }

[parameters.lone_score]
default = 0.4
unit = { en = "score", nl = "score" }
reason = { en = "in the news, no wave: one curious user, or one whose case is not registered", nl = "in het nieuws, geen golf: één nieuwsgierige medewerker, of een zaak die niet geregistreerd is" }

[parameters.strong_score]
default = 0.9
unit = { en = "score", nl = "score" }
reason = { en = "a wave that nothing else explains", nl = "een golf die door niets anders wordt verklaard" }

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
    CASE
        WHEN
            burst_excess >= $minimum_excess
            AND (
                (news_items > 0 AND burst_users >= $minimum_users)
                OR (
                    burst_teams >= $minimum_teams_no_news
                    AND burst_teams >= $spread_no_news * burst_users
                    AND burst_excess >= $minimum_excess_no_news
                )
            )
            THEN $weak_score + ($strong_score - $weak_score)
                * least((burst_excess - $minimum_excess) / ($strong_excess - $minimum_excess), 1.0)
        ELSE $lone_score
    END
    * CASE
        WHEN team_others >= $team_users AND team_others >= $team_share * burst_users THEN $team_factor
        ELSE 1.0
    END AS score,
    team_others,
    news_items,
    hours_since_news,
    burst_users,
    burst_teams,
    burst_expected,
    burst_excess,
    is_public_figure,
    is_desk,
    duty_state
FROM lookup_context
WHERE
    subject_link_strength < 0.3
    AND linked_days = 0
    AND NOT (is_own_record OR is_own_property)
    AND (
        news_items > 0
        OR (
            burst_teams >= $minimum_teams_no_news
            AND burst_teams >= $spread_no_news * burst_users
            AND burst_excess >= $minimum_excess_no_news
        )
    )
