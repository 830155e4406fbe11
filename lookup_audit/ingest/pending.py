"""Which local days must be audited, or audited again, because of the file that was just loaded.

New lookups make their own day pending. Late rows of the other tables make only audited days pending, and only those
on which they can matter: a night's own input is loaded before its day is audited. What then changes on later days,
because they read what these days leave, shows once they are audited again (see `pipeline.changed`). It reads the
temporary tables `incoming` (fate null: loaded now) and `removed` (rows that were replaced).

What is known of users and subjects is read as it is on the night: someone new changes the days on which they looked
up, or were looked up; what is restated changes the last days only; and how many bear a name or live in a street,
and how many users there are to read alerts for, is no reason to audit the past again.
"""

from typing import Any

from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse, load_signed
from lookup_audit.warehouse.tables import Table

_AUDITED = "(SELECT DISTINCT audit_date AS day FROM runs)"

# Whose lookups a work link to a subject may explain: the subject itself, its owner, what it owns, who or what shares
# its address, and what they own. A case about a man explains a look at his wife's car. `about` is a relation of
# subject_id, from_day, until_day, where null has no bound.
_CIRCLE = """
    SELECT about.subject_id, from_day, until_day FROM about
    UNION SELECT own.owner_subject_id, from_day, until_day FROM about JOIN subjects AS own USING (subject_id)
    UNION SELECT owned.subject_id, from_day, until_day
        FROM about JOIN subjects AS owned ON owned.owner_subject_id = about.subject_id
    UNION SELECT other.subject_id, from_day, until_day
        FROM about
        JOIN subjects AS own ON own.subject_id = about.subject_id
        JOIN subjects AS other ON other.address_key = own.address_key
    UNION SELECT owned.subject_id, from_day, until_day
        FROM about
        JOIN subjects AS own ON own.subject_id = about.subject_id
        JOIN subjects AS other ON other.address_key = own.address_key
        JOIN subjects AS owned ON owned.owner_subject_id = other.subject_id
"""
_CIRCLE_DAYS = f"""
    SELECT DISTINCT audited.day
    FROM ({_CIRCLE}) AS circle
    JOIN user_subject_days AS looked ON looked.subject_id = circle.subject_id
    JOIN {_AUDITED} AS audited ON audited.day = looked.day
    WHERE audited.day >= coalesce(circle.from_day, DATE '0001-01-01')
        AND audited.day <= coalesce(circle.until_day, DATE '9999-12-31')
"""
# Lookups that name the case: they need no known subject.
_NAMED_DAYS = f"""
    SELECT DISTINCT audited.day
    FROM span JOIN lookups ON lookups.case_id = span.case_id
    JOIN {_AUDITED} AS audited ON audited.day = lookups.local_date
    WHERE audited.day >= coalesce(span.from_day, DATE '0001-01-01')
        AND audited.day <= coalesce(span.until_day, DATE '9999-12-31')
"""
_CASE_DAYS = f"""
    , about AS (
        SELECT
            case_subjects.subject_id,
            -- of two bounds the later, and the one that there is where the other is missing
            greatest(from_day, local_day(linked_at, $zone) - $grace_days) AS from_day,
            until_day
        FROM span JOIN case_subjects USING (case_id)
    )
    {_CIRCLE_DAYS} UNION {_NAMED_DAYS}
"""
_SPAN_DAYS = f"""
    SELECT DISTINCT audited.day FROM span JOIN {_AUDITED} AS audited
        ON audited.day >= span.from_day AND audited.day <= span.until_day
"""
_ROSTER_WEEKS = 4  # on whose same weekday the roster of a team's day depends: see `teams_without_roster`
INCIDENT_DAYS = 7  # that an audit looks back for incidents, besides the hours of follow-up
# What is known of a user or subject from now on says nothing of days long audited; a new one may.
_RECENT = f"(SELECT max(day) - $grace_days AS day FROM {_AUDITED})"

# Audited lookups that named no subject, but may name one that is known now: a plate, an address, or a person, here
# by surname alone. Only those that would be audited again unasked: to read all texts each night costs too much.
_TEXTS = f"""
    texts AS (
        SELECT
            lookups.local_date AS day,
            code_key(query_text) AS code,
            surname_key(regexp_replace(query_text, '[0-9][0-9./-]*', '', 'g')) AS name
        FROM lookups
        JOIN {_AUDITED} AS audited ON audited.day = lookups.local_date
        WHERE
            lookups.subject_id IS NULL
            AND query_text IS NOT NULL
            AND lookups.local_date >= (SELECT max(day) - $look_back_days FROM {_AUDITED})
    )
"""


