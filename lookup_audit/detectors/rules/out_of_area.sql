/*
id = "out_of_area"
version = 2
motive = "any"
about = "behaviour"
weight = 5.0
legal_basis = { en = "Wpg art. 3 (necessity) and art. 7 (secrecy); Criminal Code (Sr) art. 272; code of conduct: look up only what the work asks", nl = "Wpg art. 3 (noodzaak) en art. 7 (geheimhouding); Wetboek van Strafrecht (Sr) art. 272; beroepscode: bevraag alleen wat het werk vraagt" }
needs = ["users.team", "subjects.lat"]
columns_used = [
    "area_distance_km",
    "area_radius_km",
    "duty_state",
    "is_desk",
    "is_first",
    "is_public_figure",
    "lookup_nr",
    "second_far_km",
    "subject_type",
    "team_others",
    "third_far_km",
    "work_strength",
]

[title]
en = "Far outside the working area"
nl = "Ver buiten het werkgebied"

[question]
en = "Why did the user look up someone far from where the team works, without a work link?"
nl = "Waarom zocht de medewerker zonder werkgerelateerde aanleiding iemand op ver van waar het team werkt?"

[innocent_explanations]
en = [
    "Someone from elsewhere who was met here: a visitor, a driver, a victim.",
    "Help for a colleague in another district.",
]
nl = [
    "Iemand van elders die hier is aangetroffen: een bezoeker, een bestuurder, een slachtoffer.",
    "Hulp aan een collega in een ander district.",
]

[blind_spots]
en = [
    "The area is learned from the team's own lookups; a new team has none yet.",
    "A team that works everywhere has no outside.",
    "Vehicles are left out: those who drive by come from anywhere.",
]
nl = [
    "Het werkgebied wordt geleerd uit de bevragingen van het team; een nieuw team heeft er nog geen.",
    "Een team dat overal werkt, heeft geen buiten.",
    "Voertuigen tellen niet mee: wie voorbijrijdt, kan overal vandaan komen.",
]

[investigation_steps]
en = [
    "Ask what brought the person into the user's work.",
    "See whether the user lived or worked there before.",
]
nl = [
    "Vraag hoe de persoon in het werk van de medewerker kwam.",
    "Ga na of de medewerker daar eerder woonde of werkte.",
]

[parameters.minimum_km]
default = 5
unit = { en = "kilometres", nl = "kilometer" }
reason = { en = "nearer is the next village, whatever the size of the area", nl = "dichterbij is het volgende dorp, hoe groot het werkgebied ook is" }

[parameters.minimum_ratio]
default = 1.0
unit = { en = "times the area's usual distance", nl = "maal de gebruikelijke afstand in het werkgebied" }
reason = { en = "as far from the edge as the edge is from the middle", nl = "even ver van de rand als de rand van het midden" }

[parameters.single_score]
default = 0.3
unit = { en = "score", nl = "score" }
reason = { en = "one person from elsewhere is an ordinary day", nl = "één persoon van elders is een gewone dag" }

[parameters.pair_score]
default = 0.55
unit = { en = "score", nl = "score" }
reason = { en = "two households from elsewhere on one day, neither with a link", nl = "twee huishoudens van elders op één dag, beide zonder aanleiding" }

[parameters.series_score]
default = 0.8
unit = { en = "score", nl = "score" }
reason = { en = "three or more", nl = "drie of meer" }

[parameters.shared_factor]
default = 0.5
unit = { en = "factor", nl = "factor" }
reason = { en = "colleagues of the team looked up the same person: more likely a matter of the team", nl = "collega's uit het team zochten dezelfde persoon op: eerder een zaak van het team" }
*/
SELECT
    lookup_nr,
    CASE
        WHEN third_far_km >= greatest($minimum_km, $minimum_ratio * area_radius_km) THEN $series_score
        WHEN second_far_km >= greatest($minimum_km, $minimum_ratio * area_radius_km) THEN $pair_score
        ELSE $single_score
    END * CASE WHEN team_others > 0 THEN $shared_factor ELSE 1.0 END AS score,
    round(area_distance_km, 1) AS area_distance_km,
    round(area_radius_km, 1) AS area_radius_km,
    round(second_far_km, 1) AS second_far_km,
    round(third_far_km, 1) AS third_far_km,
    team_others,
    is_first,
    duty_state
FROM lookup_context
WHERE
    work_strength < 0.3
    AND NOT is_desk
    AND NOT is_public_figure
    AND subject_type IN ('person', 'address')
    AND area_distance_km >= greatest($minimum_km, $minimum_ratio * area_radius_km)
