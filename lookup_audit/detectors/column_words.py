"""What each column that a question or an explanation reads means, in the words of a reader."""

from lookup_audit.errors import SignedSqlError

_COLUMNS: dict[str, tuple[str, str]] = {
    # the lookup
    "lookup_nr": ("number of the lookup within the night", "nummer van de bevraging binnen de nacht"),
    "occurred_at": ("when the lookup was made", "tijdstip van de bevraging"),
    "action": ("search, view, print or export", "zoeken, inzien, afdrukken of exporteren"),
    "channel": ("desktop, mobile device or link", "vaste werkplek, mobiel apparaat of koppeling"),
    "subject_nr": ("number of the subject that was looked up", "nummer van het opgezochte subject"),
    "subject_type": (
        "person, vehicle, address, phone or organisation",
        "persoon, voertuig, adres, telefoon of organisatie",
    ),
    "focus_nr": ("number of the person behind the subject", "nummer van de persoon achter het subject"),
    # the user
    "user_id": ("the user who looked it up", "de medewerker die bevroeg"),
    "user_nr": ("number of the user who looked it up", "nummer van de medewerker die bevroeg"),
    "team": ("the team of the user, or of the case", "het team van de medewerker of van de zaak"),
    "team_nr": ("number of the team of the user", "nummer van het team van de medewerker"),
    "is_desk": ("the function is to look up for others", "de functie is opzoeken voor anderen"),
    "duty_state": (
        "on duty, on standby, on leave, sick, in training or off, by the roster",
        "in dienst, piket, verlof, ziek, opleiding of vrij, volgens het rooster",
    ),
    "minutes_from_shift": (
        "minutes between the lookup and the nearest shift",
        "minuten tussen de bevraging en de dichtstbijzijnde dienst",
    ),
    # cases and incidents
    "case_id": ("the number of the case", "het nummer van de zaak"),
    "case_team": ("the team that has the case", "het team dat de zaak heeft"),
    "opened_at": ("when the case was opened", "wanneer de zaak is geopend"),
    "closed_at": ("when the case was closed", "wanneer de zaak is gesloten"),
    "linked_at": ("when the subject was put on the case", "wanneer het subject aan de zaak is gekoppeld"),
    "valid_from": ("from when the link to the case counts", "vanaf wanneer de koppeling met de zaak telt"),
    "valid_until": ("until when it counts", "tot wanneer die telt"),
    "carries": (
        "how far a link to a car, partner or address carries over to the subject, 0 to 1",
        "hoever een koppeling met auto, partner of adres doorwerkt naar het subject, 0 tot 1",
    ),
    "incident_id": ("the number of the incident", "het nummer van het incident"),
    "starts_at": ("when the user was sent", "wanneer de medewerker is ingezet"),
    "ends_at": ("when the user was done there", "wanneer de inzet klaar was"),
    "first_at": (
        "the first lookup of a colleague with a work link, of a stretch within the time that a hand-over lasts",
        "de eerste bevraging van een collega met een werkgerelateerde aanleiding, van een reeks binnen de duur "
        "van een overdracht",
    ),
    "last_at": ("the last one of that stretch", "de laatste bevraging van die reeks"),
    "as_team": (
        "the team was sent, the user is not named",
        "het team is ingezet, de medewerker staat er niet bij naam",
    ),
    "how": (
        "subject involved in the incident, or living at its address",
        "subject betrokken bij het incident, of wonend op het adres ervan",
    ),
    "own_days": (
        "days on which this user looked this person up before",
        "dagen waarop deze medewerker deze persoon eerder opzocht",
    ),
    "others_days": (
        "days on which other users did, counted for each of them",
        "dagen waarop andere medewerkers dat deden, voor elk van hen geteld",
    ),
    # what explains it
    "work_strength": (
        "strength of the strongest work link, 0 to 1",
        "sterkte van de sterkste werkgerelateerde aanleiding, 0 tot 1",
    ),
    "subject_link_strength": (
        "the same, without the function: the link is about this subject",
        "idem, zonder de functie: de aanleiding gaat over dit subject",
    ),
    "reason_state": (
        "whether a reason was given: none, given, a stock phrase, or one that says nothing",
        "of een reden is gegeven: geen, wel, een standaardzin, of een die niets zegt",
    ),
    "reason_share": (
        "share of all reasons that are worded the same",
        "aandeel van alle redenen dat hetzelfde luidt",
    ),
    "reason_demanded": (
        "the system demands a reason, or nearly everyone gives one there",
        "het systeem vraagt een reden, of vrijwel iedereen geeft die daar",
    ),
    "is_contradicted": (
        "the case named has registered subjects, and this is not one of them",
        "de genoemde zaak heeft geregistreerde subjecten, en dit is er geen van",
    ),
    "contradicted_circles": (
        "households that the user looked up that day under that case without being part of it",
        "huishoudens die de medewerker die dag onder die zaak opzocht zonder dat ze erbij horen",
    ),
    "team_others": (
        "others of the team who looked the person up lately",
        "anderen uit het team die de persoon onlangs opzochten",
    ),
    "contradicted_tie": (
        "whether the user or the team works on the case that contradicts the reason: own, team, none",
        "of de medewerker of het team werkt aan de zaak die de reden tegenspreekt: own, team, none",
    ),
    # where the user works
    "area_distance_km": (
        "kilometres between the subject and the team's working area",
        "kilometers tussen het subject en het werkgebied van het team",
    ),
    "area_radius_km": (
        "kilometres from the middle of that area that are usual",
        "gebruikelijke afstand in kilometers tot het midden van dat gebied",
    ),
    "second_far_km": (
        "kilometres to the second-farthest household that the user looked up that day without a work link",
        "kilometers tot het op een na verste huishouden dat de medewerker die dag zonder aanleiding opzocht",
    ),
    "third_far_km": (
        "the same of the third",
        "hetzelfde voor het op twee na verste",
    ),
    "place_by_chance": (
        "lookups of this user that day that would be so close to the subject by chance",
        "bevragingen van deze medewerker die dag die bij toeval zo dicht bij het subject zouden zijn",
    ),
    "home_days": (
        "days of the last six weeks with a lookup, without a work link, of another household in the own street",
        "dagen van de laatste zes weken waarop zonder aanleiding een ander huishouden in de straat is opgezocht",
    ),
    "home_by_chance": (
        "lookups of this user that day so close by chance, times the chance of as many such days before",
        "bevragingen van die dag die bij toeval zo dichtbij zouden zijn, maal de kans op evenveel eerdere dagen",
    ),
    # oneself and those close by
    "is_own_record": ("the user's own record", "de eigen gegevens van de medewerker"),
    "is_own_property": ("the user's own vehicle or phone", "eigen voertuig of telefoon van de medewerker"),
    "is_own_address": ("the user's own address", "het eigen adres van de medewerker"),
    "is_colleague": ("the record of another user", "de gegevens van een andere medewerker"),
    "same_team": ("the colleague is of the same team", "de collega is van hetzelfde team"),
    "relation_kind": (
        "declared relation with the user: partner, child, friend …",
        "opgegeven relatie met de medewerker: partner, kind, vriend …",
    ),
    "relation_carries": (
        "how close that relation is to the subject, 0 to 1",
        "hoe dicht die relatie bij het subject staat, 0 tot 1",
    ),
    "same_household": (
        "same registered address as the user",
        "zelfde geregistreerde adres als de medewerker",
    ),
    "same_home_postcode": ("same postcode as the user's home", "zelfde postcode als de woning"),
    "same_surname": ("same surname as the user", "zelfde achternaam als de medewerker"),
    "surname_share": (
        "share of registered persons with this surname",
        "aandeel van de geregistreerde personen met deze achternaam",
    ),
    "surname_by_chance": (
        "bearers of the name that the user would meet by chance",
        "naamgenoten die de medewerker bij toeval zou tegenkomen",
    ),
    "home_distance_m": (
        "metres between the subject and the user's home",
        "meters tussen het subject en de woning van de medewerker",
    ),
    "incident_home_distance_m": (
        "metres between an incident of the subject and the user's home",
        "meters tussen een incident van het subject en de woning van de medewerker",
    ),
    "device_home_distance_m": (
        "metres between the device and the user's home",
        "meters tussen het apparaat en de woning van de medewerker",
    ),
    # attention
    "is_public_figure": ("the person is marked as well known", "de persoon is als bekend gemarkeerd"),
    "news_items": ("news items about the person in the last days", "nieuwsberichten over de persoon"),
    "hours_since_news": ("hours between the news item and the lookup", "uren tussen bericht en bevraging"),
    "burst_users": (
        "users without a work link who looked the person up in those days",
        "medewerkers zonder werkgerelateerde aanleiding die de persoon in die dagen opzochten",
    ),
    "burst_teams": ("how many teams these users come from", "uit hoeveel teams die medewerkers komen"),
    "burst_expected": (
        "how many such users are usual for this person",
        "hoeveel er bij deze persoon gewoon zijn",
    ),
    "burst_excess": (
        "how far that is above the usual, in standard deviations",
        "hoever dat boven het gewone ligt, in standaardafwijkingen",
    ),
    "incident_users": (
        "users without a work link who looked up anyone involved in the incident",
        "medewerkers zonder werkgerelateerde aanleiding die een betrokkene bij het incident opzochten",
    ),
    "incident_teams": ("how many teams they come from", "uit hoeveel teams zij komen"),
    "incident_excess": (
        "how far that is above what an incident usually draws, in standard deviations",
        "hoever dat boven de gebruikelijke aandacht voor een incident ligt, in standaardafwijkingen",
    ),
    "is_probe": ("the subject is listed as a tripwire", "het subject is als struikeldraad aangewezen"),
    # what lookups pile up on
    "skew_trait": ("surname, street or sex", "achternaam, straat of geslacht"),
    "skew_found": (
        "households (of one sex: persons) in the pile",
        "huishoudens in de stapel (bij geslacht: personen)",
    ),
    "skew_by_chance": ("how many there would be by chance", "hoeveel het er bij toeval zouden zijn"),
    "skew_evidence": (
        "how unlikely the pile is by chance, as a natural logarithm",
        "hoe onwaarschijnlijk de stapel bij toeval is, als natuurlijke logaritme",
    ),
    # history
    "is_first": (
        "the user looks this subject up for the first time",
        "de medewerker bevraagt dit subject voor het eerst",
    ),
    "met_before": (
        "the user looked this subject up on an earlier day",
        "de medewerker bevroeg dit subject op een eerdere dag",
    ),
    "unlinked_days": (
        "days on which the user looked the person up without a work link",
        "dagen waarop de medewerker de persoon zonder werkgerelateerde aanleiding opzocht",
    ),
    "linked_days": (
        "days on which the user did so with a work link",
        "dagen waarop dat met werkgerelateerde aanleiding was",
    ),
    "unlinked_span_days": (
        "days from the first lookup without a work link to this one",
        "dagen van de eerste bevraging zonder werkgerelateerde aanleiding tot deze",
    ),
    "returning_persons": (
        "persons on whom this user alone came back on three days or more without a work link",
        "personen op wie alleen deze medewerker drie dagen of vaker zonder werkgerelateerde aanleiding terugkwam",
    ),
    "others_unlinked_days": (
        "days on which others looked the person up without a work link",
        "dagen waarop anderen de persoon zonder werkgerelateerde aanleiding opzochten",
    ),
    # volume
    "day_lookups": ("lookups of the user that day", "bevragingen van de medewerker die dag"),
    "day_unlinked_share": (
        "share of the day's lookups without a work link",
        "aandeel van de bevragingen die dag zonder werkgerelateerde aanleiding",
    ),
    "day_extracts": (
        "prints and exports of the user that day",
        "afdrukken en exports van de medewerker die dag",
    ),
    "usual_extracts": (
        "prints and exports on a usual day of the user or the peers",
        "afdrukken en exports op een gewone dag van de medewerker of diens collega's",
    ),
    "usual_lookups": (
        "lookups on a usual day of the user or the peers",
        "bevragingen op een gewone dag van de medewerker of diens collega's",
    ),
    "volume_ratio": (
        "the day's lookups against a usual day and the user's busiest day before",
        "de bevragingen die dag vergeleken met een gewone dag en met de drukste dag daarvoor",
    ),
    "linked_extracts_share": (
        "share of the day's prints and exports that have a work link",
        "aandeel van de afdrukken en exports die dag met een werkgerelateerde aanleiding",
    ),
    "extracts_excess": (
        "how far the day is above the usual, in standard deviations",
        "hoever de dag boven het gewone ligt, in standaardafwijkingen",
    ),
}


def is_column(name: str) -> bool:
    """Whether a name is a column that a question or an explanation reads."""
    return name in _COLUMNS


def column_words(column: str) -> dict[str, str]:
    """What a column means, by language; `SignedSqlError` for one that this module does not explain."""
    if column not in _COLUMNS:
        raise SignedSqlError(
            f"no words for column {column}: say in lookup_audit/detectors/column_words.py what it means"
        )
    english, dutch = _COLUMNS[column]
    return {"en": english, "nl": dutch}
