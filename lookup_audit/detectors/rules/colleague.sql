/*
id = "colleague"
version = 1
motive = "personal_involvement"
weight = 5.5
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["users.own_subject_id"]
columns_used = [
    "duty_state",
    "is_colleague",
    "is_desk",
    "lookup_nr",
    "place_by_chance",
    "relation_kind",
    "same_team",
    "subject_link_strength",
    "team_others",
    "unlinked_days",
]

[title]
en = "Colleagues"
nl = "Collega's"

[question]
en = "Why did the user look up a colleague's own record without a work link?"
nl = "Waarom zocht de medewerker zonder werkgerelateerde aanleiding de persoonsgegevens van een collega op?"

[innocent_explanations]
en = [
    "The colleague reported a crime, or was a witness, and the case is not registered.",
    "A namesake was meant.",
]
nl = [
    "De collega deed aangifte of was getuige, en de zaak is niet geregistreerd.",
    "Een naamgenoot was bedoeld.",
]

[blind_spots]
en = [
    "Only colleagues whose own record is loaded are known.",
    "A colleague's car on a partner's name is not seen.",
]
nl = [
    "Alleen collega's van wie de eigen gegevens geladen zijn, zijn bekend.",
    "Een auto op naam van de partner van een collega wordt niet gezien.",
]

[investigation_steps]
en = [
    "Ask what the two are to each other, with care for both.",
]
nl = [
    "Vraag voorzichtig naar de verhouding tussen beiden.",
]

[parameters.same_team_score]
default = 0.85
unit = { en = "score", nl = "score" }
reason = { en = "someone of the own team: a matter about a direct colleague is left to others", nl = "iemand uit het eigen team: een zaak over een directe collega gaat naar een ander" }

[parameters.rare_by_chance]
default = 0.0003
unit = { en = "lookups", nl = "bevragingen" }
reason = { en = "of this user that day would be so close to where the colleague lives by chance: up to here, nearly none", nl = "van deze medewerker die dag zouden bij toeval zo dicht bij de woning van de collega zijn: tot hier vrijwel geen" }

[parameters.usual_by_chance]
default = 0.03
unit = { en = "lookups", nl = "bevragingen" }
reason = { en = "the colleague lives where the team works, and is met there like anyone", nl = "de collega woont waar het team werkt, en wordt daar tegengekomen als ieder ander" }

[parameters.usual_factor]
default = 0.4
unit = { en = "factor", nl = "factor" }
reason = { en = "what is left of the score there; between both it falls with the logarithm of chance", nl = "wat er daar van de score overblijft; daartussen daalt die met de logaritme van het toeval" }

[parameters.shared_factor]
default = 0.5
unit = { en = "factor", nl = "factor" }
reason = { en = "others of the team looked up the same person: more likely a matter of the team", nl = "anderen uit het team zochten dezelfde persoon op: eerder een zaak van het team" }

[parameters.score]
default = 0.6
unit = { en = "score", nl = "score" }
reason = { en = "work seldom needs a colleague's record, and then there is a case", nl = "voor het werk zijn de gegevens van een collega zelden nodig, en dan is er een zaak" }
*/
SELECT
    lookup_nr,
    CASE WHEN same_team THEN $same_team_score ELSE $score END
    * CASE WHEN team_others > 0 AND NOT same_team THEN $shared_factor ELSE 1.0 END
    * (1.0 - (1.0 - $usual_factor) * least(greatest(
        ln(coalesce(place_by_chance, $usual_by_chance) / $rare_by_chance) / ln($usual_by_chance / $rare_by_chance),
        0.0
    ), 1.0)) AS score,
    same_team,
    place_by_chance,
    team_others,
    is_desk,
    duty_state,
    unlinked_days
FROM lookup_context
WHERE
    is_colleague
    AND subject_link_strength < 0.3
    AND relation_kind IS NULL
