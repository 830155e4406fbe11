/*
id = "desk_function"
version = 3
weight = 5.0
legal_basis = { en = "Wpg art. 3 and 8 (necessity for daily police work); LED 2016/680 art. 25 (the log must let one establish the justification)", nl = "Wpg art. 3 en 8 (noodzaak voor de dagelijkse politietaak); Richtlijn (EU) 2016/680 art. 25 (uit de log moet de reden van de bevraging blijken)" }
needs = ["users.function"]
columns_used = [
    "duty_state",
    "lookup_nr",
    "others_days",
    "own_days",
    "subject_nr",
    "user_nr",
]

[title]
en = "Looks up for others"
nl = "Zoekt op voor anderen"

[question]
en = "Is it the user's function to look up for colleagues?"
nl = "Is het de functie van de medewerker om voor collega's op te zoeken?"

[innocent_explanations]
en = [
    "A colleague on the street or a citizen at the desk asked for it.",
]
nl = [
    "Een collega op straat of een burger aan de balie vroeg erom.",
]

[blind_spots]
en = [
    "It explains a function, not one lookup: a desk officer's curiosity looks just like work.",
]
nl = [
    "Het verklaart een functie, niet één bevraging: nieuwsgierigheid van een deskmedewerker lijkt op werk.",
]

[investigation_steps]
en = [
    "Ask for the request: radio log, ticket, or counter register.",
]
nl = [
    "Vraag naar het verzoek: portofoonverkeer, melding of balieregister.",
]

[parameters.strength]
default = 0.6
unit = { en = "strength", nl = "sterkte" }
reason = { en = "it explains the function, not the lookup", nl = "het verklaart de functie, niet de bevraging" }

[parameters.returning_days]
default = 3
unit = { en = "earlier days", nl = "eerdere dagen" }
reason = { en = "a desk looks up strangers for others; whoever it met on three days before is no stranger", nl = "een desk zoekt vreemden op voor anderen; wie al op drie dagen is opgezocht, is geen vreemde" }

[parameters.returning_strength]
default = 0.25
unit = { en = "strength", nl = "sterkte" }
reason = { en = "the function no longer explains it by itself (below 0.3 counts as without a link)", nl = "de functie verklaart het niet meer alleen (onder 0,3 geldt als zonder aanleiding)" }
*/
SELECT
    night.lookup_nr,
    CASE
        -- someone to whom this user keeps coming back, and hardly anyone else, is no stranger at a desk
        WHEN returns.own_days >= $returning_days AND returns.own_days >= returns.others_days
            THEN $returning_strength
        ELSE $strength
    END AS strength
FROM night
INNER JOIN desks ON desks.user_nr = night.user_nr
LEFT JOIN returns ON returns.user_nr = night.user_nr AND returns.subject_nr = night.subject_nr
WHERE night.duty_state IN ('duty', 'standby', 'overtime', 'unknown', 'unrostered')
