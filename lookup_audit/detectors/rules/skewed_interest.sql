/*
id = "skewed_interest"
version = 1
motive = "personal_involvement"
about = "behaviour"
weight = 7.0
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["subjects.surname or subjects.postcode or subjects.sex"]
columns_used = [
    "duty_state",
    "is_first",
    "lookup_nr",
    "skew_by_chance",
    "skew_evidence",
    "skew_found",
    "skew_trait",
    "subject_link_strength",
    "team_others",
]

[title]
en = "Lookups that pile up"
nl = "Bevragingen die zich opstapelen"

[question]
en = "Why do this user's lookups without a work link pile up on one surname, one street or one sex, far beyond chance?"
nl = "Waarom stapelen bevragingen zonder werkgerelateerde aanleiding zich op bij één achternaam, één straat of één geslacht, ver boven het toeval?"

[innocent_explanations]
en = [
    "A check of a whole street, or of a family, that was not registered as a case.",
    "A task about one group: a missing girl, a series with one kind of victim.",
]
nl = [
    "Een controle van een hele straat of familie die niet als zaak is geregistreerd.",
    "Een taak over één groep: een vermist meisje, een reeks met één soort slachtoffer.",
]

[blind_spots]
en = [
    "Only six weeks of lookups without a work link are compared; slower piles are not seen.",
    "Age, looks, origin or nationality are not compared at all, on purpose.",
    "The first few lookups of a pile are like any other.",
]
nl = [
    "Alleen zes weken bevragingen zonder aanleiding worden vergeleken; tragere stapels blijven buiten beeld.",
    "Leeftijd, uiterlijk, afkomst en nationaliteit worden met opzet niet vergeleken.",
    "De eerste paar bevragingen van een stapel zijn als alle andere.",
]

[investigation_steps]
en = [
    "Ask which task the user had in those weeks before reading names.",
    "Look for someone at that name or address whom the user knows.",
]
nl = [
    "Vraag welke taak de medewerker in die weken had, voordat namen gelezen worden.",
    "Zoek naar een bekende van de medewerker met die naam of op dat adres.",
]

[parameters.minimum_found]
default = 4
unit = { en = "households", nl = "huishoudens" }
reason = { en = "three of one name or street are one afternoon's work; of one sex persons are counted", nl = "drie van één naam of straat zijn één middag werk; bij geslacht tellen personen" }

[parameters.minimum_evidence]
default = 3.0
unit = { en = "natural logarithm", nl = "natuurlijke logaritme" }
reason = { en = "after all comparisons of the night: one night in twenty has such a pile by chance", nl = "na alle vergelijkingen van die nacht: één op twintig nachten heeft toevallig zo'n stapel" }

[parameters.strong_evidence]
default = 15.0
unit = { en = "natural logarithm", nl = "natuurlijke logaritme" }
reason = { en = "from here the score is at its highest", nl = "vanaf hier is de score het hoogst" }

[parameters.weak_score]
default = 0.5
unit = { en = "score", nl = "score" }
reason = { en = "chance is unlikely, an unregistered task is not", nl = "toeval is onwaarschijnlijk, een niet geregistreerde taak niet" }

[parameters.strong_score]
default = 0.95
unit = { en = "score", nl = "score" }
reason = { en = "chance is out of the question, and no task of the team explains it", nl = "toeval is uitgesloten, en geen taak van het team verklaart het" }

[parameters.shared_factor]
default = 0.6
unit = { en = "factor", nl = "factor" }
reason = { en = "colleagues of the team looked up the same person: more likely a matter of the team", nl = "collega's uit het team zochten dezelfde persoon op: eerder een zaak van het team" }
*/
SELECT
    lookup_nr,
    ($weak_score + ($strong_score - $weak_score)
    * least((skew_evidence - $minimum_evidence) / ($strong_evidence - $minimum_evidence), 1.0))
    * CASE WHEN team_others > 0 THEN $shared_factor ELSE 1.0 END AS score,
    skew_trait,
    skew_found,
    skew_by_chance,
    skew_evidence,
    team_others,
    is_first,
    duty_state
FROM lookup_context
WHERE
    subject_link_strength < 0.3
    AND skew_found >= $minimum_found
    AND skew_evidence >= $minimum_evidence
