/*
id = "colleague"
version = 1
motive = "personal_involvement"
weight = 5.5
legal_basis = "Wpg art. 3 (necessity) and art. 7 (secrecy); Sr 272; code of conduct: look up only what the work asks"
needs = ["users.own_subject_id"]
columns_used = [
    "duty_state",
    "is_colleague",
    "is_desk",
    "lookup_nr",
    "relation_kind",
    "unlinked_days",
    "work_strength",
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

[parameters.score]
default = 0.75
unit = "score"
reason = "work seldom needs a colleague's record, and then there is a case"
*/
SELECT
    lookup_nr,
    $score AS score,
    is_desk,
    duty_state,
    unlinked_days
FROM lookup_context
WHERE
    is_colleague
    AND work_strength < 0.3
    AND relation_kind IS NULL
