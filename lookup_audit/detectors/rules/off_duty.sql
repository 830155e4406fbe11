/*
id = "off_duty"
version = 2
motive = "any"
about = "behaviour"
weight = 2.5
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["shifts"]
columns_used = [
    "channel",
    "duty_state",
    "is_first",
    "lookup_nr",
    "minutes_from_shift",
    "subject_link_strength",
]

[title]
en = "Off duty"
nl = "Buiten diensttijd"

[question]
en = "Why was this looked up outside every duty or standby shift?"
nl = "Waarom is dit buiten elke dienst of piketdienst opgezocht?"

[innocent_explanations]
en = [
    "Overtime, or a shift that was swapped and not entered.",
    "Called in for an emergency.",
]
nl = [
    "Overwerk, of een geruilde dienst die niet is ingevoerd.",
    "Opgeroepen voor een noodgeval.",
]

[blind_spots]
en = [
    "Rosters are wrong or late; off duty alone proves nothing.",
    "Many lookups spread over hours of a free day are taken as work that the roster missed.",
    "A shift that begins just after midnight is read on the next day.",
    "Where the roster of a whole team is missing for a day, nobody of it is taken as free.",
]
nl = [
    "Roosters kloppen niet altijd; buiten diensttijd alleen bewijst niets.",
    "Veel bevragingen verspreid over uren van een vrije dag gelden als werk dat het rooster miste.",
    "Een dienst die net na middernacht begint, telt voor de volgende dag.",
    "Ontbreekt op een dag het rooster van een heel team, dan geldt niemand daarvan als vrij.",
]

[investigation_steps]
en = [
    "Check the clock record and the radio log.",
    "Ask the planner before asking the user.",
]
nl = [
    "Controleer de tijdregistratie en het portofoonverkeer.",
    "Vraag eerst de planner, dan de medewerker.",
]

[parameters.sick_score]
default = 0.9
unit = { en = "score", nl = "score" }
reason = { en = "reported sick: no work at all is expected", nl = "ziek gemeld: er wordt helemaal geen werk verwacht" }

[parameters.leave_score]
default = 0.8
unit = { en = "score", nl = "score" }
reason = { en = "on leave: recalled officers are entered as duty", nl = "met verlof: wie wordt teruggeroepen, staat als dienst in het rooster" }

[parameters.off_score]
default = 0.6
unit = { en = "score", nl = "score" }
reason = { en = "between shifts: overtime beyond the grace is common", nl = "tussen diensten: overwerk dat langer duurt dan de marge komt vaak voor" }

[parameters.training_score]
default = 0.2
unit = { en = "score", nl = "score" }
reason = { en = "exercises use real systems", nl = "bij oefeningen worden echte systemen gebruikt" }

[parameters.near_score]
default = 0.4
unit = { en = "score", nl = "score" }
reason = { en = "within three hours of a shift: long overtime", nl = "binnen drie uur van een dienst: lang overwerk" }

[parameters.near_minutes]
default = 180
unit = { en = "minutes", nl = "minuten" }
reason = { en = "long overtime is rare beyond three hours", nl = "meer dan drie uur overwerk is zeldzaam" }
*/
SELECT
    lookup_nr,
    CASE duty_state
        WHEN 'sick' THEN $sick_score
        WHEN 'leave' THEN $leave_score
        WHEN 'training' THEN $training_score
        ELSE CASE WHEN minutes_from_shift <= $near_minutes THEN $near_score ELSE $off_score END
    END AS score,
    duty_state,
    minutes_from_shift,
    channel,
    is_first
FROM lookup_context
WHERE
    duty_state IN ('off', 'leave', 'sick', 'training')
    AND subject_link_strength < 0.5