def wrap_up_days(settings: Settings) -> int:
    """For how many days at most a closed case still explains, as the explanations are configured."""
    texts = load_signed("explanation", locked=False)
    return max(
        int(text.values(settings)["wrap_up_days"]) for text in texts if "wrap_up_days" in text.parameters
    )


def _local_day(instant: str) -> str:
    """SQL for the local day of an instant."""
    return f"local_day({instant}, $zone)"


def _incident_days(instant: str, source: str) -> str:
    day = _local_day(instant)
    span = f"SELECT DISTINCT {day} AS from_day, {day} + $incident_days AS until_day FROM {source}"
    return f", span AS ({span}) {_SPAN_DAYS}"


def _user_days(rows: str) -> str:
    return f"""
        SELECT DISTINCT audited.day FROM ({rows}) AS late
        JOIN user_days ON user_days.user_id = late.user_id AND user_days.day >= late.from_day
        JOIN {_AUDITED} AS audited ON audited.day = user_days.day
    """


def _team_days(source: str, team: str, shifts: str, since: str) -> str:
    """Audited days on which others of a team look up, and its roster is there or missing by these shifts."""
    return f"""
        SELECT DISTINCT audited.day
        FROM (
            SELECT DISTINCT {team} AS team, {_local_day(f"{shifts}.starts_at")} AS day, {since} AS from_day
            FROM {source}
            WHERE is_rostered({shifts}.kind)
        ) AS begun
        JOIN users AS others ON others.team = begun.team
        JOIN user_days ON user_days.user_id = others.user_id
            AND user_days.day >= greatest(begun.day, begun.from_day)
            AND user_days.day <= begun.day + {_ROSTER_WEEKS * 7 + 1}
            AND (user_days.day - begun.day) % 7 < 2  -- that weekday, and the morning after
        JOIN {_AUDITED} AS audited ON audited.day = user_days.day
    """


def _since(key: str, *columns: str) -> str:
    """Rows of `changed` with the first day on which they matter; see `_RECENT`."""
    known = f"{key} IN (SELECT {key} FROM changed WHERE known)"
    return (
        f"SELECT {', '.join((key, *columns))}, "
        f"CASE WHEN {known} THEN {_RECENT} ELSE DATE '0001-01-01' END AS from_day FROM changed"
    )


def _validity(begin: str, end: str, key: str, content: str, *, else_linked: bool = False) -> str:
    """The days on which a change of cases or members matters: those that the old or the new row covers.

    When only the end was moved, nothing changes before the earlier of both ends: closing a case must not
    have all its days audited again. With `else_linked` what had no row before counted as open all the time, as a
    case does that is not registered yet: it matters from its begin or its first linked subject on, for ever.
    """
    moved = f"count(*) > 1 AND count(DISTINCT hash({begin}, {content})) = 1"
    first = f"CASE WHEN {moved} THEN min({end}) WHEN count({begin}) = count(*) THEN min({begin}) END"
    last = f"CASE WHEN count({end}) = count(*) THEN max({end}) END"
    source = "changed"
    if else_linked:
        unknown = f"WHEN count({begin}) = count(*) THEN least(min({begin}), min(first_linked_at))"
        first = f"CASE WHEN bool_or(known) THEN {first} {unknown} END"
        last = f"CASE WHEN bool_or(known) THEN {last} END"
        source = "changed LEFT JOIN linked USING (case_id)"
    return (
        f"SELECT any_value(case_id) AS case_id, {_local_day(first)} - $grace_days AS from_day, "
        f"{_local_day(last)} + $wrap_up_days AS until_day FROM {source} GROUP BY {key}"
    )


_CASE_SPAN = _validity("opened_at", "closed_at", "case_id", "team", else_linked=True)
_LINKED = """
    SELECT
        case_id,
        CASE WHEN count(linked_at) = count(*) THEN min(linked_at) ELSE TIMESTAMP '1000-01-01' END AS first_linked_at
    FROM case_subjects
    WHERE case_id IN (SELECT case_id FROM changed)
    GROUP BY case_id
"""

_SHIFTS_OF_USERS = f"({_since('user_id', 'team')}) AS late JOIN shifts USING (user_id)"

