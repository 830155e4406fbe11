/*
id = "weak_justification"
version = 2
motive = "any"
about = "behaviour"
weight = 6.0
legal_basis = { en = "Wpg art. 3 and 32a (necessity; logging); LED 2016/680 art. 25 (the log must let one establish the justification)", nl = "Wpg art. 3 en 32a (noodzaak; logging); Richtlijn (EU) 2016/680 art. 25 (uit de log moet de reden van de bevraging blijken)" }
needs = ["lookups.justification or cases"]
columns_used = [
    "contradicted_circles",
    "contradicted_tie",
    "duty_state",
    "is_contradicted",
    "lookup_nr",
    "met_before",
    "reason_demanded",
    "reason_share",
    "reason_state",
    "subject_link_strength",
    "team_others",
    "work_strength",
]

[title]
en = "Weak justification"
nl = "Zwakke onderbouwing"

[question]
en = "Is the reason given missing where the system demands one, empty of meaning, or contradicted by the case named?"
nl = "Ontbreekt de reden waar het systeem die vraagt, zegt zij niets, of spreekt de genoemde zaak haar tegen?"

[innocent_explanations]
en = [
    "A typing error in the case number, or the number of the lookup before.",
    "The person is part of the case, and that was never registered.",
    "Haste: a short word for a good reason.",
]
nl = [
    "Een tikfout in het zaaknummer, of het nummer van de vorige bevraging.",
    "De persoon hoort bij de zaak, en dat is nooit geregistreerd.",
    "Haast: een kort woord voor een goede reden.",
]

[blind_spots]
en = [
    "A well-told lie is not seen, nor a real case about the same person that is not the user's.",
    "A case without registered subjects contradicts nobody.",
]
nl = [
    "Een goed verzonnen reden wordt niet gezien, en ook niet een echte zaak over deze persoon van een ander.",
    "Een zaak zonder geregistreerde subjecten spreekt niemand tegen.",
]

[investigation_steps]
en = [
    "Ask the owner of the case named whether the person belongs to it.",
    "Correct the registration where it was wrong: it will be asked again.",
]
nl = [
    "Vraag de eigenaar van de genoemde zaak of de persoon erbij hoort.",
    "Herstel de registratie waar die niet klopte: anders komt de vraag terug.",
]

[parameters.contradicted_score]
default = 0.5
unit = { en = "score", nl = "score" }
reason = { en = "the case named is about others; registration is often behind", nl = "de genoemde zaak gaat over anderen; registratie loopt vaak achter" }

[parameters.series_score]
default = 0.85
unit = { en = "score", nl = "score" }
reason = { en = "several households on one day under one case that knows none of them", nl = "meer huishoudens op één dag onder één zaak die geen van hen kent" }

[parameters.missing_score]
default = 0.35
unit = { en = "score", nl = "score" }
reason = { en = "no reason where nearly everyone gives one, and no work link", nl = "geen reden waar vrijwel iedereen er een geeft, en geen aanleiding" }

[parameters.boilerplate_score]
default = 0.2
unit = { en = "score", nl = "score" }
reason = { en = "a word that is written for all kinds of work", nl = "een woord dat voor alle soorten werk wordt geschreven" }

[parameters.empty_bonus]
default = 0.1
unit = { en = "score", nl = "score" }
reason = { en = "contradicted, and the reason itself says nothing", nl = "tegengesproken, en de reden zelf zegt niets" }

[parameters.shared_factor]
default = 0.4
unit = { en = "factor", nl = "factor" }
reason = { en = "the user on an earlier day, or others of the team, looked up the same person: likely part of the case, not registered", nl = "de medewerker zocht dezelfde persoon op een eerdere dag op, of anderen uit het team deden dat: hoort waarschijnlijk bij de zaak, niet geregistreerd" }

[parameters.own_case_factor]
default = 0.4
unit = { en = "factor", nl = "factor" }
reason = { en = "on a case that the user works on, registration that is behind is the likelier reason", nl = "bij een zaak waaraan de medewerker werkt, is achterlopende registratie de waarschijnlijkste reden" }

[parameters.team_case_factor]
default = 0.8
unit = { en = "factor", nl = "factor" }
reason = { en = "on a case of the team it is a possible reason", nl = "bij een zaak van het team is dat een mogelijke reden" }
*/
SELECT
    lookup_nr,
    CASE
        WHEN is_contradicted
            THEN (CASE WHEN contradicted_circles >= 2 THEN $series_score ELSE $contradicted_score END
            + CASE WHEN reason_state = 'given' THEN 0.0 ELSE $empty_bonus END)
            * CASE contradicted_tie WHEN 'own' THEN $own_case_factor WHEN 'team' THEN $team_case_factor ELSE 1.0 END
            * CASE WHEN team_others > 0 OR met_before THEN $shared_factor ELSE 1.0 END
        WHEN reason_state = 'none' THEN $missing_score
        ELSE $boilerplate_score
    END AS score,
    is_contradicted,
    contradicted_circles,
    contradicted_tie,
    reason_state,
    reason_share,
    reason_demanded,
    team_others,
    met_before,
    duty_state
FROM lookup_context
WHERE
    subject_link_strength < 0.3
    AND (
        is_contradicted
        OR (work_strength < 0.3 AND reason_demanded AND reason_state <> 'given')
    )
