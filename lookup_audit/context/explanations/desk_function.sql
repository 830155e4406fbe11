/*
id = "desk_function"
version = 1
weight = 1.5
legal_basis = "Wpg art. 3 and 8 (necessity for daily police work); LED 2016/680 art. 25 (the log must let one establish the justification)"
needs = ["users.function"]
columns_used = [
    "duty_state",
    "lookup_nr",
    "user_id",
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
    "Vraag naar het verzoek: mobilofoonlog, ticket of balieregister.",
]

[parameters.strength]
default = 0.6
unit = "strength"
reason = "it explains the function, not the lookup"
*/
SELECT
    night.lookup_nr,
    $strength AS strength
FROM night
INNER JOIN desks ON desks.user_id = night.user_id
INNER JOIN duty ON duty.lookup_nr = night.lookup_nr
WHERE duty.duty_state IN ('duty', 'standby', 'overtime', 'unknown', 'unrostered')
