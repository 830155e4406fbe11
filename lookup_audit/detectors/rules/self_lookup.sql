/*
id = "self_lookup"
version = 1
motive = "personal_involvement"
weight = 7.0
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["users"]
columns_used = [
    "duty_state",
    "is_own_address",
    "is_own_property",
    "is_own_record",
    "lookup_nr",
    "subject_link_strength",
]

[title]
en = "Own record"
nl = "Eigen gegevens"

[question]
en = "Why did the user look up their own record, car or address?"
nl = "Waarom zocht de medewerker de eigen gegevens, auto of het eigen adres op?"

[innocent_explanations]
en = [
    "A test query after a system change, on request of the service desk.",
    "A report in which the user is a victim or witness, with a case.",
]
nl = [
    "Een proefbevraging na een systeemwijziging, op verzoek van de servicedesk.",
    "Een aangifte waarin de medewerker slachtoffer of getuige is, met een zaak.",
]

[blind_spots]
en = [
    "Only known when the user's own record or home address is loaded.",
    "A car on a partner's name is seen as family.",
]
nl = [
    "Alleen bekend als de eigen persoonsgegevens of het woonadres geladen zijn.",
    "Een auto op naam van de partner valt onder familie.",
]

[investigation_steps]
en = [
    "Ask the user what they wanted to know; many do not know that this is not allowed.",
]
nl = [
    "Vraag wat de medewerker wilde weten; velen weten niet dat dit niet mag.",
]

[parameters.record_score]
default = 0.9
unit = { en = "score", nl = "score" }
reason = { en = "nobody's work needs their own record", nl = "niemand heeft voor het werk de eigen gegevens nodig" }

[parameters.address_score]
default = 0.6
unit = { en = "score", nl = "score" }
reason = { en = "housemates and earlier residents share an address", nl = "huisgenoten en vorige bewoners delen een adres" }

[parameters.linked_factor]
default = 0.4
unit = { en = "factor", nl = "factor" }
reason = { en = "with a work link it is a conflict of interest, not curiosity", nl = "met een werkgerelateerde aanleiding is het een belangenconflict, geen nieuwsgierigheid" }
*/
SELECT
    lookup_nr,
    CASE WHEN is_own_record OR is_own_property THEN $record_score ELSE $address_score END
    * CASE WHEN subject_link_strength >= 0.5 THEN $linked_factor ELSE 1.0 END AS score,
    is_own_record,
    is_own_property,
    is_own_address,
    subject_link_strength,
    duty_state
FROM lookup_context
WHERE is_own_record OR is_own_property OR is_own_address
