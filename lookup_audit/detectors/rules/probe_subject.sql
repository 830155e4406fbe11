/*
id = "probe_subject"
version = 1
motive = "personal_benefit"
weight = 9.0
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["lookups"]
columns_used = [
    "action",
    "duty_state",
    "is_desk",
    "is_first",
    "is_probe",
    "lookup_nr",
    "work_strength",
]

[title]
en = "Tripwires"
nl = "Struikeldraden"

[question]
en = "Why did the user look up a record that was planted or listed as a tripwire?"
nl = "Waarom zocht de medewerker een gegeven op dat als struikeldraad is geplaatst of aangewezen?"

[innocent_explanations]
en = [
    "The record came up in a search for someone with a name like it, and was opened by mistake.",
    "The user tests or maintains the system and knows of the record.",
]
nl = [
    "Het gegeven kwam naar voren bij het zoeken naar iemand met zo'n naam en is per ongeluk geopend.",
    "De medewerker test of beheert het systeem en kent het gegeven.",
]

[blind_spots]
en = [
    "Only the subjects in the configuration (probe_subjects) are seen, and their cars and phones.",
    "Whoever knows the tripwires avoids them.",
]
nl = [
    "Alleen de subjecten uit de configuratie (probe_subjects) worden gezien, met hun auto's en telefoons.",
    "Wie de struikeldraden kent, ontwijkt ze.",
]

[investigation_steps]
en = [
    "Find out who knew of the record and where it was offered for sale or passed on.",
    "Read what the user looked up in the same session.",
]
nl = [
    "Ga na wie het gegeven kende en waar het is aangeboden of doorgegeven.",
    "Lees wat de medewerker in dezelfde sessie bevroeg.",
]

[parameters.opened_score]
default = 0.95
unit = { en = "score", nl = "score" }
reason = { en = "no work can lead to a record that does not exist in life", nl = "geen werk kan leiden naar een gegeven dat in het echt niet bestaat" }

[parameters.searched_score]
default = 0.8
unit = { en = "score", nl = "score" }
reason = { en = "a search may have hit it by accident; a view, print or export did not", nl = "een zoekvraag kan het toevallig raken; inzien, afdrukken of exporteren niet" }
*/
SELECT
    lookup_nr,
    CASE WHEN action IN ('view', 'print', 'export') THEN $opened_score ELSE $searched_score END AS score,
    action,
    is_first,
    is_desk,
    work_strength,
    duty_state
FROM lookup_context
WHERE is_probe