_QUERIES = {
    "shifts": f"""
        SELECT DISTINCT audited.day
        FROM changed
        JOIN user_days ON user_days.user_id = changed.user_id
            AND user_days.day >= {_local_day("changed.starts_at - to_minutes($grace_minutes)")}
            AND user_days.day <= {_local_day("changed.ends_at + to_minutes($grace_minutes)")} + $roster_days
        JOIN {_AUDITED} AS audited ON audited.day = user_days.day
        UNION
        {_team_days("changed JOIN users USING (user_id)", "users.team", "changed", "DATE '0001-01-01'")}
    """,
    "cases": f", linked AS ({_LINKED}), span AS ({_CASE_SPAN}) {_CASE_DAYS}",
    "case_members": f"""
        , span AS ({_validity("valid_from", "valid_until", "case_id, user_id, team, valid_from", "1")}) {_CASE_DAYS}
    """,
    "case_subjects": f"""
        , about AS (
            SELECT subject_id, {_local_day("linked_at")} - $grace_days AS from_day, NULL::DATE AS until_day
            FROM changed
        ), span AS (
            SELECT case_id, {_local_day("linked_at")} - $grace_days AS from_day, NULL::DATE AS until_day
            FROM changed
        ) {_CIRCLE_DAYS} UNION {_NAMED_DAYS}
    """,
    "incidents": _incident_days("occurred_at", "changed"),
    "incident_subjects": _incident_days("occurred_at", "changed JOIN incidents USING (incident_id)"),
    "dispatches": _incident_days("occurred_at", "changed JOIN incidents USING (incident_id)"),
    "news": f"""
        , span AS (
            SELECT DISTINCT {_local_day("published_at")} AS from_day,
                {_local_day("published_at")} + $news_days AS until_day
            FROM changed
        ) {_SPAN_DAYS}
    """,
    "users": f"""
        {_user_days(_since("user_id"))}
        UNION
        SELECT DISTINCT audited.day FROM ({_since("user_id", "own_subject_id")}) AS late
        JOIN focus_days ON focus_days.focus_id = late.own_subject_id AND focus_days.day >= late.from_day
        JOIN {_AUDITED} AS audited ON audited.day = focus_days.day
        UNION
        {_team_days(_SHIFTS_OF_USERS, "late.team", "shifts", "late.from_day")}
    """,
    "relations": _user_days("SELECT user_id, DATE '0001-01-01' AS from_day FROM changed"),
    "subjects": f"""
        , late AS ({_since("subject_id", "subject_type, plate, postcode, house_number, surname")}),
        records AS (
            SELECT subject_id, from_day FROM late
            UNION SELECT owned.subject_id, from_day
                FROM late JOIN subjects AS owned ON owned.owner_subject_id = late.subject_id
        ),
        {_TEXTS}
        SELECT DISTINCT audited.day FROM records
        JOIN user_subject_days AS looked
            ON looked.subject_id = records.subject_id AND looked.day >= records.from_day
        JOIN {_AUDITED} AS audited ON audited.day = looked.day
        UNION
        SELECT DISTINCT texts.day FROM texts
        JOIN late ON texts.day >= late.from_day AND (
            texts.code = code_key(late.plate)
            OR late.subject_type = 'address'
                AND texts.code = replace(address_key(late.postcode, late.house_number), ' ', '')
        )
        UNION
        SELECT DISTINCT texts.day FROM texts
        JOIN late
            ON late.subject_type = 'person' AND texts.name = surname_key(late.surname) AND texts.day >= late.from_day
    """,
}


def mark_pending(warehouse: Warehouse, table: Table) -> None:
    """Enter the days into `pending_days` with their reason: new_lookups, or the table's name."""
    settings = warehouse.settings
    if table.name == "lookups":
        _enter(
            warehouse, "new_lookups", "SELECT DISTINCT local_date AS day FROM incoming WHERE fate IS NULL", {}
        )
    if warehouse.value("SELECT 1 FROM runs LIMIT 1") is None:
        return
    query = _QUERIES.get(table.name)
    if query is None:
        return
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    changed = f"""
        changed AS (
            SELECT {columns}, false AS known FROM incoming WHERE fate IS NULL
            UNION ALL SELECT {columns}, true AS known FROM removed
        )
    """
    available = {
        "zone": settings.zone,
        "grace_days": settings.context.link_grace_days,
        "grace_minutes": settings.context.shift_grace_minutes,
        "look_back_days": settings.audit.look_back_days,
        "news_days": settings.context.news_days,
        "incident_days": settings.context.follow_up_hours // 24 + INCIDENT_DAYS + 1,
        "roster_days": max(
            settings.context.roster_days, 1
        ),  # how far off duty, from the shift of the day before
        "wrap_up_days": settings.context.link_grace_days + wrap_up_days(settings),
    }
    used = {name: value for name, value in available.items() if f"${name}" in query}
    _enter(warehouse, table.name, f"WITH {changed} {query}", used)


def _enter(warehouse: Warehouse, reason: str, days: str, parameters: dict[str, Any]) -> None:
    warehouse.run(
        f"INSERT INTO pending_days SELECT day, $reason FROM ({days}) AS stale "
        "WHERE day NOT IN (SELECT known.day FROM pending_days AS known WHERE known.reason = $reason) ORDER BY day",
        {**parameters, "reason": reason},
    )
